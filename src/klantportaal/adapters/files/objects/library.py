"""obstore in a process that was forked.

obstore runs its requests in threads, of which it makes one set per process (a runtime of Tokio). A forked child
inherits the set without the threads, so every request would hang. The library has no way to make the set anew. So a
child of a process that has used obstore loads the library again, from a copy of its file: it then has variables of its
own, and with them its own threads.
"""

import os
import shutil
import sys
import tempfile
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

from klantportaal import forking
from klantportaal.domain.errors import Unavailable
from klantportaal.extras import extra

with extra("objects", "an object store"):
    import obstore

_NAME = f"{obstore.__name__}._obstore"


class Library:
    """The library that this process can use. Its one instance is ``LIBRARY``."""

    def __init__(self) -> None:
        self._module: Any = sys.modules[_NAME]
        self._used_by: int | None = None
        self._lock = forking.Lock()

    def module(self) -> Any:
        """Give obstore's module for this process, which is then used.

        Raises:
            Unavailable: this process was forked from one that used it, and no copy can be loaded.
        """
        if self._used_by != os.getpid():
            with self._lock:
                if self._used_by not in (None, os.getpid()):
                    self._module = _copy()
                self._used_by = os.getpid()
        return self._module


def _copy() -> Any:
    """Load the library once more, from a copy of its file, which is then deleted."""
    try:
        with tempfile.TemporaryDirectory(prefix="klantportaal-obstore-") as folder:
            path = shutil.copy(str(sys.modules[_NAME].__file__), folder)
            spec = spec_from_file_location(_NAME, path, loader=ExtensionFileLoader(_NAME, path))
            if spec is None or spec.loader is None:
                raise ImportError("the library has no loader")
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
    except (ImportError, OSError):
        raise Unavailable(
            "the object store was used before this process was forked, and cannot be used in it: "
            "let the temporary folder have room and programs, or open the portal after the fork"
        ) from None
    return module


LIBRARY = Library()
