"""Every clock keeps every promise of a clock."""

from datetime import UTC, datetime

import pytest

from klantportaal.adapters.clock import SystemClock
from klantportaal.testing.contracts.clock import ClockContract
from klantportaal.testing.fakes import FixedClock


class TestSystemClock(ClockContract):
    """The machine's clock against the contract."""

    @pytest.fixture
    def clock(self) -> SystemClock:
        """Give the clock."""
        return SystemClock()

    def test_it_is_now(self, clock: SystemClock) -> None:
        """AL-4: the moment it gives is the present one."""
        before = datetime.now(UTC)
        assert before <= clock.now() <= datetime.now(UTC)


class TestFixedClock(ClockContract):
    """The clock that tests hold in hand against the contract."""

    @pytest.fixture
    def clock(self) -> FixedClock:
        """Give the clock."""
        return FixedClock()
