"""Outcomes of comparisons: which comparisons with one question can hold together, over all answers that it may have.

Comparisons look at an answer from several sides: at a day as one of the calendar and as one beside today, at rows by
their number and by the sum of each column. For each side some values stand for all: one between each two bounds. What a
pattern makes of an answer is not known: it holds or not, whatever the others do. So there may be outcomes here that no
answer has, and never the other way round.
"""

import json
import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import combinations
from typing import Any, cast

from klantportaal.domain.questionnaires.conditions import day_in, day_of, is_moment, period_of
from klantportaal.domain.questionnaires.definition import EARLIEST, LATEST, Order, QuestionType
from klantportaal.domain.questionnaires.misfits import columns_of, has_text, is_json_number, options_of, range_of
from klantportaal.domain.questionnaires.schemas import NUMBER_LIMIT, ROWS_LIMIT, Schema
from klantportaal.domain.questionnaires.value_checks import NUMBERS, compared_with

Tree = Mapping[str, Any]
Outcome = frozenset[str]
"""The comparisons that hold, by their texts."""
Holds = Callable[[Tree, Any], bool]
"""Tells whether a comparison holds for a value."""
OUTCOMES_LIMIT = 4_096
"""Comparisons that may come out in more ways are not tried."""
_TRIED_LIMIT = 40_000
"""Values times comparisons from one side. With more, a tenth of a second would not do to try them."""
_CHOICES_LIMIT = 6
"""Options of a question for several of them. With more options, the answers are too many to list."""
_BOUNDS: Mapping[str, Callable[[int, float], bool]] = {
    "minimum": operator.ge,
    "maximum": operator.le,
    "exclusiveMinimum": operator.gt,
    "exclusiveMaximum": operator.lt,
}
_VALUES = ("const", "enum")
_SAME_ANSWER = ("not", "if", "then", "else", "allOf", "anyOf", "oneOf")
"""The keywords that hold schemas about the same answer."""
_ANY_DAY = date(2024, 1, 1)
_LONGEST_MONTH, _SHORTEST_MONTH = 31, 28
_OTHER_TEXT = "\0"
"""Stands for every text that no comparison names. No document has it."""


def text_of(leaf: Tree) -> str:
    """Give the text by which a comparison is known: equal comparisons have one."""
    return json.dumps(leaf, sort_keys=True)


def outcomes(question: Tree, comparisons: Sequence[str]) -> Sequence[Outcome]:
    """Give the outcomes of comparisons with a question that is answered; none if they are too many.

    Args:
        question: the question of a document. A computed one has the type of its value.
        comparisons: the comparisons by their texts. Of a text that is no JSON, nothing is known.
    """
    sides: dict[str, dict[str, Tree]] = {}
    for text in comparisons:
        leaf = json.loads(text) if text.startswith("{") else {}
        sides.setdefault(_side(question, leaf, text), {})[text] = leaf
    found: set[Outcome] = {frozenset()}
    for seen in (each for side, compared in sides.items() for each in _seen(question, side, compared)):
        if len(found) * len(seen) > OUTCOMES_LIMIT:
            return ()
        found = {one | other for one in found for other in seen}
    return sorted(found, key=sorted)


def _side(question: Tree, leaf: Tree, text: str) -> str:
    """Name the side from which a comparison looks at an answer. What is unlike all others has a side of its own."""
    for _order, other in compared_with(leaf):
        return f"beside {other}"
    match leaf:
        case {"before": moment} | {"after": moment}:
            return "today" if day_in(moment) is None else "calendar"
        case {"count": _}:
            return f"count {text_of(leaf.get('where', {}))}"
        case {"sum": column}:
            return f"sum {column}"
        case {"is": schema} if _is_decided(schema, question):
            return "calendar" if question.get("type") == QuestionType.DATE else "is"
    return text


def _seen(question: Tree, side: str, compared: Mapping[str, Tree]) -> Iterator[set[Outcome]]:
    """Give the outcomes of comparisons from one side; of each by itself if nothing is known of them together."""
    values, holds = _standing_for_all(question, side, list(compared.values()))
    if values and len(values) * len(compared) <= _TRIED_LIMIT:
        yield {frozenset(text for text, leaf in compared.items() if holds(leaf, each)) for each in values}
    else:
        yield from ({frozenset(), frozenset({text})} for text in compared)


