"""Ranges of numbers and times, which settings have (AL-5)."""

from datetime import timedelta
from typing import Any

import attrs


@attrs.frozen
class Range:
    """The range of a number or a time, in an annotation: ``Annotated[int, Range(1, 100)]``."""

    least: Any
    most: Any = None
    """None where there is no largest value."""
    above: bool = attrs.field(default=False, kw_only=True)
    """Whether the value must be more than *least*."""

    def holds(self, value: Any) -> bool:
        """Tell whether a value of the right type is in the range."""
        large_enough = value > self.least if self.above else value >= self.least
        return large_enough and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        """Say it as a message does."""
        lower = f"{'more than' if self.above else 'at least'} {told(self.least)}"
        return lower if self.most is None else f"{lower} and at most {told(self.most)}"


def told(value: object) -> str:
    """Write a number or a time as people do."""
    if not isinstance(value, timedelta):
        return str(value)
    for unit in ("hours", "minutes", "seconds"):
        count, rest = divmod(value, timedelta(**{unit: 1}))
        if count and not rest:
            return f"{count} {unit}"
    return f"{value.total_seconds():g} seconds"
