"""Clearing away what nobody needs any more: expired uploads, files without a row, dead links and sessions (AL-3)."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice

import attrs

from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.throttling import KEPT
from klantportaal.domain.values import FileKey
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.storage import Storage

BATCH = 100


@checked_calls
@attrs.frozen(kw_only=True)
class Sweeper:
    """Sweeps; safe to run at any time, by any number of hosts."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _spare: timedelta = timedelta(hours=24)
    """How old a file must be before it may be without a row: one that is being written has none yet."""
    _keep: timedelta = timedelta(days=30)
    """How long what is over (links, sessions, sent mail) is kept for whoever looks into a question."""

    def run_once(self) -> int:
        """Sweep everything once; return how many files went."""
        self._forget()
        return self._expired_uploads() + self._nameless_files()

    def _forget(self) -> None:
        before = self._clock.now() - self._keep
        with self._storage.begin() as uow:
            uow.links.forget(before=before)
            uow.sessions.forget(before=before)
            uow.verifications.forget(before=before)
            uow.outbox.forget(before=before)
            uow.texts.forget(before=before)
            uow.throttles.forget(before=self._clock.now() - KEPT)
            uow.commit()

    def _expired_uploads(self) -> int:
        """Drop uploads that were never sent (AT-2): first the rows, then the files."""
        swept = 0
        while True:
            with self._storage.begin() as uow:
                expired = uow.uploads.expired(at=self._clock.now(), limit=BATCH)
                # One that is not there any more was sent at the last moment, and its file is delivered.
                ours = [each for each in expired if uow.uploads.remove(each.office_id, [each.id])]
                uow.commit()
            if not expired:
                return swept
            for upload in ours:
                self._files.remove(upload.file.key)
            swept += len(ours)

    def _nameless_files(self) -> int:
        """Remove files that no row names: of writing that was cut off before its row came."""
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
