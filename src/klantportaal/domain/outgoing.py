"""Tasks of the outbox: mails and SMSs to send, and PDFs to make (AL-2, PR-2)."""

import enum
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import MailSentAgain
from klantportaal.domain.ranges import Range
from klantportaal.domain.values import AccountId, OfficeId, PersonId, TaskId


class TaskKind(enum.StrEnum):
    """What a task sends or makes."""

    INVITATION = "invitation"
    """The first mail (ON-1). A person that has a password gets ``ACCOUNT_ADDED`` instead (PE-2)."""
    ACCOUNT_ADDED = "account_added"
    """The mail to a person with a password: it may act for one more client. Made of an ``INVITATION`` task (PE-2)."""
    PASSWORD_LINK = "password_link"  # noqa: S105 - a kind of mail, not a password
    """The second mail, if the entered address may get it (ON-3)."""
    PASSWORD_SET = "password_set"  # noqa: S105 - a kind of mail, not a password
    """The third mail (ON-5)."""
    TWO_STEP_ON = "two_step_on"
    """Two-step verification was turned on. A person cannot switch off this mail, nor the next eight (PR-3)."""
    TWO_STEP_CHANGED = "two_step_changed"
    """Its number or method was changed (TS-5)."""
    TWO_STEP_OFF = "two_step_off"
    """It was turned off (TS-5)."""
    TWO_STEP_RESET = "two_step_reset"
    """The office turned it off, because the phone and the recovery code were lost."""
    RECOVERY_CODE_USED = "recovery_code_used"
    """The recovery code was used (TS-4)."""
    ADDRESS_LINK = "address_link"
    """The link to a new e-mail address (PR-4). The payload has the person and the change. The task has no person id,
    because its result says nothing about the address of the person."""
    ADDRESS_IN_USE = "address_in_use"
    """The mail to a person whose address another person asked for. Made of an ``ADDRESS_LINK`` task (PR-4)."""
    ADDRESS_CHANGE_ASKED = "address_change_asked"
    """The notice to the current address that another one was asked for (PR-4)."""
    ADDRESS_CHANGED = "address_changed"
    """The notice to the former address that it was changed (PR-4). The payload has the person and the former address.
    The task has no person id, as the result says nothing about the new address."""
    FILE_REJECTED = "file_rejected"
    """A file that waited in quarantine was rejected (AT-3). It is about an account. It cannot be switched off."""
    NOTIFICATION = "notification"
    """There is something new. Several notices within five minutes become one mail (PR-2)."""
    OFFICE_NOTICE = "office_notice"
    """Clients sent or completed something. It goes to an address of the office, and is merged likewise (OF-4)."""
    RECEIPT = "receipt"
    """The receipt of a delivery, for who asked for it (RQ-4). The payload has its id."""
    REMINDER = "reminder"
    """What is due, or was to be, over all accounts of a person (RM-1). At most one a day."""
    INVITATION_REMINDER = "invitation_reminder"
    """The link of an invitation that was not followed, again. Made of a ``REMINDER`` task (RM-1)."""
    WEBHOOK_DISABLED = "webhook_disabled"
    """The mail to an address of the office: an endpoint was given up (WH-3). The payload has the endpoint."""
    RESULT = "result"
    """The PDF of a completed questionnaire, to be made and filed (QU-4)."""
    SCAN = "scan"
    """A file in quarantine, to be scanned (AT-3). The payload has the key of the file."""
    WEBHOOK = "webhook"
    """One attempt of a delivery to an endpoint (WH-2). The payload has the delivery and the number of the attempt."""
    SMS_CODE = "sms_code"
    """A code by SMS, which is generated when it is sent (TS-2). The task has no person id, because its result says
    nothing about the person's mail."""


