"""Questions of SurveyJS, by their types."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from klantportaal.domain.questionnaires.definition import QuestionType
from klantportaal.domain.values import Language
from klantportaal.questionnaire_imports.drafts import (
    Asked,
    Option,
    as_rows,
    exclusive,
    other_namely,
    with_options,
)
from klantportaal.questionnaire_imports.elements import Element
from klantportaal.questionnaire_imports.remarks import RemarkCode
from klantportaal.questionnaire_imports.surveyjs.bounds import (
    keep,
    number_in,
    take_counts,
    take_days,
    take_limit,
    take_longest,
    take_validators,
)
from klantportaal.questionnaire_imports.surveyjs.reading import Place, Reader
from klantportaal.questionnaire_imports.words import Words, same

COLUMNS_LIMIT = 20
"""The most columns of rows: as in ``format.schema.json``."""
_RATES_LIMIT = 300
_INPUTS: Mapping[str, tuple[QuestionType, bool]] = {
    "text": (QuestionType.TEXT, True),
    "email": (QuestionType.EMAIL, True),
    "tel": (QuestionType.PHONE, True),
    "number": (QuestionType.INTEGER, True),
    "range": (QuestionType.INTEGER, False),
    "date": (QuestionType.DATE, True),
    "datetime": (QuestionType.DATE, False),
    "datetime-local": (QuestionType.DATE, False),
    "time": (QuestionType.TIME, True),
    "color": (QuestionType.TEXT, False),
    "month": (QuestionType.TEXT, False),
    "password": (QuestionType.TEXT, False),
    "url": (QuestionType.TEXT, False),
    "week": (QuestionType.TEXT, False),
}
"""By the kind of input: the kind here, and whether it is the same thing."""
_SPECIAL = (
    (
        "showNoneItem",
        "hasNone",
        "none",
        "noneText",
        {Language.DUTCH: "Geen van deze", Language.ENGLISH: "None of these"},
    ),
    (
        "showRefuseItem",
        "",
        "refused",
        "refuseText",
        {Language.DUTCH: "Zeg ik liever niet", Language.ENGLISH: "I would rather not say"},
    ),
    (
        "showDontKnowItem",
        "",
        "dontknow",
        "dontKnowText",
        {Language.DUTCH: "Weet ik niet", Language.ENGLISH: "I do not know"},
    ),
)
"""Options that a property adds: its name, its older name, the value, the property of its label, and the usual label."""


def questions(reader: Reader, element: Element, place: Place, kind: str) -> Sequence[Asked]:
    """Read a question: as one or several of the portal; none if it cannot be taken over."""
    if reader.hidden(element):
        return []
    read = _TYPES.get(kind)
    if read is None:
        element.leave_out(RemarkCode.TYPE_LEFT_OUT, type=kind)
        return []
    element.read |= {"type", "cellType"}
    return read(reader, element, place)


# ------------------------------------------------------------------ text and numbers
def _text(reader: Reader, element: Element, place: Place) -> Sequence[Asked]:
    given = element.text("inputType") or "text"
    kind, alike = _INPUTS.get(given, (QuestionType.TEXT, False))
    step = number_in(element.take("step", int, float, str)) if kind is QuestionType.INTEGER else None
    if step is not None and step % 1:
        kind = QuestionType.DECIMAL
    asked = reader.asked(element, place, kind)
    if step is not None:
        asked.decimals = min(max(-int(step.as_tuple().exponent), 1), 4)
        if step != Decimal(1).scaleb(-asked.scale):
            element.tell("step", RemarkCode.LEFT_OUT, name="step")
    if not alike:
        element.tell("inputType", RemarkCode.TYPE_CHANGED, type=given, to=kind.value)
    elif kind is QuestionType.INTEGER and step is None:
        element.tell("inputType", RemarkCode.NUMBERS_WHOLE)
    if kind in (QuestionType.INTEGER, QuestionType.DECIMAL):
        for key, keyword in (("min", "minimum"), ("max", "maximum")):
            take_limit(asked, element, key, keyword)
    elif kind is QuestionType.DATE:
        take_days(asked, element)
    take_longest(asked, element)
    take_validators(reader, asked, element, place)
    return [asked]


def _comment(reader: Reader, element: Element, place: Place) -> Sequence[Asked]:
    asked = reader.asked(element, place, QuestionType.LONG_TEXT)
    take_longest(asked, element)
    take_validators(reader, asked, element, place)
    return [asked]


# ------------------------------------------------------------------ options
def _choice(kind: QuestionType) -> Callable[[Reader, Element, Place], Sequence[Asked]]:
    def read(reader: Reader, element: Element, place: Place) -> Sequence[Asked]:
        return _chosen(reader, element, place, kind)

    return read


def _picture(reader: Reader, element: Element, place: Place) -> Sequence[Asked]:
    several = element.flag("multiSelect")
    return _chosen(reader, element, place, QuestionType.CHOICES if several else QuestionType.CHOICE)


def _chosen(reader: Reader, element: Element, place: Place, kind: QuestionType) -> Sequence[Asked]:
    asked, name = reader.asked(element, place, QuestionType.TEXT), reader.name(element)
    values: list[str] = []
    with_options(asked, reader.choices(element, alone=values), reader.draft.report, kind)
    alone = [each.code for each in asked.options if str(each.raw) in values]
    for key, older, value, text, usual in _SPECIAL:
        if (element.flag(key) or (older and element.flag(older))) and asked.options:
            words = reader.words(element, text) or Words(usual, element.at(key))
            if value not in [each.code for each in asked.options]:
                asked.options.append(Option(value, value, words))
                alone.append(value)
    if kind is QuestionType.CHOICES and asked.options:
        exclusive(asked, alone)
        take_counts(asked, element, "minSelectedChoices", "maxSelectedChoices")
    take_validators(reader, asked, element, place)
    if element.flag("showOtherItem") or element.flag("hasOther"):
        return other_namely(reader.draft, asked, name, reader.words(element, "otherText"), required=True)
    return [asked]


def _rating(reader: Reader, element: Element, place: Place) -> Sequence[Asked]:
    asked = reader.asked(element, place, QuestionType.TEXT)
    found = reader.choices(element, "rateValues")
    if not found:
        count = element.take("rateCount", int)
        low, high = element.take("rateMin", int), element.take("rateMax", int)
        low = 1 if low is None else low
        high = (low + count - 1 if count else 5) if high is None else high
        step = element.take("rateStep", int) or 1
        numbers = range(low, high + 1, max(step, 1))[: _RATES_LIMIT + 1]
        found = [(number, str(number), same(str(number), element.path), element.path) for number in numbers]
    ends = reader.words(element, "minRateDescription"), reader.words(element, "maxRateDescription")
    with_options(asked, found, reader.draft.report, QuestionType.CHOICE)
    for end, words in zip((0, -1), ends, strict=True):
        if asked.options and words is not None:
            option = asked.options[end]
            asked.options[end] = Option(option.raw, option.code, option.words.with_more(words, " - "))
    take_validators(reader, asked, element, place)
    return [asked]


def _boolean(reader: Reader, element: Element, place: Place) -> Sequence[Asked]:
    asked = reader.asked(element, place, QuestionType.BOOLEAN)
    kinds = (str, int, float, bool)
    true, false = element.take("valueTrue", *kinds), element.take("valueFalse", *kinds)
    asked.truths = (True if true is None else true, False if false is None else false)
    take_validators(reader, asked, element, place)
    return [asked]


def _file(reader: Reader, element: Element, place: Place) -> Sequence[Asked]:
    asked = reader.asked(element, place, QuestionType.FILE)
    if not element.flag("allowMultiple"):
        keep(asked, element, "allowMultiple", "maxItems", 1)
    else:
        take_counts(asked, element, "", "maxFiles")
    take_validators(reader, asked, element, place)
    return [asked]


def _signature(reader: Reader, element: Element, place: Place) -> Sequence[Asked]:
    asked = reader.asked(element, place, QuestionType.SIGNATURE)
    element.tell("", RemarkCode.NAME_TYPED)
    take_validators(reader, asked, element, place)
    return [asked]


# ------------------------------------------------------------------ notes
def _html(reader: Reader, element: Element, place: Place) -> Sequence[Asked]:
    words = reader.words(element, "html")
    if words is None:
        element.leave_out(RemarkCode.EMPTY)
        return []
    conditions = [*place.conditions, *reader.condition(element, place.rows)]
    return [reader.draft.note(words, conditions, element.text("name"))]


# ------------------------------------------------------------------ questions for each row
def _matrix(reader: Reader, element: Element, place: Place) -> Sequence[Asked]:
    """Read a table with one answer in each row: a choice for each row."""
    columns, rows = reader.choices(element, "columns"), reader.choices(element, "rows")
    required = element.flag("isAllRowRequired") or element.flag("eachRowRequired")
    return _each(reader, element, place, rows, columns, required=required)


def _ranking(reader: Reader, element: Element, place: Place) -> Sequence[Asked]:
    options = reader.choices(element)
    places = [(number, str(number), None, element.path) for number in range(1, min(len(options), _RATES_LIMIT) + 1)]
    element.tell("", RemarkCode.ORDER_ASKED)
    return _each(reader, element, place, options, places, required=False)


def _each(
    reader: Reader,
    element: Element,
    place: Place,
    rows: Sequence[tuple[Any, str, Words | None, str]],
    options: Sequence[tuple[Any, str, Words | None, str]],
    *,
    required: bool,
) -> list[Asked]:
    """Ask the same choice for each row."""
    name, title = reader.name(element), reader.words(element, "title")
    explanation, needed = reader.words(element, "description"), element.flag("isRequired")
    conditions = [*place.conditions, *reader.condition(element, place.rows)]
    found = []
    if not rows or not options:
        element.leave_out(RemarkCode.EMPTY)
        return []
    for _raw, value, words, path in rows:
        full, label = f"{name}.{value}", words or same(value, path)
        asked = Asked(
            path=path,
            type=QuestionType.TEXT,
            id=reader.draft.question_id(f"{name}-{value}", path),
            label=(title or same(name, path)).with_more(label, ": "),
            help=explanation,
            required=required or needed,
            conditions=list(conditions),
            rows=place.rows,
        )
        reader.draft.remember(full, asked)
        found.append(with_options(asked, options, reader.draft.report, QuestionType.CHOICE))
    return found


def _multiple_text(reader: Reader, element: Element, place: Place) -> Sequence[Asked]:
    """Read several lines of text in one question: a question for each."""
    name, title = reader.name(element), reader.words(element, "title")
    explanation, needed = reader.words(element, "description"), element.flag("isRequired")
    conditions = [*place.conditions, *reader.condition(element, place.rows)]
    found = []
    for each in element.elements("items"):
        own = reader.name(each)
        inner = Place(page=place.page, conditions=conditions, rows=place.rows)
        for asked in _with_prefix(reader, each, inner, f"{name}-{own}", title or same(name, element.path)):
            asked.help, asked.required = asked.help or explanation, asked.required or needed
            reader.draft.remember(f"{name}.{own}", asked)
            found.append(asked)
    if not found:
        element.leave_out(RemarkCode.EMPTY)
    return found


def _with_prefix(reader: Reader, element: Element, place: Place, name: str, title: Words) -> Sequence[Asked]:
    """Read a line of text under an id and a label that begin with those of the question that it is in."""
    own = element.content.get("name")
    renamed = element.source.element({**element.content, "name": name}, element.path)
    read = _text(reader, renamed, place)
    for asked in read:
        label = asked.label if "title" in element else same(str(own or name), element.path)
        asked.label = title.with_more(label, ": ")
    return read


def _matrix_dropdown(reader: Reader, element: Element, place: Place) -> Sequence[Asked]:
    """Read a table with fixed rows: a question for each cell."""
    name, title = reader.name(element), reader.words(element, "title")
    element.read.add("isRequired")
    conditions = [*place.conditions, *reader.condition(element, place.rows)]
    found: list[Asked] = []
    for _raw, value, words, path in reader.choices(element, "rows"):
        label = (title or same(name, path)).with_more(words or same(value, path), ": ")
        for column in _columns(element):
            full = f"{name}-{value}-{reader.name(column)}"
            cell = column.source.element({**column.content, "name": full}, column.path)
            inner = Place(page=place.page, conditions=conditions, rows=place.rows)
            for asked in questions(reader, cell, inner, _cell_type(column, element)):
                own = asked.label if "title" in column else same(reader.name(column), column.path)
                asked.label = label.with_more(own, " - ")
                reader.draft.remember(f"{name}.{value}.{reader.name(column)}", asked)
                found.append(asked)
    if not found:
        element.leave_out(RemarkCode.EMPTY)
    return found


# ------------------------------------------------------------------ rows
def _dynamic_matrix(reader: Reader, element: Element, place: Place) -> Sequence[Asked]:
    def columns(rows: Asked) -> Sequence[tuple[str, Asked]]:
        inner = Place(page=place.page, rows=rows)
        return [
            (reader.name(each), asked)
            for each in _columns(element)
            for asked in questions(reader, each, inner, _cell_type(each, element))
        ]

    return _rows(reader, element, place, columns, ("minRowCount", "maxRowCount"))


def _dynamic_panel(reader: Reader, element: Element, place: Place) -> Sequence[Asked]:
    def columns(rows: Asked) -> Sequence[tuple[str, Asked]]:
        return within(reader, element, Place(page=place.page, rows=rows), "templateElements")

    return _rows(reader, element, place, columns, ("minPanelCount", "maxPanelCount"))


def _rows(
    reader: Reader,
    element: Element,
    place: Place,
    columns: Callable[[Asked], Sequence[tuple[str, Asked]]],
    counts: tuple[str, str],
) -> Sequence[Asked]:
    if place.rows is not None:
        element.leave_out(RemarkCode.NESTED)
        return []
    rows = reader.asked(element, place, QuestionType.ROWS)
    if not as_rows(rows, columns(rows), reader.draft.report, COLUMNS_LIMIT):
        return []
    take_counts(rows, element, *counts)
    return [rows]


def _columns(element: Element) -> list[Element]:
    """Give the columns of a table; those without options of their own have the options of the table."""
    shared = element.take("choices", list)
    found = []
    for each in element.elements("columns"):
        if shared and "choices" not in each and _cell_type(each, element) in _CHOSEN:
            found.append(each.source.element({**each.content, "choices": shared}, each.path))
        else:
            found.append(each)
    return found


def _cell_type(column: Element, table: Element) -> str:
    kind = column.text("cellType")
    if kind in ("", "default"):
        kind = table.text("cellType") or "dropdown"
    return kind


def within(reader: Reader, element: Element, place: Place, *keys: str) -> list[tuple[str, Asked]]:
    """Read the questions in a page or panel, with their names; those of panels in it stand among them."""
    found = []
    for each in (inner for key in keys if key in element for inner in element.elements(key)):
        kind = each.text("type") or "text"
        if kind in ("panel", "flowpanel"):
            found += _panel(reader, each, place)
        else:
            name = reader.name(each)
            found += [(name, asked) for asked in questions(reader, each, place, kind)]
    return found


def _panel(reader: Reader, element: Element, place: Place) -> list[tuple[str, Asked]]:
    """Read a panel: its title and text become a note, and its condition is that of each question in it."""
    if reader.hidden(element):
        return []
    conditions = [*place.conditions, *reader.condition(element, place.rows)]
    title, description = reader.words(element, "title"), reader.words(element, "description")
    inner = Place(page=place.page, conditions=conditions, rows=place.rows)
    found = within(reader, element, inner, "elements", "questions")
    words = title or description
    if not found:
        element.tell("", RemarkCode.EMPTY)
    elif words is not None:
        note = reader.draft.note(words, conditions, element.text("name"))
        note.help = description if title is not None else None
        found = [("", note), *found]
    return found


_CHOSEN = ("dropdown", "radiogroup", "checkbox", "tagbox", "buttongroup")
_TYPES: Mapping[str, Callable[[Reader, Element, Place], Sequence[Asked]]] = {
    "text": _text,
    "comment": _comment,
    "radiogroup": _choice(QuestionType.CHOICE),
    "dropdown": _choice(QuestionType.CHOICE),
    "buttongroup": _choice(QuestionType.CHOICE),
    "checkbox": _choice(QuestionType.CHOICES),
    "tagbox": _choice(QuestionType.CHOICES),
    "imagepicker": _picture,
    "rating": _rating,
    "boolean": _boolean,
    "file": _file,
    "signaturepad": _signature,
    "html": _html,
    "matrix": _matrix,
    "ranking": _ranking,
    "multipletext": _multiple_text,
    "matrixdropdown": _matrix_dropdown,
    "matrixdynamic": _dynamic_matrix,
    "paneldynamic": _dynamic_panel,
}
