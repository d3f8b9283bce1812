"""Mails in the queue."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import MailSentAgain
from klantportaal.domain.outgoing import (
    MAIL_LANES,
    MAILS,
    DispatchTimes,
    Lane,
    Notice,
    Task,
    TaskKind,
    TaskState,
    is_given_up,
    is_told,
    lane_of,
    mail_key,
    new_key,
    pause_after,
    retry_after,
    send_again,
    task_ids_in,
)
from klantportaal.domain.values import OfficeId, PersonId, TaskId

TIMES = DispatchTimes()


def test_merging() -> None:
    """PR-2: news within five minutes is merged into one mail; there are four kinds of news."""
    assert TIMES.merge == timedelta(minutes=5)
    assert [notice.value for notice in Notice] == ["documents", "questionnaires", "messages", "requests"]


def test_kinds() -> None:
    """ON-6, PE-2, TS-5, PR-4, QU-4, TS-2, AT-3, OF-4, WH-2: the queue has all mails, PDFs, scans, webhooks and SMSs."""
    onboarding = ["invitation", "account_added", "password_link", "password_set"]
    security = ["two_step_on", "two_step_changed", "two_step_off", "two_step_reset", "recovery_code_used"]
    address = ["address_link", "address_in_use", "address_change_asked", "address_changed"]
    mails = [
        *onboarding,
        *security,
        *address,
        "file_rejected",
        "notification",
        "office_notice",
        "receipt",
        "reminder",
        "invitation_reminder",
        "webhook_disabled",
    ]
    assert [kind.value for kind in TaskKind] == [*mails, "result", "scan", "webhook", "sms_code"]
    assert set(mails) == MAILS


@pytest.mark.parametrize(
    "attempts,seconds", [(-1, 15), (0, 15), (1, 15), (2, 30), (3, 60), (8, 1920), (9, 3600), (10, 3600), (10**6, 3600)]
)
def test_retry(attempts: int, seconds: int) -> None:
    """AL-2: a failed mail is retried after 15 seconds, then after twice as long each time, up to an hour."""
    assert retry_after(attempts, TIMES) == timedelta(seconds=seconds)


@given(
    st.integers(1, 10**9),
    st.timedeltas(timedelta(seconds=1), timedelta(days=1)),
    st.timedeltas(timedelta(seconds=1), timedelta(days=30)),
)
def test_retries(attempts: int, first: timedelta, longest: timedelta) -> None:
    """AL-2: a mail is retried for ever, never at once, and after longer and longer waits, up to the longest."""
    times = DispatchTimes(first_retry=first, longest_retry=longest)
    once, again = retry_after(attempts, times), retry_after(attempts + 1, times)
    assert timedelta(0) < once <= again <= longest
    assert again in (min(2 * once, longest), once)


AT = datetime(2026, 11, 29, 12, tzinfo=UTC)


def task(number: int = 1, **fields: Any) -> Task:
    """Make a task."""
    id = TaskId(UUID(int=number))
    made = Task(
        id=id,
        office_id=OfficeId(UUID(int=9)),
        kind=TaskKind.NOTIFICATION,
        key=new_key(TaskKind.NOTIFICATION, id),
        person_id=PersonId(UUID(int=8)),
        payload={},
        made_at=AT,
        due_at=AT,
    )
    return attrs.evolve(made, **fields)


def test_lanes() -> None:
    """AL-2: codes, mails that somebody waits for, notifications, PDFs and scans wait apart, the most urgent first."""
    assert list(Lane) == [Lane.SMS, Lane.AWAITED, Lane.NOTIFICATION, Lane.PDF, Lane.SCAN, Lane.WEBHOOK]
    others = {
        TaskKind.SMS_CODE: Lane.SMS,
        TaskKind.NOTIFICATION: Lane.NOTIFICATION,
        TaskKind.OFFICE_NOTICE: Lane.NOTIFICATION,
        TaskKind.REMINDER: Lane.NOTIFICATION,
        TaskKind.INVITATION_REMINDER: Lane.NOTIFICATION,
        TaskKind.RESULT: Lane.PDF,
        TaskKind.SCAN: Lane.SCAN,
        TaskKind.WEBHOOK: Lane.WEBHOOK,
        TaskKind.WEBHOOK_DISABLED: Lane.NOTIFICATION,
    }
    assert {kind: lane_of(kind) for kind in TaskKind} == {kind: others.get(kind, Lane.AWAITED) for kind in TaskKind}
    assert {lane_of(kind) for kind in MAILS} == MAIL_LANES


@pytest.mark.parametrize("failures,seconds", [(1, 15), (2, 30), (5, 240), (6, 300), (100, 300)])
def test_pauses(failures: int, seconds: int) -> None:
    """AL-2: a destination that fails is left alone for 15 seconds, then twice as long, up to five minutes."""
    assert pause_after(failures, TIMES) == timedelta(seconds=seconds)


def test_giving_up() -> None:
    """AL-2: a mail that is not accepted is given up after five days, and not before."""
    assert not is_given_up(task(), TIMES, at=AT + timedelta(days=5, microseconds=-1))
    assert is_given_up(task(), TIMES, at=AT + timedelta(days=5))


def test_telling() -> None:
    """AL-6: failures are in the log at growing intervals."""
    assert [failures for failures in range(1, 100) if is_told(failures)] == [1, 2, 4, 8, 16, 32, 64]


def test_the_key_of_a_mail() -> None:
    """ON-6: the same tasks are the same mail, in any order. With one more notification it is another mail."""
    assert mail_key([task(1)]) == task(1).key
    assert mail_key([task(1), task(2)]) == mail_key([task(2), task(1)]) == f"{task(1).key}-2"
    assert len({mail_key([task(each) for each in range(1, many)]) for many in range(2, 9)}) == 7


@given(st.sampled_from(TaskKind), st.uuids(), st.integers(0, 99), st.text())
def test_a_key_tells_its_task(kind: TaskKind, id: UUID, attempts: int, text: str) -> None:
    """AL-6: the task of a mail is found by the id in its key, wherever that stands."""
    made = task(id=TaskId(id), key=new_key(kind, TaskId(id), attempts))
    merged = mail_key([made, task(id=TaskId(UUID(int=2**128 - 1)))])
    for key in (made.key, merged):
        assert list(task_ids_in(f"<{key}@kantoor.test> ")) == [id]
    assert all(isinstance(found, UUID) for found in task_ids_in(text))


def test_a_waiting_mail_is_sent_again() -> None:
    """AL-6: a mail that waits after a failure is sent at once, as the same mail."""
    waiting = task(problem="451", attempts=3, due_at=AT + timedelta(hours=1))
    again, fact = send_again(waiting, at=AT)
    assert again == attrs.evolve(waiting, due_at=AT)
    assert fact == MailSentAgain(person_id=waiting.person_id, mail=TaskKind.NOTIFICATION, at=AT)


@pytest.mark.parametrize("state", [TaskState.REFUSED, TaskState.BOUNCED])
def test_an_undelivered_mail_is_sent_again(state: TaskState) -> None:
    """AL-6, ON-6: a mail that was refused or bounced is sent as another mail, and tried for days again."""
    undelivered = task(state=state, problem="550", attempts=3)
    later = AT + timedelta(days=9)
    again, _fact = send_again(undelivered, at=later)
    key = new_key(TaskKind.NOTIFICATION, undelivered.id, 3)
    assert again == attrs.evolve(undelivered, state=TaskState.WAITING, key=key, made_at=later, due_at=later)
    assert key not in {undelivered.key, new_key(TaskKind.NOTIFICATION, undelivered.id, 4)}


@pytest.mark.parametrize("fields", [{}, {"state": TaskState.DONE}, {"state": TaskState.DONE, "problem": "451"}])
def test_a_mail_without_a_problem_is_not_sent_again(fields: dict[str, Any]) -> None:
    """AL-1: a mail that was sent, or has not been tried yet, is refused."""
    with pytest.raises(Refused) as refusal:
        send_again(task(**fields), at=AT)
    assert refusal.value.faults == (Fault(code=FaultCode.WRONG_STATE, field="mail"),)
