"""The pages of building blocks: the fragments of an office's own, which its questionnaires use."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from klantportaal.adapters.web.api.requests import ApiAnswer
from klantportaal.adapters.web.editor import option_fields, pages, views
from klantportaal.adapters.web.editor.frame import EditorFrame
from klantportaal.adapters.web.editor.opened import BLOCKS, opened
from klantportaal.adapters.web.language.fault_texts import say_faults
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.questionnaires.office_fragments import FRAGMENTS_LIMIT
from klantportaal.domain.values import Language


def listed(frame: EditorFrame, *, faults: Sequence[Fault] = (), status: int = 200) -> ApiAnswer:
    """List the building blocks, with a form to add one."""
    return frame.page(
        "blocks.html",
        status=status,
        blocks=frame.calls.fragments(frame.actor),
        names=_names(frame) if faults else dict.fromkeys(Language, ""),
        limit=FRAGMENTS_LIMIT,
        faults=say_faults(faults, frame.wording),
    )


def add(frame: EditorFrame) -> ApiAnswer:
    """Add a building block without questions, with an id made of its name."""
    names = _names(frame)
    if missing := [Fault(code=FaultCode.MISSING, field=f"name.{key}") for key, name in names.items() if not name]:
        return listed(frame, faults=missing, status=422)
    taken = {each.id for each in frame.calls.fragments(frame.actor)}
    id = option_fields.id_of(names[Language.DUTCH], taken, "bouwsteen")
    document = {"texts": {key: {"title": name} for key, name in names.items()}, "questions": []}
    try:
        frame.calls.save_fragment(frame.actor, id, json.dumps(document, ensure_ascii=False))
    except Refused as refusal:
        return listed(frame, faults=[attrs.evolve(each, field="name.nl") for each in refusal.faults], status=422)
    return frame.redirect(f"{BLOCKS}/{id}", notice="opgeslagen")


def _names(frame: EditorFrame) -> Mapping[Language, str]:
    return {language: frame.form.get(f"name.{language}", "").strip() for language in Language}


def overview(frame: EditorFrame, draft: str) -> ApiAnswer:
    """Show the questions of a building block with their faults, and what uses it."""
    subject = opened(frame, draft)
    faults = views.faults_by_owner(subject, frame.wording)
    [page] = views.page_views(subject, faults, frame.wording)
    return frame.page(
        "block.html",
        draft=subject,
        title=views.title_of(subject.document, frame.language),
        page=page,
        headings=views.headings_of(subject.document),
        own=faults.get((), ()),
        todo=views.todo(subject, faults, frame.wording),
        blocks=pages.block_options(frame, but=_id(draft)),
        **_users(frame, draft),
    )


def _id(draft: str) -> str:
    return draft.removeprefix(f"{BLOCKS}/")


def _users(frame: EditorFrame, draft: str) -> Mapping[str, Any]:
    """Give what uses a building block: drafts and other building blocks, and the newest revisions of questionnaires."""
    id = _id(draft)
    drafts, others = frame.calls.drafts(frame.actor), frame.calls.fragments(frame.actor)
    return {
        "in_drafts": [each for each in drafts if id in each.fragments],
        "in_blocks": [each for each in others if id in each.fragments],
        "in_revisions": [each for each in frame.newest_revisions if id in each.fragments],
    }


def deleting(frame: EditorFrame, draft: str, *, status: int = 200) -> ApiAnswer:
    """Ask whether a building block may be deleted, or tell what uses it still."""
    subject = opened(frame, draft)
    title = views.title_of(subject.document, frame.language)
    return frame.page("block_delete.html", status=status, draft=subject, title=title, **_users(frame, draft))


def delete(frame: EditorFrame, draft: str) -> ApiAnswer:
    """Delete a building block that nothing uses any more."""
    try:
        frame.calls.delete_fragment(frame.actor, _id(draft), version=frame.version)
    except Refused:
        return deleting(frame, draft, status=422)
    return frame.redirect(BLOCKS, notice="verwijderd")
