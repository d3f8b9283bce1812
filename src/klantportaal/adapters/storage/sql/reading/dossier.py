"""An open dossier: the numbers on its tabs, and the rows of each tab."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    ScalarSelect,
    Text,
    bindparam,
    func,
    literal,
    null,
    select,
    tuple_,
    type_coerce,
    union_all,
)

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader, after_id
from klantportaal.adapters.storage.sql.reading.parts import SUBMISSION_ROWS, by_position, submission_row
from klantportaal.adapters.storage.sql.statements import is_party, matching, scope
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT
from klantportaal.domain.documents import DocumentKind
from klantportaal.domain.dossiers import Tab
from klantportaal.domain.messages import Direction
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DocumentId, DossierId, MessageId
from klantportaal.ports.reading import PAGE, DocumentRow, MessageRow, SubmissionKey, SubmissionRow, TabCount

_published, _documents, _downloads = schema.document_parties, schema.documents, schema.document_downloads
_messages, _reads, _submissions = schema.messages, schema.message_reads, schema.submissions
_MINE = ("office_id", "client_id", "dossier_id")
_MARKED = ("office_id", "dossier_id", "account_id")

# Unread rows are found by NOT IN over the account's marks in the dossier: an anti-join is quadratic on PostgreSQL.
_downloaded = select(_downloads.c.document_id).where(matching(_downloads, *_MARKED))
_read = select(_reads.c.message_id).where(matching(_reads, *_MARKED))
_TABS: CompoundSelect[Any] = union_all(
    select(
        type_coerce(_published.c.kind, Text).label("tab"),
        func.count().label("total"),
        func.count().filter(_published.c.available, _published.c.document_id.not_in(_downloaded)).label("unread"),
    )
    .where(matching(_published, *_MINE), _published.c.shown)
    .group_by(_published.c.kind),
    select(
        literal(Tab.MESSAGES.value),
        func.count(),
        func.count().filter(
            _messages.c.direction == Direction.INBOUND,
            _messages.c.taken_back_at.is_(None),
            _messages.c.id.not_in(_read),
        ),
    ).where(matching(_messages, *_MINE), is_party()),
    select(literal(Tab.SUBMISSIONS.value), func.count(), null())
    .select_from(_submissions)
    .where(matching(_submissions, *_MINE), is_party()),
)
_NOTHING = {tab: TabCount(total=0, unread=None if tab is Tab.SUBMISSIONS else 0) for tab in Tab}
_TAB_OF = {
    DocumentKind.DOCUMENT.value: Tab.DOCUMENTS,
    DocumentKind.CORRESPONDENCE.value: Tab.CORRESPONDENCE,
    Tab.MESSAGES.value: Tab.MESSAGES,
    Tab.SUBMISSIONS.value: Tab.SUBMISSIONS,
}

_page = (
    select(_published.c.office_id, _published.c.document_id)
    .where(matching(_published, *_MINE, "kind"), _published.c.shown, _published.c.document_id < bindparam("after"))
    .order_by(_published.c.document_id.desc())
    .limit(bindparam("size"))
    .subquery("page")
)


# The mark of a listed row as a scalar subquery: joined, it costs ten times as much on PostgreSQL.
def _marked_at(column: str) -> ScalarSelect[Any]:
    marked = select(_downloads.c[column])
    return marked.where(matching(_downloads, *_MARKED), _downloads.c.document_id == _documents.c.id).scalar_subquery()


_DOCUMENTS = (
    select(
        _documents.c.id,
        _documents.c.kind,
        _documents.c.title,
        _documents.c.file_name,
        _documents.c.file_size,
        _documents.c.published_at,
        _documents.c.published_by,
        _documents.c.state,
        _documents.c.edition,
        _documents.c.ended_at,
        _documents.c.reason,
        _marked_at("at"),
        _marked_at("looked_at"),
    )
    .join_from(
        _page, _documents, (_documents.c.office_id == _page.c.office_id) & (_documents.c.id == _page.c.document_id)
    )
    .order_by(_page.c.document_id.desc())
)

_read_at = (
    select(_reads.c.at).where(matching(_reads, *_MARKED), _reads.c.message_id == _messages.c.id).scalar_subquery()
)
_attachments = (
    select(func.count())
    .select_from(_submissions)
    .where(_submissions.c.office_id == _messages.c.office_id, _submissions.c.message_id == _messages.c.id)
    .scalar_subquery()
)
_MESSAGES = (
    select(
        _messages.c.id,
        _messages.c.direction,
        _messages.c.subject,
        _messages.c.author,
        _messages.c.sent_at,
        _read_at,
        _attachments,
        _messages.c.taken_back_at,
    )
    .where(matching(_messages, *_MINE), is_party(), _messages.c.id < bindparam("after"))
    .order_by(_messages.c.id.desc())
    .limit(bindparam("size"))
)

_theirs = SUBMISSION_ROWS.where(matching(_submissions, *_MINE), is_party())
_NEWEST = _theirs.order_by(_submissions.c.delivered_at.desc(), _submissions.c.id.desc()).limit(bindparam("size"))
_OLDER = _NEWEST.where(
    tuple_(_submissions.c.delivered_at, _submissions.c.id)
    < tuple_(bindparam("after_moment", type_=MOMENT), bindparam("after", type_=IDENTIFIER))
)

_DOCUMENT_ROW = by_position(DocumentRow)
_MESSAGE_ROW = by_position(MessageRow)


class DossierReading(Reader):
    """Reads an open dossier."""

    def tabs(self, actor: Actor, dossier_id: DossierId) -> Mapping[Tab, TabCount]:
        """Count all four tabs; one statement."""
        rows = self._all(_TABS, scope(actor, dossier_id=dossier_id))
        return _NOTHING | {_TAB_OF[tab]: TabCount(total=total, unread=unread) for tab, total, unread in rows}

    def documents(
        self,
        actor: Actor,
        dossier_id: DossierId,
        kind: DocumentKind,
        *,
        after: DocumentId | None = None,
        size: int = PAGE,
    ) -> Sequence[DocumentRow]:
        """Return the documents published for the client, replaced and withdrawn ones included."""
        page = scope(actor, dossier_id=dossier_id, kind=kind, after=after_id(after), size=size)
        return [_DOCUMENT_ROW(row) for row in self._all(_DOCUMENTS, page)]

    def submissions(
        self, actor: Actor, dossier_id: DossierId, *, after: SubmissionKey | None = None, size: int = PAGE
    ) -> Sequence[SubmissionRow]:
        """Return what any account of the client delivered, newest first."""
        page = scope(actor, dossier_id=dossier_id, size=size)
        if after is None:
            return [submission_row(row) for row in self._all(_NEWEST, page)]
        page |= {"after_moment": after.delivered_at, "after": after.id}
        return [submission_row(row) for row in self._all(_OLDER, page)]

    def messages(
        self, actor: Actor, dossier_id: DossierId, *, after: MessageId | None = None, size: int = PAGE
    ) -> Sequence[MessageRow]:
        """Return the messages between this client and the office."""
        page = scope(actor, dossier_id=dossier_id, after=after_id(after), size=size)
        return [_MESSAGE_ROW(row) for row in self._all(_MESSAGES, page)]
