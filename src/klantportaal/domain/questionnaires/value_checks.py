"""Checks of values between questions: one answer against another."""

from collections.abc import Iterator, Mapping
from typing import Any

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires.definition import Order, QuestionType

Tree = Mapping[str, Any]
NUMBERS = (QuestionType.INTEGER, QuestionType.AMOUNT, QuestionType.PERCENTAGE, QuestionType.DECIMAL)
"""The types whose answers are numbers."""
_IN_TIME = (QuestionType.DATE, QuestionType.TIME)
_ASKING = {*QuestionType} - {QuestionType.NOTE}
_DECIMALS = 2
"""The digits after the point of a ``decimal`` that does not say how many."""


def measure(question: Tree) -> tuple[object, object]:
    """Give the type of a question, and the digits after the point of a ``decimal``: equal ones can be compared."""
    kind = question.get("type")
    return kind, question.get("decimals", _DECIMALS) if kind == QuestionType.DECIMAL else None


def compared_with(leaf: Tree) -> Iterator[tuple[Order, str]]:
    """Give the question that a comparison compares with, if it is one with another answer."""
    for order in Order:
        other = leaf.get(order)
        if isinstance(other, Mapping) and isinstance(id := other.get("question"), str):
            yield order, id


def order_faults(leaf: Tree, questions: Mapping[str, Tree], path: str) -> Iterator[Fault]:
    """Check that a comparison with another answer is of two questions of one type, which has an order.

    Args:
        leaf: the comparison.
        questions: the questions of the document, by id.
        path: the path of the comparison.
    """
    for order, other in compared_with(leaf):
        first, second = questions.get(str(leaf.get("question"))), questions.get(other)
        if first is None or second is None or not {first.get("type"), second.get("type")} <= _ASKING:
            return
        if first.get("type") not in (_IN_TIME if order in (Order.BEFORE, Order.AFTER) else (*_IN_TIME, *NUMBERS)):
            yield Fault(code=FaultCode.KEYWORD_MISFIT, field=f"{path}.{order}")
        elif measure(first) != measure(second):
            yield Fault(code=FaultCode.TYPES_DIFFER, field=f"{path}.{order}.question")
        elif leaf.get("question") == other:
            idle = FaultCode.NEVER_TRUE if order in (Order.BEFORE, Order.AFTER) else FaultCode.ALWAYS_TRUE
            yield Fault(code=idle, field=f"{path}.{order}.question")
