"""Projection: the visible pages and questions, and the effective answers.

One pure function feeds the pages, their validation, the review, the result, the PDF and the JSON, so all of them agree
(property 10).
"""

from collections.abc import Iterator, Mapping
from datetime import date

import attrs

from klantportaal.domain.questionnaires.conditions import holds
from klantportaal.domain.questionnaires.definition import (
    Answer,
    Answers,
    Condition,
    Definition,
    Page,
    Question,
    QuestionType,
)
from klantportaal.domain.questionnaires.digest_cache import DigestCache
from klantportaal.domain.questionnaires.earlier_options import with_options
from klantportaal.domain.questionnaires.said_answers import with_answers
from klantportaal.domain.questionnaires.schemas import ROWS_LIMIT


@attrs.frozen(kw_only=True)
class VisiblePage:
    """A visible page with its visible questions, and the answers that its texts refer to in place."""

    page: Page
    questions: tuple[Question, ...]
    """Notes included."""
    sound: DigestCache = attrs.field(factory=DigestCache, eq=False, repr=False)
    """Remembers which answers to the page are valid, by digest."""


@attrs.frozen(kw_only=True)
class Projection:
    """The visible pages, and the effective answers."""

    pages: tuple[VisiblePage, ...]
    answers: Answers = attrs.field(repr=False)
    """The answers to visible questions, in the order of the definition."""
    as_of: date

    def page(self, page_id: str) -> VisiblePage | None:
        """Find a visible page."""
        return next((each for each in self.pages if each.page.id == page_id), None)


@attrs.frozen(kw_only=True)
class Asked:
    """A visible question and its answer; None without an answer."""

    page: Page
    question: Question
    answer: Answer = attrs.field(repr=False)
    """Rows have every visible column; None for one without an answer."""


def project(definition: Definition, raw: Answers, *, as_of: date) -> Projection:
    """Give what the raw answers make visible, and which of them are effective.

    Goes from the first question to the last. Conditions refer to earlier questions only, so those are decided already.
    A hidden question counts as never answered (property 4). A page without a visible question is passed over.
    """
    counting: dict[str, Answer] = {}
    shown = (
        _shown(_said(page, definition, counting), page.sound, raw, counting, as_of)
        for page in definition.pages
        if _shows(page.visible_when, counting, as_of)
    )
    return Projection(pages=tuple(page for page in shown if page.questions), answers=counting, as_of=as_of)


def _said(page: Page, definition: Definition, answers: Answers) -> Page:
    """Put earlier answers into the texts and the options of a page."""
    return with_options(with_answers(page, definition, answers), definition, answers)


def _shown(page: Page, sound: DigestCache, raw: Answers, counting: dict[str, Answer], as_of: date) -> VisiblePage:
    return VisiblePage(page=page, questions=_count(page, raw, counting, as_of), sound=sound)


def _count(page: Page, raw: Answers, counting: dict[str, Answer], as_of: date) -> tuple[Question, ...]:
    """Add the effective answers of a visible page to *counting*, and give its visible questions."""
    visible = []
    for question in page.questions:
        if not _shows(question.visible_when, counting, as_of) or _offers_nothing(question):
            continue
        visible.append(question)
        if question.asks and (answer := _seen(question, raw.get(question.id), counting, as_of)) is not None:
            counting[question.id] = answer
    return tuple(visible)


def _offers_nothing(question: Question) -> bool:
    return question.options_from is not None and not question.options


def visible_columns(
    question: Question, row: Mapping[str, Answer], answers: Answers, *, as_of: date
) -> tuple[Question, ...]:
    """Give the visible columns of a row. Their conditions see the row and the earlier questions."""
    if all(column.visible_when is None for column in question.columns):
        return question.columns
    scope = dict(answers)
    visible = []
    for column in question.columns:
        if _shows(column.visible_when, scope, as_of):
            visible.append(column)
            if column.id in row:
                scope[column.id] = row[column.id]
    return tuple(visible)


def asked(projection: Projection) -> Iterator[Asked]:
    """List the visible questions with their answers, in order, for review, result, PDF and JSON (property 10)."""
    for page in projection.pages:
        for question in page.questions:
            if question.asks:
                yield Asked(page=page.page, question=question, answer=_whole(question, projection))


def _whole(question: Question, projection: Projection) -> Answer:
    """Give the answer to a question, with every visible column in its rows."""
    answer = projection.answers.get(question.id)
    if question.type is not QuestionType.ROWS or not isinstance(answer, (list, tuple)) or len(answer) > ROWS_LIMIT:
        return answer
    return [_whole_row(question, row, projection) if isinstance(row, Mapping) else row for row in answer]


def _whole_row(question: Question, row: Mapping[str, Answer], projection: Projection) -> Answer:
    columns = visible_columns(question, row, projection.answers, as_of=projection.as_of)
    return {column.id: row.get(column.id) for column in columns}


def _seen(question: Question, answer: Answer, answers: Answers, as_of: date) -> Answer:
    """Remove hidden columns from rows, and rows that become empty. Other answers stay as they are."""
    if question.type is not QuestionType.ROWS or not isinstance(answer, (list, tuple)) or len(answer) > ROWS_LIMIT:
        return answer
    seen = [_seen_row(question, row, answers, as_of) if isinstance(row, Mapping) else row for row in answer]
    return [row for row in seen if row != {}] or None


def _seen_row(question: Question, row: Mapping[str, Answer], answers: Answers, as_of: date) -> Answer:
    columns = visible_columns(question, row, answers, as_of=as_of)
    return {column.id: row[column.id] for column in columns if column.id in row}


def _shows(condition: Condition | None, answers: Answers, as_of: date) -> bool:
    return condition is None or holds(condition, answers, as_of=as_of)
