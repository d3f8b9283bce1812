"""Small disks of this machine, which a test fills, and which it makes refuse all writing."""

import os
import resource
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import attrs
import pytest

MEBIBYTE = 1024 * 1024
NO_DISK = "no disk can be mounted here, and root may write anywhere"


@attrs.frozen
class Disk:
    """A real file system of 1 MiB. Where none can be mounted, a folder with a limit of 1 MiB on each file."""

    place: Path
    is_mounted: bool

    def fill(self) -> None:
        """Leave no room for anything."""
        if not self.is_mounted:
            _limit(0)
            return
        with (self.place / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(bytes(4096))

    def refuse(self) -> None:
        """Take no more writing, as a disk with faults does: Linux then mounts it for reading only."""
        if self.is_mounted:
            subprocess.run(["mount", "-o", "remount,ro", self.place], check=True)
        elif os.geteuid() == 0:
            pytest.skip(NO_DISK)
        else:
            for each in [*self.place.rglob("*"), self.place]:
                each.chmod(0o500 if each.is_dir() else 0o400)


@contextmanager
def small_disk(place: Path | None = None) -> Iterator[Disk]:
    """Mount a disk while the context is open: in a folder that exists, or in one of its own."""
    with tempfile.TemporaryDirectory(prefix="klantportaal-disk-") as folder:
        place = place or Path(folder)
        mounting = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", str(place)]
        mounted = os.geteuid() == 0 and subprocess.run(mounting, check=False, capture_output=True).returncode == 0
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        if not mounted:
            _limit(MEBIBYTE)
        try:
            yield Disk(place, mounted)
        finally:
            if mounted:
                subprocess.run(["umount", place], check=True)
            else:
                resource.setrlimit(resource.RLIMIT_FSIZE, limits)
                for each in [place, *filter(Path.is_dir, place.rglob("*"))]:
                    each.chmod(0o700)


def _limit(size: int) -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
