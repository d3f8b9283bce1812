"""Tests the promises of ``klantportaal.ports.clock``.

Inherit ``ClockContract`` and provide a fixture ``clock``. A clock promises no errors of a server, so it needs no
fixtures of ``promises``.
"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from klantportaal.ports.clock import Clock
from klantportaal.testing.contracts.promises import Contract


class ClockContract(Contract):
    """The promises of a clock, as tests."""

    def test_the_time_is_in_utc(self, clock: Clock) -> None:
        """AL-4: moments are aware and in UTC, so they can be compared and stored as they are."""
        now = clock.now()
        assert isinstance(now, datetime), f"AL-4: a moment is a datetime, not {now!r}"
        assert now.tzinfo is UTC, f"AL-4: a moment is in UTC, not in the zone {now.tzinfo!r}"
        assert now.utcoffset() == timedelta(0)

    def test_time_does_not_run_back(self, clock: Clock) -> None:
        """AL-4: a later call never returns an earlier moment."""
        moments = [clock.now() for _ in range(1000)]
        assert all(earlier <= later for earlier, later in pairwise(moments)), "AL-4: time never runs back"
