"""The sweeper deletes a limited number of rows in each transaction, and goes on where it stopped (AL-3)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from klantportaal.adapters.files.memory import MemoryFiles
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.accounts import Account
from klantportaal.domain.outgoing import DispatchTimes
from klantportaal.testing.builders import Scene
from klantportaal.testing.fakes import PlainSeals
from klantportaal.usecases.background.refusals import RepeatedRefusals
from klantportaal.usecases.background.sweeper import Sweeper
from klantportaal.usecases.shared.recording import Recorder
from tests.storage.test_plans import is_by_index, noted, plan

AGES = timedelta(days=400)


@contextmanager
def deleted_rows(storage: SqlStorage) -> Iterator[list[int]]:
    """Collect the number of rows that each transaction deletes, if it deletes any."""
    counts: list[int] = []
    current = 0

    def count(_connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal current
        current += cursor.rowcount if "DELETE FROM" in statement else 0

    def end(_connection: Any) -> None:
        nonlocal current
        counts.extend([current] if current else [])
        current = 0

    engine = storage._engines.writing
    event.listen(engine, "after_cursor_execute", count)
    event.listen(engine, "commit", end)
    yield counts
    event.remove(engine, "after_cursor_execute", count)
    event.remove(engine, "commit", end)


class Stopped(Exception):
    """The sweeper was stopped."""


class Given:
    """A person with many sessions that ended long ago, and a sweeper that never rests."""

    def __init__(self, storage: SqlStorage, sessions: int) -> None:
        self.scene = Scene(storage=storage)
        self.storage = storage
        self.account: Account
        _client, self.account = self.scene.person(self.scene.office())
        for _each in range(sessions):
            self.scene.session(self.account)
        self.scene.clock.advance(AGES)
        self.rests: list[float] = []

    def sweeper(self, *, lasting: timedelta = timedelta(0), stops: bool = False) -> Sweeper:
        """Make a sweeper.

        Args:
            lasting: how long each transaction seems to take.
            stops: whether to stop it at its first rest.
        """

        def rest(seconds: float) -> None:
            self.rests.append(seconds)
            if stops:
                raise Stopped

        clock, storage = SlowClock(self.scene, lasting), self.storage
        recorder = Recorder(ids=self.scene.ids, seals=PlainSeals(), times=DispatchTimes())
        refusals = RepeatedRefusals(storage=storage, clock=clock, recorder=recorder)
        return Sweeper(storage=storage, files=MemoryFiles(), clock=clock, refusals=refusals, rest=rest)


class SlowClock:
    """The clock of a scene, which goes on each time it is read."""

    def __init__(self, scene: Scene, step: timedelta) -> None:
        self._clock = scene.clock
        self._step = step

    def now(self) -> Any:
        """Return the time, and let it go on."""
        return self._clock.advance(self._step)


def test_many_rows_go_in_batches_that_grow(storage: SqlStorage) -> None:
    """AL-3: the first transaction deletes 50 rows. While they are fast, each deletes twice as many as the last one."""
    given = Given(storage, 400)
    with deleted_rows(storage) as counts:
        given.sweeper().run_once()
    assert counts == [50, 100, 200, 50]
    assert len(given.rests) == 3


def test_slow_batches_shrink(storage: SqlStorage) -> None:
    """AL-3: if a transaction holds the lock for more than 20 ms, the next one deletes half as many, at least 10."""
    given = Given(storage, 110)
    with deleted_rows(storage) as counts:
        given.sweeper(lasting=timedelta(milliseconds=21)).run_once()
    assert counts == [50, 25, 12, 10, 10, 3]
    assert given.rests == [0.021] * 5


def test_a_stopped_sweep_is_gone_on_with(storage: SqlStorage) -> None:
    """AL-3: rows that were deleted before a stop stay deleted, and the next run deletes the rest."""
    given = Given(storage, 120)
    with deleted_rows(storage) as counts:
        with pytest.raises(Stopped):
            given.sweeper(stops=True).run_once()
        assert counts == [50]
        given.sweeper().run_once()
    assert counts == [50, 50, 20]


def test_what_is_old_is_found_by_an_index(storage: SqlStorage) -> None:
    """AL-3: each statement of the sweeper finds its rows by an index, in its order: what stays is not read."""
    given = Given(storage, 1)
    with noted(storage._engines.writing) as runs:
        given.sweeper().run_once()
    plans = {run[0]: plan(storage, run) for run in runs if "DELETE FROM" in run[0]}
    assert len(plans) == 16
    for statement, found in plans.items():
        # The index of problems has only what was not delivered, so it may be read whole.
        assert is_by_index(found.replace("SCAN tasks USING INDEX tasks_problems", "")), (statement, found)
        if "sqlite" in str(storage._engines.writing.url):
            assert "TEMP B-TREE FOR ORDER BY" not in found, (statement, found)
