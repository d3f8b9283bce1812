"""Repositories of outgoing work and of SMS reservations, which commit with the changes that cause them (AL-2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs

from klantportaal.adapters.storage.memory.tables import Tables, change, drop, owned
from klantportaal.domain.health import LaneHealth
from klantportaal.domain.outgoing import MAILS, MERGED, UNDELIVERED, Lane, Task, TaskState, lane_of
from klantportaal.domain.texting import SmsCounts, SmsSend
from klantportaal.domain.values import OfficeId, PersonId, TaskId


@attrs.frozen
class Outbox:
    """The tasks of outgoing work."""

    _tables: Tables

    def add(self, task: Task) -> None:
        """Insert a task, unless the office has one with the same key."""
        keys = {(standing.office_id, standing.key) for standing in self._tables.tasks.values()}
        if (task.office_id, task.key) not in keys:
            self._tables.tasks[task.id] = task

    def lease(self, lane: Lane, *, at: datetime, until: datetime, limit: int) -> Sequence[Task]:
        """Lease some waiting tasks of a lane, of all offices, that are due: the longest due first."""
        due = [task for task in self._waiting() if lane_of(task.kind) is lane and task.due_at <= at]
        due.sort(key=lambda task: (task.due_at, task.id))
        return [self._take(task, until) for task in due[:limit]]

    def lease_companions(self, task: Task, *, at: datetime, until: datetime) -> Sequence[Task]:
        """Lease the other waiting notifications for a task's account or address that are not leased (PR-2)."""
        companions = [
            each
            for each in self._waiting()
            if each.kind is task.kind
            and task.kind in MERGED
            and _recipient(each) == _recipient(task)
            and each.id != task.id
            and self._tables.leases.get(each.id, at) <= at
        ]
        return [self._take(each, until) for each in sorted(companions, key=lambda each: each.id)]

    def give_back(self, task: Task) -> bool:
        """Put a leased task back as it was. False if it was leased again since."""
        return self._settle(task, attempts=task.attempts - 1, due_at=task.due_at)

    def done(self, task: Task) -> bool:
        """Mark a leased task as done. False if it was leased again since."""
        return self._settle(task, state=TaskState.DONE, person_id=task.person_id)

    def retry(self, task: Task, *, due_at: datetime, problem: str) -> bool:
        """Put a leased task back, due at *due_at*. False if it was leased again since."""
        return self._settle(task, due_at=due_at, person_id=task.person_id, problem=problem)

    def refuse(self, task: Task, *, problem: str) -> bool:
        """Mark a leased task as refused for good. False if it was leased again since."""
        return self._settle(task, state=TaskState.REFUSED, person_id=task.person_id, problem=problem)

    def get(self, office_id: OfficeId, task_id: TaskId) -> Task:
        """Give a task. Units of work run one at a time, so no lock is needed."""
        return owned(self._tables.tasks, office_id, task_id, "mail")

    def send_again(self, task: Task) -> None:
        """Store the key, the state and the times of a task that waits again."""
        if self._tables.leases.get(task.id, task.due_at) > task.due_at and self._waits(task.id):
            return
        fields: dict[str, Any] = {"key": task.key, "state": task.state, "made_at": task.made_at, "due_at": task.due_at}
        self._tables.tasks[task.id] = attrs.evolve(self._tables.tasks[task.id], **fields)
        self._tables.leases.pop(task.id, None)

    def bounce(self, office_id: OfficeId, task_id: TaskId, *, problem: str) -> Sequence[Task]:
        """Mark a mail that was sent as bounced, with the notifications that were merged into it."""
        sent = [
            each
            for each in self._tables.tasks.values()
            if each.office_id == office_id
            and each.state is TaskState.DONE
            and (each.person_id is not None or each.address is not None)
            and each.kind in MAILS
        ]
        of_mail = next((each for each in sent if each.id == task_id), None)
        bounced = [each for each in sent if of_mail is not None and _is_same_mail(each, of_mail)]
        for task in bounced:
            change(self._tables.tasks, task.id, state=TaskState.BOUNCED, problem=problem)
        return [self._tables.tasks[each.id] for each in sorted(bounced, key=lambda each: each.id)]

    def clear_refusals(self, office_id: OfficeId, person_id: PersonId) -> None:
        """Mark the refused and bounced tasks of a person as done."""
        for task in list(self._tables.tasks.values()):
            if (task.office_id, task.person_id) == (office_id, person_id) and task.state in UNDELIVERED:
                change(self._tables.tasks, task.id, state=TaskState.DONE)

    def note(self, lane: Lane, *, at: datetime, problem: str | None = None) -> None:
        """Store when something of a lane was sent or made, or why that failed."""
        self._tables.lanes.setdefault(lane, LaneHealth(lane=lane))
        if problem is None:
            change(self._tables.lanes, lane, succeeded_at=at)
        else:
            change(self._tables.lanes, lane, failed_at=at, problem=problem)

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete the tasks of all offices from before a moment that are done, or undelivered and superseded."""
        tasks = self._tables.tasks
        undelivered = drop(tasks, limit, lambda _id, task: task.made_at < before and self._is_superseded(task))
        return undelivered + drop(
            tasks, limit - undelivered, lambda _id, task: task.made_at < before and task.state is TaskState.DONE
        )

    def _is_superseded(self, task: Task) -> bool:
        """Tell whether a task was not delivered and has no person, or a later task of its person does not wait."""
        if task.state not in UNDELIVERED or task.person_id is None:
            return task.state in UNDELIVERED
        return any(
            each.office_id == task.office_id
            and each.person_id == task.person_id
            and each.state is not TaskState.WAITING
            and (each.made_at, each.id) > (task.made_at, task.id)
            for each in self._tables.tasks.values()
        )

    def _waits(self, task_id: TaskId) -> bool:
        return self._tables.tasks[task_id].state is TaskState.WAITING

    def _waiting(self) -> list[Task]:
        return [task for task in self._tables.tasks.values() if task.state is TaskState.WAITING]

    def _take(self, task: Task, until: datetime) -> Task:
        change(self._tables.tasks, task.id, attempts=task.attempts + 1, due_at=until)
        self._tables.leases[task.id] = until
        return attrs.evolve(task, attempts=task.attempts + 1)

    def _settle(self, task: Task, **fields: object) -> bool:
        """Change a leased task and end its lease. False if its number of attempts changed: it was leased again."""
        standing = self._tables.tasks.get(task.id)
        mine = standing is not None and standing.office_id == task.office_id and standing.attempts == task.attempts
        if standing is None or not mine or standing.state is not TaskState.WAITING:
            return False
        change(self._tables.tasks, task.id, **fields)
        self._tables.leases.pop(task.id, None)
        return True


def _is_same_mail(task: Task, of_mail: Task) -> bool:
    """Tell whether a sent task is that of a mail, or a notification that was leased, and so merged, with it."""
    merged = task.kind is of_mail.kind and task.kind in MERGED
    whose = (task.account_id, task.address, task.due_at)
    return task.id == of_mail.id or (merged and whose == (of_mail.account_id, of_mail.address, of_mail.due_at))


def _recipient(task: Task) -> tuple[object, ...]:
    return task.office_id, task.account_id, task.person_id, task.address


@attrs.frozen
class Texts:
    """The SMSs that were let through, for the budgets."""

    _tables: Tables

    def count(self, send: SmsSend, *, since: datetime, day: datetime) -> SmsCounts:
        """Count the other SMSs of the office. Units of work run one at a time, so no lock is needed."""
        others = [
            each for each in self._tables.sms_sends.values() if each.office_id == send.office_id and each.id != send.id
        ]
        lately = [each for each in others if each.at > since]
        today = [each for each in others if each.at > day]
        return SmsCounts(
            number=sum(each.number == send.number for each in lately),
            person=sum(each.person_id == send.person_id for each in lately),
            office=len(today),
            client_day=sum(each.client_id == send.client_id for each in today),
            person_day=sum(each.person_id == send.person_id for each in today),
        )

    def add(self, send: SmsSend) -> None:
        """Insert an SMS that was let through, unless it is stored already."""
        self._tables.sms_sends.setdefault((send.office_id, send.id), send)

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete the SMSs of all offices that were let through before a moment."""
        return drop(self._tables.sms_sends, limit, lambda _id, send: send.at < before)
