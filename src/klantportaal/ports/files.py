"""Files: what was stored comes back byte for byte, or not at all."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.values import FileKey

BLOCK = 256 * 1024
"""How many bytes adapters read and give at a time; no adapter holds a whole file in memory."""

KEY = re.compile(r"(?=.{1,200}\Z)[0-9a-z]+(?:[-/][0-9a-z]+)*")
"""What a key looks like: lower-case letters and digits, parted by single hyphens or slashes; at most 200 characters."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Written:
    """What was written."""

    size: int
    """Bytes."""
    sha256: bytes
    """32 bytes, taken while the file streamed by."""


class Blocks(Iterator[bytes], Protocol):
    """A file that is open for reading, block by block."""

    def close(self) -> None:
        """Give up; harmless after the end."""
        ...


class Files(Protocol):
    """Keeps files under keys, each shaped as ``KEY`` says; any other is a mistake of the caller, and a ValueError."""

    def write(self, key: FileKey, blocks: Iterable[bytes]) -> Written:
        """Store a new file; when this returns, it survives a crash. A file is never written twice.

        Whatever *blocks* raises ends the writing and comes out as it is; nothing is kept of the file then.

        Raises:
            StorageFull: there is no room; nothing is kept of the file.
            Unavailable: out of reach for now; nothing is kept of the file.
            Conflict: the key is taken.
        """
        ...

    def read(self, key: FileKey) -> Blocks:
        """Open a file and give it as blocks, in order. Opening happens at the call; whoever stops halfway closes it.

        Raises:
            FileDamaged: there is no such file.
            Unavailable: out of reach for now.
        """
        ...

    def remove(self, key: FileKey) -> None:
        """Remove a file; nothing happens where there is none.

        Raises:
            Unavailable: out of reach for now.
        """
        ...

    def keys(self, *, before: datetime) -> Iterator[FileKey]:
        """List the files that were written before a moment, in any order, for sweeping (AL-3).

        What a crash left half-written before that moment is never listed; an adapter that has such remains removes them
        along the way.

        Raises:
            Unavailable: out of reach for now.
        """
        ...
