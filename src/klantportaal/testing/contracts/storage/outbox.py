"""The outbox: tasks that are leased, retried, refused and done.

The module is long because it has all promises about tasks.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from klantportaal.domain.accounts import Account
from klantportaal.domain.errors import Absent
from klantportaal.domain.outgoing import Lane, Task, TaskKind, TaskState, lane_of
from klantportaal.domain.values import AccountId, TaskId
from klantportaal.ports.reading import AccountCard, MailProblem
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import (
    AWKWARD_TEXTS,
    HOUR,
    MINUTE,
    Cast,
    StorageTests,
    all_at_once,
    committing,
    is_utc_to_the_microsecond,
)

LEASE = 2 * MINUTE


class OutboxContract(StorageTests):
    """Tests of the outbox."""

    def test_a_task_comes_back_leased(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: a leased task comes back unchanged, with one attempt."""
        payload = {"address": AWKWARD_TEXTS[0], "invited": "", AWKWARD_TEXTS[1]: AWKWARD_TEXTS[2]}
        task = scene.task(cast.account, TaskKind.PASSWORD_LINK, person_id=None, payload=payload)
        notice = scene.task(cast.second)
        now = scene.clock.now()
        leased, other = _lease(storage, at=now)
        assert leased == attrs.evolve(task, attempts=1)
        assert other == attrs.evolve(notice, attempts=1)
        assert (other.person_id, other.account_id) == (cast.account.person_id, cast.second.id)
        assert is_utc_to_the_microsecond(leased.made_at)
        assert is_utc_to_the_microsecond(leased.due_at)

    def test_due_tasks_of_all_offices_are_leased_oldest_due_first(
        self, storage: Storage, scene: Scene, cast: Cast
    ) -> None:
        """AL-2: due tasks of all offices are leased, oldest due first, up to the limit."""
        now = scene.clock.now()
        _foreigner, foreign = scene.person(storage.read.office(cast.foreign_desk.office_id))
        later = scene.task(cast.account, due_at=now + timedelta(microseconds=1))
        due = scene.task(cast.account, due_at=now)
        overdue = scene.task(foreign, due_at=now - HOUR)
        assert [task.id for task in _lease(storage, at=now, limit=1)] == [overdue.id]
        assert [task.id for task in _lease(storage, at=now)] == [due.id]
        assert _lease(storage, at=now) == []
        assert [task.id for task in _lease(storage, at=now + timedelta(microseconds=1))] == [later.id]

    def test_lanes_do_not_mix(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """TS-2, AL-2: SMS codes, awaited mails, notifications and PDFs do not wait for one another."""
        now = scene.clock.now()
        kinds = [kind for kind in TaskKind if kind is not TaskKind.SMS_CODE]
        mails = [scene.task(cast.account, kind, due_at=now - HOUR) for kind in kinds]
        first, second = (
            scene.task(cast.account, TaskKind.SMS_CODE, person_id=None, due_at=at) for at in (now - MINUTE, now)
        )
        scene.task(cast.account, TaskKind.SMS_CODE, person_id=None, due_at=now + MINUTE)
        assert [task.id for task in _lease(storage, Lane.SMS, at=now, limit=1)] == [first.id]
        assert [task.id for task in _lease(storage, Lane.SMS, at=now)] == [second.id]
        for lane in (Lane.AWAITED, Lane.NOTIFICATION, Lane.PDF, Lane.SCAN, Lane.WEBHOOK):
            ours = [task.id for task in mails if lane_of(task.kind) is lane]
            assert [task.id for task in _lease(storage, lane, at=now)] == ours != []

    def test_the_same_work_is_kept_once(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ON-6: a second task with the same key is dropped, within its office."""
        _foreigner, foreign = scene.person(storage.read.office(cast.foreign_desk.office_id))
        first = scene.task(cast.account, key="welkom")
        scene.task(cast.account, key="welkom")
        theirs = scene.task(foreign, key="welkom")
        leased = _lease(storage, at=scene.clock.now())
        assert sorted(task.id for task in leased) == [first.id, theirs.id]

    def test_the_same_work_is_kept_once_when_done(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ON-6: a task is dropped if a task with its key was done."""
        scene.task(cast.account, key="welkom")
        (leased,) = _lease(storage, at=scene.clock.now())
        with committing(storage) as uow:
            assert uow.outbox.done(leased)
        scene.task(cast.account, key="welkom")
        assert _lease(storage, at=scene.clock.now()) == []

    def test_the_same_work_from_many_is_kept_once(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ON-6: of concurrent tasks with one key, one is stored, and the others raise no error."""
        model = attrs.evolve(scene.task(cast.account), key="samen")
        ids = [TaskId(scene.ids.new()) for _each in range(8)]

        def add(number: int) -> None:
            with committing(storage) as uow:
                uow.outbox.add(attrs.evolve(model, id=ids[number]))

        all_at_once(add, threads=8)
        assert len(_lease(storage, at=scene.clock.now())) == 2

    def test_of_dispatchers_at_once_each_task_goes_to_one(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: with several dispatchers, every task is leased exactly once."""
        tasks = [scene.task(cast.account) for _each in range(20)]
        now = scene.clock.now()

        def work(_number: int) -> list[Task]:
            mine: list[Task] = []
            while leased := _lease(storage, at=now, limit=3):
                mine += leased
            return mine

        leased = [task for taken in all_at_once(work, threads=6) for task in taken]
        assert sorted(task.id for task in leased) == [task.id for task in tasks]
        assert {task.attempts for task in leased} == {1}

    def test_a_lease_ends(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: a task can be leased again when its lease ends, and not before."""
        task, now = scene.task(cast.account), scene.clock.now()
        assert len(_lease(storage, at=now)) == 1
        assert _lease(storage, at=now + LEASE - timedelta(microseconds=1)) == []
        (again,) = _lease(storage, at=now + LEASE)
        assert again == attrs.evolve(task, attempts=2, due_at=now + LEASE)

    def test_what_was_not_begun_is_given_back(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: a task that is given back is as it was before the lease, and in its former place."""
        now = scene.clock.now()
        first, second = (scene.task(cast.account, due_at=now - ago) for ago in (HOUR, MINUTE))
        (leased,) = _lease(storage, at=now, limit=1)
        with committing(storage) as uow:
            assert uow.outbox.give_back(leased)
            assert not uow.outbox.give_back(attrs.evolve(leased, attempts=7))
        assert _lease(storage, at=now) == [attrs.evolve(each, attempts=1) for each in (first, second)]

    def test_whoever_lost_the_lease_gives_nothing_back(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: a dispatcher that lost its lease, or has settled the task, cannot give it back."""
        scene.task(cast.account)
        now = scene.clock.now()
        (lost,) = _lease(storage, at=now)
        (held,) = _lease(storage, at=now + LEASE)
        with committing(storage) as uow:
            assert not uow.outbox.give_back(lost)
            assert uow.outbox.done(held)
            assert not uow.outbox.give_back(held)
        assert _lease(storage, at=now + HOUR) == []

    def test_whoever_lost_the_lease_settles_nothing(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: a dispatcher that lost its lease cannot change the task."""
        scene.task(cast.account)
        now = scene.clock.now()
        (lost,) = _lease(storage, at=now)
        (held,) = _lease(storage, at=now + LEASE)
        with committing(storage) as uow:
            assert not uow.outbox.done(lost)
            assert not uow.outbox.retry(lost, due_at=now, problem="traag")
            assert not uow.outbox.refuse(lost, problem="nee")
        assert _lease(storage, at=now + LEASE) == []
        with committing(storage) as uow:
            assert uow.outbox.done(held)
        assert _lease(storage, at=now + HOUR) == []
        assert list(storage.read.office_mail_problems(cast.desk)) == []

    def test_a_late_end_counts_while_nobody_took_over(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: the holder of an expired lease can still finish the task if nobody leased it since."""
        scene.task(cast.account)
        (leased,) = _lease(storage, at=scene.clock.now())
        scene.clock.advance(HOUR)
        with committing(storage) as uow:
            assert uow.outbox.done(leased)
        assert _lease(storage, at=scene.clock.now()) == []

    def test_what_failed_comes_back_when_it_is_due(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: a task to retry is leased when it is due, with its problem and a higher number of attempts."""
        task, now = scene.task(cast.account), scene.clock.now()
        (leased,) = _lease(storage, at=now)
        due = now + 15 * MINUTE
        with committing(storage) as uow:
            assert uow.outbox.retry(leased, due_at=due, problem=AWKWARD_TEXTS[0])
        assert _lease(storage, at=due - timedelta(microseconds=1)) == []
        (again,) = _lease(storage, at=due)
        assert again == attrs.evolve(task, attempts=2, due_at=due, problem=AWKWARD_TEXTS[0])

    def test_what_was_refused_is_never_leased_again(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: a refused task is never leased again."""
        scene.task(cast.account)
        (leased,) = _lease(storage, at=scene.clock.now())
        with committing(storage) as uow:
            assert uow.outbox.refuse(leased, problem="550 onbekend")
        assert _lease(storage, at=scene.clock.now() + 100 * HOUR) == []

    def test_a_lease_that_is_rolled_back_is_none(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: a lease that is rolled back has no effect."""
        task, now = scene.task(cast.account), scene.clock.now()
        with storage.begin() as uow:
            assert len(uow.outbox.lease(Lane.NOTIFICATION, at=now, until=now + LEASE, limit=1)) == 1
        (leased,) = _lease(storage, at=now)
        assert leased == attrs.evolve(task, attempts=1)

    def test_companions_are_the_accounts_waiting_notifications(
        self, storage: Storage, scene: Scene, cast: Cast
    ) -> None:
        """PR-2: companions are all waiting notifications of the account, due or not, retried or not; of no other."""
        now = scene.clock.now()
        tried = scene.task(cast.account, due_at=now - HOUR)
        (leased,) = _lease(storage, at=now)
        with committing(storage) as uow:
            assert uow.outbox.retry(leased, due_at=now + HOUR, problem="bezet")
        first = scene.task(cast.account, due_at=now)
        second = scene.task(cast.account, due_at=now + 4 * MINUTE)
        scene.task(cast.account, TaskKind.PASSWORD_SET, due_at=now + MINUTE)
        for other in (cast.sibling, cast.second):
            scene.task(other, due_at=now + MINUTE)
        with committing(storage) as uow:
            (taken,) = uow.outbox.lease(Lane.NOTIFICATION, at=now, until=now + LEASE, limit=1)
            companions = uow.outbox.lease_companions(taken, at=now, until=now + LEASE)
        assert taken.id == first.id
        expected = [
            attrs.evolve(tried, attempts=2, due_at=now + HOUR, problem="bezet"),
            attrs.evolve(second, attempts=1),
        ]
        assert sorted(companions, key=lambda each: each.id) == expected

    def test_companions_that_are_taken_stay_taken(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """PR-2: tasks that are leased or done are no companions; a task with an expired lease is."""
        now = scene.clock.now()
        for _each in range(3):
            scene.task(cast.account, due_at=now)
        done, held, own = _lease(storage, at=now, limit=1), _lease(storage, at=now, limit=1), _lease(storage, at=now)
        with committing(storage) as uow:
            assert uow.outbox.done(done[0])
            assert list(uow.outbox.lease_companions(own[0], at=now, until=now + LEASE)) == []
        with committing(storage) as uow:
            taken_over = uow.outbox.lease_companions(own[0], at=now + LEASE, until=now + 2 * LEASE)
            assert [task.id for task in taken_over] == [held[0].id]
            assert not uow.outbox.done(held[0])
            assert uow.outbox.done(taken_over[0])

    def test_done_tasks_are_forgotten(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-3: done tasks of all offices made before the moment are deleted; waiting and refused tasks stay."""
        now = scene.clock.now()
        made: dict[str, Any] = {"made_at": now - HOUR, "due_at": now - HOUR}
        for key in ("gedaan", "geweigerd"):
            scene.task(cast.account, key=key, **made)
        done, refused = _lease(storage, at=now)
        with committing(storage) as uow:
            assert uow.outbox.done(done)
            assert uow.outbox.refuse(refused, problem="550 onbekend")
        waiting = scene.task(cast.account, key="wacht", **made)
        with committing(storage) as uow:
            uow.outbox.forget(before=now, limit=99)
        for key in ("gedaan", "geweigerd"):
            scene.task(cast.account, key=key)
        leased = _lease(storage, at=now)
        assert [(task.key, task.id == waiting.id) for task in leased] == [("wacht", True), ("gedaan", False)]

    def test_refusals_of_nobody_are_forgotten(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """PR-4, AL-3: a refused task without a person, made before the moment, is deleted: no page shows it."""
        now = scene.clock.now()
        for key, made_at in (("oud", now - MINUTE), ("nieuw", now)):
            scene.task(cast.account, TaskKind.ADDRESS_LINK, key=key, person_id=None, made_at=made_at, due_at=made_at)
        for task in _lease(storage, at=now):
            with committing(storage) as uow:
                assert uow.outbox.refuse(task, problem="550 onbekend")
        with committing(storage) as uow:
            uow.outbox.forget(before=now, limit=99)
        for key in ("oud", "nieuw"):
            scene.task(cast.account, key=key)
        assert [task.key for task in _lease(storage, at=now)] == ["oud"]

    def test_a_limited_number_is_forgotten(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-3: at most as many tasks are deleted as the limit says, and their number is given."""
        for number in range(3):
            scene.task(cast.account, key=f"taak-{number}")
        for _each in range(3):
            for task in _lease(storage, at=scene.clock.now()):
                with committing(storage) as uow:
                    assert uow.outbox.done(task)
        later = scene.clock.advance(MINUTE)
        forgotten = []
        for _each in range(3):
            with committing(storage) as uow:
                forgotten.append(uow.outbox.forget(before=later, limit=2))
        assert forgotten == [2, 1, 0]

    def test_recent_done_tasks_are_kept(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ON-6: a done task made at the moment or later stays, so that its key is still taken."""
        now = scene.clock.now()
        scene.task(cast.account, key="gedaan")
        (leased,) = _lease(storage, at=now)
        with committing(storage) as uow:
            assert uow.outbox.done(leased)
            uow.outbox.forget(before=now, limit=99)
        scene.task(cast.account, key="gedaan")
        assert _lease(storage, at=now) == []


class MailProblemsContract(StorageTests):
    """Tests of mail problems, which show the office that mail to a person was refused, at each of its accounts."""

    def test_a_refusal_shows_until_a_later_mail_goes_out(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: a refusal shows until a later mail is done; a later mail that waits does not change it."""
        _settle(storage, scene, cast.account, scene.task(cast.account), problem="550 onbekend")
        scene.clock.advance(MINUTE)
        waiting = scene.task(cast.second)
        assert _problems(storage, cast) == _of_both(cast, "550 onbekend")
        card = storage.read.office_client(cast.desk, cast.client.id).accounts
        assert {each.id: each.mail_problem for each in card} == {cast.account.id: "550 onbekend", cast.sibling.id: None}
        _settle(storage, scene, cast.account, waiting)
        assert _problems(storage, cast) == []
        scene.clock.advance(MINUTE)
        _settle(storage, scene, cast.account, scene.task(cast.account), problem="552 vol")
        assert _problems(storage, cast) == _of_both(cast, "552 vol")

    def test_what_is_forgotten_brings_no_refusal_back(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-2: deleting old tasks makes no superseded refusal visible and keeps a refusal that is the newest."""
        _settle(storage, scene, cast.account, scene.task(cast.account), problem="550 onbekend")
        _settle(storage, scene, cast.sibling, scene.task(cast.sibling), problem="552 vol")
        scene.clock.advance(MINUTE)
        _settle(storage, scene, cast.account, scene.task(cast.second))
        with committing(storage) as uow:
            uow.outbox.forget(before=scene.clock.advance(MINUTE), limit=99)
        assert _problems(storage, cast) == [(cast.sibling.id, "552 vol")]

    def test_refusals_are_cleared(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-1: clearing removes all refusals of one person; later refusals show again."""
        for account in (cast.account, cast.second, cast.sibling):
            _settle(storage, scene, account, scene.task(account), problem="550")
            scene.clock.advance(MINUTE)
        with committing(storage) as uow:
            uow.outbox.clear_refusals(cast.foreign_desk.office_id, cast.sibling.person_id)
            uow.outbox.clear_refusals(cast.office.id, cast.account.person_id)
        assert _problems(storage, cast) == [(cast.sibling.id, "550")]
        assert [task.key for task in _lease(storage, at=scene.clock.now() + HOUR)] == []
        _settle(storage, scene, cast.account, scene.task(cast.account), problem="552 vol")
        assert _problems(storage, cast) == [*_of_both(cast, "552 vol"), (cast.sibling.id, "550")]

    def test_the_newest_refusal_is_first(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-2: problems of the office's own accounts are listed, newest first, of a person by account."""
        _foreigner, foreign = scene.person(storage.read.office(cast.foreign_desk.office_id))
        for account in (cast.sibling, cast.second, foreign):
            scene.clock.advance(MINUTE)
            _settle(storage, scene, account, scene.task(account), problem="550")
        assert _problems(storage, cast) == [*_of_both(cast, "550"), (cast.sibling.id, "550")]

    def test_for_whom_a_mail_was_can_turn_out_later(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ON-3: a refusal shows with the person that was found when the mail was sent."""
        task = scene.task(cast.account, TaskKind.PASSWORD_LINK, person_id=None)
        _settle(storage, scene, cast.account, task, problem="550 onbekend")
        assert _problems(storage, cast) == _of_both(cast, "550 onbekend")
        scene.clock.advance(MINUTE)
        again = scene.task(cast.account, TaskKind.PASSWORD_LINK, person_id=None)
        _settle(storage, scene, cast.account, again)
        assert _problems(storage, cast) == []

    def test_a_mail_that_waits_after_a_failure(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-6: a waiting mail that failed is listed with its attempts, its next attempt and the server's words."""
        tasks = [scene.task(cast.sibling, kind) for kind in (TaskKind.PASSWORD_SET, TaskKind.RESULT)]
        scene.task(cast.sibling, TaskKind.NOTIFICATION)
        now = scene.clock.now()
        with committing(storage) as uow:
            for task in tasks:
                (leased,) = uow.outbox.lease(lane_of(task.kind), at=now, until=now + LEASE, limit=1)
                assert uow.outbox.retry(leased, due_at=now + HOUR, problem="554 5.7.1 relay access denied")
        (card,) = (each for each in _cards(storage, cast) if each.id == cast.sibling.id)
        assert list(storage.read.office_mail_problems(cast.desk)) == [
            MailProblem(
                mail_id=tasks[0].id,
                kind=TaskKind.PASSWORD_SET,
                state=TaskState.WAITING,
                problem="554 5.7.1 relay access denied",
                attempts=1,
                made_at=now,
                next_attempt_at=now + HOUR,
                email=card.email,
                accounts=(card,),
            )
        ]
        assert list(storage.read.office_mail_problems(cast.foreign_desk)) == []

    def test_problems_come_in_pages(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-2: mail problems are read in pages, newest first."""
        tasks = [scene.task(cast.sibling, TaskKind.PASSWORD_SET) for _each in range(3)]
        now = scene.clock.now()
        with committing(storage) as uow:
            for leased in uow.outbox.lease(Lane.AWAITED, at=now, until=now + LEASE, limit=9):
                assert uow.outbox.retry(leased, due_at=now, problem="451")
        newest, second, oldest = reversed([task.id for task in tasks])
        page = storage.read.office_mail_problems(cast.desk, size=2)
        assert [each.mail_id for each in page] == [newest, second]
        page = storage.read.office_mail_problems(cast.desk, after=second, size=2)
        assert [each.mail_id for each in page] == [oldest]

    def test_mails_to_an_address_of_the_office(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-4, AL-6: those to one address are leased and bounce together, and are listed with the address."""
        kind, ours, other = TaskKind.OFFICE_NOTICE, "post@kantoor.example", "balie@kantoor.example"
        tasks = [scene.task(cast.account, kind, person_id=None, address=each) for each in (ours, ours, other)]
        scene.task(cast.account)
        now = scene.clock.now()
        with committing(storage) as uow:
            (taken,) = uow.outbox.lease(Lane.NOTIFICATION, at=now, until=now + LEASE, limit=1)
            companions = uow.outbox.lease_companions(taken, at=now, until=now + LEASE)
        assert [each.id for each in (taken, *companions)] == [each.id for each in tasks[:2]]
        assert {each.address for each in (taken, *companions)} == {ours}
        with committing(storage) as uow:
            assert list(uow.outbox.lease_companions(taken, at=now, until=now + LEASE)) == []
            for each in (taken, *companions):
                assert uow.outbox.done(each)
        assert list(storage.read.office_mail_problems(cast.desk)) == []
        with committing(storage) as uow:
            bounced = uow.outbox.bounce(cast.office.id, taken.id, problem="5.1.1 onbekend")
        assert [each.id for each in bounced] == [each.id for each in tasks[:2]]
        problems = storage.read.office_mail_problems(cast.desk)
        assert [(each.mail_id, each.email, each.accounts) for each in problems] == [
            (each.id, ours, ()) for each in reversed(tasks[:2])
        ]
        assert list(storage.read.office_mail_problems(cast.desk, after=tasks[1].id, size=1)) == [problems[1]]
        assert list(storage.read.office_mail_problems(cast.foreign_desk)) == []

    def test_other_mails_to_an_address_of_the_office(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-4, WH-3: a mail about an endpoint is no part of a mail about what clients sent, nor of another one."""
        ours, kinds = "post@kantoor.example", (TaskKind.WEBHOOK_DISABLED, TaskKind.WEBHOOK_DISABLED)
        about = [scene.task(cast.account, kind, person_id=None, address=ours) for kind in kinds]
        notice = scene.task(cast.account, TaskKind.OFFICE_NOTICE, person_id=None, address=ours)
        now = scene.clock.now()
        with committing(storage) as uow:
            (taken,) = uow.outbox.lease(Lane.NOTIFICATION, at=now, until=now + LEASE, limit=1)
            assert list(uow.outbox.lease_companions(taken, at=now, until=now + LEASE)) == []
            leased = uow.outbox.lease(Lane.NOTIFICATION, at=now, until=now + LEASE, limit=2)
            assert list(uow.outbox.lease_companions(leased[1], at=now, until=now + LEASE)) == []
            assert [each.id for each in (taken, *leased)] == [*(each.id for each in about), notice.id]
            for each in (taken, *leased):
                assert uow.outbox.done(each)
        for each in (notice, about[0]):
            with committing(storage) as uow:
                bounced = uow.outbox.bounce(cast.office.id, each.id, problem="5.1.1 onbekend")
            assert [one.id for one in bounced] == [each.id]
        problems = storage.read.office_mail_problems(cast.desk)
        assert [each.mail_id for each in problems] == [notice.id, about[0].id]

    def test_a_refused_mail_to_an_address_of_the_office(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """OF-4, AL-6: it is listed until a later mail to the same address is accepted."""
        kind, ours = TaskKind.OFFICE_NOTICE, "post@kantoor.example"
        scene.task(cast.account, kind, person_id=None, address=ours)
        now = scene.clock.now()
        with committing(storage) as uow:
            (refused,) = uow.outbox.lease(Lane.NOTIFICATION, at=now, until=now + LEASE, limit=1)
            assert uow.outbox.refuse(refused, problem="550 5.1.1")
        (problem,) = storage.read.office_mail_problems(cast.desk)
        assert (problem.state, problem.email) == (TaskState.REFUSED, ours)
        for address in ("balie@kantoor.example", ours):
            assert len(storage.read.office_mail_problems(cast.desk)) == 1
            later = scene.task(cast.account, kind, person_id=None, address=address, made_at=scene.clock.advance(MINUTE))
            with committing(storage) as uow:
                (leased,) = uow.outbox.lease(Lane.NOTIFICATION, at=scene.clock.now(), until=now + LEASE, limit=1)
                assert leased.id == later.id
                assert uow.outbox.done(leased)
        assert list(storage.read.office_mail_problems(cast.desk)) == []

    def test_a_mail_that_bounced(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-6: a sent mail can bounce, once, within its office; it shows although later mails go out."""
        task = scene.task(cast.sibling, TaskKind.PASSWORD_SET)
        with committing(storage) as uow:
            assert list(uow.outbox.bounce(cast.desk.office_id, task.id, problem="5.1.1 te vroeg")) == []
        _settle(storage, scene, cast.sibling, task)
        with committing(storage) as uow:
            assert list(uow.outbox.bounce(cast.foreign_desk.office_id, task.id, problem="5.1.1 vreemd")) == []
            (bounced,) = uow.outbox.bounce(cast.desk.office_id, task.id, problem="5.1.1 onbekend")
            assert (bounced.id, bounced.state, bounced.problem) == (task.id, TaskState.BOUNCED, "5.1.1 onbekend")
            assert list(uow.outbox.bounce(cast.desk.office_id, task.id, problem="5.1.1 nogmaals")) == []
        assert {each.id: each.mail_problem for each in _cards(storage, cast)}[cast.sibling.id] == "5.1.1 onbekend"
        scene.clock.advance(MINUTE)
        _settle(storage, scene, cast.sibling, scene.task(cast.sibling, TaskKind.PASSWORD_SET))
        assert _problems(storage, cast) == [(cast.sibling.id, "5.1.1 onbekend")]
        scene.clock.advance(MINUTE)
        _settle(storage, scene, cast.sibling, scene.task(cast.sibling, TaskKind.PASSWORD_SET), problem="550")
        assert _problems(storage, cast) == [(cast.sibling.id, "550"), (cast.sibling.id, "5.1.1 onbekend")]

    def test_what_is_no_mail_does_not_bounce(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-6: neither a PDF, nor a task of which nobody was mailed, bounces."""
        now = scene.clock.now()
        tasks = [scene.task(cast.sibling, TaskKind.RESULT), scene.task(cast.sibling, person_id=None)]
        with committing(storage) as uow:
            for lane in (Lane.PDF, Lane.NOTIFICATION):
                for leased in uow.outbox.lease(lane, at=now, until=now + LEASE, limit=9):
                    assert uow.outbox.done(leased)
            for task in tasks:
                assert list(uow.outbox.bounce(cast.desk.office_id, task.id, problem="5.1.1")) == []

    def test_merged_notifications_bounce_together(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """PR-2, AL-6: the notifications of one mail bounce with it; those of another mail do not."""
        now = scene.clock.now()
        merged = [scene.task(cast.sibling) for _each in range(2)]
        with committing(storage) as uow:
            (first,) = uow.outbox.lease(Lane.NOTIFICATION, at=now, until=now + LEASE, limit=1)
            second = uow.outbox.lease_companions(first, at=now, until=now + LEASE)
            assert [uow.outbox.done(each) for each in (first, *second)] == [True, True]
        scene.clock.advance(MINUTE)
        for account in (cast.sibling, cast.account):
            _settle(storage, scene, account, scene.task(account))
        with committing(storage) as uow:
            bounced = uow.outbox.bounce(cast.desk.office_id, merged[1].id, problem="5.2.2 vol")
        assert [each.id for each in bounced] == [each.id for each in merged]

    def test_a_mail_is_sent_again(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """AL-6: a refused mail waits again with its new key and times; a mail of another office is absent."""
        task = scene.task(cast.sibling, TaskKind.PASSWORD_SET)
        _settle(storage, scene, cast.sibling, task, problem="550")
        now = scene.clock.advance(HOUR)
        with committing(storage) as uow:
            with pytest.raises(Absent):
                uow.outbox.get(cast.foreign_desk.office_id, task.id)
            refused = uow.outbox.get(cast.desk.office_id, task.id)
            assert (refused.state, refused.problem, refused.attempts) == (TaskState.REFUSED, "550", 1)
            again = attrs.evolve(refused, state=TaskState.WAITING, key="nogmaals", made_at=now, due_at=now)
            uow.outbox.send_again(again)
        (leased,) = _lease(storage, at=now)
        assert leased == attrs.evolve(again, attempts=2)

    def test_a_task_that_is_done_waits_again(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """RM-1: a task that was done without a mail waits again, also after it was added again, which does nothing."""
        task = scene.task(cast.sibling, TaskKind.PASSWORD_SET)
        _settle(storage, scene, cast.sibling, task)
        again = attrs.evolve(task, made_at=scene.clock.advance(HOUR), due_at=scene.clock.now())
        with committing(storage) as uow:
            uow.outbox.add(again)
        assert _lease(storage, at=scene.clock.now()) == []
        with committing(storage) as uow:
            uow.outbox.send_again(again)
        [leased] = _lease(storage, at=scene.clock.now())
        assert (leased.id, leased.key, leased.made_at) == (task.id, task.key, again.made_at)

    def test_a_mail_that_is_being_sent_is_not_sent_again(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """ON-6: a leased mail stays leased, so that it is not sent twice at once."""
        task = scene.task(cast.sibling, TaskKind.PASSWORD_SET)
        now = scene.clock.now()
        (leased,) = _lease(storage, at=now)
        with committing(storage) as uow:
            uow.outbox.send_again(attrs.evolve(uow.outbox.get(cast.desk.office_id, task.id), due_at=now))
        assert _lease(storage, at=now) == []
        with committing(storage) as uow:
            assert uow.outbox.retry(leased, due_at=now + HOUR, problem="451")
            uow.outbox.send_again(attrs.evolve(uow.outbox.get(cast.desk.office_id, task.id), due_at=now))
        assert [each.id for each in _lease(storage, at=now)] == [task.id]


def _cards(storage: Storage, cast: Cast) -> Sequence[AccountCard]:
    return storage.read.office_client(cast.desk, cast.client.id).accounts


def _lease(storage: Storage, *lanes: Lane, at: datetime, limit: int = 100) -> list[Task]:
    """Lease tasks of the given lanes, or of all."""
    with committing(storage) as uow:
        return [task for lane in lanes or Lane for task in uow.outbox.lease(lane, at=at, until=at + LEASE, limit=limit)]


def _settle(storage: Storage, scene: Scene, account: Account, task: Task, problem: str | None = None) -> None:
    """Lease a task and mark it as done, or as refused if there is a problem."""
    (leased,) = (each for each in _lease(storage, at=scene.clock.now()) if each.id == task.id)
    sent = attrs.evolve(leased, person_id=account.person_id)
    with committing(storage) as uow:
        assert uow.outbox.done(sent) if problem is None else uow.outbox.refuse(sent, problem=problem)
        assert task.state is TaskState.WAITING


def _problems(storage: Storage, cast: Cast) -> Sequence[tuple[AccountId, str | None]]:
    problems = storage.read.office_mail_problems(cast.desk)
    return [(account.id, problem.problem) for problem in problems for account in problem.accounts]


def _of_both(cast: Cast, problem: str) -> Sequence[tuple[AccountId, str | None]]:
    """Give a problem of the main account's person, at each of its accounts."""
    return [(cast.account.id, problem), (cast.second.id, problem)]
