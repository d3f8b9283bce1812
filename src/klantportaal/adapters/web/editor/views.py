"""The parts of a document as the pages of the editor show them: names, details, faults and fields."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import attrs

from klantportaal.adapters.web.editor import conditions
from klantportaal.adapters.web.editor.fields import Field, Option, with_own
from klantportaal.adapters.web.editor.frame import place_text
from klantportaal.adapters.web.editor.opened import BLOCKS, Opened
from klantportaal.adapters.web.editor.references import Referable, label_of, referable
from klantportaal.adapters.web.language.fault_texts import SaidFault, say_fault
from klantportaal.adapters.web.language.question_types import TYPES
from klantportaal.adapters.web.language.translations import Wording, sentence
from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires import editing
from klantportaal.domain.questionnaires.editing import Document, Place, at
from klantportaal.domain.questionnaires.fragments import OFFICE
from klantportaal.domain.questionnaires.publishing import NO_FRAGMENTS, Office
from klantportaal.domain.values import Language

UNTITLED = sentence("Questionnaire without a title")
PAGE = sentence("Page %(number)s: %(name)s")
RULE = sentence("Rule %(number)s")
THE_WHOLE = sentence("The questionnaire itself")
BLOCK = sentence("Building block: %(name)s")
BLOCK_AS = sentence("Building block, with %(name)s before the ids of its questions")
NO_NAME = sentence("without a name")
NAMELESS_QUESTION = sentence("Question without a name")
BESIDE = sentence("Asked beside the option “%(option)s” of “%(question)s”")
PAGES_MISSING = sentence("Add at least one page.")
QUESTIONS_MISSING = sentence("Add at least one question to this page.")
COLUMNS_MISSING = sentence("Add at least one question to the row.")
OPTIONS_MISSING = sentence("Add at least one option.")
CONDITION_MISSING = sentence("Say what must hold: compare at least one question.")
CALCULATION_MISSING = sentence("Say what it is calculated from: fill in each field.")
ID_WRONG = sentence("Enter an id: a lower-case letter, then lower-case letters, digits and hyphens.")
_EMPTY = {"pages": PAGES_MISSING, "questions": QUESTIONS_MISSING, "columns": COLUMNS_MISSING} | {
    "options": OPTIONS_MISSING,
    **dict.fromkeys(("all", "any"), CONDITION_MISSING),
    "id": ID_WRONG,
}
"""What a list or object without anything in it lacks, by its key."""


@attrs.frozen(kw_only=True)
class SaidAt:
    """A fault in words, and the JSON path as a place."""

    at: Place
    sentence: str
    link: str = ""
    """Where it is put right, below the draft, if that is not the form of what it is about."""


@attrs.frozen(kw_only=True)
class ItemView:
    """A page, question, column or rule in the overview."""

    place: str
    name: str
    texts: Sequence[tuple[str, str]]
    """By language."""
    kind: str = ""
    """The kind of answer, in words."""
    required: bool = False
    condition: str = ""
    beside: str = ""
    """The option that it is asked beside, in words."""
    faults: Sequence[SaidAt] = ()
    is_first: bool = False
    is_last: bool = False
    items: "Sequence[ItemView]" = ()
    rules: "Sequence[ItemView]" = ()


@attrs.frozen(kw_only=True)
class FieldView:
    """A field in a form."""

    name: str
    kind: str
    label: str
    hint: str
    language: Language | None
    rows: int
    options: Sequence[Option]
    value: str | None
    """None if the field has no words for what stands there."""
    legend: str = ""
    """What it is about together with the others of its group."""
    other: str | None = None
    """What was saved in another window, if that differs from what was typed."""
    faults: Sequence[SaidFault] = ()


# ------------------------------------------------------------------ names
def title_of(document: Document, spoken: Language) -> str:
    """Give the title of a questionnaire. Empty if it has none."""
    return label_of(document, spoken)


def name_of(document: Document, place: Place, wording: Wording) -> str:
    """Name the thing that a place is in or of."""
    owner = owner_of(place)
    if block := block_of(owner):
        return wording.say(BLOCK, name=block)
    if not owner:
        return wording.say(THE_WHOLE)
    if owner[-2] == "must_hold":
        return wording.say(RULE, number=int(owner[-1]) + 1)
    thing = at(document, owner)
    name = label_of(thing, wording.language) or str(at(thing, ("use",)) or "")
    if owner[-2] == "pages":
        return wording.say(PAGE, number=int(owner[-1]) + 1, name=name or wording.say(NO_NAME))
    return name or wording.say(NAMELESS_QUESTION)


def block_of(owner: Place) -> str:
    """Give the id of the building block that an owner is. Empty if it is none."""
    name = str(owner[1]) if owner[:1] == ("fragments",) else ""
    return name.removeprefix(OFFICE) if name.startswith(OFFICE) else ""


def owner_of(place: Place) -> Place:
    """Give the place of the page, question, column, rule or building block that something stands in.

    It is empty for the whole.
    """
    return place[:2] if len(place) > 1 and block_of(place[:2]) else editing.owner_of(place)


# ------------------------------------------------------------------ faults
def faults_by_owner(
    shown: Opened, wording: Wording, owners: Collection[Place] | None = None
) -> Mapping[Place, Sequence[SaidAt]]:
    """Give the faults of a document in words, by the thing that they are in, in order.

    Args:
        shown: the draft or building block.
        wording: the language.
        owners: the places of the things whose faults are asked. None asks all, which takes much longer.
    """
    found: dict[Place, list[SaidAt]] = {}
    document = {**shown.document, "fragments": _fragments(shown)}
    if owners is None:
        faults = editing.faults_of(shown.document, shown.office)
    else:
        faults = editing.faults_at(shown.document, owners, shown.office)
    for fault in faults:
        place = editing.place_of(str(fault.field))
        if place == ("id",) and not title_of(document, wording.language):
            continue  # It is made of the title, which is missing too.
        said = SaidAt(at=place, sentence=_said(fault, place, document, wording), link=_adding(place, document))
        owner = owner_of(place)
        if said.sentence not in [each.sentence for each in found.get(owner, ()) if each.at == place]:
            found.setdefault(owner, []).append(said)
    return dict(sorted(found.items(), key=lambda each: [str(step).rjust(6) for step in each[0]]))


def _fragments(shown: Opened) -> Document:
    """Give the fragments of a document, with those of the office that it uses, by the names that faults have."""
    own = shown.document.get("fragments")
    office = {f"{OFFICE}{id}": fragment for id, fragment in shown.office.items()}
    return {**(own if isinstance(own, Mapping) else {}), **office}


def todo(
    shown: Opened, faults: Mapping[Place, Sequence[SaidAt]], wording: Wording
) -> Sequence[tuple[str, str, Sequence[SaidAt]]]:
    """Give the page of the editor, the name and the faults of each thing that has any."""
    return [(_page_of(shown, place), name_of(shown.document, place, wording), said) for place, said in faults.items()]


def _page_of(shown: Opened, owner: Place) -> str:
    block = block_of(owner)
    return f"{BLOCKS}/{block}" if block else f"{shown.id}/{place_text(owner)}"


def _adding(place: Place, document: Document) -> str:
    """Give the link to where the first page, or the first question of a page, is added. Empty for anything else."""
    is_list = place == ("pages",) or (len(place) == 3 and place[2] == "questions")
    return f"#add-{place_text(place)}" if is_list and not at(document, place) else ""


def _said(fault: Fault, place: Place, document: Document, wording: Wording) -> str:
    """Say a fault. What has to be filled in is said so, instead of that it does not follow the format."""
    if fault.code is FaultCode.NOT_AS_FORMAT or fault.code is FaultCode.MISSING:
        key = place[-1] if place else ""
        if key in _EMPTY and not at(document, place):
            return wording.say(_EMPTY[str(key)])
        if at(document, place) == "":
            return say_fault(Fault(code=FaultCode.MISSING), wording)
        if place[4:5] == ("compute",):
            return wording.say(CALCULATION_MISSING)
    return say_fault(attrs.evolve(fault, field=None), wording)


# ------------------------------------------------------------------ the overview
def headings_of(document: Document) -> Sequence[tuple[str, str]]:
    """Give the title in each language."""
    return [(language.value, _text(document, language)) for language in Language]


def _text(thing: Any, language: Language) -> str:
    for key in ("label", "title"):
        if isinstance(text := at(thing, ("texts", language.value, key)), str) and text.strip():
            return text
    text = at(thing, ("texts", language.value))
    return text if isinstance(text, str) else ""


def page_views(shown: Opened, faults: Mapping[Place, Sequence[SaidAt]], wording: Wording) -> Sequence[ItemView]:
    """Give the pages with their questions and rules."""
    known = referable(shown.document, wording.language)
    listing = _Listing(document=shown.document, faults=faults, wording=wording, known=known, office=shown.office)
    return [
        attrs.evolve(
            page,
            items=listing.items(("pages", number, "questions")),
            rules=listing.items(("pages", number, "must_hold")),
        )
        for number, page in enumerate(listing.items(("pages",)))
    ]


def column_views(
    document: Document,
    where: Place,
    faults: Mapping[Place, Sequence[SaidAt]],
    known: Sequence[Referable],
    wording: Wording,
) -> Sequence[ItemView] | None:
    """Give the columns of a question of type rows. None if it has none. *known*: all questions and columns."""
    if len(where) != 4 or at(document, (*where, "type")) != "rows":
        return None
    return _Listing(document=document, faults=faults, wording=wording, known=known).items((*where, "columns"))


@attrs.frozen(kw_only=True)
class _Listing:
    """Makes the views of the things in lists."""

    document: Document
    faults: Mapping[Place, Sequence[SaidAt]]
    wording: Wording
    known: Sequence[Referable]
    office: Office = NO_FRAGMENTS

    def items(self, place: Place) -> Sequence[ItemView]:
        """Give the things of a list, those of rows with their columns."""
        listed = editing.things(self.document, place)
        return [self._item((*place, number), len(listed)) for number in range(len(listed))]

    def _item(self, where: Place, count: int) -> ItemView:
        thing = at(self.document, where)
        condition = (*where, conditions.key_of(where))
        return ItemView(
            place=place_text(where),
            name=name_of(self.document, where, self.wording),
            texts=[(language.value, _text(self._spoken(thing), language)) for language in Language],
            kind=_kind(thing, self.wording),
            required=at(thing, ("required",)) is True,
            condition=conditions.in_words(self.document, condition, self.wording, self.known),
            beside=self._beside(thing),
            faults=self.faults.get(where, ()),
            is_first=where[-1] == 0,
            is_last=where[-1] == count - 1,
            items=self.items((*where, "columns")) if where[-2] == "questions" else (),
        )

    def _spoken(self, thing: Any) -> Any:
        """Give what has the texts of a thing: of a use, the building block."""
        use = at(thing, ("use",))
        return self.office.get(use.removeprefix(OFFICE), thing) if isinstance(use, str) else thing

    def _beside(self, thing: Any) -> str:
        id, code = at(thing, ("beside", "question")), at(thing, ("beside", "option"))
        choice = next((each for each in self.known if each.id == id), None)
        if choice is None or not isinstance(code, str):
            return ""
        option = choice.options(self.wording.language).get(code, code)
        return self.wording.say(BESIDE, option=option, question=choice.label)


def _kind(thing: Any, wording: Wording) -> str:
    if str(at(thing, ("use",))).startswith(OFFICE):
        return wording.say(BLOCK_AS, name=str(at(thing, ("as",))))
    kind = at(thing, ("type",))
    return wording.say(TYPES[kind]) if isinstance(kind, str) and kind in TYPES else ""


# ------------------------------------------------------------------ forms
def groups(
    thing: Any,
    where: Place,
    fields: Sequence[Field],
    typed: Mapping[str, str] | None,
    wording: Wording,
    *,
    unread: Mapping[str, str],
    told: Sequence[SaidAt],
    conflict: bool,
) -> Sequence[Sequence[FieldView]]:
    """Give the fields of a form; together those of one text in both languages, and those with one legend.

    Args:
        thing: what the form is about.
        where: its place.
        fields: the fields, as ``place_forms.fields_of`` gives them.
        typed: what was typed. None if the form is opened.
        wording: the language.
        unread: why fields could not be read, by their names.
        told: the faults of the thing at the place.
        conflict: whether what was typed is shown beside what was saved.
    """
    grouped: list[list[FieldView]] = []
    for field in fields:
        saved = field.shown(thing)
        value = saved if typed is None else typed.get(field.name, "")
        own = [each.sentence for each in told if _field_at(each.at[len(where) :], fields) == field.at]
        own = [unread[field.name]] if field.name in unread else own if typed is None else []
        view = _field_view(field, None if saved is None else value, own, wording)
        view = attrs.evolve(view, other=saved if conflict and saved != value else None)
        last = grouped[-1] if grouped else []
        is_pair = field.language is not None and len(last) == 1 and last[0].label == view.label
        together = is_pair or bool(last and view.legend and last[0].legend == view.legend)
        last.append(view) if together else grouped.append([view])
    return grouped


def beside_fields(where: Place, fields: Sequence[Field], *, told: Sequence[SaidAt]) -> Sequence[SaidAt]:
    """Give the faults that are in no field of the form, such as that a page has no questions."""
    return [each for each in told if _field_at(each.at[len(where) :], fields) is None]


def _field_at(place: Place, fields: Sequence[Field]) -> Place | None:
    """Find the field that a place within a thing is of: the nearest one. None if there is none."""
    around = [field.at for field in fields if place[: len(field.at)] == field.at]
    return max(around, key=len, default=None)


def _field_view(field: Field, value: str | None, faults: Iterable[str], wording: Wording) -> FieldView:
    return FieldView(
        name=field.name,
        kind=field.kind,
        label=field.named or wording.say(field.label, **field.said_with),
        legend="" if field.legend is None else wording.say(field.legend),
        hint="" if field.hint is None else wording.say(field.hint),
        language=field.language,
        rows=field.rows,
        options=with_own(field.options, value) if field.kind == "select" else field.options,
        value=value,
        faults=[SaidFault(field=field.name, sentence=each) for each in faults],
    )
