"""The endpoints of filling in a questionnaire: its pages, the review, the result."""

from collections.abc import Iterator

from fastapi import Response
from fastapi.responses import JSONResponse

from klantportaal.adapters.fastapi.request_forms import Form, Streamed
from klantportaal.adapters.fastapi.responses import page, to_path
from klantportaal.adapters.fastapi.visits import Client, Here, Visit
from klantportaal.adapters.web.forms.questionnaire import navigation
from klantportaal.adapters.web.forms.questionnaire import page as page_form
from klantportaal.adapters.web.forms.questionnaire import review as review_form
from klantportaal.adapters.web.forms.questionnaire import uploads as answer_uploads
from klantportaal.adapters.web.forms.questionnaire.navigation import BACK, REVIEW, Elsewhere
from klantportaal.adapters.web.forms.questionnaire.page import Filling
from klantportaal.adapters.web.http import ids
from klantportaal.adapters.web.http.form_parts import Part
from klantportaal.adapters.web.pages import questionnaires as pages
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AssignmentId
from klantportaal.usecases.client.questionnaires import Opened


def questionnaire(here: Here, actor: Client, assignment_id: str) -> Response:
    """Redirect to the page where the client resumes, or elsewhere if the questionnaire cannot be filled in."""
    return _lead(here, navigation.resumed(_open(here, actor, assignment_id)))


def start(here: Here, actor: Client, assignment_id: str) -> Response:
    """Start or continue a questionnaire (QU-2)."""
    id = AssignmentId(ids.identity(assignment_id))
    return _lead(here, review_form.start(here.site.portal, actor, id))


def question_page(here: Here, actor: Client, assignment_id: str, page_id: str) -> Response:
    """Show a page of a questionnaire with the saved answers."""
    opened, to_review = _open(here, actor, assignment_id), here.asked(BACK) == REVIEW
    return _show(here, page_form.show(here.site.portal, actor, opened, page_id, to_review=to_review))


async def submit_page(here: Here, actor: Client, streamed: Streamed, assignment_id: str, page_id: str) -> Response:
    """Save a page, or show it again with the change that the pressed button asks for (QU-2)."""

    def work(parts: Iterator[Part]) -> Response:
        opened = _open(here, actor, assignment_id)
        return _show(here, page_form.submit(here.site.portal, actor, opened, page_id, parts))

    return await streamed(work)


def _show(here: Visit, outcome: Filling | Elsewhere) -> Response:
    if isinstance(outcome, Elsewhere):
        return _lead(here, outcome)
    return page(pages.page(here.frame(), outcome), outcome.status)


def review(here: Here, actor: Client, assignment_id: str) -> Response:
    """Show all answers before the questionnaire is completed."""
    opened = _open(here, actor, assignment_id)
    away = navigation.away(opened)
    return _lead(here, away) if away else page(pages.review(here.frame(), opened))


def complete(here: Here, actor: Client, form: Form, assignment_id: str) -> Response:
    """Complete a questionnaire, or show why that is not possible yet."""
    opened = _open(here, actor, assignment_id)
    outcome = review_form.complete(here.site.portal, actor, opened, form)
    if isinstance(outcome, Elsewhere):
        return _lead(here, outcome)
    return page(pages.review(here.frame(), outcome.opened, conflict=outcome.conflict), outcome.status)


def result(here: Here, actor: Client, assignment_id: str) -> Response:
    """Show the answers of a completed questionnaire (QU-4)."""
    opened = _open(here, actor, assignment_id)
    if not review_form.is_completed(opened):
        return _lead(here, navigation.resumed(opened))
    return page(pages.result(here.frame(), actor, opened))


async def upload(here: Here, actor: Client, streamed: Streamed, assignment_id: str, question_id: str) -> Response:
    """Stage one file that a script sends, and return the HTML row that shows it (AT-1)."""
    id = AssignmentId(ids.identity(assignment_id))

    def work(parts: Iterator[Part]) -> Response:
        row = answer_uploads.upload(here.site.portal, actor, id, question_id, parts)
        return JSONResponse({"row": pages.file_html(here.frame(), question_id, row)}, status_code=201)

    return await streamed(work)


def _open(here: Visit, actor: Actor, assignment_id: str) -> Opened:
    return here.site.portal.client.questionnaires.open(actor, AssignmentId(ids.identity(assignment_id)))


def _lead(here: Visit, elsewhere: Elsewhere) -> Response:
    return to_path(elsewhere.path(here.url))
