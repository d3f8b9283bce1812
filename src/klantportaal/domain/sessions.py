"""Sessions: who is signed in, for which account, until when, in which language (SI-3, PR-1, PE-3).

And when a page has to say that its session ends (ST-3), and the tokens of an app (AP-8).
"""

from datetime import datetime, timedelta
from typing import Annotated

import attrs

from klantportaal.domain.accounts import Account, AccountRole, Client, ClientKind, may_act
from klantportaal.domain.admission import Admission, Assurance
from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Absent, Fault, FaultCode, NotConfirmed, Refused
from klantportaal.domain.events import SignedIn
from klantportaal.domain.persons import Person
from klantportaal.domain.ranges import Range
from klantportaal.domain.values import (
    NAME_LIMIT,
    SKEW,
    AccountId,
    ClientId,
    Fingerprint,
    Language,
    OfficeId,
    PersonId,
    SessionId,
    is_blank,
    plain_line,
)

DEVICE_LIMIT = 200
NETWORK_ADDRESS_LIMIT = 100
"""Characters that are kept of a network address. An address is shorter, but a server may hand over something else."""
WARNED_AHEAD = timedelta(minutes=2)
"""How long before the end of a session a page says so, unless half the life of the session is shorter (ST-3)."""
USE_TOLD_EVERY = timedelta(minutes=1)
"""How often something that takes long, such as typing, counts as use, unless half the warning is shorter (ST-3)."""
LAPSED_FOR = timedelta(days=1)
"""How long what a browser sends may still be kept for the owner of a session that ended by itself (ST-2)."""


def _line(value: object) -> object:
    """Clean text: one line, without control and direction characters (AT-4). The type check refuses anything else."""
    is_text = isinstance(value, str) and not any("\ud800" <= each <= "\udfff" for each in value)
    return plain_line(value) if is_text and isinstance(value, str) else value


def _address_line(value: object) -> object:
    """Clean a network address. A server hands it over, and every database must be able to keep it."""
    cleaned = _line(value)
    return cleaned[:NETWORK_ADDRESS_LIMIT] if isinstance(cleaned, str) else cleaned


_LIFE = Range(timedelta(0), timedelta(days=365), above=True)


@attrs.frozen(kw_only=True, field_transformer=checked)
class SessionTimes:
    """The times of a session."""

    idle: Annotated[timedelta, _LIFE] = timedelta(minutes=30)
    absolute: Annotated[timedelta, _LIFE] = timedelta(hours=12)
    seen_every: Annotated[timedelta, Range(timedelta(0))] = attrs.field(default=timedelta(minutes=1))
    """The precision of ``seen_at``. A request updates it only if it is at least this old."""
    confirmation: Annotated[timedelta, _LIFE] = timedelta(minutes=10)
    """For how long after the password or the vendor's confirmation a person may change its security settings."""
    access: Annotated[timedelta, _LIFE] = timedelta(minutes=10)
    """How long an access token of an app works. Its session has the same times as that of a browser (AP-8)."""

    @seen_every.validator
    def _shorter_than_idle(self, _attribute: object, value: timedelta) -> None:
        """Require less than *idle* (SI-3). Otherwise a session that is in use would end as idle."""
        if value >= self.idle:
            raise ValueError("SessionTimes: seen_every must be less than idle, or a session in use would end")


