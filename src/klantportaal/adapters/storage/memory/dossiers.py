"""Repositories of dossiers and documents."""

from collections.abc import Collection
from datetime import datetime

import attrs

from klantportaal.adapters.storage.memory.tables import Marked, Tables, change, owned, put
from klantportaal.domain.case_handlers import CaseHandler
from klantportaal.domain.documents import Document, DocumentState
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import CaseHandlerId, ClientId, DocumentId, DossierId, OfficeId


@attrs.frozen
class CaseHandlers:
    """The case handlers of offices."""

    _tables: Tables

    def get(self, office_id: OfficeId, handler_id: CaseHandlerId) -> CaseHandler:
        """Return a case handler."""
        return owned(self._tables.case_handlers, office_id, handler_id, "case handler")

    def add(self, handler: CaseHandler) -> None:
        """Insert a case handler."""
        self._tables.case_handlers[handler.id] = handler

    def save(self, handler: CaseHandler) -> None:
        """Store a change."""
        put(self._tables.case_handlers, handler.id, handler)

    def remove(self, handler: CaseHandler) -> None:
        """Delete a case handler, also from its dossiers."""
        for dossier in list(self._tables.dossiers.values()):
            if dossier.handler_id == handler.id:
                change(self._tables.dossiers, dossier.id, handler_id=None, version=dossier.version + 1)
        del self._tables.case_handlers[handler.id]


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
        self._tables.parties[dossier.id] = frozenset()
        for client_id in parties:
            self.add_party(dossier, client_id)

    def save(self, dossier: Dossier) -> None:
        """Store a change, which all parties see."""
        put(self._tables.dossiers, dossier.id, dossier)
        parties = self._tables.parties[dossier.id]
        self.mark_changed(dossier.office_id, dossier.id, parties, at=dossier.changed_at)

    def mark_changed(
        self, office_id: OfficeId, dossier_id: DossierId, client_ids: Collection[ClientId], *, at: datetime
    ) -> None:
        """Set the time of the last change that some parties can see, unless a party saw a later one."""
        for client_id in self.parties(office_id, dossier_id) & frozenset(client_ids):
            party = (dossier_id, client_id)
            self._tables.party_changes[party] = max(self._tables.party_changes[party], at)

    def add_party(self, dossier: Dossier, client_id: ClientId) -> None:
        """Make a client a party."""
        self._tables.parties[dossier.id] |= {client_id}
        self._tables.party_changes.setdefault((dossier.id, client_id), dossier.changed_at)

    def remove_party(self, dossier: Dossier, client_id: ClientId) -> None:
        """Delete a party, also from the audiences of the dossier's documents."""
        self._tables.parties[dossier.id] -= {client_id}
        self._tables.party_changes.pop((dossier.id, client_id), None)
        self._tables.third_parties.pop((dossier.id, client_id), None)
        self._tables.waiting.pop((dossier.id, client_id), None)
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

    def has_waiting_replacement(self, office_id: OfficeId, document_id: DocumentId) -> bool:
        """Tell whether a document that is to replace another one waits for the scanner."""
        wanted = (office_id, document_id, DocumentState.WAITING)
        return any((each.office_id, each.replaces, each.state) == wanted for each in self._tables.documents.values())

    def mark_downloaded(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId, *, at: datetime) -> bool:
        """Mark a document that the actor sees as downloaded by its account; True the first time (DC-2)."""
        document = self._tables.documents.get(document_id)
        if document is None or document.dossier_id != dossier_id or not self._tables.sees_document(actor, document):
            return False
        mark = (document_id, actor.account_id)
        first = self._tables.downloads.get(mark) is None
        self._tables.downloads[mark] = self._tables.downloads.get(mark) or at
        self._tables.download_times[mark] = self._tables.download_times.get(mark, 0) + 1
        return first

    def unmark_downloaded(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> None:
        """Take one mark of the actor's account back; the mark goes with the last one (DC-2)."""
        if self._is_last(self._tables.download_times, actor, dossier_id, document_id):
            mark = (document_id, actor.account_id)
            self._tables.downloads[mark] = None
            self._forget_unmarked(mark)

    def mark_looked(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId, *, at: datetime) -> bool:
        """Mark a document that the actor sees as looked at by its account; True the first time (NW-3)."""
        document = self._tables.documents.get(document_id)
        if document is None or document.dossier_id != dossier_id or not self._tables.sees_document(actor, document):
            return False
        mark = (document_id, actor.account_id)
        first = mark not in self._tables.looks
        self._tables.looks.setdefault(mark, at)
        self._tables.downloads.setdefault(mark, None)
        self._tables.look_times[mark] = self._tables.look_times.get(mark, 0) + 1
        return first

    def unmark_looked(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> None:
        """Take one such mark of the actor's account back; the mark goes with the last one (NW-3)."""
        if self._is_last(self._tables.look_times, actor, dossier_id, document_id):
            mark = (document_id, actor.account_id)
            del self._tables.looks[mark]
            self._forget_unmarked(mark)

    def _is_last(self, times: dict[Marked, int], actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> bool:
        """Count one time less. Tell whether it was the last one."""
        mark, document = (document_id, actor.account_id), self._tables.documents.get(document_id)
        if document is None or (document.office_id, document.dossier_id) != (actor.office_id, dossier_id):
            return False
        if mark not in times:
            return False
        times[mark] -= 1
        if times[mark]:
            return False
        del times[mark]
        return True

    def _forget_unmarked(self, mark: Marked) -> None:
        """Let a document count as unread that is neither downloaded nor looked at."""
        if self._tables.downloads.get(mark) is None and mark not in self._tables.looks:
            del self._tables.downloads[mark]
