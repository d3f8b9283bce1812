"""The demo's own pages, which the hosts serve under ``/demo``: the mailbox and the office desk."""

import re
from datetime import datetime
from pathlib import Path

from flask import Flask, Response, abort, render_template, request

from examples.demo.desk import sentences
from examples.demo.desk.clients import clients
from examples.demo.desk.documents import documents
from examples.demo.desk.dossiers import dossiers
from examples.demo.desk.inbox import inbox
from examples.demo.desk.look import look
from examples.demo.desk.questionnaires import questionnaires
from examples.demo.desk.serving import Desk
from examples.demo.desk.trail import trail
from examples.demo.mailbox import mailbox
from klantportaal import AssignmentRow, Language, Office, OfficeActor, Portal, PortalError
from klantportaal.questionnaires import AssignmentState
from klantportaal.text import AMSTERDAM

HANDLER = "mr. A.J. van der Meer"
OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")
POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def demo_pages(portal: Portal, mails: Path) -> Flask:
    """Make the application that serves them."""
    app = Flask("examples.demo.desk")
    actor = OfficeActor(office_id=portal.offices.only(), handler=HANDLER)
    app.extensions.update(desk=Desk(office=portal.office, actor=actor), mails=mails)
    for part in (inbox, clients, dossiers, documents, questionnaires, look, trail):
        app.register_blueprint(part, url_prefix="/office")
    app.register_blueprint(mailbox)
    app.before_request(refuse_strangers)
    app.after_request(guard)
    app.register_error_handler(PortalError, tell)
    app.context_processor(lambda: surroundings(portal, actor))
    _teach_templates(app)
    return app


def refuse_strangers() -> None:
    """Answer only what is asked of this computer by its own name, and do only what our own forms ask.

    There is no sign-in here, so any web page that is open in the same browser must be kept out: of reading (by a name
    that was made to lead to this computer) and of posting.
    """
    if request.host.rsplit(":", 1)[0] not in OWN_NAMES:
        abort(403)
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in (None, "same-origin", "none") or origin not in (None, request.host_url.rstrip("/")):
        abort(403)


def guard(response: Response) -> Response:
    """Put the usual locks on every page."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def tell(error: PortalError) -> tuple[str, int]:
    """Say what went wrong where no form can."""
    status, text = sentences.TROUBLES.get(type(error), (500, "That did not work."))
    return render_template("trouble.html", title="That did not work", text=text), status


def surroundings(portal: Portal, actor: OfficeActor) -> dict[str, object]:
    """Give what stands around every page."""
    office = portal.office.profile.get(actor)
    return {
        "office_name": office.profile.name,
        "portal_url": f"{office.base_url}/",
        "handler": actor.handler,
        "done": sentences.DONE.get(request.args.get("done", "")),
        "fields": sentences.FIELDS,
        "say": sentences.say,
    }


def _teach_templates(app: Flask) -> None:
    """Let templates write moments, statuses and names."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        day=lambda day: f"{day:%-d %b %Y}",
        event_option=lambda name: (name, _words(name)),
        instant=datetime.fromisoformat,
        moment=lambda moment: f"{moment.astimezone(AMSTERDAM):%-d %b %Y, %H:%M}",
        name_in=lambda id, names: names.get(id, "somebody who is no party any more"),
        names=lambda cards: [(card.client.id, card.client.name) for card in cards],
        party_names=lambda clients: [(client.id, client.name) for client in clients],
        progress=_progress,
        status=_status,
        words=_words,
        statuses=lambda office: [(each.code, each.labels[Language.ENGLISH]) for each in office.profile.statuses],
    )


def _words(name: str) -> str:
    """Write an event's name as words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def _progress(row: AssignmentRow) -> str:
    """Say how far a client is with a questionnaire."""
    if row.state is not AssignmentState.OPEN:
        return row.state
    return "not started" if row.started_at is None else f"{row.progress} % filled in"


def _status(office: Office, code: str) -> str:
    """Give a status its label, or its code where the office has dropped it."""
    found = office.status(code)
    return found.labels[Language.ENGLISH] if found else code
