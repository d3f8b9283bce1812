"""Storages that break promises of their port."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, ClassVar

import attrs
import pytest

from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.adapters.storage.memory.accounts import Clients
from klantportaal.adapters.storage.memory.tables import Tables
from klantportaal.adapters.storage.memory.unit_of_work import MemoryUnitOfWork
from klantportaal.domain.accounts import Client
from klantportaal.domain.errors import StorageFull, Unavailable
from klantportaal.ports.storage import Storage
from klantportaal.testing.contracts.promises import Without
from klantportaal.testing.contracts.storage import StorageContract
from tests.contracts.wrong import caught_by


class Place:
    """What lasts when a process ends: a file, or a server."""

    def __init__(self) -> None:
        self.tables = Tables()
        self.is_away = False
        self.is_refusing = False
        self.room = 1_000_000


@attrs.frozen
class _Limited(Clients):
    place: Place

    def add(self, client: Client) -> None:
        self.place.room -= len(client.name)
        if self.place.room < 0:
            raise StorageFull
        super().add(client)


class Right(MemoryStorage):
    """A storage in a place, which breaks no promise. The wrong ones change one thing of it."""

    def __init__(self, place: Place, *, patience: timedelta = timedelta(seconds=30)) -> None:
        super().__init__(patience=patience)
        self.place = place

    @property
    def read(self) -> Any:
        """Read what is in the place."""
        if self.place.is_away:
            raise Unavailable
        self._committed = self.place.tables
        return super().read

    @contextmanager
    def begin(self, *, flushed: bool = True) -> Iterator[MemoryUnitOfWork]:
        """Begin with what is in the place."""
        if self.place.is_away or self.place.is_refusing:
            raise Unavailable
        self._committed = self.place.tables
        with super().begin(flushed=flushed) as uow:
            uow.clients = _Limited(uow._tables, self.place)
            yield uow

    def _keep(self, tables: Tables) -> None:
        self.place.tables = tables


class _Wrong(StorageContract):
    patience: ClassVar[float] = 0.2
    makes: ClassVar[type[Right]]

    @pytest.fixture
    def place(self) -> Place:
        """Return an empty place."""
        return Place()

    @pytest.fixture
    def storage(self, place: Place) -> Storage:
        """Return the wrong adapter."""
        return type(self).makes(place)

    @pytest.fixture
    def reopened(self, place: Place) -> Callable[[], Storage]:
        """Return a function that opens the same place once more."""
        return lambda: type(self).makes(place)

    @pytest.fixture
    def full(self, place: Place) -> Storage:
        """Return a storage whose place has little room."""
        place.room = 10_000
        return type(self).makes(place)

    @pytest.fixture
    def away(self, place: Place) -> Storage:
        """Return a storage whose place cannot be reached."""
        place.is_away = True
        return type(self).makes(place)

    @pytest.fixture
    def slow(self, place: Place) -> Iterator[Storage | Without]:
        """Return a storage that another unit of work locks until the test is over."""
        storage = type(self).makes(place, patience=timedelta(milliseconds=1))
        with storage.begin():
            yield storage

    @pytest.fixture
    def refusing(self, place: Place) -> Storage:
        """Return a storage whose place refuses to write."""
        place.is_refusing = True
        return type(self).makes(place)


class _InMemory(Right):
    def __init__(self, _place: Place, *, patience: timedelta = timedelta(seconds=30)) -> None:
        super().__init__(Place(), patience=patience)


@caught_by(
    "test_what_was_committed_is_kept_at_once", "AL-2: what `commit` acknowledged survives a crash of the process"
)
class KeepsRowsInMemory(_Wrong):
    """It keeps everything in memory."""

    makes = _InMemory


class _Behind(Right):
    waiting: Tables | None = None

    def _keep(self, tables: Tables) -> None:
        self.waiting = tables

    @contextmanager
    def begin(self, *, flushed: bool = True) -> Iterator[MemoryUnitOfWork]:
        self.place.tables = self.waiting or self.place.tables
        with super().begin(flushed=flushed) as uow:
            yield uow

    @property
    def read(self) -> Any:
        super().read  # noqa: B018 - it looks whether the place is there
        self._committed = self.waiting or self.place.tables
        return self._read


@caught_by(
    "test_what_was_committed_is_kept_at_once", "AL-2: what `commit` acknowledged survives a crash of the process"
)
class CommitsBehind(_Wrong):
    """It writes a unit of work when the next one begins."""

    makes = _Behind


class _Caching(Right):
    def __init__(self, place: Place, *, patience: timedelta = timedelta(seconds=30)) -> None:
        super().__init__(place, patience=patience)
        self._committed = place.tables

    @property
    def read(self) -> Any:
        return self._read

    def _keep(self, tables: Tables) -> None:
        self._committed = self.place.tables = tables


@caught_by(
    "test_what_others_commit_is_seen_at_once", "AL-2: reads see everything that was committed, by another process"
)
class ReadsWhatItKnew(_Wrong):
    """It reads what it has seen before."""

    makes = _Caching


class _Eager(Right):
    @contextmanager
    def begin(self, *, flushed: bool = True) -> Iterator[MemoryUnitOfWork]:
        with super().begin(flushed=flushed) as uow:
            yield uow
            uow.commit()


@caught_by("test_what_is_not_committed_never_was", "AL-2: a unit of work that ends without commit rolls back")
class CommitsByItself(_Wrong):
    """It commits a unit of work that ends."""

    makes = _Eager


class _WhatFits(Right):
    @contextmanager
    def begin(self, *, flushed: bool = True) -> Iterator[MemoryUnitOfWork]:
        with super().begin(flushed=flushed) as uow:
            try:
                yield uow
            except StorageFull:
                uow.commit()
                raise


@caught_by(
    "test_a_full_place_keeps_nothing_of_a_unit_of_work", "AL-2: without room, nothing of the unit of work is stored"
)
class KeepsWhatFits(_Wrong):
    """It stores the part of a unit of work for which there is room."""

    makes = _WhatFits


class _Careless(Right):
    @contextmanager
    def begin(self, *, flushed: bool = True) -> Iterator[MemoryUnitOfWork]:
        if self.place.is_refusing:
            with MemoryStorage().begin() as lost:
                yield lost
        else:
            with super().begin(flushed=flushed) as uow:
                yield uow


@caught_by(
    "test_what_the_place_refuses_is_not_stored", "AL-2: a unit of work that the place refuses is never reported as"
)
class SaysStoredWhatWasRefused(_Wrong):
    """It says that it stored what its place refused."""

    makes = _Careless


class _Empty(Right):
    @property
    def read(self) -> Any:
        return MemoryStorage().read if self.place.is_away else super().read


@caught_by("test_a_place_that_cannot_be_reached", "AL-2: while the place cannot be reached, a read is refused for now")
class IsEmptyWhileAway(_Wrong):
    """It finds nothing while its place cannot be reached."""

    makes = _Empty


class _Waiting(Right):
    def __init__(self, place: Place, *, patience: timedelta = timedelta(seconds=30)) -> None:
        super().__init__(place, patience=max(patience, timedelta(days=1)))


@caught_by("test_a_silent_place_is_given_up", "AL-2: `begin` gives up in its own time limit")
class WaitsForEver(_Wrong):
    """It waits for a unit of work that does not end."""

    makes = _Waiting
