"""The objects of one place: put, get, list and delete, each as one request with a time limit."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import attrs

from klantportaal import forking
from klantportaal.adapters.files.objects.library import LIBRARY
from klantportaal.adapters.files.objects.problems import NoSuchObject, ObjectStoreUnavailable, translated
from klantportaal.domain.errors import FileDamaged

PAGE = 1000
"""The number of names in one request for a list."""


@attrs.frozen(kw_only=True)
class Listed:
    """An object in a list."""

    name: str
    modified: datetime
    """When it was written, by the clock of the store."""


@attrs.frozen(kw_only=True)
class Content:
    """The content of an object."""

    view: memoryview
    modified: datetime
    """When it was written, by the clock of the store."""


class Bucket:
    """The objects of one place.

    Every method raises ObjectStoreUnavailable if the store cannot be used now, or not with these rights.

    Args:
        place: opens the place with the classes of obstore. It is called once in each process.
    """

    def __init__(self, place: Callable[[Any], Any]) -> None:
        self._place = place
        self._lock = forking.Lock()
        self._used: tuple[Any, Any] | None = None
        forking.at_fork(in_child=self._forget)

    def put(self, name: str, content: bytes) -> None:
        """Write an object, whether there is one of this name or not. Raises: StorageFull."""
        self._put(name, content, "overwrite")

    def create(self, name: str, content: bytes) -> None:
        """Write an object if there is none of this name. Of several at once, one succeeds.

        Raises:
            Conflict: there is one. It may be the one of this call: the answer to a first request can be lost.
            StorageFull: the store has no room.
        """
        self._put(name, content, "create")

    def get(self, name: str, *, limit: int) -> Content:
        """Read an object whole.

        Raises:
            NoSuchObject: there is none.
            FileDamaged: it has more bytes than *limit*. They are not read.
        """
        module, store = self._opened()
        with translated(module, "read"):
            found = module.get(store, name)
            size, modified = found.meta["size"], found.meta["last_modified"]
            view = memoryview(found.bytes()) if size <= limit else None
        if view is None:
            raise FileDamaged("the stored file is larger than it was")
        return Content(view=view, modified=modified)

    def list(self, prefix: str) -> Iterator[Listed]:
        """List the objects below a prefix. Raises: ObjectStoreUnavailable, also if the list repeats itself.

        To notice this with little memory, the name at each power of two is compared with all until the next.
        """
        noticed = None
        for number, each in enumerate(self._listed(prefix), start=1):
            if each.name == noticed:
                raise ObjectStoreUnavailable("a list of the object store repeats itself", "look at the store")
            if number.bit_count() == 1:
                noticed = each.name
            yield each

    def _listed(self, prefix: str) -> Iterator[Listed]:
        module, store = self._opened()
        with translated(module, "list"):
            pages = module.list(store, prefix, chunk_size=PAGE)
        while True:
            with translated(module, "list"):
                page = next(pages, None)
            if page is None:
                return
            for each in page:
                yield Listed(name=each["path"], modified=each["last_modified"])

    def delete(self, names: Sequence[str]) -> None:
        """Delete objects. One that is not there is left out."""
        module, store = self._opened()
        for start in range(0, len(names), PAGE):
            with suppress(NoSuchObject), translated(module, "delete"):
                module.delete(store, names[start : start + PAGE])

    def _put(self, name: str, content: bytes, mode: str) -> None:
        module, store = self._opened()
        with translated(module, "write"):
            module.put(store, name, content, mode=mode, use_multipart=False)

    def _opened(self) -> tuple[Any, Any]:
        """Give the library and the store of this process. Raises: ObjectStoreUnavailable."""
        forking.notice()
        with self._lock:
            if self._used is None:
                module = LIBRARY.module()
                with translated(module, "open"):
                    # A copy of the library has its classes there.
                    self._used = module, self._place(module._store)  # noqa: SLF001
            return self._used

    def _forget(self) -> None:
        self._used = None
