"""The repository of reminders (RM-1)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import attrs

from klantportaal.adapters.storage.memory.tables import Tables
from klantportaal.domain import reminders
from klantportaal.domain.questionnaires.assignments import Assignment, AssignmentState
from klantportaal.domain.reminders import OpenThing, Reminder, ReminderKind
from klantportaal.domain.values import ClientId, DossierId, OfficeId, PersonId, TaskId


@attrs.frozen
class Reminders:
    """When to look at a person, what was sent, and what is switched off."""

    _tables: Tables

    def look(self, office_id: OfficeId, person_ids: Collection[PersonId], *, at: datetime) -> None:
        """Look at some persons at a moment, unless they are looked at earlier."""
        looks = self._tables.reminder_looks
        for person_id in person_ids:
            looks[office_id, person_id] = min(looks.get((office_id, person_id)) or at, at)

    def look_at_all(self, office_id: OfficeId, *, at: datetime) -> None:
        """Do so for all persons of an office that were looked at before."""
        self.look(office_id, [person for office, person in self._tables.reminder_looks if office == office_id], at=at)

    def due(self, *, at: datetime, limit: int) -> Sequence[tuple[OfficeId, PersonId]]:
        """Return some persons of all offices to look at now, longest due first."""
        looks = [(moment, whose) for whose, moment in self._tables.reminder_looks.items() if moment is not None]
        return [whose for moment, whose in sorted(looks) if moment <= at][:limit]

    def schedule(self, office_id: OfficeId, person_id: PersonId, *, at: datetime | None) -> None:
        """Store when to look at a person again."""
        if (office_id, person_id) in self._tables.reminder_looks:
            self._tables.reminder_looks[office_id, person_id] = at

    def waiting_for(self, office_id: OfficeId, client_id: ClientId) -> Sequence[OpenThing]:
        """Return the questionnaires and items that wait for a client and have a due date."""
        tables = self._tables

        def is_own(row: "_Asked") -> bool:
            whose = (row.office_id, row.client_id)
            return whose == (office_id, client_id) and client_id in tables.parties[row.dossier_id]

        assigned = [each for each in tables.assignments.values() if is_own(each)]
        found = [_of_assignment(each) for each in assigned if each.state is AssignmentState.OPEN and each.due_on]
        for request in filter(is_own, tables.requests.values()):
            found.extend(reminders.of_request(request))
        return sorted(found, key=reminders.by_date)

    def sent_to(self, office_id: OfficeId, person_id: PersonId, *, since: datetime) -> Sequence[Reminder]:
        """Return the reminders to a person since a moment, oldest first."""
        whose = (office_id, person_id)
        sent = [each for each in self._tables.reminders.values() if (each.office_id, each.person_id) == whose]
        return sorted((each for each in sent if each.sent_at >= since), key=lambda each: (each.sent_at, each.id))

    def put(self, reminder: Reminder) -> None:
        """Store a reminder, in place of the one with the same id."""
        self._tables.reminders[reminder.id] = reminder

    def remove(self, office_id: OfficeId, id: TaskId) -> None:
        """Delete a reminder, if it is stored."""
        standing = self._tables.reminders.get(id)
        if standing is not None and standing.office_id == office_id:
            del self._tables.reminders[id]

    def switch(self, office_id: OfficeId, id: UUID, *, on: bool) -> bool:
        """Switch the reminders of something on or off. False if they were so already."""
        off = self._tables.reminders_off
        if on:
            return off.pop((office_id, id), False)
        was_on = (office_id, id) not in off
        off[office_id, id] = True
        return was_on

    def switched_off(self, office_id: OfficeId, ids: Collection[UUID]) -> frozenset[UUID]:
        """Return those of some ids whose reminders are switched off."""
        return frozenset(id for id in ids if (office_id, id) in self._tables.reminders_off)


class _Asked(Protocol):
    """What an office asks of a client in a dossier."""

    @property
    def office_id(self) -> OfficeId: ...

    @property
    def client_id(self) -> ClientId: ...

    @property
    def dossier_id(self) -> DossierId: ...


def _of_assignment(assignment: Assignment) -> OpenThing:
    return OpenThing(
        kind=ReminderKind.QUESTIONNAIRE,
        id=assignment.id,
        part_of=assignment.id,
        client_id=assignment.client_id,
        dossier_id=assignment.dossier_id,
        due_on=assignment.due_on,
        made_at=assignment.assigned_at,
        told_at=assignment.assigned_at,
    )
