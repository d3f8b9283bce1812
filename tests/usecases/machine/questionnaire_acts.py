"""The acts of office and clients with questionnaires."""

import json
from datetime import date

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from klantportaal.domain.questionnaires.answering import resume
from klantportaal.domain.questionnaires.definition import Answers, Page
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AssignmentId
from klantportaal.usecases.client.questionnaires import Opened, Saved
from tests.usecases.intake import ASSETS, MARRIAGE, PERSON, SINGLE, document, revised
from tests.usecases.machine.model import Model, files, pick, some, texts
from tests.usecases.machine.twins import FILE_QUESTIONS, actor_of
from tests.usecases.world import in_blocks

AT_ONCE = 4
"""The maximum number of assignments. It is low, so that several acts are about the same assignment."""
HOUSE = {**ASSETS, "huis": True}
PAGES: tuple[tuple[str, Answers], ...] = (
    *[("persoon", PERSON), ("persoon", SINGLE), ("huwelijk", MARRIAGE), ("bezit", ASSETS), ("bezit", HOUSE)] * 3,
    ("persoon", {"naam": "Zoe\u0308 \0", "geboren": "1980-02-29", "gehuwd": True}),
    ("persoon", {"naam": "", "gehuwd": "ja"}),
    ("bezit", {"geld": -1, "paarden": 10**400, "kinderen": [{"kind": ""}]}),
    ("bezit", {"geld": 0, "huis": False, "kinderen": [{"kind": "👩‍⚖️"}], "verder": 'regel\r\n"twee"\\'}),
    ("bezit", {"nergens": 1}),
    ("nergens", {}),
)
GOOD: dict[str, Answers] = {"persoon": PERSON, "huwelijk": MARRIAGE, "bezit": ASSETS}
pages = st.sampled_from(PAGES)
versions = st.sampled_from([0, 0, 0, 0, -1, -2, 1])
"""The version that the client saw, relative to the current version."""


