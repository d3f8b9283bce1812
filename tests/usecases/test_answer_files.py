"""Files as answers, from upload to delivery (AT-2, QU-2, QU-4)."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest

from klantportaal.domain.errors import Absent, Conflict, FaultCode, Refused, Unavailable
from klantportaal.domain.questionnaires.answer_files import draft_of
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.definition import Answer
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import StagedUpload, SubmissionKind, UploadLimits
from klantportaal.domain.values import AssignmentId, Language, SubmissionId
from klantportaal.ports.reading import SubmissionRow, UploadRow
from klantportaal.settings import Settings
from tests.usecases.intake import ASSETS, MARRIAGE, PERSON, SINGLE, document
from tests.usecases.test_questionnaires import Faults, raised
from tests.usecases.world import PDF, World, answering, in_blocks

DAY = timedelta(hours=24, seconds=1)


@pytest.fixture
def id(world: World, jan: Actor) -> AssignmentId:
    """A questionnaire whose first page was saved by a married client."""
    id = world.ask(jan, world.dossier(jan))
    world.fill_in(jan, id, {"persoon": PERSON})
    return id


def stage(world: World, actor: Actor, id: AssignmentId, question: str = "akte", name: str = "akte.pdf") -> UploadRow:
    """Upload a small PDF for a question."""
    return world.portal.client.answer_files.stage(actor, id, question, name=name, blocks=in_blocks(PDF))


def staged(world: World, actor: Actor, id: AssignmentId, question: str = "akte") -> list[UploadRow]:
    """List the files that wait for their page to be saved."""
    return list(world.portal.client.answer_files.staged(actor, id, question))


def as_answer(*rows: UploadRow) -> Answer:
    """Give files in the form in which answers store them."""
    return [{"id": str(row.id), "name": row.name, "size": row.size} for row in rows]


def marriage(*rows: UploadRow, **more: object) -> dict[str, object]:
    """Answer the page with the question ``akte``, which accepts files."""
    return {**MARRIAGE, "akte": [str(row.id) for row in rows], **more}


def kept(world: World, id: AssignmentId) -> set[UUID]:
    """Give the ids of the files that are stored as answers."""
    with world.storage.begin() as uow:
        return {each.id for each in uow.assignments.files(world.office, id)}


def waits(world: World, actor: Actor, id: AssignmentId, question: str) -> list[StagedUpload]:
    """Read the rows of staged files, including expired ones."""
    with world.storage.begin() as uow:
        dossier_id = uow.assignments.get(world.office, id).dossier_id
        return list(uow.uploads.of_draft(actor, dossier_id, draft_of(id, question)))


# ------------------------------------------------------------------ before and after saving
def test_staged_for_one_account(world: World, jan: Actor, id: AssignmentId) -> None:
    """AT-2: until its page is saved, an upload is visible to its own account and question only."""
    extra = world.extra_account(jan, "extra@example.nl")
    row = stage(world, jan, id)
    assert row == UploadRow(id=row.id, name="akte.pdf", size=len(PDF))
    assert staged(world, jan, id) == [row]
    assert staged(world, extra, id) == staged(world, jan, id, "bewijs") == []
    assert answering(world.portal.client.questionnaires.open(jan, id)).raw == PERSON
    assert world.audit().count("UploadStaged") == 1


def test_saved_with_its_page(world: World, jan: Actor, id: AssignmentId) -> None:
    """QU-2: saving the page makes the file an answer, which all accounts of the client see and which never expires."""
    extra = world.extra_account(jan, "extra@example.nl")
    row = stage(world, jan, id)
    saved = world.fill_in(jan, id, {"huwelijk": marriage(row)})
    assert answering(saved).raw == {**PERSON, **MARRIAGE, "akte": as_answer(row)}
    assert (staged(world, jan, id), kept(world, id)) == ([], {row.id})
    world.clock.advance(DAY)
    world.clock.advance(DAY)
    assert world.portal.background.sweeper.run_once() == 0
    assert world.portal.client.questionnaires.start(extra, id) == saved
    more = stage(world, extra, id, name="vertaling.pdf")
    again = world.fill_in(extra, id, {"huwelijk": marriage(row, more)})
    assert answering(again).raw["akte"] == as_answer(row, more)
    assert kept(world, id) == {row.id, more.id}


def test_saved_once(world: World, jan: Actor, id: AssignmentId) -> None:
    """QU-3, property 8: repeating a save with files, or naming a file twice, changes nothing."""
    row = stage(world, jan, id)
    save = world.portal.client.questionnaires.save
    first = save(jan, id, "huwelijk", marriage(row, row), version=1)
    assert answering(first).raw["akte"] == as_answer(row)
    world.later(seconds=1)
    assert save(jan, id, "huwelijk", marriage(row), version=1) == first
    assert world.audit().count("QuestionnairePageSaved") == 2
    assert kept(world, id) == {row.id}


def test_removed_on_a_later_save(world: World, jan: Actor, id: AssignmentId) -> None:
    """AL-3: a save that removes a file from an answer also deletes the file's bytes at once."""
    row, other = stage(world, jan, id), stage(world, jan, id)
    world.fill_in(jan, id, {"huwelijk": marriage(row, other)})
    left = world.fill_in(jan, id, {"huwelijk": marriage(other)})
    assert answering(left).raw["akte"] == as_answer(other)
    assert (kept(world, id), len(world.files.contents)) == ({other.id}, 1)
    without = world.fill_in(jan, id, {"huwelijk": MARRIAGE})
    assert answering(without).raw == {**PERSON, **MARRIAGE}
    assert (kept(world, id), world.files.contents) == (set(), {})


