"""Assignments, from assigning a questionnaire to its result."""

import json
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid5

import attrs
import pytest

from klantportaal.domain.errors import Conflict, Fault, FaultCode
from klantportaal.domain.events import (
    QuestionnaireAssigned,
    QuestionnaireCompleted,
    QuestionnairePageSaved,
    QuestionnaireRebased,
    QuestionnaireStarted,
    QuestionnaireWithdrawn,
    ResultFiled,
)
from klantportaal.domain.questionnaires import (
    answer_files,
    answering,
    assignments,
    digest_cache,
    results,
    revision_change,
)
from klantportaal.domain.questionnaires.answer_files import AnswerFile
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.assignments import Assignment, AssignmentState
from klantportaal.domain.questionnaires.definition import Definition
from klantportaal.domain.uploads import StagedUpload, Submission, SubmissionKind
from klantportaal.domain.values import AnswerFileId, Language, SubmissionId, UploadId
from klantportaal.testing.filling_in import KNOWN, TODAY, published
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.domain import given
from tests.domain.given import ACCOUNT_ID, AT, CLIENT_ID, DOSSIER_ID, HANDLER, OFFICE_ID, fault, refusal
from tests.domain.questionnaires.given import ASSIGNMENT_ID, DEFINITION, DOCUMENT, FILE, assigned, definition

NEW = assigned()
STARTED = assigned(state=answering.start(DEFINITION, KNOWN, as_of=TODAY))
LATER = AT + timedelta(hours=1)


def save(
    assignment: Assignment, page_id: str, submitted: dict[str, Any], *, version: int, asked: Definition = DEFINITION
) -> Assignment:
    """Save a page."""
    return assignments.save(assignment, asked, page_id, submitted, version=version, account_id=ACCOUNT_ID, at=LATER)[0]


def filled_in(name: str = "Jo") -> Assignment:
    """Save all pages, with a file among the answers."""
    saved = save(STARTED, "persoon", {"naam": name, "getrouwd": True}, version=0)
    saved = save(saved, "partner", {"partner-naam": "Jan", "akte": [FILE]}, version=1)
    return save(saved, "slot", {}, version=2)


def completed() -> Assignment:
    """Fill in and complete a questionnaire."""
    return assignments.complete(
        filled_in(), DEFINITION, version=3, account_id=ACCOUNT_ID, language=Language.ENGLISH, at=LATER
    )[0]


def wrong_state(state: str) -> list[Fault]:
    """Make the fault of a call in a wrong state."""
    return [fault(FaultCode.WRONG_STATE, "questionnaire", state=state)]


def test_assigned() -> None:
    """QU-1: a new assignment is open; without a subject, its title in each language is the subject."""
    assert (
        Assignment(
            id=ASSIGNMENT_ID,
            office_id=OFFICE_ID,
            client_id=CLIENT_ID,
            dossier_id=DOSSIER_ID,
            questionnaire="gezin",
            revision=1,
            digest=DEFINITION.digest,
            subject={Language.DUTCH: "Gezin", Language.ENGLISH: "Gezin (en)"},
            assigned_at=AT,
            assigned_by=HANDLER,
        )
        == NEW
    )
    assert (NEW.state, NEW.progress, NEW.due_on, NEW.answering) == (AssignmentState.OPEN, 0, None, None)


def assign(**how: Any) -> tuple[Assignment, QuestionnaireAssigned]:
    """Assign a questionnaire with other arguments."""
    about: dict[str, Any] = {"id": ASSIGNMENT_ID, "office_id": OFFICE_ID, "client_id": CLIENT_ID, "handler": HANDLER}
    about |= {"dossier_id": DOSSIER_ID, "is_party": True, "subject": "", "due_on": None, "today": TODAY, "at": AT}
    return assignments.assign(DEFINITION, **{**about, **how})


