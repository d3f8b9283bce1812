"""Tells a lasting problem at its first, second, fourth, eighth … time: it is neither silent nor a flood (AL-6)."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import attrs

Problem = TypeVar("Problem")


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
        return [problem for key, problem in problems.items() if self._times[key].bit_count() == 1]
