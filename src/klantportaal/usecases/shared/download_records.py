"""What is recorded of a download or a look: that it began, ended, and that its end was taken back (DC-2, NW-3)."""

from datetime import datetime
from typing import Protocol

import attrs

from klantportaal.domain import events, public_events
from klantportaal.domain.auditing import By
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DocumentId, DossierId, SubmissionId
from klantportaal.ports.clock import Clock
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared.recording import Recorder

Part = tuple[int, int]
"""The numbers of the first and the last byte, from 0."""


class Ended(Protocol):
    """Makes the event of the end."""

    def __call__(self, *, at: datetime) -> events.Event:
        """Make it."""
        ...


@attrs.frozen(kw_only=True)
class Mark:
    """The mark that a document was downloaded by an account."""

    actor: Actor
    dossier_id: DossierId
    document_id: DocumentId

    def put(self, uow: UnitOfWork, *, at: datetime) -> None:
        """Set the mark."""
        uow.documents.mark_downloaded(self.actor, self.dossier_id, self.document_id, at=at)

    def take_back(self, uow: UnitOfWork) -> None:
        """Take it back."""
        uow.documents.unmark_downloaded(self.actor, self.dossier_id, self.document_id)


@attrs.frozen(kw_only=True)
class LookMark(Mark):
    """The mark that a document was looked at by an account (NW-3)."""

    def put(self, uow: UnitOfWork, *, at: datetime) -> None:
        """Set the mark."""
        uow.documents.mark_looked(self.actor, self.dossier_id, self.document_id, at=at)

    def take_back(self, uow: UnitOfWork) -> None:
        """Take it back."""
        uow.documents.unmark_looked(self.actor, self.dossier_id, self.document_id)


@attrs.frozen(kw_only=True)
class DownloadRecord:
    """Records one download, or one look, of a document or a submission."""

    storage: Storage
    recorder: Recorder
    clock: Clock
    by: By
    ended: Ended
    document_id: DocumentId | None = None
    submission_id: SubmissionId | None = None
    mark: Mark | None = None
    """Set when the download ends. Without it, the trail alone tells of the download."""
    began: type[events.DownloadBegan] | type[events.LookBegan] = events.DownloadBegan
    taken_back: type[events.DownloadTakenBack] | type[events.LookTakenBack] = events.DownloadTakenBack

    def begin(self) -> None:
        """Record that the download begins."""
        now = self.clock.now()
        with self.storage.begin() as uow:
            fact = self.began(document_id=self.document_id, submission_id=self.submission_id, at=now)
            self.recorder.record(uow, self.by, fact)
            uow.commit()

    def end(self, part: Part | None = None) -> None:
        """Record that the whole file is taken and set the mark, or that a part of it is taken."""
        now = self.clock.now()
        with self.storage.begin() as uow:
            if self.mark is not None and part is None:
                self.mark.put(uow, at=now)
            self.recorder.record(uow, self.by, self._end(now, part))
            uow.commit()

    def take_back(self, part: Part | None = None) -> None:
        """Record that the last block could not be sent, and take the mark back that the end has set."""
        now = self.clock.now()
        with self.storage.begin() as uow:
            if self.mark is not None and part is None:
                self.mark.take_back(uow)
            fact = self.taken_back(document_id=self.document_id, submission_id=self.submission_id, at=now)
            self.recorder.record(uow, self.by, fact)
            if part is None:
                told = public_events.not_received(self.ended(at=now), self.by)
                self.recorder.announce(uow, self.by.office_id, told, at=now)
            uow.commit()

    def _end(self, now: datetime, part: Part | None) -> events.Event:
        if part is None:
            return self.ended(at=now)
        first, last = part
        return events.PartDownloaded(
            document_id=self.document_id, submission_id=self.submission_id, first=first, last=last, at=now
        )
