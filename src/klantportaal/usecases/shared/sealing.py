"""Sealing the trail: each entry gets its place in its office's chain, a while after it was written (SI-5).

So whoever writes an entry waits for nobody, and two that write at once need not agree which comes first.
"""

import logging

import attrs

from klantportaal.domain import sealing
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import PortalError
from klantportaal.domain.values import OfficeId
from klantportaal.ports.secrets import Seals
from klantportaal.ports.storage import Storage

_LOG = logging.getLogger(__name__)
BATCH = 200
"""Entries sealed in one unit of work: few enough that on SQLite nobody waits long for it."""


@checked_calls
@attrs.frozen(kw_only=True)
class Sealer:
    """Seals; safe to run at any time, by any number of hosts."""

    _storage: Storage
    _seals: Seals

    def run_once(self) -> int:
        """Seal what has no seal yet, of all offices; return how many entries that were.

        An office whose chain was tampered with, so that there is no going on from its head, keeps no other waiting.
        """
        sealed = 0
        for office_id in self._storage.read.unsealed():
            try:
                sealed += self.seal(office_id)
            except PortalError as error:  # Told in one line: what was tampered with stays so, each time anew.
                _LOG.warning("the trail of office %s cannot be sealed on: %s", office_id, type(error).__name__)
        return sealed

    def seal(self, office_id: OfficeId) -> int:
        """Seal everything of one office; return how many entries that were.

        Raises:
            Conflict: entries or numbers after the head of the chain are sealed already: it is not the head.
        """
        sealed = 0
        while batch := self._seal_some(office_id):
            sealed += batch
        return sealed

    def _seal_some(self, office_id: OfficeId) -> int:
        with self._storage.begin() as uow:
            head = uow.audit.head(office_id)
            entries = uow.audit.unsealed(office_id, limit=BATCH)
            if entries:
                seals = sealing.seal_all(entries, after=head, digest=self._seals.digest)
                uow.audit.seal(office_id, seals, after=head)
            uow.commit()
        return len(entries)
