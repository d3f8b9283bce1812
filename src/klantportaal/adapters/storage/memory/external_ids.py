"""The repository of external ids."""

import attrs

from klantportaal.adapters.storage.memory.tables import Tables
from klantportaal.domain.errors import Absent
from klantportaal.domain.external_ids import ExternalId, ExternalKind
from klantportaal.domain.values import OfficeId


@attrs.frozen
class ExternalIds:
    """The external ids of offices."""

    _tables: Tables

    def add(self, new: ExternalId) -> bool:
        """Insert an external id, unless its office has it for something of that kind."""
        return self._tables.external_ids.setdefault((new.office_id, new.kind, new.name), new) is new

    def get(self, office_id: OfficeId, kind: ExternalKind, name: str) -> ExternalId:
        """Return an external id."""
        return named(self._tables, office_id, kind, name)


def named(tables: Tables, office_id: OfficeId, kind: ExternalKind, name: str) -> ExternalId:
    """Find an external id.

    Raises:
        Absent: there is none.
    """
    found = tables.external_ids.get((office_id, kind, name))
    if found is None:
        raise Absent("external id")
    return found
