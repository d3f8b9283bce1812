"""Publishing, replacing and withdrawing documents (OF-1, DC-1, DC-3)."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import partial

import attrs

from klantportaal.domain import documents, uploads
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.documents import Document, DocumentState, Publication, StoredFile
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import DocumentFetched
from klantportaal.domain.external_ids import ExternalKind
from klantportaal.domain.file_types import MEDIA_TYPES, OF_ENDINGS, ending
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import DocumentId, DossierId
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared import file_removal
from klantportaal.usecases.shared.downloading import Download, Downloads
from klantportaal.usecases.shared.external_ids import find, made_before
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.scanning import Scanned, Scanning
from klantportaal.usecases.shared.storing import file_key, only_bytes, store

UNKNOWN_TYPE = "application/octet-stream"


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeDocuments:
    """The documents that an office publishes in dossiers for its clients."""

    _storage: Storage
    _files: Files
    _downloads: Downloads
    _clock: Clock
    _ids: Ids
    _recorder: Recorder
    _scanning: Scanning

    def publish(
        self,
        actor: OfficeActor,
        dossier_id: DossierId,
        publication: Publication,
        *,
        name: str,
        blocks: Iterable[bytes],
    ) -> DocumentId:
        """Publish a file of any type and size to parties of a dossier (DC-1).

        If the file cannot be scanned now, and the settings let it wait, the document waits too: clients see it, and are
        notified, once it was scanned (AT-3). A document that was published with the same external id, contents and file
        before is given again (EX-2).

        Raises:
            Absent: the office has no such dossier.
            Refused: the publication breaks a rule, or the file is empty or rejected by the scanner;
                ``EXTERNAL_ID_TAKEN`` if a document has the external id and was published with other contents.
            StorageFull: the file could not be stored; nothing is published.
            Unavailable: the file could not be stored; or it could not be scanned, and the settings do not let it wait.
                Nothing is published.
        """
        with self._storage.begin() as uow:
            uow.dossiers.get(actor.office_id, dossier_id)
        file, scanned = self._store(actor, dossier_id, name, blocks)
        with file_removal.unless_named(self._files, file), self._storage.begin() as uow:
            uow.dossiers.get(actor.office_id, dossier_id)
            id = DocumentId(self._ids.new())
            if made := self._published_before(uow, actor, dossier_id, publication, file, id=id):
                file_removal.remove(self._files, [file])
                return made
            document, published = documents.publish(
                publication,
                file,
                dossier_id=dossier_id,
                office_id=actor.office_id,
                parties=uow.dossiers.parties(actor.office_id, dossier_id),
                id=id,
                handler=actor.handler,
                at=self._clock.now(),
            )
            uow.documents.add(documents.waiting(document) if scanned.waits else document, publication.for_clients)
            self._scanning.settle(uow, actor, scanned, file, dossier_id, document_id=document.id)
            if not scanned.waits:
                self._recorder.record(uow, actor, published)
            uow.commit()
        return document.id

    def _published_before(
        self,
        uow: UnitOfWork,
        actor: OfficeActor,
        dossier_id: DossierId,
        publication: Publication,
        file: StoredFile,
        *,
        id: DocumentId,
    ) -> DocumentId | None:
        contents = (dossier_id, publication.kind, publication.title, publication.for_clients, file.name, file.sha256)
        made = made_before(
            uow, publication.external_id, *contents, kind=ExternalKind.DOCUMENT, office_id=actor.office_id, id=id
        )
        return None if made is None else DocumentId(made)

    def replace(self, actor: OfficeActor, document_id: DocumentId, *, name: str, blocks: Iterable[bytes]) -> DocumentId:
        """Replace a document by a new version, for the same parties (DC-3).

        If the new version waits to be scanned, the document stays available until then, and cannot be replaced again
        meanwhile. It can be withdrawn, and so can the new version.

        Raises:
            Absent: the office has no such document.
            Refused: the document was replaced or withdrawn already, or a new version of it waits; or the file is empty
                or rejected by the scanner.
            StorageFull: the file could not be stored; nothing is replaced.
            Unavailable: the file could not be stored; or it could not be scanned, and the settings do not let it wait.
                Nothing is replaced.
        """
        with self._storage.begin() as uow:
            former = self._replaceable(uow, actor, document_id)
        file, scanned = self._store(actor, former.dossier_id, name, blocks)
        with file_removal.unless_named(self._files, file), self._storage.begin() as uow:
            former = self._replaceable(uow, actor, document_id)
            audience = uow.documents.audience(actor.office_id, document_id)
            old, new, published = documents.replace(
                former,
                file,
                audience=audience,
                id=DocumentId(self._ids.new()),
                handler=actor.handler,
                at=self._clock.now(),
            )
            # The former one is saved in either case: of two that replace it at once, one gets Conflict.
            uow.documents.save(former if scanned.waits else old)
            uow.documents.add(documents.waiting(new) if scanned.waits else new, audience)
            self._scanning.settle(uow, actor, scanned, file, new.dossier_id, document_id=new.id)
            if not scanned.waits:
                self._recorder.record(uow, actor, published)
            uow.commit()
        return new.id

    def _replaceable(self, uow: UnitOfWork, actor: OfficeActor, document_id: DocumentId) -> Document:
        document = uow.documents.get(actor.office_id, document_id)
        documents.require_available(document)
        if uow.documents.has_waiting_replacement(actor.office_id, document_id):
            waits = {"state": DocumentState.WAITING}
            raise Refused([Fault(code=FaultCode.WRONG_STATE, field="document", params=waits)])
        return document

    def _store(
        self, actor: OfficeActor, dossier_id: DossierId, name: str, blocks: Iterable[bytes]
    ) -> tuple[StoredFile, Scanned]:
        """Store a file while it is scanned. Gives it, and what scanning it told."""
        scanned = Scanned()
        shown = uploads.shown_name(name)
        known = OF_ENDINGS.get(ending(shown))
        media_type = MEDIA_TYPES[known] if known else UNKNOWN_TYPE
        key = file_key(actor.office_id, self._ids.new())
        whole = _some(only_bytes(blocks), shown)
        if not self._scanning.policy.publications:
            return store(self._files, key, name=shown, media_type=media_type, blocks=whole), scanned
        with closing(self._scanning.passing(actor, dossier_id, shown, whole, scanned=scanned)) as passing:
            return store(self._files, key, name=shown, media_type=media_type, blocks=passing), scanned

    def withdraw(self, actor: OfficeActor, document_id: DocumentId, reason: str) -> None:
        """Withdraw a document. Its clients see that it was withdrawn, and the reason (DC-3). If it waits, they do not.

        Raises:
            Absent: the office has no such document.
            Refused: the reason is missing or too long, or the document was replaced or withdrawn already.
        """
        with self._storage.begin() as uow:
            document = uow.documents.get(actor.office_id, document_id)
            audience = uow.documents.audience(actor.office_id, document_id)
            withdrawn, fact = documents.withdraw(document, reason, audience=audience, at=self._clock.now())
            uow.documents.save(withdrawn)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def find(self, actor: OfficeActor, external_id: str) -> DocumentId:
        """Find a document by the external id that it was published with (EX-1). Raises: Absent.

        A new version of it has an id of its own, and no external id.
        """
        return DocumentId(find(self._storage, actor, ExternalKind.DOCUMENT, external_id))

    def download(self, actor: OfficeActor, document_id: DocumentId) -> Download:
        """Download a document of the office, also a replaced or withdrawn one.

        Raises:
            Absent: the office has no such document.
            FileWithheld: its file is in quarantine.
            FileDamaged: its file is missing, or is not what was stored.
        """
        file = self._storage.read.office_document_file(actor, document_id)
        return self._downloads.open(
            file,
            by=actor,
            ended=partial(DocumentFetched, document_id=document_id),
            document_id=document_id,
        )


def _some(blocks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Yield the *blocks*. Raises: Refused if they have no bytes at all."""
    empty = True
    for block in blocks:
        empty = empty and not block
        yield block
    if empty:
        raise Refused([uploads.file_fault(FaultCode.FILE_EMPTY, name)])
