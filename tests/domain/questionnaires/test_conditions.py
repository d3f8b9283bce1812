"""Conditions."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.questionnaires.conditions import day_in, day_of, holds
from klantportaal.domain.questionnaires.definition import (
    After,
    All,
    Answer,
    AnyOf,
    Before,
    Compared,
    Condition,
    Count,
    Every,
    Is,
    Not,
    Order,
    Some,
    Sum,
    Unique,
    references,
)
from klantportaal.domain.questionnaires.definition_builder import condition_of
from klantportaal.domain.questionnaires.schemas import NUMBER_LIMIT, ROWS_LIMIT, Schema
from klantportaal.testing.filling_in import RUBBISH, TODAY, documents, published
from klantportaal.testing.questionnaires import Content
from tests.support.effort import growth

YES, NO = Is("x", Schema({"const": 1})), Is("x", Schema({"const": 2}))


@pytest.mark.parametrize(
    "condition,expected",
    [
        (All((YES, YES)), True),
        (All((YES, NO)), False),
        (AnyOf((NO, YES)), True),
        (AnyOf((NO, NO)), False),
        (Not(NO), True),
        (Not(YES), False),
        (Is("x", Schema({})), True),
        (Is("y", Schema({})), False),
        (Not(Is("y", Schema({}))), True),
        (Before("y", "today"), False),
        (After("y", "today"), False),
    ],
)
def test_holds(condition: Condition, expected: bool) -> None:
    """QU-3: all, any, not and is; a leaf without an answer is false, so its negation is true."""
    assert holds(condition, {"x": 1}, as_of=TODAY) is expected


def test_references() -> None:
    """QU-3: a condition refers to each question in it."""
    tree = All((AnyOf((YES, Not(Before("y", "today")))), After("z", "today")))
    assert list(references(tree)) == ["x", "y", "z"]
    rows = All((Every("r", YES), Some("s", NO), Count("t", Schema({})), Count("t", Schema({}), YES), Unique("u", "k")))
    assert list(references(rows)) == ["r", "x", "s", "x", "t", "t", "x", "u"]
    assert list(references(Sum("v", "k", Schema({})))) == ["v"]
    assert list(references(Compared("x", Order.AT_LEAST, "y"))) == ["x", "y"]


def at_least(number: int) -> Schema:
    """Make a schema of numbers."""
    return Schema({"minimum": number})


A_LOT = Is("k", at_least(10))
SHARES: list[Answer] = [{"k": 10, "n": "a"}, {"k": 2, "n": "b"}, {"n": "a"}]


@pytest.mark.parametrize(
    "condition,expected",
    [
        (Every("r", Is("n", Schema({}))), True),
        (Every("r", A_LOT), False),
        (Every("r", AnyOf((A_LOT, Is("x", Schema({}))))), True),
        (Some("r", A_LOT), True),
        (Some("r", Is("k", at_least(11))), False),
        (Count("r", Schema({"const": 3})), True),
        (Count("r", Schema({"const": 1}), A_LOT), True),
        (Count("r", Schema({"const": 0}), Is("n", Schema({"const": "z"}))), True),
        (Count("r", at_least(4)), False),
        (Sum("r", "k", Schema({"const": 12})), True),
        (Sum("r", "n", Schema({})), False),
        (Sum("r", "z", Schema({"const": 0})), True),
        (Unique("r", "k"), True),
        (Unique("r", "n"), False),
        (Unique("r", "z"), True),
    ],
)
def test_rows(condition: Condition, expected: bool) -> None:
    """QU-3: every, some, count, sum and unique see the columns of each row, and earlier answers."""
    assert holds(condition, {"r": SHARES, "x": 1}, as_of=TODAY) is expected


@pytest.mark.parametrize(
    "condition",
    [Every("r", Not(YES)), Some("r", Not(YES)), Count("r", Schema({})), Sum("r", "k", Schema({})), Unique("r", "k")],
)
@pytest.mark.parametrize("rows", [None, [], "x", 1, {}, [{}] * 101])
def test_no_rows(condition: Condition, rows: Answer) -> None:
    """QU-3: without rows, a condition over rows is false, so its negation is true."""
    answers = {} if rows is None else {"r": rows}
    assert holds(condition, answers, as_of=TODAY) is False
    assert holds(Not(condition), answers, as_of=TODAY) is True


def test_a_large_sum() -> None:
    """QU-3: the sum of a hundred rows of the largest amounts is exact, though no answer may be so large."""
    rows: list[Answer] = [{"k": NUMBER_LIMIT}] * ROWS_LIMIT
    for number, expected in ((NUMBER_LIMIT * ROWS_LIMIT, True), (NUMBER_LIMIT * ROWS_LIMIT + 1, False)):
        assert holds(Sum("r", "k", at_least(number)), {"r": rows}, as_of=TODAY) is expected
    for wrong in (True, 1.5, 10**400, "1"):
        assert holds(Sum("r", "k", Schema({})), {"r": [{"k": wrong}]}, as_of=TODAY) is False


@pytest.mark.parametrize(
    "moment,expected",
    [
        ("2024-02-28", date(2024, 2, 28)),
        ("today", TODAY),
        ("today-P18Y", date(2006, 2, 28)),
        ("today-P4Y", date(2020, 2, 29)),
        ("today+P1Y", date(2025, 2, 28)),
        ("today+P1M", date(2024, 3, 29)),
        ("today-P1M", date(2024, 1, 29)),
        ("today+P12M", date(2025, 2, 28)),
        ("today+P1W", date(2024, 3, 7)),
        ("today+P1D", date(2024, 3, 1)),
        ("today-P60D", date(2023, 12, 31)),
        ("today-P1Y2M3W4D", date(2022, 12, 4)),
        ("today-P999Y9999D", date(997, 10, 13)),
        ("today+P999Y", date(3023, 2, 28)),
    ],
)
def test_days(moment: str, expected: date) -> None:
    """QU-3: years and months are counted first; a day that a month lacks becomes the month's last day."""
    assert day_of(moment, TODAY) == expected


