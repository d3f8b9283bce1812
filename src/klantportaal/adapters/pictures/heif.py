"""Makes JPEGs with libheif, through pillow-heif, in a process of its own for each picture (NW-3)."""

import importlib.util
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import Self

import attrs

from klantportaal.adapters.pictures import heif_child
from klantportaal.domain.errors import Unavailable
from klantportaal.forking import Semaphore

_PACKAGES = ("PIL", "pillow_heif")
MOST = 32 * 1024 * 1024
"""The most bytes that are taken of the process."""
AT_ONCE = 2
"""How many pictures a portal makes at once. Each takes a processor, and memory."""
WAITING = 4
"""How many more wait for that, each with a thread."""


@attrs.frozen(kw_only=True)
class HeifPictures:
    """Makes JPEGs of HEIC pictures. Needs the extra ``heic``."""

    pixels: int = 50_000_000
    """The most pixels of a picture. The largest that phones make has 48 million."""
    memory: int = 1024 * 1024 * 1024
    """The most bytes of memory for one picture."""
    seconds: int = 10
    """The most seconds of a processor for one picture."""
    patience: float = 20.0
    """The most seconds that one picture takes, and that one waits for its turn."""
    python: str = sys.executable
    """The Python that runs the process."""
    _running: Semaphore = attrs.field(factory=lambda: Semaphore(AT_ONCE), init=False)
    _waiting: Semaphore = attrs.field(factory=lambda: Semaphore(WAITING), init=False)

    @classmethod
    def if_installed(cls) -> Self | None:
        """Give the adapter, if the packages of the extra ``heic`` are installed. None otherwise."""
        return cls() if all(importlib.util.find_spec(each) for each in (*_PACKAGES, "resource")) else None

    def jpeg(self, content: bytes) -> bytes | None:
        """Make a JPEG of a HEIC or HEIF file. None if that cannot be done."""
        self._take_turn()
        try:
            return self._made(content)
        finally:
            self._running.release()

    def _take_turn(self) -> None:
        """Wait until few pictures are made. Raises: Unavailable."""
        if self._running.acquire(blocking=False):
            return
        if not self._waiting.acquire(blocking=False):
            raise Unavailable("too many pictures are made at once")
        try:
            if not self._running.acquire(timeout=self.patience):
                raise Unavailable("too many pictures are made at once")
        finally:
            self._waiting.release()

    def _made(self, content: bytes) -> bytes | None:
        """Run the process. It has no environment, so it knows no secrets. Raises: Unavailable."""
        try:
            child = subprocess.Popen(  # noqa: S603 - nothing that a client says is in the command
                self._command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
            )
        except OSError as error:
            raise Unavailable("no process to make a picture in") from error
        with child:
            status, made = _answer(child, content, self.patience)
        if status == heif_child.NOT_INSTALLED:
            raise Unavailable("the process that makes pictures lacks pillow-heif: pip install klantportaal[heic]")
        return made if status == 0 and len(made) <= MOST and made.startswith(b"\xff\xd8\xff") else None

    def _command(self) -> list[str]:
        """Give the command. The process sees the packages that it needs, and no others."""
        limits = (str(self.pixels), str(self.memory), str(self.seconds))
        return [self.python, "-I", "-S", heif_child.__file__, *limits, *_folders()]


def _folders() -> list[str]:
    """Give the folders in which the packages are."""
    found = [importlib.util.find_spec(each) for each in _PACKAGES]
    return sorted({str(Path(each.origin).parents[1]) for each in found if each is not None and each.origin is not None})


def _answer(child: subprocess.Popen[bytes], content: bytes, patience: float) -> tuple[int, bytes]:
    """Give a process its input. Return its exit status and its output. It is killed if it takes or says too much."""
    assert child.stdin is not None  # noqa: S101 - Popen makes pipes
    assert child.stdout is not None  # noqa: S101 - the same
    timer = Timer(patience, child.kill)
    timer.start()
    try:
        with suppress(BrokenPipeError), child.stdin:
            child.stdin.write(content)
        made = child.stdout.read(MOST + 1)
        if len(made) > MOST:
            child.kill()
        return child.wait(), made
    finally:
        timer.cancel()
        child.kill()
