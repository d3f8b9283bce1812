"""The views of messages: reading, writing, drafts, and attachments."""

import flask
from werkzeug.wrappers import Response

from klantportaal.adapters.flask.responses import page, to
from klantportaal.adapters.flask.visits import is_looked_at, visit, wants_json
from klantportaal.adapters.web.forms import message as message_form
from klantportaal.adapters.web.forms.message import Composing
from klantportaal.adapters.web.http import ids
from klantportaal.adapters.web.pages import messages as pages
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, DraftId, MessageId
from klantportaal.ports.reading import DraftView


def message(actor: Actor, dossier_id: str, message_id: str) -> Response:
    """Show the conversation of a message, and mark it as read unless the request is HEAD or a prefetch (ME-4, ME-6)."""
    dossier, shown = DossierId(ids.identity(dossier_id)), MessageId(ids.identity(message_id))
    return page(pages.message(visit().frame(), actor, dossier, shown, mark=not is_looked_at()))


def new_message(actor: Actor, dossier_id: str) -> Response:
    """Show the form for a new message (ME-2)."""
    return _begin(actor, DossierId(ids.identity(dossier_id)), None)


def answer(actor: Actor, dossier_id: str, message_id: str) -> Response:
    """Show the form for an answer to a message (ME-2)."""
    return _begin(actor, DossierId(ids.identity(dossier_id)), MessageId(ids.identity(message_id)))


def _begin(actor: Actor, dossier_id: DossierId, answers: MessageId | None) -> Response:
    frame, named = visit().frame(), flask.request.args.get("concept")
    return _form(actor, dossier_id, pages.begun(frame, actor, dossier_id, named, answers=answers))


def _form(actor: Actor, dossier_id: DossierId, composing: Composing | None) -> Response:
    """Show the form of a message. If it was sent, lead to the messages (AT-5)."""
    if composing is None:
        return to("messages", dossier_id=dossier_id, notice="concept-verstuurd")
    return page(pages.compose(visit().frame(), actor, dossier_id, composing, mark=not is_looked_at()))


def submit_new_message(actor: Actor, dossier_id: str) -> Response:
    """Add files to a new message, or send it."""
    return _act(actor, DossierId(ids.identity(dossier_id)), None)


def submit_answer(actor: Actor, dossier_id: str, message_id: str) -> Response:
    """Add files to an answer, or send it."""
    return _act(actor, DossierId(ids.identity(dossier_id)), MessageId(ids.identity(message_id)))


def _act(actor: Actor, dossier_id: DossierId, answers: MessageId | None) -> Response:
    outcome = message_form.act(visit().site.portal, actor, dossier_id, _receive(actor, dossier_id), answers=answers)
    if isinstance(outcome, (DraftView, Composing)) and wants_json():
        response = flask.jsonify(pages.saved(visit().frame(), dossier_id, outcome))
        response.status_code = outcome.status if isinstance(outcome, Composing) else 200
        return response
    if isinstance(outcome, DraftView):
        return to("draft", dossier_id=dossier_id, draft_id=outcome.id, notice="concept-bewaard")
    if isinstance(outcome, Composing):
        return page(pages.compose(visit().frame(), actor, dossier_id, outcome), outcome.status)
    return to("messages", dossier_id=dossier_id, notice="verstuurd")


def _receive(actor: Actor, dossier_id: DossierId) -> message_form.Received:
    return message_form.receive(visit().site.portal, actor, dossier_id, visit().parts)


def take_back(actor: Actor, dossier_id: str, message_id: str) -> Response:
    """Ask to confirm that a message is taken back (ME-6)."""
    dossier, message = DossierId(ids.identity(dossier_id)), MessageId(ids.identity(message_id))
    asked = pages.take_back(visit().frame(), actor, dossier, message)
    if asked is None:
        return to("message", dossier_id=dossier, message_id=message, notice="niet-teruggenomen")
    return page(asked)


def submit_take_back(actor: Actor, dossier_id: str, message_id: str) -> Response:
    """Take a message back (ME-6)."""
    dossier, message = DossierId(ids.identity(dossier_id)), MessageId(ids.identity(message_id))
    if not message_form.take_back(visit().site.portal, actor, dossier, message):
        return to("message", dossier_id=dossier, message_id=message, notice="niet-teruggenomen")
    return to("messages", dossier_id=dossier, notice="teruggenomen")


def draft(actor: Actor, dossier_id: str, draft_id: str) -> Response:
    """Show the form of a draft, to go on with it (ST-1). One that was sent leads to the messages (AT-5)."""
    frame, dossier = visit().frame(), DossierId(ids.identity(dossier_id))
    return _form(actor, dossier, pages.resumed(frame, actor, dossier, DraftId(ids.identity(draft_id))))


def delete_draft(actor: Actor, dossier_id: str, draft_id: str) -> Response:
    """Ask to confirm the deletion of a draft."""
    dossier, draft = DossierId(ids.identity(dossier_id)), DraftId(ids.identity(draft_id))
    asked = pages.delete_draft(visit().frame(), actor, dossier, draft)
    return page(asked) if asked else to("messages", dossier_id=dossier, notice="concept-verstuurd")


def submit_delete_draft(actor: Actor, dossier_id: str, draft_id: str) -> Response:
    """Delete a draft (ST-1)."""
    dossier, draft = DossierId(ids.identity(dossier_id)), DraftId(ids.identity(draft_id))
    visit().site.portal.client.drafts.delete(actor, dossier, draft)
    return to("messages", dossier_id=dossier, notice="concept-verwijderd")


def upload(actor: Actor, dossier_id: str) -> Response:
    """Stage one file that a script sends, and return the HTML row that shows it (AT-1)."""
    here, dossier = visit(), DossierId(ids.identity(dossier_id))
    row = message_form.upload(here.site.portal, actor, dossier, flask.request.args.get("concept"), here.parts)
    response = flask.jsonify(row=pages.staged_html(here.frame(), dossier, row))
    response.status_code = 201
    return response


def remove_upload(actor: Actor, dossier_id: str, upload_id: str) -> Response:
    """Remove a staged file (AT-1).

    Without JavaScript, the browser sends the whole form, and the response shows it again as it was typed.
    """
    dossier = DossierId(ids.identity(dossier_id))
    message_form.remove(visit().site.portal, actor, dossier, upload_id)
    if wants_json():
        return Response(status=204)
    received = _receive(actor, dossier)
    shown = received.composing(message_form.answered(received.fields))
    return page(pages.compose(visit().frame(), actor, dossier, shown), shown.status)
