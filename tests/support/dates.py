"""The current date, where tests use the real clock."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def today() -> date:
    """Give the current date at the office of the demo, which is in the Netherlands."""
    return datetime.now(ZoneInfo("Europe/Amsterdam")).date()
