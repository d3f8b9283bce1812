"""Documents: their parties, and who downloaded them."""

from collections.abc import Collection
from datetime import datetime

import attrs
from sqlalchemy import Executable, bindparam, delete, literal, select, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import DOCUMENTS, Record
from klantportaal.adapters.storage.sql.statements import adding, adding_once, change, changing, its, matching, written
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT
from klantportaal.domain.documents import SHOWN, Document, DocumentState
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import ClientId, DocumentId, DossierId, OfficeId

_documents = schema.documents
_parties = schema.document_parties
_downloads = schema.document_downloads
_DOCUMENT = select(*DOCUMENTS.columns).where(matching(_documents, "office_id", "id"))
_AUDIENCE = select(_parties.c.client_id).where(matching(_parties, "office_id", "document_id"))
_ADD = adding(_documents)
_ADD_PARTIES = adding(_parties)
_SAVE = changing(_documents, "dossier_id", "kind", "file_key", "replaces")
_SAVE_COPIES = (
    update(_parties)
    .where(its(_parties, "office_id", "document_id"))
    .values(
        available=bindparam("available"), shown=bindparam("shown"), published_at=bindparam("published_at", type_=MOMENT)
    )
)
_WAITING = select(_documents.c.id).where(
    matching(_documents, "office_id", "replaces"), _documents.c.state == written(DocumentState.WAITING)
)
# On PostgreSQL, of units of work that mark or unmark at once, one does so at a time. SQLite has one writer.
_HOLD = (
    select(_parties.c.document_id)
    .where(matching(_parties, "office_id", "document_id", "client_id"))
    .with_for_update(key_share=True)
)
_read_by_client = its(_parties, "office_id", "document_id", "client_id")
_ONE_READER_MORE = update(_parties).where(_read_by_client).values(readers=_parties.c.readers + 1)
_ONE_READER_LESS = update(_parties).where(_read_by_client).values(readers=_parties.c.readers - 1)
_MARKED = its(_downloads, "office_id", "dossier_id", "account_id", "document_id")


@attrs.frozen(kw_only=True)
class _Marking:
    """The statements that set one of the two marks of a document, and take it back. The row holds both marks."""

    add: Executable
    first: Executable
    again: Executable
    remove: Executable
    clear: Executable
    less: Executable


def _marking(at: str, times: str, other_times: str) -> _Marking:
    """Make the statements of the mark that these columns have, next to the mark that *other_times* counts."""
    moment = bindparam("moment", type_=MOMENT)
    count, others = _downloads.c[times], _downloads.c[other_times]
    whose = (_parties.c.office_id, _parties.c.dossier_id, bindparam("whose", type_=IDENTIFIER), _parties.c.document_id)
    seen = its(_parties, "office_id", "document_id", "client_id", "dossier_id")
    return _Marking(
        add=adding_once(_downloads).from_select(
            ["office_id", "dossier_id", "account_id", "document_id", at, times, other_times],
            select(*whose, moment, literal(1), literal(0)).where(seen),
        ),
        first=update(_downloads).where(_MARKED, count == 0).values({at: moment, times: 1}),
        again=update(_downloads).where(_MARKED, count > 0).values({times: count + 1}),
        remove=delete(_downloads).where(_MARKED, count == 1, others == 0),
        clear=update(_downloads).where(_MARKED, count == 1, others > 0).values({at: None, times: 0}),
        less=update(_downloads).where(_MARKED, count > 1).values({times: count - 1}),
    )


_DOWNLOADED, _LOOKED = _marking("at", "times", "looks"), _marking("looked_at", "looks", "times")


