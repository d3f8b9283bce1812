"""Finding who is to be reminded, and what is due when the mail is made (RM-1)."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import attrs

from klantportaal.domain import onboarding, persons, reminders
from klantportaal.domain.accounts import Holding, is_open
from klantportaal.domain.auditing import Background
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.destinations import NewThing, Place
from klantportaal.domain.events import PersonReminded
from klantportaal.domain.offices import Office
from klantportaal.domain.onboarding import LinkPurpose
from klantportaal.domain.outgoing import DispatchTimes, Task, TaskKind, new_key
from klantportaal.domain.persons import Person
from klantportaal.domain.reminders import OpenThing, Plan, Reminder, ReminderKind
from klantportaal.domain.values import AssignmentId, DossierId, ItemId, LinkId, OfficeId, PersonId, TaskId, day
from klantportaal.domain.waiting import waiting_in
from klantportaal.log_events import EventLog
from klantportaal.ports.clock import Clock
from klantportaal.ports.mail import Due
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared.recording import Recorder

BATCH = 100
_LOG = EventLog(__name__)
_Whose = tuple[OfficeId, PersonId]


@checked_calls
@attrs.frozen(kw_only=True)
class ReminderWork:
    """Adds a mail for each person that is to be reminded now. Safe to run at any time, in any number of hosts."""

    _storage: Storage
    _clock: Clock
    _times: DispatchTimes

    def run_once(self) -> int:
        """Look at all persons that are due, of all offices. Return the number of mails that were added.

        A person at whom it fails is logged, and looked at again an hour later. The others are looked at all the same.
        """
        added, size, looked_at = 0, BATCH, BATCH
        while looked_at == size:
            due: list[_Whose] = []
            try:
                added += self._look_at(due, size)
            except Exception as error:  # Whatever is wrong with one person, the others are looked at.
                if not due:
                    raise
                if size == 1:
                    self._put_off(*due[0], error)
                size = 1  # One by one, to find who it is.
                looked_at = size
            else:
                looked_at = len(due)
        return added

    def _look_at(self, due: list[_Whose], size: int) -> int:
        """Look at some persons that are due, in one transaction, and add them to *due*. Count their mails."""
        with self._storage.begin() as uow:
            now = self._clock.now()
            due += uow.reminders.due(at=now, limit=size)
            added = sum(self._look(uow, office_id, person_id, at=now) for office_id, person_id in due)
            uow.commit()
        return added

    def _put_off(self, office_id: OfficeId, person_id: PersonId, error: Exception) -> None:
        """Log that looking at a person failed, and look again later (AL-6)."""
        with self._storage.begin() as uow:
            uow.reminders.schedule(office_id, person_id, at=self._clock.now() + reminders.AFTER_FAILURE)
            uow.commit()
        text = (
            "the reminders of person %(person_id)s of office %(office_id)s cannot be worked out; they are tried again"
        )
        _LOG.log(logging.WARNING, "reminder_fails", text, error=error, person_id=person_id, office_id=office_id)

    def _look(self, uow: UnitOfWork, office_id: OfficeId, person_id: PersonId, *, at: datetime) -> bool:
        """Look at one person, and say when to look again. Tell whether a mail is due."""
        office, person = uow.offices.get(office_id), uow.persons.get(office_id, person_id)
        plan = plan_for(
            uow, office, person, uow.accounts.of_person(office_id, person_id), merge=self._times.merge, at=at
        )
        if plan.due:
            task = _task(office_id, person_id, at=at)
            uow.outbox.add(task)
            uow.outbox.send_again(task)  # It may have been done today already, without a mail.
        uow.reminders.schedule(office_id, person_id, at=plan.look_at)
        return bool(plan.due)


def _task(office_id: OfficeId, person_id: PersonId, *, at: datetime) -> Task:
    """Make the one task that reminds a person on a day."""
    id = reminders.task_id(person_id, at)
    return Task(
        id=id,
        office_id=office_id,
        kind=TaskKind.REMINDER,
        key=new_key(TaskKind.REMINDER, id),
        person_id=person_id,
        payload={},
        made_at=at,
        due_at=at,
    )


def plan_for(
    uow: UnitOfWork,
    office: Office,
    person: Person,
    holdings: Sequence[Holding],
    *,
    merge: timedelta,
    at: datetime,
    but: TaskId | None = None,
) -> Plan:
    """Decide what a person is to be reminded of.

    Args:
        uow: the unit of work.
        office: the office.
        person: the person.
        holdings: all accounts of the person.
        merge: how long a notification waits. What is asked before midnight may be told after it.
        at: now.
        but: the reminder that is being made again. It does not count as sent.
    """
    things = list(_open_things(uow, office, person, holdings, at=at))
    if not things:
        return Plan()
    since = reminders.counted_since(things, at=at)
    ids = frozenset[UUID]().union(*map(reminders.off_by, things))
    return reminders.plan(
        [_told_later(each, merge) for each in things],
        rules=office.reminders,
        off=uow.reminders.switched_off(office.id, ids),
        sent=[each for each in uow.reminders.sent_to(office.id, person.id, since=since) if each.id != but],
        at=at,
    )


def _told_later(thing: OpenThing, merge: timedelta) -> OpenThing:
    """Count a thing as told when its notification goes. That of an invitation goes at once."""
    return thing if thing.kind is ReminderKind.INVITATION else attrs.evolve(thing, told_at=thing.told_at + merge)


def _open_things(
    uow: UnitOfWork, office: Office, person: Person, holdings: Sequence[Holding], *, at: datetime
) -> Iterator[OpenThing]:
    """Give what waits for a person: its invitation, or else what its accounts want mails about (PR-2)."""
    held = [(account, client) for account, client in holdings if is_open(account, client)]
    if persons.has_way_in(person, office.vendor_sign_in):
        for account, client in held:
            if account.notifications.questionnaires:
                yield from uow.reminders.waiting_for(office.id, client.id)
        return
    link = uow.links.newest(office.id, person.id, LinkPurpose.INVITATION)
    if link is not None and onboarding.is_live(link, person, holdings, office.vendor_sign_in, at=at):
        yield from (
            OpenThing(
                kind=ReminderKind.INVITATION,
                id=link.id,
                part_of=link.id,
                client_id=client.id,
                made_at=link.made_at,
                told_at=link.made_at,
            )
            for _account, client in held
        )


def store(
    uow: UnitOfWork, recorder: Recorder, task: Task, person_id: PersonId, due: Sequence[OpenThing], *, at: datetime
) -> None:
    """Store what the mail of a task reminds of. If it is nothing, because all is done or it is night, nothing is sent.

    A mail that is made again, because it was not accepted, stays one reminder. One that is not sent does not count.
    """
    former = uow.reminders.sent_to(task.office_id, person_id, since=task.made_at)
    if not due:
        uow.reminders.remove(task.office_id, task.id)
        return
    uow.reminders.put(
        Reminder(id=task.id, office_id=task.office_id, person_id=person_id, sent_at=at, things=tuple(due))
    )
    if all(each.id != task.id for each in former):
        recorder.record(uow, Background(office_id=task.office_id), _fact(person_id, due, at=at))


def _fact(person_id: PersonId, due: Sequence[OpenThing], *, at: datetime) -> PersonReminded:
    links = [LinkId(each.id) for each in due if each.kind is ReminderKind.INVITATION]
    return PersonReminded(
        person_id=person_id,
        assignment_ids=tuple(AssignmentId(each.id) for each in due if each.kind is ReminderKind.QUESTIONNAIRE),
        item_ids=tuple(ItemId(each.id) for each in due if each.kind is ReminderKind.ITEM),
        link_id=links[0] if links else None,
        at=at,
    )


def told(due: Sequence[OpenThing]) -> list[NewThing]:
    """Give the pages of what is due, without invitations: the page of an item is that of its request (NW-2)."""
    return [
        NewThing(
            place=Place.REQUEST if each.kind is ReminderKind.ITEM else Place.QUESTIONNAIRE,
            dossier_id=each.dossier_id,
            id=each.part_of,
        )
        for each in due
        if each.dossier_id is not None
    ]


def due_rows(uow: UnitOfWork, office: Office, due: Sequence[OpenThing], *, at: datetime) -> tuple[Due, ...]:
    """Give one row for each dossier, by its number. Invitations have none."""
    by_dossier: dict[DossierId | None, list[OpenThing]] = defaultdict(list)
    for each in due:
        by_dossier[each.dossier_id].append(each)
    rows = [_row(uow, office, id, things, at=at) for id, things in by_dossier.items() if id is not None]
    return tuple(sorted(rows, key=lambda row: row.dossier_number))


def _row(uow: UnitOfWork, office: Office, id: DossierId, due: Sequence[OpenThing], *, at: datetime) -> Due:
    """Make the row of a dossier. A person may have several clients in it: all that is open for them is one sentence."""
    questionnaires = sum(each.kind is ReminderKind.QUESTIONNAIRE for each in due)
    parties = sorted({each.client_id for each in due})
    return Due(
        dossier_number=uow.dossiers.get(office.id, id).number,
        questionnaires=questionnaires,
        items=len(due) - questionnaires,
        due_on=min((each.due_on for each in due if each.due_on is not None), default=None),
        waiting=waiting_in([thing for each in parties for thing in uow.waiting.things(office.id, id, each)], None),
        today=day(at),
    )
