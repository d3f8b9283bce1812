"""Scanning the files that wait in quarantine (AT-3).

A file is read from the store, block by block, and its SHA-256 is verified: what is released is what was scanned. The
row is changed first. The file of a rejected one is removed after the commit; if that fails, the sweeper removes it.
"""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import closing

import attrs

from klantportaal.domain import documents, quarantine
from klantportaal.domain.auditing import Background
from klantportaal.domain.documents import DocumentState, StoredFile
from klantportaal.domain.errors import FileDamaged, Unavailable
from klantportaal.domain.events import Event
from klantportaal.domain.outgoing import Task
from klantportaal.domain.quarantine import Judgement, QuarantinedFile, QuarantineState
from klantportaal.domain.values import DocumentId, FileKey
from klantportaal.log_events import EventLog
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.scanner import Scanner
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared import file_removal
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.repetitions import Failures
from klantportaal.usecases.shared.retries import once_more
from klantportaal.usecases.shared.scanning import verdict_on

_LOG = EventLog(__name__)
_SCANNER = "scanner"


@attrs.frozen(kw_only=True)
class Quarantine:
    """Judges the files that wait. Safe to run in any number of hosts: of two that judge a file, one stores it."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _scanner: Scanner
    _recorder: Recorder
    _failures: Failures = attrs.field(factory=Failures, init=False)

    def judge(self, task: Task) -> None:
        """Scan the file of a task, and release or reject it. If it does not wait any more, nothing happens.

        Raises:
            Unavailable: it cannot be scanned now. It goes on waiting.
            FileDamaged: the file is missing, or is not what was stored. It goes on waiting.
        """
        held = self._waiting(task)
        if held is None:
            return
        try:
            verdict = verdict_on(self._scanner, _verified(self._files, held.file))
        except Unavailable as error:
            if times := self._failures.add(_SCANNER):
                text = "files in quarantine go on waiting, because none can be scanned (%(times)d in a row): %(reason)s"
                _LOG.log(logging.WARNING, "quarantine_waits", text, times=times, reason=error)
            raise
        if times := self._failures.end(_SCANNER):
            text = "files in quarantine are scanned again, after %(times)d that could not be"
            _LOG.log(logging.WARNING, "quarantine_goes_on", text, times=times)
        judgement = quarantine.judge(held, verdict, at=self._clock.now())
        if self._store(held, judgement) and judgement.rejected is not None:
            self._remove(judgement.rejected)

    def _waiting(self, task: Task) -> QuarantinedFile | None:
        """Find the file of a task. Delete its row if no other row names the file: it was removed unsent."""
        key = FileKey(task.payload["file"])
        with self._storage.begin() as uow:
            held = uow.quarantine.find(task.office_id, key)
        if held is None or held.state is not QuarantineState.WAITING:
            return None
        if not self._storage.read.unnamed([key]):
            return held
        with self._storage.begin() as uow:
            uow.quarantine.release(task.office_id, key)
            uow.commit()
        return None

    @once_more
    def _store(self, held: QuarantinedFile, judgement: Judgement) -> bool:
        """Store a judgement and its entries. False if the file did not wait any more."""
        with self._storage.begin() as uow:
            if judgement.rejected is None:
                is_first = uow.quarantine.release(held.office_id, held.file.key)
            else:
                is_first = uow.quarantine.reject(judgement.rejected)
            if not is_first:
                return False
            published = () if held.document_id is None else self._settle(uow, held, held.document_id, judgement)
            self._recorder.record(uow, Background(office_id=held.office_id), *judgement.facts, *published)
            uow.commit()
        return True

    def _settle(
        self, uow: UnitOfWork, held: QuarantinedFile, document_id: DocumentId, judgement: Judgement
    ) -> tuple[Event, ...]:
        """Publish the document of a released file, or cancel that of a rejected one. Gives the event."""
        document, now = uow.documents.get(held.office_id, document_id), self._clock.now()
        if document.state is not DocumentState.WAITING:  # The office withdrew it.
            return ()
        if judgement.rejected is not None:
            uow.documents.save(documents.cancel(document, at=now))
            return ()
        former = None if document.replaces is None else uow.documents.get(held.office_id, document.replaces)
        audience = uow.documents.audience(held.office_id, document_id)
        shown, replaced, fact = documents.release(document, former, audience=audience, at=now)
        uow.documents.save(shown)
        if replaced is not None:
            uow.documents.save(replaced)
        return (fact,)

    def _remove(self, rejected: QuarantinedFile) -> None:
        text = "file %(file_key)s of office %(office_id)s was rejected after it waited in quarantine: %(outcome)s"
        _LOG.log(
            logging.WARNING,
            "file_rejected",
            text,
            file_key=rejected.file.key,
            office_id=rejected.office_id,
            outcome=rejected.state,
        )
        file_removal.remove(self._files, [rejected.file])


def _verified(files: Files, file: StoredFile) -> Iterator[bytes]:
    """Yield the blocks of a stored file. Raises: FileDamaged, after the last one, if it is not what was stored."""
    digest = hashlib.sha256()
    with closing(files.read(file.key)) as blocks:
        for block in blocks:
            digest.update(block)
            yield block
    if digest.digest() != file.sha256:
        raise FileDamaged(f"file {file.key} is not what was stored")
