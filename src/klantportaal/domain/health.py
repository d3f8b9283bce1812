"""How the portal is doing: what was found, part by part, and one verdict (AL-6). Nothing here is personal data.

A part that could not be asked says so in ``problem``.
"""

import enum
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated

import attrs

from klantportaal.domain.anchoring import SealingRun
from klantportaal.domain.boundary import checked
from klantportaal.domain.outgoing import MAIL_LANES, Lane, TaskKind, lane_of
from klantportaal.domain.ranges import Range
from klantportaal.domain.values import OfficeId, TaskId

LATE: Mapping[Lane, timedelta] = {
    Lane.SMS: timedelta(minutes=1),
    Lane.AWAITED: timedelta(minutes=5),
    Lane.NOTIFICATION: timedelta(minutes=15),
    Lane.PDF: timedelta(minutes=15),
    Lane.SCAN: timedelta(minutes=15),
    Lane.WEBHOOK: timedelta(minutes=15),
}
"""How long a task may be due, by lane, before it counts as late."""
QUARANTINE_LATE = timedelta(minutes=15)
"""How long a file may wait for the scanner."""
UNSEALED_LATE = timedelta(minutes=10)
"""How long an entry of an audit trail may be without a seal. The sealer runs every few seconds, or every minute."""
KEEPS_FAILING = 4
"""From this attempt on, a task counts as one that keeps failing. That is after about two minutes."""
STUCK = 3
"""From this number of failing tasks on, a lane without a recent success is stuck."""
RECENT = timedelta(hours=1)
"""A failing task is tried again at least once an hour (``dispatch.longest_retry``)."""
FAILING_SHOWN = 20
"""How many failing tasks are listed. All are counted."""

_REPLY = re.compile(r"\b([45]\d\d)\b(?:[ -]+([45]\.\d{1,3}\.\d{1,3})\b)?", re.ASCII)
_ERROR = re.compile(r"([A-Z][A-Za-z]*Error)\b.*|([A-Z][A-Za-z]*)", re.ASCII | re.DOTALL)
_OTHER = "other"


class Verdict(enum.StrEnum):
    """The verdict about a portal."""

    OK = "ok"
    DEGRADED = "degraded"
    """Pages are served. Something else waits, fails, or could not be asked."""
    FAILING = "failing"
    """Pages cannot be served, or nothing can be stored."""


class Finding(enum.StrEnum):
    """What makes a verdict other than ok."""

    DATABASE_FAILS = "database_fails"
    """It does not answer, or is damaged."""
    NOT_MIGRATED = "not_migrated"
    """The database lacks tables of this version."""
    FILES_FAIL = "files_fail"
    """A small file could not be written, read back, or removed."""
    DISK_FULL = "disk_full"
    DISK_LOW = "disk_low"
    DISK_UNKNOWN = "disk_unknown"
    """The free space could not be asked."""
    OUTBOX_UNKNOWN = "outbox_unknown"
    LANE_LATE = "lane_late"
    """A task is due for too long (`LATE`): no process does the work of the outbox, or it cannot keep up."""
    LANE_FAILS = "lane_fails"
    """The last attempt in a lane failed for a reason that is not about one recipient."""
    LANE_STUCK = "lane_stuck"
    """Several tasks fail, and nothing succeeded for an hour, such as when the mail server refuses to relay."""
    TASK_KEEPS_FAILING = "task_keeps_failing"
    """A PDF, an SMS, or a mail that an error stops. A mail that a server does not accept is shown to its office
    instead.
    """
    SEALER_UNKNOWN = "sealer_unknown"
    SEALER_LATE = "sealer_late"
    """An entry has no seal for too long (`UNSEALED_LATE`)."""
    SEALER_STOPPED = "sealer_stopped"
    """The last run of the sealer in this process had a problem."""
    SCANNER_FAILS = "scanner_fails"
    """No file can be scanned, so no file is taken, or all wait in quarantine."""
    QUARANTINE_LATE = "quarantine_late"
    """A file waits in quarantine for too long (`QUARANTINE_LATE`)."""
    QUARANTINE_UNKNOWN = "quarantine_unknown"


FATAL = frozenset({Finding.DATABASE_FAILS, Finding.NOT_MIGRATED, Finding.FILES_FAIL, Finding.DISK_FULL})
"""With one of these, the verdict is ``FAILING``."""


