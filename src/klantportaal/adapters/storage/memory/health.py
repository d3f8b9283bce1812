"""What the health report asks of the storage, for all offices."""

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs

from klantportaal.adapters.storage.memory.tables import Tables
from klantportaal.domain.health import FAILING_SHOWN, FailingTask, LaneHealth
from klantportaal.domain.outgoing import Lane, Task, TaskState, lane_of
from klantportaal.domain.workers import Worker


@attrs.frozen(slots=False)  # MemoryReading inherits from several such classes.
class HealthReading:
    """Reads for the health report."""

    _committed: Callable[[], Tables]

    def is_migrated(self) -> bool:
        """Tell that the tables are those of this version: they are made when the process starts."""
        return True

    def lanes(self, *, at: datetime) -> Sequence[LaneHealth]:
        """Return each lane, most urgent first."""
        return [self._lane(lane, at) for lane in Lane]

    def failing_tasks(self, *, size: int = FAILING_SHOWN) -> Sequence[FailingTask]:
        """Return the waiting tasks that failed before, most attempts first."""
        failing = [(task, task.problem) for task in self._waiting() if task.problem is not None]
        failing.sort(key=lambda each: (-each[0].attempts, each[0].id))
        return [
            FailingTask(
                id=task.id,
                office_id=task.office_id,
                kind=task.kind,
                attempts=task.attempts,
                next_attempt_at=task.due_at,
                problem=problem,
            )
            for task, problem in failing[:size]
        ]

    def workers(self, *, at: datetime) -> Sequence[Worker]:
        """Return the workers that hold a name, by name."""
        return [worker for _name, worker in sorted(self._committed().workers.items()) if worker.until > at]

    def unsealed_entries(self) -> tuple[int, datetime | None]:
        """Return the number of entries without a seal, and the time of the oldest."""
        tables = self._committed()
        unsealed = [entry.at for id, entry in tables.entries.items() if id not in tables.seals]
        return len(unsealed), min(unsealed, default=None)

    def _lane(self, lane: Lane, at: datetime) -> LaneHealth:
        waiting = [task for task in self._waiting() if lane_of(task.kind) is lane]
        due = [task.due_at for task in waiting if task.due_at <= at]
        return attrs.evolve(
            self._committed().lanes.get(lane, LaneHealth(lane=lane)),
            due=len(due),
            age=at - min(due) if due else None,
            failing=sum(task.problem is not None for task in waiting),
        )

    def _waiting(self) -> list[Task]:
        return [task for task in self._committed().tasks.values() if task.state is TaskState.WAITING]
