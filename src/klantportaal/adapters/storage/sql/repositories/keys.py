"""The keys that made stored values so far."""

from sqlalchemy import delete

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import KEY_RECORDS
from klantportaal.adapters.storage.sql.statements import adding_once
from klantportaal.domain.keys import KeyRecord

_ADD = adding_once(schema.key_records)
_FORGET = delete(schema.key_records)


class SqlKeys(Repository):
    """The keys that made stored values so far, for all offices."""

    def add(self, record: KeyRecord) -> bool:
        """Insert a record, unless its use has one of that number."""
        return self._count(_ADD, KEY_RECORDS.record(record)) == 1

    def forget(self) -> None:
        """Delete all records."""
        self._run(_FORGET, {})
