"""The contract of files, for each adapter."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from klantportaal.adapters.files.disk import DiskFiles
from klantportaal.adapters.files.memory import MemoryFiles
from klantportaal.domain.errors import StorageFull
from klantportaal.testing.contracts.files import KEY, OTHER, FilesContract, whole
from klantportaal.testing.contracts.promises import Without
from klantportaal.testing.fakes import FixedClock
from tests.contracts.fixtures.files import OnDisk


class TestMemoryFiles(FilesContract):
    """The contract for files in memory."""

    @pytest.fixture
    def files(self) -> MemoryFiles:
        """Return empty files."""
        return MemoryFiles()

    @pytest.fixture
    def measured(self) -> Without:
        """Say why memory is not measured."""
        return Without("files in memory are for tests, and are whole in memory")

    @pytest.fixture
    def reopened(self) -> Without:
        """Say why it cannot be opened anew."""
        return Without("files in memory are for tests, and end with the process")

    @pytest.fixture
    def full(self) -> MemoryFiles:
        """Return files with a limit."""
        return MemoryFiles(room=1024 * 1024)

    @pytest.fixture
    def away(self) -> MemoryFiles:
        """Return files that cannot be reached."""
        files = MemoryFiles()
        files.down = True
        return files

    @pytest.fixture
    def slow(self) -> Without:
        """Say why it is never silent."""
        return Without("memory always answers")

    @pytest.fixture
    def refusing(self) -> Without:
        """Say why it never refuses."""
        return Without("memory takes what there is room for")

    def test_room_can_be_short(self) -> None:
        """AL-2: a test can limit the space: a file that does not fit is refused, and removing one frees space."""
        files = MemoryFiles(room=10)
        files.write(KEY, [b"12345678"])
        with pytest.raises(StorageFull):
            files.write(OTHER, [b"12", b"3"])
        assert files.contents == {KEY: b"12345678"}
        files.remove(KEY)
        files.write(OTHER, [b"12", b"3"])
        assert files.contents == {OTHER: b"123"}

    def test_its_time_can_be_told(self) -> None:
        """AL-4: a test can move the clock, which changes the files listed for sweeping."""
        clock = FixedClock()
        files = MemoryFiles(clock=clock)
        files.write(KEY, [b"x"])
        later = clock.advance(timedelta(days=1))
        files.write(OTHER, [b"x"])
        assert set(files.keys(before=later)) == {KEY}


class TestDiskFiles(OnDisk, FilesContract):
    """The contract for files on disk."""

    @pytest.fixture
    def adapter(self) -> Callable[[Path], DiskFiles]:
        """Return the adapter."""
        return DiskFiles

    def test_only_the_owner_sees_files(self, files: DiskFiles, folder: Path) -> None:
        """OF-2: other users of the machine can neither list nor read the files."""
        files.write(KEY, [b"x"])
        modes = {path: path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))}
        assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
        assert [mode for path, mode in modes.items() if path.is_file()] == [0o600]

    def test_files_outlive_the_process(self, files: DiskFiles, folder: Path) -> None:
        """AL-3: a second adapter on the same folder has the same files."""
        files.write(KEY, [b"x"])
        assert whole(DiskFiles(folder), KEY) == b"x"

    def test_nothing_else_is_left(self, files: DiskFiles, folder: Path) -> None:
        """AL-3: after a write, the folder has the file and no temporary file."""
        files.write(KEY, [b"x"])
        assert [path.name for path in folder.rglob("*") if path.is_file()] == [KEY]
