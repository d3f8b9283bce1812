"""Public events, which get their numbers when the unit of work commits (EV-1)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from sqlalchemy import bindparam, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import PUBLIC_EVENTS
from klantportaal.adapters.storage.sql.running import Runner
from klantportaal.adapters.storage.sql.statements import adding, adding_once, forgetting, its
from klantportaal.domain.public_events import Announcement, PublicEvent
from klantportaal.domain.values import OfficeId

_events, _counts = schema.public_events, schema.event_counts
_ADD = adding(_events)
_BEGIN = adding_once(_counts)
_COUNT = (
    update(_counts)
    .where(its(_counts, "office_id", "subject"))
    .values(number=_counts.c.number + bindparam("more"))
    .returning(_counts.c.number)
)
_FORGET = forgetting(_events, _events.c.at < bindparam("before"), first=_events.c.at)


class SqlPublicEvents(Repository):
    """Public events.

    They are written last, just before the commit. Another unit of work of the same office waits meanwhile for the row
    with the number of the office. So the numbers have the order of the commits. Offices are taken in the order of their
    ids, and nothing is locked after them, so that units of work do not deadlock.
    """

    def __init__(self, runner: Runner) -> None:
        super().__init__(runner)
        self._added: list[Announcement] = []

    def add(self, event: Announcement) -> None:
        """Keep an event until the commit."""
        self._added.append(event)

    def write(self) -> None:
        """Number and insert the events. Call it last in the unit of work."""
        of_office = attrgetter("office_id")
        for office_id, added in groupby(sorted(self._added, key=of_office), key=of_office):
            self._count_each(_ADD, [PUBLIC_EVENTS.record(each) for each in self._numbered(office_id, [*added])])
        self._added.clear()

    def _numbered(self, office_id: OfficeId, added: Sequence[Announcement]) -> Iterator[PublicEvent]:
        """Give events of one office their numbers: those of the office, and those of each dossier."""
        counts = Counter(each.content.dossier_id for each in added)
        numbers = self._next(office_id, office_id, len(added))
        within = {id: self._next(office_id, id, count) for id, count in counts.items() if id is not None}
        for event in added:
            dossier_id = event.content.dossier_id
            yield PublicEvent(
                id=event.id,
                office_id=office_id,
                number=next(numbers),
                type=event.content.type,
                at=event.at,
                dossier_id=dossier_id,
                dossier_number=None if dossier_id is None else next(within[dossier_id]),
                data=event.content.data,
            )

    def _next(self, office_id: OfficeId, subject: UUID, count: int) -> Iterator[int]:
        """Give the next numbers of the events of an office or a dossier, and lock them."""
        more = {"its_office_id": office_id, "its_subject": subject, "more": count}
        counted = self._first(_COUNT, more)
        if counted is None:
            self._run(_BEGIN, {"office_id": office_id, "subject": subject, "number": 0})
            counted = self._one(_COUNT, more, "office")
        last: int = counted[0]
        return iter(range(last - count + 1, last + 1))

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete the events of all offices from before a moment."""
        return self._count(_FORGET, {"before": before, "limit": limit})
