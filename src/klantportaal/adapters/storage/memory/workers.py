"""The names of workers."""

from datetime import datetime

import attrs

from klantportaal.adapters.storage.memory.tables import Tables, drop
from klantportaal.domain.workers import Worker


@attrs.frozen
class Workers:
    """The names of workers, for all offices."""

    _tables: Tables

    def hold(self, worker: Worker, *, at: datetime) -> bool:
        """Take a name for a process, or renew it."""
        other = self._tables.workers.get(worker.name)
        if other is not None and other.process != worker.process and other.until > at:
            return False
        self._tables.workers[worker.name] = worker
        return True

    def release(self, worker: Worker) -> None:
        """Free a name."""
        held = self._tables.workers.get(worker.name)
        if held is not None and held.process == worker.process:
            del self._tables.workers[worker.name]

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete names that nobody has held since *before*."""
        return drop(self._tables.workers, limit, lambda _name, worker: worker.until < before)
