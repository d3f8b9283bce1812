"""What waits for a client: questionnaires that the office assigned (QU-1). Filling them in has its own rules."""

import enum
from datetime import date, datetime

import attrs

from klantportaal.domain.values import AssignmentId, ClientId, DossierId, OfficeId


class AssignmentState(enum.StrEnum):
    """Where a client's copy of a questionnaire is in its life."""

    OPEN = "open"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


@attrs.frozen(kw_only=True)
class Assignment:
    """One client's copy of a questionnaire, in a dossier; counted under ``Acties`` while it is open (HO-2)."""

    id: AssignmentId
    office_id: OfficeId
    client_id: ClientId
    dossier_id: DossierId
    subject: str
    assigned_at: datetime
    due_on: date | None = None
    state: AssignmentState = AssignmentState.OPEN
