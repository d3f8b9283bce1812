"""Pages for requests for documents: their templates, and deciding on what clients deliver. ``asking`` makes them."""

from uuid import UUID

from flask import Blueprint, render_template, request

from examples.demo.desk.asking import NUMBERS
from examples.demo.desk.serving import (
    Attempt,
    Page,
    attempt,
    choice,
    desk,
    done,
    give,
    json_file,
    optional_day,
    uploaded,
    whole_document,
)
from klantportaal import PAGE, ItemId, NewItem, RequestId, SubmissionId

requests = Blueprint("requests", __name__)


@requests.get("/requests")
def listed(tried: Attempt | None = None) -> Page:
    """List the requests and the published templates, with a form to publish a template."""
    here, after = desk(), request.args.get("after", type=UUID)
    rows = here.office.requests.list(here.actor, after=RequestId(after) if after else None)
    page = render_template(
        "requests.html",
        rows=rows,
        more=rows[-1].id if len(rows) == PAGE else None,
        templates=here.office.requests.templates(here.actor),
        tried=tried,
    )
    return (page, 422) if tried else page


@requests.post("/requests")
def publish_template() -> Page:
    """Publish a revision of a template from a JSON file. Each fault is shown with its JSON path."""
    here, (_name, blocks) = desk(), uploaded()
    content = whole_document(blocks)
    tried = attempt("template", lambda: here.office.requests.publish_template(here.actor, content))
    return listed(tried) if tried else done("template", "requests.listed")


@requests.get("/requests/templates/<digest>.json")
def template_document(digest: str) -> Page:
    """Download the document of a revision of a template."""
    here = desk()
    return json_file(f"{digest[:12]}.json", here.office.requests.template_document(here.actor, digest))


# ------------------------------------------------------------------ asking for more
@requests.post("/requests/<uuid:request_id>/items")
def add_item(request_id: UUID) -> Page:
    """Ask for one more item in a request."""
    here, form = desk(), request.form
    item = NewItem(
        title=form.get("title", ""),
        explanation=form.get("explanation", ""),
        required=form.get("required") != "no",
        files=choice(int, "files"),
        due_on=choice(optional_day, "due_on"),
    )
    tried = attempt("item", lambda: here.office.requests.add_item(here.actor, RequestId(request_id), item))
    return _acted("item-added", request_id, tried)


# ------------------------------------------------------------------ deciding
@requests.get("/requests/<uuid:request_id>")
def one(request_id: UUID, tried: Attempt | None = None) -> Page:
    """Show a request with what was delivered for each item, and a form for each action. This opens nothing."""
    here = desk()
    view = here.office.requests.get(here.actor, RequestId(request_id))
    off = here.office.reminders.switched_off(here.actor, [view.request.id, *(item.id for item in view.request.items)])
    page = render_template("request.html", view=view, asked=view.request, off=off, numbers=NUMBERS, tried=tried)
    return (page, 422) if tried else page


@requests.get("/requests/<uuid:request_id>/files/<uuid:submission_id>")
def fetch(request_id: UUID, submission_id: UUID) -> Page:
    """Download a file that was delivered. From then on, the client cannot take it back."""
    here = desk()
    return give(here.office.requests.fetch(here.actor, RequestId(request_id), SubmissionId(submission_id)))


@requests.post("/requests/<uuid:request_id>/items/<uuid:item_id>/open")
def open_item(request_id: UUID, item_id: UUID) -> Page:
    """Mark what was delivered for an item as opened."""
    here = desk()
    here.office.requests.open_item(here.actor, RequestId(request_id), ItemId(item_id))
    return done("item-opened", "requests.one", request_id=request_id)


@requests.post("/requests/<uuid:request_id>/items/<uuid:item_id>/accept")
def accept_item(request_id: UUID, item_id: UUID) -> Page:
    """Accept an item as the page showed it. If the client delivered something since, this is a conflict."""
    here, version = desk(), choice(int, "version")
    tried = attempt(
        f"accept-{item_id}",
        lambda: here.office.requests.accept_item(here.actor, RequestId(request_id), ItemId(item_id), version=version),
    )
    return _acted("item-accepted", request_id, tried)


@requests.post("/requests/<uuid:request_id>/items/<uuid:item_id>/return")
def return_item(request_id: UUID, item_id: UUID) -> Page:
    """Return an item to the client with a reason, as the page showed it."""
    here, version, reason = desk(), choice(int, "version"), request.form.get("reason", "")
    tried = attempt(
        f"return-{item_id}",
        lambda: here.office.requests.return_item(
            here.actor, RequestId(request_id), ItemId(item_id), reason, version=version
        ),
    )
    return _acted("item-returned", request_id, tried)


@requests.post("/requests/<uuid:request_id>/items/<uuid:item_id>/withdraw")
def withdraw_item(request_id: UUID, item_id: UUID) -> Page:
    """Withdraw an item, with a reason."""
    here, reason = desk(), request.form.get("reason", "")
    tried = attempt(
        f"withdraw-{item_id}",
        lambda: here.office.requests.withdraw_item(here.actor, RequestId(request_id), ItemId(item_id), reason),
    )
    return _acted("item-withdrawn", request_id, tried)


@requests.post("/requests/<uuid:request_id>/withdraw")
def withdraw(request_id: UUID) -> Page:
    """Withdraw every item that is not accepted, with a reason."""
    here, reason = desk(), request.form.get("reason", "")
    tried = attempt("withdraw", lambda: here.office.requests.withdraw(here.actor, RequestId(request_id), reason))
    return _acted("request-withdrawn", request_id, tried)


@requests.post("/requests/<uuid:request_id>/remind")
def remind(request_id: UUID) -> Page:
    """Send the client a mail about a request now."""
    here = desk()
    tried = attempt("remind", lambda: here.office.requests.remind(here.actor, RequestId(request_id)))
    return _acted("reminded", request_id, tried)


def _acted(what: str, request_id: UUID, tried: Attempt | None) -> Page:
    return one(request_id, tried) if tried else done(what, "requests.one", request_id=request_id)
