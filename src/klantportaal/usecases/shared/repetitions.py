"""Chooses when to log a lasting problem: at its first, second, fourth, eighth … time (AL-6)."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import attrs

from klantportaal.domain.outgoing import is_told
from klantportaal.forking import Lock

Problem = TypeVar("Problem")
MOST = 10_000
"""The number of things whose failures are counted. Beyond it, the one that failed longest ago counts from one again."""


@attrs.define
class Repetitions:
    """Counts for how many runs each problem has lasted. A problem that passed counts from one again."""

    _times: dict[Hashable, int] = attrs.field(factory=dict, init=False)

    def due(self, problems: Mapping[Hashable, Problem]) -> Sequence[Problem]:
        """Give the problems of a run that are to be told now.

        Args:
            problems: all problems of the run, each by what makes it the same as one of the run before.
        """
        self._times = {key: self._times.get(key, 0) + 1 for key in problems}
        return [problem for key, problem in problems.items() if is_told(self._times[key])]


@attrs.frozen
class Failures:
    """Counts the failures in a row of each of many things. Any number of threads may use it."""

    _times: OrderedDict[Hashable, int] = attrs.field(factory=OrderedDict, init=False)
    _lock: Lock = attrs.field(factory=Lock, init=False)

    def add(self, what: Hashable) -> int | None:
        """Count one more failure. Give its number in the row if it is to be told now, else None."""
        with self._lock:
            times = self._times[what] = self._times.get(what, 0) + 1
            self._times.move_to_end(what)
            if len(self._times) > MOST:
                self._times.popitem(last=False)
        return times if is_told(times) else None

    def end(self, what: Hashable) -> int:
        """Begin a new row, because it works again. Give the number of failures until now."""
        with self._lock:
            return self._times.pop(what, 0)
