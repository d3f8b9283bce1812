"""Pages for progress: templates of steps, and the steps of dossiers."""

from uuid import UUID

from flask import Blueprint, render_template, request

from examples.demo.desk.dossiers import dossier
from examples.demo.desk.serving import (
    Attempt,
    Page,
    attempt,
    choice,
    desk,
    done,
    json_file,
    optional_day,
    uploaded,
    whole_document,
)
from klantportaal import DossierId

progress = Blueprint("progress", __name__)


@progress.get("/progress")
def listed(tried: Attempt | None = None) -> Page:
    """List the templates of steps, with a form to publish one."""
    here = desk()
    page = render_template("progress.html", templates=here.office.progress.templates(here.actor), tried=tried)
    return (page, 422) if tried else page


@progress.post("/progress")
def publish_template() -> Page:
    """Publish a revision of a template from a JSON file. Each fault is shown with its JSON path."""
    here, (_name, blocks) = desk(), uploaded()
    content = whole_document(blocks)
    tried = attempt("steps", lambda: here.office.progress.publish_template(here.actor, content))
    return listed(tried) if tried else done("steps", "progress.listed")


@progress.get("/progress/templates/<digest>.json")
def template_document(digest: str) -> Page:
    """Download the document of a revision of a template."""
    here = desk()
    return json_file(f"{digest[:12]}.json", here.office.progress.template_document(here.actor, digest))


@progress.post("/dossiers/<uuid:dossier_id>/progress")
def follow(dossier_id: UUID) -> Page:
    """Let a dossier follow the newest revision of a template, or no template."""
    here, template = desk(), request.form.get("template", "")
    if not template:
        here.office.progress.end(here.actor, DossierId(dossier_id))
        return done("steps-ended", "dossiers.dossier", dossier_id=dossier_id)
    tried = attempt("follow", lambda: here.office.progress.follow(here.actor, DossierId(dossier_id), template))
    return dossier(dossier_id, tried) if tried else done("step", "dossiers.dossier", dossier_id=dossier_id)


@progress.post("/dossiers/<uuid:dossier_id>/progress/step")
def move(dossier_id: UUID) -> Page:
    """Move a dossier to a step."""
    here, step = desk(), request.form.get("step", "")
    reached_on = choice(optional_day, "reached_on")
    tried = attempt(
        "move", lambda: here.office.progress.move(here.actor, DossierId(dossier_id), step, reached_on=reached_on)
    )
    return dossier(dossier_id, tried) if tried else done("step", "dossiers.dossier", dossier_id=dossier_id)
