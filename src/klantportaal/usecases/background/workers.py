"""The names of workers, each held by one process at a time."""

from collections.abc import Sequence
from uuid import UUID

import attrs

from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.workers import TERM, Worker
from klantportaal.ports.clock import Clock
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage


@checked_calls
@attrs.frozen(kw_only=True)
class Workers:
    """Gives names to workers. A name belongs to one process at a time, on all machines of this portal."""

    _storage: Storage
    _clock: Clock
    _ids: Ids

    def start(self, name: str) -> Worker | None:
        """Take a name. The worker must renew it well within half a minute, and release it at its end.

        Args:
            name: letters and digits, with ``@ . _ : -`` between them; at most 100 characters.

        Returns:
            None if another process holds the name. If that process was killed, its name is free after half a minute.

        Raises:
            ValueError: *name* is invalid.
            Unavailable: the storage cannot be used now.
        """
        return self._hold(name, self._ids.new())

    def renew(self, worker: Worker) -> Worker | None:
        """Hold the name for another half minute.

        Returns:
            None if it was not renewed in time, and another process took it. The worker must end then.

        Raises:
            Unavailable: the storage cannot be used now.
        """
        return self._hold(worker.name, worker.process)

    def end(self, worker: Worker) -> None:
        """Free the name. Does nothing if another process has it.

        Raises:
            Unavailable: the storage cannot be used now. The name is free after half a minute.
        """
        with self._storage.begin() as uow:
            uow.workers.release(worker)
            uow.commit()

    def list(self) -> Sequence[Worker]:
        """List the workers that run now, or were killed less than half a minute ago, by name.

        Raises:
            Unavailable: the storage cannot be used now.
        """
        return self._storage.read.workers(at=self._clock.now())

    def _hold(self, name: str, process: UUID) -> Worker | None:
        now = self._clock.now()
        worker = Worker(name=name, process=process, until=now + TERM)
        with self._storage.begin() as uow:
            is_held = uow.workers.hold(worker, at=now)
            uow.commit()
        return worker if is_held else None
