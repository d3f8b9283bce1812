"""What a storage tells of the work of all offices, for the health report (AL-6)."""

from datetime import timedelta

from klantportaal.domain.accounts import Account
from klantportaal.domain.auditing import Entry
from klantportaal.domain.health import FailingTask, LaneHealth
from klantportaal.domain.outgoing import Lane, Task, TaskKind, lane_of
from klantportaal.domain.sealing import NONE_YET, Seal
from klantportaal.domain.values import EntryId
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import HOUR, MINUTE, START, Cast, StorageTests, all_at_once, committing

ONE_OF_EACH = (
    TaskKind.SMS_CODE,
    TaskKind.INVITATION,
    TaskKind.NOTIFICATION,
    TaskKind.RESULT,
    TaskKind.SCAN,
    TaskKind.WEBHOOK,
)
"""A kind for each lane, most urgent first."""


class HealthContract(StorageTests):
    """What a health report reads, as tests."""

    def test_an_empty_storage_is_well(self, storage: Storage, scene: Scene) -> None:
        """AL-6: an empty storage is migrated and has each lane, most urgent first; nothing waits."""
        assert storage.read.is_migrated()
        assert list(storage.read.lanes(at=scene.clock.now())) == [LaneHealth(lane=lane) for lane in Lane]
        assert list(storage.read.failing_tasks()) == []
        assert storage.read.unsealed_entries() == (0, None)
        space = storage.disk_space()
        assert space is None or 0 < space.free <= space.size

    def test_due_tasks_are_counted_by_lane(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-6: a lane has the due tasks of all offices and the age of the oldest, without later and leased tasks."""
        now = scene.clock.now()
        _foreigner, foreign = scene.person(storage.read.office(cast.foreign_desk.office_id))
        for place, kind in enumerate(ONE_OF_EACH):
            for minutes in range(place + 1):
                scene.task(foreign if minutes else cast.account, kind, due_at=now - minutes * MINUTE)
            scene.task(cast.account, kind, due_at=now + timedelta(microseconds=1))
        assert [(each.lane, each.due, each.age, each.failing) for each in storage.read.lanes(at=now)] == [
            (lane, place + 1, place * MINUTE, 0) for place, lane in enumerate(Lane)
        ]
        with committing(storage) as uow:
            (leased,) = uow.outbox.lease(Lane.PDF, at=now, until=now + HOUR, limit=1)
        assert storage.read.lanes(at=now)[3] == LaneHealth(lane=Lane.PDF, due=3, age=2 * MINUTE)
        with committing(storage) as uow:
            uow.outbox.done(leased)
        assert storage.read.lanes(at=now + HOUR)[3].due == 4

    def test_tasks_that_failed(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-6: waiting tasks that failed are counted and listed, most attempts first, with a server's codes only."""
        once, thrice = scene.task(cast.account, TaskKind.INVITATION), scene.task(cast.account, TaskKind.RESULT)
        for problem in ("KeyError", "OSError", "452 4.2.2 <jan@example.nl> is vol"):
            _fail(storage, scene, thrice, problem)
        _fail(storage, scene, once, "554 Jan")
        refused, done = (scene.task(cast.account, kind) for kind in (TaskKind.PASSWORD_SET, TaskKind.NOTIFICATION))
        _fail(storage, scene, done, "451")
        now = scene.clock.now()
        with committing(storage) as uow:
            (lease,) = uow.outbox.lease(Lane.NOTIFICATION, at=now, until=now + HOUR, limit=1)
            uow.outbox.done(lease)
            leases = uow.outbox.lease(Lane.AWAITED, at=now, until=now, limit=9)
            uow.outbox.refuse(next(each for each in leases if each.id == refused.id), problem="550")
        listed = storage.read.failing_tasks()
        assert [(each.id, each.attempts, each.problem) for each in listed] == [
            (thrice.id, 3, "reply 452 4.2.2"),
            (once.id, 2, "reply 554"),
        ]
        assert listed[0] == FailingTask(
            id=thrice.id,
            office_id=cast.office.id,
            kind=TaskKind.RESULT,
            attempts=3,
            next_attempt_at=now,
            problem="452 4.2.2",
        )
        assert [each.id for each in storage.read.failing_tasks(size=1)] == [thrice.id]
        assert [each.failing for each in storage.read.lanes(at=now)] == [0, 1, 0, 1, 0, 0]

    def test_what_came_last_of_a_lane(self, storage: Storage, scene: Scene) -> None:
        """AL-6: a lane has its last success and its last failure, each with its time. A success keeps the reason."""
        for minutes, lane, problem in (
            (0, Lane.SMS, "geen antwoord"),
            (1, Lane.AWAITED, None),
            (2, Lane.AWAITED, "ConnectionRefusedError"),
            (3, Lane.AWAITED, None),
        ):
            with committing(storage) as uow:
                uow.outbox.note(lane, at=START + minutes * MINUTE, problem=problem)
        with storage.begin() as uow:
            uow.outbox.note(Lane.PDF, at=START)
        assert list(storage.read.lanes(at=scene.clock.now())) == [
            LaneHealth(lane=Lane.SMS, failed_at=START, problem="geen antwoord"),
            LaneHealth(
                lane=Lane.AWAITED,
                succeeded_at=START + 3 * MINUTE,
                failed_at=START + 2 * MINUTE,
                problem="ConnectionRefusedError",
            ),
            LaneHealth(lane=Lane.NOTIFICATION),
            LaneHealth(lane=Lane.PDF),
            LaneHealth(lane=Lane.SCAN),
            LaneHealth(lane=Lane.WEBHOOK),
        ]

    def test_many_at_once_note(self, storage: Storage) -> None:
        """AL-6: hosts that store the first results of a lane at once all succeed, and make one row."""

        def note(number: int) -> None:
            with committing(storage) as uow:
                uow.outbox.note(Lane.PDF, at=START, problem="KeyError" if number % 2 else None)

        all_at_once(note, threads=10)
        noted = LaneHealth(lane=Lane.PDF, succeeded_at=START, failed_at=START, problem="KeyError")
        assert storage.read.lanes(at=START)[3] == noted

    def test_entries_without_a_seal(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """SI-5, AL-6: the entries without a seal of all offices are counted, with the time of the oldest."""
        entries = [
            _entry(scene, account, minutes)
            for account, minutes in ((cast.account, 5), (cast.account, 2), (scene.person(scene.office())[1], 9))
        ]
        with committing(storage) as uow:
            uow.audit.append(entries)
        assert storage.read.unsealed_entries() == (3, START + 2 * MINUTE)
        with committing(storage) as uow:
            uow.audit.head(cast.office.id)
            uow.audit.seal(cast.office.id, {entries[1].id: Seal(number=1, digest=bytes(40))}, after=NONE_YET)
        assert storage.read.unsealed_entries() == (2, START + 5 * MINUTE)


def _fail(storage: Storage, scene: Scene, task: Task, problem: str) -> None:
    """Let a task fail once. It is due again at once."""
    now = scene.clock.now()
    with committing(storage) as uow:
        for leased in uow.outbox.lease(lane_of(task.kind), at=now, until=now + HOUR, limit=9):
            uow.outbox.retry(leased, due_at=now, problem=problem)


def _entry(scene: Scene, account: Account, minutes: int) -> Entry:
    return Entry(
        id=EntryId(scene.ids.new()),
        office_id=account.office_id,
        at=START + minutes * MINUTE,
        what="MessageRead",
        which="{}",
        person_id=None,
        account_id=account.id,
        client_id=None,
        handler=None,
        network_address=None,
        signature=bytes(40),
    )