@pytest.mark.parametrize(
    "moment,as_of,expected",
    [
        ("today-P999Y", date(500, 1, 1), date.min),
        ("today+P999Y", date(9500, 1, 1), date.max),
        ("today-P9D", date(1, 1, 5), date.min),
        ("today+P9D", date(9999, 12, 30), date.max),
        ("today-P1M", date(1, 1, 31), date.min),
        ("today+P1M", date(9999, 12, 1), date.max),
        ("today-P9999D", date(20, 1, 1), date.min),
    ],
)
def test_ends(moment: str, as_of: date, expected: date) -> None:
    """QU-3: a day outside of the calendar becomes its first or last day."""
    assert day_of(moment, as_of) == expected


@pytest.mark.parametrize("moment", ["", "tomorrow", "today-18Y", "2023-02-29", "today\n", "todayP1Y", "2024-02-29\n"])
def test_no_moment(moment: str) -> None:
    """QU-3: no other text is a moment."""
    with pytest.raises(ValueError, match="no day"):
        day_of(moment, TODAY)


@given(st.dates(), st.dates())
def test_strict(one: date, other: date) -> None:
    """QU-3: before and after are strict: neither holds for the same day."""
    answers = {"x": one.isoformat()}
    assert holds(Before("x", other.isoformat()), answers, as_of=TODAY) is (one < other)
    assert holds(After("x", other.isoformat()), answers, as_of=TODAY) is (one > other)


@pytest.mark.parametrize(
    "pairs",
    [
        [(1, 2), (-5, 10**15 - 1), (0, 1)],
        [("2024-02-28", "2024-02-29"), ("1999-12-31", "2000-01-01")],
        [("09:30", "10:00"), ("00:00", "23:59")],
    ],
)
def test_compared(pairs: list[tuple[Answer, Answer]]) -> None:
    """QU-3: an answer is before, after, at least or at most another one; the same one is at least and at most it."""
    for low, high in pairs:
        held = {
            order: [
                holds(Compared("x", order, "y"), {"x": one, "y": other}, as_of=TODAY)
                for one, other in ((low, high), (high, low), (low, low))
            ]
            for order in Order
        }
        assert held == {
            Order.BEFORE: [True, False, False],
            Order.AFTER: [False, True, False],
            Order.AT_LEAST: [False, True, True],
            Order.AT_MOST: [True, False, True],
        }


@pytest.mark.parametrize(
    "answer,other",
    [
        *((1, None), (1, "2"), (1, True), (1, 2.0), (1, 10**15), ("2024-02-29", "09:30"), ("2023-02-29", "2024-02-29")),
        *(("a", "b"), ("2024-02-28", "2024-02-29\n"), ([1], [2]), ("9:30", "10:00"), (True, False)),
    ],
)
def test_not_compared(answer: Answer, other: Answer) -> None:
    """QU-3: a comparison of an answer with none, or with something of another type, never holds."""
    for one, another in ((answer, other), (other, answer)):
        answers = {id: each for id, each in (("x", one), ("y", another)) if each is not None}
        assert not any(holds(Compared("x", order, "y"), answers, as_of=TODAY) for order in Order)


