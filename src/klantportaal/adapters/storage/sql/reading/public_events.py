"""The feed of public events."""

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader
from klantportaal.adapters.storage.sql.rows import PUBLIC_EVENTS
from klantportaal.adapters.storage.sql.statements import matching
from klantportaal.domain.public_events import PublicEvent
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import EventId, OfficeId

_events, _counts = schema.public_events, schema.event_counts
_OF_OFFICE = select(*PUBLIC_EVENTS.columns).where(matching(_events, "office_id")).order_by(_events.c.number)
_FEED = _OF_OFFICE.where(_events.c.number > bindparam("after")).limit(bindparam("size"))
_SOME = _OF_OFFICE.where(_events.c.id.in_(bindparam("ids", expanding=True)))
_NEWEST = select(_counts.c.number).where(matching(_counts, "office_id", "subject"))


class PublicEventReading(Reader):
    """Reads public events."""

    def office_events(self, actor: OfficeActor, *, after: int, size: int) -> Sequence[PublicEvent]:
        """Return the events of the office with a higher number."""
        page = {"office_id": actor.office_id, "after": after, "size": size}
        return [PUBLIC_EVENTS.value(row) for row in self._all(_FEED, page)]

    def office_newest_event(self, actor: OfficeActor) -> int:
        """Return the number of the newest event of the office."""
        rows = self._all(_NEWEST, {"office_id": actor.office_id, "subject": actor.office_id})
        return next((number for (number,) in rows), 0)

    def public_events(self, office_id: OfficeId, ids: Collection[EventId]) -> Sequence[PublicEvent]:
        """Return those of some events that are stored."""
        rows = self._all(_SOME, {"office_id": office_id, "ids": sorted(ids)}) if ids else []
        return [PUBLIC_EVENTS.value(row) for row in rows]
