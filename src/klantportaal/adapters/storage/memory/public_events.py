"""The repository of public events, and its reads (EV-1)."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from uuid import UUID

import attrs

from klantportaal.adapters.storage.memory.tables import Tables, drop
from klantportaal.domain.public_events import Announcement, PublicEvent
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import EventId, OfficeId


@attrs.frozen
class PublicEvents:
    """The public events."""

    _tables: Tables

    def add(self, event: Announcement) -> None:
        """Add an event. Units of work run one at a time, so the numbers are those of the commits."""
        dossier_id = event.content.dossier_id
        self._tables.public_events[event.id] = PublicEvent(
            id=event.id,
            office_id=event.office_id,
            number=self._next(event.office_id, event.office_id),
            type=event.content.type,
            at=event.at,
            dossier_id=dossier_id,
            dossier_number=None if dossier_id is None else self._next(event.office_id, dossier_id),
            data=event.content.data,
        )

    def _next(self, office_id: OfficeId, subject: UUID) -> int:
        counts = self._tables.event_counts
        counts[office_id, subject] = counts.get((office_id, subject), 0) + 1
        return counts[office_id, subject]

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete the events of all offices from before a moment."""
        return drop(self._tables.public_events, limit, lambda _id, event: event.at < before)


@attrs.frozen(slots=False)  # MemoryReading inherits from several such classes.
class PublicEventReading:
    """Reads the public events."""

    _committed: Callable[[], Tables]

    def office_events(self, actor: OfficeActor, *, after: int, size: int) -> Sequence[PublicEvent]:
        """Return the events of the office with a higher number."""
        return [each for each in self._of(actor.office_id) if each.number > after][:size]

    def office_newest_event(self, actor: OfficeActor) -> int:
        """Return the number of the newest event of the office."""
        return self._committed().event_counts.get((actor.office_id, actor.office_id), 0)

    def public_events(self, office_id: OfficeId, ids: Collection[EventId]) -> Sequence[PublicEvent]:
        """Return those of some events that are stored."""
        return [each for each in self._of(office_id) if each.id in ids]

    def _of(self, office_id: OfficeId) -> Sequence[PublicEvent]:
        own = [each for each in self._committed().public_events.values() if each.office_id == office_id]
        return sorted(own, key=lambda each: each.number)
