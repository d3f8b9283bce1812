"""Documents: their parties, and who downloaded them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, delete, literal, select, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import DOCUMENTS, Record
from klantportaal.adapters.storage.sql.statements import adding, adding_once, change, changing, its, matching
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT
from klantportaal.domain.documents import Document, DocumentState
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import ClientId, DocumentId, DossierId, OfficeId

_documents = schema.documents
_parties = schema.document_parties
_downloads = schema.document_downloads
_DOCUMENT = select(*DOCUMENTS.columns).where(matching(_documents, "office_id", "id"))
_AUDIENCE = select(_parties.c.client_id).where(matching(_parties, "office_id", "document_id"))
_ADD = adding(_documents)
_ADD_PARTIES = adding(_parties)
_SAVE = changing(_documents, "dossier_id", "kind", "file_key", "replaces", "published_at")
_SAVE_COPIES = (
    update(_parties).where(its(_parties, "office_id", "document_id")).values(available=bindparam("available"))
)
_MARK = adding_once(_downloads).from_select(
    ["office_id", "dossier_id", "account_id", "document_id", "at", "times"],
    select(
        _parties.c.office_id,
        _parties.c.dossier_id,
        bindparam("whose", type_=IDENTIFIER),
        _parties.c.document_id,
        bindparam("moment", type_=MOMENT),
        literal(1),
    ).where(its(_parties, "office_id", "document_id", "client_id", "dossier_id")),
)
_MARKED = its(_downloads, "office_id", "dossier_id", "account_id", "document_id")
_MARK_AGAIN = update(_downloads).where(_MARKED).values(times=_downloads.c.times + 1)
_UNMARK = delete(_downloads).where(_MARKED, _downloads.c.times == 1)
_UNMARK_ONE = update(_downloads).where(_MARKED, _downloads.c.times > 1).values(times=_downloads.c.times - 1)


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
            "available": document.state is DocumentState.AVAILABLE,
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
        available = document.state is DocumentState.AVAILABLE
        self._run(_SAVE_COPIES, {**whose, "available": available})

    def mark_downloaded(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId, *, at: datetime) -> bool:
        """Mark a document that the actor sees as downloaded by its account; True the first time (DC-2)."""
        marked = _marked(actor, dossier_id, document_id)
        mark = {**marked, "its_client_id": actor.client_id, "whose": actor.account_id, "moment": at}
        del mark["its_account_id"]
        # Twice: between two statements, another unit of work may set the mark, or take it back.
        for _attempt in range(2):
            if self._count(_MARK, mark):
                return True
            if self._count(_MARK_AGAIN, marked):
                return False
        return False

    def unmark_downloaded(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> None:
        """Take one mark of the actor's account back; the mark goes with the last one (DC-2)."""
        marked = _marked(actor, dossier_id, document_id)
        for _attempt in range(2):
            if self._count(_UNMARK, marked) or self._count(_UNMARK_ONE, marked):
                return


def _marked(actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> Record:
    whose = {"its_office_id": actor.office_id, "its_account_id": actor.account_id}
    return {**whose, "its_dossier_id": dossier_id, "its_document_id": document_id}
