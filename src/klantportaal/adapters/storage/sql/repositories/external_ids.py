"""External ids."""

from sqlalchemy import select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import EXTERNAL_IDS
from klantportaal.adapters.storage.sql.statements import adding_once, matching
from klantportaal.domain.external_ids import ExternalId, ExternalKind
from klantportaal.domain.values import OfficeId

_ids = schema.external_ids
_ADD = adding_once(_ids)
_GET = select(*EXTERNAL_IDS.columns).where(matching(_ids, "office_id", "kind", "name"))


class SqlExternalIds(Repository):
    """External ids."""

    def add(self, new: ExternalId) -> bool:
        """Insert an external id, unless its office has it for something of that kind."""
        return self._count(_ADD, EXTERNAL_IDS.record(new)) == 1

    def get(self, office_id: OfficeId, kind: ExternalKind, name: str) -> ExternalId:
        """Return an external id.

        Raises:
            Absent: there is none.
        """
        named = {"office_id": office_id, "kind": kind, "name": name}
        return EXTERNAL_IDS.value(self._one(_GET, named, "external id"))
