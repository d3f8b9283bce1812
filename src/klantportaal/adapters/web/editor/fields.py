"""One field of the editor: from what stands in a document to text, and back.

A field changes a document only if its text differs from the text that the document gives. So what no field has words
for stays as it is, and a form that is saved as it was opened changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from klantportaal.adapters.web.forms.questionnaire import typed_values
from klantportaal.adapters.web.language.translations import Sentence, sentence
from klantportaal.domain.questionnaires import number_texts
from klantportaal.domain.questionnaires.editing import Place, at, put, without
from klantportaal.domain.values import Language

Option = tuple[str, str]
"""The value of an option, and its label."""
ON = "on"
NONE = sentence("None")
NOT_A_NUMBER = sentence("Enter a number.")
NUMBERS: Mapping[str, Callable[[str], int | str]] = {
    "amount": typed_values.amount,
    "percentage": typed_values.percentage,
}
"""How the bounds of a question are read, by its type. Others are whole numbers."""


class Unreadable(Exception):
    """What was typed in a field is no such value. Its argument is the sentence that says so."""


@attrs.frozen(kw_only=True)
class Field:
    """A field of text. Empty text is nothing."""

    at: Place
    """Where its value stands, within the thing that the form is about."""
    label: Sentence
    hint: Sentence | None = None
    language: Language | None = None
    """The language of the text that is typed in it."""
    kind: str = "text"
    """``text``, ``textarea``, ``checkbox`` or ``select``."""
    rows: int = 2
    options: Sequence[Option] = ()
    """The options of a select. The first is that of an empty text."""
    said_with: Mapping[str, int] = attrs.field(factory=dict)
    """What the label is said with."""
    named: str = ""
    """What it is called instead of the label: the author's own words."""
    legend: Sentence | None = None
    """What it is about together with the fields beside it that have the same one."""
    is_kept_empty: bool = False
    """Whether an empty text stands in the document as such: something has to be there."""

    @property
    def name(self) -> str:
        """The name of the field in its form."""
        return ".".join(map(str, self.at))

    def shown(self, thing: Any) -> str | None:
        """Give the text in the field. None if it has no words for what stands there, so that it cannot be changed."""
        found = at(thing, self.at)
        if found is None:
            return ""
        return tidy(found, self.kind) if isinstance(found, str) else None

    def changed(self, thing: Any, typed: str) -> Any:
        """Put what was typed in its place. Raises: Unreadable."""
        shown, text = self.shown(thing), tidy(typed, self.kind)
        if shown is None or text == shown:
            return thing
        if text or self.is_kept_empty:
            return put(thing, self.at, self.read(text))
        return without(thing, self.at)

    def read(self, text: str) -> Any:
        """Read what was typed. Raises: Unreadable."""
        return text


@attrs.frozen(kw_only=True)
class Flag(Field):
    """A box to tick."""

    kind: str = "checkbox"

    def shown(self, thing: Any) -> str | None:
        """Give ``on`` for true."""
        found = at(thing, self.at)
        if found is None or isinstance(found, bool):
            return ON if found else ""
        return None

    def read(self, text: str) -> Any:
        """A box that is ticked is true. One that is not is left out."""
        return text == ON


@attrs.frozen(kw_only=True)
class Number(Field):
    """A number, written as the answers to the question are."""

    type: str = "integer"
    """The type of the question."""
    decimals: int = 2
    spoken: Language = Language.DUTCH

    def shown(self, thing: Any) -> str | None:
        """Write the number."""
        found = at(thing, self.at)
        if found is None:
            return ""
        if not isinstance(found, int) or isinstance(found, bool):
            return None
        text = number_text(found, self.type, self.decimals, self.spoken)
        return text if number_in(text, self.type, self.decimals) == found else None

    def read(self, text: str) -> Any:
        """Read the number. Raises: Unreadable."""
        number = number_in(text, self.type, self.decimals)
        if not isinstance(number, int):
            raise Unreadable(NOT_A_NUMBER)
        return number


@attrs.frozen(kw_only=True)
class Pair(Field):
    """A select of two keys at once: a question and one of its options, or of its columns."""

    keys: tuple[str, str]
    kind: str = "select"

    def shown(self, thing: Any) -> str | None:
        """Write both with a point between them. The second may be missing."""
        found = at(thing, self.at)
        if found is None:
            return ""
        values = [found.get(key) for key in self.keys] if isinstance(found, Mapping) else []
        first, second = values or (None, None)
        if not isinstance(first, str) or not isinstance(second, str | None) or set(found) - set(self.keys):
            return None
        return first if second is None else f"{first}.{second}"

    def read(self, text: str) -> Any:
        """Read both."""
        first, point, second = text.partition(".")
        return {self.keys[0]: first, **({self.keys[1]: second} if point else {})}


@attrs.frozen(kw_only=True)
class Chosen(Field):
    """A field that says one thing together with others. It is read with them, so alone it changes nothing."""

    kind: str = "select"
    value: str | None
    """What the document says. None if there are no words for it."""

    def shown(self, _thing: Any) -> str | None:
        """Give what the document says."""
        return self.value

    def changed(self, thing: Any, _typed: str) -> Any:
        """Change nothing."""
        return thing


def with_own(options: Sequence[Option], own: Any) -> Sequence[Option]:
    """Add what stands in the document to the options, if it is none of them: a form keeps it."""
    text = tidy(own, "select") if isinstance(own, str) else ""
    if text in [value for value, _label in options]:
        return options
    return [*options, (text, text)] if text else options


def number_in(text: str, kind: str, decimals: int = 2) -> int | str:
    """Read a number as answers of a type are typed. What is none comes back as text."""
    if kind == "decimal":
        return typed_values.decimal(text, decimals)
    return NUMBERS.get(kind, typed_values.integer)(text)


def number_text(number: int, kind: str, decimals: int, spoken: Language) -> str:
    """Write a number as forms have the answers of a type."""
    if kind == "amount":
        return typed_values.amount_text(number, spoken)
    return number_texts.decimal(number, {"percentage": 2, "decimal": decimals}.get(kind, 0), spoken)


def tidy(text: str, kind: str) -> str:
    """Write text as a browser sends it: LF as the end of a line, and no ends of lines within one line."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return lines if kind == "textarea" else lines.replace("\n", "")
