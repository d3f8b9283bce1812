"""The names of workers."""

from datetime import datetime

from sqlalchemy import bindparam, delete, text

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import WORKERS
from klantportaal.adapters.storage.sql.statements import forgetting, matching
from klantportaal.domain.workers import Worker

_workers = schema.workers
_HOLD = text(
    "INSERT INTO workers (name, process, until) VALUES (:name, :process, :until) "
    "ON CONFLICT (name) DO UPDATE SET process = excluded.process, until = excluded.until "
    "WHERE workers.process = excluded.process OR workers.until <= :at"
).bindparams(
    *(bindparam(each.name, type_=each.type) for each in _workers.c), bindparam("at", type_=_workers.c.until.type)
)
_RELEASE = delete(_workers).where(matching(_workers, "name", "process"))
_FORGET = forgetting(_workers, _workers.c.until < bindparam("before"), first=_workers.c.until)


class SqlWorkers(Repository):
    """The names of workers, for all offices."""

    def hold(self, worker: Worker, *, at: datetime) -> bool:
        """Take a name for a process, or renew it."""
        return self._count(_HOLD, {**WORKERS.record(worker), "at": at}) == 1

    def release(self, worker: Worker) -> None:
        """Free a name."""
        self._run(_RELEASE, {"name": worker.name, "process": worker.process})

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete names that nobody has held since *before*."""
        return self._count(_FORGET, {"before": before, "limit": limit})
