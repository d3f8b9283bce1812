"""A storage that notes which commits wait for the disk."""

import contextlib
from collections.abc import Callable, Iterator

from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.adapters.storage.memory.unit_of_work import MemoryUnitOfWork
from klantportaal.domain.errors import Refused


class Noting(MemoryStorage):
    """A storage that notes the commits, and whether each waits for the disk."""

    def __init__(self) -> None:
        super().__init__()
        self.commits: list[bool] = []

    @contextlib.contextmanager
    def begin(self, *, flushed: bool = True) -> Iterator[MemoryUnitOfWork]:
        """Begin, and note the commit."""
        before = self._committed
        with super().begin(flushed=flushed) as uow:
            yield uow
        if self._committed is not before:
            self.commits.append(flushed)

    def of(self, act: Callable[[], object]) -> list[bool]:
        """Return the commits of an act, which may be refused."""
        self.commits.clear()
        with contextlib.suppress(Refused):
            act()
        return list(self.commits)
