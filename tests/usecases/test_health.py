"""The health report: every part is checked, and what cannot be checked is reported."""

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from klantportaal.adapters.files.memory import MemoryFiles
from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.adapters.storage.memory.health import HealthReading
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.anchoring import SealingProblemKind, SealingRun
from klantportaal.domain.errors import StorageFull, Unavailable
from klantportaal.domain.health import (
    KEEPS_FAILING,
    STUCK,
    DatabaseHealth,
    DiskHealth,
    DiskLimits,
    DiskSpace,
    FilesHealth,
    Finding,
    Health,
    LaneHealth,
    OutboxHealth,
    QuarantineHealth,
    SealerHealth,
    Verdict,
)
from klantportaal.domain.outgoing import Lane, TaskKind
from klantportaal.domain.sessions import Actor
from klantportaal.testing.fakes import PlainPdf
from klantportaal.usecases.shared import repetitions
from klantportaal.usecases.shared.repetitions import Failures
from tests.usecases.world import NUMBER, World

DISK_LOW = DiskLimits().low

ADDRESS = "jan@example.nl"


@pytest.fixture
def world() -> World:
    """A portal on memory, with its trail sealed."""
    world = World()
    world.portal.background.sealer.run_once()
    return world


def timeless(health: Health) -> Health:
    """Remove the latency, which differs each time."""
    assert health.database.latency is not None
    assert health.database.latency >= timedelta(0)
    return attrs.evolve(health, database=attrs.evolve(health.database, latency=None))


def lane_of(world: World, lane: Lane) -> LaneHealth:
    """Ask about one lane."""
    (found,) = (each for each in world.portal.health().outbox.lanes if each.lane is lane)
    return found


def raising(error: Exception) -> Callable[..., Any]:
    """Make a method that raises an error."""

    def call(*_args: Any, **_kwargs: Any) -> Any:
        raise error

    return call


# ------------------------------------------------------------------ what is well
def test_a_portal_that_is_well(world: World) -> None:
    """AL-6: every part is checked, the verdict is ok, and the small file is removed."""
    health = world.portal.health()
    assert timeless(health) == Health(
        asked_at=world.clock.now(),
        database=DatabaseHealth(is_migrated=True),
        files=FilesHealth(),
        disk=DiskHealth(),
        outbox=OutboxHealth(lanes=tuple(LaneHealth(lane=lane) for lane in Lane)),
        sealer=SealerHealth(unsealed=0, last=SealingRun(sealed=1)),
        quarantine=QuarantineHealth(waiting=0),
    )
    assert health.verdict is Verdict.OK
    assert world.files.contents == {}


def test_what_came_last_is_told(world: World) -> None:
    """AL-6: the report has the last success of a lane. A task that was dropped as needless is no success."""
    _client, account = world.invite(ADDRESS)
    assert lane_of(world, Lane.AWAITED) == LaneHealth(lane=Lane.AWAITED, due=1, age=timedelta(0))
    world.portal.office.clients.close_account(world.handler, account)
    world.deliver()
    assert lane_of(world, Lane.AWAITED) == LaneHealth(lane=Lane.AWAITED)
    jan = world.onboard("piet@example.nl")
    at = world.clock.now()
    world.later(minutes=1)
    assert lane_of(world, Lane.AWAITED) == LaneHealth(lane=Lane.AWAITED, succeeded_at=at)
    world.complete(jan, world.ask(jan))
    ask_code(world, jan)
    world.deliver()
    assert [lane_of(world, lane).succeeded_at for lane in (Lane.SMS, Lane.PDF)] == [world.clock.now()] * 2


