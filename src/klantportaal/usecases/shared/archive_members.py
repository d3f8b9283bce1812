"""The files of the archive of a dossier, one after another (NW-4).

Each stored file is read twice: first to verify it, so that a damaged one is told in its place, and then to send it. The
index and the checksums come last, since they tell what was found.
"""

import hashlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from functools import partial
from typing import TypeVar

import attrs

from klantportaal.domain import archives
from klantportaal.domain.archive_names import distinct, with_row
from klantportaal.domain.archives import (
    CHECKSUMS,
    ENDED,
    ArchivedFile,
    ArchivedMessage,
    ArchivedParty,
    ArchivedRequest,
    ArchiveIndex,
    Folder,
    OpenQuestionnaire,
    Place,
    Presence,
)
from klantportaal.domain.documents import DocumentKind, StoredFile
from klantportaal.domain.errors import Absent, FileDamaged, FileWithheld, PortalError
from klantportaal.domain.offices import Office
from klantportaal.domain.progress import Progress
from klantportaal.domain.receipts import Receipt
from klantportaal.domain.requests import DocumentRequest
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.domain.values import DocumentId, Language, MessageId, ReceiptId, RequestId, SubmissionId
from klantportaal.ports.reading import DocumentRow, MessageRow, MessageView, RequestRow, SubmissionRow
from klantportaal.usecases.shared.archive_records import Taken
from klantportaal.usecases.shared.archive_writer import ArchiveWriter
from klantportaal.usecases.shared.downloading import Download, Downloads
from klantportaal.usecases.shared.receipt_sheets import ReceiptSheets
from klantportaal.usecases.shared.zipping import Member

_KINDS = {DocumentKind.CORRESPONDENCE: Folder.CORRESPONDENCE, DocumentKind.DOCUMENT: Folder.DOCUMENTS}
_PRESENCES: Mapping[type[PortalError], Presence] = {
    Absent: Presence.GONE,
    FileDamaged: Presence.DAMAGED,
    FileWithheld: Presence.WITHHELD,
}
Row = TypeVar("Row")
Id = TypeVar("Id", DocumentId, SubmissionId)


@attrs.frozen(kw_only=True)
class PartyContents:
    """What one party may see of a dossier, and how each of it is found when its turn comes.

    The functions raise ``Absent`` for what the party may not see any more.
    """

    name: str
    documents: Sequence[DocumentRow]
    submissions: Sequence[SubmissionRow]
    requests: Sequence[RequestRow]
    questionnaires: Sequence[OpenQuestionnaire]
    """Those that wait for the party, the newest first."""
    messages: Sequence[MessageRow]
    document_file: Callable[[DocumentId], StoredFile]
    submission_file: Callable[[SubmissionId], StoredFile]
    open_submission: Callable[[SubmissionId], None]
    """Note that a submission is read. It was verified before, and is given afterwards."""
    receipt: Callable[[ReceiptId], Receipt]
    request: Callable[[RequestId], DocumentRequest]
    """Give a request, which then counts as seen, and what was declared in it as opened."""
    message: Callable[[MessageId], MessageView]


@attrs.frozen(kw_only=True)
class DossierContents:
    """What is to be in an archive."""

    office: Office
    number: str
    description: str
    progress: Progress | None
    parties: Sequence[PartyContents]
    in_folders: bool
    """Whether each party has a folder."""


@attrs.define(kw_only=True)
class _Listed:
    """What is listed of a party so far."""

    contents: PartyContents
    folder: str
    files: list[ArchivedFile] = attrs.field(factory=list)
    requests: list[ArchivedRequest] = attrs.field(factory=list)
    messages: list[ArchivedMessage] = attrs.field(factory=list)
    paths: dict[SubmissionId, str] = attrs.field(factory=dict)
    """Where each submission is, for the message or request that it was sent with."""


