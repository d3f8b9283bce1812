"""The memory storage keeps every promise of a storage."""

from collections import Counter
from datetime import timedelta

import pytest

from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.domain.errors import Unavailable
from klantportaal.testing.contracts.storage import StorageContract


class TestMemoryStorage(StorageContract):
    """Memory against the contract."""

    @pytest.fixture
    def storage(self) -> MemoryStorage:
        """Give an empty storage."""
        return MemoryStorage()


def test_a_unit_of_work_waits_its_turn_and_no_longer_than_that() -> None:
    """AL-2: units of work follow one another; one that never ends makes the next one Unavailable."""
    storage = MemoryStorage(patience=timedelta(milliseconds=1))
    with storage.begin(), pytest.raises(Unavailable), storage.begin():
        pytest.fail("began beside another")
    with storage.begin() as uow:
        uow.commit()


def test_no_promise_hides_another() -> None:
    """The contract is several classes in one: of two tests of one name, one would never run."""
    names = Counter(name for part in StorageContract.__mro__ for name in vars(part) if name.startswith("test_"))
    assert [name for name, times in names.items() if times > 1] == []
