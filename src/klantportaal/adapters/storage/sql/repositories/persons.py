"""Persons."""

from sqlalchemy import select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.failures import Taken
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import PERSONS, Record
from klantportaal.adapters.storage.sql.statements import adding_once, change, changing, matching, storable
from klantportaal.domain.admission import Subject
from klantportaal.domain.errors import Conflict, Fault, FaultCode, Refused
from klantportaal.domain.persons import Person
from klantportaal.domain.values import OfficeId, PersonId, folded, searchable

_persons = schema.persons
_PERSON = select(*PERSONS.columns).where(matching(_persons, "office_id", "id"))
# SQLite has one writer at a time, and leaves FOR NO KEY UPDATE out.
_TAKEN_PERSON = _PERSON.with_for_update(key_share=True)
_BY_ADDRESS = select(*PERSONS.columns).where(matching(_persons, "office_id", "address"), _persons.c.freed_at.is_(None))
_BY_SUBJECT = select(*PERSONS.columns).where(
    matching(_persons, "office_id", "vendor_subject_issuer", "vendor_subject_name"), _persons.c.freed_at.is_(None)
)
_ADD = adding_once(_persons)
_SAVE = changing(_persons, "made_at")
_SUBJECT_INDEX = "subject"
"""Part of what a database says of a refused row: an index by name on PostgreSQL, its columns on SQLite."""


class SqlPersons(Repository):
    """Persons."""

    def get(self, office_id: OfficeId, person_id: PersonId) -> Person:
        """Return a person.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return PERSONS.value(self._one(_PERSON, {"office_id": office_id, "id": person_id}, "person"))

    def take(self, office_id: OfficeId, person_id: PersonId) -> Person:
        """Return a person, and lock it until the unit of work ends.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return PERSONS.value(self._one(_TAKEN_PERSON, {"office_id": office_id, "id": person_id}, "person"))

    def by_address(self, office_id: OfficeId, folded: str) -> Person | None:
        """Find the person with an address, unless it is freed."""
        if not storable(folded):
            return None
        row = self._first(_BY_ADDRESS, {"office_id": office_id, "address": folded})
        return None if row is None else PERSONS.value(row)

    def by_subject(self, office_id: OfficeId, subject: Subject) -> Person | None:
        """Find the person that a subject is bound to, unless it is freed."""
        named = {"vendor_subject_issuer": subject.issuer, "vendor_subject_name": subject.name}
        row = self._first(_BY_SUBJECT, {"office_id": office_id, **named})
        return None if row is None else PERSONS.value(row)

    def add(self, person: Person) -> None:
        """Insert a person.

        Raises:
            Conflict: another person of the office has the address.
        """
        if self._count(_ADD, _person_record(person)) == 0:
            raise Conflict

    def save(self, person: Person) -> None:
        """Save a changed person.

        Raises:
            Conflict: it was changed in the meantime, or another person has the subject.
            Refused: another person has the address.
        """
        try:
            change(self._runner, _SAVE, _person_record(person))
        except Taken as taken:
            if _SUBJECT_INDEX in str(taken):
                raise
            raise address_taken() from taken


def address_taken() -> Refused:
    """Make the refusal of an address that is in use."""
    return Refused([Fault(code=FaultCode.ADDRESS_TAKEN, field="email")])


def _person_record(person: Person) -> Record:
    return {**PERSONS.record(person), "address": folded(person.email), "search": searchable(person.email)}