def reason_of(problem: str) -> str:
    """Reduce the message about a failed task to parts without personal data: a reply's codes, or the kind of an error.

    A mail server may quote an address. The office finds the whole message in ``mail_problems``.
    """
    reply, error = _REPLY.search(problem), _ERROR.fullmatch(problem)
    if reply is not None:
        return " ".join(["reply", *filter(None, reply.groups())])
    return _OTHER if error is None else error[1] or error[2]


@attrs.frozen(kw_only=True)
class DatabaseHealth:
    """Whether the database answers."""

    latency: timedelta | None = None
    """How long one short statement took. None if it was not answered."""
    is_migrated: bool | None = None
    """Whether it has the tables of this version, or of a newer one. None if it did not answer."""
    problem: str | None = None
    """The kind of error, if there was one."""


@attrs.frozen(kw_only=True)
class FilesHealth:
    """Whether a small file could be written, read back and removed."""

    problem: str | None = None
    """The kind of error, if there was one."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class DiskSpace:
    """The space of a disk, in bytes, as far as this process may use it."""

    free: int
    size: int


@attrs.frozen(kw_only=True, field_transformer=checked)
class DiskLimits:
    """From which free space on a disk counts as low, or as full: the larger one of a number of bytes and a share.

    Full is for a disk on which nothing more can be stored for certain. Its finding takes a host out of service, so its
    share is 0 by default: a hundredth of a large disk is room for weeks.
    """

    low: Annotated[int, Range(0)] = 2**30
    """In bytes."""
    low_share: Annotated[float, Range(0, 1)] = 0.02
    """Of the size of the disk."""
    full: Annotated[int, Range(0)] = 100 * 2**20
    full_share: Annotated[float, Range(0, 1)] = 0.0

    def finding(self, space: DiskSpace) -> Finding | None:
        """Judge the space of a disk. None if it has room."""
        if space.free < max(self.full, self.full_share * space.size):
            return Finding.DISK_FULL
        return Finding.DISK_LOW if space.free < max(self.low, self.low_share * space.size) else None


@attrs.frozen(kw_only=True)
class DiskHealth:
    """The space of the disks, where they are on this machine. None where they are elsewhere, or have no limit."""

    files: DiskSpace | None = None
    database: DiskSpace | None = None
    limits: DiskLimits = DiskLimits()
    """By which they are judged: `Settings.disk`."""
    problem: str | None = None
    """The kind of error, if there was one."""

    @property
    def finding(self) -> Finding | None:
        """The worse one of the findings about both disks."""
        found = {self.limits.finding(each) for each in (self.files, self.database) if each is not None}
        return next((each for each in (Finding.DISK_FULL, Finding.DISK_LOW) if each in found), None)


@attrs.frozen(kw_only=True)
class LaneHealth:
    """One lane of the outbox, over all offices and processes."""

    lane: Lane
    due: int = 0
    """The number of tasks that are due, and that nobody has taken up."""
    age: timedelta | None = None
    """How long the oldest of them is due. None if there is none."""
    failing: int = 0
    """The number of waiting tasks that failed before."""
    succeeded_at: datetime | None = None
    """When something was last sent or made."""
    failed_at: datetime | None = None
    """When an attempt last failed for a reason that is not about one recipient."""
    problem: str | None = None
    """That reason. It stays after a success: compare the times, or ask ``fails``."""

    @property
    def fails(self) -> bool:
        """Tell whether the last attempt failed."""
        return self.failed_at is not None and (self.succeeded_at is None or self.succeeded_at < self.failed_at)

    @property
    def is_late(self) -> bool:
        """Tell whether a task is due for too long."""
        return self.age is not None and self.age > LATE[self.lane]


@attrs.frozen(kw_only=True)
class FailingTask:
    """A waiting task that failed before."""

    id: TaskId
    office_id: OfficeId
    kind: TaskKind
    attempts: int
    """How often it was taken up so far."""
    next_attempt_at: datetime
    problem: str = attrs.field(converter=reason_of)
    """The reply's codes or the kind of error, without personal data."""

    @property
    def keeps_failing(self) -> bool:
        """Tell whether it is a job that keeps failing. A mail counts only if an error of the portal stops it."""
        is_ours = lane_of(self.kind) not in MAIL_LANES or _is_error(self.problem)
        return is_ours and self.attempts >= KEEPS_FAILING


