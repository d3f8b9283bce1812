"""Where a questionnaire leads next: to a page, the review, the result, or ``Acties``."""

from collections.abc import Mapping

import attrs

from klantportaal.adapters.web.http.paths import Url
from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.questionnaires.projection import VisiblePage
from klantportaal.usecases.client.questionnaires import Saved

BACK, REVIEW = "terug", "overzicht"
"""A query ``terug=overzicht`` says that the page was opened from the review, and that ``Volgende`` leads back there."""


@attrs.frozen(kw_only=True)
class Elsewhere:
    """A redirect to another page of the portal."""

    route: str
    parts: Mapping[str, object] = attrs.field(factory=dict)
    query: Mapping[str, object] = attrs.field(factory=dict)

    def path(self, url: Url) -> str:
        """Give the path of that page."""
        return url(self.route, query=self.query, **self.parts)


def away(opened: Saved) -> Elsewhere | None:
    """Give the redirect for a questionnaire that cannot be filled in. None if it can."""
    assignment = opened.assignment
    if assignment.state is AssignmentState.WITHDRAWN:
        return Elsewhere(route="actions", query={"melding": "ingetrokken"})
    if assignment.state is AssignmentState.COMPLETED:
        return result(opened)
    return Elsewhere(route="actions") if assignment.answering is None else None


def left(*, saved: bool) -> Elsewhere:
    """Redirect to ``Acties``, where the client continues later."""
    return Elsewhere(route="actions", query={"melding": "later-verder"} if saved else {})


def result(opened: Saved, notice: str | None = None) -> Elsewhere:
    """Redirect to the result."""
    query = {"melding": notice} if notice else {}
    return Elsewhere(route="questionnaire_result", parts={"assignment_id": opened.assignment.id}, query=query)


def review(opened: Saved) -> Elsewhere:
    """Redirect to the review."""
    return Elsewhere(route="questionnaire_review", parts={"assignment_id": opened.assignment.id})


def resumed(opened: Saved, notice: str | None = None) -> Elsewhere:
    """Redirect to where the client resumes (property 3), or away if it cannot be filled in."""
    begun = opened.assignment.answering
    if (elsewhere := away(opened)) is not None or begun is None:
        return elsewhere or Elsewhere(route="actions")
    query = {"melding": notice} if notice else {}
    return attrs.evolve(_page(opened, answering.resume(opened.definition, begun)), query=query)


def after(opened: Saved, page_id: str, *, to_review: bool) -> Elsewhere:
    """Redirect from a page that was saved to the next one.

    A page opened from the review leads back to the review, or first to pages that became unfinished.
    """
    begun = opened.assignment.answering
    if away(opened) is not None or begun is None:
        return resumed(opened)
    if not to_review:
        return _page(opened, answering.following(answering.view(opened.definition, begun), page_id))
    left = answering.resume(opened.definition, begun)
    return _page(opened, left) if left is None else attrs.evolve(_page(opened, left), query={BACK: REVIEW})


def _page(opened: Saved, page: VisiblePage | None) -> Elsewhere:
    if page is None:
        return review(opened)
    parts = {"assignment_id": opened.assignment.id, "page_id": page.page.id}
    return Elsewhere(route="questionnaire_page", parts=parts)
