"""Sessions: who is signed in, until when, since when its password was given, and in which language (SI-3, PR-1)."""

from datetime import datetime, timedelta
from typing import Annotated

import attrs

from klantportaal.domain.accounts import Account, AccountRole, ClientKind
from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import NotConfirmed
from klantportaal.domain.events import SignedIn
from klantportaal.domain.ranges import Range
from klantportaal.domain.values import AccountId, ClientId, Fingerprint, Language, OfficeId, SessionId, plain_line

DEVICE_LIMIT = 200
SKEW = timedelta(minutes=1)
"""How far the clocks of two hosts may differ; a moment further ahead is of a clock that was set back since (SI-3)."""


_LIFE = Range(timedelta(0), timedelta(days=365), above=True)


@attrs.frozen(kw_only=True, field_transformer=checked)
class SessionTimes:
    """How long a session lives."""

    idle: Annotated[timedelta, _LIFE] = timedelta(minutes=30)
    absolute: Annotated[timedelta, _LIFE] = timedelta(hours=12)
    seen_every: Annotated[timedelta, Range(timedelta(0))] = attrs.field(default=timedelta(minutes=1))
    """How exactly the last request of a session is kept; a page does not write for less."""
    confirmation: Annotated[timedelta, _LIFE] = timedelta(minutes=10)
    """For how long a password that was given counts where security settings ask for it."""

    @seen_every.validator
    def _shorter_than_idle(self, _attribute: object, value: timedelta) -> None:
        """SI-3: a session in use is not idle, so its requests are written down before it would be."""
        if value >= self.idle:
            raise ValueError("SessionTimes: seen_every must be less than idle, or a session in use would end")


@attrs.frozen(kw_only=True, field_transformer=checked)
class Session:
    """One session; storage holds the fingerprint of its token, never the token."""

    id: SessionId
    office_id: OfficeId
    account_id: AccountId
    fingerprint: Fingerprint
    epoch: int
    language: Language
    """The language of the account when it signed in; a change takes effect at the next sign-in (PR-1)."""
    device: str
    """What the browser says of itself, at most 200 characters."""
    network_address: str | None
    """Where it was started from."""
    started_at: datetime
    seen_at: datetime
    confirmed_at: datetime
    """When the password was last given."""
    ends_at: datetime
    ended_at: datetime | None = None


@attrs.frozen(kw_only=True, field_transformer=checked)
class Actor:
    """Whoever is signed in: made from a session only, and the scope of every call on the client's side."""

    office_id: OfficeId
    client_id: ClientId
    account_id: AccountId
    session_id: SessionId
    fingerprint: Fingerprint
    """Of the token that it came with."""
    confirmed_at: datetime
    """When it last gave its password."""
    language: Language
    kind: ClientKind
    role: AccountRole
    name: str
    epoch: int
    """The account's epoch when the session was recognised: what acts later holds the account to it."""
    network_address: str | None = None


@attrs.frozen(kw_only=True, field_transformer=checked)
class OfficeActor:
    """The office, through the vendor's own code; *handler* is the case handler's name as clients see it."""

    office_id: OfficeId
    handler: str


@attrs.frozen(kw_only=True, field_transformer=checked)
class Visitor:
    """Somebody who is not signed in, at an office's door."""

    office_id: OfficeId
    network_address: str | None = None
    device: str = ""


def start(
    account: Account,
    *,
    id: SessionId,
    fingerprint: Fingerprint,
    device: str,
    network_address: str | None,
    times: SessionTimes,
    at: datetime,
) -> tuple[Session, Account, SignedIn]:
    """Start a session for an account that proved who it is; the first one ever is remembered (ON-7)."""
    session = Session(
        id=id,
        office_id=account.office_id,
        account_id=account.id,
        fingerprint=fingerprint,
        epoch=account.epoch,
        language=account.language,
        device=plain_line(device)[:DEVICE_LIMIT],
        network_address=network_address,
        started_at=at,
        seen_at=at,
        confirmed_at=at,
        ends_at=at + times.absolute,
    )
    seen = attrs.evolve(account, first_signed_in_at=account.first_signed_in_at or at)
    return session, seen, SignedIn(account_id=account.id, session_id=id, at=at)


def is_alive(session: Session, *, epoch: int, times: SessionTimes, at: datetime) -> bool:
    """Tell whether a session still counts, *epoch* being its account's epoch now.

    A clock that is set back lengthens none: until it has caught up, what it was last seen by is of a later time.
    """
    timely = at < session.ends_at and _is_recent(session.seen_at, within=times.idle, at=at)
    return session.ended_at is None and session.epoch == epoch and timely


def should_touch(session: Session, *, times: SessionTimes, at: datetime) -> bool:
    """Tell whether the session's last request is worth writing down."""
    return at - session.seen_at >= times.seen_every


def is_confirmed(actor: Actor, *, times: SessionTimes, at: datetime) -> bool:
    """Tell whether the actor gave its password recently enough for what its account's security rests on (SI-3)."""
    return _is_recent(actor.confirmed_at, within=times.confirmation, at=at)


def require_confirmed(actor: Actor, *, times: SessionTimes, at: datetime) -> None:
    """Let through only an actor that gave its password recently.

    Raises:
        NotConfirmed: that was too long ago, or is yet to come by this clock.
    """
    if not is_confirmed(actor, times=times, at=at):
        raise NotConfirmed


def _is_recent(moment: datetime, *, within: timedelta, at: datetime) -> bool:
    return -SKEW <= at - moment < within