def test_assign() -> None:
    """QU-1: a subject is one line, the same in every language; the due date may be today."""
    assignment, fact = assign(subject=" Uw\ntestament ", due_on=TODAY)
    assert assignment.subject == {Language.DUTCH: "Uw testament", Language.ENGLISH: "Uw testament"}
    assert assignment.due_on == TODAY
    assert fact == QuestionnaireAssigned(assignment_id=ASSIGNMENT_ID, dossier_id=DOSSIER_ID, client_id=CLIENT_ID, at=AT)


def test_not_assigned() -> None:
    """AL-1: a client that is no party, a long subject and a past due date are reported together."""
    assert refusal(lambda: assign(is_party=False, subject="x" * 151, due_on=TODAY - timedelta(days=1))) == [
        fault(FaultCode.NOT_A_PARTY, "client_id"),
        fault(FaultCode.TOO_LONG, "subject", limit=150),
        fault(FaultCode.DATE_PASSED, "due_on"),
    ]


def test_start() -> None:
    """QU-2: an assignment starts once, with the prefilled answers and the date of that day."""
    started, fact = assignments.start(NEW, DEFINITION, KNOWN, account_id=ACCOUNT_ID, today=TODAY, at=AT)
    assert started == attrs.evolve(NEW, started_at=AT, answering=Answering(as_of=TODAY, raw={"naam": "J. Jansen"}))
    assert fact == QuestionnaireStarted(assignment_id=ASSIGNMENT_ID, account_id=ACCOUNT_ID, at=AT)
    again = assignments.start(started, DEFINITION, {}, account_id=ACCOUNT_ID, today=TODAY + timedelta(1), at=LATER)
    assert again == (started, None)


def test_save() -> None:
    """QU-2: a saved page raises the progress and is recorded with its time; the same save again is not."""
    submitted: dict[str, Any] = {"naam": "Jo", "getrouwd": True}
    saved, fact = assignments.save(
        STARTED, DEFINITION, "persoon", submitted, version=0, account_id=ACCOUNT_ID, at=LATER
    )
    state = Answering(as_of=TODAY, raw=submitted, saved=frozenset({"persoon"}), last_saved="persoon", version=1)
    assert saved == attrs.evolve(STARTED, answering=state, progress=33, saved_at=LATER)
    assert fact == QuestionnairePageSaved(assignment_id=ASSIGNMENT_ID, saves=1, account_id=ACCOUNT_ID, at=LATER)
    again = assignments.save(saved, DEFINITION, "persoon", submitted, version=0, account_id=ACCOUNT_ID, at=LATER)
    assert again == (saved, None)


def test_complete() -> None:
    """QU-4: completion keeps the effective answers, the account and the language, and erases hidden answers."""
    unmarried = save(filled_in(), "persoon", {"naam": "Jo", "getrouwd": False}, version=3)
    assert unmarried.answering is not None
    assert "partner-naam" in unmarried.answering.raw
    with pytest.raises(Conflict):
        assignments.complete(unmarried, DEFINITION, version=3, account_id=ACCOUNT_ID, language=Language.DUTCH, at=LATER)
    done, fact = assignments.complete(
        unmarried, DEFINITION, version=4, account_id=ACCOUNT_ID, language=Language.DUTCH, at=LATER
    )
    state = Answering(
        as_of=TODAY,
        raw={"naam": "Jo", "getrouwd": False},
        saved=frozenset({"persoon", "slot"}),
        last_saved="persoon",
        version=4,
    )
    assert done == attrs.evolve(
        unmarried,
        answering=state,
        state=AssignmentState.COMPLETED,
        progress=100,
        ended_at=LATER,
        completed_by=ACCOUNT_ID,
        completed_in=Language.DUTCH,
    )
    assert fact == QuestionnaireCompleted(
        assignment_id=ASSIGNMENT_ID, dossier_id=DOSSIER_ID, account_id=ACCOUNT_ID, at=LATER
    )


