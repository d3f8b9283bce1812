"""Questionnaires that wait for a client."""

from uuid import UUID

from klantportaal.domain.questionnaires.assignments import Assignment, AssignmentState
from klantportaal.domain.values import AssignmentId
from tests.domain.given import AT, CLIENT_ID, DOSSIER_ID, OFFICE_ID


def test_assigned() -> None:
    """QU-1: a questionnaire that was assigned is open, until it is completed or withdrawn; it need not be due."""
    assigned = Assignment(
        id=AssignmentId(UUID(int=50)),
        office_id=OFFICE_ID,
        client_id=CLIENT_ID,
        dossier_id=DOSSIER_ID,
        subject="Intake",
        assigned_at=AT,
    )
    assert (assigned.state, assigned.due_on) == (AssignmentState.OPEN, None)
    assert [state.value for state in AssignmentState] == ["open", "completed", "withdrawn"]