def test_compared_in_rows() -> None:
    """QU-3: in rows, one column is compared with another of its row, or with an earlier answer."""
    rows: list[Answer] = [{"from": "2024-01-01", "to": "2024-02-01"}, {"from": "2024-03-01", "to": "2024-02-01"}]
    in_order = Compared("from", Order.BEFORE, "to")
    assert holds(Some("r", in_order), {"r": rows}, as_of=TODAY)
    assert not holds(Every("r", in_order), {"r": rows}, as_of=TODAY)
    after = {"r": rows, "born": "2023-12-31"}
    assert holds(Every("r", Compared("from", Order.AFTER, "born")), after, as_of=TODAY)


@pytest.mark.parametrize(
    "answer",
    [
        "20240229",
        "2024-02-29\n",
        "2023-02-29",
        "\u0662\u0660\u0662\u0664-\u0660\u0662-\u0662\u0669",
        "0000-01-01",
        "",
        20240229,
    ],
)
def test_no_day(answer: Answer) -> None:
    """QU-3: a day has one notation; a comparison with anything else does not hold."""
    assert day_in(answer) is None
    assert not holds(AnyOf((Before("x", "2999-01-01"), After("x", "1000-01-01"))), {"x": answer}, as_of=TODAY)


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"multipleOf": 0.5},
        {"uniqueItems": True},
        {"enum": [1, "x"]},
        {"const": "een"},
        {"items": {"multipleOf": 0.5}},
    ],
)
def test_rubbish(schema: dict[str, object]) -> None:
    """AL-1: a condition on any submitted value is true or false, quickly, and never an error."""
    for answer in [*RUBBISH, [[]] * 100_000, [{"x": 1}] * 100_000, "x" * 1_000_000]:
        assert holds(Is("x", Schema(schema)), {"x": answer}, as_of=TODAY) in (True, False)
    endless: list[Any] = [float("nan"), float("inf"), 10**15, -(10**400), "x" * 10_001, [[[[[]]]]], b"x"]
    endless += [{"x" * 65: 1}, [{"x" * 1_000_000: "x"}], {1: 1}]
    for never in endless:
        assert not holds(Is("x", Schema(schema)), {"x": never}, as_of=TODAY)


@pytest.mark.parametrize("twin", [1.0, "1", True, [1], {"a": 1}, None])
def test_unique_items(twin: object) -> None:
    """QU-3: unique items are compared as JSON: 1 equals 1.0, but not "1" or true, at any depth."""
    schema = Schema({"uniqueItems": True})
    for wrap in (lambda each: each, lambda each: [each], lambda each: {"b": each, "a": "x"}):
        assert bool(schema.refusals([wrap(1), "x", wrap(twin)])) is (twin == 1 and twin is not True)
        assert schema.refusals([wrap(twin), wrap(twin)])
    assert not Schema({"uniqueItems": False}).refusals([1, 1])
    assert not schema.refusals("xx")


def test_unique_rows() -> None:
    """AL-1: checking that rows are unique takes linear time, however often a schema asks for it."""
    schema = Schema({"allOf": [{"uniqueItems": True}] * 20})

    def check(count: int) -> None:
        rows = [{**{f"q{each}": "a" * 100 for each in range(3)}, "last": str(number)} for number in range(count)]
        assert not schema.refusals(rows)

    assert growth(check, 50, 400) < 24  # 8 if linear, 64 if quadratic


@pytest.mark.parametrize("constant,answers", [(True, [1, "true", 1.0]), ("1", [1, True]), (1, [True, "1"])])
def test_constants(constant: object, answers: list[Answer]) -> None:
    """QU-3: conditions distinguish true, 1 and "1", as JSON does."""
    for schema in ({"const": constant}, {"enum": [constant]}):
        assert holds(Is("x", Schema(schema)), {"x": constant}, as_of=TODAY)  # type: ignore[dict-item]
        assert not any(holds(Is("x", Schema(schema)), {"x": each}, as_of=TODAY) for each in answers)


@given(documents())
def test_without_a_definition(document: Content) -> None:
    """Conditions on no rows, of a document that is not published yet, are built as publishing builds them."""
    built = {question.id: question.visible_when for _page, question in published(document).questions()}
    row_pages = {each["id"] for page in document["pages"] if "for_each" in page for each in page["questions"]}
    rows = {each["id"] for page in document["pages"] for each in page["questions"] if each["type"] == "rows"}
    for asked in (each for page in document["pages"] if "for_each" not in page for each in page["questions"]):
        if "visible_when" in asked and not (row_pages | rows) & references_in(asked["visible_when"]):
            assert condition_of(asked["visible_when"]) == built[asked["id"]]


def references_in(tree: Any) -> set[str]:
    """Give the texts in a condition, the ids of its questions among them."""
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return set().union({tree} if isinstance(tree, str) else set(), *map(references_in, inner))