class Lane(enum.StrEnum):
    """A separate queue of tasks, most urgent first. Slow tasks of one lane do not delay those of another."""

    SMS = "sms"
    """Codes by SMS, which live for minutes (TS-2)."""
    AWAITED = "awaited"
    """Mails that somebody waits for: onboarding and security (ON-1 to ON-5, PR-3)."""
    NOTIFICATION = "notification"
    """Mails about what is new, to clients and to the office, and reminders (PR-2, OF-4, RM-1)."""
    PDF = "pdf"
    """PDFs to make (QU-4)."""
    SCAN = "scan"
    """Files in quarantine, to be scanned (AT-3)."""
    WEBHOOK = "webhook"
    """Deliveries to endpoints of offices (WH-2)."""


MAILS = frozenset(TaskKind) - {TaskKind.RESULT, TaskKind.SCAN, TaskKind.WEBHOOK, TaskKind.SMS_CODE}
"""The kinds that are sent by mail."""
MERGED = frozenset({TaskKind.NOTIFICATION, TaskKind.OFFICE_NOTICE})
"""The kinds of which several become one mail."""
MAIL_LANES = frozenset({Lane.AWAITED, Lane.NOTIFICATION})
"""The lanes of the kinds that are sent by mail."""


_LANES: Mapping[TaskKind, Lane] = {
    TaskKind.SMS_CODE: Lane.SMS,
    TaskKind.NOTIFICATION: Lane.NOTIFICATION,
    TaskKind.OFFICE_NOTICE: Lane.NOTIFICATION,
    TaskKind.REMINDER: Lane.NOTIFICATION,
    TaskKind.INVITATION_REMINDER: Lane.NOTIFICATION,
    TaskKind.WEBHOOK_DISABLED: Lane.NOTIFICATION,
    TaskKind.RESULT: Lane.PDF,
    TaskKind.SCAN: Lane.SCAN,
    TaskKind.WEBHOOK: Lane.WEBHOOK,
}
"""The lane of each kind that is no mail that somebody waits for."""


def lane_of(kind: TaskKind) -> Lane:
    """Give the lane in which tasks of a kind wait."""
    return _LANES.get(kind, Lane.AWAITED)


class TaskState(enum.StrEnum):
    """The state of a task."""

    WAITING = "waiting"
    DONE = "done"
    """Sent or made, or not needed any more."""
    REFUSED = "refused"
    """The recipient does not exist, or the mail was tried for days. It is not tried again unless the office says so."""
    BOUNCED = "bounced"
    """It was sent, and a report came back that it was not delivered. Otherwise as ``REFUSED``."""


UNDELIVERED = frozenset({TaskState.REFUSED, TaskState.BOUNCED})
"""The states of mails that did not arrive, and are not tried again by themselves."""


class Notice(enum.StrEnum):
    """The subjects of notifications (PR-2)."""

    DOCUMENTS = "documents"
    QUESTIONNAIRES = "questionnaires"
    MESSAGES = "messages"
    REQUESTS = "requests"
    """Requests for documents. They have the switch of questionnaires: both ask the client to do something."""


_PAUSE = Range(timedelta(0), timedelta(days=30), above=True)


