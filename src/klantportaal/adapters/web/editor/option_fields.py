"""The options of a choice, as rows of fields: a code, and a label in each language."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from klantportaal.adapters.web.editor.fields import tidy
from klantportaal.adapters.web.editor.references import MOST_OPTIONS
from klantportaal.domain.questionnaires.editing import at, put
from klantportaal.domain.values import Language

NEW_ROWS = 3
"""The empty rows under the options."""
PARTS = ("code", *(language.value for language in Language))
_DUTCH, _ENGLISH = (language.value for language in Language)


@attrs.frozen
class OptionRow:
    """An option in a form. Without texts it is no option."""

    code: str
    nl: str
    en: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing is typed in it."""
        return not (self.code or self.nl or self.en)


def shown(question: Any) -> Sequence[OptionRow] | None:
    """Give the options of a question. None if the rows have no words for what stands there."""
    told = [at(question, ("texts", language.value, "options")) for language in Language]
    if not all(each is None or _is_texts(each) for each in told):
        return None
    labels = [each or {} for each in told]
    codes = dict.fromkeys([*labels[0], *labels[1]])
    if len(codes) > MOST_OPTIONS:
        return None
    return [OptionRow(*(tidy(text, "text") for text in (code, *_labels(labels, code)))) for code in codes]


def _labels(labels: Sequence[Mapping[str, str]], code: str) -> Iterator[str]:
    return (each.get(code, "") for each in labels)


def _is_texts(options: Any) -> bool:
    return isinstance(options, Mapping) and all(isinstance(label, str) for label in options.values())


def typed(values: Mapping[str, str]) -> Sequence[OptionRow]:
    """Read the rows of a form, without the empty ones. An option without a code gets one of its label."""
    rows: list[OptionRow] = []
    while f"option.{len(rows)}.code" in values:
        rows.append(OptionRow(*(tidy(values.get(f"option.{len(rows)}.{part}", ""), "text") for part in PARTS)))
    taken = {row.code for row in rows}
    filled = []
    for row in rows:
        if not row.is_empty:
            filled.append(row if row.code else attrs.evolve(row, code=code_of(row.nl or row.en, taken)))
            taken.add(filled[-1].code)
    return filled


def changed(question: Any, rows: Sequence[OptionRow]) -> Any:
    """Give a question other options. The same ones change nothing."""
    if shown(question) in (None, rows):
        return question
    for language in Language:
        labels = {row.code: getattr(row, language.value) for row in rows}
        question = put(question, ("texts", language.value, "options"), labels)
    return question


def code_of(label: str, taken: set[str]) -> str:
    """Make a code of a label: lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    word = re.sub("[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "optie"
    number, code = 1, word
    while code in taken:
        number += 1
        code = f"{word}-{number}"
    return code


def id_of(label: str, taken: set[str], noun: str) -> str:
    """Make an id of a label: a code that begins with a letter, after *noun* if need be."""
    return code_of(label if code_of(label, set())[0].isalpha() else f"{noun}-{label}", taken)
