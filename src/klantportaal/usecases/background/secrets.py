"""The secrets that a portal is started with: are they those of before, and what is still kept under which."""

import logging
from collections.abc import Sequence
from datetime import datetime

import attrs

from klantportaal.domain import keys
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.keys import KeyRecord, KeyUse, KnownKeys
from klantportaal.domain.values import KeyId
from klantportaal.ports.clock import Clock
from klantportaal.ports.storage import Storage

_LOG = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class KeyUsage:
    """How much is kept under a key."""

    use: KeyUse
    key_id: KeyId
    since: datetime
    """When it came first in its list."""
    is_newest: bool
    """Whether it comes first in this process's list: it makes what is made."""
    is_known: bool
    """Whether it is in this process's list at all: what it made still counts."""
    kept: int
    """Password hashes, recovery codes, sealed entries of the audit trail, or keys of apps, by *use*."""


@checked_calls
@attrs.frozen(kw_only=True)
class Secrets:
    """The pepper and the key, by their ids."""

    _storage: Storage
    _clock: Clock
    _known: KnownKeys

    def check(self) -> None:
        """Compare this start's secrets with those of earlier starts, and record the ones that are new.

        A portal does so when it is assembled. Hosts that start at once agree, whichever is first.

        Raises:
            WrongSecrets: something was made under a newer key than any of these.
            Unavailable: the storage is out of reach.
        """
        while not self._record(keys.additions(self._storage.read.key_records(), self._known, at=self._clock.now())):
            pass  # Another host started at this moment. Compare with what it recorded.

    def usage(self) -> Sequence[KeyUsage]:
        """Count what is kept under each key that came first at some start. This may read whole tables.

        An older key can be left out of its list once nothing counts for it, or once that is meant to be useless.
        """
        return [
            KeyUsage(
                use=each.use,
                key_id=each.key_id,
                since=each.since,
                is_newest=each.key_id in self._known[each.use][:1],
                is_known=each.key_id in self._known[each.use],
                kept=self._storage.read.kept_under(each.use, each.key_id),
            )
            for each in self._storage.read.key_records()
        ]

    def _record(self, additions: Sequence[KeyRecord]) -> bool:
        """Keep records, all or none; False if another host kept one of the same number."""
        if not additions:
            return True
        with self._storage.begin() as uow:
            if not all(uow.keys.add(each) for each in additions):
                return False
            uow.commit()
        for each in additions:
            if each.number > 1:
                _LOG.info("%s: a new key (id %s) takes the place of the one before it", each.use, each.key_id)
        return True
