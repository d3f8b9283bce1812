"""The page on which a file is looked at (NW-3). Opening it marks nothing: the file itself does, when it was sent."""

from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DocumentId, DossierId, SubmissionId
from klantportaal.usecases.shared.looking import Look


def document(frame: Frame, actor: Actor, dossier_id: DossierId, document_id: DocumentId) -> str:
    """Show a document that the office published."""
    made = frame.site.portal.client.dossiers.look(actor, dossier_id, document_id)
    return _page(
        frame,
        actor,
        dossier_id,
        made,
        contents=frame.url("document_contents", dossier_id=dossier_id, document_id=document_id),
        download=frame.url("download_document", dossier_id=dossier_id, document_id=document_id),
    )


def submission(frame: Frame, actor: Actor, dossier_id: DossierId, submission_id: SubmissionId) -> str:
    """Show a file that the client submitted."""
    made = frame.site.portal.client.dossiers.look_at_submission(actor, dossier_id, submission_id)
    return _page(
        frame,
        actor,
        dossier_id,
        made,
        contents=frame.url("submission_contents", dossier_id=dossier_id, submission_id=submission_id),
        download=frame.url("download_submission", dossier_id=dossier_id, submission_id=submission_id),
    )


def _page(frame: Frame, actor: Actor, dossier_id: DossierId, made: Look, *, contents: str, download: str) -> str:
    return frame.html(
        "look.html",
        dossier=frame.site.portal.client.dossiers.open(actor, dossier_id).dossier,
        file=made.file,
        shown_as=None if made.showing is None else made.showing.shown_as.value,
        contents=contents,
        download=download,
    )
