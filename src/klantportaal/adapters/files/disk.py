"""Storage of files in a folder of this machine.

A file is written under a temporary name and flushed to the disk with fsync. Then it gets the name of its key as a hard
link. So the file of a key is complete or absent, also after a crash. The file system must support hard links, as those
of Linux and macOS do.

::

    folder/writing/      temporary files; the writing process holds a lock on its file, which ends with the process
    folder/3f7/…         complete files, spread over 4,096 folders by a hash of the key
    folder/keeping.lock  a file to lock: shared by who removes a file, alone by who keeps all of them
"""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import Self

from klantportaal.domain.boundary import checked_call
from klantportaal.domain.errors import Conflict, FileDamaged, StorageFull, Unavailable
from klantportaal.domain.health import DiskSpace
from klantportaal.domain.values import FileKey
from klantportaal.folders import NO_ROOM, disk_space, flush, make_folder
from klantportaal.ports.files import BLOCK, KEY, FileState, Written

_SHARD = "[0-9a-f]" * 3
FLUSH_EVERY = 32 * 1024 * 1024
"""The number of bytes of a large file after which they are flushed to the disk, while more of it comes in."""


class DiskFiles:
    """Stores files in a folder. Only its owner may read them. Several processes may share the folder.

    Args:
        folder: where the files are stored. It is made if it does not exist.
    """

    @checked_call
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writing = folder / "writing"
        self._lock = folder / "keeping.lock"
        self._durable: set[Path] = set()
        make_folder(folder)
        make_folder(self._writing)

    def write(self, key: FileKey, blocks: Iterable[bytes]) -> Written:
        """Write a new file to the disk. Once this returns, the file survives a power failure."""
        place = self.place(key)
        with self._temporary_file() as (descriptor, temporary):
            written = _pour(blocks, descriptor)
            with _translated():
                os.fsync(descriptor)
                self._publish(temporary, place)
        return written

    def state(self, key: FileKey) -> FileState:
        """Give the size and the modification time of a file."""
        place = self.place(key)
        with _translated():
            try:
                found = place.stat()
            except FileNotFoundError:
                self._require_there()
                raise FileDamaged(f"there is no file {key}") from None
        return FileState(size=found.st_size, modified=found.st_mtime_ns)

    def read(self, key: FileKey, *, start: int = 0) -> Generator[bytes, None, None]:
        """Open a file and give its blocks. Close the generator to close the file early."""
        place = self.place(key)
        with _translated():
            try:
                file = FileIO(place)
            except FileNotFoundError:
                self._require_there()
                raise FileDamaged(f"there is no file {key}") from None
            file.seek(start)
        blocks = _blocks(file)
        next(blocks)
        return blocks

    def remove(self, key: FileKey) -> None:
        """Remove a file, if it exists and is not kept."""
        place = self.place(key)
        # Waits for nobody: a backup may take hours.
        with _translated(), suppress(BlockingIOError), self._locked(fcntl.LOCK_SH | fcntl.LOCK_NB):
            place.unlink(missing_ok=True)

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Keep every file while the context is open. The operating system ends it if the process is killed."""
        with ExitStack() as stack:
            with _translated():
                stack.enter_context(self._locked(fcntl.LOCK_EX))
            yield

    def disk_space(self) -> DiskSpace | None:
        """Give the space of the disk that the folder is on."""
        self._require_there()
        with _translated():
            return disk_space(self._folder)

    def keys(self, *, before: datetime) -> Iterator[FileKey]:
        """List the files that were written before a time, and remove older temporary files that crashes left."""
        with _translated():
            for leftover in _older(self._writing, before):
                _remove_if_abandoned(leftover)
            for shard in sorted(self._folder.glob(_SHARD)):
                for place in _older(shard, before):
                    yield FileKey(place.name.replace("_", "/"))

    def place(self, key: FileKey) -> Path:
        """Give the path of a file. The key has no characters with a meaning in a path, except ``/`` (AT-4)."""
        if KEY.fullmatch(key) is None:
            raise ValueError(f"not the key of a file: {key!r}")
        shard = hashlib.sha256(key.encode()).hexdigest()[:3]
        return self._folder / shard / key.replace("/", "_")

    def _require_there(self) -> None:
        """Raises: Unavailable, if the folder is not there, such as that of a disk that is not mounted."""
        if not self._writing.is_dir():
            raise Unavailable(f"{self._folder} is not a folder of files: is its disk mounted?")

    @contextmanager
    def _locked(self, operation: int) -> Iterator[None]:
        """Lock the file for who removes and who keeps. Raises: BlockingIOError, if it does not wait and must."""
        self._require_there()
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, operation)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def _temporary_file(self) -> Iterator[tuple[int, Path]]:
        """Open and lock a new temporary file, readable by its owner only. Remove it at the end, also after an error."""
        with _translated():
            descriptor, name = tempfile.mkstemp(dir=self._writing)
        temporary = Path(name)
        try:
            with _translated():
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield descriptor, temporary
        finally:
            # If this fails, `keys` removes the temporary file later. The stored file does not depend on it.
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            with suppress(OSError):
                os.close(descriptor)

    def _publish(self, temporary: Path, place: Path) -> None:
        """Link a temporary file to its final name.

        Raises:
            Conflict: there is a file with that name.
        """
        self._make_durable(place.parent)
        try:
            place.hardlink_to(temporary)
        except FileExistsError:
            raise Conflict("there is a file with that key already") from None
        try:
            flush(place.parent)
        except OSError:
            place.unlink(missing_ok=True)
            raise

    def _make_durable(self, shard: Path) -> None:
        """Make a subfolder and flush it to the disk. Also flush one that another process made."""
        if shard not in self._durable:
            shard.mkdir(mode=0o700, exist_ok=True)
            flush(self._folder)
            self._durable.add(shard)


def _pour(blocks: Iterable[bytes], descriptor: int) -> Written:
    digest = hashlib.sha256()
    size = 0
    with _Flushing(descriptor) as flushing:
        for block in blocks:
            digest.update(block)
            size += len(block)
            rest = memoryview(block)
            while rest:
                with _translated():
                    rest = rest[os.write(descriptor, rest) :]
            flushing.note(size)
        flushing.wait()
    return Written(size=size, sha256=digest.digest())


class _Flushing:
    """Flushes a large file to the disk in a thread while more of it comes in. Then little is left to flush at the end.

    An error of the disk is told to one flush only, so the error of each of them must be raised.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="klantportaal-flushing")
        self._running: Future[None] | None = None
        self._flushed = 0

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_raised: object) -> None:
        """Wait until the thread no longer uses the descriptor."""
        self._thread.shutdown()

    def note(self, size: int) -> None:
        """Begin to flush what was written, if enough was, and the flush before it is done."""
        if size - self._flushed >= FLUSH_EVERY and (self._running is None or self._running.done()):
            self.wait()
            self._flushed = size
            self._running = self._thread.submit(os.fdatasync, self._descriptor)

    def wait(self) -> None:
        """Wait until nothing is being flushed. Raises: StorageFull, Unavailable."""
        if self._running is not None:
            with _translated():
                self._running.result()


def _blocks(file: FileIO) -> Generator[bytes, None, None]:
    """Give an empty block and then the blocks of a file.

    The caller takes the empty block at once. That starts the generator, so that closing it closes the file.
    """
    with file:
        yield b""
        while block := _read(file):
            yield block


def _read(file: FileIO) -> bytes:
    with _translated():
        return file.read(BLOCK)


def _older(folder: Path, before: datetime) -> Iterator[Path]:
    """List the files of a folder that were last written before a time. A file that disappears meanwhile is skipped."""
    with os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                if datetime.fromtimestamp(entry.stat().st_mtime, UTC) < before:
                    yield Path(entry.path)


def _remove_if_abandoned(temporary: Path) -> None:
    """Remove a temporary file, unless its writer still holds the lock."""
    with suppress(FileNotFoundError), temporary.open("rb") as file, suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        temporary.unlink()


@contextmanager
def _translated() -> Iterator[None]:
    """Translate errors of the operating system to errors of the port.

    Raises:
        StorageFull: there is no room on the disk, or the file is too large for it.
        Unavailable: any other error.
    """
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise StorageFull("there is no room for the file") from error
        raise Unavailable("the disk does not answer as it should") from error
