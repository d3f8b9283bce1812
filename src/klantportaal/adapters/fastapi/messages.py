"""The endpoints of messages: reading, writing, drafts, and attachments.

Endpoints that receive files are coroutines, which start the work in a thread and wait for it.
"""

from collections.abc import Iterator

from fastapi import Response
from fastapi.responses import JSONResponse, PlainTextResponse

from klantportaal.adapters.fastapi.request_forms import Streamed
from klantportaal.adapters.fastapi.responses import page, to
from klantportaal.adapters.fastapi.visits import Client, Here, Visit
from klantportaal.adapters.web.forms import message as message_form
from klantportaal.adapters.web.forms.message import Composing
from klantportaal.adapters.web.http import ids
from klantportaal.adapters.web.http.form_parts import Part
from klantportaal.adapters.web.pages import messages as pages
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, DraftId, MessageId
from klantportaal.ports.reading import DraftView


def message(here: Here, actor: Client, dossier_id: str, message_id: str) -> Response:
    """Show the conversation of a message, and mark it as read unless the request is HEAD or a prefetch (ME-4, ME-6)."""
    dossier, shown = DossierId(ids.identity(dossier_id)), MessageId(ids.identity(message_id))
    return page(pages.message(here.frame(), actor, dossier, shown, mark=not here.is_looked_at))


def new_message(here: Here, actor: Client, dossier_id: str) -> Response:
    """Show the form for a new message (ME-2)."""
    return _begin(here, actor, DossierId(ids.identity(dossier_id)), None)


def answer(here: Here, actor: Client, dossier_id: str, message_id: str) -> Response:
    """Show the form for an answer to a message (ME-2)."""
    return _begin(here, actor, DossierId(ids.identity(dossier_id)), MessageId(ids.identity(message_id)))


def _begin(here: Visit, actor: Actor, dossier_id: DossierId, answers: MessageId | None) -> Response:
    frame, named = here.frame(), here.asked("concept")
    return _form(here, actor, dossier_id, pages.begun(frame, actor, dossier_id, named, answers=answers))


def _form(here: Visit, actor: Actor, dossier_id: DossierId, composing: Composing | None) -> Response:
    """Show the form of a message. If it was sent, lead to the messages (AT-5)."""
    if composing is None:
        return to(here, "messages", dossier_id=dossier_id, notice="concept-verstuurd")
    return page(pages.compose(here.frame(), actor, dossier_id, composing, mark=not here.is_looked_at))


async def submit_new_message(here: Here, actor: Client, streamed: Streamed, dossier_id: str) -> Response:
    """Add files to a new message, or send it."""
    dossier = DossierId(ids.identity(dossier_id))
    return await streamed(lambda parts: _act(here, actor, dossier, None, parts))


async def submit_answer(here: Here, actor: Client, streamed: Streamed, dossier_id: str, message_id: str) -> Response:
    """Add files to an answer, or send it."""
    dossier, answers = DossierId(ids.identity(dossier_id)), MessageId(ids.identity(message_id))
    return await streamed(lambda parts: _act(here, actor, dossier, answers, parts))


def _act(
    here: Visit, actor: Actor, dossier_id: DossierId, answers: MessageId | None, parts: Iterator[Part]
) -> Response:
    portal = here.site.portal
    received = message_form.receive(portal, actor, dossier_id, parts)
    outcome = message_form.act(portal, actor, dossier_id, received, answers=answers)
    if isinstance(outcome, (DraftView, Composing)) and here.wants_json:
        status = outcome.status if isinstance(outcome, Composing) else 200
        return JSONResponse(pages.saved(here.frame(), dossier_id, outcome), status_code=status)
    if isinstance(outcome, DraftView):
        return to(here, "draft", dossier_id=dossier_id, draft_id=outcome.id, notice="concept-bewaard")
    if isinstance(outcome, Composing):
        return page(pages.compose(here.frame(), actor, dossier_id, outcome), outcome.status)
    return to(here, "messages", dossier_id=dossier_id, notice="verstuurd")


def take_back(here: Here, actor: Client, dossier_id: str, message_id: str) -> Response:
    """Ask to confirm that a message is taken back (ME-6)."""
    dossier, message = DossierId(ids.identity(dossier_id)), MessageId(ids.identity(message_id))
    asked = pages.take_back(here.frame(), actor, dossier, message)
    if asked is None:
        return to(here, "message", dossier_id=dossier, message_id=message, notice="niet-teruggenomen")
    return page(asked)


def submit_take_back(here: Here, actor: Client, dossier_id: str, message_id: str) -> Response:
    """Take a message back (ME-6)."""
    dossier, message = DossierId(ids.identity(dossier_id)), MessageId(ids.identity(message_id))
    if not message_form.take_back(here.site.portal, actor, dossier, message):
        return to(here, "message", dossier_id=dossier, message_id=message, notice="niet-teruggenomen")
    return to(here, "messages", dossier_id=dossier, notice="teruggenomen")


def draft(here: Here, actor: Client, dossier_id: str, draft_id: str) -> Response:
    """Show the form of a draft, to go on with it (ST-1). One that was sent leads to the messages (AT-5)."""
    frame, dossier = here.frame(), DossierId(ids.identity(dossier_id))
    return _form(here, actor, dossier, pages.resumed(frame, actor, dossier, DraftId(ids.identity(draft_id))))


def delete_draft(here: Here, actor: Client, dossier_id: str, draft_id: str) -> Response:
    """Ask to confirm the deletion of a draft."""
    dossier, draft = DossierId(ids.identity(dossier_id)), DraftId(ids.identity(draft_id))
    asked = pages.delete_draft(here.frame(), actor, dossier, draft)
    return page(asked) if asked else to(here, "messages", dossier_id=dossier, notice="concept-verstuurd")


def submit_delete_draft(here: Here, actor: Client, dossier_id: str, draft_id: str) -> Response:
    """Delete a draft (ST-1)."""
    dossier, draft = DossierId(ids.identity(dossier_id)), DraftId(ids.identity(draft_id))
    here.site.portal.client.drafts.delete(actor, dossier, draft)
    return to(here, "messages", dossier_id=dossier, notice="concept-verwijderd")


async def upload(
    here: Here, actor: Client, streamed: Streamed, dossier_id: str, concept: str | None = None
) -> Response:
    """Stage one file that a script sends, and return the HTML row that shows it (AT-1)."""
    dossier = DossierId(ids.identity(dossier_id))

    def work(parts: Iterator[Part]) -> Response:
        row = message_form.upload(here.site.portal, actor, dossier, concept, parts)
        return JSONResponse({"row": pages.staged_html(here.frame(), dossier, row)}, status_code=201)

    return await streamed(work)


async def remove_upload(here: Here, actor: Client, streamed: Streamed, dossier_id: str, upload_id: str) -> Response:
    """Remove a staged file (AT-1).

    Without JavaScript, the browser sends the whole form, and the response shows it again as it was typed.
    """
    dossier = DossierId(ids.identity(dossier_id))

    def work(parts: Iterator[Part]) -> Response:
        message_form.remove(here.site.portal, actor, dossier, upload_id)
        if here.wants_json:
            return PlainTextResponse(status_code=204)
        received = message_form.receive(here.site.portal, actor, dossier, parts)
        shown = received.composing(message_form.answered(received.fields))
        return page(pages.compose(here.frame(), actor, dossier, shown), shown.status)

    return await streamed(work)
