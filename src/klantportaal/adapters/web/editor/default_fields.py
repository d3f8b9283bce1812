"""The default of a question, as fields: an answer that is typed or chosen, or the answer to an earlier question.

An answer is one field, but several options have a box each, and an address has a field for each part.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

import attrs

from klantportaal.adapters.figures import country_names
from klantportaal.adapters.web.editor.condition_form import answer_in, answer_text, is_same
from klantportaal.adapters.web.editor.conditions import values_of
from klantportaal.adapters.web.editor.fields import NONE, ON, Chosen, Field, Option, Unreadable, tidy, with_own
from klantportaal.adapters.web.editor.references import Referable
from klantportaal.adapters.web.forms.questionnaire import address_parts
from klantportaal.adapters.web.language.translations import Sentence, Wording, sentence
from klantportaal.domain.questionnaires.defaults import WITHOUT, as_answered, as_stored
from klantportaal.domain.questionnaires.definition import QuestionType
from klantportaal.domain.questionnaires.editing import Document, Place, at, put, without
from klantportaal.domain.questionnaires.postal_addresses import COUNTRIES, COUNTRY
from klantportaal.domain.questionnaires.value_checks import measure
from klantportaal.domain.values import Language, searchable

FILLED_IN = sentence("Filled in beforehand")
HINT = sentence("It is an answer only once the client saves the page.")
ONE_OF_TWO = sentence("Choose one of the two: an answer that is filled in, or the answer to an earlier question.")
_KINDS: Mapping[str, str] = {"boolean": "select", "choice": "select", "long_text": "textarea"}
"""The kinds of fields for an answer, by type. Others are a line of text."""
_CONSTANT: Place = ("default",)
_OTHER: Place = ("default", "question")
_OPTIONS: Place = ("default", "option")
Parts = Mapping[Place, str]
"""What stands in the fields of an answer, by their places."""


@attrs.frozen(kw_only=True)
class Default:
    """A default, as the fields have it."""

    constant: Parts = attrs.field(factory=dict)
    """Without what is empty."""
    other: str = ""
    """The earlier question."""


# ------------------------------------------------------------------ from a document to fields
def default_in(question: Any, spoken: Language) -> Default | None:
    """Read the default of a question. None if the fields have no words for it."""
    default = at(question, _CONSTANT)
    if default is None:
        return Default()
    if isinstance(default, Mapping) and (set(default) == {"question"} or not _is_address(question)):
        other = default.get("question")
        is_plain = isinstance(other, str) and set(default) == {"question"} and tidy(other, "select") == other
        return Default(other=str(other)) if is_plain else None
    parts = _parts_of(default, question, spoken)
    if parts is None or not _is_read(parts, default, question):
        return None
    return Default(constant=parts)


def _parts_of(default: Any, question: Any, spoken: Language) -> Parts | None:
    """Write an answer as its fields have it. None if they have no words for it."""
    if at(question, ("type",)) == QuestionType.CHOICES:
        codes = [code for code in default if _is_line(code)] if isinstance(default, list) else []
        return {(*_OPTIONS, code): ON for code in codes} if codes == default else None
    if _is_address(question):
        found = default.items() if isinstance(default, Mapping) else ()
        parts = {part: text for part, text in found if part in address_parts.LABELS and _is_line(text) and text}
        return {(*_CONSTANT, part): text for part, text in parts.items()} if parts == default else None
    text = answer_text(default, _subject(question), spoken)
    if not text:
        return None if text is None else {}
    return {_CONSTANT: tidy(text, _kind(question))}


def _is_line(text: object) -> TypeGuard[str]:
    return isinstance(text, str) and tidy(text, "text") == text


def _is_read(parts: Parts, default: Any, question: Any) -> bool:
    """Tell whether the fields make the very same answer again."""
    try:
        return is_same(_answer(parts, question), default)
    except Unreadable:
        return False


def _answer(parts: Parts, question: Any) -> Any:
    """Make the answer of fields; blank text without any. Raises: Unreadable."""
    if at(question, ("type",)) == QuestionType.CHOICES:
        return [str(place[-1]) for place in parts]
    if _is_address(question):
        return {str(place[-1]): text for place, text in parts.items()}
    text = parts.get(_CONSTANT, "")
    return answer_in(text, _subject(question)) if text else ""


def _is_address(question: Any) -> bool:
    return bool(at(question, ("type",)) == QuestionType.ADDRESS)


def _subject(question: Any) -> Referable:
    return Referable(id="", type=str(at(question, ("type",))), label="", place=(), question=question)


def _kind(question: Any) -> str:
    return _KINDS.get(str(at(question, ("type",))), "text")


def has_default(question: Any, place: Place) -> bool:
    """Tell whether the question at a place can have a default. A column cannot."""
    kind = at(question, ("type",))
    return len(place) == 4 and isinstance(kind, str) and kind in list(QuestionType) and kind not in WITHOUT


# ------------------------------------------------------------------ the fields
def fields(document: Document, place: Place, known: Sequence[Referable], wording: Wording) -> Iterator[Field]:
    """Give the fields for the default of the question at a place. *known*: all questions and columns."""
    question = at(document, place)
    if (now := default_in(question, wording.language)) is None:
        yield Chosen(at=_CONSTANT, label=FILLED_IN, value=None)
        return
    yield from _answer_fields(question, now.constant, wording)
    if (earlier := _earlier(question, place, known)) or now.other:
        label = sentence("Filled in beforehand with the answer to an earlier question")
        options = with_own([("", wording.say(NONE)), *earlier], now.other)
        yield Chosen(at=_OTHER, label=label, options=options, value=now.other)


def _answer_fields(question: Any, now: Parts, wording: Wording) -> Iterator[Field]:
    """Give the fields of an answer to a question."""
    values = values_of(_subject(question), wording)
    if question["type"] == QuestionType.CHOICES:
        codes = dict(values) | {code: code for *_at, last in now if (code := str(last)) not in dict(values)}
        for code, name in codes.items():
            place = (*_OPTIONS, code)
            yield Chosen(
                at=place, label=FILLED_IN, named=name, kind="checkbox", legend=FILLED_IN, value=now.get(place, "")
            )
    elif _is_address(question):
        for part, label in address_parts.LABELS.items():
            place = (*_CONSTANT, part)
            kind, options = ("select", _countries(wording)) if part == COUNTRY else ("text", ())
            yield Chosen(at=place, label=label, kind=kind, options=options, legend=FILLED_IN, value=now.get(place, ""))
    else:
        text = now.get(_CONSTANT, "")
        options = with_own([("", wording.say(NONE)), *values], text)
        yield Chosen(at=_CONSTANT, label=FILLED_IN, hint=HINT, kind=_kind(question), options=options, value=text)


def _countries(wording: Wording) -> Sequence[Option]:
    names = country_names(wording.language)
    listed = sorted(COUNTRIES, key=lambda code: searchable(names[code]))
    return [("", wording.say(NONE)), *((code, names[code]) for code in listed)]


def _earlier(question: Any, place: Place, known: Sequence[Referable]) -> Sequence[Option]:
    """Give the questions of earlier pages that have answers of the same type. They are asked once, not for each row."""
    return [
        (each.id, each.label)
        for each in known
        if each.rows is None
        and each.place[:2] < place[:2]
        and each.for_each is None
        and measure(as_answered(each.question)) == measure(question)
    ]


# ------------------------------------------------------------------ what was sent
def changed(question: Any, typed: Mapping[str, str], wording: Wording) -> tuple[Any, Mapping[str, Sentence]]:
    """Give a question the default that was sent, as its answers are stored; and what could not be read, by field."""
    if (now := default_in(question, wording.language)) is None:
        return question, {}
    sent = {field.at: _sent(field, typed) for field in _answer_fields(question, now.constant, wording)}
    constant, other = {place: text for place, text in sent.items() if text}, typed.get("default.question", now.other)
    if (constant, other) == (now.constant, now.other):
        return question, {}
    if constant and other:
        return question, {"default.question": ONE_OF_TWO}
    if other:
        return put(question, _CONSTANT, {"question": other}), {}
    try:
        stored = as_stored(question, _answer(constant, question))
    except Unreadable as unreadable:
        return question, {"default": unreadable.args[0]}
    return (without(question, _CONSTANT) if stored is None else put(question, _CONSTANT, stored)), {}


def _sent(field: Field, typed: Mapping[str, str]) -> str:
    """Give what was sent for a field. A box that is not ticked is not sent; another field that is not is as it was."""
    if field.kind == "checkbox":
        return typed.get(field.name, "")
    return tidy(typed.get(field.name, field.shown(None) or ""), field.kind)
