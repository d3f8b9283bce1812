"""Reading, exporting and verifying the trail; whoever does is in it too (OF-1, SI-5)."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Annotated

import attrs

from klantportaal.domain import sealing
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import Conflict
from klantportaal.domain.events import Event, TrailExported, TrailRead, TrailVerified
from klantportaal.domain.ranges import Range
from klantportaal.domain.sealing import Line, Seal, Verification
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import AccountId, EntryId
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import PAGE, PageSize, TrailQuery
from klantportaal.ports.secrets import Seals
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.sealing import Sealer

LARGEST = (1 << 63) - 1
"""The largest number that databases count to."""
BATCH = 1000
"""Lines read at once."""


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeAudit:
    """An office's audit trail."""

    _storage: Storage
    _clock: Clock
    _recorder: Recorder
    _seals: Seals
    _sealer: Sealer

    def entries(
        self,
        actor: OfficeActor,
        *,
        what: str | None = None,
        account: AccountId | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        oldest_first: bool = False,
        after: EntryId | None = None,
        size: PageSize = PAGE,
    ) -> Sequence[Line]:
        """List a page of the trail: all of it, or what one account did and what was done to it, or one kind of event.

        Args:
            actor: who looks; that becomes an entry itself, which is not on the page yet.
            what: the name of a kind of event, such as ``SignedIn``.
            account: by whom, or about whom.
            since: at this moment or later.
            until: before this moment.
            oldest_first: or else newest first.
            after: the last entry of the page before.
            size: how many at most.
        """
        query = TrailQuery(
            what=what,
            account=account,
            since=since,
            until=until,
            oldest_first=oldest_first,
            after=after,
            size=size,
        )
        lines = self._storage.read.office_trail(actor, query)
        self._record(actor, TrailRead(at=self._clock.now()))
        return lines

    def export(self, actor: OfficeActor, *, after: Annotated[int, Range(0, LARGEST)] = 0) -> Iterator[str]:
        """Write the trail as lines of JSON, in the order of the chain; the last line is its head.

        Everything that was written before is in it, as is the export itself. Kept elsewhere, the last line is the
        anchor for `verify` (``klantportaal.trail.read_anchor``), and the number in it where the next export
        goes on: *after*. What has no number is in the next one again, with its number.
        """
        self._record(actor, TrailExported(at=self._clock.now()))
        with suppress(Conflict):  # Of a chain that was tampered with, what there is; `verify` tells of it.
            self._sealer.seal(actor.office_id)
        return self._export(actor, after)

    def _export(self, actor: OfficeActor, after: int) -> Iterator[str]:
        head = self._storage.read.office_head(actor)
        for line in self._lines(actor, head, after=after):
            yield sealing.exported(line)
        yield sealing.exported_head(head)

    def verify(self, actor: OfficeActor, *, anchor: Seal | None = None) -> Verification:
        """Hold the trail against its chain, and against the head that the office kept elsewhere.

        It reads the whole trail, some lines at a time; nobody who writes waits for it.
        """
        head = self._storage.read.office_head(actor)
        lines = self._lines(actor, head, after=0)
        verification = sealing.verify(lines, head=head, check=self._seals.check, anchor=anchor)
        self._record(actor, TrailVerified(broken=verification.broken, at=self._clock.now()))
        return verification

    def _lines(self, actor: OfficeActor, head: Seal, *, after: int) -> Iterator[Line]:
        """Give the sealed lines, less those that were sealed since the head was read, and then the others."""
        for line in self._sealed(actor, after):
            if _number(line) <= head.number or _number(line) > self._storage.read.office_head(actor).number:
                yield line
        last = None
        while batch := self._storage.read.office_unsealed(actor, after=last, size=BATCH):
            yield from batch
            last = batch[-1].entry.id

    def _sealed(self, actor: OfficeActor, after: int) -> Iterator[Line]:
        while batch := self._storage.read.office_sealed(actor, after=after, size=BATCH):
            yield from batch
            after = _number(batch[-1])

    def _record(self, actor: OfficeActor, fact: Event) -> None:
        with self._storage.begin() as uow:
            self._recorder.record(uow, actor, fact)
            uow.commit()


def _number(line: Line) -> int:
    return (line.seal or sealing.NONE_YET).number
