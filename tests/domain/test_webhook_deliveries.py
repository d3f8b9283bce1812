"""Deliveries to endpoints, and when they are tried again (WH-2, WH-3)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.domain.outgoing import Task, TaskKind
from klantportaal.domain.public_events import EventType
from klantportaal.domain.values import EventId, OfficeId, TaskId, WebhookDeliveryId, WebhookId
from klantportaal.domain.webhook_deliveries import (
    GROWTH,
    WebhookAttempt,
    WebhookDelivery,
    WebhookDeliveryState,
    WebhookProblem,
    attempt_task,
    attempted,
    drop,
    problem_of,
    retry_at,
)
from klantportaal.domain.webhooks import WebhookSettings

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SETTINGS = WebhookSettings()
DELIVERY = WebhookDelivery(
    id=WebhookDeliveryId(UUID(int=1)),
    office_id=OfficeId(UUID(int=2)),
    webhook_id=WebhookId(UUID(int=3)),
    event_id=EventId(UUID(int=4)),
    event_type=EventType.MESSAGE_SENT,
    made_at=AT,
    due_at=AT,
)


def attempt(
    at: datetime = AT, *, status: int | None = 204, problem: WebhookProblem | None = None, took: timedelta = SECOND
) -> WebhookAttempt:
    """Make what came of an attempt."""
    return WebhookAttempt(at=at, ended_at=at + took, status=status, problem=problem)


def moments(settings: WebhookSettings, took: timedelta = timedelta(0)) -> list[datetime]:
    """Give the moments at which a delivery is tried that never arrives."""
    found: list[datetime] = []
    due: datetime | None = DELIVERY.made_at
    while due is not None:
        found.append(due)
        assert len(found) < 500
        due = retry_at(DELIVERY.made_at, len(found), settings, at=due + took)
    return found


def test_the_schedule() -> None:
    """WH-3: a delivery is tried 14 times in three days: at once, after 5 seconds, and then ever more rarely."""
    since = [each - AT for each in moments(SETTINGS)]
    assert since[:4] == [timedelta(0), timedelta(seconds=5), timedelta(seconds=25), timedelta(seconds=105)]
    assert since[-1] == timedelta(days=3)
    assert len(since) == 14


@given(
    st.timedeltas(timedelta(milliseconds=1), timedelta(days=30)),
    st.timedeltas(timedelta(minutes=30), timedelta(days=30)),
    st.timedeltas(timedelta(milliseconds=1), timedelta(days=10)),
    st.timedeltas(timedelta(0), timedelta(minutes=1)),
)
def test_every_schedule(first: timedelta, longest: timedelta, give_up: timedelta, took: timedelta) -> None:
    """WH-3: with any settings, pauses grow up to the longest, each is over in time, and the last attempt is at the end.

    Whatever an attempt takes, none is planned after the end, and there are not endlessly many.
    """
    settings = WebhookSettings(first_retry=first, longest_retry=longest, give_up=give_up)
    tried = moments(settings, took)
    end = AT + give_up
    assert tried == sorted(set(tried))
    assert tried[-1] == end or (took > timedelta(0) and end - tried[-1] <= took)
    pauses = [later - earlier - took for earlier, later in pairwise(tried)]
    for pause, next_pause in pairwise(pauses[:-1]):
        assert next_pause == min(pause * GROWTH, longest) or next_pause == longest
        assert pause <= next_pause <= longest


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_what_arrived(status: int) -> None:
    """WH-2: a delivery arrived if the answer has a status from 200 to 299."""
    assert problem_of(status) is None
    assert attempted(DELIVERY, attempt(status=status), SETTINGS) == attrs.evolve(
        DELIVERY,
        state=WebhookDeliveryState.DELIVERED,
        due_at=None,
        attempts=1,
        attempted_at=AT,
        ended_at=AT + SECOND,
        status=status,
    )


@pytest.mark.parametrize("status", [100, 199, 300, 301, 302, 307, 308, 399, 400, 404, 410, 429, 500, 503, 999])
def test_what_did_not(status: int) -> None:
    """WH-2: any other status means that it did not arrive. A redirect is not followed."""
    expected = WebhookProblem.REDIRECT if 300 <= status < 400 else WebhookProblem.STATUS
    assert problem_of(status) is expected


def test_trying_again() -> None:
    """WH-3: a delivery that failed waits; from the end of the attempt on, not from its beginning."""
    failed = attempted(DELIVERY, attempt(status=500, problem=WebhookProblem.STATUS), SETTINGS)
    assert (failed.state, failed.attempts) == (WebhookDeliveryState.WAITING, 1)
    assert failed.due_at == AT + SECOND + SETTINGS.first_retry
    late = attempt(AT + SETTINGS.give_up, status=None, problem=WebhookProblem.TIMED_OUT)
    given_up = attempted(failed, late, SETTINGS)
    assert (given_up.state, given_up.due_at, given_up.attempts) == (WebhookDeliveryState.FAILED, None, 2)
    assert (given_up.status, given_up.problem) == (None, WebhookProblem.TIMED_OUT)


def test_gone() -> None:
    """WH-3: after 410 nothing is tried again."""
    gone = attempted(DELIVERY, attempt(status=410, problem=WebhookProblem.STATUS), SETTINGS)
    assert (gone.state, gone.due_at) == (WebhookDeliveryState.FAILED, None)


def test_overload() -> None:
    """WH-3: an endpoint that does not answer, or asks for it, is left alone for a while. Others are not."""
    loads = {
        status: attempt(status=status, problem=problem_of(status)).is_overload for status in (204, 400, 429, 500, 503)
    }
    assert loads == {204: False, 400: False, 429: True, 500: False, 503: True}
    assert attempt(status=None, problem=WebhookProblem.TIMED_OUT).is_overload


def test_tasks() -> None:
    """WH-2: each attempt is a task of its own, whose key says which it is, so that it is queued once."""
    waiting = attrs.evolve(DELIVERY, attempts=2, due_at=AT + SECOND)
    assert attempt_task(waiting, id=TaskId(UUID(int=9))) == Task(
        id=TaskId(UUID(int=9)),
        office_id=DELIVERY.office_id,
        kind=TaskKind.WEBHOOK,
        key=f"webhook-{DELIVERY.id}-3",
        person_id=None,
        payload={"delivery": str(DELIVERY.id), "attempt": "3"},
        made_at=AT,
        due_at=AT + SECOND,
    )
    dropped = drop(waiting)
    assert (dropped.state, dropped.due_at, dropped.attempts) == (WebhookDeliveryState.DROPPED, None, 2)
