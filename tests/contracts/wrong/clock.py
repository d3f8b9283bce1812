"""Clocks that break promises of their port."""

import itertools
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest

from klantportaal.ports.clock import Clock
from klantportaal.testing.contracts.clock import ClockContract
from tests.contracts.wrong import caught_by


class _Wrong(ClockContract):
    makes: ClassVar[type[Any]]

    @pytest.fixture
    def clock(self) -> Clock:
        """Return the wrong clock."""
        found: Clock = type(self).makes()
        return found


class _Naive:
    def now(self) -> datetime:
        return datetime.now(UTC).replace(tzinfo=None)


@caught_by("test_the_time_is_in_utc", "AL-4: a moment is in UTC, not in the zone None")
class KnowsNoZone(_Wrong):
    """Its moments are naive."""

    makes = _Naive


class _Local:
    def now(self) -> datetime:
        return datetime.now(ZoneInfo("Europe/Amsterdam"))


@caught_by("test_the_time_is_in_utc", "AL-4: a moment is in UTC, not in the zone zoneinfo")
class TellsLocalTime(_Wrong):
    """Its moments are in the time of the office."""

    makes = _Local


class _Offset:
    def now(self) -> datetime:
        return datetime.now(timezone(timedelta(hours=1)))


@caught_by("test_the_time_is_in_utc", "AL-4: a moment is in UTC, not in the zone datetime.timezone")
class TellsTimeWithAnOffset(_Wrong):
    """Its moments have an offset."""

    makes = _Offset


class _Seconds:
    def now(self) -> float:
        return datetime.now(UTC).timestamp()


@caught_by("test_the_time_is_in_utc", "AL-4: a moment is a datetime, not")
class TellsSeconds(_Wrong):
    """Its moments are seconds since 1970."""

    makes = _Seconds


class _Backwards:
    def __init__(self) -> None:
        self._numbers = itertools.count()

    def now(self) -> datetime:
        return datetime(2026, 1, 5, tzinfo=UTC) - timedelta(seconds=next(self._numbers))


@caught_by("test_time_does_not_run_back", "AL-4: time never runs back")
class RunsBackwards(_Wrong):
    """Each of its moments is before the last one."""

    makes = _Backwards


class _SetBack(_Backwards):
    def now(self) -> datetime:
        number = next(self._numbers)
        return datetime(2026, 1, 5, tzinfo=UTC) + timedelta(seconds=number - (3600 if number > 500 else 0))


@caught_by("test_time_does_not_run_back", "AL-4: time never runs back")
class IsSetBack(_Wrong):
    """It is set back by an hour, as a clock of summer time."""

    makes = _SetBack
