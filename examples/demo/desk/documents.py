"""Actions that publish, replace, withdraw and download documents."""

from uuid import UUID

from flask import Blueprint, Response, request

from examples.demo.desk.dossiers import chosen, dossier
from examples.demo.desk.language import current
from examples.demo.desk.serving import Page, attempt, choice, desk, done, give, uploaded
from klantportaal import DocumentId, DocumentKind, DossierId, Publication, SubmissionId
from klantportaal.adapters.web.http.headers import attachment

documents = Blueprint("documents", __name__)


@documents.post("/dossiers/<uuid:dossier_id>/documents")
def publish(dossier_id: UUID) -> Page:
    """Publish a file as a document or letter, for the chosen parties."""
    here, form = desk(), request.form
    name, blocks = uploaded()
    publication = Publication(
        kind=choice(DocumentKind, "kind"), title=form.get("title", ""), for_clients=chosen("for_clients")
    )
    tried = attempt(
        "publish",
        lambda: here.office.documents.publish(here.actor, DossierId(dossier_id), publication, name=name, blocks=blocks),
    )
    return dossier(dossier_id, tried) if tried else done("published", "dossiers.dossier", dossier_id=dossier_id)


@documents.post("/dossiers/<uuid:dossier_id>/documents/<uuid:document_id>/replace")
def replace(dossier_id: UUID, document_id: UUID) -> Page:
    """Replace a document by a new version."""
    here = desk()
    name, blocks = uploaded()
    tried = attempt(
        f"replace-{document_id}",
        lambda: here.office.documents.replace(here.actor, DocumentId(document_id), name=name, blocks=blocks),
    )
    return dossier(dossier_id, tried) if tried else done("replaced", "dossiers.dossier", dossier_id=dossier_id)


@documents.post("/dossiers/<uuid:dossier_id>/documents/<uuid:document_id>/withdraw")
def withdraw(dossier_id: UUID, document_id: UUID) -> Page:
    """Withdraw a document, with a reason."""
    here, reason = desk(), request.form.get("reason", "")
    tried = attempt(
        f"withdraw-{document_id}",
        lambda: here.office.documents.withdraw(here.actor, DocumentId(document_id), reason),
    )
    return dossier(dossier_id, tried) if tried else done("withdrawn", "dossiers.dossier", dossier_id=dossier_id)


@documents.get("/documents/<uuid:document_id>/file")
def download(document_id: UUID) -> Page:
    """Download a document in any state."""
    here = desk()
    return give(here.office.documents.download(here.actor, DocumentId(document_id)))


@documents.get("/dossiers/<uuid:dossier_id>/dossier.zip")
def archive(dossier_id: UUID) -> Page:
    """Download what the parties of a dossier may see as one ZIP file, in the language of the desk."""
    here = desk()
    made = here.office.dossiers.archive(here.actor, DossierId(dossier_id), language=current())
    made.begin()
    response = Response(made.blocks, mimetype="application/zip")
    response.headers["Content-Disposition"] = attachment(made.name)
    response.call_on_close(made.close)
    return response


@documents.get("/submissions/<uuid:submission_id>/file")
def fetch(submission_id: UUID) -> Page:
    """Download a file that a client delivered."""
    here = desk()
    return give(here.office.messages.fetch(here.actor, SubmissionId(submission_id)))