def test_withdraw() -> None:
    """QU-1: an assignment is withdrawn once, and its answers are erased."""
    withdrawn, fact = assignments.withdraw(filled_in(), at=LATER)
    assert withdrawn == attrs.evolve(
        filled_in(), state=AssignmentState.WITHDRAWN, answering=None, progress=0, ended_at=LATER
    )
    assert fact == QuestionnaireWithdrawn(
        assignment_id=ASSIGNMENT_ID, dossier_id=DOSSIER_ID, client_id=CLIENT_ID, at=LATER
    )
    assert refusal(lambda: assignments.withdraw(withdrawn, at=LATER)) == wrong_state("withdrawn")


def test_wrong_states() -> None:
    """AL-1: a call that does not fit the state is refused, and the fault names the state."""
    withdrawn = assignments.withdraw(STARTED, at=LATER)[0]
    done = completed()
    assert refusal(lambda: save(NEW, "persoon", {}, version=0)) == wrong_state("new")
    assert refusal(lambda: save(done, "persoon", {}, version=3)) == wrong_state("completed")
    assert refusal(lambda: save(withdrawn, "persoon", {}, version=0)) == wrong_state("withdrawn")
    assert refusal(lambda: assignments.withdraw(done, at=LATER)) == wrong_state("completed")
    for ended, state in ((NEW, "new"), (withdrawn, "withdrawn")):
        assert refusal(partial(complete, ended)) == wrong_state(state)
    for ended, state in ((done, "completed"), (withdrawn, "withdrawn")):
        assert refusal(partial(start, ended)) == wrong_state(state)
    for early, state in ((NEW, "open"), (filled_in(), "open"), (withdrawn, "withdrawn")):
        assert refusal(partial(assignments.result_of, early)) == wrong_state(state)


def start(assignment: Assignment) -> object:
    """Start an assignment."""
    return assignments.start(assignment, DEFINITION, KNOWN, account_id=ACCOUNT_ID, today=TODAY, at=LATER)


def complete(assignment: Assignment) -> object:
    """Complete an assignment."""
    return assignments.complete(
        assignment, DEFINITION, version=0, account_id=ACCOUNT_ID, language=Language.DUTCH, at=LATER
    )


def test_rebase() -> None:
    """Property 7: another revision keeps the answers that fit; a page with a new question must be saved again."""
    more = page(
        "partner",
        question("partner-naam", required=True),
        question("beroep"),
        visible_when=DOCUMENT["pages"][1]["visible_when"],
    )
    new = published({**DOCUMENT, "revision": 2, "pages": [DOCUMENT["pages"][0], more, DOCUMENT["pages"][2]]})
    rebased, fact = assignments.rebase(filled_in(), DEFINITION, new, at=LATER)
    state = Answering(
        as_of=TODAY,
        raw={"naam": "Jo", "getrouwd": True, "partner-naam": "Jan"},
        saved=frozenset({"persoon", "slot"}),
        unasked=frozenset({"beroep"}),
        version=4,
    )
    assert rebased == attrs.evolve(filled_in(), revision=2, digest=new.digest, answering=state)
    assert fact == QuestionnaireRebased(
        assignment_id=ASSIGNMENT_ID,
        dossier_id=DOSSIER_ID,
        client_id=CLIENT_ID,
        revision=2,
        digest=new.digest,
        at=LATER,
    )
    unstarted = assignments.rebase(NEW, DEFINITION, new, at=LATER)[0]
    assert unstarted == attrs.evolve(NEW, revision=2, digest=new.digest)
    other = published({**DOCUMENT, "id": "ander"})
    assert refusal(lambda: assignments.rebase(NEW, DEFINITION, other, at=LATER)) == [
        fault(FaultCode.OTHER_QUESTIONNAIRE, "questionnaire")
    ]
    assert refusal(lambda: assignments.rebase(completed(), DEFINITION, new, at=LATER)) == wrong_state("completed")


