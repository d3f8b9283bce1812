"""Messages from clients."""

from uuid import UUID

from flask import Blueprint, render_template, request

from examples.demo.desk.serving import Attempt, Page, attempt, desk, done
from klantportaal import PAGE, MessageId

inbox = Blueprint("inbox", __name__)


@inbox.get("/")
def listed(tried: Attempt | None = None) -> Page:
    """List messages from clients, handled or not."""
    here, handled = desk(), request.args.get("handled") == "1"
    after = request.args.get("after", type=UUID)
    rows = here.office.messages.inbox(here.actor, handled=handled, after=MessageId(after) if after else None)
    more = rows[-1].message.id if len(rows) == PAGE else None
    page = render_template("inbox.html", rows=rows, handled=handled, more=more, tried=tried)
    return (page, 422) if tried else page


@inbox.post("/messages/<uuid:message_id>/handle")
def handle(message_id: UUID) -> Page:
    """Mark a message as handled."""
    here = desk()
    tried = attempt("handle", lambda: here.office.messages.handle(here.actor, MessageId(message_id)))
    return listed(tried) if tried else done("handled", "inbox.listed")
