"""Drafts of questionnaires: documents that an office still works on, unfinished or faulty, until it publishes them."""

import json
from datetime import datetime
from typing import Any

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Conflict, Fault, FaultCode, Refused
from klantportaal.domain.events import (
    QuestionnaireDraftDiscarded,
    QuestionnaireDraftSaved,
    QuestionnaireDraftStarted,
)
from klantportaal.domain.questionnaires import publishing
from klantportaal.domain.questionnaires.fragments import office_uses
from klantportaal.domain.questionnaires.json_documents import dumped, parsed_object, require_no_faults
from klantportaal.domain.questionnaires.publishing import Checked, Office, Published
from klantportaal.domain.questionnaires.size_limits import draft_faults
from klantportaal.domain.values import Language, OfficeId, QuestionnaireDraftId, Texts

DRAFTS_LIMIT = 100
"""The most drafts of an office."""
TITLE_LIMIT = 150
"""Characters of a title in a list of drafts. A longer one is a fault of the document."""
_EMPTY = {"id": "", "revision": 1, "texts": {language.value: {"title": ""} for language in Language}, "pages": []}


@attrs.frozen(kw_only=True, field_transformer=checked)
class QuestionnaireDraft:
    """A document that an office works on. It is a JSON object, and may have any fault."""

    office_id: OfficeId
    id: QuestionnaireDraftId
    questionnaire: str
    """The id in the document. Empty if it has none yet."""
    titles: Texts
    """The titles in the document. Empty where it has none yet."""
    document: str
    """The document without insignificant white space."""
    saved_at: datetime
    saved_by: str
    """The case handler that saved it last."""
    version: int = 1
    fragments: tuple[str, ...] = ()
    """The ids of the office's fragments that the document uses."""


def start(
    document: str | bytes | None,
    *,
    id: QuestionnaireDraftId,
    office_id: OfficeId,
    kept: int,
    handler: str,
    at: datetime,
) -> tuple[QuestionnaireDraft, QuestionnaireDraftStarted]:
    """Start a draft, from a document or from nothing.

    Args:
        document: the document to start from, such as a published one. None for an empty one.
        id: the id of the draft.
        office_id: the office.
        kept: the number of drafts that the office has.
        handler: the case handler that starts it.
        at: now.

    Raises:
        Refused: the document is no JSON object, or the office has the most drafts already.
    """
    if kept >= DRAFTS_LIMIT:
        raise Refused([Fault(code=FaultCode.TOO_MANY, field="draft", params={"limit": DRAFTS_LIMIT})])
    told = _told(_EMPTY if document is None else _content(document))
    draft = QuestionnaireDraft(office_id=office_id, id=id, saved_at=at, saved_by=handler, **told)
    return draft, QuestionnaireDraftStarted(draft_id=id, at=at)


def save(
    draft: QuestionnaireDraft, document: str | bytes, *, version: int, handler: str, at: datetime
) -> tuple[QuestionnaireDraft, QuestionnaireDraftSaved | None]:
    """Replace the document of a draft. The same document again changes nothing.

    Args:
        draft: the stored draft.
        document: the new document.
        version: the version that was changed.
        handler: the case handler that saves it.
        at: now.

    Raises:
        Conflict: it was saved with another document since that version, such as in another window.
        Refused: the document is no JSON object.
    """
    told = _told(_content(document))
    if told["document"] == draft.document:
        return draft, None
    require_version(draft, version)
    saved = attrs.evolve(draft, saved_at=at, saved_by=handler, **told)
    return saved, QuestionnaireDraftSaved(draft_id=draft.id, saves=version + 1, at=at)


def discard(draft: QuestionnaireDraft, *, at: datetime) -> QuestionnaireDraftDiscarded:
    """Discard a draft. What was published of it stays."""
    return QuestionnaireDraftDiscarded(draft_id=draft.id, at=at)


def require_version(draft: QuestionnaireDraft, version: int) -> None:
    """Require that a draft has the version that was seen. Raises: Conflict."""
    if draft.version != version:
        raise Conflict


def checked_document(draft: QuestionnaireDraft, office: Office) -> Checked:
    """Check whether a draft can be published. Its own revision does not count: it gets the next one.

    Args:
        draft: the draft.
        office: the fragments of the office's own, by id.

    Raises:
        Refused: one fault for each error in the document, with its JSON path.
    """
    return publishing.check({**json.loads(draft.document), "revision": 1}, office)


def next_revision(read: Checked, newest: Published | None) -> Checked:
    """Give a document the next revision. If it has no change since the newest one, give that one.

    Args:
        read: a document that ``checked_document`` gave.
        newest: the newest published revision of the questionnaire.
    """
    if newest is None:
        return read
    is_same = publishing.renumbered(read.document, newest.revision) == newest.document
    revision = newest.revision if is_same else newest.revision + 1
    document = publishing.renumbered(read.document, revision)
    source = None if read.source is None else publishing.renumbered(read.source, revision)
    return attrs.evolve(read, definition=publishing.restored(document), document=document, source=source)


def titles_of(read: dict[str, Any]) -> Texts:
    """Give the titles of a document that may have faults. Empty where it has none."""
    texts = read.get("texts")
    return {language: _title(texts, language) for language in Language}


def _content(document: str | bytes) -> dict[str, Any]:
    """Read the document of a draft, which may have faults.

    Raises:
        Refused: it is no JSON object, is too large or too deep, or has too many questions, conditions or schemas.
    """
    read = parsed_object(document)
    require_no_faults(draft_faults(read))
    return read


def _told(read: dict[str, Any]) -> dict[str, Any]:
    """Give the document as it is kept, and what lists of drafts show of it."""
    id = read.get("id")
    return {
        "questionnaire": id if isinstance(id, str) else "",
        "titles": titles_of(read),
        "document": dumped(read),
        "fragments": tuple(office_uses(read)),
    }


def _title(texts: object, language: Language) -> str:
    heading = texts.get(language.value) if isinstance(texts, dict) else None
    title = heading.get("title") if isinstance(heading, dict) else None
    return title[:TITLE_LIMIT] if isinstance(title, str) else ""
