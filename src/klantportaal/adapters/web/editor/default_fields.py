"""The default of a question, as two fields: an answer that is typed or chosen, or the answer to an earlier question."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from klantportaal.adapters.web.editor.condition_form import answer_in, answer_text, is_same
from klantportaal.adapters.web.editor.conditions import values_of
from klantportaal.adapters.web.editor.fields import NONE, Chosen, Field, Option, Unreadable, tidy, with_own
from klantportaal.adapters.web.editor.references import Referable, referable
from klantportaal.adapters.web.language.translations import Sentence, Wording, sentence
from klantportaal.domain.questionnaires.defaults import WITHOUT, as_answered, as_stored
from klantportaal.domain.questionnaires.definition import QuestionType
from klantportaal.domain.questionnaires.editing import Document, Place, at, put, without
from klantportaal.domain.questionnaires.value_checks import measure
from klantportaal.domain.values import Language

LISTED = frozenset({"choices", "address"})
"""The types whose answers no single field can hold."""
ONE_OF_TWO = sentence("Choose one of the two: an answer that is filled in, or the answer to an earlier question.")
_KINDS: Mapping[str, str] = {"boolean": "select", "choice": "select", "long_text": "textarea"}
"""The kinds of fields for an answer, by type. Others are a line of text."""
_CONSTANT: Place = ("default",)
_OTHER: Place = ("default", "question")


@attrs.frozen(kw_only=True)
class Default:
    """A default, as the two fields have it."""

    constant: str = ""
    other: str = ""
    """The earlier question."""


def default_in(question: Any, spoken: Language) -> Default | None:
    """Read the default of a question. None if the fields have no words for it."""
    default, kind = at(question, _CONSTANT), at(question, ("type",))
    if default is None:
        return Default()
    if isinstance(default, Mapping):
        other = default.get("question")
        is_plain = isinstance(other, str) and set(default) == {"question"} and tidy(other, "select") == other
        return Default(other=str(other)) if is_plain else None
    text = None if kind in LISTED else answer_text(default, _subject(question), spoken)
    if text is None or not _is_read(text, default, question):
        return None
    return Default(constant=tidy(text, _kind(question)))


def _is_read(text: str, default: Any, question: Any) -> bool:
    try:
        return is_same(answer_in(text, _subject(question)), default)
    except Unreadable:
        return False


def _subject(question: Any) -> Referable:
    return Referable(id="", type=str(at(question, ("type",))), label="", place=(), question=question)


def _kind(question: Any) -> str:
    return _KINDS.get(str(at(question, ("type",))), "text")


def has_default(question: Any, place: Place) -> bool:
    """Tell whether the question at a place can have a default. A column cannot."""
    kind = at(question, ("type",))
    return len(place) == 4 and isinstance(kind, str) and kind in list(QuestionType) and kind not in WITHOUT


# ------------------------------------------------------------------ the fields
def fields(document: Document, place: Place, wording: Wording) -> Iterator[Field]:
    """Give the fields for the default of the question at a place."""
    question, label = at(document, place), sentence("Filled in beforehand")
    if (now := default_in(question, wording.language)) is None:
        yield Chosen(at=_CONSTANT, label=label, value=None)
        return
    if question["type"] not in LISTED:
        hint = sentence("It is an answer only once the client saves the page.")
        values = [("", wording.say(NONE)), *values_of(_subject(question), wording)]
        options = with_own(values, now.constant)
        kind = _kind(question)
        yield Chosen(at=_CONSTANT, label=label, hint=hint, kind=kind, options=options, value=now.constant)
    if (earlier := _earlier(document, place, wording.language)) or now.other:
        label = sentence("Filled in beforehand with the answer to an earlier question")
        options = with_own([("", wording.say(NONE)), *earlier], now.other)
        yield Chosen(at=_OTHER, label=label, options=options, value=now.other)


def _earlier(document: Document, place: Place, spoken: Language) -> Sequence[Option]:
    """Give the questions of earlier pages that have answers of the same type. They are asked once, not for each row."""
    return [
        (each.id, each.label)
        for each in referable(document, spoken)
        if each.rows is None
        and each.place[:2] < place[:2]
        and at(document, (*each.place[:2], "for_each")) is None
        and measure(as_answered(each.question)) == measure(at(document, place))
    ]


# ------------------------------------------------------------------ what was sent
def changed(question: Any, typed: Mapping[str, str], spoken: Language) -> tuple[Any, Mapping[str, Sentence]]:
    """Give a question the default that was sent, as its answers are stored; and what could not be read, by field."""
    if (now := default_in(question, spoken)) is None:
        return question, {}
    constant = tidy(typed.get("default", now.constant), _kind(question))
    other = typed.get("default.question", now.other)
    if (constant, other) == (now.constant, now.other):
        return question, {}
    if constant and other:
        return question, {"default.question": ONE_OF_TWO}
    if other:
        return put(question, _CONSTANT, {"question": other}), {}
    try:
        answer = answer_in(constant, _subject(question)) if constant else ""
    except Unreadable as unreadable:
        return question, {"default": unreadable.args[0]}
    stored = as_stored(question, answer)
    return (without(question, _CONSTANT) if stored is None else put(question, _CONSTANT, stored)), {}
