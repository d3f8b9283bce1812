"""Pages that ask a party of a dossier for documents: in a few words, item by item, or by a template."""

import re
from collections.abc import Sequence
from uuid import UUID

import attrs
from flask import Blueprint, abort, render_template, request
from werkzeug.datastructures import MultiDict

from examples.demo.desk import sentences
from examples.demo.desk.dossiers import dossier
from examples.demo.desk.language import translate
from examples.demo.desk.serving import Attempt, Page, attempt, choice, desk, done, lines, optional_day
from klantportaal import ClientId, DossierId, Fault, Language, NewItem, NewRequest, Texts

asking = Blueprint("asking", __name__)
MOST = 50
"""The most items of a request."""
NUMBERS = [(number, number) for number in range(1, 21)]
"""How many files an item may have."""
PARTS = {"title": "Title", "explanation": "Explanation", "files": "Number of files, at most", "due_on": "Due date"}
"""The parts of an item in which there may be a fault."""


# ------------------------------------------------------------------ in a few words, or by a template
@asking.post("/dossiers/<uuid:dossier_id>/requests")
def make(dossier_id: UUID) -> Page:
    """Ask a party of a dossier for documents: one item a line."""
    here, form = desk(), request.form
    client_id, due_on = ClientId(choice(UUID, "client_id")), choice(optional_day, "due_on")
    new = NewRequest(
        subject=form.get("subject", ""), items=[NewItem(title=title, due_on=due_on) for title in lines("items")]
    )
    tried = attempt("ask", lambda: here.office.requests.make(here.actor, DossierId(dossier_id), client_id, new))
    return (
        dossier(dossier_id, _as_in_the_form(tried))
        if tried
        else done("asked", "dossiers.dossier", dossier_id=dossier_id)
    )


def _as_in_the_form(tried: Attempt) -> Attempt:
    """Give the faults of the items once each, at the fields that the form has for all items together."""
    fields = {"title": "items", "due_on": "due_on"}
    faults = {}
    for fault in tried.faults:
        item = re.fullmatch(r"items\[\d+\]\.(\w+)", fault.field or "")
        moved = attrs.evolve(fault, field=fields[item[1]]) if item else fault
        faults[moved.code, moved.field] = moved
    return attrs.evolve(tried, faults=list(faults.values()))


@asking.post("/dossiers/<uuid:dossier_id>/requests/from-template")
def make_from_template(dossier_id: UUID) -> Page:
    """Ask a party of a dossier for the documents of a template."""
    here, form = desk(), request.form
    client_id = ClientId(choice(UUID, "client_id"))
    tried = attempt(
        "ask-template",
        lambda: here.office.requests.make_from_template(
            here.actor,
            DossierId(dossier_id),
            client_id,
            form.get("template", ""),
            subject=form.get("subject", ""),
        ),
    )
    return dossier(dossier_id, tried) if tried else done("asked", "dossiers.dossier", dossier_id=dossier_id)


# ------------------------------------------------------------------ item by item
@asking.post("/dossiers/<uuid:dossier_id>/requests/items")
def begin(dossier_id: UUID) -> Page:
    """Show the form with everything about each item. It begins with what was typed on the page of the dossier."""
    typed = MultiDict(request.form)
    typed["subject_nl"] = typed.get("subject", "")
    titles = lines("items")[:MOST] or [""]
    for number, title in enumerate(titles):
        _add_item(typed, number, title=title, due_on=typed.get("due_on", ""))
    return _form(dossier_id, typed, len(titles))


@asking.post("/dossiers/<uuid:dossier_id>/requests/item-by-item")
def ask(dossier_id: UUID) -> Page:
    """Ask for the items, or show the form with one item more. An item in which nothing was typed is left out."""
    here, form, count = desk(), request.form, choice(int, "count")
    if not 0 < count <= MOST:
        abort(400)
    if "more" in form and count < MOST:
        typed = MultiDict(form)
        _add_item(typed, count)
        return _form(dossier_id, typed, count + 1)
    asked = [number for number in range(count) if _is_asked(number)]
    new = NewRequest(subject=_texts("subject"), items=[_item(number) for number in asked])
    client_id = ClientId(choice(UUID, "client_id"))
    tried = attempt("items", lambda: here.office.requests.make(here.actor, DossierId(dossier_id), client_id, new))
    if tried is None:
        return done("asked", "dossiers.dossier", dossier_id=dossier_id)
    return _form(dossier_id, tried.typed, count, [_in_place(fault, asked) for fault in tried.faults])


def _add_item(typed: MultiDict[str, str], number: int, *, title: str = "", due_on: str = "") -> None:
    """Put an item into what was typed, as the form shows it first."""
    begun = {"title_nl": title, "required": "yes", "files": "10", "due_on": due_on}
    typed.update({f"items[{number}].{part}": value for part, value in begun.items()})


def _is_asked(number: int) -> bool:
    parts = ("title_nl", "title_en", "explanation_nl", "explanation_en")
    return any(request.form.get(f"items[{number}].{part}", "").strip() for part in parts)


def _item(number: int) -> NewItem:
    path = f"items[{number}]."
    return NewItem(
        title=_texts(f"{path}title"),
        explanation=_texts(f"{path}explanation"),
        required=request.form.get(f"{path}required") != "no",
        files=choice(int, f"{path}files"),
        due_on=choice(optional_day, f"{path}due_on"),
    )


def _texts(name: str) -> str | Texts:
    """Read a text in both languages. Without English, it is the same in both."""
    dutch, english = (request.form.get(f"{name}_{language}", "") for language in ("nl", "en"))
    return {Language.DUTCH: dutch, Language.ENGLISH: english} if english.strip() else dutch


def _in_place(fault: Fault, asked: Sequence[int]) -> Fault:
    """Give a fault of an item the number that the item has in the form."""
    item = re.fullmatch(r"items\[(\d+)\](.+)", fault.field or "")
    return attrs.evolve(fault, field=f"items[{asked[int(item[1])]}]{item[2]}") if item else fault


def _form(dossier_id: UUID, typed: MultiDict[str, str], count: int, faults: Sequence[Fault] = ()) -> Page:
    whole = desk().office.dossiers.get(desk().actor, DossierId(dossier_id))
    kept = Attempt(form="items", typed=typed, faults=faults)
    page = render_template(
        "asking.html",
        dossier=whole.dossier,
        parties=[(party.id, party.name) for party in whole.parties],
        count=count,
        numbers=NUMBERS,
        may_add=count < MOST,
        kept=kept,
        tried=kept if faults else None,
        fields=_names(count),
    )
    return (page, 422) if faults else page


def _names(count: int) -> dict[str | None, str]:
    """Name the fields, for the list of faults above the form."""
    item = translate("Item")
    return {
        **{field: translate(label) for field, label in sentences.FIELDS.items()},
        **{
            f"items[{number}].{part}": f"{item} {number + 1}, {translate(label)}"
            for number in range(count)
            for part, label in PARTS.items()
        },
    }
