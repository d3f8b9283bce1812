"""Questionnaires filled in concurrently, on databases that allow concurrent units of work."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import attrs
import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.errors import Conflict, PortalError, Refused
from klantportaal.domain.outgoing import Lane, Task, TaskKind
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.assignments import Assignment, AssignmentState
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import SubmissionKind
from klantportaal.domain.values import AssignmentId, DossierId
from klantportaal.testing.contracts.storage.base import all_at_once
from klantportaal.testing.questionnaires import page, question, questionnaire
from tests.storage.test_statements import counted
from tests.usecases.world import PDF, World, in_blocks

Result = TypeVar("Result")

TURNS = 4
"""How often each case is repeated: in the first turn, connections are opened one by one."""
ASKED = questionnaire(
    "intake",
    page("persoon", question("naam", "prefilled", profile="name"), question("kinderen", "integer", required=True)),
    page("woning", question("plaats", required=True)),
    page("stukken", question("bewijs", "file")),
)


@attrs.frozen(kw_only=True)
class Filling:
    """A client with two accounts, and a questionnaire that it fills in."""

    world: World
    actor: Actor
    sibling: Actor
    dossier: DossierId
    id: AssignmentId

    def now(self) -> Assignment:
        """Return the assignment as it is now."""
        return self.world.portal.client.questionnaires.open(self.actor, self.id).assignment

    def answering(self) -> Answering:
        """Return the answers so far."""
        found = self.now().answering
        assert found is not None
        return found

    def start(self, actor: Actor) -> Assignment:
        """Start the questionnaire."""
        return self.world.portal.client.questionnaires.start(actor, self.id).assignment

    def save(self, actor: Actor, page_id: str, version: int, **answers: object) -> Assignment:
        """Save a page."""
        return self.world.portal.client.questionnaires.save(
            actor, self.id, page_id, answers, version=version
        ).assignment

    def upload(self, actor: Actor) -> str:
        """Stage a file for the question about files. Each has other contents: the same file twice is one (AT-5)."""
        content = PDF + str(self.world.ids.new()).encode()
        row = self.world.portal.client.answer_files.stage(
            actor, self.id, "bewijs", name="bewijs.pdf", blocks=in_blocks(content)
        )
        return str(row.id)

    def fill(self, *files: str) -> int:
        """Save every page; return the version for the review."""
        self.start(self.actor)
        self.save(self.actor, "persoon", 0, naam="Jan", kinderen=2)
        self.save(self.actor, "woning", 1, plaats="Ede")
        self.save(self.actor, "stukken", 2, bewijs=list(files))
        return 3

    def complete(self, actor: Actor, version: int) -> Assignment:
        """Complete the questionnaire."""
        return self.world.portal.client.questionnaires.complete(actor, self.id, version=version).assignment

    def entries(self) -> Counter[str]:
        """Count the entries of the trail about the assignment, by kind."""
        with self.world.storage.begin() as uow:
            trail = uow.audit.entries(self.world.handler, limit=10_000)
            return Counter(each.what for each in trail if str(self.id) in each.which)

    def results(self) -> list[Task]:
        """List the tasks that make its PDF, without doing them."""
        now = self.world.clock.now()
        with self.world.storage.begin() as uow:
            waiting = uow.outbox.lease(Lane.PDF, at=now, until=now, limit=1000)
        return [each for each in waiting if each.kind is TaskKind.RESULT and str(self.id) in each.payload.values()]

    def delivered(self) -> Counter[SubmissionKind]:
        """Count its submissions in the dossier, by kind."""
        rows = self.world.portal.client.dossiers.submissions(self.actor, self.dossier, size=100)
        return Counter(row.kind for row in rows if row.assignment_id == self.id)

    def kept(self) -> int:
        """Count its answer files."""
        with self.world.storage.begin() as uow:
            return len(uow.assignments.files(self.world.office, self.id))


@pytest.fixture
def given(storage: SqlStorage) -> Callable[[], Filling]:
    """Return a function that makes another questionnaire for the same client."""
    world = World(storage=storage)
    actor = world.onboard()
    sibling = world.extra_account(actor, "piet@example.nl")
    dossier = world.dossier(actor)
    office = world.portal.office.questionnaires
    office.publish(world.handler, json.dumps(ASKED))

    def one_more() -> Filling:
        id = office.assign(world.handler, dossier, actor.client_id, "intake")
        return Filling(world=world, actor=actor, sibling=sibling, dossier=dossier, id=id)

    return one_more


def test_a_save_reads_nothing_back(given: Callable[[], Filling]) -> None:
    """QU-3: a saved page is read in its unit of work, before the save, and not again."""
    filling = given()
    filling.start(filling.actor)
    assert isinstance(filling.world.storage, SqlStorage)
    with counted(filling.world.storage) as read:
        saved = filling.save(filling.actor, "persoon", 0, naam="Jan", kinderen=2)
    assert read == []
    assert saved == filling.now()


def attempted(acts: Sequence[Callable[[], Result]]) -> list[Result | type[PortalError]]:
    """Run some calls concurrently, each in its own thread; return the result or the error of each."""

    def attempt(number: int) -> tuple[int, Result | type[PortalError]]:
        try:
            return number, acts[number]()
        except (Conflict, Refused) as refusal:
            return number, type(refusal)

    results = dict(all_at_once(attempt, threads=len(acts)))
    return [results[number] for number in range(len(acts))]


@pytest.mark.parametrize("threads", [2, 8])
def test_of_two_tabs_one_wins(given: Callable[[], Filling], threads: int) -> None:
    """Property 8: of different answers to one page at one version, one is saved and the others conflict."""
    for _turn in range(TURNS):
        filling = given()
        filling.start(filling.actor)
        save = partial(filling.save, filling.actor, "persoon", 0, naam="Jan")
        results = attempted([partial(save, kinderen=number) for number in range(threads)])
        [winner] = [number for number, result in enumerate(results) if isinstance(result, Assignment)]
        assert results.count(Conflict) == threads - 1
        assert filling.answering().raw == {"naam": "Jan", "kinderen": winner}
        assert (filling.answering().version, filling.entries()["QuestionnairePageSaved"]) == (1, 1)


@pytest.mark.parametrize("threads", [2, 8])
def test_a_double_click_saves_once(given: Callable[[], Filling], threads: int) -> None:
    """Property 8: the same save sent several times succeeds each time, but saves the page and its file once."""
    for _turn in range(TURNS):
        filling = given()
        filling.start(filling.actor)
        file = filling.upload(filling.actor)
        results = attempted([partial(filling.save, filling.actor, "stukken", 0, bewijs=[file])] * threads)
        assert results == [filling.now()] * threads
        assert (filling.answering().version, filling.entries()["QuestionnairePageSaved"]) == (1, 1)
        assert filling.kept() == 1
        assert list(filling.world.portal.client.answer_files.staged(filling.actor, filling.id, "bewijs")) == []


def test_two_accounts_save_different_pages(given: Callable[[], Filling]) -> None:
    """Property 8: if two accounts save at once, one conflicts; both pages are kept after it saves again."""
    for _turn in range(TURNS):
        filling = given()
        filling.start(filling.actor)
        saves = [
            partial(filling.save, filling.actor, "persoon", naam="Jan", kinderen=1),
            partial(filling.save, filling.sibling, "woning", plaats="Ede"),
        ]
        results = attempted([partial(save, version=0) for save in saves])
        assert results.count(Conflict) == 1
        saves[results.index(Conflict)](version=1)
        assert filling.answering().raw == {"naam": "Jan", "kinderen": 1, "plaats": "Ede"}
        assert sorted(filling.answering().saved) == ["persoon", "woning"]
        assert filling.answering().version == 2


@pytest.mark.parametrize("threads", [2, 8])
def test_a_double_click_completes_once(given: Callable[[], Filling], threads: int) -> None:
    """Property 9: several completions at once complete once, with one PDF to make and each file delivered once."""
    for _turn in range(TURNS):
        filling = given()
        filling.start(filling.actor)
        version = filling.fill(filling.upload(filling.actor), filling.upload(filling.actor))
        actors = [filling.actor, filling.sibling] * (threads // 2)
        results = attempted([partial(filling.complete, actor, version) for actor in actors])
        assert results == [filling.now()] * threads
        assert filling.now().state is AssignmentState.COMPLETED
        assert filling.entries()["QuestionnaireCompleted"] == 1
        assert len(filling.results()) == 1
        assert filling.delivered() == {SubmissionKind.ATTACHMENT: 2}
        assert filling.kept() == 0


@pytest.mark.parametrize("threads", [2, 8])
def test_it_is_started_once(given: Callable[[], Filling], threads: int) -> None:
    """QU-2: if several accounts start at once, it is started once, with the name of that account filled in."""
    for _turn in range(TURNS):
        filling = given()
        actors = [filling.actor, filling.sibling] * (threads // 2)
        results = attempted([partial(filling.start, actor) for actor in actors])
        assert results == [filling.now()] * threads
        assert filling.answering().raw in [{"naam": actor.name} for actor in actors]
        assert filling.entries()["QuestionnaireStarted"] == 1


def test_withdrawn_while_it_is_saved(given: Callable[[], Filling]) -> None:
    """QU-1: in either order, withdrawal leaves no answers and no files."""
    for _turn in range(2 * TURNS):
        filling = given()
        filling.start(filling.actor)
        file = filling.upload(filling.actor)
        withdraw: Callable[[], object] = partial(
            filling.world.portal.office.questionnaires.withdraw, filling.world.handler, filling.id
        )
        save: Callable[[], object] = partial(filling.save, filling.actor, "stukken", 0, bewijs=[file])
        withdrawn, saved = attempted([withdraw, save])
        assert withdrawn is None
        found = filling.now()
        assert (found.state, found.answering, found.progress) == (AssignmentState.WITHDRAWN, None, 0)
        assert filling.kept() == 0
        assert filling.entries()["QuestionnairePageSaved"] == (saved is not Refused)


def test_completed_while_a_page_is_saved(given: Callable[[], Filling]) -> None:
    """Property 9: either the page is saved and the completion conflicts, or it completes and the page is refused."""
    for _turn in range(2 * TURNS):
        filling = given()
        version = filling.fill()
        complete = partial(filling.complete, filling.actor, version)
        save = partial(filling.save, filling.sibling, "woning", version, plaats="Gouda")
        outcome = [each if isinstance(each, type) else None for each in attempted([complete, save])]
        assert outcome in ([None, Refused], [Conflict, None])
        completed = outcome == [None, Refused]
        assert (filling.now().state is AssignmentState.COMPLETED) == completed
        assert filling.answering().raw["plaats"] == ("Ede" if completed else "Gouda")
        assert len(filling.results()) == completed


@pytest.mark.parametrize("threads", [2, 8])
def test_a_pdf_is_filed_once(given: Callable[[], Filling], threads: int) -> None:
    """QU-4: if several dispatchers make the PDF of one task, it is filed once, and no dispatcher fails."""
    for _turn in range(TURNS):
        filling = given()
        filling.complete(filling.actor, filling.fill())
        [task] = filling.results()
        rendering = filling.world.portal.background.dispatcher._dispatching._answer_pdfs
        assert attempted([partial(rendering.file, task)] * threads) == [None] * threads
        assert filling.delivered() == {SubmissionKind.QUESTIONNAIRE: 1}
        assert filling.now().submission_id is not None
        assert filling.entries()["ResultFiled"] == 1


def test_dispatchers_at_once_leave_nothing_undone(given: Callable[[], Filling]) -> None:
    """QU-4: several dispatchers at once make one PDF for each questionnaire."""
    fillings = [given() for _each in range(6)]
    for filling in fillings:
        filling.complete(filling.actor, filling.fill())
    world = fillings[0].world
    done = all_at_once(lambda _number: world.portal.background.dispatcher.run_once(), threads=4)
    assert sum(done) >= len(fillings)
    assert [filling.delivered() for filling in fillings] == [{SubmissionKind.QUESTIONNAIRE: 1}] * len(fillings)