class QuestionnaireActs(Model):
    """Acts of both sides, including acts that the portal refuses."""

    # ------------------------------------------------------------------ the office
    @rule(revision=st.integers(1, 4), other=st.booleans())
    def publish_a_questionnaire(self, revision: int, other: bool) -> None:
        """Publish a revision, whose number may already be taken."""
        text = json.dumps(revised(revision)) if other else document(revision=revision)
        self.twins.both(lambda world: world.portal.office.questionnaires.publish(self.desk, text))

    @precondition(lambda self: len(self.asked) < AT_ONCE)
    @rule(dossier=some, client=some, revision=st.sampled_from([None, None, 1, 2]), subject=texts, late=st.booleans())
    def assign(self, dossier: int, client: int, revision: int | None, subject: str, late: bool) -> None:
        """Assign a questionnaire to a client that may not be a party, with a due date that may have passed."""
        dossier_id, client_id = pick(self.parties, dossier), pick(self.clients, client)
        due_on = date(2025, 1, 1) if late else None
        id = self.twins.both(
            lambda world: world.portal.office.questionnaires.assign(
                self.desk, dossier_id, client_id, "intake", revision=revision, subject=subject, due_on=due_on
            )
        )
        if id is not None:
            self.asked[id] = (dossier_id, client_id)

    @precondition(lambda self: self.asked)
    @rule(asked=some, often=st.integers(0, 3))
    def take_back(self, asked: int, often: int) -> None:
        """Withdraw a questionnaire, in one of four calls."""
        id = pick(self.asked, asked)
        if often == 0:
            self.twins.both(lambda world: world.portal.office.questionnaires.withdraw(self.desk, id))
            if id not in self.completed:
                self.acknowledged.pop(id, None)

    @precondition(lambda self: self.asked)
    @rule(asked=some, revision=st.integers(1, 4))
    def carry_over(self, asked: int, revision: int) -> None:
        """Move a questionnaire to another revision, if that exists. No answer may be added or changed."""
        id = pick(self.asked, asked)
        self.twins.both(lambda world: world.portal.office.questionnaires.rebase(self.desk, id, revision))
        if id in self.acknowledged:
            with self.twins.memory.storage.begin() as uow:
                answering = uow.assignments.get(self.desk.office_id, id).answering
            assert answering is not None
            assert answering.raw.items() <= self.acknowledged[id].raw.items()
            self.acknowledged[id] = answering

    @precondition(lambda self: self.asked)
    @rule(asked=some)
    def read_the_answers(self, asked: int) -> None:
        """Read the answers of a questionnaire that may not be completed."""
        id = pick(self.asked, asked)
        self.twins.both(lambda world: world.portal.office.questionnaires.answers(self.desk, id))

    # ------------------------------------------------------------------ the client
    def somebody(self, account: int, id: AssignmentId) -> Actor:
        """Make the actor of some account: in three of four calls, an account that the questionnaire is for."""
        with self.twins.memory.storage.begin() as uow:
            holdings = [uow.accounts.get(self.desk.office_id, each) for each in self.accounts]
            found = [(uow.persons.get(self.desk.office_id, each.person_id), each, client) for each, client in holdings]
        own = [each for each in found if each[2].id == self.asked[id][1]]
        return actor_of(*pick(own if account % 4 else found, account))

    @precondition(lambda self: self.asked)
    @rule(account=some, asked=some, pages_on=st.integers(0, 4), files=st.booleans())
    def go_on(self, account: int, asked: int, pages_on: int, files: bool) -> None:
        """Start a questionnaire, which may be another client's, and save some of the next pages or complete it."""
        id = pick(self.asked, asked)
        actor = self.somebody(account, id)
        opened = self.twins.both(lambda world: self.seen(id, world.portal.client.questionnaires.start(actor, id)))
        for _ in range(pages_on if opened else 0):
            definition = self.twins.memory.portal.client.questionnaires.open(actor, id).definition
            page = resume(definition, self.acknowledged[id])
            if page is None:
                self.complete(account, list(self.acknowledged).index(id), 0)
                break
            good = HOUSE if any(question.id == "huis" for question in page.questions) else GOOD[page.page.id]
            self.save(account, id, page.page.id, self.with_files(id, good, page.page) if files else good, 0)

    def with_files(self, id: AssignmentId, answers: Answers, page: Page) -> Answers:
        """Add all files of a page's questions to the answers: those already saved and all that were uploaded."""
        files: dict[str, list[str]] = {}
        for question in (each.id for each in page.questions if each.id in FILE_QUESTIONS):
            uploaded = [str(upload) for of, what, upload in self.staged if (of, what) == (id, question)]
            files[question] = list(dict.fromkeys([*self.standing(id, question), *uploaded]))
        return {**answers, **files}

    @precondition(lambda self: self.acknowledged)
    @rule(account=some, asked=some, page=pages, behind=versions, named=st.lists(some, max_size=2))
    def save_a_page(self, account: int, asked: int, page: tuple[str, Answers], behind: int, named: list[int]) -> None:
        """Save a page, which may be hidden, of a questionnaire that may be another client's, with some files."""
        name, answers = page
        id = pick(self.acknowledged, asked)
        waiting = [each for each in self.staged if each[0] == id] or self.staged
        for each in named if waiting else []:
            _id, question, upload = pick(waiting, each)
            answers = {**answers, question: [*self.standing(id, question), str(upload)]}
        self.save(account, id, name, answers, behind)

    def standing(self, id: AssignmentId, question: str) -> list[str]:
        """Give the ids of the files in a saved answer."""
        answer = self.acknowledged[id].raw.get(question)
        return [str(file["id"]) for file in answer if isinstance(file, dict)] if isinstance(answer, list) else []

    def save(self, account: int, id: AssignmentId, page: str, answers: Answers, behind: int) -> None:
        """Save a page, with a version that may not be the current one."""
        version = self.acknowledged[id].version + behind
        actor = self.somebody(account, id)
        self.twins.both(
            lambda world: self.seen(
                id, world.portal.client.questionnaires.save(actor, id, page, answers, version=version)
            )
        )

    @precondition(lambda self: self.acknowledged)
    @rule(account=some, asked=some, behind=versions)
    def complete(self, account: int, asked: int, behind: int) -> None:
        """Complete a questionnaire, which may be unfinished or already completed."""
        id = pick(self.acknowledged, asked)
        version = self.acknowledged[id].version + behind
        actor = self.somebody(account, id)
        completed = self.twins.both(
            lambda world: self.seen(id, world.portal.client.questionnaires.complete(actor, id, version=version))
        )
        if completed is not None:
            self.completed.add(id)

    def seen(self, id: AssignmentId, opened: Saved) -> object:
        """Store the answers that the portal returned in ``acknowledged``."""
        assert opened.assignment.answering is not None
        self.acknowledged[id] = opened.assignment.answering
        dossier = opened.dossier if isinstance(opened, Opened) else None
        return opened.assignment, dossier, opened.definition.digest

    @precondition(lambda self: self.asked)
    @rule(account=some, asked=some, question=st.sampled_from([*FILE_QUESTIONS, "naam"]), file=files)
    def stage_an_answer(self, account: int, asked: int, question: str, file: tuple[str, bytes]) -> None:
        """Upload a file for a question, which may not accept files."""
        id, (name, content) = pick(self.asked, asked), file
        actor = self.somebody(account, id)
        row = self.twins.both(
            lambda world: world.portal.client.answer_files.stage(
                actor, id, question, name=name, blocks=in_blocks(content)
            )
        )
        if row is not None:
            self.staged.append((id, question, row.id))

    @precondition(lambda self: self.staged)
    @rule(account=some, upload=some)
    def let_go_of_an_answer(self, account: int, upload: int) -> None:
        """Remove some file, which may be another account's or already saved."""
        id, _question, upload_id = pick(self.staged, upload)
        actor = self.somebody(account, id)
        self.twins.both(lambda world: world.portal.client.answer_files.unstage(actor, id, upload_id))
