"""The files of documents, submissions and uploads."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Column, Select, bindparam, select, union_all

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader
from klantportaal.adapters.storage.sql.reading.parts import by_position, in_quarantine
from klantportaal.adapters.storage.sql.rows import FILE_FIELDS, RECEIPTS, file_columns, stored_file
from klantportaal.adapters.storage.sql.statements import is_party, matching, scope, storable
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.receipts import Receipt
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.domain.values import DocumentId, DossierId, DraftId, FileKey, OfficeId, ReceiptId, SubmissionId
from klantportaal.ports.reading import PAGE, UploadRow

_submissions = schema.submissions
_documents, _published, _uploads = schema.documents, schema.document_parties, schema.uploads
_MINE = ("office_id", "client_id", "dossier_id")
_AT_ONCE = 500
"""The number of keys in one statement. Both databases allow some ten thousand parameters."""

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

_RECEIPT = select(*RECEIPTS.columns).where(matching(schema.receipts, "office_id", "id"))

_UPLOADS = (
    select(_uploads.c.id, _uploads.c.file_name, _uploads.c.file_size, in_quarantine(_uploads))
    .where(
        matching(_uploads, "office_id", "account_id", "draft_id", "dossier_id"),
        _uploads.c.expires_at > bindparam("at"),
    )
    .order_by(_uploads.c.id)
)
_upload_row = by_position(UploadRow)

_held = schema.quarantine
_REJECTED = select(_held.c.file_key).where(_held.c.ended_at.is_not(None))
"""The keys of files that were removed, though rows name them."""
_NAMED = union_all(
    *(
        select(column).where(column.in_(bindparam("keys", expanding=True)), column.not_in(_REJECTED))
        for column in (
            _documents.c.file_key,
            _submissions.c.file_key,
            _uploads.c.file_key,
            schema.answer_files.c.file_key,
            schema.offices.c.logo_key,
            schema.offices.c.dark_logo_key,
            schema.case_handlers.c.picture_key,
        )
    )
)


def _of_any(file: Sequence[Column[Any]]) -> Select[Any]:
    """Select the next files of one table, by their key."""
    key = file[0]
    some = select(*(column.label(name) for column, name in zip(file, FILE_FIELDS, strict=True)))
    page = some.where(key > bindparam("after"), key.not_in(_REJECTED)).order_by(key).limit(bindparam("size"))
    return select(page.subquery())


_logo, _dark_logo = ([schema.offices.c[f"{logo}_{name}"] for name in FILE_FIELDS] for logo in ("logo", "dark_logo"))
_picture = [schema.case_handlers.c[f"picture_{name}"] for name in FILE_FIELDS]
_of_all = union_all(
    *map(
        _of_any,
        [
            *map(file_columns, (_documents, _submissions, _uploads, schema.answer_files)),
            *(_logo, _dark_logo, _picture),
        ],
    )
).subquery()
_NAMED_FILES = select(_of_all).order_by(_of_all.c.key).limit(bindparam("size"))


class FileReading(Reader):
    """Reads the rows of files."""

    def document_file(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> StoredFile:
        """Find the file of a document that is published for the client and available.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return stored_file(
            self._one(_DOCUMENT_FILE, scope(actor, dossier_id=dossier_id, document_id=document_id), "document")
        )

    def receipt(self, office_id: OfficeId, receipt_id: ReceiptId) -> Receipt:
        """Return a receipt.

        Raises:
            Absent: there is none.
        """
        return RECEIPTS.value(self._one(_RECEIPT, {"office_id": office_id, "id": receipt_id}, "receipt"))

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
