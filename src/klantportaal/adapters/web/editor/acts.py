"""What each form of the editor does: it changes the document of a draft, and saves it at the version that was seen."""

import re
from collections.abc import Callable
from typing import Any

from klantportaal.adapters.web.api.requests import ApiAnswer
from klantportaal.adapters.web.editor import (
    compute_fields,
    condition_groups,
    conditions,
    option_fields,
    pages,
    place_forms,
)
from klantportaal.adapters.web.editor.condition_form import MOST_ROWS, TOO_MANY_ROWS
from klantportaal.adapters.web.editor.frame import EditorFrame, draft_id, place_text
from klantportaal.adapters.web.editor.opened import Opened, opened, save, save_text, standing
from klantportaal.adapters.web.http.errors import Malformed, NoSuchPage
from klantportaal.domain.errors import Conflict, Refused
from klantportaal.domain.questionnaires import editing
from klantportaal.domain.questionnaires.editing import Document, Place, at
from klantportaal.domain.values import Language
from klantportaal.questionnaire_imports import imported
from klantportaal.questionnaire_library import library

_OPTION_ACT = re.compile("option-(up|down|out)-([0-9]{1,3})")
_NEW: dict[str, Callable[[Document], Document]] = {
    "pages": editing.new_page,
    "questions": editing.new_question,
    "columns": editing.new_question,
    "must_hold": lambda _document: editing.new_rule(),
}
"""What is added to each list."""


# ------------------------------------------------------------------ drafts
def start(frame: EditorFrame) -> ApiAnswer:
    """Start a draft: empty, from a published revision, from the library, or from a file."""
    source, _, name = frame.form.get("source", "").partition(":")
    try:
        if source == "import":
            return _imported(frame)
        draft = frame.calls.start_draft(frame.actor, _source(frame, source, name))
    except Refused as refusal:
        return pages.listed(frame, faults=refusal.faults, status=422)
    is_new = source == "empty"
    return frame.redirect(f"{draft.id}/document" if is_new else str(draft.id), is_new=is_new)


def _imported(frame: EditorFrame) -> ApiAnswer:
    """Start a draft from a questionnaire of another program, and tell what was not taken over. Raises: Refused."""
    made = imported(frame.form.get("file", ""))
    draft = frame.calls.start_draft(frame.actor, made.document)
    return pages.imported(frame, draft, made.remarks)


def _source(frame: EditorFrame, source: str, name: str) -> str | None:
    """Give the document that a draft starts from. Raises: Absent, Malformed."""
    if source == "empty":
        return None
    if source == "file":
        return frame.form.get("file", "")
    if source == "revision":
        return frame.calls.source(frame.actor, name)
    if source == "library" and name in library():
        return library()[name]
    raise Malformed


def save_raw(frame: EditorFrame, draft: str) -> ApiAnswer:
    """Save the whole document as JSON."""
    subject, typed = opened(frame, draft), frame.form.get("document", "")
    try:
        save_text(frame, subject, typed, version=frame.version)
    except Refused as refusal:
        return pages.raw(frame, draft, typed=typed, faults=refusal.faults, status=422)
    except Conflict:
        return pages.raw(frame, draft, typed=typed, conflict=True, status=409)
    return frame.redirect(draft, notice="opgeslagen")


def publish(frame: EditorFrame, draft: str) -> ApiAnswer:
    """Publish a draft as the next revision."""
    try:
        frame.calls.publish_draft(frame.actor, draft_id(draft), version=frame.version)
    except Refused:
        return pages.publication(frame, draft, status=422)
    return frame.redirect("", notice="gepubliceerd")


def discard(frame: EditorFrame, draft: str) -> ApiAnswer:
    """Discard a draft."""
    frame.calls.discard_draft(frame.actor, draft_id(draft), version=frame.version)
    return frame.redirect("", notice="weggegooid")


# ------------------------------------------------------------------ things in lists
def add(frame: EditorFrame, draft: str, place: str) -> ApiAnswer:
    """Add a page, question, column or rule at the end of its list, and go to its form."""
    subject = standing(frame, draft)
    document, where = subject.document, subject.place(place)
    if (new := _NEW.get(str(where[-1]))) is None or at(document, where[:-1]) is None:
        raise NoSuchPage
    block = frame.form.get("block") if new is editing.new_question else None
    made = new(document) if block is None else editing.new_use(document, frame.calls.fragment(frame.actor, block).id)
    save(frame, subject, editing.added(document, where, made))
    return frame.redirect(f"{draft}/{place}.{len(editing.things(document, where))}", is_new=True)


def move(frame: EditorFrame, draft: str, place: str) -> ApiAnswer:
    """Move something up or down in its list."""
    subject = standing(frame, draft)
    document, where, by = subject.document, _item(subject, place), -1 if frame.form.get("to") == "up" else 1
    save(frame, subject, editing.moved(document, where, by))
    last = len(editing.things(document, where[:-1])) - 1
    now = (*where[:-1], min(max(int(where[-1]) + by, 0), last))
    return frame.redirect(draft, anchor=place_text(now))


def take_out(frame: EditorFrame, draft: str, place: str) -> ApiAnswer:
    """Take something out of its list."""
    subject = standing(frame, draft)
    save(frame, subject, editing.without(subject.document, _item(subject, place)))
    return frame.redirect(draft, notice="weggehaald")


