"""Storage of files in an object store: S3 and what speaks as it, Google Cloud Storage, Azure Blob Storage.

A file is a record and its parts, each an object of its own. The parts are written first, under names that no other
write has. Then the record is written, on the condition that there is none yet. That one request makes the file: it is
complete or absent, and of several writers one wins.

Why not one object for each file: not every store takes such a condition for an upload in parts of its own (multipart),
and obstore cannot list what a crash leaves of one. Parts that are objects can be listed, so a sweep removes them, with
the rights that are there anyway. And each part has a SHA-256 in the record, so every byte is checked before it is
given, also when a reading starts in the middle.
"""

import hashlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime, timedelta
from itertools import groupby
from uuid import uuid4

from klantportaal.adapters.files.objects import records
from klantportaal.adapters.files.objects.bucket import Bucket, Content, Listed
from klantportaal.adapters.files.objects.problems import NoSuchObject, ObjectStoreUnavailable
from klantportaal.adapters.files.objects.records import Part, Record
from klantportaal.adapters.files.objects.turns import Turns
from klantportaal.adapters.files.objects.words import place
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.errors import Conflict, FileDamaged, Unavailable
from klantportaal.domain.values import FileKey
from klantportaal.ports.files import BLOCK, FileState, Written

__all__ = ["ObjectFiles", "ObjectStoreUnavailable"]

PART = 4 * 1024 * 1024
"""The size of the parts of a file, in bytes. A reading and a writing hold one part in memory."""
IDLE = timedelta(hours=1)
"""The time after which a write that put no part has ended, and a turn that nobody renewed. Longer than a lease."""


