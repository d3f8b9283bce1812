"""Anchors in files that only grow: one file for each office, in a folder of this machine.

::

    folder/<office id>.jsonl     one line for each head, as the last line of an export has it; the last line counts

A line is appended in one write and flushed to the disk with fsync. After a crash the last line may be incomplete. Then
it does not count, and the next head is written on a new line. Nothing is ever overwritten or cut off, so the files may
have the attribute that allows appending only (``chattr +a``).
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from klantportaal.domain.boundary import checked_call
from klantportaal.domain.errors import StorageFull, Unavailable
from klantportaal.domain.sealing import Seal, exported_head, read_anchor
from klantportaal.domain.values import OfficeId
from klantportaal.folders import NO_ROOM, flush, make_folder

_TAIL = 4096
"""How many bytes are read from the end of a file. A line has about 130."""


class FileAnchors:
    """Keeps anchors in a folder. Only its owner may read them. Several processes may share the folder.

    Args:
        folder: where the files are. It is made if it does not exist.
    """

    @checked_call
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._durable: set[Path] = set()
        make_folder(folder)

    def newest(self, office_id: OfficeId) -> Seal | None:
        """Read the last complete line of an office's file."""
        with _translated():
            try:
                descriptor = os.open(self._place(office_id), os.O_RDONLY)
            except FileNotFoundError:
                self._folder.stat()  # Without the folder, nobody knows whether the office has an anchor.
                return None
            try:
                return _last(descriptor)
            finally:
                os.close(descriptor)

    def add(self, office_id: OfficeId, head: Seal) -> None:
        """Append a head, unless the last line is as new."""
        with _translated(), self._locked(office_id) as descriptor:
            anchor = _last(descriptor)
            if anchor is None or anchor.number < head.number:
                _append(descriptor, head)
            os.fsync(descriptor)  # Also flush a head that another process wrote: it may have stopped before its flush.

    def restart(self, office_id: OfficeId, head: Seal) -> None:
        """Append a head, whatever the last line is."""
        with _translated(), self._locked(office_id) as descriptor:
            _append(descriptor, head)
            os.fsync(descriptor)

    def probe(self) -> None:
        """Check that the heads of all offices, and of a new one, can be added. Nothing is written.

        Raises:
            Unavailable: this account may not do so. The message names the place.
        """
        if not os.access(self._folder, os.R_OK | os.W_OK | os.X_OK):
            raise Unavailable(f"files cannot be added to the folder {self._folder}")
        for place in self._folder.glob("*.jsonl"):
            try:
                os.close(os.open(place, os.O_RDWR | os.O_APPEND))
            except OSError as error:
                raise Unavailable(f"{place} cannot be written: {error.strerror}") from error

    def _place(self, office_id: OfficeId) -> Path:
        return self._folder / f"{office_id}.jsonl"

    @contextmanager
    def _locked(self, office_id: OfficeId) -> Iterator[int]:
        """Open the file of an office, and lock it until the end. The lock ends with the process too."""
        place = self._place(office_id)
        descriptor = os.open(place, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if place not in self._durable:
                flush(self._folder)
                self._durable.add(place)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)


def _last(descriptor: int) -> Seal | None:
    """Give the head in the last complete line. Incomplete lines, which crashes leave, are skipped."""
    size = os.fstat(descriptor).st_size
    found = _last_of(os.pread(descriptor, _TAIL, max(0, size - _TAIL)))
    return found or _last_of(os.pread(descriptor, size, 0))


def _last_of(text: bytes) -> Seal | None:
    for line in reversed(text.split(b"\n")[:-1]):
        try:
            return read_anchor(line.decode("ascii"))
        except ValueError:
            continue
    return None


def _append(descriptor: int, head: Seal) -> None:
    size = os.fstat(descriptor).st_size
    is_torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
    rest = memoryview((b"\n" if is_torn else b"") + exported_head(head).encode("ascii") + b"\n")
    while rest:
        rest = rest[os.write(descriptor, rest) :]


@contextmanager
def _translated() -> Iterator[None]:
    """Translate errors of the operating system to errors of the port.

    Raises:
        StorageFull: there is no room on the disk.
        Unavailable: any other error.
    """
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise StorageFull("there is no room for the anchor of the trail") from error
        raise Unavailable("the anchors of the trail cannot be read or written") from error