def test_a_probe_learns_nothing() -> None:
    """Property 7: rebasing to a revision with another condition reveals nothing of the answers to the office."""
    probe = page("peiling", question("waarom"), visible_when={"question": "naam", "is": {"pattern": "^J"}})
    new = published({**DOCUMENT, "revision": 2, "pages": [*DOCUMENT["pages"], probe]})
    rebased = [assignments.rebase(filled_in(name), DEFINITION, new, at=LATER)[0] for name in ("Jo", "An")]
    unread = attrs.evolve(filled_in(), revision=2, digest=new.digest, answering=None)
    assert [attrs.evolve(each, answering=None) for each in rebased] == [unread, unread]
    assert [save(each, "slot", {}, version=4, asked=new).progress for each in rebased] == [75, 100]


ROWS = question("r", "rows", columns=[question("k"), question("m", "integer")])


@pytest.mark.parametrize(
    "questions,raw,settled,came",
    [
        ([question("a"), question("b", "choice", options=("x", "y"))], {"a": "1", "b": "x"}, True, ()),
        ([question("a"), question("b", "choice", options=("y",))], {"a": "1"}, False, ()),
        ([question("a", "integer"), question("b", "choice", options=("x",))], {"b": "x"}, False, ("a",)),
        (
            [question("a"), question("b", "choice", options=("x",)), question("c", "integer")],
            {"a": "1", "b": "x"},
            False,
            ("c",),
        ),
        ([question("a"), question("n2", "note")], {"a": "1"}, True, ()),
        ([ROWS], {}, True, ()),
        ([question("r", "rows", columns=[question("k")])], {}, True, ()),
        ([question("r", "rows", columns=[question("k"), question("nieuw")])], {}, False, ("r",)),
        ([question("r", "rows", columns=[question("k"), question("m", "amount")])], {}, False, ("r",)),
        ([question("elders")], {}, False, ("elders",)),
    ],
)
def test_rebased_pages(questions: list[Content], raw: dict[str, Any], settled: bool, came: tuple[str, ...]) -> None:
    """Property 7: a page stays saved if saved pages had all of its questions, with the same types; others are new."""
    own = [question("a"), question("b", "choice", options=("x",)), question("c"), ROWS]
    old = published(questionnaire("vragen", page("p", *own), page("q", question("elders"))))
    new = published(questionnaire("vragen", page("p", *questions), page("q", question("anders")), revision=2))
    state = Answering(as_of=TODAY, raw={"a": "1", "b": "x"}, saved=frozenset({"p"}), last_saved="p", version=7)
    assert revision_change.rebase(old, new, state) == Answering(
        as_of=TODAY, raw=raw, saved=frozenset({"p"} if settled else ()), unasked=frozenset(came), version=8
    )


def on(question: str) -> Content:
    """Make the condition that a question is answered with yes."""
    return {"question": question, "is": {"const": True}}


def test_asked_means_shown() -> None:
    """Property 3: a saved page on which questions or columns come is unsaved until it was saved with them."""
    gate = question("gehuwd", "boolean", required=True)
    columns = [question("kind"), question("van-beiden", "boolean", visible_when=on("gehuwd"))]
    extra = question("datum", "date", visible_when=on("gehuwd"))
    for more, key in ((extra, "datum"), (question("kinderen", "rows", columns=columns), "kinderen.0.van-beiden")):
        asks = published(questionnaire("vragen", page("eerst", gate), page("later", question("naam"), more)))
        state = answering.start(asks, {}, as_of=TODAY)
        state = answering.save(asks, state, "eerst", {"gehuwd": False}, version=0)
        later: dict[str, Any] = {"naam": "Jo"} | ({"kinderen": [{"kind": "Sem"}]} if more is not extra else {})
        state = answering.save(asks, state, "later", later, version=1)
        assert (answering.resume(asks, state), state.unasked) == (None, frozenset({key}))
        married = answering.save(asks, state, "eerst", {"gehuwd": True}, version=2)
        shown = answering.resume(asks, married)
        assert shown is not None
        assert (shown.page.id, answering.progress(asks, married)) == ("later", 50)
        assert answering.added(shown, answering.view(asks, married), married) == [key]
        assert refusal(partial(answering.complete, asks, married, version=3)) == [
            fault(FaultCode.PAGE_UNFINISHED, "later")
        ]
        back = answering.save(asks, married, "eerst", {"gehuwd": False}, version=3)
        assert answering.resume(asks, back) is None
        seen = answering.save(asks, married, "later", later, version=3)
        assert (answering.resume(asks, seen), seen.unasked) == (None, frozenset())


