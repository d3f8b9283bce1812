"""Values between questions: one answer against another."""

from typing import Any

import pytest

from klantportaal.domain.errors import FaultCode
from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.answering import Answering
from klantportaal.testing.filling_in import TODAY, published
from klantportaal.testing.questionnaires import Content, page, question, questionnaire
from tests.domain.given import fault, refusal
from tests.domain.questionnaires.given import definition, publishing_faults

Q = "$.pages[0].questions"
PRICE, MORTGAGE = question("koopsom", "amount"), question("hypotheek", "amount")
TOO_HIGH = {"nl": "Hoger dan de koopsom.", "en": "Higher than the price."}


def against(one: str, order: str, other: str) -> Content:
    """Make a condition that compares two answers."""
    return {"question": one, order: {"question": other}}


# ------------------------------------------------------------------ one answer against another
BOUGHT = definition(
    PRICE,
    MORTGAGE,
    question("eigen", visible_when={"not": against("hypotheek", "at_least", "koopsom")}),
    must_hold=[{"when": against("hypotheek", "at_most", "koopsom"), "texts": TOO_HIGH}],
)


def saved(of: Any, submitted: dict[str, Any]) -> Answering:
    """Save the only page of a questionnaire."""
    return answering.save(of, Answering(as_of=TODAY), "pagina", submitted, version=0)


def test_against() -> None:
    """QU-3: a rule and a question's visibility may compare two answers."""
    shown = {
        mortgage: answering.view(BOUGHT, saved(BOUGHT, {"koopsom": 200, "hypotheek": mortgage, "eigen": "x"})).answers
        for mortgage in (100, 200)
    }
    assert shown == {
        100: {"koopsom": 200, "hypotheek": 100, "eigen": "x"},
        200: {"koopsom": 200, "hypotheek": 200},
    }
    too_high = [fault(FaultCode.MUST_HOLD, "pagina", number=0)]
    for submitted in ({"koopsom": 200, "hypotheek": 201}, {"koopsom": 200}, {"hypotheek": 200}):
        assert refusal(lambda submitted=submitted: saved(BOUGHT, submitted)) == too_high


def test_against_hidden() -> None:
    """QU-3, property 4: a comparison with a hidden answer is false, whatever that answer was."""
    asked = [question("a", "boolean"), question("b", "integer", visible_when={"question": "a", "is": {"const": True}})]
    later = [question("c", "integer"), question("d", visible_when=against("c", "at_least", "b"))]
    of = definition(*asked, *later)
    shown = [
        [each.id for each in answering.view(of, Answering(as_of=TODAY, raw=raw)).pages[0].questions]
        for raw in ({"a": True, "b": 1, "c": 2}, {"a": False, "b": 1, "c": 2}, {"a": True, "c": 2})
    ]
    assert shown == [["a", "b", "c", "d"], ["a", "c"], ["a", "b", "c"]]


def test_against_in_rows() -> None:
    """QU-3: a column may be compared with an earlier column of its row, and with an earlier question."""
    columns = [
        question("van", "date"),
        question("tot", "date"),
        question("waarom", required=True, visible_when=against("tot", "before", "van")),
        question("eerder", visible_when=against("van", "at_most", "geboren")),
    ]
    of = definition(question("geboren", "date"), question("banen", "rows", columns=columns))
    rows = [{"van": "2001-01-01", "tot": "2002-01-01"}, {"van": "1999-01-01", "tot": "1998-01-01"}]
    assert refusal(lambda: saved(of, {"geboren": "1999-01-01", "banen": rows})) == [
        fault(FaultCode.MISSING, "banen.1.waarom")
    ]
    rows[1] |= {"waarom": "x", "eerder": "y"}
    assert saved(of, {"geboren": "1999-01-01", "banen": rows}).raw["banen"] == rows


@pytest.mark.parametrize("order", ["before", "after", "at_least", "at_most"])
@pytest.mark.parametrize("kind", ["date", "time"])
def test_days_and_times(kind: str, order: str) -> None:
    """QU-3: days and times can be compared in every way."""
    published(one_page(question("a", kind), question("b", kind), question("c", visible_when=against("b", order, "a"))))


def one_page(*questions: Content) -> Content:
    """Make a questionnaire of one page."""
    return questionnaire("vragen", page("pagina", *questions))


ROWS = question("r", "rows", columns=[question("k", "amount"), question("m", "amount")])


@pytest.mark.parametrize(
    "condition,expected",
    [
        (against("a", "at_least", "x"), ("unknown_reference", ".at_least.question")),
        (against("a", "at_least", "k"), ("unknown_reference", ".at_least.question")),
        (against("a", "at_least", "n"), ("unknown_reference", ".at_least.question")),
        (against("a", "at_least", "later"), ("forward_reference", ".at_least.question")),
        (against("later", "at_least", "a"), ("forward_reference", ".question")),
        (against("a", "at_least", "g"), ("types_differ", ".at_least.question")),
        (against("p", "at_most", "e"), ("types_differ", ".at_most.question")),
        (against("p", "at_most", "p4"), ("types_differ", ".at_most.question")),
        (against("a", "before", "b"), ("keyword_misfit", ".before")),
        (against("t", "at_least", "t2"), ("keyword_misfit", ".at_least")),
        (against("a", "at_least", "a"), ("always_true", ".at_least.question")),
        (against("d", "before", "d"), ("never_true", ".before.question")),
        ({"question": "a", "at_least": 1}, ("not_as_format", ".at_least")),
        ({"question": "d", "before": {"question": 1}}, ("not_as_format", ".before.question")),
        ({"question": "d", "before": {}}, ("missing", ".before.question")),
        ({"question": "d", "before": {"question": "d2", "is": {}}}, ("unknown_key", ".before.is")),
        ({"question": "r", "some": against("k", "at_least", "x")}, ("unknown_reference", ".some.at_least.question")),
        (
            {"question": "r", "count": {"minimum": 1}, "where": against("k", "at_least", "d")},
            ("types_differ", ".where.at_least.question"),
        ),
    ],
)
def test_wrong_comparisons(condition: Content, expected: tuple[str, str]) -> None:
    """AL-1: an answer is compared with an earlier one of its type, and never with itself."""
    asked = [
        *(question("a", "amount"), question("b", "amount"), question("g", "integer"), question("n", "note")),
        *(question("p", "decimal"), question("p4", "decimal", decimals=4), question("e", "percentage")),
        *(question("d", "date"), question("d2", "date"), question("t"), question("t2"), ROWS),
    ]
    document = one_page(*asked, question("last", visible_when=condition), question("later", "amount"))
    code, path = expected
    assert publishing_faults(document) == [(code, f"{Q}[{len(asked)}].visible_when{path}")]


def test_good_comparisons() -> None:
    """QU-3: columns of one row may be compared with each other, and numbers with as many digits after the point."""
    condition = {
        "all": [
            {"question": "r", "every": against("k", "at_least", "m")},
            {"question": "r", "some": against("k", "at_most", "a")},
            against("p", "at_least", "p2"),
        ]
    }
    asked = [question("a", "amount"), ROWS, question("p", "decimal"), question("p2", "decimal", decimals=2)]
    published(one_page(*asked, question("last", visible_when=condition)))
