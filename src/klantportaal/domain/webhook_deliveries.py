"""Deliveries: each tells one endpoint of one public event, at least once (WH-2, WH-3)."""

import enum
from datetime import datetime

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.outgoing import Task, TaskKind
from klantportaal.domain.public_events import EventType
from klantportaal.domain.values import EventId, OfficeId, TaskId, WebhookDeliveryId, WebhookId
from klantportaal.domain.webhooks import WebhookSettings

GROWTH = 4
"""How many times as long each pause is as the one before it."""
GONE = 410
"""The status with which an endpoint says that it wants nothing any more."""
_BUSY = frozenset({429, 503})
"""The statuses with which a server asks to be left alone for a while."""


class WebhookDeliveryState(enum.StrEnum):
    """What came of a delivery."""

    WAITING = "waiting"
    """It is to be sent, or to be sent again."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """It was given up."""
    DROPPED = "dropped"
    """Its endpoint was switched off, disabled or removed before it arrived."""


class WebhookProblem(enum.StrEnum):
    """Why an attempt failed."""

    STATUS = "status"
    """The answer had another status than 200 to 299."""
    REDIRECT = "redirect"
    """The answer led elsewhere. That is not followed."""
    TIMED_OUT = "timed_out"
    UNKNOWN_HOST = "unknown_host"
    """The name has no address."""
    UNREACHABLE = "unreachable"
    """The server took no connection, or ended it."""
    TLS = "tls"
    """The certificate of the server is not good for its name, or there was no TLS."""
    NOT_PUBLIC = "not_public"
    """The address is private, and nothing is sent there (WH-4)."""
    NOT_HTTP = "not_http"
    """What came back is no answer of HTTP."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class WebhookDelivery:
    """One delivery, and what came of its last attempt."""

    id: WebhookDeliveryId
    office_id: OfficeId
    webhook_id: WebhookId
    event_id: EventId
    """The event. The endpoint knows a repetition by it."""
    event_type: EventType
    made_at: datetime
    state: WebhookDeliveryState = WebhookDeliveryState.WAITING
    due_at: datetime | None
    """When it is sent next, at the earliest. None if it is not sent any more."""
    attempts: int = 0
    attempted_at: datetime | None = None
    """When the last attempt began."""
    ended_at: datetime | None = None
    """When the last attempt ended, such as with an answer."""
    status: int | None = None
    """The status of the last answer. None if none came."""
    problem: WebhookProblem | None = None
    """Why the last attempt failed."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class WebhookAttempt:
    """What came of one attempt."""

    at: datetime
    """When it began."""
    ended_at: datetime
    status: int | None
    problem: WebhookProblem | None
    """Why it failed. None if it did not."""

    @property
    def is_overload(self) -> bool:
        """Whether the endpoint is left alone for a while: it did not answer, or asks for it."""
        return self.problem is not None and (self.status is None or self.status in _BUSY)


def problem_of(status: int) -> WebhookProblem | None:
    """Tell what is wrong with an answer. None if it says that the delivery arrived."""
    if 300 <= status < 400:
        return WebhookProblem.REDIRECT
    return None if 200 <= status < 300 else WebhookProblem.STATUS


def retry_at(made_at: datetime, attempts: int, settings: WebhookSettings, *, at: datetime) -> datetime | None:
    """Tell when a delivery is tried again that failed at *at*. None if it is given up (WH-3).

    Each pause is four times as long as the one before it, up to the longest. The last attempt is when the time is over.

    Args:
        made_at: when the delivery was made.
        attempts: how many there were, this one included.
        settings: the times.
        at: the time of the failure.
    """
    end = made_at + settings.give_up
    if at >= end:
        return None
    times = GROWTH ** (attempts - 1)
    is_short = times <= settings.longest_retry // settings.first_retry
    return min(at + (settings.first_retry * times if is_short else settings.longest_retry), end)


def attempted(delivery: WebhookDelivery, attempt: WebhookAttempt, settings: WebhookSettings) -> WebhookDelivery:
    """Take note of an attempt. A delivery that failed waits for the next one, or is given up."""
    attempts = delivery.attempts + 1
    state, due_at = WebhookDeliveryState.DELIVERED, None
    if attempt.problem is not None:
        is_gone = attempt.status == GONE
        due_at = None if is_gone else retry_at(delivery.made_at, attempts, settings, at=attempt.ended_at)
        state = WebhookDeliveryState.FAILED if due_at is None else WebhookDeliveryState.WAITING
    return attrs.evolve(
        delivery,
        state=state,
        due_at=due_at,
        attempts=attempts,
        attempted_at=attempt.at,
        ended_at=attempt.ended_at,
        status=attempt.status,
        problem=attempt.problem,
    )


def attempt_task(delivery: WebhookDelivery, *, id: TaskId) -> Task:
    """Give the task of the next attempt. An attempt is made once, unless the process stops in the middle of it."""
    number = delivery.attempts + 1
    return Task(
        id=id,
        office_id=delivery.office_id,
        kind=TaskKind.WEBHOOK,
        key=f"{TaskKind.WEBHOOK}-{delivery.id}-{number}",
        person_id=None,
        payload={"delivery": str(delivery.id), "attempt": str(number)},
        made_at=delivery.made_at,
        due_at=delivery.due_at or delivery.made_at,
    )


def drop(delivery: WebhookDelivery) -> WebhookDelivery:
    """Drop a delivery whose endpoint is not told any more."""
    return attrs.evolve(delivery, state=WebhookDeliveryState.DROPPED, due_at=None)
