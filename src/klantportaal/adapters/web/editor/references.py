"""The questions that a place of a document can refer to: those that are asked before it."""

import functools
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import attrs

from klantportaal.domain.questionnaires.computing import with_type
from klantportaal.domain.questionnaires.editing import Document, Place, asked, at, things
from klantportaal.domain.values import Language

MOST_OPTIONS = 1_000
"""Options of one question in a form. A question that is published has fewer."""
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
    """For a column, or a question on the pages of rows that is looked at over all of them: the rows."""
    for_each: str | None = None
    """On a page for each row: the id of those rows."""

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
        listed = islice(found.items(), MOST_OPTIONS) if isinstance(found, Mapping) else ()
        return {code: str(label) for code, label in listed}


# ------------------------------------------------------------------ all of a document
def referable(document: Document, spoken: Language) -> Sequence[Referable]:
    """Give all questions and columns, in order; columns after their rows."""
    questions = (place for place in asked(document) if len(place) == 4)
    found = [each for place in questions for each in _with_columns(document, place, spoken)]
    earlier: dict[str, Mapping[str, Any]] = {}
    columns: dict[object, dict[str, Mapping[str, Any]]] = {}
    beyond: dict[str, dict[str, Mapping[str, Any]]] = {}
    typed = []
    for each in found:
        of_row = columns.get(each.for_each, {})
        typed.append(_with_type(each, ChainMap(of_row, earlier), beyond))
        within = earlier if each.rows is None else columns.setdefault(each.rows.id, {})
        within[each.id] = typed[-1].question
        if each.rows is None and each.for_each is not None:
            beyond.setdefault(each.for_each, {})[each.id] = typed[-1].question
    return typed


def _with_type(
    each: Referable,
    earlier: Mapping[str, Mapping[str, Any]],
    beyond: Mapping[str, Mapping[str, Mapping[str, Any]]],
) -> Referable:
    """Give a computed question the type of its value, if that is known."""
    question = with_type(each.question, earlier, beyond)
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
    question, for_each = at(document, place), at(document, (*place[:2], "for_each"))
    id, kind = at(question, ("id",)), at(question, ("type",))
    if not (isinstance(question, Mapping) and isinstance(id, str) and id and isinstance(kind, str)) or kind == "note":
        return None
    return Referable(
        id=id,
        type=kind,
        label=label_of(question, spoken) or id,
        place=place,
        question=question,
        for_each=for_each if isinstance(for_each, str) else None,
    )


def label_of(thing: Any, spoken: Language) -> str:
    """Give the label of a question, or the title of a page, in the first language that has one, on one line."""
    for language in (spoken, *Language):
        for key in ("label", "title"):
            text = at(thing, ("texts", language.value, key))
            if isinstance(text, str) and text.strip():
                line = " ".join(text.split())
                return line if len(line) <= SHORT else f"{line[: SHORT - 1]}…"
    return ""


# ------------------------------------------------------------------ what a place sees
@attrs.frozen(kw_only=True)
class Scope:
    """What a condition or value can refer to where it stands."""

    place: Place
    """The page, question, column or rule that it belongs to."""
    earlier: Sequence[Referable]
    """What is asked before it, of each row or not."""
    for_each: str | None
    """The rows that its page is for each of."""
    over: tuple[str, ...] = ()
    """The rows that it is within, by a comparison of each of them, from the outermost."""

    @classmethod
    def of(cls, document: Document, place: Place, known: Sequence[Referable]) -> "Scope":
        """Find what a place can refer to. *known*: all questions and columns."""
        for_each = at(document, (*place[:2], "for_each"))
        earlier = [each for each in known if _comes_before(each.place, place)]
        return cls(place=place, earlier=earlier, for_each=for_each if isinstance(for_each, str) else None)

    def within(self, rows: str) -> "Scope":
        """Give what a condition on each of these rows sees."""
        return attrs.evolve(self, over=(*self.over, rows))

    @functools.cached_property
    def subjects(self) -> Mapping[str, Referable]:
        """What it can refer to, by the value of a select. What the innermost row has goes before what is elsewhere."""
        nearest_last = sorted(self.earlier, key=self._nearness)
        seen = [each for one in nearest_last if (each := self._seen(one)) is not None]
        return {each.value: each for each in seen}

    def _nearness(self, each: Referable) -> int:
        """Tell how near a column is. A question, and a column of other rows, is 0."""
        if each.rows is None:
            return 0
        if each.rows.id in self.over:
            return 3 + self.over.index(each.rows.id)
        if self._is_in_the_same_rows(each):
            return 2
        return 1 if each.rows.id == self.for_each else 0

    def _is_in_the_same_rows(self, each: Referable) -> bool:
        return len(self.place) == 6 and len(each.place) == 6 and each.place[:4] == self.place[:4]

    def _seen(self, each: Referable) -> Referable | None:
        """Give a question as it is referred to from here. None if it cannot be."""
        if each.rows is not None and self._nearness(each):
            return attrs.evolve(each, rows=None, label=each.name)
        if self._is_asked_of_the_row(each):
            return each
        rows = self._rows.get(str(each.for_each))
        if each.rows is not None or rows is None or each.type == "rows" or not self._is_on_earlier_page(each):
            return None
        return attrs.evolve(each, rows=rows)

    def _is_asked_of_the_row(self, each: Referable) -> bool:
        """Tell whether a question is asked once, or of the row that is looked at."""
        if each.for_each in self.over:
            return self._is_on_earlier_page(each)
        return each.for_each in (None, self.for_each)

    def _is_on_earlier_page(self, each: Referable) -> bool:
        return each.place[:2] < self.place[:2]

    @functools.cached_property
    def _rows(self) -> Mapping[str, Referable]:
        """The rows whose pages can be looked at, by id."""
        return {each.id: each for each in self.earlier if each.rows is None and each.type == "rows"}


def _comes_before(earlier: Place, place: Place) -> bool:
    if len(place) == 2:
        return earlier[:2] < place
    if place[2] == "must_hold":
        return earlier[:2] <= place[:2]
    if len(place) == len(earlier) == 6 and earlier[:4] == place[:4]:
        return earlier < place
    return earlier[:4] < place[:4]
