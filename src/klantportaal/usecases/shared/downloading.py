"""Giving a stored file block by block, verified while it is read (DC-2, DC-4).

The last block is held back until the SHA-256 of the whole file agrees, and until the end of the download is committed.
So a reader with the whole file is on record, and no reader gets a whole file that is wrong.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial

import attrs

from klantportaal.domain import events
from klantportaal.domain.auditing import By
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import FileDamaged, FileWithheld, PortalError
from klantportaal.domain.values import DocumentId, SubmissionId
from klantportaal.log_events import EventLog
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import BLOCK, Files
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.download_records import DownloadRecord, Ended, Mark, Part
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.storing import head_of
from klantportaal.usecases.shared.verified_files import VerifiedFiles

_LOG = EventLog(__name__)


@attrs.frozen(kw_only=True)
class Download:
    """A file, or a part of it, ready to send."""

    file: StoredFile
    blocks: Iterator[bytes]
    """Read it to the end, or call `close`. Asking for more after the last block says that this block was sent.

    The last block comes after the download is committed (DC-2). Raises ``FileDamaged`` instead of the last block, if
    the file is not what was stored: what was read before must then not pass for the file.
    """
    _begin: Callable[[], None] = lambda: None
    _part: Callable[[int, int], "Download"] | None = None

    def begin(self) -> None:
        """Record that the download begins, before the first block does. A second call does nothing.

        Raises:
            Unavailable: it cannot be recorded now.
        """
        self._begin()

    def part(self, first: int, last: int) -> "Download":
        """Give a part of the file instead, for a range request. It does not count as a download, unless it is all.

        The whole file is read through first, unless this process did so lately.

        Args:
            first: the number of the first byte, from 0.
            last: the number of the last byte, below the size of the file.

        Raises:
            FileDamaged: the file is missing, or differs from what was stored.
            Unavailable: the file cannot be read now.
        """
        if self._part is None or (first, last) == (0, self.file.size - 1):
            return self
        return self._part(first, last)

    def close(self) -> None:
        """Cancel the download. If the last block was given and not sent, its record is taken back."""
        close = getattr(self.blocks, "close", None)
        if close is not None:
            close()


def open_found(find: Callable[[], StoredFile], give: Callable[[StoredFile], Download]) -> Download:
    """Find a file and open it. A file that was taken back between the two is absent, and not damaged.

    Args:
        find: finds the file that is to be given.
        give: prepares to give it.

    Raises:
        Absent: there is no such file, or no longer.
        FileDamaged: the file is still to be given, but it is damaged.
    """
    file = find()
    try:
        return give(file)
    except FileDamaged:
        find()
        raise


@attrs.frozen(kw_only=True)
class Downloads:
    """Gives the files of a portal."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _recorder: Recorder
    _verified: VerifiedFiles

    def open(
        self,
        file: StoredFile,
        *,
        by: By,
        ended: Ended,
        document_id: DocumentId | None = None,
        submission_id: SubmissionId | None = None,
        mark: Mark | None = None,
        is_look: bool = False,
        made: bytes | None = None,
    ) -> Download:
        """Prepare to give a file. Its blocks are verified while they are read.

        Args:
            file: the file.
            by: who downloads it.
            ended: makes the event of the end.
            document_id: the document that the file is of.
            submission_id: or the submission.
            mark: the mark that the end sets.
            is_look: whether the trail has it as a look (NW-3).
            made: its contents, if it was made of a file that was verified. Then nothing is read.

        Raises:
            FileWithheld: the file is in quarantine.
            FileDamaged: the file is missing, has another size, or is known to be damaged. Of a file of at most one
                block this is always known.
            Unavailable: the file cannot be reached now.
        """
        self._require_readable(file, by)
        record = DownloadRecord(
            storage=self._storage,
            recorder=self._recorder,
            clock=self._clock,
            by=by,
            ended=ended,
            document_id=document_id,
            submission_id=submission_id,
            mark=mark,
        )
        if is_look:
            record = attrs.evolve(record, began=events.LookBegan, taken_back=events.LookTakenBack)
        if made is not None:
            giving = _Giving(file=file, record=record)
            part = partial(giving.held_part, made)
            return Download(file=file, blocks=giving.held(made), begin=giving.begin, part=part)
        return self._opened(file, record)

    def head(self, file: StoredFile, by: By) -> bytes:
        """Read the beginning of a file, by which it is recognised. Raises: FileWithheld, FileDamaged, Unavailable."""
        self._require_readable(file, by)
        self._verified.expect_sound(file)
        with closing(self._files.read(file.key)) as blocks:
            head, _rest = head_of(blocks)
        return head

    def unrecorded(self, file: StoredFile) -> Download:
        """Prepare to give a file that is for everybody, such as a logo. Raises as `open`."""
        return self._opened(file, None)

    def verified(self, file: StoredFile, by: By) -> Download:
        """Read a file through, unless this was done lately, and prepare to give it, as a part of an archive (NW-4).

        Raises:
            FileWithheld: the file is in quarantine.
            FileDamaged: the file is missing, or differs from what was stored.
            Unavailable: the file cannot be read now.
        """
        self._require_readable(file, by)
        self._verified.verify(file)
        return self._opened(file, None)

    def _require_readable(self, file: StoredFile, by: By) -> None:
        if self._storage.read.quarantined(by.office_id, file.key) is not None:
            raise FileWithheld

    def _opened(self, file: StoredFile, record: DownloadRecord | None) -> Download:
        # A small file costs next to nothing to read twice, and damage is then always told before the download begins.
        check = self._verified.verify if file.size <= BLOCK else self._verified.expect_sound
        check(file)
        reading = _Reading(files=self._files, verified=self._verified, file=file, record=record)
        return Download(file=file, blocks=reading.whole(), begin=reading.begin, part=reading.part)


