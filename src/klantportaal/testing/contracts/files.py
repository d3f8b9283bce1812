"""Tests the promises of ``klantportaal.ports.files``.

Inherit ``FilesContract`` and provide a fixture ``files`` that is empty for each test, and the fixtures of
``promises``::

    class TestOurFiles(FilesContract):
        @pytest.fixture
        def files(self, server) -> OurFiles:
            return OurFiles(server.address)

        @pytest.fixture
        def reopened(self, server) -> Callable[[], OurFiles]:
            return lambda: OurFiles(server.address)

        @pytest.fixture
        def full(self, small_server) -> OurFiles:
            return OurFiles(small_server.address)

        @pytest.fixture
        def away(self) -> OurFiles:
            return OurFiles("127.0.0.1:1")

        @pytest.fixture
        def slow(self, silent_server) -> OurFiles:
            return OurFiles(silent_server.address, timeout=0.1)

        @pytest.fixture
        def refusing(self, server) -> OurFiles:
            return OurFiles(server.address, user="may only read")

The place of ``full`` has room for a file of 64 KiB, and not for one of 8 MiB.
"""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from typing import ClassVar

import pytest

from klantportaal.domain.errors import Conflict, Fault, FaultCode, FileDamaged, Refused, StorageFull, Unavailable
from klantportaal.domain.values import FileKey
from klantportaal.ports.files import BLOCK, Files, Written
from klantportaal.testing.contracts.memory import most_memory
from klantportaal.testing.contracts.promises import Contract, Without, another, given_up, promised