@attrs.frozen(kw_only=True, field_transformer=checked)
class Session:
    """One session. Storage holds the fingerprint of its token, never the token."""

    id: SessionId
    office_id: OfficeId
    person_id: PersonId
    account_id: AccountId
    """The account that the person acts for now (PE-3)."""
    fingerprint: Fingerprint
    epoch: int
    language: Language
    """The language of the person at sign-in. A change takes effect at the next sign-in (PR-1)."""
    device: str
    """The description that the browser sends of itself, at most 200 characters."""
    network_address: str | None
    """The network address at sign-in."""
    started_at: datetime
    seen_at: datetime
    confirmed_at: datetime
    """When the password was last given, or the vendor last authenticated the person (PE-6)."""
    ends_at: datetime
    ended_at: datetime | None = None
    admission: Admission | None = None
    """How the vendor authenticated the person (PE-6). None after a password."""
    refresh: Fingerprint | None = attrs.field(default=None, repr=False)
    """The fingerprint of the refresh token of an app. None for a browser (AP-8)."""
    access_ends_at: datetime | None = None
    """When the access token of an app stops working. None for a browser."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class AppTokens:
    """What an app gets beside its access token, to go on with its session (AP-8)."""

    refresh_token: str = attrs.field(repr=False)
    """The secret that gives new tokens, once. The portal stores only its fingerprint."""
    access_ends_at: datetime
    """When the access token stops working."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class SessionEnd:
    """When a session ends if it is not used again, and when a page has to say so (ST-3)."""

    at: datetime
    warned_at: datetime
    is_final: bool
    """Whether using the session does not move this end, so that signing in again is needed (SI-3)."""
    told_every: timedelta
    """How often a page in which somebody types says that the session is in use."""
    known_at: datetime
    """The portal's time at which this was found. Pages count from it, because a browser's clock may be wrong."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Actor:
    """The person that is signed in, and the account that it acts for. It is made from a session only.

    Each call of a client is limited to its scope.
    """

    office_id: OfficeId
    person_id: PersonId
    client_id: ClientId
    account_id: AccountId
    session_id: SessionId
    fingerprint: Fingerprint
    """The fingerprint of the session token of the request."""
    confirmed_at: datetime
    """When the person last gave its password, or the vendor last authenticated it (PE-6)."""
    language: Language
    kind: ClientKind
    role: AccountRole
    name: str
    """The name of the person, in the account."""
    client_name: str
    """The name of the client that the person acts for."""
    epoch: int
    """The person's epoch when the session was recognised. Later calls compare it with the person's epoch then."""
    admission: Admission | None = None
    """How the vendor authenticated the person (PE-6). None after a password."""
    network_address: str | None = attrs.field(default=None, converter=_address_line)
    is_app: bool = False
    """Whether the session is that of an app (AP-8)."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class OfficeActor:
    """The office, which acts through the vendor's code. *handler* is the case handler's name as clients see it."""

    office_id: OfficeId
    handler: str = attrs.field(converter=_line)

    @handler.validator
    def _is_a_name(self, _attribute: object, value: str) -> None:
        """AL-1: clients see the name under what the office sends."""
        if is_blank(value):
            raise Refused([Fault(code=FaultCode.MISSING, field="handler")])
        if len(value) > NAME_LIMIT:
            raise Refused([Fault(code=FaultCode.TOO_LONG, field="handler", params={"limit": NAME_LIMIT})])


@attrs.frozen(kw_only=True, field_transformer=checked)
class Visitor:
    """A visitor of an office's portal who is not signed in."""

    office_id: OfficeId
    network_address: str | None = attrs.field(default=None, converter=_address_line)
    device: str = ""
    is_app: bool = False
    """Whether it signs in for an app, which gets tokens in place of a cookie (AP-8)."""


def start(
    person: Person,
    account: Account,
    *,
    id: SessionId,
    fingerprint: Fingerprint,
    device: str,
    network_address: str | None,
    admission: Admission | None,
    refresh: Fingerprint | None = None,
    times: SessionTimes,
    at: datetime,
) -> tuple[Session, SignedIn]:
    """Start a session of an authenticated person, for one of its accounts.

    Args:
        person: the person.
        account: the account that it acts for.
        id: the id of the session.
        fingerprint: the fingerprint of its token.
        device: the description that the browser sends of itself.
        network_address: the network address of the request.
        admission: how the vendor authenticated the person. None after a password.
        refresh: the fingerprint of the refresh token of an app. None for a browser.
        times: the times of sessions.
        at: the time of signing in.
    """
    session = Session(
        id=id,
        office_id=person.office_id,
        person_id=person.id,
        account_id=account.id,
        fingerprint=fingerprint,
        epoch=person.epoch,
        language=person.language,
        device=plain_line(device)[:DEVICE_LIMIT],
        network_address=network_address,
        started_at=at,
        seen_at=at,
        confirmed_at=min(at, admission.at) if admission else at,
        ends_at=at + times.absolute,
        admission=admission,
        refresh=refresh,
        access_ends_at=None if refresh is None else access_end(times, at=at),
    )
    fact = SignedIn(person_id=person.id, account_id=account.id, session_id=id, at=at)
    if admission is not None:
        fact = attrs.evolve(fact, method=admission.method, assurance=admission.assurance.value)
    return session, fact