def test_a_note_blocks_nothing() -> None:
    """Property 3: a note asks nothing, so one that appears on a saved page leaves it saved."""
    gate, note = question("gehuwd", "boolean"), question("uitleg", "note", visible_when=on("gehuwd"))
    asks = published(questionnaire("vragen", page("eerst", gate), page("later", question("naam"), note)))
    state = answering.start(asks, {}, as_of=TODAY)
    for version, (page_id, given_answers) in enumerate((("eerst", {}), ("later", {}), ("eerst", {"gehuwd": True}))):
        state = answering.save(asks, state, page_id, given_answers, version=version)
    assert answering.resume(asks, state) is None


def test_passed_over() -> None:
    """Property 3: a page on which nothing is visible is no visible page; one with a note alone is."""
    gate = question("gehuwd", "boolean", required=True)
    empty = page("leeg", question("datum", "date", visible_when=on("gehuwd")))
    told = page("uitleg", question("let-op", "note"))
    asks = published(questionnaire("vragen", page("eerst", gate), empty, told))
    state = answering.save(asks, answering.start(asks, {}, as_of=TODAY), "eerst", {"gehuwd": False}, version=0)
    projection = answering.view(asks, state)
    assert [each.page.id for each in projection.pages] == ["eerst", "uitleg"]
    following = answering.following(projection, "eerst")
    assert following is not None
    assert (following.page.id, answering.progress(asks, state)) == ("uitleg", 50)
    assert refusal(lambda: answering.save(asks, state, "leeg", {}, version=1)) == [fault(FaultCode.PAGE_HIDDEN, "leeg")]


def test_rebase_shows_what_was_hidden() -> None:
    """Property 7: a question that another revision makes visible makes its saved page unsaved."""
    gate = question("gehuwd", "boolean")
    hidden = question("datum", "date", visible_when=on("gehuwd"))
    old, new = (
        published(questionnaire("vragen", page("eerst", gate), page("later", question("naam"), each), revision=number))
        for number, each in enumerate((hidden, question("datum", "date")), 1)
    )
    state = answering.start(old, {}, as_of=TODAY)
    state = answering.save(old, state, "eerst", {}, version=0)
    state = answering.save(old, state, "later", {}, version=1)
    rebased = revision_change.rebase(old, new, state)
    shown = answering.resume(new, rebased)
    assert shown is not None
    assert (shown.page.id, rebased.saved) == ("later", frozenset({"eerst", "later"}))


def test_filed() -> None:
    """QU-4, property 9: the PDF is filed once, with an id derived from the assignment and the time of completion."""
    done = completed()
    submission_id = SubmissionId(uuid5(ASSIGNMENT_ID, "result"))
    filed = assignments.file_result(done, given.FILE, at=LATER)
    assert filed == (
        attrs.evolve(done, submission_id=submission_id),
        Submission(
            id=submission_id,
            office_id=OFFICE_ID,
            client_id=CLIENT_ID,
            dossier_id=DOSSIER_ID,
            account_id=ACCOUNT_ID,
            kind=SubmissionKind.QUESTIONNAIRE,
            message_id=None,
            assignment_id=ASSIGNMENT_ID,
            file=given.FILE,
            delivered_at=LATER,
        ),
        ResultFiled(assignment_id=ASSIGNMENT_ID, submission_id=submission_id, at=LATER),
    )
    assert assignments.file_result(filed[0], given.FILE, at=LATER) is None
    assert assignments.file_result(filled_in(), given.FILE, at=LATER) is None


