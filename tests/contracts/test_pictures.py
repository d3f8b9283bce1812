"""The contract of what makes pictures, for one as a vendor would write it, and for the one with libheif."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from klantportaal.adapters.pictures import heif, heif_child
from klantportaal.adapters.pictures.heif import AT_ONCE, WAITING, HeifPictures
from klantportaal.domain.errors import Unavailable
from klantportaal.testing.contracts.pictures import HEIGHT, WIDTH, PicturesContract, half_red, heic, seen
from tests.contracts.fixtures.pictures import WithOwnPictures


def program(folder: Path, script: str) -> str:
    """Write a program that stands in for Python. Return its path."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return str(path)


class TestOwnPictures(WithOwnPictures, PicturesContract):
    """The contract for one as a vendor would write it."""


class TestHeifPictures(PicturesContract):
    """The contract for the one with libheif."""

    @pytest.fixture
    def pictures(self) -> HeifPictures:
        """Return the adapter, as the extra gives it."""
        found = HeifPictures.if_installed()
        assert found is not None
        return found

    @pytest.fixture
    def slow(self, tmp_path: Path) -> HeifPictures:
        """Return one whose process says nothing."""
        return HeifPictures(python=program(tmp_path, "exec /bin/sleep 600"), patience=0.1)


def test_the_limits() -> None:
    """NW-3: a picture with more pixels than allowed is not decoded, and one that needs more memory is given up."""
    content = heic()
    assert HeifPictures(pixels=WIDTH * HEIGHT).jpeg(content) is not None
    assert HeifPictures(pixels=WIDTH * HEIGHT - 1).jpeg(content) is None
    large = heic(half_red(size=(2000, 1500)))
    assert HeifPictures(memory=1024 * 1024).jpeg(large) is None
    assert HeifPictures(seconds=0).jpeg(large) is None


def test_a_large_picture_is_made_smaller() -> None:
    """NW-3: no side of a JPEG is longer than a screen needs."""
    made = seen(HeifPictures().jpeg(heic(half_red(size=(heif_child.LONGEST * 2, 64)))))
    assert made.size == (heif_child.LONGEST, 32)


def test_the_process_opens_nothing() -> None:
    """NW-3: what reads a picture opens no file and no connection."""
    code = f"""
        import sys
        sys.path.append({str(Path(heif_child.__file__).parent)!r})
        import socket, heif_child
        heif_child._give_up_rights(2**30, 10)
        for open_it in (socket.socket, lambda: open("/etc/passwd")):
            try:
                open_it()
            except OSError as error:
                print(error.errno)
    """
    command = [sys.executable, "-I", "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["24", "24"]  # EMFILE.


def test_the_process_knows_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NW-3: the process has no variables of the portal, such as the pepper."""
    monkeypatch.setenv("KLANTPORTAAL_PEPPER", "70" * 32)
    told = tmp_path / "told"
    HeifPictures(python=program(tmp_path, f"/usr/bin/env > {told}; cat > /dev/null")).jpeg(b"x")
    assert "KLANTPORTAAL" not in told.read_text()


@pytest.mark.parametrize("script", ["exec cat /dev/zero", "echo '<html>'", "kill -9 $$", "exit 1"])
def test_a_process_that_does_something_else(tmp_path: Path, script: str) -> None:
    """NW-3: what a process says that was taken over, or that ended halfway, is not passed on."""
    assert HeifPictures(python=program(tmp_path, script)).jpeg(heic()) is None


def test_without_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NW-3, AL-5: without the packages it is not offered; where they cannot be loaded, it says what to install."""
    with pytest.raises(Unavailable, match=r"klantportaal\[heic\]"):
        HeifPictures(python=program(tmp_path, "exit 3")).jpeg(heic())
    with pytest.raises(Unavailable, match="no process"):
        HeifPictures(python=str(tmp_path / "none")).jpeg(heic())
    monkeypatch.setattr(heif, "_PACKAGES", ("PIL", "no_such_package"))
    assert HeifPictures.if_installed() is None


def test_only_a_few_at_once() -> None:
    """NW-3, AL-7: a few pictures are made at once, and a few more wait, for a limited time. Others are refused."""
    pictures = HeifPictures(patience=0.0)
    for _number in range(AT_ONCE):
        assert pictures._running.acquire(blocking=False)
    with pytest.raises(Unavailable):
        pictures.jpeg(heic())
    pictures._running.release()
    with pytest.raises(Unavailable):  # It took the turn, and ended it.
        HeifPictures(python="/none").jpeg(heic())
    assert pictures._running.acquire(blocking=False)
    for _number in range(WAITING):
        assert pictures._waiting.acquire(blocking=False)
    with pytest.raises(Unavailable):
        pictures.jpeg(heic())
