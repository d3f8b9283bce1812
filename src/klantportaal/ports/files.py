"""The port that stores files. A read gives exactly the bytes that were written, or raises."""

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.health import DiskSpace
from klantportaal.domain.values import FileKey

BLOCK = 256 * 1024
"""The size in bytes of the blocks that adapters read and give. No adapter holds a whole file in memory."""

KEY = re.compile(r"(?=.{1,200}\Z)[0-9a-z]+(?:[-/][0-9a-z]+)*")
"""The format of keys: lower-case letters and digits, separated by single hyphens or slashes; at most 200 characters."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Written:
    """The size and the hash of a written file."""

    size: int
    """In bytes."""
    sha256: bytes
    """The SHA-256 of the file, 32 bytes, computed while it was written."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class FileState:
    """What shows, without reading a file, whether it is still the one that was read before."""

    size: int
    """In bytes."""
    modified: int
    """When its content was last written, in nanoseconds since 1970."""


class Blocks(Iterator[bytes], Protocol):
    """A file that is open for reading, block by block."""

    def close(self) -> None:
        """Close the file. May be called halfway, and also after the last block."""
        ...


class Files(Protocol):
    """Stores files by key. Every method raises ValueError for a key that does not match ``KEY``."""

    def write(self, key: FileKey, blocks: Iterable[bytes]) -> Written:
        """Store a new file. Once this returns, the file survives a crash. Files are never overwritten.

        An exception that *blocks* raises is passed on unchanged, and nothing of the file is kept.

        Raises:
            StorageFull: there is no space; nothing of the file is kept.
            Unavailable: the storage cannot be reached now; nothing of the file is kept.
            Conflict: there is a file with this key already.
        """
        ...

    def state(self, key: FileKey) -> FileState:
        """Give the size of a file and when it was written, without reading it.

        Raises:
            FileDamaged: there is no such file.
            Unavailable: the storage cannot be reached now.
        """
        ...

    def read(self, key: FileKey, *, start: int = 0) -> Blocks:
        """Open a file and give its blocks in order.

        The file is opened by the call itself, not by the first block. A caller that stops halfway must close it.

        Args:
            key: the file.
            start: the number of bytes to leave out at the beginning. If the file has no more, there are no blocks.

        Raises:
            FileDamaged: there is no such file.
            Unavailable: the storage cannot be reached now.
        """
        ...

    def remove(self, key: FileKey) -> None:
        """Remove a file. Does nothing if there is no such file, or while it is kept (see ``keeping``).

        Raises:
            Unavailable: the storage cannot be reached now.
        """
        ...

    def keeping(self) -> AbstractContextManager[None]:
        """Keep every file while the context is open, in all processes: ``remove`` then does nothing.

        A backup reads the files of a copy of the database meanwhile. What should have been removed has no row any more,
        so the sweeper removes it later (AL-3). Entering waits for a removal or another context that is under way. If
        the process is killed, its context ends.

        Raises:
            Unavailable: the storage cannot be reached now.
        """
        ...

    def disk_space(self) -> DiskSpace | None:
        """Give the space of the disk for files. None if the files are on another machine, or have no limit.

        Raises:
            Unavailable: the storage cannot be reached now.
        """
        ...

    def keys(self, *, before: datetime) -> Iterator[FileKey]:
        """List the files that were written before *before*, in any order, for the sweep of unused files (AL-3).

        Partial files that a crash left behind are never listed. An adapter that can have partial files removes those
        from before *before* during this call.

        Raises:
            Unavailable: the storage cannot be reached now.
        """
        ...


class FolderFiles(Files, Protocol):
    """Files in a folder of this machine."""

    def place(self, key: FileKey) -> Path:
        """Give the path of a file, whether it exists or not."""
        ...
