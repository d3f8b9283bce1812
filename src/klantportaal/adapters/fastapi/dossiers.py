"""The endpoints of Home, actions, dossiers and what is downloaded from them."""

from typing import Annotated

from fastapi import Query, Response

from klantportaal.adapters.fastapi.responses import file, page
from klantportaal.adapters.fastapi.visits import Client, Here, Visit
from klantportaal.adapters.web.forms import plain
from klantportaal.adapters.web.http import ids
from klantportaal.adapters.web.pages import dossiers as pages
from klantportaal.domain.documents import DocumentKind
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DocumentId, DossierId, MessageId, SubmissionId


def home(here: Here, actor: Client) -> Response:
    """Show the tiles (HO-1)."""
    return page(pages.home(here.frame(), actor))


def actions(here: Here, actor: Client) -> Response:
    """Show the questionnaires that wait (HO-2)."""
    return page(pages.actions(here.frame(), actor))


def dossiers(
    here: Here, actor: Client, zoek: str = "", status: Annotated[tuple[str, ...], Query()] = (), na: str = ""
) -> Response:
    """Show the list (DO-2, DO-3)."""
    frame = here.frame()
    return page(pages.dossiers(frame, actor, plain.dossier_query(zoek, status, na, frame.office)))


def correspondence(here: Here, actor: Client, dossier_id: str, na: str | None = None) -> Response:
    """Show the first tab."""
    return _published(here, actor, dossier_id, DocumentKind.CORRESPONDENCE, na)


def documents(here: Here, actor: Client, dossier_id: str, na: str | None = None) -> Response:
    """Show the second tab."""
    return _published(here, actor, dossier_id, DocumentKind.DOCUMENT, na)


def _published(here: Visit, actor: Actor, dossier_id: str, kind: DocumentKind, na: str | None) -> Response:
    dossier, key = DossierId(ids.identity(dossier_id)), ids.after(na)
    return page(pages.documents(here.frame(), actor, dossier, kind, after=DocumentId(key) if key else None))


def submissions(here: Here, actor: Client, dossier_id: str, na: str | None = None) -> Response:
    """Show the third tab."""
    dossier, key = DossierId(ids.identity(dossier_id)), ids.after(na)
    return page(pages.submissions(here.frame(), actor, dossier, after=SubmissionId(key) if key else None))


def messages(here: Here, actor: Client, dossier_id: str, na: str | None = None) -> Response:
    """Show the fourth tab."""
    dossier, key = DossierId(ids.identity(dossier_id)), ids.after(na)
    return page(pages.messages(here.frame(), actor, dossier, after=MessageId(key) if key else None))


def download_document(here: Here, actor: Client, dossier_id: str, document_id: str) -> Response:
    """Hand over a document (DC-2)."""
    _refuse_prefetch(here)
    dossier, document = DossierId(ids.identity(dossier_id)), DocumentId(ids.identity(document_id))
    return file(here, here.site.portal.client.dossiers.download(actor, dossier, document))


def download_submission(here: Here, actor: Client, dossier_id: str, submission_id: str) -> Response:
    """Hand over what the client delivered itself."""
    _refuse_prefetch(here)
    dossier, submission = DossierId(ids.identity(dossier_id)), SubmissionId(ids.identity(submission_id))
    return file(here, here.site.portal.client.dossiers.download_submission(actor, dossier, submission))


def _refuse_prefetch(here: Visit) -> None:
    """Give no file to a browser that fetches ahead: a file that was sent whole counts as downloaded (DC-2)."""
    if here.request.method != "HEAD" and here.is_looked_at:
        raise Unavailable
