"""The demo's own pages under ``/demo``: the first page, the mailbox and the office desk."""

import re
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import Flask, Response, abort, render_template, request

from examples.demo.desk import sentences
from examples.demo.desk.asking import asking
from examples.demo.desk.clients import clients
from examples.demo.desk.documents import documents
from examples.demo.desk.dossiers import dossiers
from examples.demo.desk.handlers import handlers
from examples.demo.desk.inbox import inbox
from examples.demo.desk.language import current, named, teach, translate
from examples.demo.desk.look import look
from examples.demo.desk.progress import progress
from examples.demo.desk.questionnaires import questionnaires
from examples.demo.desk.requests import requests
from examples.demo.desk.serving import HANDLER, Desk
from examples.demo.desk.trail import trail
from examples.demo.desk.unseen import unseen
from examples.demo.desk.waiting import waiting
from examples.demo.mailbox import mailbox
from examples.demo.start import start
from klantportaal import AssignmentRow, Office, OfficeActor, Portal, PortalError
from klantportaal.adapters.answer_texts import in_words
from klantportaal.adapters.flask import questionnaire_editor
from klantportaal.adapters.web.http.assets import load
from klantportaal.adapters.web.pages.site import Site
from klantportaal.questionnaires import AssignmentState
from klantportaal.text import AMSTERDAM

OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")
MOUNT = "/demo"
"""Where the hosts mount these pages."""
DAY = "d MMM y"
LOOK = load()
"""The files of the portal's pages. The desk has the same look."""
POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def demo_pages(portal: Portal, mails: Path) -> Flask:
    """Make the application of the demo's pages."""
    app = Flask("examples.demo.desk")
    actor = OfficeActor(office_id=portal.offices.only(), handler=HANDLER)
    app.extensions.update(desk=Desk(office=portal.office, actor=actor), mails=mails, site=Site.assemble(portal, ()))
    parts = (inbox, clients, dossiers, documents, questionnaires, asking, requests, waiting)
    for part in (*parts, progress, handlers, look, trail, unseen):
        app.register_blueprint(part, url_prefix="/office")
    editor = questionnaire_editor(portal, lambda _request: actor, back=f"{MOUNT}/office/questionnaires")
    app.register_blueprint(editor, url_prefix="/office")
    app.register_blueprint(mailbox)
    app.register_blueprint(start)
    app.before_request(refuse_strangers)
    app.before_request(refuse_looking_ahead)
    app.after_request(guard)
    app.register_error_handler(PortalError, tell)
    app.context_processor(lambda: surroundings(portal, actor))
    teach(app)
    _teach_templates(app)
    return app


def refuse_strangers() -> None:
    """Accept only requests for this computer, and only posts from the demo's own forms.

    The demo has no sign-in. Without this check, other web pages in the same browser could read it, by DNS rebinding, or
    post to it.
    """
    if request.host.rsplit(":", 1)[0] not in OWN_NAMES:
        abort(403)
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in (None, "same-origin", "none") or origin not in (None, request.host_url.rstrip("/")):
        abort(403)


def refuse_looking_ahead() -> None:
    """Refuse a request whose response nobody sees: HEAD, or a browser that loads a page before it is asked for.

    A page of the desk that shows a message opens it, and the client cannot take it back from then on (ME-6).
    """
    purposes = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose"))
    if request.method == "HEAD" or any("prefetch" in purpose for purpose in purposes):
        abort(405)


def guard(response: Response) -> Response:
    """Set the usual security headers."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def tell(error: PortalError) -> tuple[str, int]:
    """Show an error on a page."""
    status, text = sentences.TROUBLES.get(type(error), (500, sentences.TROUBLE))
    return render_template("trouble.html", title=translate(sentences.TROUBLE), text=translate(text)), status


def surroundings(portal: Portal, actor: OfficeActor) -> dict[str, object]:
    """Return the values that every template uses."""
    office = portal.office.profile.get(actor)
    done = sentences.DONE.get(request.args.get("done", ""))
    return {
        "office_name": office.profile.name,
        "portal_url": f"{urlsplit(office.base_url).path}/",
        "look": LOOK["portal.css"].file,
        "icon": LOOK["icon.svg"].file,
        "has_logo": office.logo is not None,
        "handler": actor.handler,
        "language": current(),
        "done": translate(done) if done else None,
        "fields": {name: translate(label) for name, label in sentences.FIELDS.items()},
        "say": sentences.say,
    }


def _teach_templates(app: Flask) -> None:
    """Add filters for moments, statuses and names to the templates."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        day=lambda day: format_date(day, DAY, locale=current()),
        event_option=lambda name: (name, _words(name)),
        handler_names=lambda handlers: [(handler.id, handler.name) for handler in handlers],
        in_words=lambda asked: in_words(asked.question, asked.answer, current()),
        instant=datetime.fromisoformat,
        moment=lambda moment: format_datetime(moment, f"{DAY}, HH:mm", tzinfo=AMSTERDAM, locale=current()),
        name_in=lambda id, names: names.get(id) or translate("a former party"),
        names=lambda cards: [(card.client.id, card.client.name) for card in cards],
        party_names=lambda clients: [(client.id, client.name) for client in clients],
        pairs=lambda numbers: [(each, each) for each in numbers],
        progress=_progress,
        size=_size,
        status=_status,
        step_names=lambda steps, language: [(step.id, step.title[language]) for step in steps],
        words=_words,
        statuses=lambda office: [(each.code, each.labels[current()]) for each in office.profile.statuses],
    )


def _words(name: str) -> str:
    """Write the name of an event as separate words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def _progress(row: AssignmentRow) -> str:
    """Describe the progress of a client."""
    if row.state is not AssignmentState.OPEN:
        return named(row.state)
    if row.started_at is None:
        return translate("not started")
    return translate("{progress} % filled in").format(progress=row.progress)


def _size(size: int) -> str:
    """Write the size of a file."""
    kilobytes = format_decimal(max(size / 1000, 0.1), "#,##0.0", locale=current())
    return f"{kilobytes} kB"


def _status(office: Office, code: str) -> str:
    """Return the label of a status, or its code if the office no longer has it."""
    found = office.status(code)
    return found.labels[current()] if found else code
