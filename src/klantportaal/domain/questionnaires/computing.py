"""Computed values: worked out from earlier answers, exactly, and never taken from anybody.

Numbers are whole numbers of their last digit, so nothing is lost. A value beyond the largest answer is absent.
"""

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import attrs

from klantportaal.domain.questionnaires.conditions import day_in, is_number
from klantportaal.domain.questionnaires.definition import (
    FACTOR_DECIMALS,
    Answers,
    Calculation,
    Computed,
    Operand,
    QuestionType,
)
from klantportaal.domain.questionnaires.rows import column, rows_in
from klantportaal.domain.questionnaires.schemas import NUMBER_LIMIT

Tree = Mapping[str, Any]
Beyond = Mapping[str, Mapping[str, Tree]]
"""By rows: the questions on their pages, by id."""
_WHOLE: int = 10**FACTOR_DECIMALS


def computed_value(computed: Computed, answers: Answers, *, as_of: date) -> int | None:
    """Work out a value; None where an answer that it needs is hidden or missing.

    A sum adds what is answered, and is absent only where nothing is. Anything else needs both of its answers.

    Args:
        computed: what is worked out.
        answers: the effective answers before it.
        as_of: today.
    """
    if computed.how is Calculation.YEARS:
        first, last = (_day(each, answers, as_of) for each in computed.of)
        return None if first is None or last is None else _years(first, last)
    numbers = [_number(each, answers) for each in computed.of]
    known = [number for number in numbers if number is not None]
    if not known or (computed.how is not Calculation.SUM and len(known) < len(numbers)):
        return None
    value = _worked_out(computed, known)
    return value if abs(value) <= NUMBER_LIMIT else None


def _worked_out(computed: Computed, numbers: Sequence[int]) -> int:
    match computed.how:
        case Calculation.DIFFERENCE:
            return numbers[0] - numbers[1]
        case Calculation.PRODUCT:
            return _rounded(numbers[0] * computed.by)
    return sum(numbers)


def _rounded(parts: int) -> int:
    """Round to whole numbers; a half goes away from zero."""
    whole, rest = divmod(abs(parts), _WHOLE)
    if 2 * rest >= _WHOLE:
        whole += 1
    return -whole if parts < 0 else whole


def _number(operand: Operand, answers: Answers) -> int | None:
    """Give a number that was answered, or the sum of a column; None without one."""
    answer = answers.get(str(operand.question))
    given = column(operand.column, rows_in(answer), answers) if operand.column else [answer]
    numbers = [each for each in given if is_number(each)]
    return sum(numbers) if numbers else None


def _day(operand: Operand, answers: Answers, as_of: date) -> date | None:
    return as_of if operand.question is None else day_in(answers.get(operand.question))


def _years(first: date, last: date) -> int:
    """Count the whole years between two days; less than zero if the last is before the first."""
    if last < first:
        return -_years(last, first)
    return last.year - first.year - ((last.month, last.day) < (first.month, first.day))


def is_made_of(computed: Computed, questions: Iterable[str]) -> bool:
    """Tell whether one of these questions is among what a value is made of."""
    return not {operand.question for operand in computed.of}.isdisjoint(questions)


# ------------------------------------------------------------------ documents
def with_types(pages: Iterable[Tree]) -> dict[str, Tree]:
    """Index the questions of a document by id. A computed one has the type of its value."""
    found: dict[str, Tree] = {}
    beyond: dict[str, dict[str, Tree]] = {}
    for page in pages:
        rows = found.get(str(page.get("for_each")), {})
        columns = {str(column["id"]): column for column in rows.get("columns", ())}
        of_row = beyond.setdefault(page["for_each"], {}) if "for_each" in page else {}
        for question in page["questions"]:
            typed = with_type(question, ChainMap(columns, found), beyond)
            found[question["id"]] = of_row[question["id"]] = typed
    return found


def with_type(question: Tree, earlier: Mapping[str, Tree], beyond: Beyond) -> Tree:
    """Give a computed question the type of its value: that of the first number that it is made of.

    Args:
        question: any question of a document.
        earlier: the questions before it by id, and the columns of the row that its page is for.
        beyond: what is asked of each row on its pages.
    """
    if question.get("type") != QuestionType.COMPUTED:
        return question
    for operand in operands(question, ""):
        number = target(operand.tree, earlier, beyond)
        is_years = operand.how is Calculation.YEARS
        kind = QuestionType.INTEGER.value if is_years else number.get("type")
        # One that is made of itself, or of a later one, has no type.
        return {
            **question,
            "type": None if kind == QuestionType.COMPUTED else kind,
            "decimals": number.get("decimals", 2),
        }
    return {**question, "type": None}


def target(operand: Tree, earlier: Mapping[str, Tree], beyond: Beyond) -> Tree:
    """Find the question that an operand names, or the column, or what the pages of the rows ask; empty if none is."""
    named = earlier.get(str(operand.get("question")), {})
    if "column" not in operand:
        return named
    listed = named.get("columns")
    columns = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    on_pages = beyond.get(str(operand.get("question")), {}).get(str(operand["column"]), {})
    return next((each for each in columns if each.get("id") == operand["column"]), on_pages)


@attrs.frozen
class NamedOperand:
    """A number or a day that a computed question of a document is made of."""

    how: Calculation
    path: str
    tree: Tree


def operands(question: Tree, path: str) -> Iterator[NamedOperand]:
    """Give what a computed question of a document, at a path, is made of. Today is left out."""
    compute = question.get("compute")
    if not isinstance(compute, Mapping):
        return
    for how in Calculation:
        made_of, at = compute.get(how), f"{path}.compute.{how}"
        if isinstance(made_of, Mapping):
            yield NamedOperand(how, at, made_of)
        for number, each in enumerate(made_of if isinstance(made_of, list) else ()):
            if isinstance(each, Mapping):
                yield NamedOperand(how, f"{at}[{number}]", each)
