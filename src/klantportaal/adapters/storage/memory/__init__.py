"""Storage in memory: what a vendor tests against, and all that a demonstration of one process needs."""

from klantportaal.adapters.storage.memory.storage import MemoryStorage

__all__ = ["MemoryStorage"]
