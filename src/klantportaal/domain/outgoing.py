"""Work that follows from a change: what is to be sent or made, in the outbox until it is done (AL-2, PR-2)."""

import enum
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.ranges import Range
from klantportaal.domain.values import AccountId, OfficeId, TaskId


class TaskKind(enum.StrEnum):
    """What is to be sent, or made."""

    INVITATION = "invitation"
    """The first mail (ON-1)."""
    PASSWORD_LINK = "password_link"  # noqa: S105 - a kind of mail, not a password
    """The second mail, if the address asked for is one that gets it (ON-3)."""
    PASSWORD_SET = "password_set"  # noqa: S105 - a kind of mail, not a password
    """The third mail (ON-5)."""
    TWO_STEP_ON = "two_step_on"
    """Two-step verification was turned on; like those below it cannot be switched off (PR-3)."""
    TWO_STEP_CHANGED = "two_step_changed"
    """It has another number or method (TS-5)."""
    TWO_STEP_OFF = "two_step_off"
    """It was turned off (TS-5)."""
    TWO_STEP_RESET = "two_step_reset"
    """The office turned it off, phone and recovery code being lost."""
    RECOVERY_CODE_USED = "recovery_code_used"
    """The recovery code was used (TS-4)."""
    NOTIFICATION = "notification"
    """Something new awaits; several within five minutes are one mail (PR-2)."""
    RESULT = "result"
    """The PDF of a completed questionnaire, to be made and filed (QU-4)."""
    SMS_CODE = "sms_code"
    """A code by SMS, minted when it is sent (TS-2). Its account is not the task's: what becomes of it says nothing of
    the account's mail."""


class Lane(enum.StrEnum):
    """What is worked through side by side, most urgent first: nothing slow then holds up what somebody waits for."""

    URGENT = "urgent"
    """Codes by SMS, which live for minutes (TS-2)."""
    ORDINARY = "ordinary"
    """All the rest."""


MAILS = frozenset(TaskKind) - {TaskKind.RESULT, TaskKind.SMS_CODE}
"""What is sent by mail."""


class TaskState(enum.StrEnum):
    """How far a task is."""

    WAITING = "waiting"
    DONE = "done"
    """Sent, or found to need no sending."""
    REFUSED = "refused"
    """The address was refused for good; the office sees it."""


class Notice(enum.StrEnum):
    """The three things that an account can be told of (PR-2)."""

    DOCUMENTS = "documents"
    QUESTIONNAIRES = "questionnaires"
    MESSAGES = "messages"


_PAUSE = Range(timedelta(0), timedelta(days=30), above=True)


@attrs.frozen(kw_only=True, field_transformer=checked)
class DispatchTimes:
    """How the outbox is worked through."""

    merge: Annotated[timedelta, Range(timedelta(0), timedelta(days=1))] = timedelta(minutes=5)
    """How long the first notification waits for others to go along (PR-2)."""
    lease: Annotated[timedelta, _PAUSE] = timedelta(minutes=2)
    """How long a dispatcher has for one task before another may take it over; longer than any sender's timeout."""
    first_retry: Annotated[timedelta, _PAUSE] = timedelta(seconds=15)
    longest_retry: Annotated[timedelta, _PAUSE] = timedelta(hours=1)


@attrs.frozen(kw_only=True, field_transformer=checked)
class Task:
    """One piece of outgoing work; done at least once, and at most once for each *key* where the sender can tell."""

    id: TaskId
    office_id: OfficeId
    kind: TaskKind
    key: str
    """Unique within the office: the same work asked for twice is asked for once."""
    account_id: AccountId | None
    """For whom; None where the address decides (``PASSWORD_LINK``)."""
    payload: Mapping[str, str]
    """Ids and addresses as text, never a secret."""
    made_at: datetime
    due_at: datetime
    attempts: int = 0
    state: TaskState = TaskState.WAITING
    problem: str | None = None
    """What the sender said of the last failure."""


def retry_after(attempts: int, times: DispatchTimes) -> timedelta:
    """Tell how long to wait after the *attempts*-th failure: doubling, up to the longest."""
    doublings = min(max(attempts - 1, 0), 20)
    return min(times.first_retry * (1 << doublings), times.longest_retry)
