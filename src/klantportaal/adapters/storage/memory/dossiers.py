"""Repositories of dossiers and documents."""

from collections.abc import Collection
from datetime import datetime

import attrs

from klantportaal.adapters.storage.memory.tables import Tables, owned, put
from klantportaal.domain.documents import Document
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import ClientId, DocumentId, DossierId, OfficeId


@attrs.frozen
class Dossiers:
    """The dossiers and their parties."""

    _tables: Tables

    def get(self, office_id: OfficeId, dossier_id: DossierId) -> Dossier:
        """Return a dossier."""
        return owned(self._tables.dossiers, office_id, dossier_id, "dossier")

    def visible_to(self, actor: Actor, dossier_id: DossierId) -> Dossier:
        """Return a dossier that the actor's client is a party to."""
        return self._tables.dossier_of(actor, dossier_id)

    def parties(self, office_id: OfficeId, dossier_id: DossierId) -> frozenset[ClientId]:
        """Return the clients that are parties to a dossier."""
        dossier = self._tables.dossiers.get(dossier_id)
        ours = dossier is not None and dossier.office_id == office_id
        return self._tables.parties[dossier_id] if ours else frozenset()

    def add(self, dossier: Dossier, parties: Collection[ClientId]) -> None:
        """Insert a dossier with its parties."""
        for standing in self._tables.dossiers.values():
            if (standing.office_id, standing.number) == (dossier.office_id, dossier.number):
                raise Refused([Fault(code=FaultCode.NUMBER_TAKEN, field="number")])
        self._tables.dossiers[dossier.id] = dossier
        self._tables.parties[dossier.id] = frozenset(parties)

    def save(self, dossier: Dossier) -> None:
        """Store a change."""
        put(self._tables.dossiers, dossier.id, dossier)

    def add_party(self, dossier: Dossier, client_id: ClientId) -> None:
        """Make a client a party."""
        self._tables.parties[dossier.id] |= {client_id}

    def remove_party(self, dossier: Dossier, client_id: ClientId) -> None:
        """Delete a party, also from the audiences of the dossier's documents."""
        self._tables.parties[dossier.id] -= {client_id}
        for document in self._tables.documents.values():
            if document.dossier_id == dossier.id:
                self._tables.audiences[document.id] -= {client_id}


@attrs.frozen
class Documents:
    """The documents that offices publish."""

    _tables: Tables

    def get(self, office_id: OfficeId, document_id: DocumentId) -> Document:
        """Return a document."""
        return owned(self._tables.documents, office_id, document_id, "document")

    def audience(self, office_id: OfficeId, document_id: DocumentId) -> frozenset[ClientId]:
        """Return the clients that a document is published for."""
        document = self._tables.documents.get(document_id)
        ours = document is not None and document.office_id == office_id
        return self._tables.audiences[document_id] if ours else frozenset()

    def add(self, document: Document, audience: Collection[ClientId]) -> None:
        """Insert a document and its audience."""
        self._tables.documents[document.id] = document
        self._tables.audiences[document.id] = frozenset(audience)

    def save(self, document: Document) -> None:
        """Store a change."""
        put(self._tables.documents, document.id, document)

    def mark_downloaded(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId, *, at: datetime) -> bool:
        """Mark a document that the actor sees as downloaded by its account; True the first time (DC-2)."""
        document = self._tables.documents.get(document_id)
        if document is None or document.dossier_id != dossier_id or not self._tables.sees_document(actor, document):
            return False
        mark = (document_id, actor.account_id)
        first = mark not in self._tables.downloads
        self._tables.downloads.setdefault(mark, at)
        self._tables.download_times[mark] = self._tables.download_times.get(mark, 0) + 1
        return first

    def unmark_downloaded(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> None:
        """Take one mark of the actor's account back; the mark goes with the last one (DC-2)."""
        mark, document = (document_id, actor.account_id), self._tables.documents.get(document_id)
        times = self._tables.download_times.get(mark, 0)
        if document is None or (document.office_id, document.dossier_id) != (actor.office_id, dossier_id) or not times:
            return
        self._tables.download_times[mark] = times - 1
        if times == 1:
            del self._tables.downloads[mark], self._tables.download_times[mark]
