"""Checks of values between questions: one answer against another, and values that are computed."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires.computing import Beyond, NamedOperand, operands, target
from klantportaal.domain.questionnaires.definition import FACTOR_DECIMALS, Calculation, Order, QuestionType

Tree = Mapping[str, Any]
NUMBERS = (QuestionType.INTEGER, QuestionType.AMOUNT, QuestionType.PERCENTAGE, QuestionType.DECIMAL)
"""The types whose answers are numbers."""
IN_TIME = (QuestionType.DATE, QuestionType.TIME)
"""The types whose answers are earlier or later."""
_ORDERS = frozenset(order.value for order in Order)
_ASKING = {*QuestionType} - {QuestionType.NOTE}
_DECIMALS = 2
"""The digits after the point of a ``decimal`` that does not say how many."""


def measure(question: Tree) -> tuple[object, object]:
    """Give the type of a question, and the digits after the point of a ``decimal``: equal ones can be compared."""
    kind = question.get("type")
    return kind, question.get("decimals", _DECIMALS) if kind == QuestionType.DECIMAL else None


def compared_with(leaf: Tree) -> Iterator[tuple[Order, str]]:
    """Give the question that a comparison compares with, if it is one with another answer."""
    for key, other in leaf.items():
        if key in _ORDERS and isinstance(other, Mapping) and isinstance(id := other.get("question"), str):
            yield Order(key), id


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
        if first.get("type") not in (IN_TIME if order in (Order.BEFORE, Order.AFTER) else (*IN_TIME, *NUMBERS)):
            yield Fault(code=FaultCode.KEYWORD_MISFIT, field=f"{path}.{order}")
        elif measure(first) != measure(second):
            yield Fault(code=FaultCode.TYPES_DIFFER, field=f"{path}.{order}.question")
        elif leaf.get("question") == other:
            idle = FaultCode.NEVER_TRUE if order in (Order.BEFORE, Order.AFTER) else FaultCode.ALWAYS_TRUE
            yield Fault(code=idle, field=f"{path}.{order}.question")


# ------------------------------------------------------------------ computed values
def computed_faults(question: Tree, path: str, questions: Mapping[str, Tree], beyond: Beyond) -> Iterator[Fault]:
    """Check that a value is computed from numbers of one type, or from days.

    Args:
        question: the question.
        path: its path.
        questions: the questions of the document by id, with the types of computed ones.
        beyond: what is asked of each row on its pages.
    """
    if "compute" not in question:
        return
    first: Tree | None = None
    for operand in operands(question, path):
        found = list(_operand_faults(operand, questions, beyond))
        yield from found
        number = target(operand.tree, questions, beyond)
        if not found and first is not None and measure(number) != measure(first):
            yield Fault(code=FaultCode.TYPES_DIFFER, field=operand.path)
        first = number if first is None and number else first
    compute = question.get("compute")
    by = compute.get("by") if isinstance(compute, Mapping) else None
    if isinstance(by, float) and Decimal(str(by)) % Decimal(10) ** -FACTOR_DECIMALS:
        yield Fault(code=FaultCode.NOT_A_DECIMAL, field=f"{path}.compute.by", params={"limit": FACTOR_DECIMALS})


def _operand_faults(operand: NamedOperand, questions: Mapping[str, Tree], beyond: Beyond) -> Iterator[Fault]:
    """List what is wrong with one number or day; whether there is such a question is checked with all references."""
    named = questions.get(str(operand.tree.get("question")))
    if named is None or named.get("type") not in _ASKING:
        return
    column, is_rows = operand.tree.get("column"), named.get("type") == QuestionType.ROWS
    found = target(operand.tree, questions, beyond)
    if column is not None and not is_rows:
        yield Fault(code=FaultCode.KEYWORD_MISFIT, field=f"{operand.path}.column")
    elif column is not None and not found:
        yield Fault(code=FaultCode.UNKNOWN_COLUMN, field=f"{operand.path}.column", params={"id": str(column)})
    elif operand.how is Calculation.YEARS and column is not None:
        yield Fault(code=FaultCode.KEYWORD_MISFIT, field=f"{operand.path}.column")
    elif found.get("type") not in ((QuestionType.DATE,) if operand.how is Calculation.YEARS else NUMBERS):
        key = "question" if column is None else "column"
        yield Fault(code=FaultCode.KEYWORD_MISFIT, field=f"{operand.path}.{key}")
