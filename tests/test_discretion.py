"""Secrets are not shown by the repr of the value that has them, as in a log, a traceback or a debugger."""

import json
from datetime import UTC, datetime
from uuid import UUID

import attrs
import pytest

from klantportaal.adapters.web.forms import plain
from klantportaal.domain.offices import Office, OfficeProfile
from klantportaal.domain.outgoing import TaskKind
from klantportaal.domain.persons import Person
from klantportaal.domain.questionnaires import publishing
from klantportaal.domain.questionnaires.answering import Answering, view
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.projection import asked
from klantportaal.domain.two_step import Channel, CodePurpose, TwoStep, TwoStepMethod, Verification
from klantportaal.domain.values import (
    AssignmentId,
    ClientId,
    Digest,
    DossierId,
    Language,
    OfficeId,
    PersonId,
    TwoStepId,
    VerificationId,
)
from klantportaal.ports.mail import Letter, Mail
from klantportaal.ports.pdf import Report
from klantportaal.ports.reading import AssignmentView, DossierRow
from klantportaal.testing.questionnaires import page, question, questionnaire
from klantportaal.usecases.client.code_check import Given, Verified
from klantportaal.usecases.client.questionnaires import Opened
from klantportaal.usecases.client.session_start import Entrance, Halfway
from klantportaal.usecases.client.sign_in import Confirmation
from klantportaal.usecases.client.two_step import TotpKey

SECRET = "geheim"
NOW = datetime(2026, 3, 2, tzinfo=UTC)
ID = UUID(int=1)
OFFICE = Office(
    id=OfficeId(ID),
    key="kantoor",
    base_url="https://kantoor.example.nl",
    profile=OfficeProfile(name="Kantoor", contact_address="info@kantoor.example.nl"),
)
DEFINITION, _text = publishing.read(json.dumps(questionnaire("intake", page("een", question("antwoord")))))
ANSWERING = Answering(as_of=NOW.date(), raw={"antwoord": SECRET}, saved=frozenset({"een"}))
ASKED = tuple(asked(view(DEFINITION, ANSWERING)))
ASSIGNMENT = Assignment(
    id=AssignmentId(ID),
    office_id=OFFICE.id,
    client_id=ClientId(ID),
    dossier_id=DossierId(ID),
    questionnaire="intake",
    revision=1,
    digest=DEFINITION.digest,
    subject={Language.DUTCH: "Uw gegevens", Language.ENGLISH: "Your details"},
    assigned_at=NOW,
    assigned_by="mr. A. de Wit",
    answering=ANSWERING,
)
DOSSIER = DossierRow(
    id=ASSIGNMENT.dossier_id, number="2026-001", description="Levering", status="in_progress", changed_at=NOW
)
HOLDERS: list[attrs.AttrsInstance] = [
    Person(
        id=PersonId(ID),
        office_id=OFFICE.id,
        email="jan@example.nl",
        language=Language.DUTCH,
        made_at=NOW,
        password_hash=SECRET,
    ),
    Entrance(token=SECRET, first=True, session_ends_at=NOW),
    Halfway(token=SECRET, expires_at=NOW),
    TotpKey(secret=SECRET, uri=f"otpauth://totp/x?secret={SECRET}"),
    Given(code=SECRET),
    Verified(step=0, recovery=SECRET),
    Channel(method=TwoStepMethod.TOTP, secret=SECRET.encode()),
    TwoStep(
        id=TwoStepId(ID),
        office_id=OFFICE.id,
        person_id=PersonId(ID),
        method=TwoStepMethod.TOTP,
        number=None,
        secret=SECRET.encode(),
        last_step=0,
        recovery=Digest(SECRET.encode()),
        since=NOW,
    ),
    Verification(
        id=VerificationId(ID),
        office_id=OFFICE.id,
        person_id=PersonId(ID),
        purpose=CodePurpose.ENROLMENT,
        method=TwoStepMethod.TOTP,
        number=None,
        secret=SECRET.encode(),
        epoch=1,
        two_step_id=None,
        made_at=NOW,
        expires_at=NOW,
        code=Digest(SECRET.encode()),
    ),
    Confirmation(token=SECRET),
    Letter(
        kind=TaskKind.PASSWORD_LINK,
        office=OFFICE,
        language=Language.DUTCH,
        to="jan@example.nl",
        name="Jan",
        url=f"https://kantoor.example.nl/wachtwoord/{SECRET}",
    ),
    Mail(
        sender_name="Kantoor",
        reply_to="info@kantoor.example.nl",
        to="jan@example.nl",
        subject="Instellen wachtwoord",
        text=SECRET,
        html=SECRET,
        language=Language.DUTCH,
    ),
    ANSWERING,
    ASSIGNMENT,
    AssignmentView(assignment=ASSIGNMENT, dossier=DOSSIER),
    Opened(assignment=ASSIGNMENT, definition=DEFINITION, dossier=DOSSIER),
    view(DEFINITION, ANSWERING),
    *ASKED,
    Report(
        language=Language.DUTCH,
        title="Uw gegevens",
        office=OFFICE.profile,
        client_name="Jan",
        dossier_number="2026-001",
        dossier_description="Levering",
        completed_by="Jan",
        completed_at=NOW,
        asked=ASKED,
        attachment=SECRET.encode(),
    ),
    plain.credentials({"email": "jan@example.nl", "password": SECRET}),
    plain.confirming({"current": SECRET}),
    plain.new_password({"current": SECRET, "password": SECRET, "repeated": SECRET}),
]


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_secrets_are_not_shown(holder: attrs.AttrsInstance) -> None:
    """ON-5, SI-3, SI-5: passwords, their hashes, tokens and answers are not in the repr."""
    assert SECRET in str(attrs.asdict(holder))
    assert SECRET not in f"{holder!r} {holder}"
