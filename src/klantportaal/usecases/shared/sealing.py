"""Sealing the audit trail: each entry gets its number in its office's chain, some time after it was written (SI-5).

So writing an entry takes no lock, and two writers at the same time do not have to agree on an order.
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
"""The number of entries sealed in one unit of work. It is small, because SQLite has one writer at a time."""


@checked_calls
@attrs.frozen(kw_only=True)
class Sealer:
    """Seals the audit trail. Safe to run at any time, in any number of hosts."""

    _storage: Storage
    _seals: Seals

    def run_once(self) -> int:
        """Seal all unsealed entries of all offices. Return the number of entries.

        If the chain of an office was tampered with and cannot be continued, the other offices are still sealed.
        """
        sealed = 0
        for office_id in self._storage.read.unsealed():
            try:
                sealed += self.seal(office_id)
            except PortalError as error:  # One line without traceback, because every later run logs it again.
                _LOG.warning("the trail of office %s cannot be sealed on: %s", office_id, type(error).__name__)
        return sealed

    def seal(self, office_id: OfficeId) -> int:
        """Seal all unsealed entries of one office. Return the number of entries.

        Raises:
            Conflict: an entry or a number after the head of the chain is sealed already, so it is not the head.
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
