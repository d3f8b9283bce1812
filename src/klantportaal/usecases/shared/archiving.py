"""Giving the archive of a dossier, block by block (NW-4).

The last block is held back until the archive is on record, as that of a download is (DC-2).
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import closing

import attrs

from klantportaal.domain import archives
from klantportaal.domain.errors import PortalError
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.domain.values import ArchiveId, DossierId, Language
from klantportaal.log_events import EventLog
from klantportaal.ports.clock import Clock
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.archive_members import ArchiveMembers, DossierContents
from klantportaal.usecases.shared.archive_records import ArchiveRecord
from klantportaal.usecases.shared.archive_writer import ArchiveWriter
from klantportaal.usecases.shared.downloading import Downloads
from klantportaal.usecases.shared.receipt_sheets import ReceiptSheets
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.zipping import zipped

_LOG = EventLog(__name__)


@attrs.frozen(kw_only=True)
class Archive:
    """A ZIP file that is ready to be sent. Its size is not known beforehand."""

    name: str
    blocks: Iterator[bytes]
    """Read it to the end, or call `close`. Asking for more after the last block says that this block was sent.

    The last block comes after the archive is on record. If something fails halfway, it never comes, and what was read
    before does not open as a ZIP file.
    """
    _begin: Callable[[], None]

    def begin(self) -> None:
        """Record that the archive is asked for, before the first block does. A second call does nothing.

        Raises:
            Unavailable: it cannot be recorded now.
        """
        self._begin()

    def close(self) -> None:
        """Break the archive off. If the last block was given and not sent, its record is taken back."""
        close = getattr(self.blocks, "close", None)
        if close is not None:
            close()


@attrs.frozen(kw_only=True)
class Archives:
    """Gives the archives of dossiers."""

    _storage: Storage
    _clock: Clock
    _ids: Ids
    _recorder: Recorder
    _downloads: Downloads
    _writer: ArchiveWriter
    _sheets: ReceiptSheets

    def open(
        self, contents: DossierContents, *, by: Actor | OfficeActor, dossier_id: DossierId, language: Language
    ) -> Archive:
        """Prepare to give an archive. No file is read before its first block.

        Args:
            contents: what is to be in it.
            by: who takes it.
            dossier_id: the dossier.
            language: the language of its folders and texts.
        """
        record = ArchiveRecord(
            storage=self._storage,
            recorder=self._recorder,
            clock=self._clock,
            by=by,
            dossier_id=dossier_id,
            archive_id=ArchiveId(self._ids.new()),
        )
        members = ArchiveMembers(
            contents=contents,
            by=by,
            language=language,
            made_at=self._clock.now(),
            downloads=self._downloads,
            writer=self._writer,
            sheets=self._sheets,
        )
        sending = _Sending(members=members, record=record)
        return Archive(name=archives.archive_name(contents.number), blocks=sending.blocks(), begin=sending.begin)


@attrs.define(kw_only=True)
class _Sending:
    """The sending of one archive."""

    members: ArchiveMembers
    record: ArchiveRecord
    begun: bool = False

    def begin(self) -> None:
        """Record the beginning, once."""
        if not self.begun:
            self.record.begin()
        self.begun = True

    def blocks(self) -> Iterator[bytes]:
        """Yield the blocks. Record the archive before the last one, and take that back if it is not sent."""
        self.begin()
        held = b""
        with closing(self.members.all()) as members, closing(zipped(members)) as blocks:
            for block in blocks:
                if held:
                    yield held
                held = block
        self.record.end(self.members.taken)
        try:
            yield held
        except GeneratorExit:
            self._take_back()
            raise

    def _take_back(self) -> None:
        try:
            self.record.take_back(self.members.taken)
        except PortalError as error:
            text = "the last block of archive %(archive_id)s was not sent, and it still counts: %(reason)s"
            id, reason = str(self.record.archive_id), type(error).__name__
            _LOG.log(logging.ERROR, "archive_still_counts", text, archive_id=id, reason=reason)
