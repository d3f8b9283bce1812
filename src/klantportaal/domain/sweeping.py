"""How many rows the sweeper deletes in one transaction (AL-3)."""

from datetime import timedelta

FIRST = 50
"""The number of rows in the first transaction."""
LEAST, MOST = 10, 800
"""The limits of the number of rows in a transaction."""
_LOCK = timedelta(milliseconds=20)
"""How long a transaction may hold the write lock of the database. Others wait for it meanwhile."""
_LONGEST_REST = timedelta(milliseconds=100)


def next_batch(rows: int, took: timedelta) -> int:
    """Give the number of rows of the next transaction.

    Args:
        rows: the number of rows of this one.
        took: how long it held the write lock. A clock that was set may give anything.
    """
    if took > _LOCK:
        return max(rows // 2, LEAST)
    return min(rows * 2, MOST) if took <= _LOCK / 3 else rows


def rest_after(took: timedelta) -> timedelta:
    """Tell how long to leave the database to others after a transaction: as long as it took, within limits."""
    return min(max(took, timedelta(0)), _LONGEST_REST)