def test_json() -> None:
    """QU-4: the JSON has codes and typed values in the order of the definition, and names the questionnaire."""
    assert json.loads(results.as_json(completed(), DEFINITION)) == {
        "questionnaire": "gezin",
        "revision": 1,
        "digest": DEFINITION.digest,
        "assignment": str(ASSIGNMENT_ID),
        "dossier": str(DOSSIER_ID),
        "client": str(CLIENT_ID),
        "as_of": "2024-02-29",
        "completed_by": str(ACCOUNT_ID),
        "completed_at": LATER.isoformat(),
        "given": [],
        "answers": {"naam": "Jo", "getrouwd": True, "partner-naam": "Jan", "akte": [FILE], "opmerking": None},
    }
    assert refusal(lambda: results.as_json(STARTED, DEFINITION)) == wrong_state("open")


def test_unanswered_columns() -> None:
    """Property 10: a row has null for a visible column without an answer, and leaves hidden columns out."""
    died = {"question": "overleden", "is": {"const": True}}
    columns = [question("kind"), question("overleden", "boolean"), question("op", "date", visible_when=died)]
    children = definition(question("kinderen", "rows", columns=columns))
    rows = [{"kind": "Sem", "overleden": True}, {"kind": "Fleur"}, {"overleden": False}]
    state = answering.save(
        children, answering.start(children, {}, as_of=TODAY), "pagina", {"kinderen": rows}, version=0
    )
    done, _fact = assignments.complete(
        assigned(children, state), children, version=1, account_id=ACCOUNT_ID, language=Language.DUTCH, at=LATER
    )
    assert json.loads(results.as_json(done, children))["answers"]["kinderen"] == [
        {"kind": "Sem", "overleden": True, "op": None},
        {"kind": "Fleur", "overleden": None},
        {"kind": None, "overleden": False},
    ]
    assert results.result(done, children).answers == {"kinderen": rows}


def test_answer_files() -> None:
    """AT-2, QU-4: a staged file becomes an answer, and on completion a submission, always with the same id."""
    upload = StagedUpload(
        id=UploadId(UUID(FILE["id"])),  # type: ignore[arg-type]
        office_id=OFFICE_ID,
        account_id=ACCOUNT_ID,
        dossier_id=DOSSIER_ID,
        draft_id=answer_files.draft_of(ASSIGNMENT_ID, "akte"),
        file=given.FILE,
        staged_at=AT,
        expires_at=LATER,
    )
    kept = answer_files.kept(upload, STARTED, at=AT)
    id = AnswerFileId(upload.id)
    assert kept == AnswerFile(
        id=id, office_id=OFFICE_ID, assignment_id=ASSIGNMENT_ID, account_id=ACCOUNT_ID, file=given.FILE, kept_at=AT
    )
    label = dict.fromkeys(Language, "Akte")
    name = answer_files.FileName(label, None)
    assert answer_files.delivered(kept, STARTED, name, at=LATER) == Submission(
        question_label=label,
        id=SubmissionId(upload.id),
        office_id=OFFICE_ID,
        client_id=CLIENT_ID,
        dossier_id=DOSSIER_ID,
        account_id=ACCOUNT_ID,
        kind=SubmissionKind.ATTACHMENT,
        message_id=None,
        assignment_id=ASSIGNMENT_ID,
        file=given.FILE,
        delivered_at=LATER,
    )
    held = [answer_files.files_of(each, DEFINITION) for each in (NEW, STARTED, filled_in(), completed())]
    assert held == [frozenset(), frozenset(), {id}, {id}]
    drafts = {answer_files.draft_of(ASSIGNMENT_ID, "akte"), answer_files.draft_of(ASSIGNMENT_ID, "ander")}
    assert len({*drafts, answer_files.draft_of(assigned().id, "akte")}) == 2