@attrs.frozen(kw_only=True, field_transformer=checked)
class DispatchTimes:
    """The times of the outbox: merging, leases and retries."""

    merge: Annotated[timedelta, Range(timedelta(0), timedelta(days=1))] = timedelta(minutes=5)
    """How long a notification waits, so that later ones go into the same mail (PR-2)."""
    lease: Annotated[timedelta, _PAUSE] = timedelta(minutes=2)
    """How long a dispatcher holds a task before another may take it over. Must exceed every sender's timeout, by a
    second or more: a mail may wait for a quarter of a second before it is begun."""
    first_retry: Annotated[timedelta, _PAUSE] = timedelta(seconds=15)
    longest_retry: Annotated[timedelta, _PAUSE] = timedelta(hours=1)
    longest_pause: Annotated[timedelta, _PAUSE] = timedelta(minutes=5)
    """The longest pause of a mail server, or of a domain, that does not answer. One mail is tried after each pause."""
    give_up: Annotated[timedelta, _PAUSE] = timedelta(days=5)
    """How long a mail is retried that the server does not accept (RFC 5321 4.5.4.1). Then it counts as refused."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Task:
    """One task of the outbox. It runs at least once. A sender that recognises its *key* sends it at most once."""

    id: TaskId
    office_id: OfficeId
    kind: TaskKind
    key: str
    """Unique within the office, so that the same work is not queued twice."""
    person_id: PersonId | None
    """The person that the task is for. None if the payload identifies it, as for ``PASSWORD_LINK``."""
    account_id: AccountId | None = None
    """The account that a notification or an invitation is about. None for tasks about the person itself."""
    address: str | None = None
    """The address of a mail to the office: ``OFFICE_NOTICE`` and ``WEBHOOK_DISABLED``. None for all other kinds."""
    payload: Mapping[str, str]
    """Ids and addresses as text. No secrets."""
    made_at: datetime
    due_at: datetime
    attempts: int = 0
    state: TaskState = TaskState.WAITING
    problem: str | None = None
    """The sender's message about the last failure."""


def retry_after(attempts: int, times: DispatchTimes) -> timedelta:
    """Give the pause after failure number *attempts*. It doubles each time, up to the longest pause."""
    doublings = min(max(attempts - 1, 0), 20)
    return min(times.first_retry * (1 << doublings), times.longest_retry)


def pause_after(failures: int, times: DispatchTimes) -> timedelta:
    """Give the pause of a destination after its failure number *failures* in a row. It doubles as a retry does."""
    return min(retry_after(failures, times), times.longest_pause)


def is_given_up(task: Task, times: DispatchTimes, *, at: datetime) -> bool:
    """Tell whether a mail that was not accepted again at *at* has been tried for long enough."""
    return at - task.made_at >= times.give_up


def is_told(failures: int) -> bool:
    """Tell whether failure number *failures* in a row is logged: the 1st, 2nd, 4th, 8th and so on (AL-6)."""
    return failures & (failures - 1) == 0


def mail_key(tasks: Sequence[Task]) -> str:
    """Give the key of the mail that is made of some tasks (ON-6).

    The same tasks give the same key. If another notification was merged into the mail, it is another mail: a receiving
    server that knows the first one must not drop it.
    """
    first = min(tasks, key=lambda task: task.id)
    return first.key if len(tasks) == 1 else f"{first.key}-{len(tasks)}"


def new_key(kind: TaskKind, id: TaskId, attempts: int = 0) -> str:
    """Give the key of a task, or of a task that is sent again as another mail after some attempts."""
    return f"{kind}-{id}-again-{attempts}" if attempts else f"{kind}-{id}"


def send_again(task: Task, *, at: datetime) -> tuple[Task, MailSentAgain]:
    """Let the office send a mail again that has a problem. One that waits is sent at once, as the same mail.

    One that was refused or bounced becomes another mail, with another Message-ID: a server that knows the first one
    must not drop it. Its link stays the same.

    Raises:
        Refused: the mail has no problem.
    """
    if task.state is TaskState.WAITING and task.problem is not None:
        again = attrs.evolve(task, due_at=at)
    elif task.state in UNDELIVERED:
        key = new_key(task.kind, task.id, task.attempts)
        again = attrs.evolve(task, state=TaskState.WAITING, key=key, made_at=at, due_at=at)
    else:
        raise Refused([Fault(code=FaultCode.WRONG_STATE, field="mail")])
    return again, MailSentAgain(person_id=task.person_id, mail=task.kind, at=at)


_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def task_ids_in(text: str) -> Sequence[TaskId]:
    """Find the ids of tasks in a text that may have keys of mails, such as a Message-ID."""
    return [TaskId(UUID(found)) for found in _ID.findall(text)]
