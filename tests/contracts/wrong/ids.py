"""Makers of ids that break promises of their port."""

import itertools
import threading
import time
from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest

from klantportaal.ports.secrets import Ids
from klantportaal.testing.contracts.secrets import IdsContract
from klantportaal.testing.fakes import CountingIds
from tests.contracts.wrong import caught_by


class _Wrong(IdsContract):
    makes: ClassVar[type[Any]]

    @pytest.fixture
    def ids(self) -> Ids:
        """Return the wrong adapter."""
        found: Ids = type(self).makes()
        return found

    @pytest.fixture
    def reopened(self) -> Callable[[], Ids]:
        """Return what makes another one."""
        return type(self).makes


class _Random:
    def new(self) -> UUID:
        return uuid4()


@caught_by("test_ids_are_of_version_7", "AL-4: ids are UUIDs of version 7 (RFC 9562), so they sort by time")
class MakesRandomIds(_Wrong):
    """Its ids do not sort by time."""

    makes = _Random


class _Texts(CountingIds):
    def new(self) -> Any:
        return str(super().new())


@caught_by("test_ids_are_of_version_7", "AL-4: ids are UUIDs of version 7 (RFC 9562), so they sort by time")
class MakesTexts(_Wrong):
    """Its ids are texts."""

    makes = _Texts


@caught_by("test_other_processes_make_others", "AL-4: another process never makes the same id")
class CountsFromOne(_Wrong):
    """It counts from one in each process."""

    makes = CountingIds


class _Milliseconds:
    def new(self) -> UUID:
        return UUID(int=time.time_ns() // 1_000_000 << 80 | 7 << 76 | 0b10 << 62)


@caught_by("test_ids_grow", "AL-4: a later id is greater than an earlier one")
class RepeatsAnId(_Wrong):
    """It makes one id a millisecond."""

    makes = _Milliseconds


class _Down:
    def __init__(self) -> None:
        self._numbers = itertools.count()

    def new(self) -> UUID:
        return UUID(int=2**40 - next(self._numbers) << 80 | 7 << 76 | 0b10 << 62)


@caught_by("test_ids_grow", "AL-4: a later id is greater than an earlier one")
class CountsDown(_Wrong):
    """Each of its ids is less than the one before."""

    makes = _Down


class _EachThread:
    def __init__(self) -> None:
        self._local = threading.local()

    def new(self) -> UUID:
        self._local.number = getattr(self._local, "number", 0) + 1
        return UUID(int=self._local.number << 80 | 7 << 76 | 0b10 << 62)


@caught_by("test_other_processes_make_others", "AL-4: another process never makes the same id")
class CountsInEachThread(_Wrong):
    """It counts in each thread."""

    makes = _EachThread
