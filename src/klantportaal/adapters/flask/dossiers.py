"""The views of Home, actions, dossiers and downloads."""

import flask
from werkzeug.wrappers import Response

from klantportaal.adapters.flask.responses import file, page
from klantportaal.adapters.flask.visits import is_looked_at, visit
from klantportaal.adapters.web.forms import plain
from klantportaal.adapters.web.http import ids
from klantportaal.adapters.web.pages import dossiers as pages
from klantportaal.domain.documents import DocumentKind
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DocumentId, DossierId, MessageId, SubmissionId


def home(actor: Actor) -> Response:
    """Show the tiles (HO-1)."""
    return page(pages.home(visit().frame(), actor))


def actions(actor: Actor) -> Response:
    """Show the questionnaires that the client must fill in (HO-2)."""
    return page(pages.actions(visit().frame(), actor))


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
    key = ids.after(flask.request.args.get("na"))
    return page(pages.submissions(visit().frame(), actor, dossier, after=SubmissionId(key) if key else None))


def messages(actor: Actor, dossier_id: str) -> Response:
    """Show the fourth tab of a dossier: messages."""
    dossier = DossierId(ids.identity(dossier_id))
    key = ids.after(flask.request.args.get("na"))
    return page(pages.messages(visit().frame(), actor, dossier, after=MessageId(key) if key else None))


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


def _refuse_prefetch() -> None:
    """Refuse prefetch requests, because a file that was sent completely counts as downloaded (DC-2).

    Raises:
        Unavailable: the request is a prefetch.
    """
    if flask.request.method != "HEAD" and is_looked_at():
        raise Unavailable