class ObjectFiles:
    """Stores files in an object store. Any number of processes may share the place.

    Nothing is sent until a method is called.

    Args:
        word: ``s3://bucket/prefix?endpoint=…&region=…``, ``gs://bucket/prefix`` or ``az://container/prefix?account=…``.
            Each also takes ``timeout=``, the time limit of one request in seconds, and ``retries=``.
        part_size: the size of the parts of new files, in bytes. Files with other parts can still be read.
        lease: the time after which a process that was killed while it kept or removed files counts as gone. At most
            half an hour.

    Raises:
        ValueError: the word names no place, or its time limits do not fit into the lease.
    """

    @checked_call
    def __init__(self, word: str, *, part_size: int = PART, lease: timedelta = timedelta(minutes=5)) -> None:
        found = place(word)
        if part_size < 1:
            raise ValueError("part_size is at least 1")
        if lease > IDLE / 2:
            raise ValueError("lease is at most half an hour")
        if found.patience > lease.total_seconds() / 2:
            raise ValueError("timeout and retries together are more than half of the lease: make them smaller")
        self._bucket = Bucket(found.open)
        self._turns = Turns(self._bucket, lease=lease, patience=found.patience)
        self._part_size = part_size

    def write(self, key: FileKey, blocks: Iterable[bytes]) -> Written:
        """Store a new file, part by part. What a crash leaves of it is removed by `keys`."""
        name, attempt, parts = records.name_of(key), uuid4().hex, list[Part]()
        digest = hashlib.sha256()
        try:
            for content in records.in_parts(blocks, self._part_size):
                digest.update(content)
                parts.append(Part(size=len(content), sha256=records.sha256(content)))
                self._bucket.put(records.part_name(name, attempt, len(parts) - 1), content)
            record = Record(attempt=attempt, sha256=digest.digest(), parts=tuple(parts))
            self._publish(name, record)
        except BaseException:
            with suppress(Unavailable):  # Then a sweep removes them.
                self._bucket.delete([records.part_name(name, attempt, each) for each in range(len(parts))])
            raise
        return Written(size=record.size, sha256=record.sha256)

    def state(self, key: FileKey) -> FileState:
        """Give the size of a file, and when its record was written. A part that differs is noticed by reading it."""
        record, content = self._record(records.name_of(key))
        return FileState(size=record.size, modified=int(content.modified.timestamp() * 1_000_000) * 1000)

    def read(self, key: FileKey, *, start: int = 0) -> Generator[bytes, None, None]:
        """Read the record and the first part, and give blocks. Each part is checked before a byte of it is given."""
        name = records.name_of(key)
        record, _content = self._record(name)
        blocks = self._blocks(name, record, start)
        next(blocks)
        return blocks

    def remove(self, key: FileKey) -> None:
        """Remove a file, if it exists and is not kept: first its record, so that it is never there by halves."""
        name = records.name_of(key)
        with self._turns.removing() as is_my_turn:
            try:
                record, _content = self._record(name)
                parts = [records.part_name(name, record.attempt, each) for each in range(len(record.parts))]
            except FileDamaged:
                parts = []  # A sweep finds the parts of a record that cannot be read.
            if is_my_turn():
                self._bucket.delete([name])
                self._bucket.delete(parts)

    def keeping(self) -> AbstractContextManager[None]:
        """Keep every file while the context is open. It says so in the bucket again and again.

        Raises:
            Unavailable: the store cannot be used; at the end, if it could not be told for half of the lease.
        """
        return self._turns.keeping()

    def disk_space(self) -> None:
        """Return None: an object store has no limit that it tells."""
        return

    def keys(self, *, before: datetime) -> Iterator[FileKey]:
        """List the files that were written before a time, and remove the parts of writes that a crash ended.

        A write that has put no part for an hour is taken for one that a crash ended. Objects whose names no file has
        are left alone.
        """
        ended = min(before, datetime.now(UTC) - IDLE)
        self._turns.forget(before=ended)
        # Stores list by name: a record and then its parts. If one does not, some records are looked up for nothing.
        for name, objects in groupby(self._bucket.list(records.FOLDER), lambda each: records.owner_of(each.name)):
            key, group = records.key_of(name), list(objects)
            if key is None:
                continue
            record = next((each for each in group if each.name == name), None)
            parts = [each for each in group if records.is_part(each.name)]
            if record is None or len({records.attempt_of(each.name) for each in parts}) > 1:
                self._remove_abandoned(name, parts, before=ended)
            if record is not None and record.modified < before:
                yield key

    def _publish(self, name: str, record: Record) -> None:
        """Write the record, unless there is one.

        If the answer to the request was lost, what is there tells whether it succeeded.

        Raises:
            Conflict: there is one of another write.
        """
        try:
            self._bucket.create(name, record.to_bytes())
        except (Conflict, Unavailable):
            with suppress(FileDamaged):
                if self._record(name)[0].attempt == record.attempt:
                    return
            raise

    def _record(self, name: str) -> tuple[Record, Content]:
        """Read a record. Raises: FileDamaged, Unavailable."""
        try:
            content = self._bucket.get(name, limit=records.LARGEST)
        except NoSuchObject:
            raise FileDamaged("there is no such file") from None
        return Record.from_bytes(bytes(content.view)), content

    def _blocks(self, name: str, record: Record, start: int) -> Generator[bytes, None, None]:
        """Give an empty block, once the first part is read, and then the blocks from *start* on."""
        is_open = False
        for number, part in enumerate(record.parts):
            if start >= part.size:
                start -= part.size
                continue
            content = self._part(records.part_name(name, record.attempt, number), part)
            if not is_open:
                is_open = True
                yield b""
            for offset in range(start, part.size, BLOCK):
                yield bytes(content[offset : offset + BLOCK])
            start = 0
        if not is_open:
            yield b""

    def _part(self, name: str, part: Part) -> memoryview:
        """Read a part. Raises: FileDamaged, if it is missing or is not what was written."""
        try:
            view = self._bucket.get(name, limit=part.size).view
        except NoSuchObject:
            raise FileDamaged("a part of the stored file is missing") from None
        if records.sha256(view) != part.sha256:
            raise FileDamaged("a part of the stored file is not what was stored")
        return view

    def _remove_abandoned(self, name: str, parts: list[Listed], *, before: datetime) -> None:
        """Delete the parts of each write that put the last one before a time, if the record does not have them."""
        going_on = {records.attempt_of(each.name) for each in parts if each.modified >= before}
        parts = [each for each in parts if records.attempt_of(each.name) not in going_on]
        if not parts:
            return
        try:
            own = Record.from_bytes(bytes(self._bucket.get(name, limit=records.LARGEST).view)).attempt
        except NoSuchObject:
            own = None
        except FileDamaged:
            return  # Nobody can tell which parts it has.
        self._bucket.delete([each.name for each in parts if records.attempt_of(each.name) != own])