def _item(subject: Opened, place: str) -> Place:
    where = subject.place(place)
    if not where or not isinstance(where[-1], int):
        raise NoSuchPage
    return where


# ------------------------------------------------------------------ forms
def save_form(frame: EditorFrame, draft: str, place: str) -> ApiAnswer:
    """Save the form of a place. If another window changed it, what was typed is shown beside what was saved there."""
    subject = opened(frame, draft)
    document, where = subject.document, subject.place(place)
    is_condition = bool(where) and where[-1] in ("visible_when", "when")
    owner = where[:-1] if is_condition else where
    if is_condition and len(owner) < 2:
        raise NoSuchPage
    found = editing.place_with_id(document, owner, frame.form["id-before"]) if "id-before" in frame.form else owner
    if found is None or at(document, found) is None:
        return pages.gone(frame, draft)
    now = (*found, where[-1]) if is_condition else found
    save_owner = _save_condition if is_condition else _save_fields
    return save_owner(frame, subject, document, now)


def _save_fields(frame: EditorFrame, subject: Opened, document: Document, where: Place) -> ApiAnswer:
    sent = place_forms.sent(document, where, frame.form, frame.wording, is_block=subject.block is not None)
    if sent.faults:
        return pages.form(frame, subject.id, place_text(where), unreadable=sent.faults, status=422)
    action = frame.form.get("action", "")
    changed = _with_id(sent.document) if not where else _with_option_act(sent.document, where, action)
    if subject.version != frame.version and changed != document:
        return pages.form(frame, subject.id, place_text(where), conflict=True, status=409)
    columns = (*where, "columns")
    if action == "column" and at(changed, (*where, "type")) == "rows":
        save(frame, subject, editing.added(changed, columns, editing.new_question(changed)))
        new = f"{place_text(columns)}.{len(editing.things(changed, columns))}"
        return frame.redirect(f"{subject.id}/{new}", is_new=True)
    save(frame, subject, changed)
    has_other_fields = _decides_on_fields(changed, where) != _decides_on_fields(document, where)
    if action == "condition":
        return frame.redirect(f"{subject.id}/{place_text((*where, conditions.key_of(where)))}")
    if has_other_fields or action.startswith(("stay", "option-")):
        return frame.redirect(f"{subject.id}/{place_text(where)}", notice="opgeslagen")
    return _listed(frame, subject.id, where)


def _listed(frame: EditorFrame, draft: str, where: Place) -> ApiAnswer:
    """Go to where something stands in a list: a column in the form of its rows, anything else in the overview."""
    path = f"{draft}/{place_text(where[:4])}" if len(where) == 6 else draft
    return frame.redirect(path, notice="opgeslagen", anchor=place_text(where))


def _decides_on_fields(document: Document, where: Place) -> tuple[Any, Any]:
    """Give what decides which fields a form has: the type of its question, and how that is calculated."""
    calculated = compute_fields.calculated(at(document, where))
    return at(document, (*where, "type")), None if calculated is None else calculated.how


def _with_id(document: Document) -> Document:
    """Give a new questionnaire an id, made of its title."""
    if document.get("id") != "":
        return document
    titles = [at(document, ("texts", language.value, "title")) for language in Language]
    title = next((each for each in titles if isinstance(each, str) and each.strip()), None)
    if title is None:
        return document
    return {**document, "id": option_fields.id_of(title, set(), "vragenlijst")}


def _with_option_act(document: Document, where: Place, action: str) -> Document:
    """Move an option, or take it out."""
    found, rows = _OPTION_ACT.fullmatch(action), option_fields.shown(at(document, where))
    if found is None or not rows or int(found[2]) >= len(rows):
        return document
    listed, number = list(rows), int(found[2])
    option = listed.pop(number)
    if found[1] != "out":
        listed.insert(max(number + (-1 if found[1] == "up" else 1), 0), option)
    changed: Document = editing.put(document, where, option_fields.changed(at(document, where), listed))
    return changed


def _save_condition(frame: EditorFrame, subject: Opened, document: Document, where: Place) -> ApiAnswer:
    here = conditions.here(document, where, frame.language)
    group = conditions.typed(frame.form, here.scope)
    unread = dict(condition_groups.unread(group, here.scope))
    draft, place = subject.id, place_text(where)
    conflict = subject.version != frame.version and group != here.group
    if condition_groups.size_of(group) > MOST_ROWS:
        sent = conditions.sent(frame.form)
        return pages.condition(frame, draft, place, group=sent, unread={(): TOO_MANY_ROWS}, status=422)
    if conditions.is_part_button(frame.form):
        return pages.condition(frame, draft, place, group=group, conflict=conflict, status=409 if conflict else 200)
    if conflict or unread:
        status = 409 if conflict else 422
        return pages.condition(frame, draft, place, group=group, unread=unread, conflict=conflict, status=status)
    made = condition_groups.condition_of(group, here.scope)
    save(frame, subject, document if group == here.group else conditions.put(document, where, made))
    if frame.form.get("action") == "save":
        return _listed(frame, draft, where[:-1])
    return frame.redirect(f"{draft}/{place}", notice="opgeslagen")
