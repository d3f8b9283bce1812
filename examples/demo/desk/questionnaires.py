"""Pages for questionnaires: publishing and assigning them, and reading the answers."""

import json
from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, render_template, request

from examples.demo.desk.dossiers import dossier
from examples.demo.desk.language import current
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
from klantportaal import PAGE, AssignmentId, AssignmentRow, ClientId, DossierId, RevisionRow
from klantportaal.adapters.web.http.errors import Malformed
from klantportaal.adapters.web.http.headers import PAGE_POLICY
from klantportaal.adapters.web.pages import questionnaire_preview
from klantportaal.adapters.web.pages.frame import Frame
from klantportaal.adapters.web.pages.questionnaire_preview import ShownPreview
from klantportaal.questionnaires import Definition, library, read

questionnaires = Blueprint("questionnaires", __name__)


# ------------------------------------------------------------------ definitions
@questionnaires.get("/questionnaires")
def listed(tried: Attempt | None = None) -> Page:
    """List the published revisions and the assignments, with a form to publish."""
    here = desk()
    after = request.args.get("after", type=UUID)
    rows = here.office.questionnaires.list(here.actor, after=AssignmentId(after) if after else None)
    page = render_template(
        "questionnaires.html",
        revisions=here.office.questionnaires.revisions(here.actor),
        rows=rows,
        more=rows[-1].id if len(rows) == PAGE else None,
        tried=tried,
    )
    return (page, 422) if tried else page


@questionnaires.post("/questionnaires")
def publish() -> Page:
    """Publish a revision from a JSON file. Each fault is shown with its JSON path."""
    here, (_name, blocks) = desk(), uploaded()
    document = whole_document(blocks)
    tried = attempt("definition", lambda: here.office.questionnaires.publish(here.actor, document))
    return listed(tried) if tried else done("definition", "questionnaires.listed")


@questionnaires.get("/questionnaires/<digest>.json")
def document(digest: str) -> Page:
    """Download the document of a revision."""
    here = desk()
    return json_file(f"{digest[:12]}.json", _indented(here.office.questionnaires.document(here.actor, digest)))


@questionnaires.get("/questionnaires/<digest>/preview")
def preview(digest: str) -> Page:
    """Show a revision as the client sees it, without assigning it."""
    return _previewed(questionnaire_preview.show(_frame(), _definition(digest)))


@questionnaires.post("/questionnaires/<digest>/preview")
def go_on(digest: str) -> Page:
    """Go on in the preview of a revision. What was answered is in the form, and nothing is kept."""
    fields = request.form.to_dict(flat=False)
    try:
        return _previewed(questionnaire_preview.submit(_frame(), _definition(digest), fields))
    except Malformed:
        abort(400)


def _frame() -> Frame:
    return questionnaire_preview.frame_of(current_app.extensions["site"], desk().actor.office_id, current())


def _definition(digest: str) -> Definition:
    here = desk()
    return read(here.office.questionnaires.document(here.actor, digest))[0]


def _previewed(shown: ShownPreview) -> Page:
    return Response(shown.html, status=shown.status, headers={"Content-Security-Policy": PAGE_POLICY})


# ------------------------------------------------------------------ assignments
@questionnaires.post("/dossiers/<uuid:dossier_id>/questionnaires")
def assign(dossier_id: UUID) -> Page:
    """Assign the newest revision of a questionnaire, or one of the library, to a party of a dossier."""
    here, form = desk(), request.form
    _publish_from_library(form.get("questionnaire", ""))
    client_id, due_on = ClientId(choice(UUID, "client_id")), choice(optional_day, "due_on")
    tried = attempt(
        "assign",
        lambda: here.office.questionnaires.assign(
            here.actor,
            DossierId(dossier_id),
            client_id,
            form.get("questionnaire", ""),
            subject=form.get("subject", ""),
            due_on=due_on,
        ),
    )
    return dossier(dossier_id, tried) if tried else done("assigned", "dossiers.dossier", dossier_id=dossier_id)


def _publish_from_library(questionnaire: str) -> None:
    """Publish a questionnaire of the library, if it is one, and the office has no revision of it."""
    here = desk()
    if questionnaire in library() and not here.office.questionnaires.revisions(here.actor, questionnaire):
        here.office.questionnaires.publish(here.actor, library()[questionnaire])


@questionnaires.get("/assignments/<uuid:assignment_id>")
def assignment(assignment_id: UUID, tried: Attempt | None = None) -> Page:
    """Show the progress of an assignment, and the possible actions."""
    here = desk()
    row = here.office.questionnaires.get(here.actor, AssignmentId(assignment_id))
    off = here.office.reminders.switched_off(here.actor, [row.id])
    page = render_template("assignment.html", row=row, others=_others(row), off=off, tried=tried)
    return (page, 422) if tried else page


def _others(row: AssignmentRow) -> Sequence[RevisionRow]:
    """Return the other revisions of the questionnaire, which the assignment can be moved to."""
    here = desk()
    every = here.office.questionnaires.revisions(here.actor, row.questionnaire)
    return [revision for revision in every if revision.digest != row.digest]


@questionnaires.post("/assignments/<uuid:assignment_id>/withdraw")
def withdraw(assignment_id: UUID) -> Page:
    """Withdraw an assignment."""
    here = desk()
    tried = attempt("act", lambda: here.office.questionnaires.withdraw(here.actor, AssignmentId(assignment_id)))
    return _acted("questionnaire-withdrawn", assignment_id, tried)


@questionnaires.post("/assignments/<uuid:assignment_id>/rebase")
def rebase(assignment_id: UUID) -> Page:
    """Move an assignment to another revision."""
    here, revision = desk(), choice(int, "revision")
    tried = attempt("act", lambda: here.office.questionnaires.rebase(here.actor, AssignmentId(assignment_id), revision))
    return _acted("rebased", assignment_id, tried)


def _acted(what: str, assignment_id: UUID, tried: Attempt | None) -> Page:
    if tried:
        return assignment(assignment_id, tried)
    return done(what, "questionnaires.assignment", assignment_id=assignment_id)


# ------------------------------------------------------------------ answers
@questionnaires.get("/assignments/<uuid:assignment_id>/answers")
def answers(assignment_id: UUID) -> Page:
    """Show the answers of a completed questionnaire in words, page by page."""
    here, id = desk(), AssignmentId(assignment_id)
    result = here.office.questionnaires.result(here.actor, id)
    pages = [list(asked) for _id, asked in groupby(result.asked, key=lambda each: each.page.id)]
    return render_template("answers.html", row=here.office.questionnaires.get(here.actor, id), pages=pages)


@questionnaires.get("/assignments/<uuid:assignment_id>/answers.json")
def answers_file(assignment_id: UUID) -> Page:
    """Download the answers of a completed questionnaire as JSON."""
    here = desk()
    read = here.office.questionnaires.answers(here.actor, AssignmentId(assignment_id))
    return json_file("answers.json", _indented(read))


@questionnaires.get("/assignments/<uuid:assignment_id>/pdf")
def pdf(assignment_id: UUID) -> Page:
    """Download the PDF of a completed questionnaire."""
    here = desk()
    return give(here.office.questionnaires.pdf(here.actor, AssignmentId(assignment_id)))


def _indented(document: str) -> str:
    return json.dumps(json.loads(document), ensure_ascii=False, indent=2)
