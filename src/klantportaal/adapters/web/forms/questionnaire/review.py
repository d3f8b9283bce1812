"""Starts a questionnaire with ``Invullen``, and completes it from its review (QU-2, QU-4)."""

from collections.abc import Mapping

import attrs

from klantportaal.adapters.web.forms.questionnaire import navigation
from klantportaal.adapters.web.forms.questionnaire.navigation import Elsewhere
from klantportaal.adapters.web.forms.questionnaire.page import VERSION, version_in
from klantportaal.domain.errors import Conflict, Refused
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AssignmentId
from klantportaal.portal import Portal
from klantportaal.usecases.client.questionnaires import Opened


@attrs.frozen(kw_only=True)
class Reviewed:
    """The review, shown again because it could not be completed."""

    opened: Opened
    conflict: bool

    @property
    def status(self) -> int:
        """The HTTP status of the page."""
        return 409 if self.conflict else 422


def start(portal: Portal, actor: Actor, assignment_id: AssignmentId) -> Elsewhere:
    """Start or resume it, and redirect. Raises: Absent."""
    try:
        opened = portal.client.questionnaires.start(actor, assignment_id)
    except Refused:
        opened = portal.client.questionnaires.open(actor, assignment_id)
    return navigation.resumed(opened)


def complete(portal: Portal, actor: Actor, opened: Opened, fields: Mapping[str, str]) -> Reviewed | Elsewhere:
    """Complete it. A second time changes nothing and redirects to the result too (AT-5, property 9).

    Raises:
        Malformed: the portal did not make this form.
    """
    id = opened.assignment.id
    if not is_completed(opened) and (elsewhere := navigation.away(opened)) is not None:
        return elsewhere
    try:
        completed = portal.client.questionnaires.complete(actor, id, version=version_in(fields.get(VERSION, "")))
    except (Refused, Conflict) as error:
        now = portal.client.questionnaires.open(actor, id)
        return navigation.away(now) or Reviewed(opened=now, conflict=isinstance(error, Conflict))
    return navigation.result(completed, "voltooid")


def is_completed(opened: Opened) -> bool:
    """Tell whether the questionnaire is completed."""
    return opened.assignment.state is AssignmentState.COMPLETED
