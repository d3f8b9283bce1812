"""The verdict of the health report, and what it has about failed tasks."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.anchoring import SealingProblem, SealingProblemKind, SealingRun
from klantportaal.domain.health import (
    FATAL,
    KEEPS_FAILING,
    LATE,
    QUARANTINE_LATE,
    RECENT,
    STUCK,
    UNSEALED_LATE,
    DatabaseHealth,
    DiskHealth,
    DiskLimits,
    DiskSpace,
    FailingTask,
    FilesHealth,
    Finding,
    Health,
    LaneHealth,
    OutboxHealth,
    QuarantineHealth,
    ScannerHealth,
    SealerHealth,
    Verdict,
    reason_of,
)
from klantportaal.domain.outgoing import Lane, TaskKind
from klantportaal.domain.values import TaskId
from tests.domain.given import AT, OFFICE_ID

SECOND = timedelta(seconds=1)
DISK_LOW, DISK_FULL = DiskLimits().low, DiskLimits().full
WELL = Health(
    asked_at=AT,
    database=DatabaseHealth(latency=timedelta(milliseconds=1), is_migrated=True),
    files=FilesHealth(),
    disk=DiskHealth(files=DiskSpace(free=DISK_LOW, size=DISK_LOW)),
    outbox=OutboxHealth(lanes=tuple(LaneHealth(lane=lane) for lane in Lane)),
    sealer=SealerHealth(unsealed=0, last=SealingRun(sealed=3)),
)
TASK = FailingTask(
    id=TaskId(UUID(int=1)),
    office_id=OFFICE_ID,
    kind=TaskKind.RESULT,
    attempts=KEEPS_FAILING,
    next_attempt_at=AT,
    problem="KeyError",
)
PROBLEM = SealingProblem(office_id=OFFICE_ID, kind=SealingProblemKind.BEHIND)


def lane(lane: Lane = Lane.AWAITED, **fields: Any) -> dict[str, Any]:
    """Make the outbox with one lane."""
    return {"outbox": OutboxHealth(lanes=(LaneHealth(lane=lane, **fields),))}


def failing(**fields: Any) -> dict[str, Any]:
    """Make the outbox with one failing task."""
    return {"outbox": OutboxHealth(failing=(attrs.evolve(TASK, **fields),))}


def left(free: int) -> DiskSpace:
    """Make a small disk with so many bytes left."""
    return DiskSpace(free=free, size=2 * DISK_LOW)


FOUND: list[tuple[dict[str, Any], Finding]] = [
    ({"database": DatabaseHealth(problem="Unavailable")}, Finding.DATABASE_FAILS),
    ({"database": DatabaseHealth(latency=SECOND, is_migrated=False)}, Finding.NOT_MIGRATED),
    ({"files": FilesHealth(problem="StorageFull")}, Finding.FILES_FAIL),
    ({"disk": DiskHealth(files=left(DISK_FULL - 1))}, Finding.DISK_FULL),
    ({"disk": DiskHealth(files=left(DISK_LOW), database=left(0))}, Finding.DISK_FULL),
    ({"disk": DiskHealth(files=left(DISK_FULL))}, Finding.DISK_LOW),
    ({"disk": DiskHealth(database=left(DISK_LOW - 1))}, Finding.DISK_LOW),
    ({"disk": DiskHealth(database=DiskSpace(free=10 * DISK_LOW, size=1000 * DISK_LOW))}, Finding.DISK_LOW),
    ({"disk": DiskHealth(problem="OSError")}, Finding.DISK_UNKNOWN),
    ({"outbox": OutboxHealth(problem="Unavailable")}, Finding.OUTBOX_UNKNOWN),
    *((lane(each, age=LATE[each] + SECOND), Finding.LANE_LATE) for each in Lane),
    (lane(failed_at=AT), Finding.LANE_FAILS),
    (lane(failed_at=AT, succeeded_at=AT - SECOND), Finding.LANE_FAILS),
    (lane(failing=STUCK), Finding.LANE_STUCK),
    (lane(failing=STUCK, succeeded_at=AT - RECENT - SECOND), Finding.LANE_STUCK),
    (failing(), Finding.TASK_KEEPS_FAILING),
    (failing(kind=TaskKind.SMS_CODE, problem="de dienst is weg"), Finding.TASK_KEEPS_FAILING),
    (failing(kind=TaskKind.INVITATION, problem="TemplateError"), Finding.TASK_KEEPS_FAILING),
    ({"sealer": SealerHealth(problem="Unavailable")}, Finding.SEALER_UNKNOWN),
    ({"sealer": SealerHealth(unsealed=1, age=UNSEALED_LATE + SECOND)}, Finding.SEALER_LATE),
    ({"sealer": SealerHealth(unsealed=0, last=SealingRun(sealed=9, problems=(PROBLEM,)))}, Finding.SEALER_STOPPED),
    ({"scanner": ScannerHealth(problem="Unavailable")}, Finding.SCANNER_FAILS),
    ({"quarantine": QuarantineHealth(problem="Unavailable")}, Finding.QUARANTINE_UNKNOWN),
    ({"quarantine": QuarantineHealth(waiting=1, age=QUARANTINE_LATE + SECOND)}, Finding.QUARANTINE_LATE),
]
GOOD: list[dict[str, Any]] = [
    {"disk": DiskHealth()},
    *(lane(each, age=LATE[each], due=1000) for each in Lane),
    lane(succeeded_at=AT, failed_at=AT - SECOND, problem="KeyError"),
    lane(failing=STUCK - 1),
    lane(failing=100, succeeded_at=AT - RECENT),
    failing(attempts=KEEPS_FAILING - 1),
    failing(kind=TaskKind.INVITATION, attempts=500, problem="452 4.2.2 vol"),
    failing(kind=TaskKind.NOTIFICATION, attempts=500, problem="het domein antwoordt niet"),
    {"sealer": SealerHealth(unsealed=9, age=UNSEALED_LATE)},
    {"scanner": ScannerHealth()},
    {"quarantine": QuarantineHealth(waiting=9, age=QUARANTINE_LATE)},
]
MADE = st.lists(st.sampled_from([*(fields for fields, _finding in FOUND), *GOOD]))


def with_all(changes: list[dict[str, Any]]) -> Health:
    """Make what is well with some changes. Of two changes of the same part the last one counts."""
    health = WELL
    for fields in changes:
        health = attrs.evolve(health, **fields)
    return health


@pytest.mark.parametrize("fields, finding", FOUND)
def test_each_finding(fields: dict[str, Any], finding: Finding) -> None:
    """AL-6: each part that is not as it should be is one finding. It is failing if pages or storing are concerned."""
    health = attrs.evolve(WELL, **fields)
    assert health.findings == (finding,)
    assert health.verdict is (Verdict.FAILING if finding in FATAL else Verdict.DEGRADED)


@pytest.mark.parametrize("fields", [{}, *GOOD])
def test_what_is_well(fields: dict[str, Any]) -> None:
    """AL-6: a queue that moves, a mail that a server does not accept, and a problem that has passed, are ok."""
    health = attrs.evolve(WELL, **fields)
    assert (health.findings, health.verdict) == ((), Verdict.OK)


def test_what_is_fatal() -> None:
    """AL-6: without database, tables, files or room, pages cannot be served or nothing can be stored. Else they can."""
    assert {Finding.DATABASE_FAILS, Finding.NOT_MIGRATED, Finding.FILES_FAIL, Finding.DISK_FULL} == FATAL


def test_every_finding_has_an_example() -> None:
    """AL-6: no finding is without a rule."""
    assert {finding for _fields, finding in FOUND} == set(Finding)


@given(MADE)
def test_the_verdict_is_that_of_the_worst_finding(changes: list[dict[str, Any]]) -> None:
    """AL-6: the verdict follows from the findings alone: failing with a fatal one, ok with none. Worst come first."""
    health = with_all(changes)
    fatal = [finding in FATAL for finding in health.findings]
    assert fatal == sorted(fatal, reverse=True)
    assert len(set(health.findings)) == len(health.findings)
    expected = Verdict.FAILING if any(fatal) else Verdict.DEGRADED if fatal else Verdict.OK
    assert health.verdict is expected


@given(MADE, st.sampled_from(FOUND))
def test_parts_do_not_hide_one_another(changes: list[dict[str, Any]], found: tuple[dict[str, Any], Finding]) -> None:
    """AL-6: a finding in one part is reported, whatever the state of the others."""
    fields, finding = found
    assert finding in attrs.evolve(with_all(changes), **fields).findings


# ------------------------------------------------------------------ what is told of a failed task
@pytest.mark.parametrize(
    "problem, reason",
    [
        ("452 4.2.2 <jan@example.nl> mailbox full", "reply 452 4.2.2"),
        ("552 vol", "reply 552"),
        ("550-5.7.1 Jan de Vries", "reply 550 5.7.1"),
        ("KeyError", "KeyError"),
        ("StorageFull", "StorageFull"),
        ("TimeoutError timed out for jan@example.nl", "TimeoutError"),
        ("the domain of the address did not answer a moment ago", "other"),
        ("Jan de Vries is hier weg", "other"),
        ("jan@example.nl", "other"),
        ("", "other"),
    ],
)
def test_a_reason_without_personal_data(problem: str, reason: str) -> None:
    """AL-6: a reason has only the codes of a server's reply, and only the type of an error."""
    assert attrs.evolve(TASK, problem=problem).problem == reason


@given(st.text() | st.emails() | st.tuples(st.integers(200, 599), st.emails()).map(lambda pair: f"{pair[0]} {pair[1]}"))
def test_a_reason_has_only_codes_and_names_of_errors(problem: str) -> None:
    """AL-6: whatever a server says, the reason is codes, one word, or "other". Reducing it again changes nothing."""
    reason = reason_of(problem)
    assert re.fullmatch(r"reply [45]\d\d(?: [45]\.\d{1,3}\.\d{1,3})?|[A-Z][A-Za-z]*|other", reason, re.ASCII)
    assert reason_of(reason) == reason