def test_bytes_out_of_reach(world: World, jan: Actor, id: AssignmentId, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-3: if bytes cannot be deleted, the save still succeeds and the sweeper deletes them after a day."""
    row = stage(world, jan, id)
    world.fill_in(jan, id, {"huwelijk": marriage(row)})

    def out_of_reach(*_arguments: object) -> None:
        raise Unavailable

    with monkeypatch.context() as patched:
        patched.setattr(type(world.files), "remove", out_of_reach)
        world.fill_in(jan, id, {"huwelijk": MARRIAGE})
    assert (kept(world, id), len(world.files.contents)) == (set(), 1)
    assert world.portal.background.sweeper.run_once() == 0
    world.clock.advance(DAY)
    assert world.portal.background.sweeper.run_once() == 1
    assert world.files.contents == {}


ACTS: dict[str, Callable[[World, Actor, AssignmentId], object]] = {
    "save": lambda world, jan, id: world.fill_in(jan, id, {"huwelijk": MARRIAGE}),
    "complete": lambda world, jan, id: world.portal.client.questionnaires.complete(jan, id, version=4),
    "withdraw": lambda world, _jan, id: world.portal.office.questionnaires.withdraw(world.handler, id),
    "rebase": lambda world, _jan, id: world.portal.office.questionnaires.rebase(world.handler, id, 2),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_not_dropped_after_all(
    world: World,
    jan: Actor,
    id: AssignmentId,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[World, Actor, AssignmentId], object],
) -> None:
    """AL-3: bytes are deleted after the commit, and stay if the commit fails."""
    world.fill_in(jan, id, {"huwelijk": marriage(stage(world, jan, id))})
    world.publish_questionnaire(document(revision=2, pages=json.loads(document())["pages"][:1]))
    world.fill_in(jan, id, {"bezit": ASSETS})
    if act is ACTS["complete"]:
        world.fill_in(jan, id, {"persoon": SINGLE})

    def unreachable(*_arguments: object) -> None:
        raise Unavailable

    with world.storage.begin() as uow:
        unit_of_work = type(uow)
    with monkeypatch.context() as patched:
        patched.setattr(unit_of_work, "commit", unreachable)
        with pytest.raises(Unavailable):
            act(world, jan, id)
    assert len(world.files.contents) == len(kept(world, id)) == 1
    act(world, jan, id)
    assert (kept(world, id), world.files.contents) == (set(), {})


def test_unstage(world: World, jan: Actor, id: AssignmentId) -> None:
    """AT-2: only the account that uploaded a file can unstage it, and only while the file is not an answer."""
    extra = world.extra_account(jan, "extra@example.nl")
    row, other = stage(world, jan, id), stage(world, jan, id, name="andere.pdf")
    unstage = world.portal.client.answer_files.unstage
    with pytest.raises(Absent):
        unstage(extra, id, row.id)
    unstage(jan, id, row.id)
    assert staged(world, jan, id) == [other]
    assert len(world.files.contents) == 1
    world.fill_in(jan, id, {"huwelijk": marriage(other)})
    with pytest.raises(Absent):
        unstage(jan, id, other.id)
    assert kept(world, id) == {other.id}


# ------------------------------------------------------------------ files that do not belong to the question
def gone(field: str = "akte") -> Faults:
    """The fault for a file that does not exist any more."""
    return [(FaultCode.UPLOAD_GONE, field, {})]


FOREIGN: dict[str, Callable[[World, Actor, AssignmentId], object]] = {
    "another account's": lambda world, jan, id: stage(world, world.extra_account(jan, "extra@example.nl"), id).id,
    "another question's": lambda world, jan, id: stage(world, jan, id, "bewijs").id,
    "another assignment's": lambda world, jan, id: started_elsewhere(world, jan).id,
    "a message's": lambda world, jan, id: (
        world.portal.client.attachments.stage(
            jan,
            world.portal.client.questionnaires.open(jan, id).dossier.id,
            world.portal.client.messages.new_draft(),
            name="a.pdf",
            blocks=[PDF],
        ).id
    ),
    "unknown": lambda *_: UUID(int=7),
    "no id": lambda *_: "../../etc/passwd",
}


def started_elsewhere(world: World, jan: Actor) -> UploadRow:
    """Stage a file for the same question of another assignment."""
    other = world.ask(jan, world.dossier(jan, number="2026-002"))
    world.portal.client.questionnaires.start(jan, other)
    return stage(world, jan, other)


@pytest.mark.parametrize("foreign", FOREIGN.values(), ids=FOREIGN)
def test_files_of_others(
    world: World, jan: Actor, id: AssignmentId, foreign: Callable[[World, Actor, AssignmentId], object]
) -> None:
    """DO-1, AL-1: an id that is not of the question's own files is refused as a missing file, and nothing changes."""
    own, other = stage(world, jan, id), str(foreign(world, jan, id))
    before = world.portal.client.questionnaires.open(jan, id)
    save = world.portal.client.questionnaires.save
    submitted = {**MARRIAGE, "akte": [str(own.id), other]}
    assert raised(Refused, lambda: save(jan, id, "huwelijk", submitted, version=1)) == gone()
    assert world.portal.client.questionnaires.open(jan, id) == before
    assert (staged(world, jan, id), kept(world, id)) == ([own], set())


@pytest.mark.parametrize(
    "typed",
    [
        [{"id": str(UUID(int=7)), "name": "a.pdf", "size": 1}],
        ({"id": str(UUID(int=7)), "name": "a.pdf", "size": 1},),
        [None],
        [[]],
        [7],
    ],
    ids=str,
)
def test_forged_files(world: World, jan: Actor, id: AssignmentId, typed: Any) -> None:
    """AL-1: answers that describe a file, or have the wrong type, are refused as missing files."""
    save = world.portal.client.questionnaires.save
    submitted = {"akte": typed, "partner": ""}
    faults = [(FaultCode.MISSING, "partner", {}), *gone()]
    assert raised(Refused, lambda: save(jan, id, "huwelijk", submitted, version=1)) == faults


def test_a_file_of_one_question_at_another_of_its_page(world: World, jan: Actor, id: AssignmentId) -> None:
    """AL-1: a file is refused as an answer to another question of the same page, whether staged or saved."""
    world.fill_in(jan, id, {"huwelijk": MARRIAGE})
    evidence, copy = (stage(world, jan, id, question) for question in ("bewijs", "kopie"))
    save = world.portal.client.questionnaires.save
    crossed = {"bewijs": [str(copy.id)], "kopie": [str(evidence.id)]}
    faults = [*gone("bewijs"), *gone("kopie")]
    assert raised(Refused, lambda: save(jan, id, "bezit", crossed, version=2)) == faults
    straight = {"bewijs": [str(evidence.id)], "kopie": [str(copy.id)]}
    saved = save(jan, id, "bezit", straight, version=2)
    assert raised(Refused, lambda: save(jan, id, "bezit", crossed, version=3)) == faults
    opened = world.portal.client.questionnaires.open(jan, id)
    assert (opened.assignment, opened.definition) == (saved.assignment, saved.definition)
    assert kept(world, id) == {evidence.id, copy.id}


def test_waited_too_long(world: World, jan: Actor, id: AssignmentId) -> None:
    """AT-2: a file that expired before its page was saved is reported together with all other faults of the page."""
    row = stage(world, jan, id)
    world.clock.advance(DAY)
    jan = world.sign_in()
    save = world.portal.client.questionnaires.save
    faults = [(FaultCode.MISSING, "partner", {}), *gone()]
    assert raised(Refused, lambda: save(jan, id, "huwelijk", marriage(row, partner=" "), version=1)) == faults
    assert staged(world, jan, id) == []
    assert world.portal.background.sweeper.run_once() == 1
    assert raised(Refused, lambda: save(jan, id, "huwelijk", marriage(row), version=1)) == gone()


def test_stale_tab_with_a_file(world: World, jan: Actor, id: AssignmentId) -> None:
    """QU-3, property 8: a stale save is a conflict, also if a file in it no longer exists."""
    row = stage(world, jan, id)
    world.fill_in(jan, id, {"huwelijk": marriage(row)})
    left = world.fill_in(jan, id, {"huwelijk": MARRIAGE})
    save = world.portal.client.questionnaires.save
    raised(Conflict, lambda: save(jan, id, "huwelijk", marriage(row), version=2))
    raised(Conflict, lambda: save(jan, id, "huwelijk", marriage(row), version=1))
    assert world.portal.client.questionnaires.open(jan, id) == left


def test_a_file_under_a_question_that_is_hidden(world: World, jan: Actor) -> None:
    """QU-3, property 4: answers to a hidden page are refused, and their files stay staged."""
    id = world.ask(jan)
    world.fill_in(jan, id, {"persoon": PERSON})
    row = stage(world, jan, id)
    world.fill_in(jan, id, {"persoon": SINGLE})
    save = world.portal.client.questionnaires.save
    hidden: Faults = [(FaultCode.PAGE_HIDDEN, "huwelijk", {})]
    assert raised(Refused, lambda: save(jan, id, "huwelijk", marriage(row), version=2)) == hidden
    assert (staged(world, jan, id), kept(world, id)) == ([row], set())


def test_let_go_of_while_saving(world: World, jan: Actor, id: AssignmentId, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: if a staged file is removed during a save, the save is a conflict after a second attempt."""
    row = stage(world, jan, id)
    with world.storage.begin() as uow:
        uploads = type(uow.uploads)
    monkeypatch.setattr(uploads, "remove", lambda *_arguments: 0)
    save = world.portal.client.questionnaires.save
    raised(Conflict, lambda: save(jan, id, "huwelijk", marriage(row), version=1))
    assert kept(world, id) == set()


# ------------------------------------------------------------------ limits
def test_too_many(world: World, jan: Actor, id: AssignmentId) -> None:
    """AT-3, AL-1: more files than the question allows are refused."""
    world.fill_in(jan, id, {"huwelijk": MARRIAGE})
    rows = [stage(world, jan, id, "bewijs", f"{number}.pdf") for number in range(3)]
    save = world.portal.client.questionnaires.save
    three = {"bewijs": [str(row.id) for row in rows]}
    faults: Faults = [(FaultCode.TOO_MANY, "bewijs", {"limit": 2})]
    assert raised(Refused, lambda: save(jan, id, "bezit", three, version=2)) == faults
    assert staged(world, jan, id, "bewijs") == rows


def test_what_is_not_taken_in() -> None:
    """AT-3: the limits of attachments apply to each question separately, and each fault names the file."""
    world = World(settings=Settings(uploads=UploadLimits(files=1, file_size=len(PDF))))
    jan = world.onboard()
    id = world.ask(jan)
    world.portal.client.questionnaires.start(jan, id)
    stage(world, jan, id)
    put = world.portal.client.answer_files.stage
    one_too_many = {"name": "nog-een.pdf", "limit": 1}
    assert raised(Refused, lambda: stage(world, jan, id, name="nog-een.pdf")) == [
        (FaultCode.TOO_MANY_FILES, "files", one_too_many)
    ]
    refusals = {
        FaultCode.FILE_TOO_LARGE: ("groot.pdf", [PDF, b"x"]),
        FaultCode.FILE_TYPE_FORBIDDEN: ("virus.exe", [b"MZ"]),
        FaultCode.FILE_CONTENT_DIFFERS: ("akte.pdf", [b"MZ"]),
        FaultCode.FILE_EMPTY: ("leeg.pdf", []),
    }
    for code, (name, blocks) in refusals.items():
        (fault,) = raised(Refused, lambda name=name, blocks=blocks: put(jan, id, "bewijs", name=name, blocks=blocks))  # type: ignore[misc]
        assert (fault[0], fault[1], fault[2]["name"]) == (code, "files", name)
    assert len(world.files.contents) == 1


@pytest.mark.parametrize("question", ["nergens", "partner", "kind"])
def test_questions_that_ask_for_no_file(world: World, jan: Actor, id: AssignmentId, question: str) -> None:
    """AL-1: a question that does not exist, or is of another type, accepts no file."""
    with pytest.raises(Absent):
        stage(world, jan, id, question)
    assert world.files.contents == {}


@pytest.mark.parametrize("state", ["new", "completed", "withdrawn"])
def test_states_in_which_no_file_is_taken(world: World, jan: Actor, state: str) -> None:
    """QU-1: a questionnaire that is new, completed or withdrawn accepts no file."""
    id = world.ask(jan)
    if state == "completed":
        world.complete(jan, id)
    elif state == "withdrawn":
        world.portal.office.questionnaires.withdraw(world.handler, id)
    refusal: Faults = [(FaultCode.WRONG_STATE, "questionnaire", {"state": state})]
    assert raised(Refused, lambda: stage(world, jan, id)) == refusal
    assert world.files.contents == {}


# ------------------------------------------------------------------ completion
def test_delivered(world: World, jan: Actor) -> None:
    """QU-4: completion delivers the visible files under the name of the uploader, and they download unchanged."""
    dossier = world.dossier(jan)
    id = world.ask(jan, dossier)
    extra = world.extra_account(jan, "extra@example.nl")
    world.fill_in(jan, id, {"persoon": PERSON})
    row = stage(world, extra, id)
    world.fill_in(extra, id, {"huwelijk": marriage(row)})
    world.later(hours=1)
    completed = world.complete(world.sign_in(), id, {"bezit": ASSETS})
    assert list(world.portal.client.dossiers.submissions(jan, dossier)) == [
        SubmissionRow(
            id=SubmissionId(row.id),
            kind=SubmissionKind.ATTACHMENT,
            name="akte.pdf",
            size=len(PDF),
            delivered_at=world.clock.now(),
            delivered_by="Extra Account",
            client_id=jan.client_id,
            message_id=None,
            assignment_id=id,
            question_label={Language.DUTCH: "Uw trouwakte", Language.ENGLISH: "Your marriage certificate"},
        )
    ]
    assert kept(world, id) == set()
    assert answering(completed).raw["akte"] == as_answer(row)
    mine = world.portal.client.dossiers.download_submission(jan, dossier, SubmissionId(row.id))
    theirs = world.portal.office.messages.fetch(world.handler, SubmissionId(row.id))
    assert b"".join(mine.blocks) == b"".join(theirs.blocks) == PDF
    world.clock.advance(DAY)
    assert world.portal.background.sweeper.run_once() == 0


def test_hidden_at_completion(world: World, jan: Actor) -> None:
    """QU-3, property 6: a file under a hidden question is not delivered at completion, and its bytes are deleted."""
    dossier = world.dossier(jan)
    id = world.ask(jan, dossier)
    world.fill_in(jan, id, {"persoon": PERSON})
    hidden, counting = stage(world, jan, id), stage(world, jan, id, "kopie")
    world.fill_in(jan, id, {"huwelijk": marriage(hidden), "bezit": {"kopie": [str(counting.id)]}})
    world.fill_in(jan, id, {"persoon": SINGLE})
    assert kept(world, id) == {hidden.id, counting.id}
    completed = world.complete(jan, id, {})
    assert answering(completed).raw == {**SINGLE, "kopie": as_answer(counting)}
    assert [row.id for row in world.portal.client.dossiers.submissions(jan, dossier)] == [counting.id]
    assert (kept(world, id), len(world.files.contents)) == (set(), 1)


def test_staged_but_never_saved(world: World, jan: Actor, id: AssignmentId) -> None:
    """AT-2: a staged file whose page was not saved is not delivered at completion, and expires."""
    row = stage(world, jan, id)
    dossier = world.complete(jan, id, {"huwelijk": MARRIAGE, "bezit": ASSETS}).dossier.id
    assert list(world.portal.client.dossiers.submissions(jan, dossier)) == []
    assert [each.id for each in waits(world, jan, id, "akte")] == [row.id]
    world.clock.advance(DAY)
    assert world.portal.background.sweeper.run_once() == 1
    assert waits(world, jan, id, "akte") == []
    assert world.files.contents == {}


def test_sent_at_the_last_moment(world: World, jan: Actor, id: AssignmentId, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-3: a file that becomes an answer while the sweeper handles it as expired keeps its bytes."""
    row = stage(world, jan, id)
    (upload,) = waits(world, jan, id, "akte")
    world.fill_in(jan, id, {"huwelijk": marriage(row)})
    late = [[attrs.evolve(upload, expires_at=world.clock.now())], []]
    with world.storage.begin() as uow:
        uploads = type(uow.uploads)
    monkeypatch.setattr(uploads, "expired", lambda *_arguments, **_named: late.pop(0))
    assert world.portal.background.sweeper.run_once() == 0
    assert late == []
    assert list(world.files.contents) == [upload.file.key]


def test_answers_that_hold_no_files(world: World, jan: Actor, id: AssignmentId) -> None:
    """QU-2: an empty answer to a question for files is not stored."""
    saved = world.fill_in(jan, id, {"huwelijk": {**MARRIAGE, "akte": []}, "bezit": {"bewijs": None, "kopie": ()}})
    assert answering(saved) == Answering(
        as_of=world.clock.now().date(),
        raw={**PERSON, **MARRIAGE},
        saved=frozenset({"persoon", "huwelijk", "bezit"}),
        last_saved="bezit",
        version=3,
    )
