"""Reminders that were sent, as the office sees them."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import (
    BEFORE_ALL_IDS,
    BEFORE_ALL_MOMENTS,
    Reader,
    older_than,
)
from klantportaal.adapters.storage.sql.rows import REMINDERS
from klantportaal.adapters.storage.sql.statements import matching
from klantportaal.domain.sessions import OfficeActor
from klantportaal.ports.reading import PAGE, ReminderKey, ReminderRow

_reminders, _persons = schema.reminders, schema.persons
_its_person = (_persons.c.office_id == _reminders.c.office_id) & (_persons.c.id == _reminders.c.person_id)
_SENT = (
    select(*REMINDERS.columns, _persons.c.email)
    .join_from(_reminders, _persons, _its_person)
    .where(matching(_reminders, "office_id"), older_than(_reminders.c.sent_at, _reminders.c.id))
    .order_by(_reminders.c.sent_at.desc(), _reminders.c.id.desc())
    .limit(bindparam("size"))
)


class ReminderReading(Reader):
    """Reads of reminders."""

    def office_reminders(
        self, actor: OfficeActor, *, after: ReminderKey | None = None, size: int = PAGE
    ) -> Sequence[ReminderRow]:
        """Return the reminders that were sent, newest first."""
        page = {
            "office_id": actor.office_id,
            "after_moment": after.sent_at if after else BEFORE_ALL_MOMENTS,
            "after_id": after.id if after else BEFORE_ALL_IDS,
            "size": size,
        }
        rows = self._all(_SENT, page)
        return [ReminderRow(reminder=REMINDERS.value(row), email=row[REMINDERS.width]) for row in rows]
