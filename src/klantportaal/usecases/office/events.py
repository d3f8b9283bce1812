"""The feed of an office's public events (EV-1)."""

from typing import Annotated

import attrs

from klantportaal.domain import public_events
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.public_events import EventPage
from klantportaal.domain.ranges import Range
from klantportaal.domain.sessions import OfficeActor
from klantportaal.ports.reading import PAGE, PageSize
from klantportaal.ports.storage import Storage

LARGEST = (1 << 63) - 1
"""The largest integer that the databases store."""


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeEvents:
    """The public events of an office."""

    _storage: Storage

    def list(
        self, actor: OfficeActor, *, after: Annotated[int, Range(0, LARGEST)] = 0, size: PageSize = PAGE
    ) -> EventPage:
        """List one page of the events, in the order in which they were committed. No event comes between them later.

        Ask again with the cursor of the page, when all of it was dealt with: then nothing is missed, and after a crash
        an event may come twice, with the same id. Events are kept for 30 days; the page tells how many were missed.

        Args:
            actor: the office.
            after: the cursor of the previous page. 0 begins with the oldest event that is kept.
            size: the maximum number of events.

        Raises:
            Refused: the cursor is ahead of the feed, because an older backup was put back. Begin again with ``newest``.
        """
        newest = self._storage.read.office_newest_event(actor)
        found = self._storage.read.office_events(actor, after=after, size=size)
        return public_events.page(tuple(found), after=after, newest=newest)

    def newest(self, actor: OfficeActor) -> int:
        """Give the cursor of the newest event, to begin with what is still to happen. 0 if there is none."""
        return self._storage.read.office_newest_event(actor)
