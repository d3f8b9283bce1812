"""Files from a client: staged while a message is written, submissions once it is sent (AT-1 to AT-5)."""

import enum
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import UploadStaged
from klantportaal.domain.ranges import Range
from klantportaal.domain.values import (
    NAME_LIMIT,
    AccountId,
    AssignmentId,
    ClientId,
    DossierId,
    DraftId,
    MessageId,
    OfficeId,
    SubmissionId,
    UploadId,
    is_blank,
    plain_line,
)

HEAD = 4096
"""How many bytes at the start of a file are used to check its type."""
MEBIBYTE = 1024 * 1024


@attrs.frozen(kw_only=True, field_transformer=checked)
class FileType:
    """A type of file that a client may upload: its media type, and a check of the first bytes."""

    media_type: str
    begins: Callable[[bytes], bool]
    """Tells whether a file of this type can begin with the given bytes, at most ``HEAD`` of them."""


def _starting(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(signatures)


def _office_open(folder: bytes) -> Callable[[bytes], bool]:
    """Recognise Office Open XML in a ZIP container (ECMA-376 part 2) by its first entry and its first folder."""
    marks = (b"[Content_Types].xml", b"_rels/", b"docProps/", folder)

    def begins(head: bytes) -> bool:
        # Each local header starts with PK 3 4. The name of the entry is 26 bytes after that (APPNOTE.TXT 4.3.7).
        before, *headers = head.split(b"PK\x03\x04")
        entries = [header[26:] for header in headers]
        if before or not entries or not entries[0].startswith(marks):
            return False
        return next((entry for entry in entries if entry.startswith(_FOLDERS)), folder).startswith(folder)

    return begins


def _open_document(kind: bytes) -> Callable[[bytes], bool]:
    """Recognise an OpenDocument container by its first entry, which is uncompressed (ODF 1.2 part 3, 3.3)."""
    mark = b"mimetypeapplication/vnd.oasis.opendocument." + kind + b"PK"  # PK excludes templates: text-template.
    return lambda head: head.startswith(b"PK\x03\x04") and head[30:].startswith(mark)


def _heif(head: bytes) -> bool:
    """Recognise HEIF photos by their brand (ISO/IEC 23008-12). The first box is short: its length starts with zeros."""
    brands = (b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis")
    return head.startswith(b"\0\0") and head[4:8] == b"ftyp" and head[8:12] in brands


def _text(head: bytes) -> bool:
    """Recognise text: no binary data bytes, and not the start of markup, a PDF, a script or a JPEG."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16, such as Excel's "Unicode text".
        head = head.decode("utf-16", "ignore").encode()
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n\x0c").lower()
    return not _BINARY.intersection(head) and not start.startswith((b"<", b"%pdf", b"#!", b"\xff\xd8\xff"))


_FOLDERS = (b"word/", b"xl/", b"ppt/", b"visio/")
_BINARY = frozenset({*range(0x09), 0x0B, *range(0x0E, 0x1B), *range(0x1C, 0x20)})
"""The binary data bytes (WHATWG MIME Sniffing, 3). Text has none of them."""
_COMPOUND = _starting(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_JPEG = FileType(media_type="image/jpeg", begins=_starting(b"\xff\xd8\xff"))
_TIFF = FileType(media_type="image/tiff", begins=_starting(b"II*\0", b"MM\0*"))
_WORD = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"

DEFAULT_TYPES: Mapping[str, FileType] = {
    "pdf": FileType(media_type="application/pdf", begins=_starting(b"%PDF-")),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "png": FileType(media_type="image/png", begins=_starting(b"\x89PNG\r\n\x1a\n")),
    "heic": FileType(media_type="image/heic", begins=_heif),
    "tif": _TIFF,
    "tiff": _TIFF,
    "docx": FileType(media_type=f"{_WORD}.wordprocessingml.document", begins=_office_open(b"word/")),
    "xlsx": FileType(media_type=f"{_WORD}.spreadsheetml.sheet", begins=_office_open(b"xl/")),
    "odt": FileType(media_type=f"{_ODF}.text", begins=_open_document(b"text")),
    "ods": FileType(media_type=f"{_ODF}.spreadsheet", begins=_open_document(b"spreadsheet")),
    "doc": FileType(media_type="application/msword", begins=_COMPOUND),
    "xls": FileType(media_type="application/vnd.ms-excel", begins=_COMPOUND),
    "txt": FileType(media_type="text/plain", begins=_text),
    "csv": FileType(media_type="text/csv", begins=_text),
}


@attrs.frozen(kw_only=True, field_transformer=checked)
class UploadLimits:
    """The limits for uploads (AT-3)."""

    file_size: Annotated[int, Range(1)] = 25 * MEBIBYTE
    """The maximum size of a file, in bytes."""
    files: Annotated[int, Range(1)] = 20
    """The maximum number of files of a message."""
    waiting: Annotated[int, Range(1)] = 60
    """The maximum number of staged files of an account at once, over all its drafts."""
    life: Annotated[timedelta, Range(timedelta(0), timedelta(days=365), above=True)] = timedelta(hours=24)
    """How long a staged file is kept before it is sent (AT-2)."""
    types: Mapping[str, FileType] = attrs.field(default=DEFAULT_TYPES)
    """The accepted types. Keys are extensions in lower case, without dot."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class StagedUpload:
    """An uploaded file that waits to be sent. It belongs to one account, dossier and draft, saved or not."""

    id: UploadId
    office_id: OfficeId
    account_id: AccountId
    dossier_id: DossierId
    draft_id: DraftId
    file: StoredFile
    staged_at: datetime
    expires_at: datetime


class SubmissionKind(enum.StrEnum):
    """Whether a submission came with a message or from a questionnaire."""

    ATTACHMENT = "attachment"
    QUESTIONNAIRE = "questionnaire"


@attrs.frozen(kw_only=True, field_transformer=checked)
class Submission:
    """A file from a client. It is shown under ``Door mij aangeleverd``, and with its message if it has one."""

    id: SubmissionId
    office_id: OfficeId
    client_id: ClientId
    dossier_id: DossierId
    account_id: AccountId
    kind: SubmissionKind
    message_id: MessageId | None
    """The message that it is attached to, if any."""
    assignment_id: AssignmentId | None = None
    """The questionnaire of which it is the PDF or an answer, if any."""
    file: StoredFile
    delivered_at: datetime


def shown_name(name: str) -> str:
    """Make the name that people see: the last part of a path, cleaned, at most 150 characters, with its extension."""
    last = plain_line(name.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ")
    if is_blank(last):
        return "bestand"
    if len(last) <= NAME_LIMIT:
        return last
    stem, dot, extension = last.rpartition(".")
    tail = f"{dot}{extension}" if dot and len(extension) <= 10 else ""
    return f"{(stem if tail else last)[: NAME_LIMIT - len(tail) - 1].rstrip()}…{tail}"


def extension(name: str) -> str:
    """Give the extension of a name in lower case, empty if it has none. Lookalike letters are not replaced."""
    _stem, dot, last = name.rpartition(".")
    return last.lower() if dot else ""


def accepted_type(name: str, head: bytes, limits: UploadLimits) -> FileType:
    """Find the type of a file by its extension, and check its first bytes (AT-3).

    Raises:
        Refused: the type is not accepted, the file is empty, or its contents are of another type.
    """
    file_type = limits.types.get(extension(name))
    if file_type is None:
        raise Refused([file_fault(FaultCode.FILE_TYPE_FORBIDDEN, name)])
    if not head:
        raise Refused([file_fault(FaultCode.FILE_EMPTY, name)])
    if not file_type.begins(head[:HEAD]):  # The first block may be larger.
        raise Refused([file_fault(FaultCode.FILE_CONTENT_DIFFERS, name)])
    return file_type


def within(blocks: Iterable[bytes], name: str, limit: int) -> Iterable[bytes]:
    """Yield *blocks*, up to *limit* bytes in total. The size is counted, as a header may be wrong (AT-3).

    Raises:
        Refused: the file is too large. Raised at the first block that exceeds the limit.
    """
    size = 0
    for block in blocks:
        size += len(block)
        if size > limit:
            raise Refused([file_fault(FaultCode.FILE_TOO_LARGE, name, limit=limit)])
        yield block


def file_fault(code: FaultCode, name: str, **params: int) -> Fault:
    """Make the fault of a rule that the file *name* breaks."""
    return Fault(code=code, field="files", params={"name": name, **params})


def require_room(in_draft: int, waiting: int, name: str, limits: UploadLimits) -> None:
    """Require that one more file may be staged.

    Args:
        in_draft: the number of staged files of the draft.
        waiting: the number of staged files of the account.
        name: the name of the new file, for the fault.
        limits: the limits for uploads.

    Raises:
        Refused: the draft or the account has the maximum number already.
    """
    if in_draft >= limits.files:
        raise Refused([file_fault(FaultCode.TOO_MANY_FILES, name, limit=limits.files)])
    if waiting >= limits.waiting:
        raise Refused([file_fault(FaultCode.TOO_MANY_WAITING, name, limit=limits.waiting)])


def stage(
    file: StoredFile,
    *,
    id: UploadId,
    office_id: OfficeId,
    account_id: AccountId,
    dossier_id: DossierId,
    draft_id: DraftId,
    limits: UploadLimits,
    kept_until: datetime | None,
    at: datetime,
) -> tuple[StagedUpload, UploadStaged]:
    """Stage an uploaded file until its message is sent, at most for the time of ``limits.life`` (AT-2).

    The files of a draft that was saved live as long as the draft: *kept_until* is when it expires (ST-1).
    """
    expires_at = at + limits.life
    upload = StagedUpload(
        id=id,
        office_id=office_id,
        account_id=account_id,
        dossier_id=dossier_id,
        draft_id=draft_id,
        file=file,
        staged_at=at,
        expires_at=expires_at if kept_until is None else max(expires_at, kept_until),
    )
    return upload, UploadStaged(upload_id=id, dossier_id=dossier_id, at=at)


def is_waiting(upload: StagedUpload, *, at: datetime) -> bool:
    """Tell whether a staged file has not expired."""
    return at < upload.expires_at


def deliver(
    uploads: Iterable[StagedUpload], *, client_id: ClientId, message_id: MessageId, limits: UploadLimits, at: datetime
) -> list[Submission]:
    """Turn the staged files of a message into its attachments (AT-2).

    Raises:
        Refused: there are more files than a message may have.
    """
    submissions = [
        Submission(
            id=SubmissionId(upload.id),
            office_id=upload.office_id,
            client_id=client_id,
            dossier_id=upload.dossier_id,
            account_id=upload.account_id,
            kind=SubmissionKind.ATTACHMENT,
            message_id=message_id,
            file=upload.file,
            delivered_at=at,
        )
        for upload in uploads
    ]
    if len(submissions) > limits.files:
        raise Refused([file_fault(FaultCode.TOO_MANY_FILES, submissions[-1].file.name, limit=limits.files)])
    return submissions