class SqlDocuments(Repository):
    """Documents, for which clients they are published, and which accounts downloaded them."""

    def get(self, office_id: OfficeId, document_id: DocumentId) -> Document:
        """Return a document.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return DOCUMENTS.value(self._one(_DOCUMENT, {"office_id": office_id, "id": document_id}, "document"))

    def audience(self, office_id: OfficeId, document_id: DocumentId) -> frozenset[ClientId]:
        """Return the clients that a document is published for."""
        rows = self._all(_AUDIENCE, {"office_id": office_id, "document_id": document_id})
        return frozenset(ClientId(client_id) for (client_id,) in rows)

    def add(self, document: Document, audience: Collection[ClientId]) -> None:
        """Insert a document, published for some parties of its dossier."""
        self._run(_ADD, DOCUMENTS.record(document))
        shared = {
            "office_id": document.office_id,
            "document_id": document.id,
            "dossier_id": document.dossier_id,
            "kind": document.kind,
            "readers": 0,
            **_copies(document),
        }
        if audience:
            self._count_each(_ADD_PARTIES, [{**shared, "client_id": client_id} for client_id in audience])

    def save(self, document: Document) -> None:
        """Save a changed document.

        Raises:
            Conflict: it was changed in the meantime.
        """
        change(self._runner, _SAVE, DOCUMENTS.record(document))
        whose = {"its_office_id": document.office_id, "its_document_id": document.id}
        self._run(_SAVE_COPIES, {**whose, **_copies(document)})

    def has_waiting_replacement(self, office_id: OfficeId, document_id: DocumentId) -> bool:
        """Tell whether a document that is to replace another one waits for the scanner."""
        return self._first(_WAITING, {"office_id": office_id, "replaces": document_id}) is not None

    def mark_downloaded(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId, *, at: datetime) -> bool:
        """Mark a document that the actor sees as downloaded by its account; True the first time (DC-2)."""
        return self._mark(_DOWNLOADED, actor, _marked(actor, dossier_id, document_id), at)

    def unmark_downloaded(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> None:
        """Take one mark of the actor's account back; the mark goes with the last one (DC-2)."""
        self._unmark(_DOWNLOADED, actor, _marked(actor, dossier_id, document_id))

    def mark_looked(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId, *, at: datetime) -> bool:
        """Mark a document that the actor sees as looked at by its account; True the first time (NW-3)."""
        return self._mark(_LOOKED, actor, _marked(actor, dossier_id, document_id), at)

    def unmark_looked(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> None:
        """Take one such mark of the actor's account back; the mark goes with the last one (NW-3)."""
        self._unmark(_LOOKED, actor, _marked(actor, dossier_id, document_id))

    def _mark(self, marking: _Marking, actor: Actor, marked: Record, at: datetime) -> bool:
        mark = {**marked, "its_client_id": actor.client_id, "whose": actor.account_id, "moment": at}
        del mark["its_account_id"]
        party = self._held(actor, marked)
        if self._count(marking.add, mark):
            self._run(_ONE_READER_MORE, party)
            return True
        if self._count(marking.first, {**marked, "moment": at}):
            return True
        self._run(marking.again, marked)
        return False

    def _unmark(self, marking: _Marking, actor: Actor, marked: Record) -> None:
        party = self._held(actor, marked)
        if self._count(marking.remove, marked):
            self._run(_ONE_READER_LESS, party)
        elif self._count(marking.clear, marked) == 0:
            self._run(marking.less, marked)

    def _held(self, actor: Actor, marked: Record) -> Record:
        """Lock the row that counts the readers of a client, and give its key: one of them marks at a time."""
        document_id = marked["its_document_id"]
        self._first(_HOLD, {"office_id": actor.office_id, "document_id": document_id, "client_id": actor.client_id})
        return {"its_office_id": actor.office_id, "its_document_id": document_id, "its_client_id": actor.client_id}


def _copies(document: Document) -> Record:
    """Make the columns of the parties that follow from the state of a document."""
    return {
        "available": document.state is DocumentState.AVAILABLE,
        "shown": document.state in SHOWN,
        "published_at": document.published_at,
    }


def _marked(actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> Record:
    whose = {"its_office_id": actor.office_id, "its_account_id": actor.account_id}
    return {**whose, "its_dossier_id": dossier_id, "its_document_id": document_id}
