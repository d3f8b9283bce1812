"""Definitions by their digest: one never changes, so it is read and compiled once."""

from collections import OrderedDict
from collections.abc import Callable

import attrs

from klantportaal.domain.questionnaires import publishing
from klantportaal.domain.questionnaires.definition import Definition
from klantportaal.domain.values import OfficeId
from klantportaal.ports.storage import Storage, UnitOfWork

KEPT = 200
"""How many to keep; one of 60 questions takes about 200 kB."""


@attrs.frozen
class Definitions:
    """Gives the definition that an assignment is of."""

    _kept: "OrderedDict[tuple[OfficeId, str], Definition]" = attrs.field(factory=OrderedDict, init=False, repr=False)

    def within(self, uow: UnitOfWork, office_id: OfficeId, digest: str) -> Definition:
        """Give a definition, inside a unit of work. Raises: Absent."""
        return self._of(office_id, digest, lambda: uow.questionnaires.document(office_id, digest))

    def outside(self, storage: Storage, office_id: OfficeId, digest: str) -> Definition:
        """Give a definition, for reading. Raises: Absent."""
        return self._of(office_id, digest, lambda: storage.read.document(office_id, digest))

    def _of(self, office_id: OfficeId, digest: str, document: Callable[[], str]) -> Definition:
        """Look where it is kept; of two threads at once both may read it, which does no harm."""
        found = self._kept.get((office_id, digest))
        if found is None:
            found = publishing.restored(document())
            self._kept[office_id, digest] = found
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found
