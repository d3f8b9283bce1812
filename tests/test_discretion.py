"""What is secret is not shown by whatever happens to show the value that holds it: a log, a traceback, a debugger."""

from datetime import UTC, datetime
from uuid import UUID

import attrs
import pytest

from klantportaal.adapters.web import forms
from klantportaal.domain.accounts import Account, AccountRole, AccountState
from klantportaal.domain.offices import Office, OfficeProfile
from klantportaal.domain.outgoing import TaskKind
from klantportaal.domain.values import AccountId, ClientId, Language, OfficeId
from klantportaal.ports.mail import Letter, Mail
from klantportaal.usecases.client.entering import Entrance

SECRET = "geheim"
NOW = datetime(2026, 3, 2, tzinfo=UTC)
ID = UUID(int=1)
OFFICE = Office(
    id=OfficeId(ID),
    base_url="https://kantoor.example.nl",
    profile=OfficeProfile(name="Kantoor", contact_address="info@kantoor.example.nl"),
)
HOLDERS: list[attrs.AttrsInstance] = [
    Account(
        id=AccountId(ID),
        office_id=OFFICE.id,
        client_id=ClientId(ID),
        role=AccountRole.MAIN,
        name="Jan",
        email="jan@example.nl",
        state=AccountState.ACTIVE,
        language=Language.DUTCH,
        made_at=NOW,
        password_hash=SECRET,
    ),
    Entrance(token=SECRET, first=True, session_ends_at=NOW),
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
    forms.credentials({"email": "jan@example.nl", "password": SECRET}),
    forms.new_password({"current": SECRET, "password": SECRET, "repeated": SECRET}),
]


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_secrets_are_not_shown(holder: attrs.AttrsInstance) -> None:
    """ON-5, SI-3: passwords, their hashes, and what lets somebody in."""
    assert SECRET in str(attrs.asdict(holder))
    assert SECRET not in f"{holder!r} {holder}"
