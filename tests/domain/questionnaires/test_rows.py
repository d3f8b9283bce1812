"""Rows whose columns are of any type: files belong to their row, and notes ask nothing (QU-3)."""

from typing import Any
from uuid import UUID

import attrs
import pytest

from klantportaal.domain.errors import FaultCode
from klantportaal.domain.questionnaires import answer_files, answering, revision_change
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.projection import asked
from klantportaal.domain.values import AnswerFileId
from klantportaal.testing.filling_in import TODAY, published
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.domain.given import fault, refusal
from tests.domain.questionnaires.given import FILE, assigned

OTHER = {"id": str(UUID(int=52)), "name": "rijbewijs.pdf", "size": 9}
EVA = {"question": "wie", "is": {"const": "Eva"}}
NOTE = question("let-op", "note", visible_when=EVA)
OWNERS = question("eigenaren", "rows", columns=[question("wie"), NOTE, question("pas", "file")])
ASKS = published(questionnaire("vragen", page("een", OWNERS, question("akte", "file"))))


def saved(rows: Any, **more: Any) -> Answering:
    """Save the owners."""
    state = answering.start(ASKS, {}, as_of=TODAY)
    return answering.save(ASKS, state, "een", {"eigenaren": rows, **more}, version=0)


# ------------------------------------------------------------------ files
def test_files_of_rows() -> None:
    """QU-4: the files in rows are files of the questionnaire, with one place for all rows and a field for each."""
    state = saved([{"wie": "Bo"}, {"wie": "Eva", "pas": [OTHER]}], akte=[FILE])
    assignment = assigned(ASKS, state)
    assert answer_files.files_of(assignment, ASKS) == {AnswerFileId(UUID(each["id"])) for each in (FILE, OTHER)}  # type: ignore[arg-type]
    found = [(place, field, [*files]) for place, field, files in answer_files.lists_in(ASKS.pages[0], state.raw)]
    assert found == [("eigenaren.pas", "eigenaren.1.pas", [OTHER]), ("akte", "akte", [FILE])]
    assert [*answer_files.places(ASKS.pages[0])] == ["eigenaren.pas", "akte"]


def test_files_of_what_is_no_row() -> None:
    """QU-3: what is no row has no files: it may not have been checked yet."""
    assert list(answer_files.files_of_answer(ASKS.pages[0].questions[0], ["x", 1, None])) == []


def test_with_files() -> None:
    """AT-2: each list of ids is replaced, by its place; what is no row stays as it is."""
    given = {"eigenaren": [{"wie": "Bo", "pas": ["a", "b"]}, 7, {"pas": 7}], "akte": ["c"], "anders": ["d"]}
    replaced = answer_files.with_files(ASKS.pages[0], given, lambda place, ids: [place, *map(str, ids)])
    assert replaced == {
        "eigenaren": [{"wie": "Bo", "pas": ["eigenaren.pas", "a", "b"]}, 7, {"pas": 7}],
        "akte": ["akte", "c"],
        "anders": ["d"],
    }
    assert answer_files.with_files(ASKS.pages[0], {"eigenaren": "x"}, lambda *_: []) == {"eigenaren": "x"}


def test_faults_of_files() -> None:
    """QU-3: a file in a row is checked as everywhere, and a condition sees it."""
    assert refusal(lambda: saved([{"pas": "x"}, {"pas": [FILE, {"id": "1"}]}])) == [
        fault(FaultCode.NOT_A_LIST, "eigenaren.0.pas"),
        fault(FaultCode.NOT_A_LIST, "eigenaren.1.pas"),
    ]
    two = {"contains": {"properties": {"pas": {"minItems": 2}}, "required": ["pas"]}}
    extra = question("waarom", visible_when={"question": "eigenaren", "is": two})
    asks = published(questionnaire("vragen", page("een", OWNERS, extra)))
    state = answering.start(asks, {}, as_of=TODAY)
    for files, shown in (([FILE], ["eigenaren"]), ([FILE, OTHER], ["eigenaren", "waarom"])):
        look, _projection = answering.look(asks, state, asks.pages[0], {"eigenaren": [{"pas": files}]})
        assert [each.id for each in look.questions] == shown


def test_a_file_in_one_place() -> None:
    """AT-2: a file belongs to one place of a page. Each later place with it has one fault; others have none."""
    shared = {"eigenaren": [{"pas": [FILE]}, {"pas": [OTHER, FILE, OTHER]}, {}, {"pas": []}], "akte": [OTHER, FILE]}
    assert list(answer_files.faults_of_shared(ASKS.pages[0], shared)) == [
        fault(FaultCode.FILE_ELSEWHERE, "eigenaren.1.pas", name="paspoort.pdf"),
        fault(FaultCode.FILE_ELSEWHERE, "akte", name="rijbewijs.pdf"),
    ]
    own = {"eigenaren": [{"pas": [FILE]}, {"wie": "Bo"}], "akte": [OTHER]}
    assert list(answer_files.faults_of_shared(ASKS.pages[0], own)) == []


# ------------------------------------------------------------------ notes
def test_notes_in_rows() -> None:
    """QU-3: a note in a row asks nothing: it takes no answer, is in no result, and blocks nothing."""
    assert refusal(lambda: saved([{"wie": "Bo", "let-op": "x"}])) == [
        fault(FaultCode.UNKNOWN_QUESTION, "eigenaren.0.let-op")
    ]
    state = saved([{"wie": "Eva"}, {"wie": "Bo"}])
    forged = attrs.evolve(state, raw={"eigenaren": [{"wie": "Eva", "let-op": "x"}]})
    assert answering.view(ASKS, forged).answers == {"eigenaren": [{"wie": "Eva"}]}
    [rows, _deed] = asked(answering.view(ASKS, state))
    assert rows.answer == [{"wie": "Eva", "pas": None}, {"wie": "Bo", "pas": None}]
    assert state.unasked == frozenset()


def test_a_note_that_appears_in_a_row() -> None:
    """Property 3: a note that appears in a saved row leaves its page saved; in a new revision too (property 7)."""
    note = question("let-op", "note", visible_when={"question": "later", "is": {"const": True}})
    rows = question("eigenaren", "rows", columns=[question("wie"), note])
    early = page("eerst", question("later", "boolean"))
    asks = published(questionnaire("vragen", early, page("een", rows)))
    state = answering.start(asks, {}, as_of=TODAY)
    saves: list[tuple[str, dict[str, Any]]] = [("eerst", {}), ("een", {"eigenaren": [{"wie": "Bo"}]})]
    for version, (page_id, given) in enumerate([*saves, ("eerst", {"later": True})]):
        state = answering.save(asks, state, page_id, given, version=version)
    assert answering.resume(asks, state) is None
    more = question("eigenaren", "rows", columns=[question("wie"), note, question("nog-een", "note")])
    new = published(questionnaire("vragen", early, page("een", more), revision=2))
    assert answering.resume(new, revision_change.rebase(asks, new, state)) is None


@pytest.mark.parametrize(
    "leaf, code",
    [
        ({"question": "eigenaren", "unique": "let-op"}, "unknown_column"),
        ({"question": "eigenaren", "is": {"contains": {"required": ["let-op"]}}}, "unknown_column"),
        ({"question": "eigenaren", "some": {"question": "let-op", "is": {}}}, "unknown_reference"),
    ],
)
def test_conditions_on_notes(leaf: Content, code: str) -> None:
    """QU-3: no condition names a note of a row."""
    document = questionnaire("vragen", page("een", OWNERS, question("later", visible_when=leaf)))
    assert [each.code.value for each in refusal(lambda: published(document))] == [code]
