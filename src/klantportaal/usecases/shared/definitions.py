"""Definitions by their digest: one never changes, so it is read and compiled once."""

from collections import OrderedDict
from collections.abc import Callable

import attrs

from klantportaal.domain.questionnaires import publishing
from klantportaal.domain.questionnaires.definition import Definition
from klantportaal.domain.values import OfficeId
from klantportaal.forking import Lock
from klantportaal.ports.storage import Storage, UnitOfWork

KEPT = 200
"""How many to keep at most."""
CHARACTERS = 4 * 1024 * 1024
"""How long the documents of those that are kept are at most, together: a definition takes twenty times as many bytes.

One of 60 questions takes about 200 kB.
"""
_Which = tuple[OfficeId, str]


@attrs.frozen
class Definitions:
    """Gives the definition that an assignment is of; those that were asked for last are kept, for all threads."""

    _kept: "OrderedDict[_Which, tuple[Definition, int]]" = attrs.field(factory=OrderedDict, init=False, repr=False)
    """With the length of its document, each; the one that was asked for last comes last."""
    _lock: Lock = attrs.field(factory=Lock, init=False, repr=False, eq=False)

    def within(self, uow: UnitOfWork, office_id: OfficeId, digest: str) -> Definition:
        """Give a definition, inside a unit of work. Raises: Absent."""
        return self._of(office_id, digest, lambda: uow.questionnaires.document(office_id, digest))

    def outside(self, storage: Storage, office_id: OfficeId, digest: str) -> Definition:
        """Give a definition, for reading. Raises: Absent."""
        return self._of(office_id, digest, lambda: storage.read.document(office_id, digest))

    def _of(self, office_id: OfficeId, digest: str, document: Callable[[], str]) -> Definition:
        """Look where it is kept; of two threads at once both may read it, which does no harm."""
        which = (office_id, digest)
        with self._lock:
            if which in self._kept:
                self._kept.move_to_end(which)
                return self._kept[which][0]
        text = document()
        definition = publishing.restored(text)
        if len(text) <= CHARACTERS:
            self._keep(which, definition, len(text))
        return definition

    def _keep(self, which: _Which, definition: Definition, length: int) -> None:
        """Keep one more, and let go of those that were not asked for longest."""
        with self._lock:
            self._kept[which] = definition, length
            while len(self._kept) > KEPT or sum(length for _each, length in self._kept.values()) > CHARACTERS:
                self._kept.popitem(last=False)
