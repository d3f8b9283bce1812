"""What the health report asks of the database, for all offices: a statement each, by partial indexes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, column, func, literal_column, select, table, union_all

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.failures import NotMigrated
from klantportaal.adapters.storage.sql.reading.base import Reader
from klantportaal.adapters.storage.sql.rows import WORKERS
from klantportaal.adapters.storage.sql.statements import written
from klantportaal.adapters.storage.sql.types import MOMENT, Choice
from klantportaal.domain.health import FAILING_SHOWN, FailingTask, LaneHealth
from klantportaal.domain.outgoing import Lane, TaskState
from klantportaal.domain.workers import Worker

_tasks, _lanes, _entries = schema.tasks, schema.lanes, schema.entries
_version = table(schema.VERSION_TABLE, column("version_num"))
_REVISION = select(_version.c.version_num)
_WAITS = _tasks.c.state == written(TaskState.WAITING)
# The last two are the conditions of the index of problems, the first one is that of the index of what waits.
_FAILS = (_WAITS, _tasks.c.state != written(TaskState.DONE), _tasks.c.problem.is_not(None))
_every = union_all(
    *(
        select(literal_column(f"'{lane}'", Choice(Lane)).label("lane"), literal_column(str(place)).label("place"))
        for place, lane in enumerate(Lane)
    )
).subquery()
_DUE = (_WAITS, _tasks.c.lane == _every.c.lane, _tasks.c.due_at <= bindparam("at", type_=MOMENT))
_failing = select(_tasks.c.lane, func.count().label("failing")).where(*_FAILS).group_by(_tasks.c.lane).subquery()
_LANES = (
    select(
        _every.c.lane,
        select(func.count()).where(*_DUE).correlate(_every).scalar_subquery(),
        select(func.min(_tasks.c.due_at)).where(*_DUE).correlate(_every).scalar_subquery(),
        func.coalesce(_failing.c.failing, 0),
        _lanes.c.succeeded_at,
        _lanes.c.failed_at,
        _lanes.c.problem,
    )
    .join_from(_every, _lanes, _lanes.c.lane == _every.c.lane, isouter=True)
    .join(_failing, _failing.c.lane == _every.c.lane, isouter=True)
    .order_by(_every.c.place)
)
_FAILING = (
    select(_tasks.c.id, _tasks.c.office_id, _tasks.c.kind, _tasks.c.attempts, _tasks.c.due_at, _tasks.c.problem)
    .where(*_FAILS)
    .order_by(_tasks.c.attempts.desc(), _tasks.c.id)
    .limit(bindparam("size"))
)
_WORKERS = select(*WORKERS.columns).where(schema.workers.c.until > bindparam("at")).order_by(schema.workers.c.name)
_UNSEALED = select(func.count(), func.min(_entries.c.at)).where(_entries.c.number.is_(None))


class HealthReading(Reader):
    """Reads for the health report."""

    def is_migrated(self) -> bool:
        """Tell whether the tables are those of this version, or of a newer one."""
        return self.revision() >= schema.REVISION

    def revision(self) -> str:
        """Return the newest migration of the tables; "" if there are no tables yet."""
        try:
            [(revision,)] = self._all(_REVISION, {}) or [("",)]
        except NotMigrated:
            return ""
        return str(revision)

    def lanes(self, *, at: datetime) -> Sequence[LaneHealth]:
        """Return each lane, most urgent first."""
        return [
            LaneHealth(
                lane=lane,
                due=due,
                age=None if oldest is None else at - oldest,
                failing=failing,
                succeeded_at=succeeded_at,
                failed_at=failed_at,
                problem=problem,
            )
            for lane, due, oldest, failing, succeeded_at, failed_at, problem in self._all(_LANES, {"at": at})
        ]

    def failing_tasks(self, *, size: int = FAILING_SHOWN) -> Sequence[FailingTask]:
        """Return the waiting tasks that failed before, most attempts first."""
        return [
            FailingTask(
                id=id, office_id=office_id, kind=kind, attempts=attempts, next_attempt_at=due_at, problem=problem
            )
            for id, office_id, kind, attempts, due_at, problem in self._all(_FAILING, {"size": size})
        ]

    def workers(self, *, at: datetime) -> Sequence[Worker]:
        """Return the workers that hold a name, by name."""
        return [WORKERS.value(row) for row in self._all(_WORKERS, {"at": at})]

    def unsealed_entries(self) -> tuple[int, datetime | None]:
        """Return the number of entries without a seal, and the time of the oldest."""
        [(count, oldest)] = self._all(_UNSEALED, {})
        return int(count), oldest
