"""Messages from clients, and what they delivered."""

from uuid import UUID

from flask import Blueprint, render_template, request

from examples.demo.desk.serving import Attempt, Page, attempt, desk, done
from klantportaal import PAGE, MessageId

inbox = Blueprint("inbox", __name__)


@inbox.get("/")
def listed(tried: Attempt | None = None) -> Page:
    """List messages from clients, handled or not, and the requests for which something was delivered."""
    here, handled = desk(), request.args.get("handled") == "1"
    after = request.args.get("after", type=UUID)
    rows = here.office.messages.inbox(here.actor, handled=handled, after=MessageId(after) if after else None)
    more = rows[-1].message.id if len(rows) == PAGE else None
    delivered = [] if handled else here.office.requests.delivered(here.actor)
    page = render_template("inbox.html", rows=rows, delivered=delivered, handled=handled, more=more, tried=tried)
    return (page, 422) if tried else page


@inbox.get("/messages/<uuid:message_id>")
def conversation(message_id: UUID) -> Page:
    """Show the conversation of a message, and who read what when. The client cannot take back what is shown (ME-6)."""
    here = desk()
    read = here.office.messages.read(here.actor, MessageId(message_id))
    card = here.office.clients.get(here.actor, read.messages[0].message.client_id)
    accounts = {account.id: account.name for account in card.accounts}
    return render_template("conversation.html", rows=read.messages, older=read.older, accounts=accounts)


@inbox.post("/messages/<uuid:message_id>/take-back")
def take_back(message_id: UUID) -> Page:
    """Take back a message that no account of the client has read."""
    here = desk()
    dossier_id = here.office.messages.peek(here.actor, MessageId(message_id)).messages[0].message.dossier_id
    tried = attempt("take_back", lambda: here.office.messages.take_back(here.actor, MessageId(message_id)))
    return listed(tried) if tried else done("taken_back", "dossiers.dossier", dossier_id=dossier_id)


@inbox.post("/messages/<uuid:message_id>/handle")
def handle(message_id: UUID) -> Page:
    """Mark a message as handled."""
    here = desk()
    tried = attempt("handle", lambda: here.office.messages.handle(here.actor, MessageId(message_id)))
    return listed(tried) if tried else done("handled", "inbox.listed")
