"""Listing and opening dossiers, and downloading their files (DO-1 to DO-4, DC-2, NW-3, NW-4)."""

from collections.abc import Mapping, Sequence
from functools import partial

import attrs

from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.documents import DocumentKind
from klantportaal.domain.dossiers import Tab
from klantportaal.domain.events import DocumentDownloaded, DocumentLookedAt, SubmissionDownloaded, SubmissionLookedAt
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DocumentId, DossierId, MessageId, SubmissionId
from klantportaal.ports.reading import (
    PAGE,
    DocumentRow,
    DossierList,
    DossierQuery,
    DossierRow,
    MessageRow,
    PageSize,
    SubmissionKey,
    SubmissionRow,
    TabCount,
)
from klantportaal.ports.storage import Storage
from klantportaal.usecases.client.messages import Messages
from klantportaal.usecases.client.own_contents import own_contents
from klantportaal.usecases.client.receipts import Receipts
from klantportaal.usecases.client.requests import Requests
from klantportaal.usecases.shared.archive_members import DossierContents
from klantportaal.usecases.shared.archiving import Archive, Archives
from klantportaal.usecases.shared.download_records import LookMark, Mark
from klantportaal.usecases.shared.downloading import Download, Downloads, open_found
from klantportaal.usecases.shared.looking import Look, Looks


@attrs.frozen(kw_only=True)
class DossierView:
    """A dossier and the counts of its tabs."""

    dossier: DossierRow
    tabs: Mapping[Tab, TabCount]


@checked_calls
@attrs.frozen(kw_only=True)
class Dossiers:
    """The dossiers of a client. Other dossiers raise ``Absent`` (DO-1)."""

    _storage: Storage
    _downloads: Downloads
    _looks: Looks
    _archives: Archives
    _messages: Messages
    _requests: Requests
    _receipts: Receipts

    def list(self, actor: Actor, query: DossierQuery) -> DossierList:
        """List the client's dossiers (DO-2, DO-3)."""
        return self._storage.read.dossiers(actor, query)

    def open(self, actor: Actor, dossier_id: DossierId) -> DossierView:
        """Give a dossier with the counts of its tabs. This marks nothing as read or downloaded (DC-2).

        Raises:
            Absent: the client is not a party to the dossier.
        """
        read = self._storage.read
        return DossierView(dossier=read.dossier(actor, dossier_id), tabs=read.tabs(actor, dossier_id))

    def documents(
        self,
        actor: Actor,
        dossier_id: DossierId,
        kind: DocumentKind,
        *,
        after: DocumentId | None = None,
        size: PageSize = PAGE,
    ) -> Sequence[DocumentRow]:
        """List one page of the documents of a kind that the office published for the client."""
        return self._storage.read.documents(actor, dossier_id, kind, after=after, size=size)

    def submissions(
        self, actor: Actor, dossier_id: DossierId, *, after: SubmissionKey | None = None, size: PageSize = PAGE
    ) -> Sequence[SubmissionRow]:
        """List one page of the files that the client submitted."""
        return self._storage.read.submissions(actor, dossier_id, after=after, size=size)

    def messages(
        self, actor: Actor, dossier_id: DossierId, *, after: MessageId | None = None, size: PageSize = PAGE
    ) -> Sequence[MessageRow]:
        """List one page of the messages between the client and the office."""
        return self._storage.read.messages(actor, dossier_id, after=after, size=size)

    def handler_picture(self, actor: Actor, dossier_id: DossierId) -> Download:
        """Give the picture of the case handler of a dossier. This is not recorded.

        Raises:
            Absent: the client is not a party to the dossier, or there is no picture.
            FileDamaged: the stored picture is damaged.
        """
        return self._downloads.unrecorded(self._storage.read.case_handler_picture(actor, dossier_id))

    def download(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> Download:
        """Download a document. It is marked as downloaded by this account before the last block is given (DC-2).

        Raises:
            Absent: the document is not published for the client, or is no longer available.
            FileDamaged: the stored file is known to differ from the file that the office published (DC-4).
        """
        file = self._storage.read.document_file(actor, dossier_id, document_id)
        return self._downloads.open(
            file,
            by=actor,
            ended=partial(
                DocumentDownloaded, dossier_id=dossier_id, document_id=document_id, account_id=actor.account_id
            ),
            document_id=document_id,
            mark=Mark(actor=actor, dossier_id=dossier_id, document_id=document_id),
        )

    def download_submission(self, actor: Actor, dossier_id: DossierId, submission_id: SubmissionId) -> Download:
        """Download a file that the client itself submitted.

        Raises:
            Absent: the client submitted no such file in this dossier.
            FileDamaged: the stored file is known to differ from the file that was submitted (DC-4).
            FileWithheld: the file was not scanned yet, or was rejected by the scanner (AT-3).
        """
        ended = partial(SubmissionDownloaded, submission_id=submission_id)
        return open_found(
            partial(self._storage.read.submission_file, actor, dossier_id, submission_id),
            partial(self._downloads.open, by=actor, ended=ended, submission_id=submission_id),
        )

    def look(self, actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> Look:
        """Give a document to look at in a browser, if that can show it (NW-3).

        When it is given whole, it is marked as looked at by this account: it counts as read, and not as downloaded.

        Raises:
            Absent: the document is not published for the client, or is no longer available.
            FileDamaged: the stored file is known to differ from the file that the office published (DC-4).
        """
        file = self._storage.read.document_file(actor, dossier_id, document_id)
        return self._looks.open(
            file,
            by=actor,
            ended=partial(
                DocumentLookedAt, dossier_id=dossier_id, document_id=document_id, account_id=actor.account_id
            ),
            document_id=document_id,
            mark=LookMark(actor=actor, dossier_id=dossier_id, document_id=document_id),
        )

    def look_at_submission(self, actor: Actor, dossier_id: DossierId, submission_id: SubmissionId) -> Look:
        """Give a file that the client itself submitted to look at in a browser, if that can show it (NW-3).

        Raises:
            Absent: the client submitted no such file in this dossier.
            FileDamaged: the stored file is known to differ from the file that was submitted (DC-4).
            FileWithheld: the file was not scanned yet, or was rejected by the scanner (AT-3).
        """
        file = self._storage.read.submission_file(actor, dossier_id, submission_id)
        return self._looks.open(
            file,
            by=actor,
            ended=partial(SubmissionLookedAt, submission_id=submission_id),
            submission_id=submission_id,
        )

    def archive(self, actor: Actor, dossier_id: DossierId) -> Archive:
        """Give everything that the client may see of a dossier as one ZIP file, in the language of the person (NW-4).

        What is in an archive that was given whole is marked as downloaded by this account (DC-2). Drafts are not in
        it. Questionnaires that wait are named in its index. A message is marked as read before it is written (ME-6),
        and a request as seen.

        Raises:
            Absent: the client is not a party to the dossier.
        """
        read = self._storage.read
        dossier = read.dossier(actor, dossier_id)
        contents = DossierContents(
            office=read.office(actor.office_id),
            number=dossier.number,
            description=dossier.description,
            progress=dossier.progress,
            parties=[
                own_contents(
                    read,
                    actor,
                    dossier_id,
                    messages=self._messages,
                    requests=self._requests,
                    receipts=self._receipts,
                )
            ],
            in_folders=False,
        )
        return self._archives.open(contents, by=actor, dossier_id=dossier_id, language=actor.language)
