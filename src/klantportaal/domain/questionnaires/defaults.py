"""Defaults: what a page has filled in before it was ever saved. A default is no answer until the client saves it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires.conditions import day_in
from klantportaal.domain.questionnaires.definition import (
    EARLIEST,
    LATEST,
    Answers,
    Page,
    ProfileValue,
    Question,
    QuestionTexts,
    QuestionType,
)
from klantportaal.domain.questionnaires.misfits import options_of
from klantportaal.domain.questionnaires.replies import faults, tidied
from klantportaal.domain.questionnaires.schemas import ANYTHING, Schema
from klantportaal.domain.questionnaires.value_checks import measure
from klantportaal.domain.values import Language

Tree = Mapping[str, Any]
WITHOUT = frozenset({"signature", "file", "rows", "note", "prefilled", "computed"})
"""The types that have no default: as in ``format.schema.json``."""
_ANY_DAY = date(2024, 1, 1)


def has_defaults(page: Page) -> bool:
    """Tell whether a question of a page has a default."""
    return any(each.default is not None or each.default_from is not None for each in page.questions)


def default_of(question: Question, answers: Answers, *, as_of: date) -> Answers:
    """Give the default of a question as an answer to it; nothing if it has none, or does not accept it.

    Args:
        question: a question of a page, as the projection shows it.
        answers: the effective answers.
        as_of: today.
    """
    default = question.default if question.default_from is None else answers.get(question.default_from)
    if default is None or any(faults(question, default, answers, as_of=as_of)):
        return {}
    return {question.id: default}


# ------------------------------------------------------------------ publishing
def default_faults(question: Tree, path: str, page: int, known: Mapping[str, tuple[int, Tree]]) -> Iterator[Fault]:
    """Check that a default is an answer to its question, or the answer to one of its type on an earlier page.

    Args:
        question: the question, whose schema has no fault.
        path: its path.
        page: the number of its page.
        known: the questions of the document by id, each with the number of its page. Columns are left out.
    """
    default = question.get("default")
    if isinstance(default, Mapping) and "question" in default:
        yield from _reference_faults(default.get("question"), question, f"{path}.default.question", page, known)
    elif default is not None and question.get("type") in list(QuestionType):
        yield from _constant_faults(question, default, f"{path}.default")


def _reference_faults(
    id: object, question: Tree, path: str, page: int, known: Mapping[str, tuple[int, Tree]]
) -> Iterator[Fault]:
    at, target = known.get(id, (-1, {})) if isinstance(id, str) else (-1, {})
    if at < 0 or target.get("type") == QuestionType.NOTE:
        yield Fault(code=FaultCode.UNKNOWN_REFERENCE, field=path, params={"id": str(id)})
    elif at >= page:
        yield Fault(code=FaultCode.FORWARD_REFERENCE, field=path, params={"id": str(id)})
    elif measure(as_answered(target)) != measure(question):
        yield Fault(code=FaultCode.TYPES_DIFFER, field=path)


def as_answered(question: Tree) -> Tree:
    """Give a prefilled question the type of its answers."""
    if question.get("type") != QuestionType.PREFILLED:
        return question
    is_email = question.get("profile") == ProfileValue.EMAIL
    return {**question, "type": QuestionType.EMAIL if is_email else QuestionType.TEXT}


def as_stored(question: Tree, answer: Any) -> Any:
    """Give an answer to a question of a document the form in which it is stored; None for a blank one."""
    return tidied(_asked(question), answer)


def _constant_faults(question: Tree, default: Any, path: str) -> Iterator[Fault]:
    asked = _asked(question)
    if tidied(asked, default) != default:
        yield Fault(code=FaultCode.NOT_ACCEPTED, field=path)
    else:
        yield from faults(asked, default, {}, as_of=_ANY_DAY, field=path)


def _asked(question: Tree) -> Question:
    """Make the question of a document, as far as its answers are about. A bound that moves with today is left out."""
    texts = QuestionTexts(label="", options=dict.fromkeys(options_of(question), ""))
    decimals, schema = question.get("decimals"), question.get("schema")
    return Question(
        id="",
        type=QuestionType(question["type"]),
        texts=dict.fromkeys(Language, texts),
        schema=Schema(schema) if isinstance(schema, Mapping) else ANYTHING,
        decimals=decimals if isinstance(decimals, int) else 2,
        earliest=_bound(question, "earliest", EARLIEST, date.min),
        latest=_bound(question, "latest", LATEST, date.max),
    )


def _bound(question: Tree, key: str, default: str, furthest: date) -> str:
    bound = question.get(key, default)
    return bound if isinstance(bound, str) and day_in(bound) is not None else furthest.isoformat()
