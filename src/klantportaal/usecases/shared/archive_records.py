"""What is recorded of an archive: that it was asked for, taken, and that its end was taken back (NW-4, SI-5)."""

from datetime import datetime

import attrs

from klantportaal.domain import events, public_events
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.domain.values import ArchiveId, DocumentId, DossierId, MessageId, RequestId, SubmissionId
from klantportaal.ports.clock import Clock
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.recording import Recorder


@attrs.define(kw_only=True)
class Taken:
    """What is in an archive as it was stored. What is damaged or gone is not counted."""

    documents: set[DocumentId] = attrs.field(factory=set)
    submissions: set[SubmissionId] = attrs.field(factory=set)
    requests: set[RequestId] = attrs.field(factory=set)
    messages: set[MessageId] = attrs.field(factory=set)


@attrs.frozen(kw_only=True)
class ArchiveRecord:
    """Records one archive. The documents in the archive of a client are marked as downloaded by its account (DC-2)."""

    storage: Storage
    recorder: Recorder
    clock: Clock
    by: Actor | OfficeActor
    dossier_id: DossierId
    archive_id: ArchiveId

    def begin(self) -> None:
        """Record that the archive is asked for."""
        now = self.clock.now()
        with self.storage.begin() as uow:
            fact = events.ArchiveBegan(dossier_id=self.dossier_id, archive_id=self.archive_id, at=now)
            self.recorder.record(uow, self.by, fact)
            uow.commit()

    def end(self, taken: Taken) -> None:
        """Record what the whole archive has, and set the marks."""
        now = self.clock.now()
        with self.storage.begin() as uow:
            if isinstance(self.by, Actor):
                for document_id in sorted(taken.documents):
                    uow.documents.mark_downloaded(self.by, self.dossier_id, document_id, at=now)
            self.recorder.record(uow, self.by, self._downloaded(taken, now))
            uow.commit()

    def take_back(self, taken: Taken) -> None:
        """Record that the last block could not be sent, and take the marks back that the end has set."""
        now = self.clock.now()
        with self.storage.begin() as uow:
            if isinstance(self.by, Actor):
                for document_id in sorted(taken.documents):
                    uow.documents.unmark_downloaded(self.by, self.dossier_id, document_id)
            fact = events.ArchiveTakenBack(dossier_id=self.dossier_id, archive_id=self.archive_id, at=now)
            self.recorder.record(uow, self.by, fact)
            told = public_events.not_received(self._downloaded(taken, now), self.by)
            self.recorder.announce(uow, self.by.office_id, told, at=now)
            uow.commit()

    def _downloaded(self, taken: Taken, now: datetime) -> events.ArchiveDownloaded:
        return events.ArchiveDownloaded(
            dossier_id=self.dossier_id,
            archive_id=self.archive_id,
            document_ids=tuple(sorted(taken.documents)),
            submission_ids=tuple(sorted(taken.submissions)),
            request_ids=tuple(sorted(taken.requests)),
            message_ids=tuple(sorted(taken.messages)),
            at=now,
        )