KEY = FileKey("0197f3c2d5a87b6c9d0e1f2a3b4c5d6e-0197f3c2d5a87b6c9d0e1f2a3b4c5d6f")
OTHER = FileKey("0197f3c2-d5a8-7b6c-9d0e-1f2a3b4c5d70")
UNSOUND = (
    "",
    "..",
    "../x",
    "a/../b",
    "/etc/passwd",
    "a//b",
    "a/",
    "A",
    "a.b",
    "a\0b",
    "a\n",
    "a\\b",
    "a_b",
    "é",
    "a" * 201,
)
PATTERN = bytes(range(256)) * (BLOCK // 256)
CONTENTS = {
    "empty": [],
    "empty blocks": [b"", b""],
    "one byte": [b"\0"],
    "line ends": [b"a\r\nb\nc\r", b"\x1a"],
    "a block": [PATTERN],
    "a block and a byte": [PATTERN, b"x"],
    "one large block": [PATTERN * 3 + b"rest"],
    "many small blocks": [b"%d," % number for number in range(1000)],
}
CALLS: dict[str, Callable[[Files], object]] = {
    "write": lambda files: files.write(KEY, [b"x"]),
    "read": lambda files: list(files.read(KEY)),
    "state": lambda files: files.state(KEY),
    "remove": lambda files: files.remove(KEY),
    "keys": lambda files: list(files.keys(before=soon())),
}
"""Calls that need the server."""


class FilesContract(Contract):
    """The promises of a files adapter, as tests."""

    large: ClassVar[int] = 64 * 1024 * 1024
    """The size in bytes of the file with which memory is measured. Override it if the buffers of the adapter together
    take more than a quarter of it."""

    @pytest.fixture
    def measured(self, files: Files) -> "Files | Without":
        """Return the adapter whose memory is measured. By default it is ``files``. Its server is another process."""
        return files

    def test_the_free_space(self, files: Files) -> None:
        """AL-6: the space is that of a disk with room, in bytes, or unknown."""
        space = files.disk_space()
        assert space is None or 0 < space.free <= space.size

    @pytest.mark.parametrize("blocks", CONTENTS.values(), ids=CONTENTS.keys())
    def test_what_was_written_comes_back(self, files: Files, blocks: list[bytes]) -> None:
        """DC-4: a file comes back byte for byte; ``write`` returns the size and SHA-256 of its content."""
        content = b"".join(blocks)
        written = files.write(KEY, iter(blocks))
        assert written == Written(size=len(content), sha256=hashlib.sha256(content).digest())
        assert whole(files, KEY) == content

    def test_blocks_are_small(self, files: Files) -> None:
        """DC-4: a file is read in order, in blocks of at most ``BLOCK`` bytes."""
        files.write(KEY, [PATTERN * 3 + b"rest"])
        sizes = [len(block) for block in files.read(KEY)]
        assert sum(sizes) == 3 * BLOCK + 4
        assert max(sizes) <= BLOCK

    @pytest.mark.parametrize("start", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 3, 2 * BLOCK + 4, 9 * BLOCK])
    def test_reading_from_somewhere(self, files: Files, start: int) -> None:
        """DC-4: a file can be read from any byte on; from its end on there is nothing."""
        content = PATTERN * 2 + b"rest"
        files.write(KEY, [content])
        assert b"".join(files.read(KEY, start=start)) == content[start:]

    def test_the_state_of_a_file(self, files: Files) -> None:
        """DC-4: the state has the size, stays the same while the file does, and fails for a file that is missing."""
        files.write(KEY, [PATTERN, b"rest"])
        state = files.state(KEY)
        assert state.size == BLOCK + 4
        whole(files, KEY)
        assert files.state(KEY) == state
        files.remove(KEY)
        with pytest.raises(FileDamaged):
            files.state(KEY)

    def test_files_do_not_mix(self, files: Files) -> None:
        """AT-4: every key has its own file, also if one key starts with another or has the maximum length."""
        contents = {FileKey(key): key.encode() for key in ("a", "a/b", "a-b", "a/b/c", "ab", "9" * 200)}
        for key, content in contents.items():
            files.write(key, [content])
        assert {key: whole(files, key) for key in contents} == contents
        assert listed(files) == set(contents)

    @pytest.mark.parametrize("key", UNSOUND)
    def test_no_other_key_is_taken(self, files: Files, key: str) -> None:
        """AT-4: a text that is not a valid key is refused in every call."""
        with pytest.raises(ValueError, match="key"):
            files.write(FileKey(key), [b"x"])
        with pytest.raises(ValueError, match="key"):
            files.read(FileKey(key))
        with pytest.raises(ValueError, match="key"):
            files.remove(FileKey(key))
        with pytest.raises(ValueError, match="key"):
            files.state(FileKey(key))
        assert listed(files) == set()

    def test_a_file_is_never_written_twice(self, files: Files) -> None:
        """DC-4: writing to an existing key is a conflict and does not change its file."""
        files.write(KEY, [b"first"])
        with pytest.raises(Conflict):
            files.write(KEY, [b"second"])
        assert whole(files, KEY) == b"first"

    def test_of_many_writers_one_wins(self, files: Files) -> None:
        """DC-4: of concurrent writes to one key, exactly one succeeds and its file is complete."""
        barrier = Barrier(8)

        def write(number: int) -> int | None:
            barrier.wait()
            try:
                files.write(KEY, [b"%d" % number] * 1000)
            except Conflict:
                return None
            return number

        with ThreadPoolExecutor(8) as threads:
            (winner,) = [each for each in threads.map(write, range(8)) if each is not None]
        assert whole(files, KEY) == b"%d" % winner * 1000

    def test_a_file_is_there_once_it_is_whole(self, files: Files) -> None:
        """AL-3: a file can be neither read nor listed while it is being written."""
        seen = []

        def blocks() -> Iterator[bytes]:
            yield PATTERN
            with pytest.raises(FileDamaged):
                files.read(KEY)
            seen.append(listed(files))
            yield PATTERN

        files.write(KEY, blocks())
        assert seen == [set()]
        assert whole(files, KEY) == PATTERN * 2

    @pytest.mark.parametrize(
        "error",
        [
            Refused([Fault(code=FaultCode.FILE_TOO_LARGE, field="files")]),
            OSError("the browser hung up"),
            RuntimeError("a bug"),
            KeyboardInterrupt(),
        ],
        ids=repr,
    )
    def test_what_the_blocks_raise_comes_out(self, files: Files, error: BaseException) -> None:
        """AT-3: an exception of the blocks comes out unchanged, nothing is stored, and the key stays free."""

        def blocks() -> Iterator[bytes]:
            yield PATTERN
            raise error

        with pytest.raises(type(error)) as caught:
            files.write(KEY, blocks())
        assert caught.value is error
        assert listed(files) == set()
        with pytest.raises(FileDamaged):
            files.read(KEY)
        files.write(KEY, [b"again"])
        assert whole(files, KEY) == b"again"

    def test_a_missing_file_is_told_at_once(self, files: Files) -> None:
        """DC-4: ``read`` fails at the call if the file does not exist, before any byte is sent."""
        with pytest.raises(FileDamaged):
            files.read(KEY)

    def test_reading_may_stop_anywhere(self, files: Files) -> None:
        """DC-2: a download can be closed before, during and after reading; closing twice has no effect."""
        files.write(KEY, [PATTERN * 3])
        unbegun, begun, ended = files.read(KEY), files.read(KEY), files.read(KEY)
        next(begun)
        assert b"".join(ended) == PATTERN * 3
        for blocks in (unbegun, begun, ended):
            blocks.close()
            blocks.close()
            assert list(blocks) == []

    def test_a_file_is_read_by_many_at_once(self, files: Files) -> None:
        """DC-1: concurrent readers of one file do not affect each other."""
        files.write(KEY, [PATTERN, b"end"])
        one, other = files.read(KEY), files.read(KEY)
        first = next(one)
        assert b"".join(other) == PATTERN + b"end"
        assert first + b"".join(one) == PATTERN + b"end"

    def test_a_removed_file_is_gone(self, files: Files) -> None:
        """AL-3: a removed file is neither read nor listed; other files stay; removing twice has no effect."""
        files.write(KEY, [b"gone"])
        files.write(OTHER, [b"stays"])
        files.remove(KEY)
        files.remove(KEY)
        with pytest.raises(FileDamaged):
            files.read(KEY)
        assert listed(files) == {OTHER}
        assert whole(files, OTHER) == b"stays"

    def test_a_kept_file_is_not_removed(self, files: Files) -> None:
        """AL-3: while files are kept for a backup, nothing is removed and new ones are written; a second one waits."""
        files.write(KEY, [b"stays"])
        others = Event()
        with ThreadPoolExecutor() as pool:
            with files.keeping():
                files.remove(KEY)
                pool.submit(files.remove, KEY).result()
                files.write(OTHER, [b"new"])
                assert listed(files) == {KEY, OTHER}
                second = pool.submit(_keep_again, files, others)
                assert whole(files, KEY) == b"stays"
            others.wait()
            second.result()
        files.remove(KEY)
        assert listed(files) == {OTHER}

    def test_keys_are_listed_by_their_moment(self, files: Files) -> None:
        """AL-3: only files that were written before the given moment are listed."""
        files.write(KEY, [b"x"])
        files.write(OTHER, [b"x"])
        assert set(files.keys(before=datetime.now(UTC) - timedelta(hours=1))) == set()
        assert listed(files) == {KEY, OTHER}

    def test_what_is_listed_can_be_removed_meanwhile(self, files: Files) -> None:
        """AL-3: files can be removed while they are being listed."""
        for number in range(50):
            files.write(FileKey(f"sweep-{number}"), [b"x"])
        for key in files.keys(before=soon()):
            files.remove(key)
        assert listed(files) == set()

    def test_a_large_file_is_never_whole_in_memory(self, measured: Files) -> None:
        """DC-4: writing and reading a large file takes the memory of some blocks, whatever the size of the file."""
        measured.write(OTHER, _varied(4))
        list(measured.read(OTHER))
        number = self.large // BLOCK
        written = most_memory(lambda: measured.write(KEY, _varied(number)))
        read = most_memory(lambda: sum(map(len, measured.read(KEY))))
        size = measured.state(KEY).size
        measured.remove(KEY)
        assert size == number * BLOCK
        for doing, most in (("written", written), ("read", read)):
            assert most < self.large // 2, (
                f"DC-4: no adapter holds a whole file in memory. While a file of {self.large >> 20} MiB was {doing}, "
                f"the memory of the process grew by {most >> 20} MiB."
            )

    def test_what_was_written_is_kept_at_once(self, files: Files, reopened: Callable[[], Files]) -> None:
        """AL-2: once ``write`` has returned, whoever opens the same place has the file; the same for ``remove``."""
        for key in (KEY, OTHER):
            files.write(key, [PATTERN, key.encode()])
            assert content(another(reopened, files), key) == PATTERN + key.encode(), (
                "AL-2: what `write` acknowledged survives a crash of the process. Opened anew, the place has no such "
                "file: it is in memory, or is written later."
            )
        files.remove(KEY)
        assert content(another(reopened, files), KEY) is None, (
            "AL-3: what `remove` acknowledged is gone. Opened anew, the place still has the file."
        )
        with promised("DC-4: files are never overwritten, by another process neither", Conflict):
            another(reopened, files).write(OTHER, [b"another"])

    def test_a_full_place_keeps_nothing_of_the_file(self, full: Files) -> None:
        """AL-2: without room, nothing of the file is kept, other files stay, and the key is free."""
        full.write(OTHER, [b"stays"])
        with promised("AL-2: a file for which there is no room is refused, never reported as written", StorageFull):
            full.write(KEY, _varied(8 * 1024 * 1024 // BLOCK))
        assert content(full, KEY) is None, "AL-2: nothing is kept of a file for which there was no room"
        assert listed(full) == {OTHER}, "AL-2: without room, the new file is not listed, and other files stay"
        assert content(full, OTHER) == b"stays", "AL-2: without room, other files stay as they are"
        full.write(KEY, [b"small"])
        assert content(full, KEY) == b"small", "AL-2: a file that was refused takes no room, and its key is free"

    @pytest.mark.parametrize("call", [*CALLS, "keeping"])
    def test_a_place_that_cannot_be_reached(self, away: Files, call: str) -> None:
        """AL-2: while the place cannot be reached, each call raises Unavailable: no file counts as missing."""

        def keep(files: Files) -> None:
            with files.keeping():
                pass

        with promised(f"AL-2: while the place cannot be reached, `{call}` is refused for now", Unavailable):
            CALLS.get(call, keep)(away)

    def test_the_free_space_of_a_place_that_is_away(self, away: Files) -> None:
        """AL-6: while the place cannot be reached, its free space is unknown."""
        try:
            space = away.disk_space()
        except Unavailable:
            return
        assert space is None, f"AL-6: the place cannot be reached, so nobody knows of {space} there"

    @pytest.mark.parametrize("call", CALLS)
    def test_a_silent_place_is_given_up(self, slow: Files, call: str) -> None:
        """AL-2: an adapter has a time limit of its own for a place that does not answer."""
        promise = f"AL-2: `{call}` gives up in its own time limit on a place that does not answer"
        with promised(promise, Unavailable):
            given_up(promise, lambda: CALLS[call](slow), patience=self.patience)

    def test_what_the_place_refuses_is_not_written(self, refusing: Files) -> None:
        """AL-2: a write that the place refuses raises Unavailable, and keeps nothing."""
        with promised("AL-2: a file that its place refuses is never reported as written", Unavailable):
            refusing.write(KEY, [PATTERN, b"rest"])
        assert content(refusing, KEY) is None, "AL-2: nothing is kept of a file that its place refused"


def _varied(number: int) -> Iterator[bytes]:
    """Make blocks one by one, each with bytes of its own, so that the system gives each its own memory."""
    return (each.to_bytes(8) * (BLOCK // 8) for each in range(number))


def content(files: Files, key: FileKey) -> bytes | None:
    """Read a whole file. None if there is no such file, or it cannot be reached."""
    try:
        return whole(files, key)
    except (FileDamaged, Unavailable):
        return None


def _keep_again(files: Files, done: Event) -> None:
    with files.keeping():
        done.set()


def whole(files: Files, key: FileKey) -> bytes:
    """Read a whole file."""
    return b"".join(files.read(key))


def listed(files: Files) -> set[FileKey]:
    """List all files."""
    keys = list(files.keys(before=soon()))
    assert len(keys) == len(set(keys))
    return set(keys)


def soon() -> datetime:
    """Return a moment after all writes so far, even if the server's clock differs."""
    return datetime.now(UTC) + timedelta(hours=1)
