"""What each page of the editor shows."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from klantportaal.adapters.web.api.requests import ApiAnswer, ApiRequest
from klantportaal.adapters.web.editor import condition_views, conditions, option_fields, place_forms, views
from klantportaal.adapters.web.editor.condition_groups import Group, Path
from klantportaal.adapters.web.editor.fields import Option
from klantportaal.adapters.web.editor.frame import EditorFrame, html_answer, place_in, place_text
from klantportaal.adapters.web.editor.opened import Opened, opened
from klantportaal.adapters.web.editor.references import referable
from klantportaal.adapters.web.http.errors import Answer, NoSuchPage
from klantportaal.adapters.web.http.paths import Url
from klantportaal.adapters.web.language.change_texts import SaidChange, say_changes
from klantportaal.adapters.web.language.fault_texts import say_faults
from klantportaal.adapters.web.language.translations import Sentence
from klantportaal.adapters.web.pages import fallback, questionnaire_preview
from klantportaal.adapters.web.pages.site import Site
from klantportaal.domain.errors import Fault
from klantportaal.domain.questionnaires import editing, publishing
from klantportaal.domain.questionnaires.document_changes import changes_between
from klantportaal.domain.questionnaires.drafts import QuestionnaireDraft
from klantportaal.domain.questionnaires.editing import Document, Place, at
from klantportaal.domain.questionnaires.json_documents import DOCUMENT_LIMIT
from klantportaal.domain.values import Language
from klantportaal.ports.reading import RevisionRow
from klantportaal.questionnaire_imports import Remark
from klantportaal.questionnaire_library import library


# ------------------------------------------------------------------ all questionnaires
def listed(frame: EditorFrame, *, faults: Sequence[Fault] = (), status: int = 200) -> ApiAnswer:
    """List the drafts and the published questionnaires, with a form to start a draft."""
    return frame.page(
        "list.html",
        status=status,
        drafts=frame.calls.drafts(frame.actor),
        published=frame.newest_revisions,
        library=_examples(frame, {row.questionnaire for row in frame.newest_revisions}),
        faults=say_faults(faults, frame.wording),
    )


def _examples(frame: EditorFrame, published: Collection[str]) -> Mapping[str, str]:
    """Give the titles of the examples that the office has not published itself."""
    documents = {id: json.loads(document) for id, document in library().items() if id not in published}
    return {id: document["texts"][frame.language]["title"] for id, document in documents.items()}


def imported(frame: EditorFrame, draft: QuestionnaireDraft, remarks: Sequence[Remark]) -> ApiAnswer:
    """Tell what of an imported questionnaire was not taken over, or was changed."""
    title = views.title_of(json.loads(draft.document), frame.language)
    said = [(remark.path, remark.sentence(frame.language)) for remark in remarks]
    return frame.page("imported.html", draft=draft, title=title, remarks=said)


def help_page(frame: EditorFrame) -> ApiAnswer:
    """Explain the editor."""
    return frame.page(f"help.{frame.language}.html")


def block_options(frame: EditorFrame, *, but: str = "") -> Sequence[Option]:
    """Give the building blocks of the office as a select has them, but one."""
    kept = (each for each in frame.calls.fragments(frame.actor) if each.id != but)
    return [(each.id, each.titles[frame.language] or each.id) for each in kept]


# ------------------------------------------------------------------ one draft
def overview(frame: EditorFrame, draft: str) -> ApiAnswer:
    """Show everything in a draft, with its faults at their places."""
    subject = opened(frame, draft)
    document, faults = subject.document, views.faults_by_owner(subject, frame.wording)
    return frame.page(
        "overview.html",
        draft=subject,
        title=views.title_of(document, frame.language),
        pages=views.page_views(subject, faults, frame.wording),
        headings=views.headings_of(document),
        own=faults.get((), ()),
        todo=views.todo(subject, faults, frame.wording),
        blocks=block_options(frame),
    )


def raw(
    frame: EditorFrame,
    draft: str,
    *,
    typed: str | None = None,
    faults: Sequence[Fault] = (),
    conflict: bool = False,
    status: int = 200,
) -> ApiAnswer:
    """Show the document as JSON, to change what the forms do not have."""
    subject = opened(frame, draft)
    saved = _written(subject.stored.document)
    return frame.page(
        "raw.html",
        status=status,
        draft=subject,
        title=views.title_of(subject.document, frame.language),
        typed=saved if typed is None else typed,
        saved=saved if conflict else "",
        faults=say_faults(faults, frame.wording),
    )


def _written(document: str) -> str:
    """Write a document with line breaks; without them if they would make it larger than a document may be."""
    written, left = list[str](), DOCUMENT_LIMIT
    for part in json.JSONEncoder(ensure_ascii=False, indent=2).iterencode(json.loads(document)):
        left -= len(part)
        if left < 0:
            return document
        written.append(part)
    return "".join(written)


def publication(frame: EditorFrame, draft: str, *, status: int = 200) -> ApiAnswer:
    """Show what keeps a draft from being published, or the button that publishes it."""
    subject = opened(frame, draft)
    document, faults = subject.document, views.faults_by_owner(subject, frame.wording)
    newest = next(iter(frame.calls.revisions(frame.actor, subject.questionnaire)), None)
    return frame.page(
        "publish.html",
        status=status,
        draft=subject,
        title=views.title_of(document, frame.language),
        todo=views.todo(subject, faults, frame.wording),
        revision=1 if newest is None else newest.revision + 1,
        changes=() if newest is None or faults else _changes(frame, newest, subject),
        is_new=newest is None,
    )


def preview(frame: EditorFrame, draft: str) -> ApiAnswer:
    """Show the questionnaire as the client sees it. Nothing that is filled in is kept."""
    subject = opened(frame, draft)
    document = subject.document
    if faults := views.faults_by_owner(subject, frame.wording):
        todo, title = views.todo(subject, faults, frame.wording), views.title_of(document, frame.language)
        return frame.page("no_preview.html", draft=subject, title=title, todo=todo)
    look = questionnaire_preview.frame_of(frame.site, frame.actor.office_id, frame.language)
    definition, _document = editing.as_published(subject.document, subject.office)
    if frame.request.method == "POST":
        shown = questionnaire_preview.submit(look, definition, frame.fields)
    else:
        shown = questionnaire_preview.show(look, definition)
    return html_answer(shown.html, status=shown.status, secure=frame.is_secure)


def _changes(frame: EditorFrame, newest: RevisionRow, subject: Opened) -> Sequence[SaidChange]:
    """Say what changed since the newest revision."""
    older = frame.calls.document(frame.actor, newest.digest)
    definition, newer = editing.as_published(subject.document, subject.office)
    changes = changes_between(json.loads(older), {**newer, "revision": newest.revision})
    return say_changes(changes, publishing.restored(older), definition, frame.wording)


def discarding(frame: EditorFrame, draft: str) -> ApiAnswer:
    """Ask whether a draft may be discarded."""
    subject = opened(frame, draft)
    return frame.page("discard.html", draft=subject, title=views.title_of(subject.document, frame.language))


def removal(frame: EditorFrame, draft: str, place: str) -> ApiAnswer:
    """Ask whether something may be taken out, and tell what refers to it."""
    subject = opened(frame, draft)
    document, where = subject.document, subject.place(place)
    if at(document, where) is None or not isinstance(where[-1], int):
        raise NoSuchPage
    left = editing.without(document, where)
    before = {(fault.code, str(fault.params)) for fault in editing.faults_of(document, subject.office)}
    new = [fault for fault in editing.faults_of(left, subject.office) if (fault.code, str(fault.params)) not in before]
    return frame.page(
        "remove.html",
        draft=subject,
        title=views.title_of(document, frame.language),
        name=views.name_of(document, where, frame.wording),
        place=place,
        faults=[
            (views.name_of(left, editing.place_of(str(each.field)), frame.wording), said.sentence)
            for each, said in zip(new, say_faults(new, frame.wording), strict=True)
        ],
    )


# ------------------------------------------------------------------ forms
def form(
    frame: EditorFrame,
    draft: str,
    place: str,
    *,
    unreadable: Mapping[str, Sentence] | None = None,
    conflict: bool = False,
    status: int = 200,
) -> ApiAnswer:
    """Show the form of a place: with what was typed if it was not saved."""
    subject = opened(frame, draft)
    document, where = subject.document, subject.place(place)
    if where and where[-1] in ("visible_when", "when"):
        return condition(frame, draft, place)
    thing = at(document, where)
    if not isinstance(thing, Mapping) or editing.owner_of(where) != where:
        raise NoSuchPage
    typed = frame.form if status != 200 else None
    columns = [(*where, "columns", number) for number in range(len(editing.things(document, (*where, "columns"))))]
    faults = views.faults_by_owner(subject, frame.wording, [where, *columns])
    own, known = () if frame.is_new else faults.get(where, ()), referable(document, frame.language)
    fields = place_forms.fields_of(document, where, frame.wording, known, is_block=subject.block is not None)
    unread = {name: frame.wording.say(sentence) for name, sentence in (unreadable or {}).items()}
    return frame.page(
        "form.html",
        status=status,
        draft=subject,
        title=views.title_of(document, frame.language),
        name=views.name_of(document, where, frame.wording),
        place=place,
        rows=_rows_of(frame, draft, document, where),
        id_before=thing.get("id") if where and isinstance(thing.get("id"), str) else None,
        groups=views.groups(thing, where, fields, typed, frame.wording, unread=unread, told=own, conflict=conflict),
        options=_option_rows(document, place, typed),
        can_option=place_forms.has_options(document, where),
        has_condition=bool(where) and at(thing, ("beside",)) is None,
        condition=conditions.in_words(document, (*where, conditions.key_of(where)), frame.wording, known),
        condition_place=place_text((*where, conditions.key_of(where))),
        is_rule=conditions.key_of(where) == "when",
        columns=views.column_views(document, where, faults, known, frame.wording),
        has_faults=bool(own),
        faults=views.beside_fields(where, fields, told=own),
        unread=unread,
        conflict=conflict,
    )


def _rows_of(frame: EditorFrame, draft: str, document: Document, where: Place) -> Sequence[tuple[str, str]]:
    """Give the link to the rows that a column is of, and their name. Empty for anything else."""
    rows = where[:4]
    if len(where) != 6:
        return []
    return [(frame.to(f"{draft}/{place_text(rows)}"), views.name_of(document, rows, frame.wording))]


def _option_rows(document: Document, place: str, typed: Mapping[str, str] | None) -> Sequence[option_fields.OptionRow]:
    shown = option_fields.shown(at(document, place_in(place)))
    if shown is None:
        return ()
    rows = shown if typed is None else option_fields.typed(typed)
    return [*rows, *[option_fields.OptionRow("", "", "")] * option_fields.NEW_ROWS]


def condition(
    frame: EditorFrame,
    draft: str,
    place: str,
    *,
    group: Group | None = None,
    unread: Mapping[Path, Sentence] | None = None,
    conflict: bool = False,
    status: int = 200,
) -> ApiAnswer:
    """Show a condition as groups of comparisons: with what was chosen if it was not saved."""
    subject = opened(frame, draft)
    document, where = subject.document, subject.place(place)
    owner = at(document, where[:-1])
    is_owner = isinstance(owner, Mapping) and where[:-1] == editing.owner_of(where) != ()
    if not is_owner or where[-1] != conditions.key_of(where[:-1]):
        raise NoSuchPage
    known = referable(document, frame.language)
    here = conditions.here(document, where, frame.language, known)
    is_begun = bool(here.group.parts)  # What nobody began has no fault yet.
    told = {path: frame.wording.say(sentence) for path, sentence in (unread or {}).items()}
    faults = views.faults_by_owner(subject, frame.wording, [where[:-1]])
    return frame.page(
        "condition.html",
        status=status,
        draft=subject,
        title=views.title_of(document, frame.language),
        name=views.name_of(document, where[:-1], frame.wording),
        place=place,
        owner=place_text(where[:-1]),
        id_before=owner.get("id") if isinstance(owner.get("id"), str) else None,
        group=condition_views.group_view(here.group if group is None else group, here.scope, told, frame.wording),
        words=conditions.in_words(document, where, frame.wording, known),
        is_rule=where[-1] == "when",
        faults=[said for said in faults.get(where[:-1], ()) if said.at[: len(where)] == where and is_begun],
        unsaved=group is not None,
        unread={f"{conditions.field_name(path)}{'how' if path else 'joiner'}": each for path, each in told.items()},
        conflict=conflict,
    )


def gone(frame: EditorFrame, draft: str) -> ApiAnswer:
    """Show what was typed in the form of something that was taken out meanwhile."""
    hidden = ("version", "id-before", "action")
    typed = [(name, text) for name, text in frame.form.items() if text and name not in hidden]
    return frame.page("gone.html", status=409, draft=opened(frame, draft), typed=typed)


# ------------------------------------------------------------------ errors
def problem(site: Site, request: ApiRequest, frame: EditorFrame | None, answer: Answer) -> ApiAnswer:
    """Make the page of an error. Without a frame, the office is not known."""
    if frame is not None:
        told = {"title": frame.wording.say(answer.title), "text": frame.wording.say(answer.text)}
        return frame.page("problem.html", status=answer.status, **told)
    spoken: Language = fallback.language(None, request.headers.get("accept-language", ""))
    wording = site.wordings[spoken]
    values: dict[str, Any] = {"title": wording.say(answer.title), "text": wording.say(answer.text)}
    html = site.rendering.html("editor/refusal.html", spoken, Url(f"{request.root}/"), **values)
    return html_answer(html, status=answer.status, secure=site.has_secure)
