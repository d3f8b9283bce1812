"""Offices."""

from sqlalchemy import bindparam, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.failures import Taken
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import OFFICE_COLUMNS, office_record, read_office
from klantportaal.adapters.storage.sql.statements import adding_once, change, changing, matching
from klantportaal.domain.errors import Conflict, Fault, FaultCode, Refused
from klantportaal.domain.offices import Office
from klantportaal.domain.values import OfficeId

_offices = schema.offices
_OFFICE = select(*OFFICE_COLUMNS).where(_offices.c.id == bindparam("office_id"))
_AT_BASE_URL = select(_offices.c.id).where(matching(_offices, "base_url"))
_ADD_OFFICE = adding_once(_offices)
_SAVE_OFFICE = changing(_offices, "key")


class SqlOffices(Repository):
    """Offices."""

    def get(self, office_id: OfficeId) -> Office:
        """Return an office.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return read_office(self._one(_OFFICE, {"office_id": office_id}, "office"))

    def add(self, office: Office) -> None:
        """Insert an office.

        Raises:
            Conflict: there is one with its id or key.
            Refused: another office has the base URL.
        """
        if self._count(_ADD_OFFICE, office_record(office)) == 0:
            at = [id for (id,) in self._all(_AT_BASE_URL, {"base_url": office.base_url})]
            raise _base_url_taken() if at not in ([], [office.id]) else Conflict

    def save(self, office: Office) -> None:
        """Save a changed office.

        Raises:
            Conflict: it was changed in the meantime.
            Refused: another office has the base URL.
        """
        try:
            change(self._runner, _SAVE_OFFICE, office_record(office))
        except Taken as taken:
            raise _base_url_taken() from taken


def _base_url_taken() -> Refused:
    return Refused([Fault(code=FaultCode.BASE_URL_TAKEN, field="base_url")])
