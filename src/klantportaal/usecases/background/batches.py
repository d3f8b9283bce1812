"""The tasks that the threads of one process lease together, and whose outcomes they store together (AL-2).

A thread whose mail hangs holds up only that mail: the other threads take the rest of the batch.
"""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from klantportaal.domain.outgoing import Lane, Task, lane_of
from klantportaal.domain.values import TaskId
from klantportaal.forking import Lock, at_fork
from klantportaal.usecases.background.letters import Addressed
from klantportaal.usecases.background.outgoing_mail import Outcome

LARGEST_BATCH = 50
"""The largest number of mails in one lease. It limits how long SQLite is locked while their letters are made."""


@attrs.frozen(kw_only=True)
class Leased:
    """What one thread does at a time."""

    tasks: Sequence[Task]
    """One task, or notifications that become one mail."""
    letters: Mapping[TaskId, Addressed | None]
    """The letters of the mails that were leased together, as far as they are made. See `OutgoingMail.send`."""
    until: datetime
    """When it is given back if no thread has begun it, because its letter is too old then."""


class Batch:
    """What the threads for some lanes have leased and not begun, and what came of the rest. Use it under its lock.

    A forked child begins with nothing: what waits and what was sent is its parent's.
    """

    def __init__(self) -> None:
        self.lock = Lock()
        self._begin()
        at_fork(in_child=self._begin)

    def _begin(self) -> None:
        self.size = 1
        """The number of mails in the next lease. It doubles after a batch that was begun in time; else it halves."""
        self.outcomes: list[Outcome] = []
        """What is not stored yet."""
        self.unbegun: list[Task] = []
        """The tasks to give back."""
        self._waiting: dict[Lane, deque[Leased]] = defaultdict(deque)

    def next(self, lanes: Sequence[Lane]) -> Leased | None:
        """Take what waits longest in the first of some lanes where something waits."""
        waiting = next(filter(None, (self._waiting[lane] for lane in lanes)), None)
        return None if waiting is None else waiting.popleft()

    def stop_waiting(self, *, at: datetime | None = None) -> None:
        """Set aside what waits for too long at *at*, or all that waits, to be given back."""
        for waiting in self._waiting.values():
            while waiting and (at is None or waiting[0].until <= at):
                self.unbegun += waiting.popleft().tasks

    def go_on(self, leased: Sequence[Leased]) -> None:
        """Go on with what was leased, now that all outcomes are stored and the other tasks are given back."""
        if not leased:
            self.size = 1
        else:
            self.size = max(self.size // 2, 1) if self.unbegun else min(2 * self.size, LARGEST_BATCH)
        self.outcomes.clear()
        self.unbegun.clear()
        for each in leased:
            self._waiting[lane_of(each.tasks[0].kind)].append(each)
