"""What a client has not been asked: the questions that were hidden at the last save of their page (property 3).

A key is the id of a question, or names a column of a row: ``children.0.born``. A note has none: it asks nothing.
"""

from collections.abc import Iterator, Mapping, Sequence

from klantportaal.domain.questionnaires.definition import Answer, Answers, Page, Question
from klantportaal.domain.questionnaires.projection import Projection, VisiblePage, visible_columns


def visible_keys(page: VisiblePage, raw: Answers, projection: Projection) -> Iterator[str]:
    """Give the keys of what is visible on a page, in its saved rows too."""
    for question in page.questions:
        if question.asks:
            yield question.id
        for number, row in enumerate(_rows(raw.get(question.id)) if question.columns else ()):
            for column in visible_columns(question, row, page.scope, as_of=projection.as_of):
                if column.asks:
                    yield f"{question.id}.{number}.{column.id}"


def hidden_keys(page: VisiblePage, raw: Answers, projection: Projection) -> frozenset[str]:
    """Give the keys of what is hidden on a visible page, in its saved rows too."""
    every = {question.id for question in page.page.questions if question.asks}
    for question in page.page.questions:
        numbers = range(len(_rows(raw.get(question.id)))) if question.columns else ()
        every |= {f"{question.id}.{number}.{column.id}" for number in numbers for column in _asking(question)}
    return frozenset(every.difference(visible_keys(page, raw, projection)))


def outside(page: Page, keys: frozenset[str]) -> frozenset[str]:
    """Give the keys of other pages."""
    own = {question.id for question in page.questions}
    return frozenset(key for key in keys if key.partition(".")[0] not in own)


def _asking(question: Question) -> list[Question]:
    return [column for column in question.columns if column.asks]


def _rows(answer: Answer) -> Sequence[Mapping[str, Answer]]:
    return [row for row in answer if isinstance(row, Mapping)] if isinstance(answer, (list, tuple)) else ()
