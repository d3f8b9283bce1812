"""Pages for case handlers: the contact cards that clients see in their dossiers."""

from uuid import UUID

from flask import Blueprint, render_template, request

from examples.demo.desk.serving import Attempt, Page, attempt, desk, done, uploaded
from klantportaal import CaseHandlerId, ContactCard, Language

handlers = Blueprint("handlers", __name__)


@handlers.get("/handlers")
def listed(tried: Attempt | None = None) -> Page:
    """List the case handlers, with forms to add, change and remove them."""
    here = desk()
    rows = here.office.case_handlers.list(here.actor)
    page = render_template("handlers.html", rows=rows, languages=list(Language), tried=tried)
    return (page, 422) if tried else page


def _card() -> ContactCard:
    form = request.form
    return ContactCard(
        name=form.get("name", ""),
        role={language: form.get(f"role_{language}", "") for language in Language},
        telephone=form.get("telephone", ""),
        email=form.get("email", ""),
    )


@handlers.post("/handlers")
def add() -> Page:
    """Add a case handler."""
    here, card = desk(), _card()
    tried = attempt("add", lambda: here.office.case_handlers.add(here.actor, card))
    return listed(tried) if tried else done("handler-added", "handlers.listed")


@handlers.post("/handlers/<uuid:handler_id>")
def change(handler_id: UUID) -> Page:
    """Change a card, in all dossiers that have it."""
    here, card = desk(), _card()
    tried = attempt(
        f"change-{handler_id}",
        lambda: here.office.case_handlers.change(here.actor, CaseHandlerId(handler_id), card),
    )
    return listed(tried) if tried else done("changed", "handlers.listed")


@handlers.post("/handlers/<uuid:handler_id>/picture")
def change_picture(handler_id: UUID) -> Page:
    """Change the picture on a card."""
    here, (name, blocks) = desk(), uploaded()
    tried = attempt(
        f"picture-{handler_id}",
        lambda: here.office.case_handlers.change_picture(
            here.actor, CaseHandlerId(handler_id), name=name, blocks=blocks
        ),
    )
    return listed(tried) if tried else done("picture", "handlers.listed")


@handlers.post("/handlers/<uuid:handler_id>/picture/remove")
def remove_picture(handler_id: UUID) -> Page:
    """Remove the picture from a card."""
    here = desk()
    here.office.case_handlers.remove_picture(here.actor, CaseHandlerId(handler_id))
    return done("picture-removed", "handlers.listed")


@handlers.post("/handlers/<uuid:handler_id>/remove")
def remove(handler_id: UUID) -> Page:
    """Remove a case handler. Its dossiers have none from then on."""
    here = desk()
    here.office.case_handlers.remove(here.actor, CaseHandlerId(handler_id))
    return done("handler-removed", "handlers.listed")
