"""Files: what was stored comes back byte for byte, or not at all."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

import attrs

from klantportaal.domain.values import FileKey

BLOCK = 256 * 1024
"""How many bytes adapters read and give at a time; no adapter holds a whole file in memory."""


@attrs.frozen(kw_only=True)
class Written:
    """What was written."""

    size: int
    """Bytes."""
    sha256: bytes
    """32 bytes, taken while the file streamed by."""


class Files(Protocol):
    """Keeps files under keys."""

    def write(self, key: FileKey, blocks: Iterable[bytes]) -> Written:
        """Store a new file; when this returns, it survives a crash. A file is never written twice.

        Whatever *blocks* raises ends the writing and comes out as it is; nothing is kept of the file then.

        Raises:
            StorageFull: there is no room; nothing is kept of the file.
            Unavailable: out of reach for now; nothing is kept of the file.
            Conflict: the key is taken.
        """
        ...

    def read(self, key: FileKey) -> Iterator[bytes]:
        """Open a file and give it as blocks, in order. Opening happens at the call; the iterator has ``close()``.

        Raises:
            FileDamaged: there is no such file.
            Unavailable: out of reach for now.
        """
        ...

    def remove(self, key: FileKey) -> None:
        """Remove a file; nothing happens where there is none."""
        ...

    def keys(self, *, before: datetime) -> Iterator[FileKey]:
        """List the files that were written before a moment, in any order, for sweeping (AL-3)."""
        ...
