"""Files in a folder of this machine.

A file is written under a temporary name, forced to the disk, and only then linked to the name of its key; so a key's
file is whole or absent, whatever crashes. The file system must know hard links, as all of Linux and macOS do.

::

    folder/writing/      what is being written; its writer holds a lock on it, which ends with the writer
    folder/3f7/…         what was written, spread over 4,096 folders by a hash of the key
"""

import errno
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path

from klantportaal.domain.boundary import checked_call
from klantportaal.domain.errors import Conflict, FileDamaged, StorageFull, Unavailable
from klantportaal.domain.values import FileKey
from klantportaal.ports.files import BLOCK, KEY, Written

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_SHARD = "[0-9a-f]" * 3


class DiskFiles:
    """Keeps files in a folder, for its owner's eyes only; several processes may share it."""

    @checked_call
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writing = folder / "writing"
        self._durable: set[Path] = set()
        _make_folder(folder)
        _make_folder(self._writing)

    def write(self, key: FileKey, blocks: Iterable[bytes]) -> Written:
        """Stream a new file to the disk; when this returns, it survives a power cut."""
        place = self._place(key)
        with self._temporary_file() as (descriptor, temporary):
            written = _pour(blocks, descriptor)
            with _translated():
                os.fsync(descriptor)
                self._publish(temporary, place)
        return written

    def read(self, key: FileKey) -> Generator[bytes, None, None]:
        """Open a file and give its blocks."""
        place = self._place(key)
        with _translated():
            try:
                file = FileIO(place)
            except FileNotFoundError:
                raise FileDamaged(f"there is no file {key}") from None
        blocks = _blocks(file)
        next(blocks)
        return blocks

    def remove(self, key: FileKey) -> None:
        """Remove a file, if there is one."""
        place = self._place(key)
        with _translated():
            place.unlink(missing_ok=True)

    def keys(self, *, before: datetime) -> Iterator[FileKey]:
        """List what was written before a moment, and sweep what crashes left unfinished before it."""
        with _translated():
            for leftover in _older(self._writing, before):
                _remove_if_abandoned(leftover)
            for shard in sorted(self._folder.glob(_SHARD)):
                for place in _older(shard, before):
                    yield FileKey(place.name.replace("_", "/"))

    def _place(self, key: FileKey) -> Path:
        """Find where a file stands; a key holds nothing that means anything to a path (AT-4)."""
        if KEY.fullmatch(key) is None:
            raise ValueError(f"not the key of a file: {key!r}")
        shard = hashlib.sha256(key.encode()).hexdigest()[:3]
        return self._folder / shard / key.replace("/", "_")

    @contextmanager
    def _temporary_file(self) -> Iterator[tuple[int, Path]]:
        """Open a new file that only its owner can read, and that is gone in the end, whatever happened."""
        with _translated():
            descriptor, name = tempfile.mkstemp(dir=self._writing)
        temporary = Path(name)
        try:
            with _translated():
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield descriptor, temporary
        finally:
            # What cannot be tidied away now is swept later; the file itself is safe by then, or was never kept.
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            with suppress(OSError):
                os.close(descriptor)

    def _publish(self, temporary: Path, place: Path) -> None:
        """Give a written file its name, unless another has it."""
        self._make_durable(place.parent)
        try:
            place.hardlink_to(temporary)
        except FileExistsError:
            raise Conflict("there is a file with that key already") from None
        try:
            _force(place.parent)
        except OSError:
            place.unlink(missing_ok=True)
            raise

    def _make_durable(self, shard: Path) -> None:
        """Make a sub-folder that survives a crash, whichever process made it."""
        if shard not in self._durable:
            shard.mkdir(mode=0o700, exist_ok=True)
            _force(self._folder)
            self._durable.add(shard)


def _pour(blocks: Iterable[bytes], descriptor: int) -> Written:
    digest = hashlib.sha256()
    size = 0
    for block in blocks:
        digest.update(block)
        size += len(block)
        rest = memoryview(block)
        while rest:
            with _translated():
                rest = rest[os.write(descriptor, rest) :]
    return Written(size=size, sha256=digest.digest())


def _blocks(file: FileIO) -> Generator[bytes, None, None]:
    """Give a file's blocks, after an empty one that is taken at once: from then on closing the generator closes it."""
    with file:
        yield b""
        while block := _read(file):
            yield block


def _read(file: FileIO) -> bytes:
    with _translated():
        return file.read(BLOCK)


def _older(folder: Path, before: datetime) -> Iterator[Path]:
    """List the files of a folder last written before a moment; what disappears meanwhile is no fault."""
    with os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                if datetime.fromtimestamp(entry.stat().st_mtime, UTC) < before:
                    yield Path(entry.path)


def _remove_if_abandoned(temporary: Path) -> None:
    """Remove an unfinished file, unless its writer is still at it and holds the lock."""
    with suppress(FileNotFoundError), temporary.open("rb") as file, suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        temporary.unlink()


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _force(folder.parent)


def _force(folder: Path) -> None:
    """Force a folder's list of names to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _translated() -> Iterator[None]:
    """Tell the operating system's errors in the port's words."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StorageFull("there is no room for the file") from error
        raise Unavailable("the disk does not answer as it should") from error
