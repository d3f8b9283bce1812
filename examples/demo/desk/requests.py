"""Pages for requests for documents: asking for them, and deciding on what clients deliver."""

import re
from uuid import UUID

import attrs
from flask import Blueprint, render_template, request

from examples.demo.desk.dossiers import dossier
from examples.demo.desk.serving import (
    Attempt,
    Page,
    attempt,
    choice,
    desk,
    done,
    give,
    json_file,
    lines,
    optional_day,
    uploaded,
    whole_document,
)
from klantportaal import PAGE, ClientId, DossierId, ItemId, NewItem, NewRequest, RequestId, SubmissionId

requests = Blueprint("requests", __name__)
NUMBERS = [(number, number) for number in range(1, 21)]
"""How many files an item may have."""


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


# ------------------------------------------------------------------ asking
@requests.post("/dossiers/<uuid:dossier_id>/requests")
def make(dossier_id: UUID) -> Page:
    """Ask a party of a dossier for documents: one item a line."""
    here, form = desk(), request.form
    client_id, due_on = ClientId(choice(UUID, "client_id")), choice(optional_day, "due_on")
    new = NewRequest(
        subject=form.get("subject", ""), items=[NewItem(title=title, due_on=due_on) for title in lines("items")]
    )
    tried = attempt("ask", lambda: here.office.requests.make(here.actor, DossierId(dossier_id), client_id, new))
    return (
        dossier(dossier_id, _as_in_the_form(tried))
        if tried
        else done("asked", "dossiers.dossier", dossier_id=dossier_id)
    )


def _as_in_the_form(tried: Attempt) -> Attempt:
    """Give the faults of the items once each, at the fields that the form has for all items together."""
    fields = {"title": "items", "due_on": "due_on"}
    faults = {}
    for fault in tried.faults:
        item = re.fullmatch(r"items\[\d+\]\.(\w+)", fault.field or "")
        moved = attrs.evolve(fault, field=fields[item[1]]) if item else fault
        faults[moved.code, moved.field] = moved
    return attrs.evolve(tried, faults=list(faults.values()))


@requests.post("/dossiers/<uuid:dossier_id>/requests/from-template")
def make_from_template(dossier_id: UUID) -> Page:
    """Ask a party of a dossier for the documents of a template."""
    here, form = desk(), request.form
    client_id = ClientId(choice(UUID, "client_id"))
    tried = attempt(
        "ask-template",
        lambda: here.office.requests.make_from_template(
            here.actor,
            DossierId(dossier_id),
            client_id,
            form.get("template", ""),
            subject=form.get("subject", ""),
        ),
    )
    return dossier(dossier_id, tried) if tried else done("asked", "dossiers.dossier", dossier_id=dossier_id)


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
