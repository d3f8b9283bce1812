"""Giving a stored file to a browser that shows it in a sandbox (NW-3)."""

import hashlib
from functools import partial

import attrs

from klantportaal.domain import pdf_actions
from klantportaal.domain.auditing import By
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.looking import CONVERTED, MOST_CONVERTED, Showing, ShownAs, converted_name, is_heic, showing
from klantportaal.domain.questionnaires.digest_cache import DigestCache
from klantportaal.domain.values import DocumentId, SubmissionId
from klantportaal.ports.pictures import Pictures
from klantportaal.usecases.shared.download_records import Ended, LookMark
from klantportaal.usecases.shared.downloading import Download, Downloads


@attrs.frozen(kw_only=True)
class Look:
    """A file, and how a browser shows it."""

    file: StoredFile
    showing: Showing | None
    """How it is shown. None if it can only be downloaded."""
    download: Download | None
    """Its contents, to send to the browser under ``showing.media_type``. The end of it is recorded as a look.

    Of a HEIC picture, it has the JPEG that was made of it; ``download.file`` says the name and size of that.
    None if it can only be downloaded.
    """


@attrs.frozen(kw_only=True)
class Looks:
    """Gives files to look at."""

    _downloads: Downloads
    _pictures: Pictures | None
    """Makes JPEGs of HEIC pictures. None: they can only be downloaded."""
    _inert: DigestCache = attrs.field(factory=DigestCache, init=False)
    """The SHA-256 of PDFs that were read through and do nothing by themselves. A file never changes."""

    def open(
        self,
        file: StoredFile,
        *,
        by: By,
        ended: Ended,
        document_id: DocumentId | None = None,
        submission_id: SubmissionId | None = None,
        mark: LookMark | None = None,
    ) -> Look:
        """Recognise a file by its contents, and prepare to give it. The arguments are those of ``Downloads.open``.

        Raises:
            FileWithheld: the file is in quarantine.
            FileDamaged: the file is known to be damaged.
            Unavailable: the file cannot be read now, or no JPEG can be made of it now.
        """
        give = partial(
            self._downloads.open,
            by=by,
            ended=ended,
            document_id=document_id,
            submission_id=submission_id,
            mark=mark,
            is_look=True,
        )
        head = self._downloads.head(file, by)
        found = showing(head)
        if found is not None and not (found.shown_as is ShownAs.PDF and self._acts(file)):
            return Look(file=file, showing=found, download=give(file))
        if is_heic(head) and (made := self._jpeg(file)) is not None:
            return Look(file=file, showing=CONVERTED, download=give(_jpeg_of(file, made), made=made))
        return Look(file=file, showing=None, download=None)

    def _jpeg(self, file: StoredFile) -> bytes | None:
        """Make a JPEG of a HEIC picture, once its SHA-256 agrees. None if it can only be downloaded."""
        if self._pictures is None or file.size > MOST_CONVERTED:
            return None
        made = self._pictures.jpeg(b"".join(self._downloads.unrecorded(file).blocks))
        return made if made is not None and showing(made) == CONVERTED else None

    def _acts(self, file: StoredFile) -> bool:
        """Tell whether a PDF may do something by itself. Of a PDF that does nothing, this is remembered."""
        if file.size > pdf_actions.MOST:
            return True
        if file.sha256 in self._inert:
            return False
        if pdf_actions.acts(b"".join(self._downloads.unrecorded(file).blocks)):
            return True
        self._inert.add(file.sha256)
        return False


def _jpeg_of(file: StoredFile, made: bytes) -> StoredFile:
    """Describe the JPEG that was made of a file. It is not stored: its key is that of the file."""
    return attrs.evolve(
        file,
        name=converted_name(file.name),
        media_type=CONVERTED.media_type,
        size=len(made),
        sha256=hashlib.sha256(made).digest(),
    )
