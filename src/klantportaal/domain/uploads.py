"""Files from a client: staged while a message is written, submissions once it is sent (AT-1 to AT-5)."""

import enum
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Annotated

import attrs

from klantportaal.domain import bank_statements
from klantportaal.domain.boundary import checked
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import UploadStaged
from klantportaal.domain.file_contents import is_protected, possible_types
from klantportaal.domain.file_types import MEDIA_TYPES, OF_ENDINGS, FileType, FileTypes, ending, type_of, with_ending
from klantportaal.domain.ranges import Range
from klantportaal.domain.values import (
    NAME_LIMIT,
    AccountId,
    AssignmentId,
    ClientId,
    DeliveryId,
    DossierId,
    DraftId,
    ItemId,
    MessageId,
    OfficeId,
    RequestId,
    SubmissionId,
    Texts,
    UploadId,
    composed,
    is_blank,
    plain_line,
)

MEBIBYTE = 1024 * 1024


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
    types: FileTypes = attrs.field(factory=FileTypes)
    """The types that are taken."""


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
    """Whether a submission came with a message, from a questionnaire, or for a request of documents."""

    ATTACHMENT = "attachment"
    QUESTIONNAIRE = "questionnaire"
    REQUEST = "request"


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
    request_id: RequestId | None = None
    """The request that it answers, if any."""
    delivery_id: DeliveryId | None = None
    """The delivery for that request."""
    item_id: ItemId | None = None
    request_subject: Texts | None = None
    """The subject of that request. It never changes, and neither does the title of an item."""
    item_title: Texts | None = None
    question_label: Texts | None = None
    """The question that it answers, as it was asked."""
    row_name: Texts | None = None
    """The row that it belongs to, if the question was asked of each row: ``Kind 1: Eva``."""
    file: StoredFile
    delivered_at: datetime


def shown_name(name: str) -> str:
    """Make the name that people see: the last part of a path, cleaned, at most 150 characters, with its extension.

    It is in NFC: a Mac gives letters and their accents apart.
    """
    last = composed(plain_line(name.replace("\\", "/").rsplit("/", 1)[-1])).strip(". ")
    if is_blank(last):
        return "bestand"
    if len(last) <= NAME_LIMIT:
        return last
    stem, dot, extension = last.rpartition(".")
    tail = f"{dot}{extension}" if dot and len(extension) <= 10 else ""
    return f"{(stem if tail else last)[: NAME_LIMIT - len(tail) - 1].rstrip()}…{tail}"


@attrs.frozen(kw_only=True, field_transformer=checked)
class Accepted:
    """What an accepted file is, and the name that it is kept under: with the ending of what it is."""

    file_type: FileType
    name: str

    @property
    def media_type(self) -> str:
        """The media type with which it is stored."""
        return MEDIA_TYPES[self.file_type]


def accept(name: str, head: bytes, types: FileTypes) -> Accepted:
    """Recognise a file by its first bytes and its ending, and correct a wrong ending (AT-3).

    Raises:
        Refused: the file is empty, has a password, is of a type that is not taken, or is not what its ending says.
    """
    if not head:
        raise Refused([file_fault(FaultCode.FILE_EMPTY, name)])
    said = OF_ENDINGS.get(ending(name))
    found = type_of(name, possible_types(head))
    if found is None and is_protected(name, head):
        if not types.password_protected:
            raise Refused([file_fault(FaultCode.FILE_PROTECTED, name)])
        found = said if said in _WITH_PASSWORD else None
    if found in types.taken:
        return Accepted(file_type=found, name=shown_name(with_ending(name, found)))
    if found is None and said in types.taken:
        raise Refused([file_fault(FaultCode.FILE_CONTENT_DIFFERS, name, type=ending(name))])
    raise Refused([file_fault(FaultCode.FILE_TYPE_FORBIDDEN, name, types=", ".join(types.shown))])


_WITH_PASSWORD = frozenset({FileType.DOCX, FileType.XLSX, FileType.DOC, FileType.XLS})


def followed(accepted: Accepted, name: str, blocks: Iterable[bytes]) -> Iterable[bytes]:
    """Yield the blocks of an accepted file. A bank statement in XML is read as far as its end (AT-3).

    Raises:
        Refused: it is not what its ending says. Raised at a block that tells it, or after the last one.
    """
    if accepted.file_type is not FileType.CAMT:
        return blocks
    return _statement(name, blocks)


def _statement(name: str, blocks: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from bank_statements.followed(blocks)
    except bank_statements.NotAStatement:
        raise Refused([file_fault(FaultCode.FILE_CONTENT_DIFFERS, name, type=ending(name))]) from None


def may_be(name: str, stored: str) -> bool:
    """Tell whether ``accept`` may keep a file of this name under the *stored* one, whatever its type is (AT-3)."""
    return any(stored == shown_name(with_ending(name, each)) for each in FileType)


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


def file_fault(code: FaultCode, name: str, **params: int | str) -> Fault:
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
