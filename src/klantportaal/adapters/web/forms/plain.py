"""From what a browser submitted to the domain's values; what is missing counts as empty, what is unknown as absent."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import attrs

from klantportaal.adapters.web.http.ids import after
from klantportaal.domain.errors import Fault, FaultCode, LinkDead, Refused
from klantportaal.domain.messages import Draft
from klantportaal.domain.offices import IN_PROGRESS, Office
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.values import DossierId, Language, plain_line
from klantportaal.ports.reading import DossierKey, DossierQuery, LinkView

Submitted = Mapping[str, str]
"""A form's fields; of fields with the same name, the first."""
SEARCH_LIMIT = 200
"""Characters of ``Zoek`` that count."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEY = re.compile(r"([0-9]{1,17})\.([0-9a-f-]{36})", re.ASCII)


@attrs.frozen(kw_only=True)
class Credentials:
    """What the sign-in page asks."""

    address: str
    password: str = attrs.field(repr=False)
    next: str


@attrs.frozen(kw_only=True)
class Confirming:
    """What the page that asks for the password once more asks."""

    password: str = attrs.field(repr=False)
    next: str


@attrs.frozen(kw_only=True)
class NewPassword:
    """What the pages that set a password ask."""

    password: str = attrs.field(repr=False)
    repeated: str = attrs.field(repr=False)
    current: str = attrs.field(default="", repr=False)


def credentials(form: Submitted) -> Credentials:
    """Read the sign-in form."""
    address = plain_line(form.get("email", ""))
    return Credentials(address=address, password=form.get("password", ""), next=form.get("next", ""))


def confirming(form: Submitted) -> Confirming:
    """Read the form that asks for the password once more."""
    return Confirming(password=form.get("current", ""), next=form.get("next", ""))


def address(form: Submitted) -> str:
    """Read the form that asks for a link."""
    return plain_line(form.get("email", ""))


def new_password(form: Submitted) -> NewPassword:
    """Read a form that sets a password; nothing is trimmed."""
    password, repeated, current = (form.get(name, "") for name in ("password", "repeated", "current"))
    return NewPassword(password=password, repeated=repeated, current=current)


@attrs.frozen(kw_only=True)
class Person:
    """What the page that adds an account asks, as it was typed."""

    name: str
    email: str


def person(form: Submitted) -> Person:
    """Read the form that adds an account."""
    return Person(name=form.get("name", ""), email=form.get("email", ""))


def require_own_link(form: Submitted, link: LinkView) -> None:
    """Let a password through only for the account that its form was shown for.

    The link is in a cookie, and whoever makes a browser open a link of his own in the meantime has put his there.

    Raises:
        LinkDead: the browser's link is another account's by now.
    """
    if form.get("account", str(link.account_id)) != str(link.account_id):
        raise LinkDead


def draft(form: Submitted) -> Draft:
    """Read a message that is being written, as it was typed."""
    return Draft(subject=form.get("subject", ""), body=form.get("body", ""))


def profile(form: Submitted) -> Profile:
    """Read ``Mijn gegevens``.

    Raises:
        Refused: the language is none of the portal's.
    """
    chosen = form.get("language", "")
    if chosen not in list(Language):
        raise Refused([Fault(code=FaultCode.UNKNOWN_CHOICE, field="language")])
    return Profile(
        language=Language(chosen),
        notifications=Notifications(
            documents="documents" in form, questionnaires="questionnaires" in form, messages="messages" in form
        ),
    )


def dossier_query(search: str, statuses: Sequence[str], key: str, office: Office) -> DossierQuery:
    """Read what the list of dossiers is asked for (DO-2, DO-3): in progress, and the statuses that were ticked."""
    known = {status.code for status in office.profile.statuses}
    return DossierQuery(
        search=plain_line(search)[:SEARCH_LIMIT],
        statuses=frozenset({IN_PROGRESS, *(known & set(statuses))}),
        after=read_key(key),
    )


def write_key(key: DossierKey) -> str:
    """Write where a page of dossiers ends, for an address."""
    return f"{(key.changed_at - _EPOCH) // timedelta(microseconds=1)}.{key.id}"


def read_key(text: str) -> DossierKey | None:
    """Read what ``write_key`` wrote; None, the beginning, for anything else."""
    parts = _KEY.fullmatch(text)
    dossier: UUID | None = after(parts[2]) if parts else None
    if parts is None or dossier is None:
        return None
    return DossierKey(changed_at=_EPOCH + timedelta(microseconds=int(parts[1])), id=DossierId(dossier))
