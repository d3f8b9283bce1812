"""An independent model of visibility: what a client sees, worked out without the code of the package."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from klantportaal.domain.questionnaires import conditions
from klantportaal.domain.questionnaires.definition import (
    Answers,
    Calculation,
    Condition,
    Definition,
    Operand,
    OptionsFrom,
    Page,
    Question,
)
from klantportaal.testing.filling_in import TODAY


def holds(condition: Condition | None, answers: Answers, *, as_of: date = TODAY) -> bool:
    """Tell whether something with this condition is visible."""
    return condition is None or conditions.holds(condition, answers, as_of=as_of)


def shown(question: Question, answers: Answers) -> bool:
    """Tell whether a question or column is visible. A text beside an option is where that is chosen."""
    if question.options_from is not None and not _offered(question.options_from, answers):
        return False
    if question.beside is None:
        return holds(question.visible_when, answers)
    chosen: Any = answers.get(question.beside.question)
    return chosen == question.beside.option or (isinstance(chosen, list) and question.beside.option in chosen)


def _offered(source: OptionsFrom, answers: Answers) -> list[object]:
    """Give the answers that are options of a choice."""
    listed: Any = answers.get(source.question, [])
    return [row[source.column] for row in listed if source.column in row] if source.column else listed


def computed(question: Question, answers: Mapping[str, Any]) -> int | None:
    """Work out a computed value with fractions and by counting birthdays."""
    assert question.computed is not None
    made_of = [_operand(each, answers) for each in question.computed.of]
    known = [each for each in made_of if each is not None]
    if question.computed.how is Calculation.SUM:
        value = sum(known) if known else None
    elif None in made_of:
        value = None
    elif question.computed.how is Calculation.DIFFERENCE:
        value = known[0] - known[1]
    elif question.computed.how is Calculation.PRODUCT:
        exact = Decimal(known[0]) * Decimal(question.computed.by) / 10_000
        value = int(exact.to_integral_value(ROUND_HALF_UP))
    else:
        first, last = sorted(known)
        later = [
            year for year in range(first.year + 1, last.year + 1) if (year, first.month, first.day) <= _parts(last)
        ]
        value = len(later) if known == [first, last] else -len(later)
    return value if value is not None and abs(value) < 10**15 else None


def _operand(operand: Operand, answers: Mapping[str, Any]) -> Any:
    if operand.question is None:
        return TODAY
    answer: Any = answers.get(operand.question)
    if operand.column:
        column = [row[operand.column] for row in answer or () if operand.column in row]
        return sum(column) if column else None
    return date.fromisoformat(answer) if isinstance(answer, str) else answer


def _parts(day: date) -> tuple[int, int, int]:
    return day.year, day.month, day.day


def row_shown(question: Question, row: Mapping[str, Any], answers: Answers) -> list[str]:
    """Give the visible columns of a row: a hidden column counts as never answered."""
    seen: dict[str, Any] = {}
    visible = []
    for column in question.columns:
        if shown(column, {**answers, **seen}):
            visible += [column.id] if column.asks else []
            seen |= {column.id: row[column.id]} if column.asks and column.id in row else {}
    return visible


def page_shown(page: Page, raw: Answers, answers: Answers) -> set[str]:
    """Give what a visible page asks: its visible questions, and the visible columns of its saved rows."""
    asks = {question.id for question in page.questions if question.asks and shown(question, answers)}
    for question in page.questions:
        rows: Any = raw.get(question.id, ()) if question.id in asks and question.columns else ()
        for number, row in enumerate(rows):
            asks |= {f"{question.id}.{number}.{column}" for column in row_shown(question, row, answers)}
    return asks


def pages_shown(definition: Definition, answers: Answers) -> list[Page]:
    """Give the visible pages: those whose condition holds, and that have something to show."""
    return [
        page
        for page in definition.pages
        if holds(page.visible_when, answers) and any(shown(question, answers) for question in page.questions)
    ]


class Seen:
    """What a client was shown, page by page, at the last save of each."""

    def __init__(self) -> None:
        self._by_page: dict[str, set[str]] = {}

    def save(self, page: Page, raw: Answers, answers: Answers) -> None:
        """Remember what a page showed when it was saved."""
        self._by_page[page.id] = page_shown(page, raw, answers)

    def rebase(self, new: Definition, saved: frozenset[str]) -> None:
        """Go on with another revision: what any saved page showed was shown."""
        shown = {key for keys in self._by_page.values() for key in keys}
        self._by_page = {page.id: shown for page in new.pages if page.id in saved}

    def was_shown(self, page: Page, raw: Answers, answers: Answers) -> bool:
        """Tell whether a page was saved, and showed all that is visible on it now."""
        return page.id in self._by_page and page_shown(page, raw, answers) <= self._by_page[page.id]
