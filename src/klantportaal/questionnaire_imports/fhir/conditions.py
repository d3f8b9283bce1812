"""Turns ``enableWhen`` of FHIR into conditions of the portal."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from klantportaal.domain.questionnaires.conditions import day_in
from klantportaal.domain.questionnaires.definition import QuestionType
from klantportaal.questionnaire_imports import comparisons
from klantportaal.questionnaire_imports.comparisons import Beyond, Tree, negated
from klantportaal.questionnaire_imports.drafts import Asked
from klantportaal.questionnaire_imports.elements import Element
from klantportaal.questionnaire_imports.remarks import RemarkCode

_ORDER = ("=", "<", ">", "<=", ">=")


def enabled(name: str, operator: str, answer: Any, named: Mapping[str, Asked], rows: Asked | None) -> Tree:
    """Turn one ``enableWhen`` into a condition. Raises: Beyond.

    Args:
        name: the ``linkId`` of the question.
        operator: ``exists``, ``=``, ``!=``, ``>``, ``<``, ``>=`` or ``<=``.
        answer: the value that it is compared with: of a coding, its system and code.
        named: the questions by ``linkId``.
        rows: the rows that the condition stands in.
    """
    asked = named.get(name)
    if asked is None or asked.type is QuestionType.NOTE:
        raise Beyond(RemarkCode.UNKNOWN_NAME, name=name)
    if operator == "!=":
        return negated(enabled(name, "=", answer, named, rows))
    if operator == "exists" and answer is False:
        return negated(enabled(name, "exists", True, named, rows))
    part = f"{name} {operator} {_said(answer)}"
    found = comparisons.answered(asked) if operator == "exists" else _compared(asked, operator, answer, part)
    if asked.rows is not None and asked.rows is not rows:
        return comparisons.in_some_row(asked.rows, found)
    return found


def _compared(asked: Asked, operator: str, answer: Any, part: str) -> Tree:
    if asked.type is QuestionType.BOOLEAN and isinstance(answer, bool) and operator == "=":
        return comparisons.chosen(asked, [answer], part)
    if asked.type in (QuestionType.CHOICE, QuestionType.CHOICES) and operator == "=":
        return comparisons.chosen(asked, [each.code for each in asked.options if _same(each.raw, answer)], part)
    is_number = isinstance(answer, (int, float)) and not isinstance(answer, bool)
    if asked.type in (QuestionType.INTEGER, QuestionType.DECIMAL) and is_number and operator in _ORDER:
        return comparisons.ordered(asked, operator, Decimal(str(answer)), part)
    if asked.type is QuestionType.DATE and isinstance(answer, str) and day_in(answer[:10]) is not None:
        return comparisons.dated(asked, operator, answer[:10], part)
    if operator == "=" and isinstance(answer, str) and asked.type in (QuestionType.TEXT, QuestionType.LONG_TEXT):
        return {"question": asked.id, "is": {"const": answer}}
    raise Beyond(RemarkCode.CONDITION_BEYOND, part=part)


def _same(raw: Any, answer: Any) -> bool:
    """Tell whether an option is the answer. A coding without a system is that of any system."""
    if isinstance(raw, tuple) and isinstance(answer, tuple):
        return bool(answer[1]) and raw[1] == answer[1] and ("" in (raw[0], answer[0]) or raw[0] == answer[0])
    return type(raw) is type(answer) and bool(raw == answer)


def _said(answer: Any) -> str:
    return str(answer[1] if isinstance(answer, tuple) else answer)


def read_answer(element: Element) -> Any:
    """Read what an ``enableWhen`` compares with: of a coding, its system and code; of a quantity, its number."""
    key = next((each for each in element.content if each.startswith("answer")), "answer")
    if key == "answerQuantity":
        quantity = element.element(key)
        return None if quantity is None else quantity.take("value", int, float)
    if isinstance(element.content.get(key), dict):
        value = element.element(key)
        if value is None or "code" not in value:
            return None
        value.read |= {"display"}
        return value.text("system"), value.text("code")
    return element.take(key, str, int, float, bool)
