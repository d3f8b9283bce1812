"""The contract of anchors, for each adapter; and what a crash leaves of a file."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.adapters.anchors.files import FileAnchors
from klantportaal.adapters.anchors.memory import MemoryAnchors
from klantportaal.domain.errors import StorageFull, Unavailable
from klantportaal.domain.sealing import exported_head
from klantportaal.testing.contracts.anchors import OFFICE, OTHER, AnchorsContract, head
from klantportaal.testing.contracts.promises import Without
from tests.contracts.fixtures.anchors import InFolder


class TestMemoryAnchors(AnchorsContract):
    """The contract for anchors in memory."""

    @pytest.fixture
    def anchors(self) -> MemoryAnchors:
        """Return empty anchors."""
        return MemoryAnchors()

    @pytest.fixture
    def reopened(self) -> Without:
        """Say why they cannot be opened anew."""
        return Without("anchors in memory are for tests, and end with the process")

    @pytest.fixture
    def full(self) -> Without:
        """Say why there is room."""
        return Without("anchors in memory have no limit")

    @pytest.fixture
    def away(self) -> MemoryAnchors:
        """Return anchors that cannot be reached."""
        anchors = MemoryAnchors()
        anchors.down = True
        return anchors

    @pytest.fixture
    def slow(self) -> Without:
        """Say why they are never silent."""
        return Without("memory always answers")

    @pytest.fixture
    def refusing(self) -> Without:
        """Say why they never refuse."""
        return Without("memory takes every anchor")


class TestFileAnchors(InFolder, AnchorsContract):
    """The contract for anchors in files."""

    @pytest.fixture
    def adapter(self) -> Callable[[Path], FileAnchors]:
        """Return the adapter."""
        return FileAnchors

    @pytest.fixture
    def others(self, folder: Path, anchors: FileAnchors) -> FileAnchors:
        """Return a second adapter on the same folder, as another process has."""
        assert anchors is not None
        return FileAnchors(folder)

    def test_only_the_owner_sees_anchors(self, anchors: FileAnchors, folder: Path) -> None:
        """OF-2: other users of the machine can neither list nor read the anchors."""
        anchors.add(OFFICE, head(1))
        modes = {path: path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))}
        assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
        assert [mode for path, mode in modes.items() if path.is_file()] == [0o600]

    def test_a_file_only_grows(self, anchors: FileAnchors, folder: Path) -> None:
        """SI-5: no line is overwritten, also after a restart: the file has all anchors."""
        anchors.add(OFFICE, head(7))
        anchors.restart(OFFICE, head(3))
        anchors.add(OFFICE, head(5))
        text = (folder / f"{OFFICE}.jsonl").read_text()
        assert text.splitlines() == [exported_head(head(number)) for number in (7, 3, 5)]

    def test_many_processes(self, anchors: FileAnchors, folder: Path) -> None:
        """SI-5: of several processes that write at once, the highest number stays, and each line is whole."""
        program = (
            "import sys; from pathlib import Path\n"
            "from klantportaal.adapters.anchors.files import FileAnchors\n"
            "from klantportaal.testing.contracts.anchors import OFFICE, head\n"
            "anchors, first = FileAnchors(Path(sys.argv[1])), int(sys.argv[2])\n"
            "for number in range(first, 90, 3): anchors.add(OFFICE, head(number))\n"
        )
        running = [subprocess.Popen([sys.executable, "-c", program, str(folder), str(first)]) for first in range(3)]
        assert [each.wait() for each in running] == [0, 0, 0]
        assert anchors.newest(OFFICE) == head(89)
        lines = (folder / f"{OFFICE}.jsonl").read_text().splitlines()
        assert set(lines) <= {exported_head(head(number)) for number in range(90)}
        assert [lines.index(line) for line in lines] == list(range(len(lines)))


@given(kept=st.integers(0, 3), cut=st.integers(1, 130), rest=st.sampled_from([b"", b"\0" * 40, b"\xff"]))
def test_a_torn_line(tmp_path_factory: pytest.TempPathFactory, kept: int, cut: int, rest: bytes) -> None:
    """SI-5: a line that a crash left incomplete does not count, and the next one is whole."""
    folder = tmp_path_factory.mktemp("anchors")
    anchors = FileAnchors(folder)
    for number in range(1, kept + 1):
        anchors.add(OFFICE, head(number))
    line = exported_head(head(kept + 1)).encode()
    with (folder / f"{OFFICE}.jsonl").open("ab") as file:
        file.write(line[:cut] + rest)
    assert anchors.newest(OFFICE) == (head(kept) if kept else None)
    anchors.add(OFFICE, head(kept + 1))
    assert FileAnchors(folder).newest(OFFICE) == head(kept + 1)


def test_much_that_crashes_left(tmp_path: Path) -> None:
    """SI-5: the last anchor is found before any amount of damage, whole lines of it included."""
    anchors = FileAnchors(tmp_path)
    anchors.add(OFFICE, head(1))
    with (tmp_path / f"{OFFICE}.jsonl").open("ab") as file:
        file.write(b'{"head": 7}\nx\n[]\n' + b"\0" * 10_000 + b"\n")
    assert anchors.newest(OFFICE) == head(1)
    (tmp_path / f"{OTHER}.jsonl").write_bytes(b"\0\n")
    assert anchors.newest(OTHER) is None


def _without_folder(folder: Path, _patch: pytest.MonkeyPatch) -> None:
    folder.rename(folder.with_name("elsewhere"))
    folder.write_bytes(b"")


def _without_room(_folder: Path, patch: pytest.MonkeyPatch) -> None:
    def write(_descriptor: int, _rest: object) -> int:
        raise OSError(28, "No space left on device")

    patch.setattr(os, "write", write)


@pytest.mark.parametrize("fault, error", [(_without_folder, Unavailable), (_without_room, StorageFull)])
def test_a_disk_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Callable[..., None], error: type[Exception]
) -> None:
    """AL-6: an anchor that cannot be kept is an error of the port."""
    anchors = FileAnchors(tmp_path / "anchors")
    with monkeypatch.context() as patch:
        fault(tmp_path / "anchors", patch)
        for keep in (anchors.add, anchors.restart):
            with pytest.raises(error):
                keep(OFFICE, head(1))


def test_part_of_a_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SI-5: a line that the system takes in parts is whole in the end."""
    anchors, write = FileAnchors(tmp_path), os.write
    monkeypatch.setattr(os, "write", lambda descriptor, rest: write(descriptor, bytes(rest[:7])))
    anchors.add(OFFICE, head(1))
    monkeypatch.undo()
    assert anchors.newest(OFFICE) == head(1)
