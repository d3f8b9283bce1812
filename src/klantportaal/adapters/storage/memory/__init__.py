"""Storage in memory, for tests of vendors and for demonstrations in a single process."""

from klantportaal.adapters.storage.memory.storage import MemoryStorage

__all__ = ["MemoryStorage"]
