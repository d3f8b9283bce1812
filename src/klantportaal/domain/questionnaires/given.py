"""Answers that the office gives when it assigns a questionnaire: what it knows already, the client need not type.

The client sees them filled in and may correct them, unless the definition fixes the question.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires.definition import Answers, Definition, Page, Question, QuestionType
from klantportaal.domain.questionnaires.earlier_options import offered
from klantportaal.domain.questionnaires.replies import faults, tidied
from klantportaal.domain.questionnaires.rows import bare, keyed, rows_in

_CLIENTS_OWN = frozenset({QuestionType.FILE, QuestionType.SIGNATURE})
"""The types that only the client answers: nobody else sent the file, or signed."""


def tidy(definition: Definition, submitted: Mapping[str, object]) -> Answers:
    """Give answers the form in which they are stored. Blank ones, and those to no question, are left out."""
    found = {
        question.id: tidied(question, submitted[question.id])
        for _page, question in definition.questions()
        if question.id in submitted and question.asks
    }
    return {id: answer for id, answer in found.items() if answer is not None}


def given_faults(definition: Definition, answers: Answers, *, as_of: date) -> Iterator[Fault]:
    """List the faults of tidy answers. A file and a signature cannot be given, in rows neither."""
    for _page, question in definition.questions():
        if question.id in answers:
            yield from _faults(offered(question, definition, answers), answers, as_of)


def usable(definition: Definition, answers: Answers, *, as_of: date) -> Answers:
    """Give the answers that are still valid on the day on which the client starts. The client answers the others.

    Rows with pages of their own get their keys.
    """
    wrong = {str(fault.field).partition(".")[0] for fault in given_faults(definition, answers, as_of=as_of)}
    return {
        question.id: keyed(question, answers[question.id], save=0)
        for _page, question in definition.questions()
        if question.id in answers and question.id not in wrong
    }


def _faults(question: Question, answers: Answers, as_of: date) -> Iterator[Fault]:
    if question.type in _CLIENTS_OWN:
        yield Fault(code=FaultCode.NOT_ACCEPTED, field=question.id)
        return
    own = {column.id for column in question.columns if column.type in _CLIENTS_OWN}
    for number, row in enumerate(rows_in(answers[question.id]) if own else ()):
        yield from (Fault(code=FaultCode.NOT_ACCEPTED, field=f"{question.id}.{number}.{id}") for id in row if id in own)
    for fault in faults(question, answers[question.id], answers, as_of=as_of):
        if question.fixed or fault.code is not FaultCode.MISSING:  # The client fills in what a row lacks.
            yield fault


def fixed_answers(page: Page, raw: Answers, given: frozenset[str]) -> Answers:
    """Give the answers on a page that the client cannot change."""
    return {each.id: raw[each.id] for each in page.questions if each.fixed and each.id in given and each.id in raw}


def changes(page: Page, fixed: Answers, submitted: Mapping[str, object]) -> Iterator[Fault]:
    """Refuse another answer than the office's. Without an answer, the office's stays."""
    for question in page.questions:
        if question.id not in fixed:
            continue
        answer = tidied(question, submitted.get(question.id))
        if answer is not None and bare(answer) != bare(fixed[question.id]):
            yield Fault(code=FaultCode.FIXED, field=question.id)


def untouched(given: frozenset[str], before: Answers, after: Answers) -> frozenset[str]:
    """Give the questions that still have the office's answer after a save."""
    return frozenset(id for id in given if id in after and after[id] == before.get(id))
