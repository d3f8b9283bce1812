"""What a backup has, and what a verification of the stored data finds (DC-4)."""

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.sealing import Verification
from klantportaal.domain.values import FileKey, OfficeId

T = TypeVar("T")


class FileFaultKind(enum.StrEnum):
    """The ways in which a stored file differs from its row."""

    MISSING = "missing"
    """There is no such file."""
    ALTERED = "altered"
    """Its size or SHA-256 is another one."""
    UNREADABLE = "unreadable"
    """It cannot be read now, as with a broken disk. It may be sound."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class FileFault:
    """One file that is not as its row says."""

    kind: FileFaultKind
    key: FileKey


@attrs.frozen(kw_only=True, field_transformer=checked)
class Backup:
    """A backup that was made: a copy of the database, and every file that this copy refers to."""

    made_at: datetime
    """The moment of the copy of the database."""
    files: int
    """The number of files in it."""
    size: int
    """The bytes of these files together."""
    faults: tuple[FileFault, ...]
    """The files that were not as their rows say, so they are not in it. The portal cannot give them either."""

    @property
    def is_whole(self) -> bool:
        """Tell whether the backup has every file."""
        return not self.faults


@attrs.frozen(kw_only=True, field_transformer=checked)
class DataVerification:
    """The result of comparing everything that is stored with its rows, and each trail with its chain."""

    files: int
    """The number of files that rows refer to."""
    size: int
    """The bytes that these files have, by their rows."""
    faults: tuple[FileFault, ...]
    """Every file that is not as its row says."""
    trails: Mapping[OfficeId, Verification]
    """The audit trail of each office."""

    @property
    def holds(self) -> bool:
        """Tell whether every file is there as it was stored, and every trail holds."""
        return not self.faults and all(each.holds for each in self.trails.values())


class DataPart(enum.StrEnum):
    """The parts of what is stored, in the order in which they are read."""

    FILES = "files"
    ENTRIES = "entries"
    """The entries of the audit trails. Only a verification reads them."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class DataProgress:
    """How far a backup, a restore or a verification is with one part.

    The totals are counted before the part is read. What is added meanwhile may bring it past them.
    """

    part: DataPart
    done: int
    """The number of files or entries that were read."""
    total: int
    """The number of files or entries that there are."""
    size: int = 0
    """The bytes of the files that were read. 0 for entries."""
    total_size: int = 0
    """The bytes of all files. 0 for entries."""


def reported(
    files: Callable[[], Iterable[T]], size_of: Callable[[T], int], progress: Callable[[DataProgress], object] | None
) -> Iterator[T]:
    """Give files one by one, and tell *progress* how many were asked for: before the first, and after each.

    Args:
        files: lists the files. It is called twice: the first list is only counted.
        size_of: gives the bytes of a file.
        progress: is told. If None, nothing is counted.
    """
    if progress is None:
        yield from files()
        return
    total = total_size = 0
    for file in files():
        total, total_size = total + 1, total_size + size_of(file)
    told = DataProgress(part=DataPart.FILES, done=0, total=total, total_size=total_size)
    progress(told)
    for file in files():
        yield file
        told = attrs.evolve(told, done=told.done + 1, size=told.size + size_of(file))
        progress(told)


def without_repeats(files: Iterable[StoredFile]) -> Iterable[StoredFile]:
    """Leave out a file that follows itself: two rows may refer to it. *files* are ordered by key."""
    last = None
    for file in files:
        if file.key != last:
            yield file
        last = file.key


def comparison(file: StoredFile, *, size: int, sha256: bytes) -> FileFaultKind | None:
    """Compare what was read of a file with its row. None if they are equal."""
    return None if (file.size, file.sha256) == (size, sha256) else FileFaultKind.ALTERED
