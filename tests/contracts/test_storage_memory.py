"""The memory storage keeps every promise of a storage."""

import pytest

from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.testing.contracts.storage import StorageContract


class TestMemoryStorage(StorageContract):
    """Memory against the contract."""

    @pytest.fixture
    def storage(self) -> MemoryStorage:
        """Give an empty storage."""
        return MemoryStorage()