@attrs.define(kw_only=True)
class _Giving:
    """The giving of one file for one download."""

    file: StoredFile
    record: DownloadRecord | None
    begun: bool = False

    def begin(self) -> None:
        """Record the beginning, once."""
        if self.record is not None and not self.begun:
            self.record.begin()
        self.begun = True

    def held_part(self, contents: bytes, first: int, last: int) -> Download:
        """Prepare to give a part of contents that are in memory."""
        return Download(file=self.file, blocks=self.held(contents[first : last + 1], (first, last)), begin=self.begin)

    def held(self, contents: bytes, part: Part | None = None) -> Iterator[bytes]:
        """Yield the blocks of contents that are in memory: the file, or a part of it."""
        self.begin()
        last = (len(contents) - 1) // BLOCK * BLOCK
        for at in range(0, last, BLOCK):
            yield contents[at : at + BLOCK]
        yield from self._last(contents[last:], part)

    def _last(self, held: bytes, part: Part | None = None) -> Iterator[bytes]:
        """Commit the end of the download, and yield its last block. Take the end back if that block is not sent."""
        record = self.record
        if record is not None:
            record.end(part)
        try:
            if held:
                yield held
        except GeneratorExit:
            if record is not None:
                self._take_back(record, part)
            raise

    def _take_back(self, record: DownloadRecord, part: Part | None) -> None:
        try:
            record.take_back(part)
        except PortalError as error:
            text = "the last block of file %(file_key)s was not sent, and its download still counts: %(reason)s"
            _LOG.log(logging.ERROR, "download_still_counts", text, file_key=self.file.key, reason=type(error).__name__)


@attrs.define(kw_only=True)
class _Reading(_Giving):
    """The reading of one stored file for one download."""

    files: Files
    verified: VerifiedFiles

    def whole(self) -> Iterator[bytes]:
        """Yield the blocks of the file. It is opened at the first block: an unstarted download keeps nothing open."""
        self.begin()
        state = self.verified.expect_sound(self.file)
        digest, size, held = hashlib.sha256(), 0, b""
        with closing(self.files.read(self.file.key)) as blocks:
            for block in filter(None, blocks):
                if held:
                    yield held
                digest.update(block)
                size += len(block)
                held = block
                if size > self.file.size:
                    break
        found = digest.digest()
        self.verified.note(self.file, state, sha256=found)
        if (size, found) != (self.file.size, self.file.sha256):
            raise self.verified.damaged(self.file)
        yield from self._last(held)

    def part(self, first: int, last: int) -> Download:
        """Verify the file, and prepare to give a part of it."""
        state = self.verified.verify(self.file)

        def blocks() -> Iterator[bytes]:
            self.begin()
            held = b""
            for block in self._between(first, last):
                if held:
                    yield held
                held = block
            # The part itself has no digest: it is sound if nobody wrote to the file since it was read through.
            if self.verified.expect_sound(self.file) != state:
                raise self.verified.damaged(self.file)
            yield from self._last(held, (first, last))

        return Download(file=self.file, blocks=blocks(), begin=self.begin)

    def _between(self, first: int, last: int) -> Iterator[bytes]:
        """Yield the bytes from *first* to *last*."""
        left = last + 1 - first
        with closing(self.files.read(self.file.key, start=first)) as blocks:
            for block in filter(None, blocks):
                yield block[:left]
                left -= len(block)
                if left <= 0:
                    return