def test_processes_share_what_they_know(tmp_path: Path) -> None:
    """AL-6: the report of one process has the successes and failures of another. A restart loses nothing."""
    storage = SqlStorage.sqlite(tmp_path / "portal.sqlite3")
    storage.migrate()
    world = World(storage=storage)
    world.invite(ADDRESS)
    world.deliver()
    world.mail.down = True
    world.later(minutes=1)
    world.invite("piet@example.nl")
    world.deliver()
    storage.close()
    again = SqlStorage.sqlite(tmp_path / "portal.sqlite3")
    other = World(storage=again)
    found = lane_of(other, Lane.AWAITED)
    assert (found.succeeded_at, found.failed_at) == (world.clock.now() - timedelta(minutes=1), world.clock.now())
    assert (found.problem, found.failing) == ("connection refused", 1)
    health = other.portal.health()
    assert health.disk.database is not None
    assert health.sealer.last is None
    assert Finding.LANE_FAILS in health.findings
    again.close()


# ------------------------------------------------------------------ what fails
def test_a_mail_server_that_is_down(world: World) -> None:
    """AL-6: a mail server that is down makes its lane failing, and late after a while. Both end when it is back."""
    world.mail.down = True
    world.invite(ADDRESS)
    world.deliver()
    health = world.portal.health()
    assert health.findings == (Finding.LANE_FAILS,)
    assert [each.problem for each in health.outbox.failing] == ["other"]
    world.later(minutes=10)
    assert world.portal.health().findings == (Finding.LANE_FAILS, Finding.LANE_LATE)
    world.mail.down = False
    world.deliver()
    assert world.portal.health().verdict is Verdict.OK


def test_a_mail_that_is_not_accepted_is_the_office_s(world: World) -> None:
    """AL-6: a recipient's full mailbox is listed with its codes, without the address, and has no verdict."""
    world.mail.refuse(ADDRESS, "452 4.2.2 <jan@example.nl> mailbox full")
    world.invite(ADDRESS)
    for _attempt in range(KEEPS_FAILING + 1):
        world.deliver()
        world.later(minutes=9)
    world.portal.background.sealer.run_once()
    health = world.portal.health()
    (failing,) = health.outbox.failing
    assert (failing.kind, failing.problem) == (TaskKind.INVITATION, "reply 452 4.2.2")
    assert failing.attempts >= KEEPS_FAILING
    assert Finding.TASK_KEEPS_FAILING not in health.findings
    assert Finding.LANE_FAILS not in health.findings
    assert ADDRESS not in repr(health)


def test_a_server_that_relays_for_nobody(world: World) -> None:
    """AL-6: if the server accepts no mail at all, each reply is about one recipient, and the verdict is failing."""
    for number in range(STUCK):
        address = f"klant{number}@example.nl"
        world.mail.refuse(address, "554 5.7.1 relay access denied")
        world.invite(address)
    world.deliver()
    assert world.portal.health().findings == (Finding.LANE_STUCK,)
    world.invite(ADDRESS)
    world.deliver()
    assert world.portal.health().verdict is Verdict.OK


