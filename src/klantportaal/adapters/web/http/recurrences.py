"""Counts repetitions, so that a log has only the first, second, fourth, eighth … of them (AL-6)."""

from collections import OrderedDict
from collections.abc import Hashable
from time import monotonic

import attrs

from klantportaal.domain.outgoing import is_told
from klantportaal.forking import Lock

_QUIET = 3600.0
"""Seconds. After this time without a repetition, counting starts at one again."""
_MOST = 10_000
"""The largest number of things that are counted. Beyond it, the one that happened longest ago is dropped."""


@attrs.frozen
class Recurrences:
    """Counts how often each thing happened, with no more than an hour between one time and the next."""

    _counted: OrderedDict[Hashable, tuple[int, float]] = attrs.field(factory=OrderedDict, init=False)
    """How often, and when last."""
    _lock: Lock = attrs.field(factory=Lock, init=False)

    def add(self, what: Hashable) -> int | None:
        """Count one more time. Give its number if it must be logged now, else None."""
        now = monotonic()
        with self._lock:
            times, at = self._counted.pop(what, (0, now))
            times = 1 if now - at > _QUIET else times + 1
            self._counted[what] = times, now
            if len(self._counted) > _MOST:
                self._counted.popitem(last=False)
        return times if is_told(times) else None
