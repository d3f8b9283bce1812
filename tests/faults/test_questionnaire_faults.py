"""A crash at any step of saving or completing a questionnaire, or of filing its PDF, undoes all of it (AL-2)."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import Connection, event, select

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.storage.sql.schema import metadata
from klantportaal.domain.errors import Conflict
from klantportaal.domain.outgoing import Lane, Task, TaskKind
from klantportaal.domain.questionnaires.assignments import Assignment, AssignmentState
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import SubmissionKind
from klantportaal.domain.values import AssignmentId, DossierId
from klantportaal.testing.questionnaires import page, question, questionnaire
from tests.support.postgres import temporary_database
from tests.usecases.world import PDF, World, in_blocks

ASKED = questionnaire(
    "intake", page("stukken", question("naam"), question("bewijs", "file"), question("kopie", "file"))
)


class Crash(Exception):
    """An unexpected error."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStorage]:
    """An empty storage on either database."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            storage = SqlStorage.sqlite(tmp_path / "portal.sqlite")
        else:
            server = request.getfixturevalue("postgres_server")
            storage = SqlStorage.postgresql(stack.enter_context(temporary_database(server)))
        stack.callback(storage.close)
        storage.migrate()
        yield storage


@attrs.define
class Fault:
    """Fails once, at the n-th step of a unit of work. The steps are its statements and then its commit."""

    at: int
    error: type[Exception]
    seen: int = 0

    def _step(self) -> None:
        self.seen += 1
        if self.seen == self.at:
            raise self.error

    @contextmanager
    def within(self, storage: SqlStorage) -> Iterator[None]:
        """Fail within this context."""

        def at_statement(*_details: Any) -> None:
            self._step()

        def at_commit(_connection: Connection) -> None:
            self._step()

        engine = storage._engines.writing
        event.listen(engine, "before_cursor_execute", at_statement)
        event.listen(engine, "commit", at_commit)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", at_statement)
            event.remove(engine, "commit", at_commit)


def everything(storage: SqlStorage) -> dict[str, list[tuple[Any, ...]]]:
    """Read every row of every table."""
    return {
        name: sorted((tuple(row) for row in storage._engines.readers.all(select(table), {})), key=repr)
        for name, table in metadata.tables.items()
    }


@attrs.frozen(kw_only=True)
class Filling:
    """A questionnaire of one page, started, with two files staged for it."""

    world: World
    actor: Actor
    dossier: DossierId
    id: AssignmentId
    files: tuple[str, str]

    @property
    def now(self) -> Assignment:
        """The questionnaire as it is now."""
        return self.world.portal.client.questionnaires.open(self.actor, self.id).assignment

    def save(self) -> None:
        """Save the page with the second file instead of the first."""
        answers = {"naam": "Jan", "bewijs": [self.files[1]]}
        self.world.portal.client.questionnaires.save(self.actor, self.id, "stukken", answers, version=1)

    def complete(self) -> None:
        """Complete the questionnaire."""
        self.world.portal.client.questionnaires.complete(self.actor, self.id, version=2)

    def task(self) -> Task:
        """Get the task that makes the PDF."""
        now = self.world.clock.now()
        with self.world.storage.begin() as uow:
            [task] = [
                each for each in uow.outbox.lease(Lane.PDF, at=now, until=now, limit=99) if each.kind is TaskKind.RESULT
            ]
        return task

    def file_result(self) -> None:
        """Make the PDF and file it."""
        self.world.portal.background.dispatcher._dispatching._answer_pdfs.file(self.task())


@pytest.fixture
def filling(storage: SqlStorage) -> Filling:
    """A questionnaire whose page was saved once."""
    world = World(storage=storage)
    actor = world.onboard()
    dossier = world.dossier(actor)
    world.publish_questionnaire(json.dumps(ASKED))
    id = world.portal.office.questionnaires.assign(world.handler, dossier, actor.client_id, "intake")
    world.portal.client.questionnaires.start(actor, id)
    stage = world.portal.client.answer_files.stage
    one, two = (
        str(stage(actor, id, "bewijs", name=f"{name}.pdf", blocks=in_blocks(PDF)).id) for name in ("een", "twee")
    )
    world.portal.client.questionnaires.save(actor, id, "stukken", {"naam": "Jan", "bewijs": [one]}, version=0)
    return Filling(world=world, actor=actor, dossier=dossier, id=id, files=(one, two))


def steps_of(storage: SqlStorage, act: Callable[[], None], error: type[Exception]) -> Iterator[int]:
    """Run an action until it succeeds, with a failure at step 1, then at step 2, and so on. Yield each failed step."""
    for at in range(1, 100):
        fault = Fault(at, error)
        try:
            with fault.within(storage):
                act()
        except error:
            yield at
        else:
            return


ACTS: dict[str, tuple[list[Callable[[Filling], None]], Callable[[Filling], None]]] = {
    "save": ([], Filling.save),
    "complete": ([Filling.save], Filling.complete),
    "file": ([Filling.save, Filling.complete], Filling.file_result),
}
"""For each action: the actions before it, and the action itself."""


@pytest.mark.parametrize("act", ACTS)
def test_a_crash_leaves_everything_as_it_was(storage: SqlStorage, filling: Filling, act: str) -> None:
    """AL-2, property 9: A crash at any statement or at the commit changes nothing. Repeating it works once."""
    before, do = ACTS[act]
    for step in before:
        step(filling)
    stood = everything(storage)
    steps = 0
    for at in steps_of(storage, lambda: do(filling), Crash):
        assert everything(storage) == stood, f"after a crash at step {at}"
        steps = at
    assert steps >= 5
    assert_done_once(filling, act)


@pytest.mark.parametrize("act", ["save", "complete"])
def test_a_deadlock_is_tried_once_more(storage: SqlStorage, filling: Filling, act: str) -> None:
    """AL-2, AT-5: A conflict that the database reports at any statement is retried with the current data."""
    before, do = ACTS[act]
    for step in before:
        step(filling)
    with Fault(5, Conflict).within(storage):
        do(filling)
    assert_done_once(filling, act)


def assert_done_once(filling: Filling, act: str) -> None:
    """Check all results of saving, completing and filing."""
    world, now = filling.world, filling.now
    answering = now.answering
    assert answering is not None
    assert answering.raw == {
        "naam": "Jan",
        "bewijs": [{"id": filling.files[1], "name": "twee.pdf", "size": len(PDF)}],
    }
    with world.storage.begin() as uow:
        kept = [str(each.id) for each in uow.assignments.files(world.office, filling.id)]
    delivered = [
        (row.kind, str(row.id) == filling.files[1])
        for row in world.portal.client.dossiers.submissions(filling.actor, filling.dossier)
    ]
    trail = world.audit()
    assert (answering.version, trail.count("QuestionnairePageSaved")) == (2, 2)
    if act == "save":
        assert (now.state, kept, delivered) == (AssignmentState.OPEN, [filling.files[1]], [])
        return
    assert (now.state, kept, trail.count("QuestionnaireCompleted")) == (AssignmentState.COMPLETED, [], 1)
    filled = (SubmissionKind.ATTACHMENT, True)
    assert filling.task().attempts == 1
    if act == "complete":
        assert delivered == [filled]
    else:
        assert sorted(delivered) == [filled, (SubmissionKind.QUESTIONNAIRE, False)]
        assert trail.count("ResultFiled") == 1
