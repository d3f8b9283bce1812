"""Turns expressions of SurveyJS into conditions of the portal.

As in SurveyJS, ``<>``, ``notcontains`` and ``noneof`` hold for a question without an answer, and every other comparison
does not; text is compared without regard to case. Options are compared by their values in SurveyJS.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

import attrs

from klantportaal.domain.questionnaires.conditions import day_in
from klantportaal.domain.questionnaires.definition import QuestionType
from klantportaal.questionnaire_imports import comparisons
from klantportaal.questionnaire_imports.comparisons import NEGATIVES, Beyond, Tree, combined, negated
from klantportaal.questionnaire_imports.drafts import Asked
from klantportaal.questionnaire_imports.remarks import RemarkCode
from klantportaal.questionnaire_imports.surveyjs.expressions import (
    Binary,
    Call,
    Combined,
    Emptiness,
    Listed,
    Literal,
    Name,
    Negated,
    Node,
    Unreadable,
    parse,
)

_FLIPPED = {"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_ROW = ("row", "panel")
"""What stands before the name of a column in the same row."""
_AGES = {">=": (0, False), "<": (0, True), ">": (1, False), "<=": (1, True)}
"""For a comparison of an age: the years to add, and whether somebody was born after that day."""
_AGE_LIMIT = 150
Value = str | bool | Decimal


@attrs.frozen
class Scope:
    """The questions that an expression may name."""

    named: Mapping[str, Asked]
    rows: Asked | None = None
    """The rows that it is in."""

    def find(self, name: str) -> Asked:
        """Find a question. Raises: Beyond."""
        first, _dot, rest = name.partition(".")
        if self.rows is not None and first.lower() in _ROW and rest in self.rows.by_name:
            return self.rows.by_name[rest]
        found = self.named.get(name)
        if found is None or found.type is QuestionType.NOTE:
            raise Beyond(RemarkCode.UNKNOWN_NAME, name=name)
        return found


def condition(text: str, scope: Scope) -> Tree:
    """Turn an expression into a condition. Raises: Beyond."""
    try:
        node = parse(text)
    except Unreadable as error:
        raise Beyond(RemarkCode.CONDITION_UNREADABLE, position=error.position) from None
    return _tree(node, scope)


def _tree(node: Node, scope: Scope) -> Tree:  # noqa: PLR0911 - one return for each case
    match node:
        case Combined(operator, parts):
            return combined("all" if operator == "and" else "any", [_tree(each, scope) for each in parts])
        case Negated(inner):
            return negated(_tree(inner, scope))
        case Emptiness(Name(name), empty):
            found = comparisons.answered(scope.find(name))
            return negated(found) if empty else found
        case Name(name):
            return _true(scope.find(name), name)
        case Binary(operator, left, right) if operator in NEGATIVES:
            return negated(_tree(Binary(NEGATIVES[operator], left, right), scope))
        case Binary(operator, left, Name() as right) if operator in _FLIPPED and not isinstance(left, Name):
            return _compared(_FLIPPED[operator], right, left, scope)
        case Binary(operator, left, right):
            return _compared(operator, left, right, scope)
    raise Beyond(RemarkCode.CONDITION_BEYOND, part=_said(node))


def _true(asked: Asked, name: str) -> Tree:
    """Hold if an answer counts as true by itself."""
    if asked.type is QuestionType.BOOLEAN:
        return comparisons.chosen(asked, [True], name)
    if asked.type in (QuestionType.INTEGER, QuestionType.DECIMAL, QuestionType.CHOICE):
        raise Beyond(RemarkCode.CONDITION_BEYOND, part=name)  # 0 is not true there.
    return comparisons.answered(asked)


def _compared(operator: str, left: Node, right: Node, scope: Scope) -> Tree:  # noqa: PLR0911 - one return for each case
    """Compare an answer with a value."""
    part = f"{_said(left)} {operator} {_said(right)}"
    match left:
        case Call("age", [Name(name)]):
            return _aged(scope.find(name), operator, right, part)
        case Name(name):
            asked = scope.find(name)
        case _:
            raise Beyond(RemarkCode.CONDITION_BEYOND, part=part)
    if asked.type is QuestionType.DATE:
        return comparisons.dated(asked, operator, _moment(right, part), part)
    values = _values(right, part)
    match asked.type:
        case QuestionType.CHOICE | QuestionType.BOOLEAN:
            return _of_one(asked, operator, values, part)
        case QuestionType.CHOICES:
            return _of_several(asked, operator, values, part)
        case QuestionType.INTEGER | QuestionType.DECIMAL if not isinstance(values, list):
            number = _as_number(values)
            if number is None or operator == "contains":
                raise Beyond(RemarkCode.CONDITION_BEYOND, part=part)
            return comparisons.ordered(asked, operator, number, part)
        case _ if operator == "anyof" and isinstance(values, list) and values:
            return combined("any", [comparisons.worded(asked, "=", _text(each), part) for each in values])
    if isinstance(values, list):
        raise Beyond(RemarkCode.CONDITION_BEYOND, part=part)
    return comparisons.worded(asked, operator, _text(values), part)


def _aged(asked: Asked, operator: str, right: Node, part: str) -> Tree:
    """Compare an age in whole years."""
    match right:
        case Literal(Decimal() as years) if operator in _AGES and asked.type is QuestionType.DATE:
            more, younger = _AGES[operator]
            if years == int(years) and 0 < years + more < _AGE_LIMIT:
                born_after: Tree = {"question": asked.id, "after": f"today-P{int(years) + more}Y"}
                return born_after if younger else combined("all", [comparisons.answered(asked), negated(born_after)])
    raise Beyond(RemarkCode.CONDITION_BEYOND, part=part)


def _moment(node: Node, part: str) -> str:
    """Give the day that a value means."""
    match node:
        case Call("today", []):
            return "today"
        case Call("today", [Literal(Decimal() as days)]) if days == int(days) and abs(days) < 10_000:
            return f"today{'-' if days < 0 else '+'}P{abs(int(days))}D"
        case Literal(str() as text):
            if day_in(text) is not None:
                return text
    raise Beyond(RemarkCode.CONDITION_BEYOND, part=part)


def _values(node: Node, part: str) -> "Value | list[Value]":
    """Give the value, or the values, that an answer is compared with."""
    match node:
        case Literal(str() | bool() | Decimal() as value):
            return value
        case Listed(items) if all(isinstance(each, Literal) and each.value is not None for each in items):
            return [each.value for each in items if isinstance(each, Literal) and each.value is not None]
    raise Beyond(RemarkCode.CONDITION_BEYOND, part=part)


# ------------------------------------------------------------------ options
def _of_one(asked: Asked, operator: str, values: "Value | list[Value]", part: str) -> Tree:
    """Compare the one option that was chosen: try each of them."""
    if isinstance(values, list) != (operator == "anyof"):
        raise Beyond(RemarkCode.CONDITION_BEYOND, part=part)
    listed = values if isinstance(values, list) else [values]
    if asked.type is QuestionType.BOOLEAN:
        raws: list[tuple[object, str | bool]] = list(zip(asked.truths, (True, False), strict=True))
    else:
        raws = [(each.raw, each.code) for each in asked.options]
    single = "=" if operator == "anyof" else operator
    codes = [code for raw, code in raws if any(_holds(raw, single, each) for each in listed)]
    return comparisons.chosen(asked, codes, part)


def _of_several(asked: Asked, operator: str, values: "Value | list[Value]", part: str) -> Tree:
    """Compare the options that were ticked."""
    listed = values if isinstance(values, list) else [values]
    codes = [[option.code for option in asked.options if _holds(option.raw, "=", each)] for each in listed]
    if operator == "anyof":
        return comparisons.chosen(asked, [code for each in codes for code in each], part)
    if not listed or not all(codes):
        raise Beyond(RemarkCode.CONDITION_BEYOND, part=part)
    if operator in ("contains", "allof"):
        return combined("all", [comparisons.chosen(asked, each, part) for each in codes])
    if operator == "=" and isinstance(values, list):
        return comparisons.exactly(asked, [code for each in codes for code in each])
    raise Beyond(RemarkCode.CONDITION_BEYOND, part=part)


def _holds(raw: object, operator: str, value: Value) -> bool:
    """Compare two values as SurveyJS does."""
    left, right = _as_number(raw), _as_number(value)
    if operator in ("=", "contains"):
        first, second = _text(raw).strip().lower(), _text(value).strip().lower()
        same = left == right if left is not None and right is not None else first == second
        return same if operator == "=" else bool(second) and second in first
    if left is not None and right is not None:
        return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}.get(operator, False)
    return False


def _as_number(value: object) -> Decimal | None:
    """Read a number, also from text."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and number.copy_abs() < 10**15 else None


def _text(value: object) -> str:
    """Write a value as SurveyJS has it as text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _said(node: Node) -> str:  # noqa: PLR0911 - one return for each case
    """Write an expression for the report."""
    match node:
        case Literal(value):
            return "null" if value is None else f"'{value}'" if isinstance(value, str) else _text(value)
        case Name(name):
            return f"{{{name}}}"
        case Listed(items):
            return f"[{_sequence(items)}]"
        case Call(function, arguments):
            return f"{function}({_sequence(arguments)})"
        case Binary(operator, left, right):
            return f"{_said(left)} {operator} {_said(right)}"
        case Combined(operator, parts):
            return f" {operator} ".join(map(_said, parts))
        case Negated(inner):
            return f"!{_said(inner)}"
        case Emptiness(inner, empty):
            return f"{_said(inner)} {'empty' if empty else 'notempty'}"


def _sequence(nodes: Sequence[Node]) -> str:
    return ", ".join(map(_said, nodes))
