"""Projection: the visible pages and questions, and the effective answers.

One pure function feeds the pages, their validation, the review, the result, the PDF and the JSON, so all of them agree
(property 10).
"""

from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from datetime import date

import attrs

from klantportaal.domain.questionnaires.computing import computed_value
from klantportaal.domain.questionnaires.conditions import holds
from klantportaal.domain.questionnaires.definition import (
    MARK,
    Answer,
    Answers,
    Condition,
    Definition,
    Page,
    Question,
    QuestionType,
    plain,
)
from klantportaal.domain.questionnaires.earlier_options import with_options
from klantportaal.domain.questionnaires.rows import KEY, page_of, rows_in
from klantportaal.domain.questionnaires.said_answers import with_answers
from klantportaal.domain.questionnaires.schemas import ROWS_LIMIT


@attrs.frozen(kw_only=True)
class VisiblePage:
    """A visible page with its visible questions, and the answers that its texts refer to in place."""

    page: Page
    questions: tuple[Question, ...]
    """Notes included."""
    scope: Answers = attrs.field(repr=False, eq=False)
    """What its conditions see: the effective answers, and on a page of a row those of the row."""


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
    A hidden question counts as never answered (property 4). A page without a visible question is passed over. Rows that
    are hidden have no pages.
    """
    counting: dict[str, Answer] = {}
    scopes: dict[str, MutableMapping[str, Answer]] = {}
    shown = (
        VisiblePage(page=page, questions=_count(page, raw, counting, scope, as_of), scope=scope)
        for each in definition.pages
        for page, scope in _pages(definition, each, counting, scopes)
        if _shows(page.visible_when, scope, as_of)
    )
    return Projection(pages=tuple(page for page in shown if page.questions), answers=counting, as_of=as_of)


def _pages(
    definition: Definition, page: Page, counting: dict[str, Answer], scopes: dict[str, MutableMapping[str, Answer]]
) -> Iterator[tuple[Page, MutableMapping[str, Answer]]]:
    """Give a page with what its conditions see. A page for each row is given for each row, with its columns first.

    Earlier answers are in its texts and are its options. *scopes* has what the pages of each row saw so far: the next
    of them sees that too.
    """
    page = with_options(with_answers(page, definition, counting), definition, counting)
    if page.for_each is None:
        yield page, counting
        return
    rows, given = definition.by_id[page.for_each], set()
    for number, row in enumerate(rows_in(counting.get(rows.id)), start=1):
        own = page_of(page, rows, number, row)
        if own is not None and own.row not in given:
            given.add(own.row)
            columns = {**dict.fromkeys(column.id for column in rows.columns), **row}
            yield own, scopes.setdefault(f"{rows.id}{MARK}{own.row}", ChainMap({}, columns, counting))


def _count(
    page: Page, raw: Answers, counting: dict[str, Answer], scope: MutableMapping[str, Answer], as_of: date
) -> tuple[Question, ...]:
    """Add the effective answers of a visible page to *counting* and *scope*, and give its visible questions."""
    visible = []
    for question in page.questions:
        if not _shows(question.visible_when, scope, as_of) or _offers_nothing(question):
            continue
        visible.append(question)
        if question.asks:
            answer = _seen(question, raw.get(question.id), scope, as_of)
        elif question.computed is not None:
            answer = computed_value(question.computed, scope, as_of=as_of)
        else:
            continue
        if answer is not None:
            counting[question.id] = scope[plain(question.id)] = answer
    return tuple(visible)


def _offers_nothing(question: Question) -> bool:
    return question.options_from is not None and not question.options


def visible_columns(
    question: Question, row: Mapping[str, Answer], answers: Answers, *, as_of: date
) -> Sequence[Question]:
    """Give the visible columns of a row. Their conditions see the row and the earlier questions."""
    if all(column.visible_when is None for column in question.columns):
        return question.columns
    scope = {**answers, **dict.fromkeys(column.id for column in question.columns)}
    visible = []
    for column in question.columns:
        if _shows(column.visible_when, scope, as_of):
            visible.append(column)
            if column.asks and column.id in row:
                scope[column.id] = row[column.id]
    return visible


def asked(projection: Projection) -> Iterator[Asked]:
    """List the visible questions with their answers, in order, for review, result, PDF and JSON (property 10)."""
    for page in projection.pages:
        for question in page.questions:
            if question.is_listed:
                yield Asked(page=page.page, question=question, answer=_whole(question, page, projection))


def _whole(question: Question, page: VisiblePage, projection: Projection) -> Answer:
    """Give the answer to a question, with every visible column in its rows."""
    answer = projection.answers.get(question.id)
    if question.type is not QuestionType.ROWS or not isinstance(answer, (list, tuple)) or len(answer) > ROWS_LIMIT:
        return answer
    return [_whole_row(question, row, page, projection) if isinstance(row, Mapping) else row for row in answer]


def _whole_row(question: Question, row: Mapping[str, Answer], page: VisiblePage, projection: Projection) -> Answer:
    columns = visible_columns(question, row, page.scope, as_of=projection.as_of)
    return {column.id: row.get(column.id) for column in columns if column.asks}


def _seen(question: Question, answer: Answer, answers: Answers, as_of: date) -> Answer:
    """Remove hidden columns from rows, and rows that become empty. Other answers stay as they are."""
    if question.type is not QuestionType.ROWS or not isinstance(answer, (list, tuple)) or len(answer) > ROWS_LIMIT:
        return answer
    seen = [_seen_row(question, row, answers, as_of) if isinstance(row, Mapping) else row for row in answer]
    return [row for row in seen if row != {}] or None


def _seen_row(question: Question, row: Mapping[str, Answer], answers: Answers, as_of: date) -> Answer:
    columns = visible_columns(question, row, answers, as_of=as_of)
    seen = {column.id: row[column.id] for column in columns if column.asks and column.id in row}
    return {KEY: row[KEY], **seen} if seen and question.followed and KEY in row else seen


def _shows(condition: Condition | None, answers: Answers, as_of: date) -> bool:
    return condition is None or holds(condition, answers, as_of=as_of)
