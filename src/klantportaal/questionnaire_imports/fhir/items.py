"""Items of a questionnaire of FHIR: groups, texts and questions."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial

import attrs

from klantportaal.domain.questionnaires.conditions import day_in
from klantportaal.domain.questionnaires.definition import QuestionType
from klantportaal.domain.questionnaires.schemas import NUMBER_LIMIT
from klantportaal.questionnaire_imports.comparisons import Tree, combined
from klantportaal.questionnaire_imports.drafts import (
    Asked,
    Deferred,
    as_rows,
    exclusive,
    other_namely,
    with_options,
)
from klantportaal.questionnaire_imports.elements import Element
from klantportaal.questionnaire_imports.fhir.conditions import enabled, read_answer
from klantportaal.questionnaire_imports.fhir.options import options
from klantportaal.questionnaire_imports.fhir.reading import Extensions, Reader, extensions
from klantportaal.questionnaire_imports.remarks import RemarkCode
from klantportaal.questionnaire_imports.words import Words, same

COLUMNS_LIMIT = 20
"""The most columns of rows: as in ``format.schema.json``."""
_TYPES: Mapping[str, tuple[QuestionType, bool]] = {
    "boolean": (QuestionType.BOOLEAN, True),
    "decimal": (QuestionType.DECIMAL, True),
    "integer": (QuestionType.INTEGER, True),
    "date": (QuestionType.DATE, True),
    "dateTime": (QuestionType.DATE, False),
    "time": (QuestionType.TIME, True),
    "string": (QuestionType.TEXT, True),
    "text": (QuestionType.LONG_TEXT, True),
    "url": (QuestionType.TEXT, False),
    "choice": (QuestionType.TEXT, True),
    "open-choice": (QuestionType.TEXT, True),
    "coding": (QuestionType.TEXT, True),
    "attachment": (QuestionType.FILE, True),
    "quantity": (QuestionType.DECIMAL, False),
}
"""By the kind of the item: the kind here, and whether it is the same thing. Choices get their options after."""
_CHOICES = ("choice", "open-choice", "coding")
_OPEN = ("optionsOrString", "optionsOrType")
_DEFAULTS = ("required", "repeats", "readOnly")
"""What is false without being said."""
_BOUNDS = {"minValue": ("minimum", "earliest"), "maxValue": ("maximum", "latest")}
NAMELESS = "vraag"
"""The name of a question that has none."""


@attrs.frozen(kw_only=True)
class Place:
    """Where an item stands."""

    conditions: Sequence[Deferred] = ()
    """Those of the groups around it."""
    rows: Asked | None = None
    """The rows that it is a column of."""


@attrs.frozen
class Items:
    """Reads the items of one questionnaire."""

    reader: Reader
    value_sets: Mapping[str, Element]

    def within(self, element: Element, place: Place) -> list[tuple[str, Asked]]:
        """Read the items in an item, with their ``linkId``."""
        return [found for each in element.elements("item") for found in self.read(each, place)]

    def read(self, item: Element, place: Place) -> list[tuple[str, Asked]]:
        """Read an item, with those within it."""
        kind, more = item.text("type"), extensions(item)
        item.read |= {key for key in _DEFAULTS if item.content.get(key) is False}
        if more.value("questionnaire-hidden", bool):
            item.leave_out(RemarkCode.HIDDEN)
            return []
        if kind not in _TYPES and kind not in ("group", "display"):
            item.leave_out(RemarkCode.TYPE_LEFT_OUT, type=kind or "?")
            return []
        inner = attrs.evolve(place, conditions=[*place.conditions, *self.condition(item, place.rows)])
        if kind == "display":
            found = self._note(item, inner)
        elif item.flag("repeats") and kind not in (*_CHOICES, "attachment"):
            found = self._rows(item, inner, kind, more)
        elif kind == "group":
            found = self._group(item, inner)
        else:
            found = self._question(item, inner, kind, more)
            if found and "item" in item:
                item.tell("item", RemarkCode.FLATTENED)
                found += self.within(item, inner)
        more.tell_rest()
        return found

    # -------------------------------------------------------------- conditions
    def condition(self, item: Element, rows: Asked | None) -> list[Deferred]:
        """Read when an item is enabled; [] if always."""
        listed = item.elements("enableWhen")
        behaviour = item.text("enableBehavior")
        if len(listed) > 1 and behaviour not in ("all", "any"):
            item.tell("enableWhen", RemarkCode.CONDITIONS_ANY)
        named = self.reader.draft.named
        asked = [(each.text("question"), each.text("operator"), read_answer(each)) for each in listed]
        made = [partial(enabled, *each, named, rows) for each in asked]
        if not made:
            return []

        def joined() -> Tree:
            return combined("all" if behaviour == "all" else "any", [make() for make in made])

        return [Deferred(item.at("enableWhen"), joined)]

    # -------------------------------------------------------------- groups and notes
    def _note(self, item: Element, place: Place) -> list[tuple[str, Asked]]:
        words = self.reader.words(item, "text")
        if words is None:
            item.leave_out(RemarkCode.EMPTY)
            return []
        name = item.text("linkId")
        return [(name, self.reader.draft.note(words, place.conditions, name))]

    def _group(self, item: Element, place: Place) -> list[tuple[str, Asked]]:
        """Read a group: its text becomes a note, and its condition is that of each item in it."""
        words, found = self.reader.words(item, "text"), self.within(item, place)
        if not found:
            item.tell("", RemarkCode.EMPTY)
        elif words is not None:
            name = item.text("linkId")
            found = [(name, self.reader.draft.note(words, place.conditions, name)), *found]
        return found

    def _rows(self, item: Element, place: Place, kind: str, more: Extensions) -> list[tuple[str, Asked]]:
        """Read what repeats: rows with the items of the group, or with the one question, as columns."""
        if place.rows is not None:
            item.leave_out(RemarkCode.NESTED)
            return []
        rows = self._asked(item, place, QuestionType.ROWS)
        _counts(rows, more)
        inner = Place(rows=rows)
        if kind == "group":
            columns = self.within(item, inner)
            rows.required = item.flag("required")
        else:
            columns = self._question(item, inner, kind, more)
            if "item" in item:
                item.tell("item", RemarkCode.FLATTENED)
                columns += self.within(item, inner)
        return [(item.text("linkId"), rows)] if as_rows(rows, columns, self.reader.draft.report, COLUMNS_LIMIT) else []

    # -------------------------------------------------------------- questions
    def _asked(self, item: Element, place: Place, kind: QuestionType) -> Asked:
        """Read what every question has, and remember it by its ``linkId``."""
        draft, name = self.reader.draft, item.text("linkId")
        if not name:
            item.tell("", RemarkCode.TEXT_MISSING, text=NAMELESS)
            name = NAMELESS
        better = (f"{place.rows.id}-{name}",) if place.rows is not None else ()
        words = self.reader.words(item, "text")
        if words is None:
            item.tell("text", RemarkCode.TEXT_MISSING, text=name)
        asked = Asked(
            path=item.path,
            type=kind,
            id=draft.question_id(name, item.at("linkId"), *better),
            label=words or same(name, item.at("linkId")),
            required=item.flag("required"),
            conditions=list(place.conditions),
            rows=place.rows,
        )
        if kind is not QuestionType.ROWS:
            draft.remember(name, asked)
        return asked

    def _question(self, item: Element, place: Place, kind: str, more: Extensions) -> list[tuple[str, Asked]]:
        to, alike = _TYPES[kind]
        asked, name = self._asked(item, place, to), item.text("linkId")
        if to is QuestionType.DECIMAL:
            asked.decimals = min(max(more.value("maxDecimalPlaces", int) or 2, 1), 4)
        if not alike:
            item.tell("type", RemarkCode.TYPE_CHANGED, type=kind, to=to.value)
        if kind == "attachment" and not item.flag("repeats"):
            asked.schema["maxItems"] = 1
        if unit := more.coding("questionnaire-unit"):
            asked.label = Words(
                {each: f"{text} ({unit})" for each, text in asked.label.texts.items()}, asked.label.path
            )
        if kind in _CHOICES or "answerOption" in item or "answerValueSet" in item:
            return [(name, each) for each in self._choice(asked, item, kind)]
        _lengths(asked, item, more)
        _bounds(asked, item, more)
        return [(name, asked)]

    def _choice(self, asked: Asked, item: Element, kind: str) -> Sequence[Asked]:
        several = item.flag("repeats") and kind in _CHOICES
        found, alone = options(self.reader, item, self.value_sets)
        with_options(asked, found, self.reader.draft.report, QuestionType.CHOICES if several else QuestionType.CHOICE)
        values = {each[1] for each in found} & set(alone)
        exclusive(asked, [each.code for each in asked.options if _value(each.raw) in values])
        if kind == "open-choice" or item.text("answerConstraint") in _OPEN:
            return other_namely(self.reader.draft, asked, item.text("linkId"), None, required=False)
        return [asked]


def _value(raw: object) -> str:
    return str(raw[1]) if isinstance(raw, tuple) else str(raw)


def _counts(rows: Asked, more: Extensions) -> None:
    """Take the least and the most occurrences over."""
    for name, keyword in (("questionnaire-minOccurs", "minItems"), ("questionnaire-maxOccurs", "maxItems")):
        count = more.value(name, int)
        if count is not None and count > 0:
            rows.schema[keyword] = count
            rows.sources[f"schema.{keyword}"] = more.path(name)


def _lengths(asked: Asked, item: Element, more: Extensions) -> None:
    """Take the lengths and the pattern of a text over."""
    if asked.type not in (QuestionType.TEXT, QuestionType.LONG_TEXT):
        return
    if (length := item.take("maxLength", int)) is not None and length > 0:
        asked.schema["maxLength"] = length
        asked.sources["schema.maxLength"] = item.at("maxLength")
    for name, keyword, kind in (("minLength", "minLength", int), ("regex", "pattern", str)):
        if value := more.value(name, kind):
            asked.schema[keyword] = f"^(?:{value})$" if keyword == "pattern" else value
            asked.sources[f"schema.{keyword}"] = more.path(name)


def _bounds(asked: Asked, item: Element, more: Extensions) -> None:
    """Take the bounds of a number or a date over."""
    for name, (keyword, bound) in _BOUNDS.items():
        if asked.type in (QuestionType.INTEGER, QuestionType.DECIMAL):
            number = more.value(name, int, float)
            if number is not None and abs(number) <= NUMBER_LIMIT:
                scaled = Decimal(str(number)).scaleb(asked.scale)
                asked.schema[keyword] = int(scaled) if scaled == scaled.to_integral_value() else float(scaled)
                asked.sources[f"schema.{keyword}"] = more.path(name)
            elif number is not None:
                item.source.report.add(more.path(name), RemarkCode.LEFT_OUT, name=name)
        elif asked.type is QuestionType.DATE and (day := more.value(name, str)):
            if day_in(day[:10]) is None:
                item.source.report.add(more.path(name), RemarkCode.LEFT_OUT, name=name)
            else:
                asked.more[bound] = day[:10]
                asked.sources[bound] = more.path(name)
