"""Asking every part of the portal how it is doing (AL-6). Nothing is changed: a small file comes and goes.

The queue, what came last of each lane, and the entries without a seal are those of all processes. The last run of the
sealer is that of this process.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import perf_counter
from typing import TypeVar

import attrs

from klantportaal.domain.anchoring import SealingRun
from klantportaal.domain.health import DatabaseHealth, DiskHealth, FilesHealth, Health, OutboxHealth, SealerHealth
from klantportaal.domain.values import FileKey
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage

Part = TypeVar("Part", DatabaseHealth, FilesHealth, DiskHealth, OutboxHealth, SealerHealth)
_CONTENT = b"klantportaal"


@attrs.frozen(kw_only=True)
class HealthCheck:
    """Asks how the portal is doing. Safe to run at any time, in any number of hosts."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _ids: Ids
    _runs: Sequence[SealingRun]
    """The last run of the sealer in this process, if there was one."""

    def ask(self) -> Health:
        """Ask every part. What raises an error is told in its part; the other parts are asked all the same.

        A database that does not answer is asked once: each further statement could take as long again.
        """
        at = self._clock.now()
        database = _asked(self._database, DatabaseHealth)
        outbox, sealer = OutboxHealth(problem=database.problem), SealerHealth(problem=database.problem)
        if database.problem is None:
            outbox = _asked(lambda: self._outbox(at), OutboxHealth)
            sealer = _asked(lambda: self._unsealed(at), SealerHealth)
        return Health(
            asked_at=at,
            database=database,
            files=_asked(self._written_and_read, FilesHealth),
            disk=_asked(self._free, DiskHealth),
            outbox=outbox,
            sealer=attrs.evolve(sealer, last=self._runs[-1] if self._runs else None),
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
        return DiskHealth(files=self._files.free_bytes(), database=self._storage.free_bytes())


def _asked(ask: Callable[[], Part], part: type[Part]) -> Part:
    """Ask a part. If that raises an error, tell its kind: its words could hold a path, an address or a name."""
    try:
        return ask()
    except Exception as error:  # noqa: BLE001 - a health report never raises
        return part(problem=type(error).__name__)
