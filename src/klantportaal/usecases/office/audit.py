"""Reading, exporting and verifying the audit trail. Each of these is recorded in the trail too (OF-1, SI-5)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Annotated

import attrs

from klantportaal.domain import anchoring, sealing
from klantportaal.domain.anchoring import STOPPING
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import Fault, FaultCode, PortalError, Refused
from klantportaal.domain.events import Event, TrailExported, TrailRead, TrailVerified
from klantportaal.domain.ranges import Range
from klantportaal.domain.sealing import Line, Seal, Verification
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import AccountId, EntryId, PersonId
from klantportaal.ports.anchors import Anchors
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import PAGE, PageSize, TrailQuery
from klantportaal.ports.secrets import Seals
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.sealing import Sealer

LARGEST = (1 << 63) - 1
"""The largest integer that the databases store."""
BATCH = 1000
"""The number of lines in one read."""


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeAudit:
    """The audit trail of an office."""

    _storage: Storage
    _clock: Clock
    _recorder: Recorder
    _seals: Seals
    _anchors: Anchors
    _sealer: Sealer

    def entries(
        self,
        actor: OfficeActor,
        *,
        what: str | None = None,
        account: AccountId | None = None,
        person: PersonId | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        oldest_first: bool = False,
        after: EntryId | None = None,
        size: PageSize = PAGE,
    ) -> Sequence[Line]:
        """List one page of the audit trail. An entry must match every filter that is given.

        Args:
            actor: who reads. The read is recorded as an entry itself, which is not on this page yet.
            what: only this kind of event, such as ``SignedIn``.
            account: only events by or about this account.
            person: only events by or about this person, such as its passwords and links.
            since: only events at this moment or later.
            until: only events before this moment.
            oldest_first: True for oldest first, False for newest first.
            after: the last entry of the previous page.
            size: the maximum number of entries.
        """
        query = TrailQuery(
            what=what,
            account=account,
            person=person,
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
        """Export the audit trail as lines of JSON, in the order of the chain. The last line is the head of the chain.

        The export has every earlier entry, and the entry of the export itself. Store the last line outside the portal:
        it is the anchor for `verify` (read it with ``klantportaal.trail.read_anchor``).

        Args:
            actor: who exports.
            after: the number in the last line of the previous export; 0 for the whole trail. Lines that had no number
                in the previous export are in this one again, with their number.
        """
        self._record(actor, TrailExported(at=self._clock.now()))
        # If the chain was tampered with or the anchor cannot be kept, export it as it is; `verify` reports the damage.
        with suppress(PortalError):
            self._sealer.seal(actor.office_id)
        return self._export(actor, after)

    def _export(self, actor: OfficeActor, after: int) -> Iterator[str]:
        head = self._storage.read.office_head(actor)
        for line in self._lines(actor, head, after=after):
            yield sealing.exported(line)
        yield sealing.exported_head(head)

    def verify(
        self, actor: OfficeActor, *, anchor: Seal | None = None, progress: Callable[[int], object] | None = None
    ) -> Verification:
        """Verify the audit trail against its hash chain, and against the anchor that the portal keeps.

        This reads the whole trail in batches. It does not block writers.

        Args:
            actor: who verifies.
            anchor: an earlier end of the chain that the office stored elsewhere, to verify against too.
            progress: is told the number of entries so far, after each thousand and at the end.

        Raises:
            Unavailable: the anchor cannot be read now.
        """
        own = self._anchors.newest(actor.office_id)  # Before the head, which is never behind it.
        head = self._storage.read.office_head(actor)
        lines = self._lines(actor, head, after=0)
        if progress is not None:
            lines = _reported(lines, progress)
        verification = sealing.verify(lines, head=head, check=self._seals.check, anchor=own, kept=anchor)
        self._record(actor, TrailVerified(broken=verification.broken, at=self._clock.now()))
        return verification

    def accept_restored(self, actor: OfficeActor, *, reason: str) -> None:
        """Go on from the trail as the database has it now, after an older backup of it was put back.

        Without this call the sealer refuses to go on, because it cannot tell a backup from tampering. Entries that
        were sealed after the backup was made are lost; an export from before shows what they were. The call is an
        entry itself, with its reason and the anchor that was given up (``TrailRestored``).

        Args:
            actor: who accepts it.
            reason: why, in one line, such as where the backup came from. It becomes part of the trail for good.

        Raises:
            Refused: the reason is missing or too long, or the sealer can go on, so that there is nothing to accept.
            Unavailable, StorageFull: the new anchor was not kept. Repeat the call.
        """
        if not any(each.kind in STOPPING for each in self._sealer.seal(actor.office_id).problems):
            raise Refused([Fault(code=FaultCode.WRONG_STATE)])
        with self._storage.begin() as uow:
            head, anchor = uow.audit.head(actor.office_id), self._anchors.newest(actor.office_id)
            fact = anchoring.restore(reason, head=head, anchor=anchor, at=self._clock.now())
            self._recorder.record(uow, actor, fact)
            uow.commit()
        self._anchors.restart(actor.office_id, head)

    def _lines(self, actor: OfficeActor, head: Seal, *, after: int) -> Iterator[Line]:
        """Yield the sealed lines, without those sealed after the head was read; then the unsealed lines."""
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


def _reported(lines: Iterable[Line], progress: Callable[[int], object]) -> Iterator[Line]:
    number = 0
    for number, line in enumerate(lines, start=1):
        yield line
        if number % BATCH == 0:
            progress(number)
    progress(number)
