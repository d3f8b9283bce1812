"""Choices with "other, namely": a text beside an option, which is asked only if that is chosen."""

from typing import Any

import pytest

from klantportaal.domain.errors import FaultCode
from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.domain.questionnaires.definition import Answers, Beside
from klantportaal.domain.questionnaires.projection import asked
from klantportaal.domain.questionnaires.rows import KEY
from klantportaal.testing.filling_in import TODAY, published
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.domain.given import fault, refusal
from tests.domain.questionnaires.given import definition, publishing_faults

Q = "$.pages[0].questions"
OPTIONS = ("loon", "anders")
SOURCE = question("bron", "choice", options=OPTIONS)
SOURCES = question("bronnen", "choices", options=OPTIONS)


def namely(id: str, choice: str, **more: Any) -> Content:
    """Make the text beside the option ``anders``."""
    return question(id, beside={"question": choice, "option": "anders"}, required=True, **more)


ROWS = question("rekeningen", "rows", columns=[question("iban", "iban"), SOURCE, namely("bron-naast", "bron")])
DEFINITION = definition(SOURCES, namely("bronnen-naast", "bronnen"), ROWS)


def saved(submitted: dict[str, Any], raw: dict[str, Any] | None = None) -> Any:
    """Save the page; gives the answers in the order of every view."""
    state = answering.Answering(as_of=TODAY, raw=raw or {})
    state = answering.save(DEFINITION, state, "pagina", submitted, version=0)
    return [(each.question.id, each.answer) for each in asked(answering.view(DEFINITION, state))]


def test_chosen() -> None:
    """QU-3: if the option is chosen, the text is an answer after the choice, in rows as a column."""
    row = {"bron": "anders", "bron-naast": "Prijs"}
    submitted = {"bronnen": ["anders", "loon"], "bronnen-naast": " Loterij ", "rekeningen": [row, {"bron": "loon"}]}
    assert saved(submitted) == [
        ("bronnen", ["loon", "anders"]),
        ("bronnen-naast", "Loterij"),
        ("rekeningen", [{"iban": None, **row}, {"iban": None, "bron": "loon"}]),
    ]


def test_not_chosen() -> None:
    """QU-3: if the option is not chosen, the text is not asked, and is no answer."""
    row = {"bron": "loon", "bron-naast": "Prijs"}
    assert saved({"bronnen": ["loon"], "bronnen-naast": "Loterij", "rekeningen": [row]}) == [
        ("bronnen", ["loon"]),
        ("rekeningen", [{"iban": None, "bron": "loon"}]),
    ]


def test_required() -> None:
    """AL-1: the text is missing only if its option is chosen."""
    assert refusal(lambda: saved({"bronnen": ["anders"], "rekeningen": [{"bron": "loon"}, {"bron": "anders"}]})) == [
        fault(FaultCode.MISSING, "bronnen-naast"),
        fault(FaultCode.MISSING, "rekeningen.1.bron-naast"),
    ]


def test_kept() -> None:
    """QU-3, property 4: choosing another option and then the first again brings the text back."""
    state = answering.Answering(as_of=TODAY)
    for version, chosen in enumerate((["anders"], ["loon"])):
        submitted = {"bronnen": chosen, "bronnen-naast": "Loterij"}
        state = answering.save(DEFINITION, state, "pagina", submitted, version=version)
    assert state.raw == {"bronnen": ["loon"], "bronnen-naast": "Loterij"}


@pytest.mark.parametrize(
    "questions,expected",
    [
        ([SOURCE, namely("a", "weg")], [("unknown_reference", f"{Q}[1].beside.question")]),
        ([namely("a", "bron"), SOURCE], [("unknown_reference", f"{Q}[0].beside.question")]),
        ([question("b"), namely("a", "b")], [("keyword_misfit", f"{Q}[1].beside.question")]),
        (
            [SOURCE, question("a", beside={"question": "bron", "option": "weg"})],
            [("unknown_choice", f"{Q}[1].beside.option")],
        ),
        (
            [SOURCE, question("r", "rows", columns=[namely("a", "bron")])],
            [("unknown_reference", f"{Q}[1].columns[0].beside.question")],
        ),
        ([ROWS, namely("a", "bron")], [("unknown_reference", f"{Q}[1].beside.question")]),
        ([SOURCE, {**namely("a", "bron"), "type": "date"}], [("not_as_format", f"{Q}[1].beside")]),
        (
            [SOURCE, namely("a", "bron", visible_when={"question": "bron", "is": {}})],
            [("not_as_format", f"{Q}[1].visible_when")],
        ),
        ([SOURCE, question("a", beside={"question": "bron"})], [("missing", f"{Q}[1].beside.option")]),
        (
            [SOURCE, question("a", beside={"question": [], "option": 1})],
            [
                ("not_as_format", f"{Q}[1].beside.option"),
                ("not_as_format", f"{Q}[1].beside.question"),
                ("unknown_reference", f"{Q}[1].beside.question"),
            ],
        ),
        ([SOURCE, question("a", beside=1)], [("not_as_format", f"{Q}[1].beside")]),
    ],
)
def test_lint(questions: list[Content], expected: list[tuple[str, str]]) -> None:
    """QU-1: a text stands beside an option that there is, of a choice before it on its page or in its row."""
    assert sorted(publishing_faults(questionnaire("v", page("p", *questions)))) == expected


def test_other_page() -> None:
    """QU-1: a choice of another page is not one to stand beside."""
    document = questionnaire("v", page("een", SOURCE), page("twee", namely("a", "bron")))
    assert publishing_faults(document) == [("unknown_reference", "$.pages[1].questions[0].beside.question")]
    good = published(questionnaire("v", page("een", SOURCE, namely("a", "bron"))))
    assert good.pages[0].questions[1].beside == Beside("bron", "anders")


def test_on_the_page_of_a_row() -> None:
    """QU-3: on a page for each row, the text stands beside the option of its own row."""
    rows = page("wie", question("kinderen", "rows", columns=[question("naam")]))
    each = page("kind", SOURCE, namely("naast", "bron"), for_each="kinderen")
    children = [{KEY: "1-0", "naam": "Eva"}, {KEY: "1-1", "naam": "Bo"}]
    raw: Answers = {"kinderen": children, "bron~1-0": "anders", "naast~1-0": "Rente", "bron~1-1": "loon"}
    view = answering.view(published(questionnaire("v", rows, each)), Answering(as_of=TODAY, raw=raw))
    first, second = view.pages[1:]
    assert [question.id for question in first.questions] == ["bron~1-0", "naast~1-0"]
    assert first.questions[1].beside == Beside("bron~1-0", "anders")
    assert [question.id for question in second.questions] == ["bron~1-1"]
