"""Backups of a portal that is in use: first a copy of the database, then every file that this copy refers to.

In the other order, a new file between the two steps would be missing. After the copy, nothing removes a file until the
backup is complete (``Files.keeping``).

::

    to/portal.sqlite3    the copy of the database; of PostgreSQL ``portal.dump``
    to/files/            the files, as the adapter for a folder keeps them
    to/SHA256SUMS        the digest of each of these, for ``sha256sum --check SHA256SUMS``
    to/manifest.json     the moment, the counts, the files that were damaged already, and the digest of SHA256SUMS
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path
from typing import Protocol

import attrs

from klantportaal import folders
from klantportaal.domain import backups
from klantportaal.domain.backups import Backup, DataPart, DataProgress, DataVerification, FileFault, FileFaultKind
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import FileDamaged, StorageFull, Unavailable
from klantportaal.domain.sealing import Verification
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import OfficeId
from klantportaal.log_events import EventLog
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files, FolderFiles
from klantportaal.ports.reading import Reading
from klantportaal.ports.storage import Storage

_LOG = EventLog(__name__)
SUMS = "SHA256SUMS"
MANIFEST = "manifest.json"
FILES = "files"
HANDLER = "klantportaal"
"""The case handler in the entries of the trails about their verification."""
BATCH = 500
"""The number of files in one read."""


class VerifyTrail(Protocol):
    """Verifies the audit trail of an office. It tells *progress* how many entries it has read so far."""

    def __call__(self, actor: OfficeActor, *, progress: Callable[[int], object] | None = None) -> Verification:
        """Verify the trail of the office of *actor*."""
        ...


class _Unreadable(Exception):
    """A stored file cannot be read. Not an error of the disk that a backup is written to."""


@checked_calls
@attrs.frozen(kw_only=True)
class Backups:
    """Makes backups, and verifies what is stored. Both read everything, in constant memory, while the portal is used.

    Safe to run in any number of hosts. One backup at a time copies files; another one waits.
    """

    _storage: Storage
    _files: Files
    _clock: Clock
    _open_folder: Callable[[Path], FolderFiles]
    _verify_trail: VerifyTrail

    def make(self, to: Path, *, progress: Callable[[DataProgress], object] | None = None) -> Backup:
        """Make a backup in a new folder. It gets its name *to* once everything in it is written and flushed.

        A file that is damaged already is left out, logged, and named in the result: all the others are still saved.

        Args:
            to: the path of the backup. There is nothing, or an empty folder.
            progress: is told of each file. Without it, the files are not counted before.

        Raises:
            FileExistsError: there is something at *to*. Nothing is written.
            NotImplementedError, FileNotFoundError: the storage cannot be copied here; the message says why.
            StorageDamaged: the database is damaged.
            StorageFull, Unavailable: the backup cannot be written, or the storage cannot be reached. Nothing is kept.
        """
        with _room(), folders.filling(to) as folder, self._files.keeping():
            made_at = self._clock.now()
            with self._storage.copy(folder) as copy:
                copying = _Copying(source=self._files, copies=self._open_folder(folder / FILES), folder=folder)
                folders.write_file(folder / SUMS, copying.lines(_named(copy, progress)))
            made = Backup(made_at=made_at, files=copying.files, size=copying.size, faults=tuple(copying.faults))
            folders.write_file(folder / MANIFEST, [_manifest(made, folder)])
        return made

    def verify(self, *, progress: Callable[[DataProgress], object] | None = None) -> DataVerification:
        """Read everything that is stored, and compare it with its rows: each file, and the trail of each office.

        Each verification of a trail is recorded in that trail. Each fault is logged.

        Args:
            progress: is told of each file, and of entries. Without it, they are not counted before.
        """
        files = size = 0
        faults: list[FileFault] = []
        for file in _named(self._storage.read, progress):
            files, size = files + 1, size + file.size
            kind = self._fault_of(file)
            # The file may have been removed with its row since the row was read.
            if kind is not None and not self._storage.read.unnamed([file.key]):
                faults.append(_told(file, kind))
        return DataVerification(files=files, size=size, faults=tuple(faults), trails=self._trails(progress))

    def _trails(self, progress: Callable[[DataProgress], object] | None) -> dict[OfficeId, Verification]:
        actors = [OfficeActor(office_id=each.id, handler=HANDLER) for each in self._storage.read.offices()]
        if progress is None:
            return {each.office_id: self._verify_trail(each) for each in actors}
        unsealed, _oldest = self._storage.read.unsealed_entries()
        total = unsealed + sum(self._storage.read.office_head(each).number for each in actors)
        done, trails = 0, {}
        for actor in actors:
            tell = partial(_tell_entries, progress, done, total)
            found = trails[actor.office_id] = self._verify_trail(actor, progress=tell)
            done += found.sealed + found.unsealed
        return trails

    def _fault_of(self, file: StoredFile) -> FileFaultKind | None:
        digest, size = hashlib.sha256(), 0
        try:
            for block in self._files.read(file.key):
                digest.update(block)
                size += len(block)
        except FileDamaged:
            return FileFaultKind.MISSING
        except Unavailable:
            return FileFaultKind.UNREADABLE
        return backups.comparison(file, size=size, sha256=digest.digest())


@contextmanager
def _room() -> Iterator[None]:
    """Raise the error of the ports if the disk of the backup is full."""
    try:
        yield
    except OSError as error:
        if error.errno in folders.NO_ROOM:
            raise StorageFull("there is no room for the backup") from error
        raise


@attrs.define(kw_only=True)
class _Copying:
    """Copies the files of one backup, and counts them."""

    source: Files
    copies: FolderFiles
    folder: Path
    files: int = 0
    size: int = 0
    faults: list[FileFault] = attrs.field(factory=list)

    def lines(self, files: Iterator[StoredFile]) -> Iterator[bytes]:
        """Copy every one of *files*. Give the lines of ``SHA256SUMS`` meanwhile."""
        for place in sorted(self.folder.iterdir()):
            if place.is_file() and place.name != SUMS:
                yield _line(digest_of(place), place.name)
        for file in files:
            kind = self._copy(file)
            if kind is None:
                self.files, self.size = self.files + 1, self.size + file.size
                yield _line(file.sha256, self.copies.place(file.key).relative_to(self.folder).as_posix())
            else:
                self.copies.remove(file.key)
                self.faults.append(_told(file, kind))

    def _copy(self, file: StoredFile) -> FileFaultKind | None:
        try:
            written = self.copies.write(file.key, self._blocks(file))
        except FileDamaged:
            return FileFaultKind.MISSING
        except _Unreadable:
            return FileFaultKind.UNREADABLE
        return backups.comparison(file, size=written.size, sha256=written.sha256)

    def _blocks(self, file: StoredFile) -> Iterator[bytes]:
        try:
            yield from self.source.read(file.key)
        except Unavailable as error:
            raise _Unreadable from error


def _named(read: Reading, progress: Callable[[DataProgress], object] | None) -> Iterator[StoredFile]:
    """List the files that rows refer to, each once, and tell *progress* of each that was asked for."""
    return backups.reported(lambda: backups.without_repeats(_pages(read)), attrgetter("size"), progress)


def _pages(read: Reading) -> Iterator[StoredFile]:
    after = None
    while page := read.named_files(after=after, size=BATCH):
        yield from page
        after = page[-1].key


def _tell_entries(progress: Callable[[DataProgress], object], before: int, total: int, entries: int) -> None:
    """Tell how many entries of all trails were read: those of the trails *before*, and *entries* of this one."""
    progress(DataProgress(part=DataPart.ENTRIES, done=before + entries, total=total))


def _told(file: StoredFile, kind: FileFaultKind) -> FileFault:
    text = "the stored file %(file_key)s is %(fault)s: restore it from a backup"
    _LOG.log(logging.ERROR, "stored_file_faulty", text, file_key=file.key, fault=kind)
    return FileFault(kind=kind, key=file.key)


def digest_of(place: Path) -> bytes:
    """Read a file of this machine through, and give its SHA-256."""
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _line(digest: bytes, name: str) -> bytes:
    return f"{digest.hex()}  {name}\n".encode()


def _manifest(made: Backup, folder: Path) -> bytes:
    told = {
        "klantportaal": version("klantportaal"),
        "made_at": made.made_at.isoformat(),
        "files": made.files,
        "size": made.size,
        "faults": {fault.key: fault.kind for fault in made.faults},
        "sums": digest_of(folder / SUMS).hex(),
    }
    return f"{json.dumps(told, indent=1)}\n".encode()
