"""The drafts of an account."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader
from klantportaal.adapters.storage.sql.reading.parts import by_position
from klantportaal.adapters.storage.sql.statements import is_party, matching, scope
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, DraftId
from klantportaal.ports.reading import OPENING, DraftRow, DraftView

_drafts, _uploads = schema.drafts, schema.uploads
_own = (
    matching(_drafts, "office_id", "account_id", "dossier_id"),
    _drafts.c.expires_at > bindparam("at"),
    is_party(),
)
_attachments = (
    select(func.count())
    .select_from(_uploads)
    .where(
        matching(_uploads, "office_id", "account_id", "dossier_id"),
        _uploads.c.draft_id == _drafts.c.id,
        _uploads.c.expires_at > bindparam("at"),
    )
    .scalar_subquery()
)
_LIST = (
    select(
        _drafts.c.id,
        _drafts.c.answers,
        _drafts.c.subject,
        func.substr(_drafts.c.body, 1, OPENING),
        _drafts.c.saved_at,
        _attachments,
    )
    .where(*_own)
    .order_by(_drafts.c.saved_at.desc(), _drafts.c.id.desc())
)
_DRAFT = select(
    _drafts.c.id,
    _drafts.c.answers,
    _drafts.c.subject,
    _drafts.c.body,
    _drafts.c.saved_at,
    _drafts.c.expires_at,
    _drafts.c.version,
).where(*_own, _drafts.c.id == bindparam("draft_id"))
_ROW, _VIEW = by_position(DraftRow), by_position(DraftView)


class DraftReading(Reader):
    """Reads the messages that were begun and not sent."""

    def drafts(self, actor: Actor, dossier_id: DossierId, *, at: datetime) -> Sequence[DraftRow]:
        """Return the drafts of this account in a dossier, the last saved first; one statement."""
        return [_ROW(row) for row in self._all(_LIST, scope(actor, dossier_id=dossier_id, at=at))]

    def draft(self, actor: Actor, dossier_id: DossierId, draft_id: DraftId, *, at: datetime) -> DraftView:
        """Return a draft of this account; one statement.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return _VIEW(self._one(_DRAFT, scope(actor, dossier_id=dossier_id, draft_id=draft_id, at=at), "draft"))
