"""Documents: their parties, and who downloaded them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, select, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import DOCUMENTS
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
    ["office_id", "dossier_id", "account_id", "document_id", "at"],
    select(
        _parties.c.office_id,
        _parties.c.dossier_id,
        bindparam("whose", type_=IDENTIFIER),
        _parties.c.document_id,
        bindparam("moment", type_=MOMENT),
    ).where(its(_parties, "office_id", "document_id", "client_id", "dossier_id")),
)


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
        rows = self._connection.execute(_AUDIENCE, {"office_id": office_id, "document_id": document_id}).scalars()
        return frozenset(ClientId(client_id) for client_id in rows)

    def add(self, document: Document, audience: Collection[ClientId]) -> None:
        """Insert a document, published for some parties of its dossier."""
        self._connection.execute(_ADD, DOCUMENTS.record(document))
        shared = {
            "office_id": document.office_id,
            "document_id": document.id,
            "dossier_id": document.dossier_id,
            "kind": document.kind,
            "available": document.state is DocumentState.AVAILABLE,
        }
        if audience:
            self._connection.execute(_ADD_PARTIES, [{**shared, "client_id": client_id} for client_id in audience])

    def save(self, document: Document) -> None:
        """Save a changed document.

        Raises:
            Conflict: it was changed in the meantime.
        """
        change(self._connection, _SAVE, DOCUMENTS.record(document))
        whose = {"its_office_id": document.office_id, "its_document_id": document.id}
        available = document.state is DocumentState.AVAILABLE
        self._connection.execute(_SAVE_COPIES, {**whose, "available": available})

    def mark_downloaded(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId, *, at: datetime) -> bool:
        """Mark a document that the actor sees as downloaded by its account; True the first time (DC-2)."""
        seen = {"its_office_id": actor.office_id, "its_client_id": actor.client_id, "its_dossier_id": dossier_id}
        mark = {**seen, "its_document_id": document_id, "whose": actor.account_id, "moment": at}
        return self._count(_MARK, mark) == 1
