"""What an import could not take over, or changed: each with its place in the source, a code and a sentence."""

import enum
import re
from collections.abc import Mapping

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.values import Language
from klantportaal.questionnaire_imports.remark_texts import SENTENCES

_STEPS = re.compile(r"[0-9]+|[^0-9]+")
SAID_LIMIT = 80
"""Characters of the source that a remark repeats."""


class RemarkCode(enum.StrEnum):
    """What became of a part of the source."""

    LEFT_OUT = "left_out"
    """A property that questionnaires of the portal do not have."""
    PRESENTATION = "presentation"
    """A property about looks or records, which changes no question and no answer."""
    WRONG_SHAPE = "wrong_shape"
    """A value that the source's own format does not have there."""
    TYPE_LEFT_OUT = "type_left_out"
    """A question of a type that the portal does not have."""
    TYPE_CHANGED = "type_changed"
    """A question that became one of another type."""
    OPTIONS_MISSING = "options_missing"
    """A choice without usable options: its question asks for text."""
    OPTION_LEFT_OUT = "option_left_out"
    """An option that stands twice, or has no value."""
    ID_CHANGED = "id_changed"
    """A name that is no id of the portal, or was taken."""
    CODE_CHANGED = "code_changed"
    """A value of an option that is no code of the portal, or was taken."""
    TOO_MANY = "too_many"
    """More pages, questions, columns or conditions than a questionnaire has."""
    LANGUAGE_MISSING = "language_missing"
    """A text that is not in one of the languages: the text in the other one stands there."""
    LANGUAGES_LEFT_OUT = "languages_left_out"
    """Texts in other languages than Dutch and English."""
    TEXT_MISSING = "text_missing"
    """A title or label that was made, because there is none."""
    TEXT_SHORTENED = "text_shortened"
    MARKUP_LEFT_OUT = "markup_left_out"
    """HTML in a text: the text stays."""
    REFERENCE_LEFT_OUT = "reference_left_out"
    """An answer in a text that cannot stand there."""
    NUMBERS_WHOLE = "numbers_whole"
    """A number without a step: the portal asks for a whole number."""
    HIDDEN = "hidden"
    """A question that the source never shows by itself."""
    EMPTY = "empty"
    """A page, or a group of rows, without a question that could be taken over."""
    NESTED = "nested"
    """Rows within rows, or within a question."""
    FLATTENED = "flattened"
    """Questions that belong to one question: they follow it."""
    ORDER_ASKED = "order_asked"
    """A ranking: each option is asked for its place."""
    NAME_TYPED = "name_typed"
    """A signature: here it is a typed name, and drawing it is optional."""
    CONDITION_UNREADABLE = "condition_unreadable"
    CONDITION_BEYOND = "condition_beyond"
    """A condition, or rule, with a part that conditions of the portal do not have."""
    UNKNOWN_NAME = "unknown_name"
    """A condition, or rule, about what is no question here."""
    CONDITIONS_ANY = "conditions_any"
    """Several conditions without a word on how they go together: one of them is enough."""
    REFUSED = "refused"
    """What publishing would refuse: left out."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Remark:
    """One thing of the source that was not taken over, or was changed."""

    path: str
    """Its JSON path in the source: ``$.pages[0].elements[2].visibleIf``."""
    code: RemarkCode
    params: Mapping[str, str | int] = attrs.field(factory=dict)
    """The parameters of its sentence."""

    def sentence(self, language: Language) -> str:
        """Say it in a language."""
        return SENTENCES[self.code.value][language].format(**self.params)


@attrs.define
class Report:
    """Collects remarks; equal ones once."""

    _found: dict[tuple[str, RemarkCode, tuple[tuple[str, str | int], ...]], Remark] = attrs.field(factory=dict)

    def add(self, path: str, code: RemarkCode, **params: str | int) -> None:
        """Add a remark."""
        said = {name: _short(each) for name, each in params.items()}
        self._found.setdefault((path, code, tuple(said.items())), Remark(path=path, code=code, params=said))

    def remarks(self) -> tuple[Remark, ...]:
        """Give the remarks by their places in the source."""
        return tuple(sorted(self._found.values(), key=lambda each: _place(each.path)))


def _short(value: str | int) -> str | int:
    if isinstance(value, int) or len(value) <= SAID_LIMIT:
        return value
    return f"{value[: SAID_LIMIT - 1]}…"


def _place(path: str) -> list[tuple[int, str]]:
    """Order paths so that the tenth element comes after the ninth."""
    return [(int(step), "") if step.isdecimal() else (-1, step) for step in _STEPS.findall(path)]
