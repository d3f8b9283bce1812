"""The time."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Give the present moment, aware and in UTC, to the microsecond."""
        ...
