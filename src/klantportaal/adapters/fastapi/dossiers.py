"""The endpoints of Home, actions, dossiers and downloads."""

from typing import Annotated

from fastapi import Query, Response

from klantportaal.adapters.fastapi.downloads import in_turn
from klantportaal.adapters.fastapi.responses import archive, file, look, page
from klantportaal.adapters.fastapi.visits import Client, Here, Visit
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


def home(here: Here, actor: Client) -> Response:
    """Show the tiles (HO-1)."""
    return page(home_page.home(here.frame(), actor))


def actions(here: Here, actor: Client, stukken: str = "", vragenlijsten: str = "", aangeleverd: str = "") -> Response:
    """Show what the client is asked to do (HO-2)."""
    query = {"stukken": stukken, "vragenlijsten": vragenlijsten, "aangeleverd": aangeleverd}
    return page(actions_page.actions(here.frame(), actor, plain.action_place(query)))


def dossiers(
    here: Here, actor: Client, zoek: str = "", status: Annotated[tuple[str, ...], Query()] = (), na: str = ""
) -> Response:
    """Show the list of dossiers (DO-2, DO-3)."""
    frame = here.frame()
    return page(pages.dossiers(frame, actor, plain.dossier_query(zoek, status, na, frame.office)))


def correspondence(here: Here, actor: Client, dossier_id: str, na: str | None = None) -> Response:
    """Show the first tab of a dossier: correspondence."""
    return _published(here, actor, dossier_id, DocumentKind.CORRESPONDENCE, na)


def documents(here: Here, actor: Client, dossier_id: str, na: str | None = None) -> Response:
    """Show the second tab of a dossier: documents."""
    return _published(here, actor, dossier_id, DocumentKind.DOCUMENT, na)


def _published(here: Visit, actor: Actor, dossier_id: str, kind: DocumentKind, na: str | None) -> Response:
    dossier, key = DossierId(ids.identity(dossier_id)), ids.after(na)
    return page(pages.documents(here.frame(), actor, dossier, kind, after=DocumentId(key) if key else None))


def submissions(here: Here, actor: Client, dossier_id: str, na: str | None = None) -> Response:
    """Show the third tab of a dossier: the client's submissions."""
    dossier, key = DossierId(ids.identity(dossier_id)), submission_key(na or "")
    return page(pages.submissions(here.frame(), actor, dossier, after=key))


def messages(here: Here, actor: Client, dossier_id: str, na: str | None = None) -> Response:
    """Show the fourth tab of a dossier: messages."""
    dossier, key = DossierId(ids.identity(dossier_id)), ids.after(na)
    return page(pages.messages(here.frame(), actor, dossier, after=MessageId(key) if key else None))


def progress(here: Here, actor: Client, dossier_id: str) -> Response:
    """Show the steps of a dossier that follows steps (PG-1)."""
    return page(pages.progress(here.frame(), actor, DossierId(ids.identity(dossier_id))))


async def download_document(here: Here, actor: Client, dossier_id: str, document_id: str) -> Response:
    """Send a document (DC-2)."""
    _refuse_prefetch(here)
    dossier, document = DossierId(ids.identity(dossier_id)), DocumentId(ids.identity(document_id))
    calls = here.site.portal.client.dossiers
    return await in_turn(here.request, actor.account_id, lambda: file(here, calls.download(actor, dossier, document)))


async def download_submission(here: Here, actor: Client, dossier_id: str, submission_id: str) -> Response:
    """Send a file that the client submitted."""
    _refuse_prefetch(here)
    dossier, submission = DossierId(ids.identity(dossier_id)), SubmissionId(ids.identity(submission_id))
    calls = here.site.portal.client.dossiers
    return await in_turn(
        here.request, actor.account_id, lambda: file(here, calls.download_submission(actor, dossier, submission))
    )


async def questionnaire_pdf(here: Here, actor: Client, assignment_id: str, language: str) -> Response:
    """Send the PDF of a completed questionnaire in a language (QU-4)."""
    _refuse_prefetch(here)
    assignment, asked = AssignmentId(ids.identity(assignment_id)), ids.language(language)
    calls = here.site.portal.client.questionnaires
    return await in_turn(
        here.request, actor.account_id, lambda: file(here, calls.pdf(actor, assignment, language=asked))
    )


async def look_at_document(here: Here, actor: Client, dossier_id: str, document_id: str) -> Response:
    """Show the page on which a document can be looked at (NW-3)."""
    dossier, document = DossierId(ids.identity(dossier_id)), DocumentId(ids.identity(document_id))
    return await in_turn(
        here.request, actor.account_id, lambda: page(looking.document(here.frame(), actor, dossier, document))
    )


async def look_at_submission(here: Here, actor: Client, dossier_id: str, submission_id: str) -> Response:
    """Show the page on which a file that the client submitted can be looked at (NW-3)."""
    dossier, submission = DossierId(ids.identity(dossier_id)), SubmissionId(ids.identity(submission_id))
    return await in_turn(
        here.request, actor.account_id, lambda: page(looking.submission(here.frame(), actor, dossier, submission))
    )


async def document_contents(here: Here, actor: Client, dossier_id: str, document_id: str) -> Response:
    """Send a document to the page that shows it (NW-3)."""
    _refuse_prefetch(here)
    dossier, document = DossierId(ids.identity(dossier_id)), DocumentId(ids.identity(document_id))
    calls = here.site.portal.client.dossiers
    return await in_turn(here.request, actor.account_id, lambda: look(here, calls.look(actor, dossier, document)))


async def submission_contents(here: Here, actor: Client, dossier_id: str, submission_id: str) -> Response:
    """Send a file that the client submitted to the page that shows it (NW-3)."""
    _refuse_prefetch(here)
    dossier, submission = DossierId(ids.identity(dossier_id)), SubmissionId(ids.identity(submission_id))
    calls = here.site.portal.client.dossiers
    return await in_turn(
        here.request, actor.account_id, lambda: look(here, calls.look_at_submission(actor, dossier, submission))
    )


async def download_dossier(here: Here, actor: Client, dossier_id: str) -> Response:
    """Send everything that the client may see of a dossier, as one ZIP file (NW-4)."""
    _refuse_prefetch(here)
    dossier, calls = DossierId(ids.identity(dossier_id)), here.site.portal.client.dossiers
    return await in_turn(here.request, actor.account_id, lambda: archive(here, calls.archive(actor, dossier)))


def handler_picture(here: Here, actor: Client, dossier_id: str) -> Response:
    """Send the picture of the case handler of a dossier (OF-3)."""
    download = here.site.portal.client.dossiers.handler_picture(actor, DossierId(ids.identity(dossier_id)))
    kept = headers.own_picture()
    told = {"Content-Type": download.file.media_type, "Content-Length": str(download.file.size), **kept}
    return file(here, download, told)


def _refuse_prefetch(here: Visit) -> None:
    """Refuse prefetch requests, because a file that was sent completely counts as downloaded (DC-2).

    Raises:
        Unavailable: the request is a prefetch.
    """
    if here.request.method != "HEAD" and here.is_looked_at:
        raise Unavailable
