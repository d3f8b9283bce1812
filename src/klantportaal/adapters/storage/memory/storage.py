"""The storage, and its one unit of work at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from klantportaal.adapters.storage.memory.reading import MemoryReading
from klantportaal.adapters.storage.memory.tables import Tables
from klantportaal.adapters.storage.memory.unit_of_work import MemoryUnitOfWork
from klantportaal.domain.errors import Unavailable
from klantportaal.forking import Lock

PATIENCE = timedelta(seconds=30)


class MemoryStorage:
    """Keeps everything in this process, and forgets it with the process.

    A unit of work changes a copy of the tables, which takes the tables' place when it commits: whoever reads meanwhile
    reads what was committed before. Units of work follow one another, whatever the number of threads.
    """

    def __init__(self, *, patience: timedelta = PATIENCE) -> None:
        """Start empty; a unit of work waits for the one before it as long as *patience*."""
        self._committed = Tables()
        self._patience = patience.total_seconds()
        self._turn = Lock()
        self._read = MemoryReading(lambda: self._committed)

    @property
    def read(self) -> MemoryReading:
        """What pages read."""
        return self._read

    @contextmanager
    def begin(self) -> Iterator[MemoryUnitOfWork]:
        """Begin a unit of work, once the one before it is over.

        Raises:
            Unavailable: that took too long.
        """
        if not self._turn.acquire(timeout=self._patience):
            raise Unavailable
        try:
            yield MemoryUnitOfWork(self._committed.copy(), self._keep)
        finally:
            self._turn.release()

    def _keep(self, tables: Tables) -> None:
        self._committed = tables