def _standing_for_all(question: Tree, side: str, leaves: Sequence[Tree]) -> tuple[Sequence[Any], Holds]:
    """Give values that stand for all, and how to tell whether a comparison holds for one."""
    name, _space, of = side.partition(" ")
    match name:
        case "is":
            return _answers_of(question, leaves), _accepts
        case "beside":
            return (-1, 0, 1, None), _stands
        case "calendar":
            return _days(question, leaves), _is_on
        case "today":
            return _days_beside_today(question, leaves), _is_on
        case "count" | "sum":
            return _numbers_over_rows(question, name, of, leaves), _counts
    return (), _accepts


# ------------------------------------------------------------------ answers
def listed(question: Tree) -> Sequence[Any]:
    """List all answers to a question with options, or for yes or no; none if they are too many to list."""
    return _listed(str(question.get("type")), tuple(options_of(question)))


@lru_cache(maxsize=1024)
def _listed(kind: str, options: tuple[str, ...]) -> Sequence[Any]:
    match kind:
        case QuestionType.BOOLEAN:
            return (True, False)
        case QuestionType.CHOICE:
            return options
        case QuestionType.CHOICES if len(options) <= _CHOICES_LIMIT:
            return [list(each) for size in range(1, len(options) + 1) for each in combinations(options, size)]
    return ()


def _is_decided(schema: Tree | bool, question: Tree) -> bool:
    """Tell whether the values that stand for all answers decide about a schema."""
    kind = question.get("type")
    if listed(question):
        return True
    if isinstance(schema, bool):
        return True
    numbers = _BOUNDS if kind in NUMBERS else ()
    return (kind in NUMBERS or has_text(question)) and all(
        key in (*numbers, *_VALUES)
        or (key in _SAME_ANSWER and all(_is_decided(each, question) for each in _each(inner)))
        for key, inner in schema.items()
    )


def _each(inner: Any) -> Sequence[Any]:
    return inner if isinstance(inner, list) else [inner]


def _named(schema: Tree | bool) -> Iterator[Any]:
    """Give the values and bounds in a schema that is decided, and in those within it about the same answer."""
    for key, inner in schema.items() if isinstance(schema, Mapping) else ():
        if key in _SAME_ANSWER:
            for each in _each(inner):
                yield from _named(each)
        else:
            yield from _each(inner)


def _answers_of(question: Tree, leaves: Sequence[Tree]) -> Sequence[Any]:
    schemas = [leaf["is"] for leaf in leaves]
    if question.get("type") in NUMBERS:
        return _numbers(schemas, *range_of(question, "imum", -NUMBER_LIMIT, NUMBER_LIMIT))
    return listed(question) or [*(each for schema in schemas for each in _named(schema)), _OTHER_TEXT]


def _accepts(leaf: Tree, answer: Any) -> bool:
    return _takes(leaf["is"], answer) if is_json_number(answer) else Schema(leaf["is"]).accepts(answer)


def _stands(leaf: Tree, order: int | None) -> bool:
    """Tell whether an answer stands to another one as compared: less is -1, more is 1, and None is not answered."""
    (how, _other), *_rest = compared_with(leaf)
    return order is not None and order in _ORDERS[how]


_ORDERS: Mapping[Order, tuple[int, ...]] = {
    Order.BEFORE: (-1,),
    Order.AFTER: (1,),
    Order.AT_LEAST: (0, 1),
    Order.AT_MOST: (-1, 0),
}


# ------------------------------------------------------------------ numbers
def _numbers(schemas: Iterable[Tree], lowest: int, highest: int) -> list[int]:
    """Give numbers that stand for all in a range, by the numbers in schemas."""
    return _near(
        [math.floor(each) for schema in schemas for each in _named(schema) if is_json_number(each)], lowest, highest
    )


