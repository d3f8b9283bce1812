"""Which commits wait for the disk."""

import pytest
from sqlalchemy import text

from klantportaal.adapters.storage.sql import SqlStorage

WAITING = (2, "on")
"""The database's own setting if a commit waits for the disk."""


def commit_waits(storage: SqlStorage, *, flushed: bool, fails: bool = False) -> bool:
    """Begin a transaction, and tell whether its commit waits for the disk."""
    with storage._engines.writers.transaction(flushed=flushed) as runner:
        setting = "PRAGMA synchronous" if runner.dialect == "sqlite" else "SHOW synchronous_commit"
        [[found]] = runner.all(text(setting), {})
        if fails:
            raise ZeroDivisionError
        runner.commit()
    return found in WAITING


def test_a_commit_waits_for_the_disk_unless_it_is_asked_not_to(storage: SqlStorage) -> None:
    """AL-2: each unit of work chooses for itself, on the same connection, also after one that failed."""
    assert [commit_waits(storage, flushed=flushed) for flushed in (True, False, True)] == [True, False, True]
    with pytest.raises(ZeroDivisionError):
        commit_waits(storage, flushed=False, fails=True)
    assert commit_waits(storage, flushed=True)
