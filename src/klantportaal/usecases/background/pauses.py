"""Pauses destinations that do not answer, so that they do not delay the others (AL-2, AL-6).

Kept in memory: each process finds out by itself. A destination is the mail server, or the domain of a recipient.
"""

from datetime import datetime

import attrs

from klantportaal.domain.outgoing import DispatchTimes, pause_after
from klantportaal.forking import Lock

SERVER = ""
"""The mail server. No domain has this name."""


def domain_of(address: str) -> str:
    """Give the domain of an e-mail address."""
    return address.rpartition("@")[2].casefold()


@attrs.frozen(kw_only=True)
class Pause:
    """A destination that failed."""

    failures: int
    """The number of failures in a row. Failures of several threads at once count as one."""
    until: datetime


@attrs.frozen(kw_only=True)
class Pauses:
    """The destinations that failed, and the end of the pause of each."""

    _times: DispatchTimes
    _pauses: dict[str, Pause] = attrs.field(init=False, factory=dict)
    _lock: Lock = attrs.field(init=False, factory=Lock)

    def until(self, destination: str, *, at: datetime) -> datetime | None:
        """Give the end of a destination's pause. None if it may be tried at *at*."""
        pause = self._pauses.get(destination)
        return None if pause is None or pause.until <= at else pause.until

    def fail(self, destination: str, *, at: datetime) -> Pause:
        """Begin a pause of a destination that failed. If it has one, another thread began it."""
        with self._lock:
            pause = self._pauses.get(destination)
            if pause is None or pause.until <= at:
                failures = 1 if pause is None else pause.failures + 1
                pause = Pause(failures=failures, until=at + pause_after(failures, self._times))
                self._pauses[destination] = pause
        return pause

    def succeed(self, destination: str) -> int:
        """Forget the failures of a destination that works, and give their number."""
        with self._lock:
            pause = self._pauses.pop(destination, None)
        return 0 if pause is None else pause.failures
