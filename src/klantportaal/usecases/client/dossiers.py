"""Listing and opening dossiers, and downloading their files (DO-1 to DO-4, DC-2)."""

from collections.abc import Mapping, Sequence
from functools import partial

import attrs

from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.documents import DocumentKind
from klantportaal.domain.dossiers import Tab
from klantportaal.domain.events import DocumentDownloaded, SubmissionDownloaded
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
    SubmissionRow,
    TabCount,
)
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.download_records import Mark
from klantportaal.usecases.shared.downloading import Download, Downloads


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
        self, actor: Actor, dossier_id: DossierId, *, after: SubmissionId | None = None, size: PageSize = PAGE
    ) -> Sequence[SubmissionRow]:
        """List one page of the files that the client submitted."""
        return self._storage.read.submissions(actor, dossier_id, after=after, size=size)

    def messages(
        self, actor: Actor, dossier_id: DossierId, *, after: MessageId | None = None, size: PageSize = PAGE
    ) -> Sequence[MessageRow]:
        """List one page of the messages between the client and the office."""
        return self._storage.read.messages(actor, dossier_id, after=after, size=size)

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
        """
        file = self._storage.read.submission_file(actor, dossier_id, submission_id)
        return self._downloads.open(
            file,
            by=actor,
            ended=partial(SubmissionDownloaded, submission_id=submission_id),
            submission_id=submission_id,
        )
