"""Reminders: when to look at a person, what was sent, and what is switched off (RM-1)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, case, delete, or_, select, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import REMINDERS, REQUESTS
from klantportaal.adapters.storage.sql.statements import (
    adding,
    adding_once,
    in_own_dossier,
    its,
    matching,
    written,
)
from klantportaal.adapters.storage.sql.types import MOMENT
from klantportaal.domain import reminders
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.reminders import OpenThing, Reminder, ReminderKind
from klantportaal.domain.requests import RequestState
from klantportaal.domain.values import ClientId, OfficeId, PersonId, TaskId

_looks, _off, _reminders = schema.reminder_looks, schema.reminders_off, schema.reminders
_assignments, _requests, _parties = schema.assignments, schema.requests, schema.dossier_parties

_at = bindparam("at", type_=MOMENT)
_ADD_LOOK = adding_once(_looks)
_IS_LATER = or_(_looks.c.look_at.is_(None), _looks.c.look_at > _at)
# Without a condition, so that it waits for whoever has the row locked: that one may not see this change yet.
_LOOK = (
    update(_looks)
    .where(its(_looks, "office_id", "person_id"))
    .values(look_at=case((_IS_LATER, _at), else_=_looks.c.look_at))
)
# Locked first, in the order of `look`: an UPDATE locks the rows as it finds them.
_HOLD_ALL = (
    select(_looks.c.person_id)
    .where(matching(_looks, "office_id"))
    .order_by(_looks.c.person_id)
    .with_for_update(key_share=True)
)
_LOOK_AT_ALL = update(_looks).where(its(_looks, "office_id"), _IS_LATER).values(look_at=_at)
# On PostgreSQL, rows that another unit of work has locked are skipped. SQLite has one writer at a time.
_DUE = (
    select(_looks.c.office_id, _looks.c.person_id)
    .where(_looks.c.look_at.is_not(None), _looks.c.look_at <= _at)
    .order_by(_looks.c.look_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_SCHEDULE = update(_looks).where(its(_looks, "office_id", "person_id")).values(look_at=_at)


def _own(rows: Select[Any], table: Any) -> Select[Any]:
    """Limit rows to those of a client, in dossiers it is a party to."""
    return rows.join_from(table, _parties, in_own_dossier(table)).where(matching(table, "office_id", "client_id"))


_QUESTIONNAIRES = _own(
    select(_assignments.c.id, _assignments.c.dossier_id, _assignments.c.due_on, _assignments.c.assigned_at),
    _assignments,
).where(_assignments.c.state == written(AssignmentState.OPEN), _assignments.c.due_on.is_not(None))
_REQUESTS = _own(select(*REQUESTS.columns), _requests).where(
    _requests.c.state == written(RequestState.WAITING),
    or_(_requests.c.due_on.is_not(None), _requests.c.reminded_at.is_not(None)),
)
_SENT_TO = (
    select(*REMINDERS.columns)
    .where(matching(_reminders, "office_id", "person_id"), _reminders.c.sent_at >= bindparam("since", type_=MOMENT))
    .order_by(_reminders.c.sent_at, _reminders.c.id)
)
_ADD = adding(_reminders)
_REMOVE = delete(_reminders).where(matching(_reminders, "office_id", "id"))
_SWITCH_OFF = adding_once(_off)
_SWITCH_ON = delete(_off).where(matching(_off, "office_id", "id"))
_SWITCHED_OFF = select(_off.c.id).where(matching(_off, "office_id"), _off.c.id.in_(bindparam("ids", expanding=True)))


class SqlReminders(Repository):
    """Reminders."""

    def look(self, office_id: OfficeId, person_ids: Collection[PersonId], *, at: datetime) -> None:
        """Look at some persons at a moment, unless they are looked at earlier."""
        for person_id in sorted(person_ids):
            new = {"office_id": office_id, "person_id": person_id, "look_at": at}
            if self._count(_ADD_LOOK, new) == 0:
                self._run(_LOOK, {"its_office_id": office_id, "its_person_id": person_id, "at": at})

    def look_at_all(self, office_id: OfficeId, *, at: datetime) -> None:
        """Do so for all persons of an office that were looked at before."""
        self._all(_HOLD_ALL, {"office_id": office_id})
        self._run(_LOOK_AT_ALL, {"its_office_id": office_id, "at": at})

    def due(self, *, at: datetime, limit: int) -> Sequence[tuple[OfficeId, PersonId]]:
        """Return some persons of all offices to look at now, and lock that."""
        rows = self._all(_DUE, {"at": at, "limit": limit})
        return [(OfficeId(office_id), PersonId(person_id)) for office_id, person_id in rows]

    def schedule(self, office_id: OfficeId, person_id: PersonId, *, at: datetime | None) -> None:
        """Store when to look at a person again."""
        self._run(_SCHEDULE, {"its_office_id": office_id, "its_person_id": person_id, "at": at})

    def waiting_for(self, office_id: OfficeId, client_id: ClientId) -> Sequence[OpenThing]:
        """Return the questionnaires and items that wait for a client and have a due date."""
        whose = {"office_id": office_id, "client_id": client_id}
        found = [
            OpenThing(
                kind=ReminderKind.QUESTIONNAIRE,
                id=id,
                part_of=id,
                client_id=client_id,
                dossier_id=dossier_id,
                due_on=due_on,
                made_at=asked_at,
                told_at=asked_at,
            )
            for id, dossier_id, due_on, asked_at in self._all(_QUESTIONNAIRES, whose)
        ]
        for row in self._all(_REQUESTS, whose):
            found.extend(reminders.of_request(REQUESTS.value(row)))
        return sorted(found, key=reminders.by_date)

    def sent_to(self, office_id: OfficeId, person_id: PersonId, *, since: datetime) -> Sequence[Reminder]:
        """Return the reminders to a person since a moment, oldest first."""
        whose = {"office_id": office_id, "person_id": person_id, "since": since}
        return [REMINDERS.value(row) for row in self._all(_SENT_TO, whose)]

    def put(self, reminder: Reminder) -> None:
        """Store a reminder, in place of the one with the same id."""
        self.remove(reminder.office_id, reminder.id)
        self._run(_ADD, REMINDERS.record(reminder))

    def remove(self, office_id: OfficeId, id: TaskId) -> None:
        """Delete a reminder, if it is stored."""
        self._run(_REMOVE, {"office_id": office_id, "id": id})

    def switch(self, office_id: OfficeId, id: UUID, *, on: bool) -> bool:
        """Switch the reminders of something on or off. False if they were so already."""
        return self._count(_SWITCH_ON if on else _SWITCH_OFF, {"office_id": office_id, "id": id}) == 1

    def switched_off(self, office_id: OfficeId, ids: Collection[UUID]) -> frozenset[UUID]:
        """Return those of some ids whose reminders are switched off."""
        if not ids:
            return frozenset()
        rows = self._all(_SWITCHED_OFF, {"office_id": office_id, "ids": sorted(ids)})
        return frozenset(id for (id,) in rows)
