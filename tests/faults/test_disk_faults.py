"""Files on a disk that is full, broken or slow, and crashes: a file is whole or absent, never partial."""

import errno
import fcntl
import os
import resource
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import FileIO
from pathlib import Path
from threading import Event

import pytest

from klantportaal import folders
from klantportaal.adapters.files import disk
from klantportaal.adapters.files.disk import DiskFiles
from klantportaal.domain.errors import FileDamaged, StorageFull, Unavailable
from klantportaal.ports.files import BLOCK
from klantportaal.testing.contracts.files import KEY, OTHER, listed, soon, whole
from tests.support import disks
from tests.support.disks import MEBIBYTE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for files."""
    return tmp_path / "files"


def unfinished(folder: Path) -> list[Path]:
    """List the files that are being written, or that a crash left behind."""
    return list((folder / "writing").iterdir())


def in_child(program: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a process that runs a program with the portal's code."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


class TestFullDisk:
    """A disk without free space."""

    @pytest.fixture
    def small_disk(self) -> Iterator[Path]:
        """A real file system of 1 MiB."""
        with disks.small_disk() as disk:
            yield disk.place

    def test_a_full_disk_keeps_nothing_of_the_file(self, small_disk: Path) -> None:
        """AL-2: A full disk raises ``StorageFull`` and removes the partial file. Other files stay."""
        files = DiskFiles(small_disk)
        files.write(KEY, [b"stays"])
        with pytest.raises(StorageFull):
            files.write(OTHER, [b"x" * BLOCK] * 8)
        assert listed(files) == {KEY}
        assert unfinished(small_disk) == []
        assert whole(files, KEY) == b"stays"
        files.write(OTHER, [b"x" * BLOCK])
        assert listed(files) == {KEY, OTHER}

    def test_a_limit_on_file_size_is_a_full_disk(self, folder: Path) -> None:
        """AL-2: A limit of the operating system on file size also raises ``StorageFull``."""
        files = DiskFiles(folder)
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (BLOCK, limits[1]))
        try:
            with pytest.raises(StorageFull):
                files.write(KEY, [b"x" * BLOCK] * 2)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert listed(files) == set()
        assert unfinished(folder) == []


class TestFailingDisk:
    """A disk that fails, at each step of writing."""

    @pytest.mark.parametrize(
        "number,error",
        [
            (errno.ENOSPC, StorageFull),
            (errno.EDQUOT, StorageFull),
            (errno.EIO, Unavailable),
            (errno.EROFS, Unavailable),
            (errno.EACCES, Unavailable),
        ],
    )
    @pytest.mark.parametrize(
        "step", ["mkstemp", "flock", "write", "fdatasync", "fsync", "mkdir", "link", "fsync of the folder"]
    )
    def test_a_step_that_fails_keeps_nothing(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, step: str, number: int, error: type[Exception]
    ) -> None:
        """AL-2: A failure at any step raises the port's error, leaves no file, and leaves the key free."""
        files = DiskFiles(folder)

        def fail(*_: object, **__: object) -> None:
            raise OSError(number, os.strerror(number))

        with monkeypatch.context() as patched:
            match step:
                case "mkstemp":
                    patched.setattr(tempfile, "mkstemp", fail)
                case "flock":
                    patched.setattr(fcntl, "flock", fail)
                case "mkdir":
                    patched.setattr(Path, "mkdir", fail)
                case "link":
                    patched.setattr(Path, "hardlink_to", fail)
                case "fdatasync":  # Only this flush gets the disk's error, and the last one succeeds.
                    patched.setattr(disk, "FLUSH_EVERY", 1)
                    patched.setattr(os, "fdatasync", fail)
                case "fsync of the folder":
                    patched.setattr(disk, "flush", _failing_after(1, folders.flush, fail))
                case _:
                    patched.setattr(os, step, fail)
            with pytest.raises(error):
                files.write(KEY, [b"x"])
        assert listed(files) == set()
        assert unfinished(folder) == []
        files.write(KEY, [b"again"])
        assert whole(files, KEY) == b"again"

    def test_a_disk_that_is_gone_is_unavailable(self, folder: Path) -> None:
        """AL-2: An unmounted disk raises ``Unavailable``, not an error about a lost file."""
        files = DiskFiles(folder)
        files.write(KEY, [b"x"])
        folder.rename(folder.with_name("elsewhere"))
        with pytest.raises(Unavailable):
            files.write(OTHER, [b"x"])
        with pytest.raises(Unavailable):
            list(files.keys(before=soon()))

    def test_a_reading_error_is_unavailable(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """DC-4: A read error halfway is raised, so that the first part is not taken for the whole file."""
        files = DiskFiles(folder)
        files.write(KEY, [b"x" * BLOCK * 2])

        class Broken(FileIO):
            def read(self, size: int | None = -1, /) -> bytes:
                if self.tell():
                    raise OSError(errno.EIO, "the disk is broken")
                return super().read(size)

        monkeypatch.setattr(disk, "FileIO", Broken)
        blocks = files.read(KEY)
        assert len(next(blocks)) == BLOCK
        with pytest.raises(Unavailable):
            next(blocks)


def _failing_after(calls: int, real: Callable[..., None], fail: Callable[..., None]) -> Callable[..., None]:
    counter = iter(range(calls))
    return lambda *arguments: fail() if next(counter, None) is None else real(*arguments)


class TestCrash:
    """A process that is killed, and a file that was removed."""

    WRITER = """
        import sys
        from pathlib import Path
        from klantportaal.adapters.files.disk import DiskFiles

        def blocks():
            yield b"x" * 1024 * 1024
            print("halfway", flush=True)
            sys.stdin.readline()
            yield b"y"

        DiskFiles(Path(sys.argv[1])).write(sys.argv[2], blocks())
        print("written", flush=True)
        sys.stdin.readline()
    """

    def test_a_killed_writer_leaves_no_file(self, folder: Path) -> None:
        """AL-3: The file of a killed writer is not read or listed. A later sweep removes it."""
        files = DiskFiles(folder)
        with in_child(self.WRITER, folder, KEY) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "halfway\n"
            writer.send_signal(signal.SIGKILL)
        assert len(unfinished(folder)) == 1
        with pytest.raises(FileDamaged):
            files.read(KEY)
        assert list(files.keys(before=datetime.now(UTC) - timedelta(hours=1))) == []
        assert len(unfinished(folder)) == 1, "what is young may be somebody's who has not locked it yet"
        assert listed(files) == set()
        assert unfinished(folder) == []
        files.write(KEY, [b"again"])
        assert whole(files, KEY) == b"again"

    def test_a_sweep_disturbs_no_writer(self, folder: Path) -> None:
        """AL-3: A sweep leaves a file alone that another process is still writing, however long that takes."""
        files = DiskFiles(folder)
        with in_child(self.WRITER, folder, KEY) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "halfway\n"
            assert listed(files) == set()
            assert len(unfinished(folder)) == 1
            writer.communicate("go on\n\n")
        assert whole(files, KEY) == b"x" * MEBIBYTE + b"y"

    def test_a_writer_killed_afterwards_has_written(self, folder: Path) -> None:
        """AL-3: Once writing has returned, the file stays, also if the process is killed."""
        with in_child(self.WRITER, folder, KEY) as writer:
            assert writer.stdin is not None
            assert writer.stdout is not None
            writer.stdin.write("go on\n")
            writer.stdin.flush()
            assert [writer.stdout.readline() for _ in range(2)] == ["halfway\n", "written\n"]
            writer.send_signal(signal.SIGKILL)
        assert whole(DiskFiles(folder), KEY) == b"x" * MEBIBYTE + b"y"

    def test_what_returned_is_on_the_disk(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """AL-3: The contents, the sub-folder and the link in it are synced to disk before writing returns."""
        files = DiskFiles(folder)
        steps: list[Path | str] = []
        real_fsync, real_link = os.fsync, Path.hardlink_to

        def fsync(descriptor: int) -> None:
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            steps.append(path if path.is_dir() else path.parent)
            real_fsync(descriptor)

        def link(place: Path, target: Path) -> None:
            steps.append("link")
            real_link(place, target)

        monkeypatch.setattr(os, "fsync", fsync)
        monkeypatch.setattr(Path, "hardlink_to", link)
        files.write(KEY, [b"x"])
        (place,) = folder.rglob(KEY)
        assert steps == [folder / "writing", folder, "link", place.parent]

    def test_a_large_file_is_flushed_while_it_comes_in(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """AL-3: A large file is flushed while more of it comes in, so that little is left at its end."""
        flushed = Event()
        monkeypatch.setattr(disk, "FLUSH_EVERY", 2 * BLOCK)
        monkeypatch.setattr(os, "fdatasync", lambda _descriptor: flushed.set())

        def blocks() -> Iterator[bytes]:
            yield b"x" * BLOCK
            assert not flushed.is_set()
            yield b"x" * BLOCK
            assert flushed.wait(30)
            yield b"y"

        files = DiskFiles(folder)
        assert files.write(KEY, blocks()).size == 2 * BLOCK + 1
        assert whole(files, KEY) == b"x" * BLOCK * 2 + b"y"

    def test_a_file_that_is_gone_is_damaged(self, folder: Path) -> None:
        """DC-4: Reading a removed file raises ``FileDamaged``."""
        files = DiskFiles(folder)
        files.write(KEY, [b"x"])
        next(folder.rglob(KEY)).unlink()
        with pytest.raises(FileDamaged):
            files.read(KEY)


MEASURED = """
    import resource
    import sys
    from datetime import UTC, datetime, timedelta
    from pathlib import Path
    from klantportaal.adapters.files.disk import DiskFiles

    def peak():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def blocks(number):
        for _ in range(number):
            yield bytes(256 * 1024)

    files = DiskFiles(Path(sys.argv[1]))
    files.write("small", blocks(4))
    sum(map(len, files.read("small")))
    before = peak()
    files.write("large", blocks(2000))
    size = sum(map(len, files.read("large")))
    print(size, peak() - before)
    files.remove("large")
"""


def test_memory_stays_flat(folder: Path) -> None:
    """DC-4: Writing and reading a file of 500 MiB uses less than 8 MiB more memory than a file of 1 MiB."""
    with in_child(MEASURED, folder) as child:
        output, _errors = child.communicate()
    size, kibibytes = map(int, output.split())
    assert size == 500 * MEBIBYTE
    assert kibibytes < 8 * 1024
