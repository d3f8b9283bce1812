"""The time, by the machine's clock."""

from datetime import UTC, datetime


class SystemClock:
    """Tells the time that the operating system has."""

    def now(self) -> datetime:
        """Give the present moment, in UTC."""
        return datetime.now(UTC)
