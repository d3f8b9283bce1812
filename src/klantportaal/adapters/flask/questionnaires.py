"""The views of filling in a questionnaire: its pages, the review, the result."""

import flask
from werkzeug.wrappers import Response

from klantportaal.adapters.flask.responses import page, to_path
from klantportaal.adapters.flask.visits import url, visit
from klantportaal.adapters.web.forms.questionnaire import navigation
from klantportaal.adapters.web.forms.questionnaire import page as page_form
from klantportaal.adapters.web.forms.questionnaire import review as review_form
from klantportaal.adapters.web.forms.questionnaire import uploads as answer_uploads
from klantportaal.adapters.web.forms.questionnaire.navigation import BACK, REVIEW, Elsewhere
from klantportaal.adapters.web.forms.questionnaire.page import Filling
from klantportaal.adapters.web.http import ids
from klantportaal.adapters.web.pages import questionnaires as pages
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AssignmentId
from klantportaal.usecases.client.questionnaires import Opened


def questionnaire(actor: Actor, assignment_id: str) -> Response:
    """Redirect to the page where the client resumes, or elsewhere if the questionnaire cannot be filled in."""
    return _lead(navigation.resumed(_open(actor, assignment_id)))


def start(actor: Actor, assignment_id: str) -> Response:
    """Start or continue a questionnaire (QU-2)."""
    id = AssignmentId(ids.identity(assignment_id))
    return _lead(review_form.start(visit().site.portal, actor, id))


def question_page(actor: Actor, assignment_id: str, page_id: str) -> Response:
    """Show a page of a questionnaire with the saved answers."""
    to_review = flask.request.args.get(BACK) == REVIEW
    opened = _open(actor, assignment_id)
    return _show(page_form.show(visit().site.portal, actor, opened, page_id, to_review=to_review))


def submit_page(actor: Actor, assignment_id: str, page_id: str) -> Response:
    """Save a page, or show it again with the change that the pressed button asks for (QU-2)."""
    opened = _open(actor, assignment_id)
    return _show(page_form.submit(visit().site.portal, actor, opened, page_id, visit().parts))


def _show(outcome: Filling | Elsewhere) -> Response:
    if isinstance(outcome, Elsewhere):
        return _lead(outcome)
    return page(pages.page(visit().frame(), outcome), outcome.status)


def review(actor: Actor, assignment_id: str) -> Response:
    """Show all answers before the questionnaire is completed."""
    opened = _open(actor, assignment_id)
    away = navigation.away(opened)
    return _lead(away) if away else page(pages.review(visit().frame(), opened))


def complete(actor: Actor, assignment_id: str) -> Response:
    """Complete a questionnaire, or show why that is not possible yet."""
    opened = _open(actor, assignment_id)
    outcome = review_form.complete(visit().site.portal, actor, opened, flask.request.form)
    if isinstance(outcome, Elsewhere):
        return _lead(outcome)
    return page(pages.review(visit().frame(), outcome.opened, conflict=outcome.conflict), outcome.status)


def result(actor: Actor, assignment_id: str) -> Response:
    """Show the answers of a completed questionnaire (QU-4)."""
    opened = _open(actor, assignment_id)
    if not review_form.is_completed(opened):
        return _lead(navigation.resumed(opened))
    return page(pages.result(visit().frame(), actor, opened))


def upload(actor: Actor, assignment_id: str, question_id: str) -> Response:
    """Stage one file that a script sends, and return the HTML row that shows it (AT-1)."""
    portal, id = visit().site.portal, AssignmentId(ids.identity(assignment_id))
    row = answer_uploads.upload(portal, actor, id, question_id, visit().parts)
    response = flask.jsonify(row=pages.file_html(visit().frame(), question_id, row))
    response.status_code = 201
    return response


def _open(actor: Actor, assignment_id: str) -> Opened:
    return visit().site.portal.client.questionnaires.open(actor, AssignmentId(ids.identity(assignment_id)))


def _lead(elsewhere: Elsewhere) -> Response:
    return to_path(elsewhere.path(url()))
