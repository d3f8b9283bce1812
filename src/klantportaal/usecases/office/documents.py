"""Publishing, replacing and withdrawing documents (OF-1, DC-1, DC-3)."""

from collections.abc import Iterable, Iterator
from functools import partial

import attrs

from klantportaal.domain import documents, uploads
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.documents import Publication, StoredFile
from klantportaal.domain.errors import FaultCode, Refused
from klantportaal.domain.events import DocumentFetched
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.uploads import UploadLimits
from klantportaal.domain.values import DocumentId, DossierId
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared import file_removal
from klantportaal.usecases.shared.downloading import Download, Downloads
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.storing import file_key, store

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
    _limits: UploadLimits

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

        Raises:
            Absent: the office has no such dossier.
            Refused: the publication breaks a rule, or the file is empty.
            StorageFull: the file could not be stored; nothing is published.
            Unavailable: the file could not be stored; nothing is published.
        """
        with self._storage.begin() as uow:
            uow.dossiers.get(actor.office_id, dossier_id)
        file = self._store(actor, name, blocks)
        with file_removal.unless_named(self._files, file), self._storage.begin() as uow:
            uow.dossiers.get(actor.office_id, dossier_id)
            document, published = documents.publish(
                publication,
                file,
                dossier_id=dossier_id,
                office_id=actor.office_id,
                parties=uow.dossiers.parties(actor.office_id, dossier_id),
                id=DocumentId(self._ids.new()),
                handler=actor.handler,
                at=self._clock.now(),
            )
            uow.documents.add(document, publication.for_clients)
            self._recorder.record(uow, actor, published)
            uow.commit()
        return document.id

    def replace(self, actor: OfficeActor, document_id: DocumentId, *, name: str, blocks: Iterable[bytes]) -> DocumentId:
        """Replace a document by a new version, for the same parties (DC-3).

        Raises:
            Absent: the office has no such document.
            Refused: the document was replaced or withdrawn already, or the file is empty.
            StorageFull: the file could not be stored; nothing is replaced.
            Unavailable: the file could not be stored; nothing is replaced.
        """
        with self._storage.begin() as uow:
            documents.require_available(uow.documents.get(actor.office_id, document_id))
        file = self._store(actor, name, blocks)
        with file_removal.unless_named(self._files, file), self._storage.begin() as uow:
            audience = uow.documents.audience(actor.office_id, document_id)
            old, new, published = documents.replace(
                uow.documents.get(actor.office_id, document_id),
                file,
                audience=audience,
                id=DocumentId(self._ids.new()),
                handler=actor.handler,
                at=self._clock.now(),
            )
            uow.documents.save(old)
            uow.documents.add(new, audience)
            self._recorder.record(uow, actor, published)
            uow.commit()
        return new.id

    def _store(self, actor: OfficeActor, name: str, blocks: Iterable[bytes]) -> StoredFile:
        shown = uploads.shown_name(name)
        known = self._limits.types.get(uploads.extension(shown))
        media_type = known.media_type if known else UNKNOWN_TYPE
        key = file_key(actor.office_id, self._ids.new())
        return store(self._files, key, name=shown, media_type=media_type, blocks=_some(blocks, shown))

    def withdraw(self, actor: OfficeActor, document_id: DocumentId, reason: str) -> None:
        """Withdraw a document. Its clients see that it was withdrawn, and the reason (DC-3).

        Raises:
            Absent: the office has no such document.
            Refused: the reason is missing or too long, or the document was replaced or withdrawn already.
        """
        with self._storage.begin() as uow:
            document = uow.documents.get(actor.office_id, document_id)
            withdrawn, fact = documents.withdraw(document, reason, at=self._clock.now())
            uow.documents.save(withdrawn)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def download(self, actor: OfficeActor, document_id: DocumentId) -> Download:
        """Download a document of the office, also a replaced or withdrawn one. Raises: Absent, FileDamaged."""
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
