"""The contract of storages, for storage in memory."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.domain.errors import Unavailable
from klantportaal.testing.contracts.promises import Without
from klantportaal.testing.contracts.storage import StorageContract


class TestMemoryStorage(StorageContract):
    """The contract for storage in memory."""

    @pytest.fixture
    def storage(self) -> MemoryStorage:
        """Return an empty storage."""
        return MemoryStorage()

    @pytest.fixture
    def reopened(self) -> Without:
        """Say why it cannot be opened anew."""
        return Without("storage in memory is for tests, and ends with the process")

    @pytest.fixture
    def full(self) -> Without:
        """Say why there is room."""
        return Without("storage in memory has no limit")

    @pytest.fixture
    def away(self) -> Without:
        """Say why it can be reached."""
        return Without("memory is always there")

    @pytest.fixture
    def slow(self) -> Iterator[MemoryStorage]:
        """Return a storage whose turn another unit of work has until the test is over."""
        storage = MemoryStorage(patience=timedelta(milliseconds=1))
        with storage.begin():
            yield storage

    @pytest.fixture
    def refusing(self) -> Without:
        """Say why it never refuses."""
        return Without("memory takes every unit of work")


def test_a_unit_of_work_waits_its_turn_and_no_longer_than_that() -> None:
    """AL-2: units of work run one at a time; if one does not end, the next is Unavailable."""
    storage = MemoryStorage(patience=timedelta(milliseconds=1))
    with storage.begin(), pytest.raises(Unavailable), storage.begin():
        pytest.fail("began beside another")
    with storage.begin() as uow:
        uow.commit()


def test_no_promise_hides_another() -> None:
    """AL-2: no two tests of the contract have the same name, because one of them would not run."""
    names = Counter(name for part in StorageContract.__mro__ for name in vars(part) if name.startswith("test_"))
    assert [name for name, times in names.items() if times > 1] == []