def test_must_hold() -> None:
    """QU-3: a broken rule is reported by its number, unless an answer that it refers to has a fault itself."""
    rule = {"question": "tot", "after": "2024-01-01"}
    rules = [{"when": each, "texts": {"nl": "x", "en": "x"}} for each in ({"question": "van", "is": {}}, rule)]
    asks = definition(question("van", "date"), question("tot", "date"), must_hold=rules)
    state = answering.start(asks, {}, as_of=TODAY)

    def refused(**submitted: object) -> list[Fault]:
        return refusal(lambda: answering.save(asks, state, "pagina", submitted, version=0))

    first, second = (fault(FaultCode.MUST_HOLD, "pagina", number=number) for number in range(2))
    assert refused() == [first, second]
    assert refused(van="2024-01-01", tot="2024-01-01") == [second]
    assert refused(tot="morgen") == [fault(FaultCode.NOT_A_DATE, "tot"), first]
    answering.save(asks, state, "pagina", {"van": "2024-01-01", "tot": "2024-01-02"}, version=0)


def test_undone() -> None:
    """Property 5: after a change that breaks a rule of a later page, that page is the resume page."""
    rule = {"when": {"question": "van", "before": "2024-01-01"}, "texts": {"nl": "x", "en": "x"}}
    later = page("later", question("tot"), must_hold=[rule])
    asks = published(questionnaire("vragen", page("eerst", question("van", "date")), later))
    state = answering.start(asks, {}, as_of=TODAY)
    progress = []
    for page_id, day in (("eerst", "2023-01-01"), ("later", None), ("eerst", "2024-06-01"), ("eerst", "2022-01-01")):
        state = answering.save(asks, state, page_id, {"van": day} if day else {}, version=state.version)
        shown = answering.resume(asks, state)
        progress.append((answering.progress(asks, state), None if shown is None else shown.page.id))
    assert progress == [(50, "later"), (100, None), (50, "later"), (100, None)]


def test_unknown_keys() -> None:
    """Property 1: unknown questions and columns are refused by name, in the order of the page."""
    asks = definition(ROWS, question("n", "note"))
    state = answering.start(asks, {}, as_of=TODAY)
    submitted: Any = {"x": 1, "r": [{"k": "a"}, {"y": 1}, "z"], "n": "x", 1: 2}
    refused = refusal(lambda: answering.save(asks, state, "pagina", submitted, version=0))
    unknown = [each.field for each in refused if each.code is FaultCode.UNKNOWN_QUESTION]
    assert unknown == ["x", "n", "1", "r.1.y"]


def test_empty_rows() -> None:
    """Property 4: a row with hidden answers only is dropped, and without rows there is no answer."""
    shown = {"question": "k", "is": {}}
    rows = question("r", "rows", required=True, columns=[question("k"), question("m", visible_when=shown)])
    asks = definition(rows)
    state = answering.start(asks, {}, as_of=TODAY)
    refused = refusal(lambda: answering.save(asks, state, "pagina", {"r": [{"m": "x"}]}, version=0))
    assert refused == [fault(FaultCode.MISSING, "r")]


def test_remembered() -> None:
    """QU-2: a page remembers valid answers as a bounded number of digests, and keeps no answer."""
    known = digest_cache.DigestCache()
    digests = [known.digest(("geheim", number)) for number in range(digest_cache.LIMIT + 1)]
    for each in digests:
        known.add(each)
    assert [each in known for each in (digests[0], digests[-1])] == [False, True]
    assert {len(each) for each in digests} == {16}
    assert known.digest(True) != known.digest(1)
    assert len(known.digest("\ud800")) == 16
