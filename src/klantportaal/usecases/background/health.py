"""Checks the state of every part of the portal (AL-6). Nothing is changed: a small file is written and removed.

The queue, what came last of each lane, and the entries without a seal are those of all processes. The last run of the
sealer is that of this process.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import TypeVar

import attrs

from klantportaal.domain.anchoring import SealingRun
from klantportaal.domain.health import (
    DatabaseHealth,
    DiskHealth,
    DiskLimits,
    FilesHealth,
    Health,
    OutboxHealth,
    QuarantineHealth,
    ScannerHealth,
    SealerHealth,
)
from klantportaal.domain.scanning import ScanOutcome
from klantportaal.domain.values import FileKey
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.scanner import Scanner
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.scanning import verdict_on

Part = TypeVar(
    "Part", DatabaseHealth, FilesHealth, DiskHealth, OutboxHealth, SealerHealth, ScannerHealth, QuarantineHealth
)
_CONTENT = b"klantportaal"
SCANNER_PATIENCE = 5.0
"""In seconds. A scanner that takes longer for a few bytes takes too long for uploads."""


@attrs.frozen(kw_only=True)
class HealthCheck:
    """Makes the health report. Safe to run at any time, in any number of hosts."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _ids: Ids
    _scanner: Scanner | None
    _limits: DiskLimits
    _runs: Sequence[SealingRun]
    """The last run of the sealer in this process, if there was one."""

    def ask(self) -> Health:
        """Check every part. An error of one part is reported in that part, and the other parts are still checked.

        A database that does not answer is asked once, because each further statement could take as long.
        """
        at = self._clock.now()
        database = _asked(self._database, DatabaseHealth)
        outbox, sealer = OutboxHealth(problem=database.problem), SealerHealth(problem=database.problem)
        quarantine = QuarantineHealth(problem=database.problem)
        if database.problem is None:
            outbox = _asked(lambda: self._outbox(at), OutboxHealth)
            sealer = _asked(lambda: self._unsealed(at), SealerHealth)
            quarantine = _asked(lambda: self._waiting(at), QuarantineHealth)
        return Health(
            asked_at=at,
            database=database,
            files=_asked(self._written_and_read, FilesHealth),
            disk=_asked(self._free, DiskHealth),
            outbox=outbox,
            sealer=attrs.evolve(sealer, last=self._runs[-1] if self._runs else None),
            scanner=None if self._scanner is None else _scanned(self._scanner),
            quarantine=quarantine,
        )

    def _database(self) -> DatabaseHealth:
        began = perf_counter()
        is_migrated = self._storage.read.is_migrated()
        return DatabaseHealth(latency=timedelta(seconds=perf_counter() - began), is_migrated=is_migrated)

    def _outbox(self, at: datetime) -> OutboxHealth:
        read = self._storage.read
        return OutboxHealth(lanes=tuple(read.lanes(at=at)), failing=tuple(read.failing_tasks()))

    def _unsealed(self, at: datetime) -> SealerHealth:
        unsealed, oldest = self._storage.read.unsealed_entries()
        return SealerHealth(unsealed=unsealed, age=None if oldest is None else at - oldest)

    def _waiting(self, at: datetime) -> QuarantineHealth:
        waiting, oldest = self._storage.read.waiting_files()
        return QuarantineHealth(waiting=waiting, age=None if oldest is None else at - oldest)

    def _written_and_read(self) -> FilesHealth:
        """Write a file, read it, and remove it. If it cannot be removed, the sweeper does so later (AL-3)."""
        key = FileKey(f"health-{self._ids.new().hex}")
        self._files.write(key, [_CONTENT])
        try:
            content = b"".join(self._files.read(key))
        finally:
            self._files.remove(key)
        return FilesHealth(problem=None if content == _CONTENT else "FileDamaged")

    def _free(self) -> DiskHealth:
        files, database = self._files.disk_space(), self._storage.disk_space()
        return DiskHealth(files=files, database=database, limits=self._limits)


def _scanned(scanner: Scanner) -> ScannerHealth:
    """Let the scanner judge a few bytes, in a thread of its own: whoever asks waits for no frozen one."""
    results: SimpleQueue[ScannerHealth] = SimpleQueue()

    def scan() -> None:
        results.put(_asked(partial(_judged, scanner), ScannerHealth))

    threading.Thread(target=scan, name="klantportaal-health-scan", daemon=True).start()
    try:
        return results.get(timeout=SCANNER_PATIENCE)
    except Empty:
        return ScannerHealth(problem=TimeoutError.__name__)


def _judged(scanner: Scanner) -> ScannerHealth:
    outcome = verdict_on(scanner, [_CONTENT]).outcome
    return ScannerHealth(problem=None if outcome is ScanOutcome.CLEAN else outcome.value)


def _asked(ask: Callable[[], Part], part: type[Part]) -> Part:
    """Check a part. For an error, give its class only: its message could contain a path, an address or a name."""
    try:
        return ask()
    except Exception as error:  # noqa: BLE001 - a health report never raises
        return part(problem=type(error).__name__)
