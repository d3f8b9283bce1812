"""The clock of the operating system."""

from datetime import UTC, datetime


class SystemClock:
    """Returns the time of the operating system."""

    def now(self) -> datetime:
        """Return the current time, in UTC."""
        return datetime.now(UTC)
