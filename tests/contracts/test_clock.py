"""The contract of clocks, for each clock."""

from datetime import UTC, datetime

import pytest

from klantportaal.adapters.clock import SystemClock
from klantportaal.testing.contracts.clock import ClockContract
from klantportaal.testing.fakes import FixedClock


class TestSystemClock(ClockContract):
    """The contract for the machine's clock."""

    @pytest.fixture
    def clock(self) -> SystemClock:
        """Return the clock."""
        return SystemClock()

    def test_it_is_now(self, clock: SystemClock) -> None:
        """AL-4: it returns the present time."""
        before = datetime.now(UTC)
        assert before <= clock.now() <= datetime.now(UTC)


class TestFixedClock(ClockContract):
    """The contract for the clock that tests control."""

    @pytest.fixture
    def clock(self) -> FixedClock:
        """Return the clock."""
        return FixedClock()
