"""Tests the promises of ``klantportaal.ports.clock``.

Inherit ``ClockContract`` and provide a fixture ``clock``.
"""

from datetime import UTC, timedelta
from itertools import pairwise

from klantportaal.ports.clock import Clock


class ClockContract:
    """The promises of a clock, as tests."""

    def test_the_time_is_in_utc(self, clock: Clock) -> None:
        """AL-4: moments are aware and in UTC, so they can be compared and stored as they are."""
        now = clock.now()
        assert now.tzinfo is UTC
        assert now.utcoffset() == timedelta(0)

    def test_time_does_not_run_back(self, clock: Clock) -> None:
        """AL-4: a later call never returns an earlier moment."""
        moments = [clock.now() for _ in range(1000)]
        assert all(earlier <= later for earlier, later in pairwise(moments))
