"""Folders and files that survive a power failure: each step is flushed to the disk with fsync."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from klantportaal.domain.health import DiskSpace

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""The errors of the operating system that mean that the disk is full, or the file too large for it."""


def make_folder(folder: Path) -> None:
    """Make a folder and the folders above it, for its owner only. A folder that exists stays as it is."""
    missing = [each for each in (folder, *folder.parents) if not each.is_dir()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
        flush(each.parent)


def flush(place: Path) -> None:
    """Flush a file, or the entries of a folder, to the disk."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def disk_space(place: Path) -> DiskSpace:
    """Give the space of the disk that a file or a folder is on."""
    usage = shutil.disk_usage(place)
    return DiskSpace(free=usage.free, size=usage.total)


def write_file(place: Path, blocks: Iterable[bytes]) -> None:
    """Write a new file, for its owner only, and flush its contents."""
    with open(place, "xb", opener=_for_owner) as file:
        file.writelines(blocks)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def filling(to: Path) -> Iterator[Path]:
    """Give an empty folder to fill, which gets the name *to* once it is complete.

    Until then it has another name, beside *to*: it begins with the same name and ``.unfinished-``. After an error it is
    removed. After a crash it stays, and may be deleted. The caller flushes what it writes in it.

    Raises:
        FileExistsError: *to* exists, and is not an empty folder.
    """
    _require_room(to)
    make_folder(to.parent)
    unfinished = Path(tempfile.mkdtemp(prefix=f"{to.name}.unfinished-", dir=to.parent))
    try:
        yield unfinished
        flush(unfinished)
        _require_room(to)
        unfinished.rename(to)  # Replaces an empty folder, and nothing else.
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    flush(to.parent)


def _require_room(to: Path) -> None:
    if to.is_symlink() or (to.exists() and not (to.is_dir() and not any(to.iterdir()))):
        raise FileExistsError(f"{to} exists, and is not an empty folder: name a new one")


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
