"""Removing expired data: unsent drafts and uploads, files without a row, ended links and sessions (AL-3)."""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import islice

import attrs

from klantportaal.domain import quotas, sweeping
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.idempotency import KEPT as ANSWERS_KEPT
from klantportaal.domain.throttling import KEPT
from klantportaal.domain.values import FileKey, day
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.background.refusals import RepeatedRefusals

BATCH = 100


@checked_calls
@attrs.frozen(kw_only=True)
class Sweeper:
    """Removes expired data. Safe to run at any time, in any number of hosts."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _refusals: RepeatedRefusals
    _spare: timedelta = timedelta(hours=22)
    """The age at which a file without a row is removed: with a sweep every hour, it is gone within a day.

    A file that is being written has no row yet. Its age counts from what was written last, so an upload may take as
    long as it needs.
    """
    _rest: Callable[[float], object] = time.sleep
    """Waits some seconds, so that others write meanwhile."""
    _keep: timedelta = timedelta(days=30)
    """How long ended links, ended sessions, sent mails, public events, deliveries to webhooks, and the rows of rejected
    files that nothing names, are kept."""

    def run_once(self) -> int:
        """Remove everything that has expired. Return the number of removed files."""
        self._refusals.run_once()
        self._forget()
        return self._expired_uploads() + self._nameless_files()

    def _forget(self) -> None:
        """Delete what is old, a limited number of rows in each transaction. After a stop the next run goes on."""
        now = self._clock.now()
        before = now - self._keep
        self._forget_all(lambda uow, limit: uow.links.forget(before=before, limit=limit))
        self._forget_all(lambda uow, limit: uow.address_changes.forget(before=before, limit=limit))
        self._forget_all(lambda uow, limit: uow.sessions.forget(before=before, limit=limit))
        self._forget_all(lambda uow, limit: uow.verifications.forget(before=before, limit=limit))
        self._forget_all(lambda uow, limit: uow.outbox.forget(before=before, limit=limit))
        self._forget_all(lambda uow, limit: uow.texts.forget(before=before, limit=limit))
        self._forget_all(lambda uow, limit: uow.events.forget(before=before, limit=limit))
        self._forget_all(lambda uow, limit: uow.webhook_deliveries.forget(before=before, limit=limit))
        self._forget_all(lambda uow, limit: uow.workers.forget(before=before, limit=limit))
        self._forget_all(lambda uow, limit: uow.quarantine.forget(before=before, limit=limit))
        answered = now - ANSWERS_KEPT
        self._forget_all(lambda uow, limit: uow.idempotent_requests.forget(before=answered, limit=limit))
        self._forget_all(lambda uow, limit: uow.drafts.forget(before=now, limit=limit))
        self._forget_all(lambda uow, limit: uow.usages.forget(before=day(now) - quotas.KEPT, limit=limit))
        self._forget_all(lambda uow, limit: uow.throttles.forget(before=now - KEPT, limit=limit))

    def _forget_all(self, forget: Callable[[UnitOfWork, int], int]) -> None:
        """Delete batch after batch, with a rest after each, until fewer rows are deleted than may be."""
        rows = sweeping.FIRST
        while True:
            with self._storage.begin() as uow:
                begun = self._clock.now()
                deleted = forget(uow, rows)
                uow.commit()
            if deleted < rows:
                return
            took = self._clock.now() - begun
            self._rest(sweeping.rest_after(took).total_seconds())
            rows = sweeping.next_batch(rows, took)

    def _expired_uploads(self) -> int:
        """Remove expired uploads that were never sent (AT-2, ST-1): first the rows, then the files."""
        swept = 0
        while True:
            with self._storage.begin() as uow:
                expired = uow.uploads.expired(at=self._clock.now(), limit=BATCH)
                # If the row is gone already, the upload was sent or removed at the same time: keep its file.
                ours = [each for each in expired if uow.uploads.remove(each.office_id, [each.id])]
                uow.commit()
            if not expired:
                return swept
            for upload in ours:
                self._files.remove(upload.file.key)
            swept += len(ours)

    def _nameless_files(self) -> int:
        """Remove files that no row refers to, because writing stopped before the row was written."""
        swept = 0
        for keys in _batches(self._files.keys(before=self._clock.now() - self._spare)):
            nameless = self._storage.read.unnamed(keys)
            for key in nameless:
                self._files.remove(key)
            swept += len(nameless)
        return swept


def _batches(keys: Iterable[FileKey]) -> Iterator[list[FileKey]]:
    rest = iter(keys)
    while batch := list(islice(rest, BATCH)):
        yield batch