def _near(named: Iterable[int], lowest: int, highest: int) -> list[int]:
    """Give the ends of a range, and what is in it at and beside each number that is named."""
    near = {lowest, highest, *(each + step for each in named for step in (-1, 0, 1))}
    return sorted(each for each in near if lowest <= each <= highest)


def _numbers_over_rows(question: Tree, name: str, of: str, leaves: Sequence[Tree]) -> list[int]:
    """Give counts of rows, or sums of a column, that stand for all. A column may be open in every row."""
    if name == "sum":
        low, high = range_of(columns_of(question).get(of, {}), "imum", -NUMBER_LIMIT, NUMBER_LIMIT)
        return _numbers([leaf["is"] for leaf in leaves], min(0, low * ROWS_LIMIT), max(0, high * ROWS_LIMIT))
    fewest, most = range_of(question, "Items", 1, ROWS_LIMIT)
    return _numbers([leaf["count"] for leaf in leaves], fewest if of == "{}" else 0, most)


def _counts(leaf: Tree, number: int) -> bool:
    return _takes(leaf.get("count", leaf.get("is")), number)


def _takes(schema: Tree, number: int) -> bool:
    """Tell whether a schema accepts a number. Most have bounds only, and need no validator."""
    if schema.keys() <= _BOUNDS.keys():
        return all(_BOUNDS[key](number, bound) for key, bound in schema.items())
    return Schema(schema).accepts_number(number)


# ------------------------------------------------------------------ days
def _days(question: Tree, leaves: Sequence[Tree]) -> list[int]:
    """Give days of the calendar that stand for all, by number."""
    named = [day for leaf in leaves for each in _moments(leaf) if (day := day_in(each)) is not None]
    first, last = (day_in(each) or edge for each, edge in zip(_bounds(question), (date.min, date.max), strict=True))
    return _near([day.toordinal() for day in named], first.toordinal(), last.toordinal())


def _days_beside_today(question: Tree, leaves: Sequence[Tree]) -> list[int]:
    """Give days that stand for all as seen from today; none if the order of two moments depends on what day it is."""
    named, bounds = [each for leaf in leaves for each in _moments(leaf)], _bounds(question)
    relative = [*named, *(each for each in bounds if day_in(each) is None and is_moment(each))]
    if not all(_is_in_order(one, other) for one, other in combinations(relative, 2)):
        return []
    first, last = (
        day_of(each, _ANY_DAY) if each in relative else edge
        for each, edge in zip(bounds, (date.min, date.max), strict=True)
    )
    return _near([day_of(each, _ANY_DAY).toordinal() for each in named], first.toordinal(), last.toordinal())


def _bounds(question: Tree) -> tuple[str, str]:
    return str(question.get("earliest", EARLIEST)), str(question.get("latest", LATEST))


def _moments(leaf: Tree) -> Iterator[str]:
    """Give the moments that a comparison names; one with a schema names days."""
    yield from (leaf[key] for key in ("before", "after") if key in leaf)
    yield from (each for each in _named(leaf.get("is", {})) if isinstance(each, str))


def _is_in_order(one: str, other: str) -> bool:
    """Tell whether one moment is before the other whatever day it is: months are not always as long."""
    (months, days), (other_months, other_days) = _period(one), _period(other)
    longer, by = abs(months - other_months), abs(days - other_days)
    return not longer or not by or by + 2 < longer * _SHORTEST_MONTH or by > longer * _LONGEST_MONTH + 2


def _period(moment: str) -> tuple[int, int]:
    """Give a period from today in months and days; before today they are less than zero."""
    years, months, weeks, days = cast(tuple[int, int, int, int], period_of(moment))
    sign = -1 if moment.startswith("today-") else 1
    return sign * (12 * years + months), sign * (7 * weeks + days)


def _is_on(leaf: Tree, number: int) -> bool:
    """Tell whether a comparison holds for a day."""
    match leaf:
        case {"before": moment}:
            return number < day_of(moment, _ANY_DAY).toordinal()
        case {"after": moment}:
            return number > day_of(moment, _ANY_DAY).toordinal()
    return Schema(leaf["is"]).accepts(date.fromordinal(number).isoformat())
