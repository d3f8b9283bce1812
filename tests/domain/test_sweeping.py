"""How many rows the sweeper deletes in one transaction (AL-3)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.sweeping import FIRST, LEAST, MOST, next_batch, rest_after


@pytest.mark.parametrize(
    "rows, milliseconds, following",
    [(100, 0, 200), (100, 6, 200), (100, 7, 100), (100, 20, 100), (100, 21, 50), (MOST, 0, MOST), (LEAST, 99, LEAST)],
)
def test_batches_follow_the_time_that_they_take(rows: int, milliseconds: int, following: int) -> None:
    """AL-3: a batch that holds the lock for more than 20 ms is halved, and a fast one is doubled, within limits."""
    assert next_batch(rows, timedelta(milliseconds=milliseconds)) == following


@given(times=st.lists(st.timedeltas(), max_size=30))
def test_batches_stay_within_limits(times: list[timedelta]) -> None:
    """AL-3: whatever the clock says, a batch has 10 to 800 rows, and the rest is not longer than 100 ms."""
    rows = FIRST
    for took in times:
        rows = next_batch(rows, took)
        assert LEAST <= rows <= MOST
        assert timedelta(0) <= rest_after(took) <= timedelta(milliseconds=100)


def test_the_rest_is_as_long_as_the_work() -> None:
    """AL-3: others can write for half of the time."""
    assert rest_after(timedelta(milliseconds=15)) == timedelta(milliseconds=15)
