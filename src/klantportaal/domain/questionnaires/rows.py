"""Rows that have pages of their own: the key of each row, and its pages (``for_each``).

A key tells rows apart whatever is taken out, put in or changed. It is made of the number of the save that made the
row, so it is never used again. The page ``child`` of the row ``3-0`` is ``child~3-0``, and its questions end alike:
``school~3-0``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

import attrs

from klantportaal.domain.questionnaires.definition import (
    MARK,
    Answer,
    Answers,
    Definition,
    Page,
    Question,
    QuestionType,
)
from klantportaal.domain.values import Language

KEY = "#"
"""Where a row has its key. No column can have this id."""
_KEY = re.compile(r"[0-9]{1,9}-[0-9]{1,3}")


def rows_in(answer: object) -> Sequence[Mapping[str, Answer]]:
    """Give the rows of an answer; none if it is no list."""
    return [row for row in answer if isinstance(row, Mapping)] if isinstance(answer, (list, tuple)) else ()


def key_of(row: Mapping[str, object]) -> str | None:
    """Give the key of a row; None without one."""
    key = row.get(KEY)
    return key if isinstance(key, str) and _KEY.fullmatch(key) else None


def keys_in(answer: object) -> tuple[str, ...]:
    """Give the keys of rows, in order, each once."""
    keys = [key_of(row) for row in rows_in(answer)]
    return tuple(dict.fromkeys(key for key in keys if key is not None))


def answered(row: Mapping[str, Answer], names: Sequence[str], answers: Answers) -> dict[str, Answer]:
    """Give what a row answers: in its columns, and on its pages.

    Args:
        row: the answers in its columns.
        names: the ids of its columns, and of the questions on its pages. Without an answer, it is None: a condition
            then does not see the answer to a question elsewhere that has the same id as a column.
        answers: the answers outside of the row, those on its pages included.
    """
    key = key_of(row)
    return {**{name: answers.get(f"{name}{MARK}{key}") for name in names}, **row}


def column(id: str, rows: Iterable[Mapping[str, Answer]], answers: Answers) -> list[Answer]:
    """Give the answers of rows in one column, or to one question on their pages. What is open is left out."""
    found = (answered(row, (id,), answers)[id] for row in rows)
    return [each for each in found if each is not None]


def is_empty(row: object) -> bool:
    """Tell whether nothing is answered in a row."""
    return isinstance(row, Mapping) and row.keys() <= {KEY}


def bare(answer: Answer) -> Answer:
    """Give rows without their keys, as schemas see them. Other answers stay as they are."""
    if not isinstance(answer, (list, tuple)) or not any(isinstance(row, Mapping) and KEY in row for row in answer):
        return answer
    return [{id: each for id, each in row.items() if id != KEY} if isinstance(row, Mapping) else row for row in answer]


def keyed(question: Question, answer: Answer, *, save: int) -> Answer:
    """Give a key to each row that has none, if pages are for each of them.

    Args:
        question: the rows that were asked for.
        answer: the answer, as ``replies.tidied`` gave it.
        save: the number of the save that they are part of: the version after it.
    """
    if not question.followed or not isinstance(answer, (list, tuple)):
        return answer
    return [{KEY: f"{save}-{number}", **row} if isinstance(row, Mapping) else row for number, row in enumerate(answer)]


def page_of(page: Page, question: Question, number: int, row: Mapping[str, Answer]) -> Page | None:
    """Make the page of one row, with the row in its title; None for a row without a key.

    Args:
        page: the page that the definition has for each row.
        question: the rows.
        number: the number of the row, from 1.
        row: its answers.
    """
    key = key_of(row)
    if key is None:
        return None
    texts = {
        language: attrs.evolve(heading, title=f"{heading.title} ({row_name(question, number, row, language)})")
        for language, heading in page.texts.items()
    }
    return page.of_row(key).like(texts=texts)


def row_name(question: Question, number: int, row: Mapping[str, Answer], language: Language) -> str:
    """Name a row by its noun, its number, and its first column if that is text: ``Kind 1: Eva``.

    Args:
        question: the rows.
        number: the number of the row, from 1.
        row: its answers.
        language: the language of the noun.
    """
    noun, first = question.texts[language].row, question.columns[0]
    name = row.get(first.id) if first.type is QuestionType.TEXT else None
    which = f"{noun} {number}" if noun else str(number)
    return f"{which}: {name}" if isinstance(name, str) else which


def gone(definition: Definition, before: Answers, after: Answers) -> frozenset[str]:
    """Give the ids of the pages and questions of rows that were taken out."""
    return frozenset(
        f"{id}{MARK}{key}"
        for page in definition.pages
        if page.for_each is not None
        for key in set(keys_in(before.get(page.for_each))).difference(keys_in(after.get(page.for_each)))
        for id in (page.id, *(question.id for question in page.questions))
    )
