"""Counts of refusals that are not in the audit trail yet."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select, text, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import REFUSALS, Record
from klantportaal.adapters.storage.sql.statements import its, matching
from klantportaal.domain.refusals import RefusalCount
from klantportaal.domain.throttling import ThrottleSubject
from klantportaal.domain.values import OfficeId

_refusals = schema.refusals
_KEY = ("office_id", "origin", "what")
# Text, as in `entrance`: the update on conflict changes nothing, but locks a row that is there.
_HOLD = (
    text(
        "INSERT INTO refusals (office_id, origin, what, count) VALUES (:office_id, :origin, :what, 0) "
        "ON CONFLICT (office_id, origin, what) DO UPDATE SET what = excluded.what "
        f"RETURNING {', '.join(column.name for column in REFUSALS.columns)}"
    )
    .bindparams(
        bindparam("office_id", type_=_refusals.c.office_id.type), bindparam("origin", type_=_refusals.c.origin.type)
    )
    .columns(*REFUSALS.columns)
)
_SAVE = (
    update(_refusals)
    .where(its(_refusals, *_KEY))
    .values({column.name: bindparam(column.name) for column in REFUSALS.columns if column.name not in _KEY})
)
# On PostgreSQL, counts that another unit of work holds are skipped. SQLite has one writer at a time.
_ENDED = (
    select(*REFUSALS.columns)
    .where(or_(_refusals.c.since <= bindparam("before"), _refusals.c.since > bindparam("after")))
    .order_by(_refusals.c.since)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_REMOVE = delete(_refusals).where(matching(_refusals, *_KEY))


class SqlRefusals(Repository):
    """The counts of refusals."""

    def hold(self, office_id: OfficeId, origin: ThrottleSubject, what: str) -> RefusalCount:
        """Return a count, and lock it. If there is none, it is inserted without refusals."""
        return REFUSALS.value(self._one(_HOLD, {"office_id": office_id, "origin": origin, "what": what}, "count"))

    def save(self, counted: RefusalCount) -> None:
        """Save a count."""
        record = {f"its_{name}" if name in _KEY else name: each for name, each in REFUSALS.record(counted).items()}
        self._run(_SAVE, record)

    def ended(self, *, before: datetime, after: datetime, limit: int) -> Sequence[RefusalCount]:
        """Return counts of all offices that began at or before a moment, or after another, and lock them."""
        rows = self._all(_ENDED, {"before": before, "after": after, "limit": limit})
        return [REFUSALS.value(row) for row in rows]

    def remove(self, counted: RefusalCount) -> None:
        """Delete a count."""
        self._run(_REMOVE, _its_key(counted))


def _its_key(counted: RefusalCount) -> Record:
    return {"office_id": counted.office_id, "origin": counted.origin, "what": counted.what}
