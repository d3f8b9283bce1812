"""One message, and the files of documents, submissions and uploads."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Column, Select, bindparam, select, union_all

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader
from klantportaal.adapters.storage.sql.reading.parts import SUBMISSION_ROWS, by_position, submission_row
from klantportaal.adapters.storage.sql.rows import FILE_FIELDS, file_columns, stored_file
from klantportaal.adapters.storage.sql.statements import is_party, matching, scope, storable
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.domain.values import DocumentId, DossierId, DraftId, FileKey, MessageId, SubmissionId
from klantportaal.ports.reading import PAGE, MessageView, UploadRow

_messages, _reads, _submissions = schema.messages, schema.message_reads, schema.submissions
_documents, _published, _uploads = schema.documents, schema.document_parties, schema.uploads
_MINE = ("office_id", "client_id", "dossier_id")
_AT_ONCE = 500
"""The number of keys in one statement. Both databases allow some ten thousand parameters."""

_read_at = (
    select(_reads.c.at)
    .where(matching(_reads, "office_id", "dossier_id", "account_id"), _reads.c.message_id == _messages.c.id)
    .scalar_subquery()
)
_MESSAGE = select(
    _messages.c.id,
    _messages.c.direction,
    _messages.c.thread_id,
    _messages.c.subject,
    _messages.c.body,
    _messages.c.author,
    _messages.c.sent_at,
    _read_at,
    _messages.c.answers,
).where(matching(_messages, *_MINE), _messages.c.id == bindparam("message_id"), is_party())
_ATTACHMENTS = SUBMISSION_ROWS.where(matching(_submissions, "office_id", "message_id")).order_by(_submissions.c.id)

_OFFICE_DOCUMENT_FILE = select(*file_columns(_documents)).where(matching(_documents, "office_id", "id"))
_DOCUMENT_FILE = (
    select(*file_columns(_documents))
    .join_from(
        _documents,
        _published,
        (_published.c.office_id == _documents.c.office_id) & (_published.c.document_id == _documents.c.id),
    )
    .where(matching(_published, *_MINE), _published.c.available, _documents.c.id == bindparam("document_id"))
)
_OFFICE_SUBMISSION_FILE = select(*file_columns(_submissions)).where(matching(_submissions, "office_id", "id"))
_SUBMISSION_FILE = _OFFICE_SUBMISSION_FILE.where(matching(_submissions, "client_id", "dossier_id"), is_party())

_UPLOADS = (
    select(_uploads.c.id, _uploads.c.file_name, _uploads.c.file_size)
    .where(
        matching(_uploads, "office_id", "account_id", "draft_id", "dossier_id"),
        _uploads.c.expires_at > bindparam("at"),
    )
    .order_by(_uploads.c.id)
)
_upload_row = by_position(UploadRow)

_NAMED = union_all(
    *(
        select(column).where(column.in_(bindparam("keys", expanding=True)))
        for column in (
            _documents.c.file_key,
            _submissions.c.file_key,
            _uploads.c.file_key,
            schema.answer_files.c.file_key,
            schema.offices.c.logo_key,
        )
    )
)


def _of_any(file: Sequence[Column[Any]]) -> Select[Any]:
    """Select the next files of one table, by their key."""
    key = file[0]
    some = select(*(column.label(name) for column, name in zip(file, FILE_FIELDS, strict=True)))
    return select(some.where(key > bindparam("after")).order_by(key).limit(bindparam("size")).subquery())


_logo = [schema.offices.c[f"logo_{name}"] for name in FILE_FIELDS]
_of_all = union_all(
    *map(_of_any, [*map(file_columns, (_documents, _submissions, _uploads, schema.answer_files)), _logo])
).subquery()
_NAMED_FILES = select(_of_all).order_by(_of_all.c.key).limit(bindparam("size"))


class FileReading(Reader):
    """Reads one message, and the rows of files."""

    def message(self, actor: Actor, dossier_id: DossierId, message_id: MessageId) -> MessageView:
        """Return a message of the client, with its attachments.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        seen = scope(actor, dossier_id=dossier_id, message_id=message_id)
        id, direction, thread_id, subject, body, author, sent_at, read_at, answers = self._one(
            _MESSAGE, seen, "message"
        )
        attached = self._all(_ATTACHMENTS, {"office_id": actor.office_id, "message_id": message_id})
        return MessageView(
            id=id,
            direction=direction,
            thread_id=thread_id,
            subject=subject,
            body=body,
            author=author,
            sent_at=sent_at,
            read_at=read_at,
            answers=answers,
            attachments=tuple(submission_row(row) for row in attached),
        )

    def document_file(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> StoredFile:
        """Find the file of a document that is published for the client and available.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return stored_file(
            self._one(_DOCUMENT_FILE, scope(actor, dossier_id=dossier_id, document_id=document_id), "document")
        )

    def submission_file(self, actor: Actor, dossier_id: DossierId, submission_id: SubmissionId) -> StoredFile:
        """Return the file of a submission.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return stored_file(
            self._one(_SUBMISSION_FILE, scope(actor, dossier_id=dossier_id, id=submission_id), "delivered file")
        )

    def uploads(self, actor: Actor, dossier_id: DossierId, draft_id: DraftId, *, at: datetime) -> Sequence[UploadRow]:
        """Return what this account staged for a draft and has not expired, oldest first (AT-2)."""
        rows = self._all(_UPLOADS, scope(actor, dossier_id=dossier_id, draft_id=draft_id, at=at))
        return [_upload_row(row) for row in rows]

    def office_document_file(self, actor: OfficeActor, document_id: DocumentId) -> StoredFile:
        """Find the file of any document, in whatever state.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return stored_file(
            self._one(_OFFICE_DOCUMENT_FILE, {"office_id": actor.office_id, "id": document_id}, "document")
        )

    def office_submission_file(self, actor: OfficeActor, submission_id: SubmissionId) -> StoredFile:
        """Return the file of a submission.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return stored_file(
            self._one(_OFFICE_SUBMISSION_FILE, {"office_id": actor.office_id, "id": submission_id}, "delivered file")
        )

    def unnamed(self, keys: Collection[FileKey]) -> frozenset[FileKey]:
        """Return those of *keys* that no row of any office names (AL-3)."""
        named: set[FileKey] = set()
        # No row can name a key that no database stores.
        waiting = iter([key for key in keys if storable(key)])
        while some := list(islice(waiting, _AT_ONCE)):
            named.update(row[0] for row in self._all(_NAMED, {"keys": some}))
        return frozenset(keys) - named

    def named_files(self, *, after: FileKey | None = None, size: int = PAGE) -> Sequence[StoredFile]:
        """List the files that rows of any office refer to, by key."""
        return [stored_file(row) for row in self._all(_NAMED_FILES, {"after": after or "", "size": size})]
