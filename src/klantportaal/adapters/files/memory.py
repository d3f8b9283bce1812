"""Storage of files in memory, for tests and experiments."""

import hashlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from klantportaal.domain.boundary import checked_call
from klantportaal.domain.errors import Conflict, FileDamaged, StorageFull, Unavailable
from klantportaal.domain.health import DiskSpace
from klantportaal.domain.values import FileKey
from klantportaal.forking import Lock
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import BLOCK, KEY, FileState, Written


class MemoryFiles:
    """Stores files in a dictionary.

    Args:
        clock: gives the time at which a file is written. Default: the clock of the machine.
        room: the number of bytes that all files together may have. Default: no limit.
    """

    @checked_call
    def __init__(self, *, clock: Clock | None = None, room: int | None = None) -> None:
        self.contents: dict[FileKey, bytes] = {}
        """The content of each file. A test damages a file by changing it here."""
        self.room = room
        self.down = False
        """While true, every call raises `Unavailable`."""
        self._clock = clock
        self._written_at: dict[FileKey, datetime] = {}
        self._keeping = 0
        self._lock = Lock()

    def write(self, key: FileKey, blocks: Iterable[bytes]) -> Written:
        """Store a new file."""
        self._require_usable(key)
        content = bytearray()
        for block in blocks:
            content += block
            self._require_room(len(content))
        with self._lock:
            if key in self.contents:
                raise Conflict(f"there is a file {key} already")
            self.contents[key] = bytes(content)
            self._written_at[key] = datetime.now(UTC) if self._clock is None else self._clock.now()
        return Written(size=len(content), sha256=hashlib.sha256(content).digest())

    def state(self, key: FileKey) -> FileState:
        """Give the size of a file, and when it was written."""
        self._require_usable(key)
        content, written_at = self.contents.get(key), self._written_at.get(key)
        if content is None or written_at is None:
            raise FileDamaged(f"there is no file {key}")
        return FileState(size=len(content), modified=int(written_at.timestamp() * 1_000_000) * 1000)

    def read(self, key: FileKey, *, start: int = 0) -> Generator[bytes, None, None]:
        """Give the blocks of a file."""
        self._require_usable(key)
        content = self.contents.get(key)
        if content is None:
            raise FileDamaged(f"there is no file {key}")
        return _in_blocks(content[start:] if start else content)

    def remove(self, key: FileKey) -> None:
        """Remove a file, if it exists and is not kept."""
        self._require_usable(key)
        with self._lock:
            if not self._keeping:
                self.contents.pop(key, None)
                self._written_at.pop(key, None)

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Keep every file while the context is open."""
        self._require_up()
        with self._lock:
            self._keeping += 1
        try:
            yield
        finally:
            with self._lock:
                self._keeping -= 1

    def disk_space(self) -> DiskSpace | None:
        """Give the room, and what is left of it. None if there is no limit."""
        self._require_up()
        return None if self.room is None else DiskSpace(free=max(self.room - self._taken(), 0), size=self.room)

    def keys(self, *, before: datetime) -> Iterator[FileKey]:
        """List the files that were written before a time."""
        self._require_up()
        with self._lock:
            return iter([key for key, at in self._written_at.items() if at < before])

    def _require_usable(self, key: FileKey) -> None:
        if KEY.fullmatch(key) is None:
            raise ValueError(f"not the key of a file: {key!r}")
        self._require_up()

    def _require_up(self) -> None:
        if self.down:
            raise Unavailable("the files cannot be reached")

    def _require_room(self, size: int) -> None:
        if self.room is not None and size + self._taken() > self.room:
            raise StorageFull("there is no room for the file")

    def _taken(self) -> int:
        with self._lock:
            return sum(map(len, self.contents.values()))


def _in_blocks(content: bytes) -> Generator[bytes, None, None]:
    for start in range(0, len(content), BLOCK):
        yield content[start : start + BLOCK]