def test_a_job_that_keeps_failing(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """AL-6: a PDF that cannot be made is logged at growing intervals, counted, and part of the verdict."""
    jan = world.onboard()
    world.complete(jan, world.ask(jan))
    monkeypatch.setattr(PlainPdf, "write", raising(KeyError("Jan Jansen")))
    for _attempt in range(9):
        world.deliver()
        world.later(minutes=70)
    told = [record.getMessage().splitlines()[0] for record in caplog.records if record.levelname == "ERROR"]
    assert [line.partition("attempt ")[2] for line in told] == [f"{times}: KeyError" for times in (1, 2, 4, 8)]
    assert "answer_pdfs.py" in caplog.text
    assert "Jansen" not in caplog.text
    world.portal.background.sealer.run_once()
    health = world.portal.health()
    (failing,) = (each for each in health.outbox.failing if each.kind is TaskKind.RESULT)
    assert (failing.attempts, failing.problem) == (9, "KeyError")
    assert {Finding.TASK_KEEPS_FAILING, Finding.LANE_FAILS} <= set(health.findings)
    assert "Jansen" not in repr(health)
    monkeypatch.undo()
    world.deliver()
    assert Finding.TASK_KEEPS_FAILING not in world.portal.health().findings


def ask_code(world: World, jan: Actor) -> None:
    """Let somebody wait for a code."""
    world.portal.client.two_step.begin_sms(jan, NUMBER)


def test_an_sms_gateway_that_is_down(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """AL-6: a gateway that is down is logged at growing intervals, without the number, and so is its return."""
    jan = world.confirmed(world.onboard())
    ask_code(world, jan)
    world.sms.down = True
    caplog.clear()
    for _quarter in range(16):
        world.deliver()
        world.later(seconds=15)
    told = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert told == [
        ("WARNING", f"no SMS goes out, after {times} attempts in a row: connection refused") for times in (1, 2, 4)
    ]
    found = lane_of(world, Lane.SMS)
    assert (found.fails, found.problem, found.failing) == (True, "connection refused", 1)
    world.sms.down = False
    ask_code(world, jan)
    world.deliver()
    assert caplog.records[-1].getMessage() == "SMSs go out again, after 5 attempts that failed"
    assert not lane_of(world, Lane.SMS).fails
    assert NUMBER[3:] not in caplog.text


def test_a_number_that_is_refused_is_no_failure_of_the_gateway(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """AL-6: a refused number says nothing about the gateway: neither a success nor a failure."""
    jan = world.confirmed(world.onboard())
    world.sms.refuse(NUMBER)
    ask_code(world, jan)
    caplog.clear()
    world.deliver()
    assert lane_of(world, Lane.SMS) == LaneHealth(lane=Lane.SMS)
    assert caplog.records == []


def test_a_sealer_that_cannot_go_on(world: World) -> None:
    """SI-5, AL-6: the report has the last run's problems and the unsealed entries, also in another process."""
    world.lose_trail()
    health = world.portal.health()
    assert (health.sealer.last, health.verdict) == (SealingRun(sealed=1), Verdict.OK)
    world.portal.background.sealer.run_once()
    health = world.portal.health()
    assert health.sealer.last is not None
    assert {each.kind for each in health.sealer.last.problems} == {SealingProblemKind.BEHIND}
    assert health.findings == (Finding.SEALER_STOPPED,)
    world.later(minutes=11)
    health = world.portal.health()
    assert (health.sealer.unsealed, health.sealer.age) == (1, timedelta(minutes=11))
    assert health.findings == (Finding.SEALER_LATE, Finding.SEALER_STOPPED)


# ------------------------------------------------------------------ what cannot be asked
def test_a_database_that_does_not_answer_is_asked_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: a database that does not answer is failing. It is asked once; files and disks are still checked."""
    world.files.room = DISK_LOW
    monkeypatch.setattr(HealthReading, "is_migrated", raising(Unavailable("host=db user=jan")))
    monkeypatch.setattr(HealthReading, "lanes", lambda *_args, **_kwargs: pytest.fail("asked once more"))
    health = world.portal.health()
    assert attrs.evolve(health, asked_at=world.clock.now()) == Health(
        asked_at=world.clock.now(),
        database=DatabaseHealth(problem="Unavailable"),
        files=FilesHealth(),
        disk=DiskHealth(files=DiskSpace(free=DISK_LOW, size=DISK_LOW)),
        outbox=OutboxHealth(problem="Unavailable"),
        sealer=SealerHealth(problem="Unavailable", last=SealingRun(sealed=1)),
        quarantine=QuarantineHealth(problem="Unavailable"),
    )
    assert health.verdict is Verdict.FAILING
    assert "jan" not in repr(health)


def test_a_database_that_is_not_migrated(tmp_path: Path) -> None:
    """AL-6: a database without its tables is reported, and the parts that need them are unknown."""
    storage = SqlStorage.sqlite(tmp_path / "portal.sqlite3")
    storage.migrate()
    world = World(storage=storage)
    storage.close()
    (tmp_path / "portal.sqlite3").unlink()
    health = world.portal.health()
    assert (health.database.is_migrated, health.database.problem) == (False, None)
    assert (health.outbox.problem, health.sealer.problem) == ("NotMigrated", "NotMigrated")
    assert health.findings[0] is Finding.NOT_MIGRATED
    storage.close()


@pytest.mark.parametrize("method", ["write", "read", "remove"])
@pytest.mark.parametrize("error", [StorageFull("vol"), Unavailable("weg"), OSError(5, "/srv/jan"), RuntimeError()])
def test_files_that_do_not_work(world: World, monkeypatch: pytest.MonkeyPatch, method: str, error: Exception) -> None:
    """AL-6: an error while writing, reading or removing a file is failing, whatever an adapter raises."""
    monkeypatch.setattr(MemoryFiles, method, raising(error))
    health = world.portal.health()
    assert health.files == FilesHealth(problem=type(error).__name__)
    assert (health.findings, health.verdict) == ((Finding.FILES_FAIL,), Verdict.FAILING)
    assert "srv" not in repr(health)
    assert bool(world.files.contents) is (method == "remove")


def test_a_file_that_comes_back_differently(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """DC-4, AL-6: a disk that returns other bytes than were written is failing."""
    monkeypatch.setattr(MemoryFiles, "read", lambda *_args, **_kwargs: (each for each in [b"klantportaal?"]))
    assert world.portal.health().files == FilesHealth(problem="FileDamaged")


@pytest.mark.parametrize("owner", [MemoryFiles, MemoryStorage])
def test_a_disk_that_cannot_be_asked(world: World, monkeypatch: pytest.MonkeyPatch, owner: type) -> None:
    """AL-6: a disk whose free space is unknown is reported."""
    monkeypatch.setattr(owner, "disk_space", raising(Unavailable()))
    health = world.portal.health()
    assert (health.disk, health.findings) == (DiskHealth(problem="Unavailable"), (Finding.DISK_UNKNOWN,))


@pytest.mark.parametrize(
    "read, finding",
    [
        ("lanes", Finding.OUTBOX_UNKNOWN),
        ("failing_tasks", Finding.OUTBOX_UNKNOWN),
        ("unsealed_entries", Finding.SEALER_UNKNOWN),
    ],
)
def test_a_part_that_cannot_be_asked(
    world: World, monkeypatch: pytest.MonkeyPatch, read: str, finding: Finding
) -> None:
    """AL-6: a read that fails makes its part unknown, and no other."""
    monkeypatch.setattr(HealthReading, read, raising(KeyError("kind")))
    health = world.portal.health()
    assert (health.findings, health.verdict) == ((finding,), Verdict.DEGRADED)
    assert {health.outbox.problem, health.sealer.problem} == {None, "KeyError"}


def test_a_disk_that_fills_up(world: World) -> None:
    """AL-6: little room is degraded before it is failing."""
    world.files.room = DISK_LOW - 1
    assert world.portal.health().verdict is Verdict.DEGRADED
    world.files.room = 5
    assert world.portal.health().findings == (Finding.FILES_FAIL, Finding.DISK_FULL)[::-1]


# ------------------------------------------------------------------ counting
def test_failures_are_counted_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-6: failures are counted for each thing. Above the limit, the count of what failed longest ago starts again."""
    monkeypatch.setattr(repetitions, "MOST", 2)
    failures = Failures()
    assert [failures.add("a") for _time in range(5)] == [1, 2, None, 4, None]
    assert failures.add("b") == 1
    assert failures.end("a") == 5
    assert failures.end("a") == 0
    assert [failures.add(each) for each in ("b", "a", "b", "c", "a")] == [2, 1, None, 1, 1]
    assert logging.getLogger(repetitions.__name__).handlers == []
