"""A cache of definitions by digest. The definition of a digest never changes, so it is read and compiled once."""

from collections import OrderedDict
from collections.abc import Callable

import attrs

from klantportaal.domain.questionnaires import publishing
from klantportaal.domain.questionnaires.definition import Definition
from klantportaal.domain.values import OfficeId
from klantportaal.forking import Lock
from klantportaal.ports.storage import Storage, UnitOfWork

KEPT = 200
"""The maximum number of cached definitions."""
CHARACTERS = 4 * 1024 * 1024
"""The maximum total length of the documents of the cached definitions, in characters.

A definition takes about twenty times as many bytes as its document has characters. With 60 questions it takes about
200 kB.
"""
_Which = tuple[OfficeId, str]


@attrs.frozen
class Definitions:
    """An LRU cache of definitions, which all threads share."""

    _kept: "OrderedDict[_Which, tuple[Definition, int]]" = attrs.field(factory=OrderedDict, init=False, repr=False)
    """Each definition with the length of its document. The most recently used one is last."""
    _lock: Lock = attrs.field(factory=Lock, init=False, repr=False, eq=False)

    def within(self, uow: UnitOfWork, office_id: OfficeId, digest: str) -> Definition:
        """Give a definition, within a unit of work. Raises: Absent."""
        return self._of(office_id, digest, lambda: uow.questionnaires.document(office_id, digest))

    def outside(self, storage: Storage, office_id: OfficeId, digest: str) -> Definition:
        """Give a definition, outside a unit of work. Raises: Absent."""
        return self._of(office_id, digest, lambda: storage.read.document(office_id, digest))

    def _of(self, office_id: OfficeId, digest: str, document: Callable[[], str]) -> Definition:
        """Give a definition from the cache, or read it. Two threads may read the same one, which is harmless."""
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
        """Add a definition to the cache, and evict the least recently used ones."""
        with self._lock:
            self._kept[which] = definition, length
            while len(self._kept) > KEPT or sum(length for _each, length in self._kept.values()) > CHARACTERS:
                self._kept.popitem(last=False)
