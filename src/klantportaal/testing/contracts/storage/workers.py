"""What a storage promises about the names of workers."""

from datetime import datetime, timedelta
from uuid import UUID

import attrs

from klantportaal.domain.workers import Worker
from klantportaal.ports.storage import Storage
from klantportaal.testing.contracts.storage.base import START, StorageTests, all_at_once, committing

MINUTE = timedelta(minutes=1)
FIRST = Worker(name="worker-1", process=UUID(int=1), until=START + MINUTE)
SECOND = attrs.evolve(FIRST, process=UUID(int=2))


class WorkersContract(StorageTests):
    """The names of workers, as tests."""

    def test_a_name_is_held_by_one_process(self, storage: Storage) -> None:
        """AL-2: another process has a name only once it is released, or was not renewed in time."""
        assert _hold(storage, FIRST)
        assert not _hold(storage, SECOND)
        assert storage.read.workers(at=START) == [FIRST]
        renewed = attrs.evolve(FIRST, until=START + 3 * MINUTE)
        assert _hold(storage, renewed)
        assert not _hold(storage, attrs.evolve(SECOND, until=START + 5 * MINUTE), at=START + 2 * MINUTE)
        with committing(storage) as uow:
            uow.workers.release(SECOND)
        assert storage.read.workers(at=START) == [renewed]
        later = attrs.evolve(SECOND, until=START + 5 * MINUTE)
        assert _hold(storage, later, at=START + 3 * MINUTE)
        with committing(storage) as uow:
            uow.workers.release(later)
        assert storage.read.workers(at=START) == []
        assert _hold(storage, FIRST)

    def test_names_are_held_apart(self, storage: Storage) -> None:
        """AL-2: names do not depend on one another; the list has those that are held, by name."""
        other = attrs.evolve(SECOND, name="another", until=START + 2 * MINUTE)
        assert _hold(storage, FIRST)
        assert _hold(storage, other)
        assert storage.read.workers(at=START) == [other, FIRST]
        assert storage.read.workers(at=FIRST.until) == [other]

    def test_of_many_at_once_one_holds_a_name(self, storage: Storage) -> None:
        """AL-2: of any number of processes that take a name at once, exactly one has it."""
        all_held = all_at_once(lambda number: _hold(storage, attrs.evolve(FIRST, process=UUID(int=number))), threads=20)
        assert sum(all_held) == 1
        assert len(storage.read.workers(at=START)) == 1

    def test_names_that_nobody_holds_are_deleted(self, storage: Storage) -> None:
        """AL-2: names are deleted that nobody has held since a moment, at most so many at a time."""
        for number in range(4):
            _hold(storage, Worker(name=f"w{number}", process=UUID(int=number), until=START + number * MINUTE))
        for expected in (2, 1, 0):
            with committing(storage) as uow:
                assert uow.workers.forget(before=START + 3 * MINUTE, limit=2) == expected
        assert [each.name for each in storage.read.workers(at=START)] == ["w3"]


def _hold(storage: Storage, worker: Worker, *, at: datetime = START) -> bool:
    with committing(storage) as uow:
        return uow.workers.hold(worker, at=at)
