"""How long the body of a request may take, so that nobody keeps others out by sending slowly (AL-7).

Only the time that a host waits for bytes counts. The time that the host itself needs does not.
"""

from collections.abc import Hashable, Mapping
from datetime import timedelta
from typing import Annotated, TypeVar

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.ranges import Range

KIBIBYTE = 1024
_SPAN = Range(timedelta(0), timedelta(hours=1), above=True)
MOMENT = 0.001
"""The least time in seconds over which a rate is measured."""
Key = TypeVar("Key", bound=Hashable)


@attrs.frozen(kw_only=True, field_transformer=checked)
class RequestTimes:
    """The least rate and the total time of the body of a request (AL-7)."""

    least_rate: Annotated[int, Range(1)] = KIBIBYTE
    """The least rate in bytes a second, over each ``window``."""
    window: Annotated[timedelta, _SPAN] = timedelta(seconds=30)
    """How long a host waits for ``least_rate`` × ``window`` bytes."""
    crowded_window: Annotated[timedelta, _SPAN] = timedelta(seconds=3)
    """How long a host waits for as many bytes while other requests need the place of this body."""
    crowded_patience: Annotated[timedelta, _SPAN] = timedelta(seconds=10)
    """How long an upload waits for a place before another one is broken off, whatever the rate of that one."""
    total: Annotated[timedelta, _SPAN] = timedelta(minutes=1)
    """How long a host waits for a whole body, apart from what its size adds."""
    total_rate: Annotated[int, Range(1)] = 16 * KIBIBYTE
    """For each so many bytes that came in, a second is added to ``total``."""
    begun_together: Annotated[int, Range(1)] = 32 * 1024 * KIBIBYTE
    """How many bytes of half-sent forms a host keeps that reads forms without a thread. Beyond it, the largest are
    dropped.
    """
    bodies_at_once: Annotated[int, Range(1)] = 8
    """How many bodies a host waits for that has a thread for each request. Beyond it, the slowest are broken off."""

    @property
    def quota(self) -> float:
        """The number of bytes that must come in within each window."""
        return self.least_rate * self.window.total_seconds()


@attrs.frozen(kw_only=True, field_transformer=checked)
class Pace:
    """How fast a body has come in so far. Times are in seconds, sizes in bytes."""

    waited: float = 0.0
    received: int = 0
    lately_waited: float = 0.0
    """The time since the last quota was full."""
    lately_received: int = 0
    quota_waited: float = 0.0
    """The time in which the last quota came that was full."""
    quota_received: int = 0
    """The size of that quota."""

    def after(self, times: RequestTimes, *, waited: float, received: int) -> "Pace":
        """Give the pace after *received* more bytes, for which the host waited *waited* seconds."""
        lately = self.lately_received + received
        is_full = lately >= times.quota
        return Pace(
            waited=self.waited + waited,
            received=self.received + received,
            lately_waited=0.0 if is_full else self.lately_waited + waited,
            lately_received=0 if is_full else lately,
            quota_waited=self.lately_waited + waited if is_full else self.quota_waited,
            quota_received=lately if is_full else self.quota_received,
        )

    def rate(self, *, waiting: float) -> float:
        """Give the rate since the quota before the last one was full, if the host now waits *waiting* seconds more."""
        waited = self.quota_waited + self.lately_waited + waiting
        return (self.quota_received + self.lately_received) / max(waited, MOMENT)

    def left(self, times: RequestTimes) -> float:
        """Give the number of seconds that a host still waits if nothing more comes. At 0, the body is too slow."""
        total = times.total.total_seconds() + self.received / times.total_rate
        return max(0.0, min(times.window.total_seconds() - self.lately_waited, total - self.waited))


@attrs.frozen(kw_only=True, field_transformer=checked)
class Dawdling:
    """A body that a host waits for while other requests need its place."""

    owner: str
    """Who sends it: an account, or a network address."""
    lately_waited: float
    """The number of seconds that the host has waited since the last quota was full, until now."""
    rate: float
    """Its rate of late in bytes a second, until now."""

    @classmethod
    def of(cls, owner: str, pace: Pace, *, waiting: float) -> "Dawdling":
        """Describe a body for whose next bytes a host has waited *waiting* seconds."""
        return cls(owner=owner, lately_waited=pace.lately_waited + waiting, rate=pace.rate(waiting=waiting))


def to_break_off(bodies: Mapping[Key, Dawdling], times: RequestTimes, *, in_need: bool) -> Key | None:
    """Choose the body that is broken off, to make room for another one.

    Of the bodies that are slower than a crowded host accepts, it is the slowest one of the owner with most bodies. If
    no body is that slow, the result is None, or *in_need* the slowest one of the owner with most bodies.
    """
    owners = [each.owner for each in bodies.values()]
    slow = {
        key: (owners.count(each.owner), each.lately_waited)
        for key, each in bodies.items()
        if each.lately_waited >= times.crowded_window.total_seconds()
    }
    if slow:
        return max(slow, key=slow.__getitem__)
    if in_need and bodies:
        return max(bodies, key=lambda key: (owners.count(bodies[key].owner), -bodies[key].rate))
    return None


@attrs.frozen(kw_only=True, field_transformer=checked)
class Begun:
    """The beginning of a form that a host keeps while the rest has not come."""

    owner: str
    """Who sends it: an account, or a network address."""
    size: int
    """The number of bytes of memory."""


def to_drop(forms: Mapping[Key, Begun]) -> Key:
    """Choose the form to drop, to make room for others: the largest form of the owner whose forms hold most.

    Of several forms of that size, it is the first. There must be at least one form.
    """
    together: dict[str, int] = {}
    for each in forms.values():
        together[each.owner] = together.get(each.owner, 0) + each.size
    return max(forms, key=lambda key: (together[forms[key].owner], forms[key].size))
