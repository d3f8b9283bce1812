"""Sealing the audit trail: each entry gets its number in its office's chain, some time after it was written (SI-5).

So writing an entry takes no lock, and two writers at the same time do not have to agree on an order.

The sealer goes on only from the anchor of an office, which is kept outside the database. It seals only entries with a
good signature. What it refuses is in the log, and in its result.
"""

import logging
from collections.abc import Callable, MutableSequence, Sequence

import attrs

from klantportaal.domain import anchoring, sealing
from klantportaal.domain.anchoring import SealingProblem, SealingProblemKind, SealingRun
from klantportaal.domain.auditing import Entry
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.sealing import Seal
from klantportaal.domain.values import EntryId, OfficeId
from klantportaal.log_events import EventLog
from klantportaal.ports.anchors import Anchors
from klantportaal.ports.secrets import Seals
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared.repetitions import Repetitions

_LOG = EventLog(__name__)
BATCH = 200
"""The number of entries sealed in one unit of work. It is small, because SQLite has one writer at a time."""


@attrs.frozen(kw_only=True)
class _Step:
    """The result of one unit of work."""

    head: Seal | None = None
    """The new head to keep as anchor. None if there is none."""
    looked_at: Sequence[Entry] = ()
    """The unsealed entries that were read."""
    sealed: int = 0
    left_out: tuple[SealingProblem, ...] = ()
    stopped: SealingProblemKind | None = None
    """Why nothing can be sealed."""

    @property
    def is_last(self) -> bool:
        """Tell whether there is nothing more to do."""
        return self.head is None and not self.looked_at


@checked_calls
@attrs.frozen(kw_only=True)
class Sealer:
    """Seals the audit trail. Safe to run at any time, in any number of hosts."""

    _storage: Storage
    _seals: Seals
    _anchors: Anchors
    _runs: MutableSequence[SealingRun]
    """Gets the result of each run, for the health report."""
    _repetitions: Repetitions = attrs.field(factory=Repetitions, init=False)

    def run_once(self, *, stopping: Callable[[], bool] = lambda: False) -> SealingRun:
        """Seal all unsealed entries of all offices.

        A problem of one office keeps no other office waiting. Each problem is in the result. It is logged at its first,
        second, fourth, eighth … run. See ``SealingProblemKind``.

        Args:
            stopping: asked before each batch of 200 entries. Once it is true, no more are sealed.
        """
        run = anchoring.together(self._seal_or_fail(each, stopping) for each in self._storage.read.unsealed())
        self._runs.append(run)
        self._tell(run.problems)
        return run

    def seal(self, office_id: OfficeId, *, stopping: Callable[[], bool] = lambda: False) -> SealingRun:
        """Seal all unsealed entries of one office, and keep the new head of its chain as its anchor.

        Args:
            office_id: the office.
            stopping: as of ``run_once``.

        Raises:
            Conflict: an entry or a number after the head of the chain is sealed already, so it is not the head.
            Unavailable, StorageFull: the anchor cannot be read or kept. At most one batch was sealed.
        """
        run, after = SealingRun(sealed=0), None
        while not stopping():
            step = self._step(office_id, after)
            if step.stopped is not None:
                stopped = SealingProblem(office_id=office_id, kind=step.stopped)
                return anchoring.together([run, SealingRun(sealed=0, problems=(stopped,))])
            if step.is_last:
                break
            run = anchoring.together([run, SealingRun(sealed=step.sealed, problems=step.left_out)])
            after = step.looked_at[-1].id if step.looked_at else after
            if step.head is not None:
                self._anchors.add(office_id, step.head)
        return run

    def _step(self, office_id: OfficeId, after: EntryId | None) -> _Step:
        """Seal one batch, or follow one batch that another process sealed without keeping the anchor.

        The anchor is read while the head is locked. An anchor is written after the commit of its head, so it is never
        ahead of the chain, unless the database was set back.
        """
        with self._storage.begin() as uow:
            head = uow.audit.head(office_id)
            anchor = self._anchors.newest(office_id)
            if (first := anchoring.first_anchor(head, anchor)) is not None:
                # Kept before the first seal is committed: from then on, a chain without an anchor has lost it.
                self._anchors.add(office_id, anchor := first)
            if anchor is None or (stopped := anchoring.compare(head, anchor)):
                return _Step(stopped=SealingProblemKind.NO_ANCHOR if anchor is None else stopped)
            if anchor.number < head.number:
                return self._follow(uow, office_id, anchor, head)
            step = self._seal_some(uow, office_id, head, after)
            uow.commit()
        return step

    def _follow(self, uow: UnitOfWork, office_id: OfficeId, anchor: Seal, head: Seal) -> _Step:
        lines = uow.audit.sealed(office_id, after=anchor.number, limit=BATCH)
        reached = anchoring.follow(lines, anchor=anchor, head=head, check=self._seals.check)
        return _Step(head=reached, stopped=None if reached else SealingProblemKind.OTHER_CHAIN)

    def _seal_some(self, uow: UnitOfWork, office_id: OfficeId, head: Seal, after: EntryId | None) -> _Step:
        entries = uow.audit.unsealed(office_id, after=after, limit=BATCH)
        good, left_out = anchoring.sort_out(entries, self._seals.check)
        if not good:
            return _Step(looked_at=entries, left_out=left_out)
        seals = sealing.seal_all(good, after=head, digest=self._seals.digest)
        uow.audit.seal(office_id, seals, after=head)
        return _Step(looked_at=entries, left_out=left_out, sealed=len(good), head=seals[good[-1].id])

    def _seal_or_fail(self, office_id: OfficeId, stopping: Callable[[], bool]) -> SealingRun:
        try:
            return self.seal(office_id, stopping=stopping)
        except Exception as error:  # noqa: BLE001 - a row that somebody damaged must not stop the other offices
            problem = SealingProblem(office_id=office_id, kind=SealingProblemKind.FAILED, error=type(error).__name__)
            return SealingRun(sealed=0, problems=(problem,))

    def _tell(self, problems: Sequence[SealingProblem]) -> None:
        """Log the problems of a run, each in one line without personal data."""
        for each in self._repetitions.due({(each.office_id, each.kind): each for each in problems}):
            if each.kind is SealingProblemKind.FAILED:
                text = "the trail of office %(office_id)s cannot be sealed on: %(reason)s"
                _LOG.log(logging.ERROR, "sealing_failed", text, office_id=each.office_id, reason=each.error)
            elif each.kind in anchoring.STOPPING:
                text = "the trail of office %(office_id)s is not sealed on: %(reason)s"
                _LOG.log(logging.CRITICAL, "sealing_stopped", text, office_id=each.office_id, reason=each.kind)
            else:
                _LOG.log(
                    logging.CRITICAL,
                    "entries_not_sealed",
                    "the trail of office %(office_id)s: %(entries)d entries are not sealed: %(reason)s, "
                    "first %(first)s",
                    office_id=each.office_id,
                    entries=each.entries,
                    reason=each.kind,
                    first=each.first,
                )
