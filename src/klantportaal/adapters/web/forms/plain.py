"""Forms of plain fields. A missing field counts as empty; an unknown field is ignored."""

import enum
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import attrs

from klantportaal.adapters.web.http.ids import after
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.messages import MessageText
from klantportaal.domain.offices import IN_PROGRESS, Office
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.values import DossierId, Language, SubmissionId, plain_line, trimmed
from klantportaal.ports.reading import ActionKey, DossierKey, DossierQuery, SubmissionKey

Submitted = Mapping[str, str]
"""The fields of a form. Of several fields with one name, the first."""
SEARCH_LIMIT = 200
"""The number of characters of ``Zoek`` that are used."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEY = re.compile(r"([0-9]{1,17})\.([0-9a-f-]{36})", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@attrs.frozen(kw_only=True)
class Credentials:
    """The fields of the sign-in page."""

    address: str
    password: str = attrs.field(repr=False)
    next: str
    kept: str = ""
    """A form that waits for its owner to sign in (ST-2)."""


@attrs.frozen(kw_only=True)
class Confirming:
    """The fields of the page that asks for the password again."""

    password: str = attrs.field(repr=False)
    next: str


@attrs.frozen(kw_only=True)
class NewPassword:
    """The fields of the pages that set a password."""

    password: str = attrs.field(repr=False)
    repeated: str = attrs.field(repr=False)
    current: str = attrs.field(default="", repr=False)


def credentials(form: Submitted) -> Credentials:
    """Read the sign-in form."""
    address = trimmed(form.get("email", ""))
    password, onward, kept = (form.get(name, "") for name in ("password", "next", "kept"))
    return Credentials(address=address, password=password, next=onward, kept=kept)


def confirming(form: Submitted) -> Confirming:
    """Read the form that asks for the password again."""
    return Confirming(password=form.get("current", ""), next=form.get("next", ""))


def address(form: Submitted) -> str:
    """Read the form that asks for a link."""
    return trimmed(form.get("email", ""))


def new_password(form: Submitted) -> NewPassword:
    """Read a form that sets a password. Passwords are not trimmed."""
    password, repeated, current = (form.get(name, "") for name in ("password", "repeated", "current"))
    return NewPassword(password=password, repeated=repeated, current=current)


@attrs.frozen(kw_only=True)
class NewAccount:
    """The fields of the page that adds an account, as typed."""

    name: str
    email: str


def new_account(form: Submitted) -> NewAccount:
    """Read the form that adds an account."""
    return NewAccount(name=form.get("name", ""), email=form.get("email", ""))


def message_text(form: Submitted) -> MessageText:
    """Read a message as it was typed."""
    return MessageText(subject=form.get("subject", ""), body=form.get("body", ""))


def profile(form: Submitted) -> Profile:
    """Read ``Mijn gegevens``.

    Raises:
        Refused: the portal does not have the language.
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
    """Read search, statuses and position of the list of dossiers; ``in_progress`` is always included (DO-2, DO-3)."""
    known = {status.code for status in office.profile.statuses}
    return DossierQuery(
        search=plain_line(search)[:SEARCH_LIMIT],
        statuses=frozenset({IN_PROGRESS, *(known & set(statuses))}),
        after=_dossier_key(key),
    )


def _dossier_key(text: str) -> DossierKey | None:
    read = read_key(text)
    return None if read is None else DossierKey(changed_at=read[0], id=DossierId(read[1]))


def submission_key(text: str) -> SubmissionKey | None:
    """Read the position of the list of what a client delivered. None, the first page, for anything else."""
    read = read_key(text)
    return None if read is None else SubmissionKey(delivered_at=read[0], id=SubmissionId(read[1]))


class ActionList(enum.StrEnum):
    """The lists of the page ``Acties``, by the names that continue them in its query."""

    REQUESTS = "stukken"
    QUESTIONNAIRES = "vragenlijsten"
    DELIVERED = "aangeleverd"


ActionPlace = tuple[ActionList, ActionKey]
"""One of the lists of ``Acties``, and the position after which it continues."""


def write_action_key(key: ActionKey) -> str:
    """Write the position of the last row of a page, of a list of ``Acties``, for a query string."""
    return f"{key.due_on or ''}.{write_key(key.asked_at, key.id)}"


def action_place(query: Mapping[str, str]) -> ActionPlace | None:
    """Read which list of ``Acties`` continues, and where. None, the whole page, for anything else."""
    for each in ActionList:
        key = _action_key(query.get(each, ""))
        if key is not None:
            return each, key
    return None


def _action_key(text: str) -> ActionKey | None:
    due, _dot, asked = text.partition(".")
    read = read_key(asked)
    if read is None or (due and not _DAY.fullmatch(due)):
        return None
    try:
        due_on = date.fromisoformat(due) if due else None
    except ValueError:  # Such as the 30th of February.
        return None
    return ActionKey(due_on=due_on, asked_at=read[0], id=read[1])


def write_key(at: datetime, id: UUID) -> str:
    """Write the position of the last row of a page, of a list in the order of time, for a query string."""
    return f"{(at - _EPOCH) // timedelta(microseconds=1)}.{id}"


def read_key(text: str) -> tuple[datetime, UUID] | None:
    """Read what ``write_key`` wrote. None, the first page, for anything else."""
    parts = _KEY.fullmatch(text)
    id = after(parts[2]) if parts else None
    if parts is None or id is None:
        return None
    return _EPOCH + timedelta(microseconds=int(parts[1])), id