@attrs.define(kw_only=True)
class ArchiveMembers:
    """Makes the files of one archive."""

    contents: DossierContents
    by: Actor | OfficeActor
    language: Language
    made_at: datetime
    downloads: Downloads
    writer: ArchiveWriter
    sheets: ReceiptSheets
    taken: Taken = attrs.field(factory=Taken)
    """What the archive has so far."""
    _parties: list[_Listed] = attrs.field(factory=list)
    _checksums: list[str] = attrs.field(factory=list)

    def all(self) -> Generator[Member, None, None]:
        """Yield every file."""
        names = distinct([party.name for party in self.contents.parties])
        for party, name in zip(self.contents.parties, names, strict=True):
            listed = _Listed(contents=party, folder=f"{name}/" if self.contents.in_folders else "")
            self._parties.append(listed)
            for kind, folder in _KINDS.items():
                yield from self._documents(listed, kind, folder)
            yield from self._submissions(listed)
            yield from self._receipts(listed)
            yield from self._requests(listed)
            yield from self._messages(listed)
        for language in Language:
            page = self.writer.index(self._index(), language)
            yield self._text(self.writer.index_name(language), page, self.made_at)
        yield self._text(CHECKSUMS, "".join(f"{line}\n" for line in self._checksums), self.made_at)

    def _index(self) -> ArchiveIndex:
        return ArchiveIndex(
            office_name=self.contents.office.profile.name,
            dossier_number=self.contents.number,
            dossier_description=self.contents.description,
            made_at=self.made_at,
            progress=self.contents.progress,
            parties=tuple(
                ArchivedParty(
                    name=each.contents.name,
                    files=tuple(each.files),
                    requests=tuple(each.requests),
                    questionnaires=tuple(each.contents.questionnaires),
                    messages=tuple(each.messages),
                )
                for each in self._parties
            ),
        )

    def _places(
        self, listed: _Listed, folder: Folder, rows: Sequence[Row], names: Sequence[str]
    ) -> Iterator[tuple[Row, Place]]:
        path = f"{listed.folder}{self.writer.folder(folder, self.language)}"
        return zip(rows, archives.places(path, names), strict=True)

    # ------------------------------------------------------------------ documents and submissions
    def _documents(self, listed: _Listed, kind: DocumentKind, folder: Folder) -> Iterator[Member]:
        rows = [row for row in listed.contents.documents if row.kind is kind]
        for row, place in self._places(listed, folder, rows, [row.file_name for row in rows]):
            file = ArchivedFile(
                folder=folder,
                title=row.title,
                path=place.path,
                at=row.published_at,
                by=row.published_by,
                size=row.size,
                presence=ENDED.get(row.state, Presence.INCLUDED),
                ended_at=row.ended_at,
                reason=row.reason,
            )
            if file.presence is Presence.INCLUDED:
                find, count = partial(self._document, listed.contents), self.taken.documents
                file = yield from self._file(row.id, file, place, find, count)
            listed.files.append(file)

    def _submissions(self, listed: _Listed) -> Iterator[Member]:
        rows = listed.contents.submissions
        for row, place in self._places(listed, Folder.SUBMISSIONS, rows, [self._name(row) for row in rows]):
            file = ArchivedFile(
                folder=Folder.SUBMISSIONS,
                title=row.name,
                path=place.path,
                at=row.delivered_at,
                by=row.delivered_by,
                size=row.size,
                presence=Presence.INCLUDED,
                request=row.request_subject,
                item=row.item_title,
                question=row.question_label,
                row=row.row_name,
            )
            find, count = partial(self._submission, listed.contents), self.taken.submissions
            listed.files.append((yield from self._file(row.id, file, place, find, count)))
            listed.paths[row.id] = place.path

    def _name(self, row: SubmissionRow) -> str:
        return row.name if row.row_name is None else with_row(row.name, row.row_name[self.language])

    def _document(self, contents: PartyContents, id: DocumentId) -> Download:
        return self.downloads.verified(contents.document_file(id), self.by)

    def _submission(self, contents: PartyContents, id: SubmissionId) -> Download:
        download = self.downloads.verified(contents.submission_file(id), self.by)
        contents.open_submission(id)
        return download

    def _file(
        self, id: Id, file: ArchivedFile, place: Place, find: Callable[[Id], Download], count: set[Id]
    ) -> Generator[Member, None, ArchivedFile]:
        """Yield a file, or a text that says why it is not there. Return it as it is then listed."""
        try:
            download = find(id)
        except (Absent, FileDamaged, FileWithheld) as error:
            presence = _PRESENCES[type(error)]
            yield self._absence(file.title, file.at, place, presence)
            return attrs.evolve(file, presence=presence)
        with closing(download):
            yield Member(path=file.path, at=file.at, size=download.file.size, blocks=download.blocks)
        self._checksums.append(archives.checksum(download.file.sha256, file.path))
        count.add(id)
        return file

    def _absence(self, title: str, at: datetime, place: Place, presence: Presence) -> Member:
        said = self.writer.absence(title, presence, self.language)
        self._checksums.append(archives.remark(said, place.path))
        return self._text(place.note_path, f"{said}\n", at)

    # ------------------------------------------------------------------ receipts and requests
    def _receipts(self, listed: _Listed) -> Iterator[Member]:
        """Yield each receipt as a text, once for all files of its delivery. A PDF of each takes too long for many."""
        firsts: dict[ReceiptId, SubmissionRow] = {}
        for row in listed.contents.submissions:
            if row.receipt_id is not None:
                firsts.setdefault(row.receipt_id, row)
        title = self.writer.receipt_title(self.language)
        names = [archives.dated_name(f"{title}.txt", row.delivered_at) for row in firsts.values()]
        for (id, row), place in self._places(listed, Folder.RECEIPTS, [*firsts.items()], names):
            file = ArchivedFile(
                folder=Folder.RECEIPTS,
                title=title,
                path=place.path,
                at=row.delivered_at,
                by=row.delivered_by,
                size=0,
                presence=Presence.GONE,
            )
            try:
                receipt = listed.contents.receipt(id)
            except Absent:
                yield self._absence(title, row.delivered_at, place, Presence.GONE)
            else:
                url = self.sheets.url(self.contents.office, receipt)
                text = self._text(place.path, self.writer.receipt(receipt, url, self.language), row.delivered_at)
                file = attrs.evolve(file, size=text.size, presence=Presence.INCLUDED)
                yield text
            listed.files.append(file)

    def _requests(self, listed: _Listed) -> Iterator[Member]:
        rows = listed.contents.requests
        names = [archives.dated_name(f"{row.subject[self.language]}.txt", row.made_at) for row in rows]
        within = {id: path.removeprefix(listed.folder) for id, path in listed.paths.items()}
        for row, place in self._places(listed, Folder.REQUESTS, rows, names):
            archived = ArchivedRequest(
                path=place.path,
                presence=Presence.INCLUDED,
                subject=row.subject,
                author=row.made_by,
                made_at=row.made_at,
                state=row.state,
            )
            try:
                request = listed.contents.request(row.id)
            except Absent:
                archived = attrs.evolve(archived, presence=Presence.GONE)
                yield self._absence(row.subject[self.language], row.made_at, place, Presence.GONE)
            else:
                archived = attrs.evolve(archived, state=request.state)
                yield self._text(place.path, self.writer.request(request, within, self.language), row.made_at)
                self.taken.requests.add(row.id)
            listed.requests.append(archived)

    # ------------------------------------------------------------------ messages and texts
    def _messages(self, listed: _Listed) -> Iterator[Member]:
        rows = listed.contents.messages
        names = [archives.dated_name(f"{row.subject}.txt", row.sent_at) for row in rows]
        for row, place in self._places(listed, Folder.MESSAGES, rows, names):
            if row.taken_back_at is not None:
                listed.messages.append(self._message(row, (), place, Presence.TAKEN_BACK))
                continue
            try:
                view = self._view(listed.contents, row.id)
            except Absent:
                listed.messages.append(self._message(row, (), place, Presence.GONE))
                yield self._absence(row.subject, row.sent_at, place, Presence.GONE)
                continue
            attached = tuple(listed.paths[each.id] for each in view.attachments if each.id in listed.paths)
            message = self._message(row, attached, place, Presence.INCLUDED)
            listed.messages.append(message)
            within = tuple(path.removeprefix(listed.folder) for path in attached)  # As in the party's own archive.
            text = self.writer.message(attrs.evolve(message, attachments=within), view.body, self.language)
            yield self._text(place.path, text, row.sent_at)
            self.taken.messages.add(row.id)

    def _view(self, contents: PartyContents, id: MessageId) -> MessageView:
        view = contents.message(id)
        if view.taken_back_at is not None:
            raise Absent("message")
        return view

    def _message(
        self, row: MessageRow, attachments: tuple[str, ...], place: Place, presence: Presence
    ) -> ArchivedMessage:
        return ArchivedMessage(
            path=place.path,
            presence=presence,
            direction=row.direction,
            subject=row.subject,
            author=row.author,
            sent_at=row.sent_at,
            attachments=attachments,
        )

    def _text(self, path: str, text: str, at: datetime) -> Member:
        contents = text.encode()
        if path != CHECKSUMS:
            self._checksums.append(archives.checksum(hashlib.sha256(contents).digest(), path))
        return Member(path=path, at=at, size=len(contents), blocks=iter([contents]), is_text=True)