def needs_two_step(admission: Admission | None, *, required: bool, has_two_step: bool) -> bool:
    """Tell whether a session may only turn on two-step verification, because the office requires it (TS-1).

    The vendor's sign-in meets the requirement if it used two factors (PE-6).

    Args:
        admission: how the vendor authenticated the person of the session. None after a password.
        required: whether the office requires two-step verification.
        has_two_step: whether the person has turned it on.
    """
    two_factors = admission is not None and admission.assurance.meets(Assurance.SUBSTANTIAL)
    return required and not has_two_step and not two_factors


def is_alive(session: Session, *, epoch: int, times: SessionTimes, at: datetime) -> bool:
    """Tell whether a session is valid. *epoch* is the current epoch of its person.

    Setting a clock back does not lengthen a session: if ``seen_at`` is over a minute in the future, it is not valid.
    """
    timely = at < session.ends_at and _is_recent(session.seen_at, within=times.idle, at=at)
    return session.ended_at is None and session.epoch == epoch and timely


def access_end(times: SessionTimes, *, at: datetime) -> datetime:
    """Tell until when an access token works that is given now (AP-8)."""
    return at + times.access


def is_let_in(session: Session, *, is_app: bool, at: datetime) -> bool:
    """Tell whether the token of a living session lets a browser in, or an app until its access ends (AP-8).

    A token of the one is none of the other.
    """
    if session.access_ends_at is None:
        return not is_app
    return is_app and at < session.access_ends_at


def acting_for(actor: Actor, account: Account, client: Client) -> Actor:
    """Give the actor for another account of the person, in the same session (AP-9).

    Raises:
        Absent: the account is not the person's, or not open.
    """
    if account.person_id != actor.person_id or not may_act(account, client):
        raise Absent("account")
    return attrs.evolve(
        actor,
        account_id=account.id,
        client_id=client.id,
        kind=client.kind,
        role=account.role,
        name=account.name,
        client_name=client.name,
    )


def has_lapsed(session: Session, *, epoch: int, at: datetime) -> bool:
    """Tell whether a session ended by itself, less than a day ago, and not because somebody ended it (ST-2).

    Call it for a session that is not alive. *epoch* is the current epoch of its person.
    """
    return session.ended_at is None and session.epoch == epoch and _is_recent(session.seen_at, within=LAPSED_FOR, at=at)


def should_touch(session: Session, *, times: SessionTimes, at: datetime) -> bool:
    """Tell whether to update the time of the session's last request."""
    return at - session.seen_at >= times.seen_every


def warned_ahead(times: SessionTimes) -> timedelta:
    """Give the time between the warning and the end of a session."""
    return min(WARNED_AHEAD, times.idle / 2, times.absolute / 2)


def told_every(times: SessionTimes) -> timedelta:
    """Give the time after which something that takes long counts as use again. It fits twice into the warning."""
    return min(USE_TOLD_EVERY, warned_ahead(times) / 2)


def end_of(session: Session, *, times: SessionTimes, at: datetime) -> SessionEnd:
    """Find when a living session ends if it is not used again (ST-3)."""
    ends_at = min(session.seen_at + times.idle, session.ends_at)
    return SessionEnd(
        at=ends_at,
        warned_at=ends_at - warned_ahead(times),
        is_final=ends_at == session.ends_at,
        told_every=told_every(times),
        known_at=at,
    )


def is_confirmed(actor: Actor, *, times: SessionTimes, at: datetime) -> bool:
    """Tell whether the actor was confirmed recently enough to change security settings (SI-3)."""
    return _is_recent(actor.confirmed_at, within=times.confirmation, at=at)


def require_confirmed(actor: Actor, *, times: SessionTimes, at: datetime) -> None:
    """Require that the actor gave its password recently, or that the vendor confirmed it (PE-6).

    Raises:
        NotConfirmed: that was too long ago, or is in the future by this clock.
    """
    if not is_confirmed(actor, times=times, at=at):
        raise NotConfirmed


def _is_recent(moment: datetime, *, within: timedelta, at: datetime) -> bool:
    return -SKEW <= at - moment < within
