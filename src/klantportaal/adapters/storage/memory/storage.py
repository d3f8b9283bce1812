"""The storage in memory, which runs one unit of work at a time."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

from klantportaal.adapters.storage.memory.reading import MemoryReading
from klantportaal.adapters.storage.memory.tables import Tables
from klantportaal.adapters.storage.memory.unit_of_work import MemoryUnitOfWork
from klantportaal.domain.errors import Unavailable
from klantportaal.forking import Lock

PATIENCE = timedelta(seconds=30)


class MemoryStorage:
    """Keeps all data in this process. It is lost when the process ends.

    A unit of work changes a copy of the tables. Its commit replaces the tables by that copy; until then, reads see what
    was committed before. Units of work run one at a time, in any number of threads.
    """

    def __init__(self, *, patience: timedelta = PATIENCE) -> None:
        """Make an empty storage.

        Args:
            patience: how long a unit of work waits for another to end.
        """
        self._committed = Tables()
        self._patience = patience.total_seconds()
        self._turn = Lock()
        self._read = MemoryReading(lambda: self._committed)

    @property
    def read(self) -> MemoryReading:
        """Reads for pages, outside any unit of work."""
        return self._read

    @contextmanager
    def begin(self, *, flushed: bool = True) -> Iterator[MemoryUnitOfWork]:  # noqa: ARG002 - there is no disk
        """Wait until the previous unit of work has ended, and begin one.

        Raises:
            Unavailable: the previous unit of work did not end in time.
        """
        if not self._turn.acquire(timeout=self._patience):
            raise Unavailable
        try:
            yield MemoryUnitOfWork(self._committed.copy(), self._keep)
        finally:
            self._turn.release()

    def disk_space(self) -> None:
        """Return None: this storage is not on a disk."""

    def copy(self, folder: Path) -> AbstractContextManager[MemoryReading]:
        """Raise an error: a storage in memory cannot be backed up.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError(f"a storage in memory cannot be copied into {folder}: use SqlStorage")

    def _keep(self, tables: Tables) -> None:
        self._committed = tables
