"""Where a questionnaire goes on: the page where it was left, the review, its result, or back to ``Acties``."""

from collections.abc import Mapping

import attrs

from klantportaal.adapters.web.paths import Url
from klantportaal.domain.questionnaires import answering
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.questionnaires.projection import VisiblePage
from klantportaal.usecases.client.questionnaires import Opened

BACK, REVIEW = "terug", "overzicht"
"""In an address: that ``Volgende`` leads back to the review, from which the page was opened."""


@attrs.frozen(kw_only=True)
class Elsewhere:
    """Another page of the portal that a request leads on to."""

    route: str
    parts: Mapping[str, object] = attrs.field(factory=dict)
    query: Mapping[str, object] = attrs.field(factory=dict)

    def path(self, url: Url) -> str:
        """Give its path."""
        return url(self.route, query=self.query, **self.parts)


def away(opened: Opened) -> Elsewhere | None:
    """Say where to go with a questionnaire that is not being filled in; None where it is."""
    assignment = opened.assignment
    if assignment.state is AssignmentState.WITHDRAWN:
        return Elsewhere(route="actions", query={"melding": "ingetrokken"})
    if assignment.state is AssignmentState.COMPLETED:
        return result(opened)
    return Elsewhere(route="actions") if assignment.answering is None else None


def result(opened: Opened, notice: str | None = None) -> Elsewhere:
    """Lead on to the result."""
    query = {"melding": notice} if notice else {}
    return Elsewhere(route="questionnaire_result", parts={"assignment_id": opened.assignment.id}, query=query)


def review(opened: Opened) -> Elsewhere:
    """Lead on to the review."""
    return Elsewhere(route="questionnaire_review", parts={"assignment_id": opened.assignment.id})


def resumed(opened: Opened, notice: str | None = None) -> Elsewhere:
    """Lead on to where it was left (property 3); or to where else its state leads."""
    begun = opened.assignment.answering
    if (elsewhere := away(opened)) is not None or begun is None:
        return elsewhere or Elsewhere(route="actions")
    query = {"melding": notice} if notice else {}
    return attrs.evolve(_page(opened, answering.resume(opened.definition, begun)), query=query)


def after(opened: Opened, page_id: str, *, to_review: bool) -> Elsewhere:
    """Lead on from a page that was saved.

    Whoever came from the review goes back there, over those pages only that are not finished any more.
    """
    begun = opened.assignment.answering
    if away(opened) is not None or begun is None:
        return resumed(opened)
    if not to_review:
        return _page(opened, answering.following(answering.view(opened.definition, begun), page_id))
    left = answering.resume(opened.definition, begun)
    return _page(opened, left) if left is None else attrs.evolve(_page(opened, left), query={BACK: REVIEW})


def _page(opened: Opened, page: VisiblePage | None) -> Elsewhere:
    if page is None:
        return review(opened)
    parts = {"assignment_id": opened.assignment.id, "page_id": page.page.id}
    return Elsewhere(route="questionnaire_page", parts=parts)
