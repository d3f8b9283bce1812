"""What a page of the editor is about: a draft of a questionnaire, or a building block of the office's own.

A building block is a fragment. Its pages show it as a questionnaire of one page, so it has the forms of drafts.
"""

import json
from typing import Any

import attrs

from klantportaal.adapters.web.editor.frame import EditorFrame, draft_id, place_in
from klantportaal.adapters.web.http.errors import NoSuchPage
from klantportaal.domain.errors import Conflict
from klantportaal.domain.questionnaires import office_fragments
from klantportaal.domain.questionnaires.drafts import QuestionnaireDraft
from klantportaal.domain.questionnaires.editing import Document, Place
from klantportaal.domain.questionnaires.office_fragments import QuestionnaireFragment
from klantportaal.domain.questionnaires.publishing import NO_FRAGMENTS, Office

BLOCKS = "bouwstenen"
"""Where the building blocks stand, under the editor."""
_QUESTIONS: Place = ("pages", 0, "questions")


@attrs.frozen(kw_only=True)
class Opened:
    """A draft or building block at the version that is stored."""

    id: str
    """Where its pages stand, under the editor."""
    stored: QuestionnaireDraft | QuestionnaireFragment
    document: Document
    office: Office
    """The building blocks that it uses, by id."""

    @property
    def version(self) -> int:
        """The version that is stored."""
        return self.stored.version

    @property
    def questionnaire(self) -> str:
        """The id in the document. Empty if it has none yet."""
        id = self.document.get("id")
        return id if isinstance(id, str) else ""

    @property
    def block(self) -> QuestionnaireFragment | None:
        """The building block that it is. None for a draft."""
        return self.stored if isinstance(self.stored, QuestionnaireFragment) else None

    def place(self, text: str) -> Place:
        """Read a place in an address. Raises: NoSuchPage, if a building block has no such place."""
        place = place_in(text)
        if self.block is not None and place and place[:3] != _QUESTIONS:
            raise NoSuchPage
        return place


def opened(frame: EditorFrame, id: str) -> Opened:
    """Open a draft or building block. Raises: Absent."""
    folder, _, block = id.rpartition("/")
    if folder == BLOCKS:
        return _opened_block(frame, frame.calls.fragment(frame.actor, block))
    draft = frame.calls.draft(frame.actor, draft_id(id))
    document = json.loads(draft.document)
    kept = frame.calls.fragments(frame.actor) if draft.fragments else ()
    return Opened(id=id, stored=draft, document=document, office=office_fragments.used_in(document, kept))


def _opened_block(frame: EditorFrame, block: QuestionnaireFragment) -> Opened:
    read = json.loads(block.document)
    others = [each for each in frame.calls.fragments(frame.actor) if each.id != block.id] if block.fragments else ()
    document = office_fragments.as_questionnaire(block.id, read)
    used = office_fragments.used_in(read, others) if others else NO_FRAGMENTS
    return Opened(id=f"{BLOCKS}/{block.id}", stored=block, document=document, office=used)


def standing(frame: EditorFrame, id: str) -> Opened:
    """Open a draft or building block at the version that the form was made of. Raises: Absent, Conflict."""
    found = opened(frame, id)
    if found.version != frame.version:
        raise Conflict
    return found


def save(frame: EditorFrame, changed: Opened, document: Any) -> None:
    """Save the document as the forms changed it. Raises: Absent, Conflict, Refused."""
    if changed.block is not None:
        document = office_fragments.from_questionnaire(json.loads(changed.block.document), document)
    save_text(frame, changed, json.dumps(document, ensure_ascii=False), version=changed.version)


def save_text(frame: EditorFrame, changed: Opened, text: str, *, version: int) -> None:
    """Save a whole document as it was typed. Raises: Absent, Conflict, Refused."""
    if changed.block is not None:
        frame.calls.save_fragment(frame.actor, changed.block.id, text, version=version)
    else:
        frame.calls.save_draft(frame.actor, draft_id(changed.id), text, version=version)