@attrs.frozen(kw_only=True)
class OutboxHealth:
    """The queue of outgoing tasks."""

    lanes: tuple[LaneHealth, ...] = ()
    """Each lane, most urgent first."""
    failing: tuple[FailingTask, ...] = ()
    """The waiting tasks that failed before: at most twenty, most attempts first."""
    problem: str | None = None
    """The kind of error, if it could not be asked."""


@attrs.frozen(kw_only=True)
class SealerHealth:
    """The sealing of the audit trails."""

    unsealed: int | None = None
    """The number of entries without a seal, of all offices. None if it could not be asked."""
    age: timedelta | None = None
    """The age of the oldest of them. None if there is none."""
    last: SealingRun | None = None
    """The last run in this process, with its problems. None if the sealer did not run in this process."""
    problem: str | None = None
    """The kind of error, if the entries could not be asked."""


@attrs.frozen(kw_only=True)
class ScannerHealth:
    """Whether the virus scanner scanned a few bytes, and found nothing in them."""

    problem: str | None = None
    """The kind of error, or what it says of these bytes. ``TimeoutError``: it took more than five seconds."""


@attrs.frozen(kw_only=True)
class QuarantineHealth:
    """The files that wait for the scanner, of all offices."""

    waiting: int | None = None
    """Their number. None if it could not be asked."""
    age: timedelta | None = None
    """How long the oldest of them waits. None if there is none."""
    problem: str | None = None
    """The kind of error, if they could not be asked."""


@attrs.frozen(kw_only=True)
class Health:
    """How the portal is doing, as one process sees it."""

    asked_at: datetime
    database: DatabaseHealth
    files: FilesHealth
    disk: DiskHealth
    outbox: OutboxHealth
    sealer: SealerHealth
    scanner: ScannerHealth | None = None
    """None if the portal has no scanner."""
    quarantine: QuarantineHealth = QuarantineHealth()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that is wrong, worst first, each once."""
        found = {*self._of_storage(), *self._of_work(), *self._of_scanning()}
        return tuple(sorted(found, key=lambda each: (each not in FATAL, each)))

    @property
    def verdict(self) -> Verdict:
        """``FAILING`` with a finding of `FATAL`, ``DEGRADED`` with any other, else ``OK``."""
        if not self.findings:
            return Verdict.OK
        return Verdict.DEGRADED if FATAL.isdisjoint(self.findings) else Verdict.FAILING

    def _of_storage(self) -> Iterator[Finding]:
        if self.database.problem is not None:
            yield Finding.DATABASE_FAILS
        elif self.database.is_migrated is False:
            yield Finding.NOT_MIGRATED
        if self.files.problem is not None:
            yield Finding.FILES_FAIL
        if self.disk.problem is not None:
            yield Finding.DISK_UNKNOWN
        if self.disk.finding is not None:
            yield self.disk.finding

    def _of_work(self) -> Iterator[Finding]:
        outbox, sealer = self.outbox, self.sealer
        if outbox.problem is not None:
            yield Finding.OUTBOX_UNKNOWN
        if any(each.is_late for each in outbox.lanes):
            yield Finding.LANE_LATE
        if any(each.fails for each in outbox.lanes):
            yield Finding.LANE_FAILS
        if any(map(self._is_stuck, outbox.lanes)):
            yield Finding.LANE_STUCK
        if any(each.keeps_failing for each in outbox.failing):
            yield Finding.TASK_KEEPS_FAILING
        if sealer.problem is not None:
            yield Finding.SEALER_UNKNOWN
        if sealer.age is not None and sealer.age > UNSEALED_LATE:
            yield Finding.SEALER_LATE
        if sealer.last is not None and sealer.last.problems:
            yield Finding.SEALER_STOPPED

    def _of_scanning(self) -> Iterator[Finding]:
        if self.scanner is not None and self.scanner.problem is not None:
            yield Finding.SCANNER_FAILS
        if self.quarantine.problem is not None:
            yield Finding.QUARANTINE_UNKNOWN
        if self.quarantine.age is not None and self.quarantine.age > QUARANTINE_LATE:
            yield Finding.QUARANTINE_LATE

    def _is_stuck(self, lane: LaneHealth) -> bool:
        is_recent = lane.succeeded_at is not None and self.asked_at - lane.succeeded_at <= RECENT
        return lane.failing >= STUCK and not is_recent


def _is_error(reason: str) -> bool:
    return reason[:1].isupper()
