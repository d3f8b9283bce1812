"""Comparing the pepper and the key with those of earlier starts, and counting what is stored under each."""

import logging
from collections.abc import Sequence
from datetime import datetime

import attrs

from klantportaal.domain import keys
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.keys import KeyRecord, KeyUse, KnownKeys
from klantportaal.domain.values import KeyId
from klantportaal.log_events import EventLog
from klantportaal.ports.clock import Clock
from klantportaal.ports.storage import Storage

_LOG = EventLog(__name__)


@attrs.frozen(kw_only=True)
class KeyUsage:
    """The number of stored values under a key."""

    use: KeyUse
    key_id: KeyId
    since: datetime
    """The first start at which it was the first of its list."""
    is_newest: bool
    """Whether it is the first in the list of this process. New values are made with the first key."""
    is_known: bool
    """Whether it is in the list of this process. Values made with a listed key are still valid."""
    kept: int
    """The number of password hashes, recovery codes, entries of the trail or keys of apps, depending on *use*."""


@checked_calls
@attrs.frozen(kw_only=True)
class Secrets:
    """Checks and counts the pepper and the key by their ids."""

    _storage: Storage
    _clock: Clock
    _known: KnownKeys

    def check(self) -> None:
        """Compare the secrets of this start with those of earlier starts, and record new ones.

        `Portal.assemble` calls this. Hosts may call it at the same time.

        Raises:
            WrongSecrets: a newer key than these was used before.
            Unavailable: the storage cannot be used now.
        """
        while not self._record(keys.additions(self._storage.read.key_records(), self._known, at=self._clock.now())):
            pass  # Another host started at this moment. Compare with what it recorded.

    def usage(self) -> Sequence[KeyUsage]:
        """Count the stored values under each key that was the first of its list at some start.

        This may read whole tables. Remove an older key from its list when its count is 0. If you remove it earlier, the
        values under it become useless.
        """
        newest_of = {(each.use, each.key_id): each for each in self._storage.read.key_records()}
        return [
            KeyUsage(
                use=each.use,
                key_id=each.key_id,
                since=each.since,
                is_newest=each.key_id in self._known[each.use][:1],
                is_known=each.key_id in self._known[each.use],
                kept=self._storage.read.kept_under(each.use, each.key_id),
            )
            for each in newest_of.values()
        ]

    def _record(self, additions: Sequence[KeyRecord]) -> bool:
        """Save all records or none. False if another host saved a record with the same number."""
        if not additions:
            return True
        with self._storage.begin() as uow:
            if not all(uow.keys.add(each) for each in additions):
                return False
            uow.commit()
        for each in additions:
            if each.number > 1:
                text = "%(use)s: a new key (id %(key_id)s) takes the place of the one before it"
                _LOG.log(logging.INFO, "key_replaced", text, use=each.use, key_id=each.key_id)
        return True
