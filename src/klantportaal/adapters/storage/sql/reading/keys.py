"""The keys that made stored values so far, and the number of values under each."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader
from klantportaal.adapters.storage.sql.rows import KEY_RECORDS
from klantportaal.domain.keys import ID_BYTES, KeyRecord, KeyUse, in_bytes, in_text
from klantportaal.domain.values import KeyId

_records = schema.key_records
_RECORDS = select(*KEY_RECORDS.columns).order_by(_records.c.use, _records.c.number)


def _begin_with_id(*columns: ColumnElement[Any]) -> Select[Any]:
    counts = [
        select(func.count()).where(func.substr(column, 1, ID_BYTES) == bindparam("id")).scalar_subquery()
        for column in columns
    ]
    return select(sum(counts[1:], start=counts[0]))


_KEPT: Mapping[KeyUse, Select[Any]] = {
    KeyUse.PASSWORDS: select(func.count()).where(schema.persons.c.password_hash.contains(bindparam("id"))),
    KeyUse.CODES: _begin_with_id(schema.two_steps.c.recovery),
    KeyUse.SEALS: _begin_with_id(func.coalesce(schema.entries.c.digest, schema.entries.c.signature)),
    KeyUse.VAULT: _begin_with_id(schema.two_steps.c.secret, schema.webhooks.c.secret, schema.webhooks.c.former_secret),
}
"""These read whole tables. Only an operator who replaces a key needs them."""


class KeyReading(Reader):
    """Reads about keys, for the whole installation."""

    def key_records(self) -> Sequence[KeyRecord]:
        """Return the keys of each use, in the order of their numbers."""
        return [KEY_RECORDS.value(row) for row in self._all(_RECORDS, {})]

    def kept_under(self, use: KeyUse, key_id: KeyId) -> int:
        """Count the things that name a key."""
        named = in_text(key_id) if use is KeyUse.PASSWORDS else in_bytes(key_id)
        [(count,)] = self._all(_KEPT[use], {"id": named})
        return int(count)
