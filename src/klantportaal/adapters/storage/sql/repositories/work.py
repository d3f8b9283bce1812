"""The outbox, and the SMSs that count for budgets."""

from collections.abc import Sequence
from datetime import datetime

import attrs
from sqlalchemy import and_, bindparam, exists, func, or_, select, tuple_, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import SMS_SENDS, TASK_COLUMNS, Record, read_task, task_record
from klantportaal.adapters.storage.sql.statements import adding_once, forgetting, its, matching, written
from klantportaal.domain.outgoing import MAILS, MERGED, UNDELIVERED, Lane, Task, TaskKind, TaskState
from klantportaal.domain.texting import SmsCounts, SmsSend
from klantportaal.domain.values import OfficeId, PersonId, TaskId, plain_text

_tasks = schema.tasks
_ADD = adding_once(_tasks)
# On PostgreSQL, rows that another dispatcher is leasing are skipped. SQLite has one writer at a time.
_DUE = (
    select(*TASK_COLUMNS)
    .where(_tasks.c.state == written(TaskState.WAITING), matching(_tasks, "lane"), _tasks.c.due_at <= bindparam("at"))
    .order_by(_tasks.c.due_at, _tasks.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_COMPANIONS = (
    select(*TASK_COLUMNS)
    .where(
        matching(_tasks, "office_id", "account_id", "person_id"),
        _tasks.c.id != bindparam("task_id"),
        _tasks.c.state == written(TaskState.WAITING),
        _tasks.c.kind == written(TaskKind.NOTIFICATION),
        or_(_tasks.c.leased_until.is_(None), _tasks.c.leased_until <= bindparam("at")),
    )
    .order_by(_tasks.c.id)
    .with_for_update(skip_locked=True)
)
# The mails to an address of the office (OF-4).
_ADDRESS_COMPANIONS = (
    select(*TASK_COLUMNS)
    .where(
        matching(_tasks, "office_id", "address"),
        _tasks.c.id != bindparam("task_id"),
        _tasks.c.state == written(TaskState.WAITING),
        _tasks.c.kind == TaskKind.OFFICE_NOTICE,
        or_(_tasks.c.leased_until.is_(None), _tasks.c.leased_until <= bindparam("at")),
    )
    .order_by(_tasks.c.id)
    .with_for_update(skip_locked=True)
)
_LEASE = (
    update(_tasks)
    .where(its(_tasks, "office_id", "id"))
    .values(attempts=_tasks.c.attempts + 1, due_at=bindparam("until"), leased_until=bindparam("until"))
)
_MINE = its(_tasks, "office_id", "id", "attempts") & (_tasks.c.state == TaskState.WAITING)
_GIVE_BACK = (
    update(_tasks).where(_MINE).values(attempts=_tasks.c.attempts - 1, due_at=bindparam("later"), leased_until=None)
)
_DONE = update(_tasks).where(_MINE).values(state=TaskState.DONE, person_id=bindparam("whom"))
_RETRY = (
    update(_tasks)
    .where(_MINE)
    .values(due_at=bindparam("later"), person_id=bindparam("whom"), problem=bindparam("trouble"), leased_until=None)
)
_REFUSE = (
    update(_tasks)
    .where(_MINE)
    .values(state=TaskState.REFUSED, person_id=bindparam("whom"), problem=bindparam("trouble"))
)
_GET = select(*TASK_COLUMNS).where(matching(_tasks, "office_id", "id")).with_for_update()
_IS_FREE = or_(
    _tasks.c.state != TaskState.WAITING,
    _tasks.c.leased_until.is_(None),
    _tasks.c.leased_until <= bindparam("due_at"),
)
_SEND_AGAIN = (
    update(_tasks)
    .where(its(_tasks, "office_id", "id"), _IS_FREE)
    .values({name: bindparam(name) for name in ("key", "state", "made_at", "due_at")} | {"leased_until": None})
)
_HAS_RECIPIENT = _tasks.c.person_id.is_not(None) | _tasks.c.address.is_not(None)
_SENT_MAIL = (_tasks.c.state == TaskState.DONE) & _HAS_RECIPIENT & _tasks.c.kind.in_(sorted(MAILS))
_SENT = select(*TASK_COLUMNS).where(matching(_tasks, "office_id", "id"), _SENT_MAIL).with_for_update()
# Those that were leased together have the same end of their lease. The index of a person's tasks finds them.
_MERGED = (
    select(*TASK_COLUMNS)
    .where(
        matching(_tasks, "office_id", "person_id", "account_id", "due_at"),
        _SENT_MAIL,
        _tasks.c.kind == TaskKind.NOTIFICATION,
    )
    .order_by(_tasks.c.id)
    .with_for_update()
)
_MERGED_TO_ADDRESS = (
    select(*TASK_COLUMNS)
    .where(
        matching(_tasks, "office_id", "address", "due_at"),
        _tasks.c.state == TaskState.DONE,
        _tasks.c.kind == TaskKind.OFFICE_NOTICE,
    )
    .order_by(_tasks.c.id)
    .with_for_update()
)
_BOUNCE = (
    update(_tasks).where(its(_tasks, "office_id", "id")).values(state=TaskState.BOUNCED, problem=bindparam("trouble"))
)
_UNDELIVERED = _tasks.c.state.in_(sorted(UNDELIVERED))
_CLEAR_REFUSALS = update(_tasks).where(its(_tasks, "office_id", "person_id"), _UNDELIVERED).values(state=TaskState.DONE)
_later = _tasks.alias("later")
_SUPERSEDED = exists(
    select(_later.c.id).where(
        _later.c.office_id == _tasks.c.office_id,
        _later.c.person_id == _tasks.c.person_id,
        tuple_(_later.c.made_at, _later.c.id) > tuple_(_tasks.c.made_at, _tasks.c.id),
        _later.c.state != TaskState.WAITING,
    )
)
_OLD = _tasks.c.made_at < bindparam("before")
# Written as the index of problems has it: among all that was sent, few were not delivered.
_OLD_PROBLEM = and_(_OLD, _tasks.c.problem.is_not(None), _tasks.c.state != written(TaskState.DONE))
# If later tasks were deleted before it, an old refusal would be the newest again.
_FORGET_UNDELIVERED = forgetting(_tasks, and_(_OLD_PROBLEM, _UNDELIVERED, _SUPERSEDED), first=_tasks.c.office_id)
_FORGET = forgetting(_tasks, and_(_OLD, _tasks.c.state == written(TaskState.DONE)), first=_tasks.c.made_at)
# A refusal without a person is of nobody's account: it shows nowhere, or is of an address of the office.
_is_nobodys = _UNDELIVERED & _tasks.c.person_id.is_(None)
_FORGET_NOBODYS = forgetting(_tasks, and_(_OLD_PROBLEM, _is_nobodys), first=_tasks.c.office_id)

_lanes = schema.lanes
_ADD_LANE = adding_once(_lanes)
_SUCCEEDED = update(_lanes).where(its(_lanes, "lane")).values(succeeded_at=bindparam("at"))
_FAILED = update(_lanes).where(its(_lanes, "lane")).values(failed_at=bindparam("at"), problem=bindparam("trouble"))

_sends = schema.sms_sends
_ADD_SEND = adding_once(_sends)
# On PostgreSQL a second count waits for this lock. SQLite has one writer at a time, and leaves FOR NO KEY UPDATE out.
_ONE_AT_A_TIME = (
    select(schema.offices.c.id).where(schema.offices.c.id == bindparam("office_id")).with_for_update(key_share=True)
)
# An office sends no more than its budget a day, so reading all of it is cheap.
_LATELY = _sends.c.at > bindparam("since")
_COUNT_SENDS = select(
    func.count().filter(matching(_sends, "number"), _LATELY),
    func.count().filter(matching(_sends, "person_id"), _LATELY),
    func.count(),
    func.count().filter(matching(_sends, "client_id")),
    func.count().filter(matching(_sends, "person_id")),
).where(matching(_sends, "office_id"), _sends.c.id != bindparam("id"), _sends.c.at > bindparam("day"))
_FORGET_SENDS = forgetting(_sends, _sends.c.at < bindparam("before"), first=_sends.c.at)


class SqlOutbox(Repository):
    """Tasks, until they are done."""

    def add(self, task: Task) -> None:
        """Insert a task, unless the office has one with the same key."""
        self._run(_ADD, task_record(task))

    def lease(self, lane: Lane, *, at: datetime, until: datetime, limit: int) -> Sequence[Task]:
        """Lease some waiting tasks of a lane, of all offices, that are due: the longest due first."""
        due = self._all(_DUE, {"lane": lane, "at": at, "limit": limit})
        return self._leased([read_task(row) for row in due], until)

    def lease_companions(self, task: Task, *, at: datetime, until: datetime) -> Sequence[Task]:
        """Lease the other waiting notifications for a task's account or address that are not leased (PR-2)."""
        if task.kind not in MERGED:
            return []
        if task.address is not None:
            of_address = {"office_id": task.office_id, "address": task.address, "task_id": task.id, "at": at}
            return self._leased([read_task(row) for row in self._all(_ADDRESS_COMPANIONS, of_address)], until)
        whose = {"office_id": task.office_id, "account_id": task.account_id, "person_id": task.person_id}
        others = self._all(_COMPANIONS, {**whose, "task_id": task.id, "at": at})
        return self._leased([read_task(row) for row in others], until)

    def _leased(self, tasks: Sequence[Task], until: datetime) -> Sequence[Task]:
        if tasks:
            whose = [{"its_office_id": each.office_id, "its_id": each.id, "until": until} for each in tasks]
            self._count_each(_LEASE, whose)
        return [attrs.evolve(each, attempts=each.attempts + 1) for each in tasks]

    def give_back(self, task: Task) -> bool:
        """Put a leased task back as it was. False if it was leased again since."""
        return self._count(_GIVE_BACK, {**_fenced(task), "later": task.due_at}) == 1

    def done(self, task: Task) -> bool:
        """Mark a leased task as done. False if it was leased again since."""
        return self._count(_DONE, {**_fenced(task), "whom": task.person_id}) == 1

    def retry(self, task: Task, *, due_at: datetime, problem: str) -> bool:
        """Put a leased task back. False if it was leased again since."""
        values = {"later": due_at, "whom": task.person_id, "trouble": plain_text(problem)}
        return self._count(_RETRY, {**_fenced(task), **values}) == 1

    def refuse(self, task: Task, *, problem: str) -> bool:
        """Mark a leased task as refused for good. False if it was leased again since."""
        return self._count(_REFUSE, {**_fenced(task), "whom": task.person_id, "trouble": plain_text(problem)}) == 1

    def get(self, office_id: OfficeId, task_id: TaskId) -> Task:
        """Give a task and lock it. Raises: Absent."""
        return read_task(self._one(_GET, {"office_id": office_id, "id": task_id}, "mail"))

    def send_again(self, task: Task) -> None:
        """Store the key, the state and the times of a task that waits again."""
        values = {"key": task.key, "state": task.state, "made_at": task.made_at, "due_at": task.due_at}
        self._run(_SEND_AGAIN, {"its_office_id": task.office_id, "its_id": task.id, **values})

    def bounce(self, office_id: OfficeId, task_id: TaskId, *, problem: str) -> Sequence[Task]:
        """Mark a mail that was sent as bounced, with the notifications that were merged into it."""
        row = self._first(_SENT, {"office_id": office_id, "id": task_id})
        if row is None:
            return []
        sent = [read_task(row)]
        if sent[0].kind in MERGED:
            merged = _MERGED if sent[0].address is None else _MERGED_TO_ADDRESS
            sent = [read_task(each) for each in self._all(merged, attrs.asdict(sent[0], recurse=False))]
        trouble = plain_text(problem)
        whose = [{"its_office_id": office_id, "its_id": each.id, "trouble": trouble} for each in sent]
        self._count_each(_BOUNCE, whose)
        return [attrs.evolve(each, state=TaskState.BOUNCED, problem=trouble) for each in sent]

    def clear_refusals(self, office_id: OfficeId, person_id: PersonId) -> None:
        """Mark the refused and bounced tasks of a person as done."""
        self._run(_CLEAR_REFUSALS, {"its_office_id": office_id, "its_person_id": person_id})

    def note(self, lane: Lane, *, at: datetime, problem: str | None = None) -> None:
        """Store when something of a lane was sent or made, or why that failed. The first result makes the row."""
        noting, values = _SUCCEEDED, {"its_lane": lane, "at": at}
        if problem is not None:
            noting, values = _FAILED, {**values, "trouble": plain_text(problem)}
        if self._count(noting, values) == 0:
            self._run(_ADD_LANE, {"lane": lane, "succeeded_at": None, "failed_at": None, "problem": None})
            self._run(noting, values)

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete the tasks of all offices from before a moment that are done, or undelivered and superseded."""
        left = limit
        for step in (_FORGET_NOBODYS, _FORGET_UNDELIVERED, _FORGET):
            left -= self._count(step, {"before": before, "limit": left}) if left else 0
        return limit - left


class SqlTexts(Repository):
    """SMSs that were allowed, for the budgets."""

    def count(self, send: SmsSend, *, since: datetime, day: datetime) -> SmsCounts:
        """Count the SMSs of its office besides this one, and lock the office."""
        self._first(_ONE_AT_A_TIME, {"office_id": send.office_id})
        times = {"since": since, "day": day}
        number, person, office, client_day, person_day = self._one(
            _COUNT_SENDS, {**SMS_SENDS.record(send), **times}, "office"
        )
        return SmsCounts(number=number, person=person, office=office, client_day=client_day, person_day=person_day)

    def add(self, send: SmsSend) -> None:
        """Insert an SMS that was allowed, unless it is there."""
        self._run(_ADD_SEND, SMS_SENDS.record(send))

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete the SMSs of all offices from before a moment."""
        return self._count(_FORGET_SENDS, {"before": before, "limit": limit})


def _fenced(task: Task) -> Record:
    """Identify one lease of a task: each lease counts an attempt, so a later one has another number."""
    return {"its_office_id": task.office_id, "its_id": task.id, "its_attempts": task.attempts}
