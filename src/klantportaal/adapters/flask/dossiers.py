"""The views of Home, actions, dossiers and downloads."""

import flask
from werkzeug.wrappers import Response

from klantportaal.adapters.flask.responses import archive, file, look, page
from klantportaal.adapters.flask.visits import is_looked_at, visit
from klantportaal.adapters.web.forms import plain
from klantportaal.adapters.web.forms.plain import submission_key
from klantportaal.adapters.web.http import headers, ids
from klantportaal.adapters.web.pages import actions as actions_page
from klantportaal.adapters.web.pages import dossiers as pages
from klantportaal.adapters.web.pages import home as home_page
from klantportaal.adapters.web.pages import looking
from klantportaal.domain.documents import DocumentKind
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AssignmentId, DocumentId, DossierId, MessageId, SubmissionId


def home(actor: Actor) -> Response:
    """Show the tiles (HO-1)."""
    return page(home_page.home(visit().frame(), actor))


def actions(actor: Actor) -> Response:
    """Show what the client is asked to do (HO-2)."""
    return page(actions_page.actions(visit().frame(), actor, plain.action_place(flask.request.args)))


def dossiers(actor: Actor) -> Response:
    """Show the list of dossiers (DO-2, DO-3)."""
    frame, asked = visit().frame(), flask.request.args
    query = plain.dossier_query(asked.get("zoek", ""), asked.getlist("status"), asked.get("na", ""), frame.office)
    return page(pages.dossiers(frame, actor, query))


def correspondence(actor: Actor, dossier_id: str) -> Response:
    """Show the first tab of a dossier: correspondence."""
    return _published(actor, dossier_id, DocumentKind.CORRESPONDENCE)


def documents(actor: Actor, dossier_id: str) -> Response:
    """Show the second tab of a dossier: documents."""
    return _published(actor, dossier_id, DocumentKind.DOCUMENT)


def _published(actor: Actor, dossier_id: str, kind: DocumentKind) -> Response:
    dossier = DossierId(ids.identity(dossier_id))
    key = ids.after(flask.request.args.get("na"))
    return page(pages.documents(visit().frame(), actor, dossier, kind, after=DocumentId(key) if key else None))


def submissions(actor: Actor, dossier_id: str) -> Response:
    """Show the third tab of a dossier: the client's submissions."""
    dossier = DossierId(ids.identity(dossier_id))
    key = submission_key(flask.request.args.get("na", ""))
    return page(pages.submissions(visit().frame(), actor, dossier, after=key))


def messages(actor: Actor, dossier_id: str) -> Response:
    """Show the fourth tab of a dossier: messages."""
    dossier = DossierId(ids.identity(dossier_id))
    key = ids.after(flask.request.args.get("na"))
    return page(pages.messages(visit().frame(), actor, dossier, after=MessageId(key) if key else None))


def progress(actor: Actor, dossier_id: str) -> Response:
    """Show the steps of a dossier that follows steps (PG-1)."""
    return page(pages.progress(visit().frame(), actor, DossierId(ids.identity(dossier_id))))


def download_document(actor: Actor, dossier_id: str, document_id: str) -> Response:
    """Send a document (DC-2)."""
    _refuse_prefetch()
    dossier, document = DossierId(ids.identity(dossier_id)), DocumentId(ids.identity(document_id))
    return file(visit().site.portal.client.dossiers.download(actor, dossier, document))


def download_submission(actor: Actor, dossier_id: str, submission_id: str) -> Response:
    """Send a file that the client submitted."""
    _refuse_prefetch()
    dossier, submission = DossierId(ids.identity(dossier_id)), SubmissionId(ids.identity(submission_id))
    return file(visit().site.portal.client.dossiers.download_submission(actor, dossier, submission))


def questionnaire_pdf(actor: Actor, assignment_id: str, language: str) -> Response:
    """Send the PDF of a completed questionnaire in a language (QU-4)."""
    _refuse_prefetch()
    assignment, asked = AssignmentId(ids.identity(assignment_id)), ids.language(language)
    return file(visit().site.portal.client.questionnaires.pdf(actor, assignment, language=asked))


def look_at_document(actor: Actor, dossier_id: str, document_id: str) -> Response:
    """Show the page on which a document can be looked at (NW-3)."""
    dossier, document = DossierId(ids.identity(dossier_id)), DocumentId(ids.identity(document_id))
    return page(looking.document(visit().frame(), actor, dossier, document))


def look_at_submission(actor: Actor, dossier_id: str, submission_id: str) -> Response:
    """Show the page on which a file that the client submitted can be looked at (NW-3)."""
    dossier, submission = DossierId(ids.identity(dossier_id)), SubmissionId(ids.identity(submission_id))
    return page(looking.submission(visit().frame(), actor, dossier, submission))


def document_contents(actor: Actor, dossier_id: str, document_id: str) -> Response:
    """Send a document to the page that shows it (NW-3)."""
    _refuse_prefetch()
    dossier, document = DossierId(ids.identity(dossier_id)), DocumentId(ids.identity(document_id))
    return look(visit().site.portal.client.dossiers.look(actor, dossier, document))


def submission_contents(actor: Actor, dossier_id: str, submission_id: str) -> Response:
    """Send a file that the client submitted to the page that shows it (NW-3)."""
    _refuse_prefetch()
    dossier, submission = DossierId(ids.identity(dossier_id)), SubmissionId(ids.identity(submission_id))
    return look(visit().site.portal.client.dossiers.look_at_submission(actor, dossier, submission))


def download_dossier(actor: Actor, dossier_id: str) -> Response:
    """Send everything that the client may see of a dossier, as one ZIP file (NW-4)."""
    _refuse_prefetch()
    dossier = DossierId(ids.identity(dossier_id))
    return archive(visit().site.portal.client.dossiers.archive(actor, dossier))


def handler_picture(actor: Actor, dossier_id: str) -> Response:
    """Send the picture of the case handler of a dossier (OF-3)."""
    download = visit().site.portal.client.dossiers.handler_picture(actor, DossierId(ids.identity(dossier_id)))
    response = Response(download.blocks, content_type=download.file.media_type, headers=dict(headers.own_picture()))
    response.content_length = download.file.size
    response.call_on_close(download.close)
    return response


def _refuse_prefetch() -> None:
    """Refuse prefetch requests, because a file that was sent completely counts as downloaded (DC-2).

    Raises:
        Unavailable: the request is a prefetch.
    """
    if flask.request.method != "HEAD" and is_looked_at():
        raise Unavailable
