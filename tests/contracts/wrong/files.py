"""Files that break promises of their port."""

from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from threading import Event
from typing import Any, ClassVar

import pytest

from klantportaal.adapters.files.disk import DiskFiles
from klantportaal.adapters.files.memory import MemoryFiles
from klantportaal.domain.errors import FileDamaged, StorageFull, Unavailable
from klantportaal.domain.values import FileKey
from klantportaal.ports.files import BLOCK, Files, Written
from klantportaal.testing.contracts.files import FilesContract
from tests.contracts.fixtures.files import OnDisk
from tests.contracts.wrong import caught_by


class _Wrong(OnDisk, FilesContract):
    patience: ClassVar[float] = 0.2
    makes: ClassVar[type[Any]]

    @pytest.fixture
    def adapter(self) -> Callable[[Path], Files]:
        """Return the wrong adapter."""
        return type(self).makes


class _InMemory(MemoryFiles):
    def __init__(self, _folder: Path) -> None:
        super().__init__()


@caught_by("test_what_was_written_is_kept_at_once", "AL-2: what `write` acknowledged survives a crash of the process")
class KeepsFilesInMemory(_Wrong):
    """It keeps files in memory."""

    makes = _InMemory


class _InProcess(MemoryFiles):
    places: ClassVar[dict[Path, MemoryFiles]] = {}

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.contents = self.places.setdefault(folder, self).contents
        self._written_at = self.places[folder]._written_at


@caught_by("test_a_large_file_is_never_whole_in_memory", "DC-4: no adapter holds a whole file in memory. While a file")
class SharesItsMemory(_Wrong):
    """It keeps files in the memory of the process, where each adapter of a place finds them."""

    makes = _InProcess


class _Behind(DiskFiles):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._waiting: list[tuple[FileKey, bytes]] = []

    def write(self, key: FileKey, blocks: Iterable[bytes]) -> Written:
        self._catch_up()
        content = b"".join(blocks)
        written = MemoryFiles().write(key, [content])
        self._waiting.append((key, content))
        return written

    def read(self, key: FileKey, *, start: int = 0) -> Generator[bytes, None, None]:
        self._catch_up()
        return super().read(key, start=start)

    def _catch_up(self) -> None:
        while self._waiting:
            key, content = self._waiting.pop()
            super().write(key, [content])


@caught_by("test_what_was_written_is_kept_at_once", "AL-2: what `write` acknowledged survives a crash of the process")
class WritesBehind(_Wrong):
    """It writes the file once something else is asked."""

    makes = _Behind


class _Whole(DiskFiles):
    def write(self, key: FileKey, blocks: Iterable[bytes]) -> Written:
        return super().write(key, [b"".join(blocks)])


@caught_by("test_a_large_file_is_never_whole_in_memory", "DC-4: no adapter holds a whole file in memory. While a file")
class WritesTheWholeAtOnce(_Wrong):
    """It collects the blocks, and writes them at once."""

    makes = _Whole


class _ReadWhole(DiskFiles):
    def read(self, key: FileKey, *, start: int = 0) -> Generator[bytes, None, None]:
        content = b"".join(super().read(key, start=start))
        return (content[at : at + BLOCK] for at in range(0, len(content), BLOCK))


@caught_by("test_a_large_file_is_never_whole_in_memory", "MiB was read, the memory of the process grew by")
class ReadsTheWholeAtOnce(_Wrong):
    """It reads the file at once, and gives it in blocks."""

    makes = _ReadWhole


class _Careless(DiskFiles):
    def write(self, key: FileKey, blocks: Iterable[bytes]) -> Written:
        try:
            return super().write(key, blocks)
        except Unavailable:
            return MemoryFiles().write(key, blocks)


@caught_by(
    "test_what_the_place_refuses_is_not_written", "AL-2: a file that its place refuses is never reported as written"
)
class SaysWrittenWhatWasRefused(_Wrong):
    """It says that a file was written that its place refused."""

    makes = _Careless


class _WhatFits(DiskFiles):
    def write(self, key: FileKey, blocks: Iterable[bytes]) -> Written:
        kept = []

        def watched() -> Iterator[bytes]:
            for block in blocks:
                kept.append(block)
                yield block

        try:
            return super().write(key, watched())
        except StorageFull:
            super().write(key, kept[:1])
            raise


@caught_by("test_a_full_place_keeps_nothing_of_the_file", "AL-2: nothing is kept of a file for which there was no room")
class KeepsWhatFits(_Wrong):
    """Without room for the whole file it keeps a part."""

    makes = _WhatFits


class _Missing(DiskFiles):
    def read(self, key: FileKey, *, start: int = 0) -> Generator[bytes, None, None]:
        try:
            return super().read(key, start=start)
        except Unavailable as error:
            raise FileDamaged from error


@caught_by("test_a_place_that_cannot_be_reached[read]", "AL-2: while the place cannot be reached, `read` is refused")
class CallsFilesMissing(_Wrong):
    """It says that a file is missing while its place cannot be reached."""

    makes = _Missing


class _Waiting(DiskFiles):
    answer = Event()

    def write(self, key: FileKey, blocks: Iterable[bytes]) -> Written:
        self.answer.wait()
        return super().write(key, blocks)


@caught_by("test_a_silent_place_is_given_up[write]", "AL-2: `write` gives up in its own time limit")
class WaitsForEver(_Wrong):
    """It waits for a place that says nothing."""

    makes = _Waiting

    @pytest.fixture
    def slow(self, folder: Path) -> Iterator[Files]:
        """Return files whose place says nothing until the test is over."""
        yield _Waiting(folder)
        _Waiting.answer.set()


class _Overwriting(DiskFiles):
    def write(self, key: FileKey, blocks: Iterable[bytes]) -> Written:
        self.remove(key)
        return super().write(key, blocks)


@caught_by("test_a_file_is_never_written_twice", "DC-4: writing to an existing key is a conflict")
class Overwrites(_Wrong):
    """It replaces the file of a key."""

    makes = _Overwriting
