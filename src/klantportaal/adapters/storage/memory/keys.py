"""The keys that made stored values so far, and the number of values under each."""

from collections.abc import Callable, Iterable, Sequence

import attrs

from klantportaal.adapters.storage.memory.tables import Tables
from klantportaal.domain.keys import KeyRecord, KeyUse, in_bytes, in_text
from klantportaal.domain.values import KeyId


@attrs.frozen
class Keys:
    """The keys that made stored values so far, for all offices."""

    _tables: Tables

    def add(self, record: KeyRecord) -> bool:
        """Keep a record, unless its use has one of that number."""
        return self._tables.key_records.setdefault((record.use, record.number), record) is record

    def forget(self) -> None:
        """Drop all records."""
        self._tables.key_records.clear()


@attrs.frozen(slots=False)  # MemoryReading inherits from several such classes.
class KeyReading:
    """Reads about keys, for the whole installation."""

    _committed: Callable[[], Tables]

    def key_records(self) -> Sequence[KeyRecord]:
        """List the keys of each use, in the order of their numbers."""
        return [record for _place, record in sorted(self._committed().key_records.items())]

    def kept_under(self, use: KeyUse, key_id: KeyId) -> int:
        """Count the things that name a key."""
        tables = self._committed()
        if use is KeyUse.PASSWORDS:
            return sum(in_text(key_id) in (each.password_hash or "") for each in tables.persons.values())
        made: Iterable[bytes | None] = {
            KeyUse.CODES: (each.recovery for each in tables.two_steps.values()),
            KeyUse.SEALS: (
                tables.seals[id].digest if id in tables.seals else each.signature for id, each in tables.entries.items()
            ),
            KeyUse.VAULT: (
                *(each.secret for each in tables.two_steps.values()),
                *(secret for each in tables.webhooks.values() for secret in (each.secret, each.former_secret)),
            ),
        }[use]
        return sum(each is not None and each.startswith(in_bytes(key_id)) for each in made)
