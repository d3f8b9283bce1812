"""Repositories of outgoing work and of SMS reservations, which commit with the changes that cause them (AL-2)."""

from collections.abc import Sequence
from datetime import datetime

import attrs

from klantportaal.adapters.storage.memory.tables import Tables, change
from klantportaal.domain.outgoing import Lane, Task, TaskKind, TaskState
from klantportaal.domain.texting import SmsCounts, SmsSend
from klantportaal.domain.values import OfficeId, PersonId


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
        urgent = lane is Lane.URGENT
        ours = [task for task in self._waiting() if (task.kind is TaskKind.SMS_CODE) == urgent]
        due = [task for task in ours if task.due_at <= at]
        due.sort(key=lambda task: (task.due_at, task.id))
        return [self._take(task, until) for task in due[:limit]]

    def lease_companions(self, task: Task, *, at: datetime, until: datetime) -> Sequence[Task]:
        """Lease the other waiting notifications of a task's account that are not leased, due or not (PR-2)."""
        companions = [
            each
            for each in self._waiting()
            if each.kind is TaskKind.NOTIFICATION
            and (each.office_id, each.account_id, each.person_id) == (task.office_id, task.account_id, task.person_id)
            and each.id != task.id
            and self._tables.leases.get(each.id, at) <= at
        ]
        return [self._take(each, until) for each in sorted(companions, key=lambda each: each.id)]

    def done(self, task: Task) -> bool:
        """Mark a leased task as done. False if it was leased again since."""
        return self._settle(task, state=TaskState.DONE, person_id=task.person_id)

    def retry(self, task: Task, *, due_at: datetime, problem: str) -> bool:
        """Put a leased task back, due at *due_at*. False if it was leased again since."""
        return self._settle(task, due_at=due_at, problem=problem)

    def refuse(self, task: Task, *, problem: str) -> bool:
        """Mark a leased task as refused for good. False if it was leased again since."""
        return self._settle(task, state=TaskState.REFUSED, person_id=task.person_id, problem=problem)

    def clear_refusals(self, office_id: OfficeId, person_id: PersonId) -> None:
        """Mark the refused tasks of a person as done."""
        for task in list(self._tables.tasks.values()):
            whose = (task.office_id, task.person_id, task.state)
            if whose == (office_id, person_id, TaskState.REFUSED):
                change(self._tables.tasks, task.id, state=TaskState.DONE)

    def forget(self, *, before: datetime) -> None:
        """Delete the tasks of all offices that were made before a moment and are done, or refused and superseded."""
        old = [task for task in self._tables.tasks.values() if task.made_at < before]
        for task in [task for task in old if task.state is TaskState.DONE or self._is_superseded(task)]:
            del self._tables.tasks[task.id]

    def _is_superseded(self, task: Task) -> bool:
        """Tell whether a task was refused and has no person, or a later task of its person is done or refused."""
        if task.state is not TaskState.REFUSED or task.person_id is None:
            return task.state is TaskState.REFUSED
        return any(
            each.office_id == task.office_id
            and each.person_id == task.person_id
            and each.state is not TaskState.WAITING
            and (each.made_at, each.id) > (task.made_at, task.id)
            for each in self._tables.tasks.values()
        )

    def _waiting(self) -> list[Task]:
        return [task for task in self._tables.tasks.values() if task.state is TaskState.WAITING]

    def _take(self, task: Task, until: datetime) -> Task:
        change(self._tables.tasks, task.id, attempts=task.attempts + 1, due_at=until)
        self._tables.leases[task.id] = until
        return self._tables.tasks[task.id]

    def _settle(self, task: Task, **fields: object) -> bool:
        """Change a leased task and end its lease. False if its number of attempts changed: it was leased again."""
        standing = self._tables.tasks.get(task.id)
        mine = standing is not None and standing.office_id == task.office_id and standing.attempts == task.attempts
        if standing is None or not mine or standing.state is not TaskState.WAITING:
            return False
        change(self._tables.tasks, task.id, **fields)
        self._tables.leases.pop(task.id, None)
        return True


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

    def forget(self, *, before: datetime) -> None:
        """Delete the SMSs of all offices that were let through before a moment."""
        for key in [key for key, send in self._tables.sms_sends.items() if send.at < before]:
            del self._tables.sms_sends[key]
