"""The questions that a place of a document can refer to: those that are asked before it."""

from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from klantportaal.domain.questionnaires.computing import with_type
from klantportaal.domain.questionnaires.editing import Document, Place, asked, at, things
from klantportaal.domain.values import Language

SHORT = 60
"""Characters of a label in a select."""


@attrs.frozen(kw_only=True)
class Referable:
    """A question or column that a condition can compare."""

    id: str
    type: str
    label: str
    place: Place
    question: Mapping[str, Any]
    """A computed one has the type of its value, as *type*."""
    rows: "Referable | None" = None
    """For a column: its rows."""

    @property
    def value(self) -> str:
        """What a select has of it: the id, after that of its rows for a column."""
        return self.id if self.rows is None else f"{self.rows.id}.{self.id}"

    @property
    def name(self) -> str:
        """How a select names it."""
        return self.label if self.rows is None else f"{self.rows.label}: {self.label}"

    def options(self, spoken: Language) -> Mapping[str, str]:
        """Give its options by their codes."""
        found = at(self.question, ("texts", spoken.value, "options"))
        return {code: str(label) for code, label in found.items()} if isinstance(found, Mapping) else {}


def referable(document: Document, spoken: Language) -> Sequence[Referable]:
    """Give all questions and columns, in order; columns after their rows."""
    questions = (place for place in asked(document) if len(place) == 4)
    found = [each for place in questions for each in _with_columns(document, place, spoken)]
    earlier: dict[str, Mapping[str, Any]] = {}
    columns: dict[object, dict[str, Mapping[str, Any]]] = {}
    typed = []
    for each in found:
        for_each = at(document, (*each.place[:2], "for_each"))
        of_row = columns.get(for_each, {}) if isinstance(for_each, str) else {}
        typed.append(_with_type(each, ChainMap(of_row, earlier)))
        within = earlier if each.rows is None else columns.setdefault(each.rows.id, {})
        within[each.id] = typed[-1].question
    return typed


def _with_type(each: Referable, earlier: Mapping[str, Mapping[str, Any]]) -> Referable:
    """Give a computed question the type of its value, if that is known."""
    question = with_type(each.question, earlier, {})
    kind = question["type"]
    return attrs.evolve(each, question=question, type=kind) if isinstance(kind, str) else each


def _with_columns(document: Document, place: Place, spoken: Language) -> Iterator[Referable]:
    rows = _referable(document, place, spoken)
    yield from [] if rows is None else [rows]
    for number in range(len(things(document, (*place, "columns")))):
        inner = _referable(document, (*place, "columns", number), spoken)
        if rows is not None and inner is not None:
            yield attrs.evolve(inner, rows=rows)


def _referable(document: Document, place: Place, spoken: Language) -> Referable | None:
    question = at(document, place)
    id, kind = at(question, ("id",)), at(question, ("type",))
    if not (isinstance(question, Mapping) and isinstance(id, str) and id and isinstance(kind, str)) or kind == "note":
        return None
    return Referable(id=id, type=kind, label=label_of(question, spoken) or id, place=place, question=question)


def label_of(thing: Any, spoken: Language) -> str:
    """Give the label of a question, or the title of a page, in the first language that has one, on one line."""
    for language in (spoken, *Language):
        for key in ("label", "title"):
            text = at(thing, ("texts", language.value, key))
            if isinstance(text, str) and text.strip():
                line = " ".join(text.split())
                return line if len(line) <= SHORT else f"{line[: SHORT - 1]}…"
    return ""


def before(document: Document, place: Place, known: Sequence[Referable]) -> Sequence[Referable]:
    """Give what a condition can refer to. Columns of the row that the place is in, or is for, are questions of it.

    Args:
        document: the document.
        place: the page, question, column or rule with the condition.
        known: all questions and columns.
    """
    for_each = at(document, (*place[:2], "for_each"))
    earlier = (each for each in known if _comes_before(each.place, place))
    return [
        attrs.evolve(each, rows=None, label=each.name) if _is_of_the_row(each, place, for_each) else each
        for each in earlier
        if at(document, (*each.place[:2], "for_each")) in (None, for_each)
    ]


def _is_of_the_row(each: Referable, place: Place, for_each: object) -> bool:
    return each.rows is not None and (each.rows.id == for_each or (len(place) == 6 and each.place[:4] == place[:4]))


def _comes_before(earlier: Place, place: Place) -> bool:
    if len(place) == 2:
        return earlier[:2] < place
    if place[2] == "must_hold":
        return earlier[:2] <= place[:2]
    if len(place) == len(earlier) == 6 and earlier[:4] == place[:4]:
        return earlier < place
    return earlier[:4] < place[:4]
