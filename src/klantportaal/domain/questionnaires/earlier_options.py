"""Options that are earlier answers: one of the children that were named before, or one of the options that were ticked.

The code of an option is the answer itself. An option vanishes with its answer: if it was chosen, the choice is not
valid any more, and its page must be saved again. Without any option, the question is hidden.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires.definition import Answers, Definition, OptionsFrom, Page, Question, QuestionType
from klantportaal.domain.questionnaires.schemas import ROWS_LIMIT
from klantportaal.domain.values import Language


def with_options(page: Page, definition: Definition, answers: Answers) -> Page:
    """Give the choices of a page the options that earlier answers make."""
    if all(question.options_from is None for question in page.questions):
        return page
    return page.like(questions=tuple(offered(each, definition, answers) for each in page.questions))


def offered(question: Question, definition: Definition, answers: Answers) -> Question:
    """Give a question the options that earlier answers make; any other question stays as it is."""
    if question.options_from is None:
        return question
    codes = list(dict.fromkeys(_codes(question.options_from, answers)))
    source = definition.by_id[question.options_from.question]
    texts = {
        key: attrs.evolve(each, options={code: _label(source, code, key) for code in codes})
        for key, each in question.texts.items()
    }
    return attrs.evolve(question, texts=texts)


def _codes(source: OptionsFrom, answers: Answers) -> Iterator[str]:
    """Give the answers that are options, in order. What was not checked yet may be of any type."""
    answer = answers.get(source.question)
    for each in answer[:ROWS_LIMIT] if isinstance(answer, (list, tuple)) else ():
        code = each.get(source.column) if isinstance(each, Mapping) else each
        if isinstance(code, str):
            yield code


def _label(source: Question, code: str, language: Language) -> str:
    return source.texts[language].options.get(code, code)


# ------------------------------------------------------------------ publishing
def options_faults(question: Mapping[str, Any], path: str, page: int, known: Mapping[str, Any]) -> Iterator[Fault]:
    """Check that options are the texts in a column of rows, or the ticked options, of an earlier page.

    Args:
        question: the question.
        path: its path.
        page: the number of its page.
        known: the questions of the document by id, each with the number of its page. Columns are left out.
    """
    source = question.get("options_from")
    if not isinstance(source, Mapping) or not isinstance(id := source.get("question"), str):
        return
    at, target = known.get(id, (-1, {}))
    if at < 0:
        yield Fault(code=FaultCode.UNKNOWN_REFERENCE, field=f"{path}.options_from.question", params={"id": id})
    elif at >= page:
        yield Fault(code=FaultCode.FORWARD_REFERENCE, field=f"{path}.options_from.question", params={"id": id})
    elif target.get("type") == QuestionType.ROWS:
        yield from _column_faults(target, source.get("column"), path)
    elif target.get("type") != QuestionType.CHOICES:
        yield Fault(code=FaultCode.KEYWORD_MISFIT, field=f"{path}.options_from.question")
    elif "column" in source:
        yield Fault(code=FaultCode.KEYWORD_MISFIT, field=f"{path}.options_from.column")


def _column_faults(rows: Mapping[str, Any], column: object, path: str) -> Iterator[Fault]:
    listed = rows.get("columns")
    kinds = {each.get("id"): each.get("type") for each in listed or () if isinstance(each, Mapping)}
    if column not in kinds:
        yield Fault(code=FaultCode.UNKNOWN_COLUMN, field=f"{path}.options_from.column", params={"id": str(column)})
    elif kinds[column] != QuestionType.TEXT:
        yield Fault(code=FaultCode.KEYWORD_MISFIT, field=f"{path}.options_from.column")
