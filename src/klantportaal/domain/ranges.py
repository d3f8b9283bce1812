"""Ranges of numbers and times, for the checks of settings (AL-5)."""

from datetime import timedelta
from typing import Any

import attrs


@attrs.frozen
class Range:
    """The range of a number or a time, for use in an annotation: ``Annotated[int, Range(1, 100)]``."""

    least: Any
    most: Any = None
    """None if there is no maximum."""
    above: bool = attrs.field(default=False, kw_only=True)
    """Whether the value must be more than *least*."""

    def holds(self, value: Any) -> bool:
        """Tell whether a value is in the range. The value must have the right type."""
        large_enough = value > self.least if self.above else value >= self.least
        return large_enough and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        """Write the range as error messages do."""
        lower = f"{'more than' if self.above else 'at least'} {told(self.least)}"
        return lower if self.most is None else f"{lower} and at most {told(self.most)}"


def told(value: object) -> str:
    """Write a number or a time for people to read: ``5 minutes``."""
    if not isinstance(value, timedelta):
        return str(value)
    for unit in ("hours", "minutes", "seconds"):
        count, rest = divmod(value, timedelta(**{unit: 1}))
        if count and not rest:
            return f"{count} {unit}"
    return f"{value.total_seconds():g} seconds"
