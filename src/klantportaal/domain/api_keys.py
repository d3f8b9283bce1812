"""API keys: with one, a back office that is not Python makes the calls of its office over HTTP (AP-1, AP-2).

And how many requests a key, or a session in the client API, has in a minute (AP-3).
"""

import base64
import enum
import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import ApiKeyDead, Fault, FaultCode, Refused, ScopeMissing, TooManyRequests
from klantportaal.domain.events import ApiKeyMade, ApiKeyRevoked
from klantportaal.domain.ranges import Range
from klantportaal.domain.throttling import Counter, ThrottleSubject
from klantportaal.domain.values import NAME_LIMIT, ApiKeyId, Fingerprint, OfficeId, SessionId, is_blank, plain_line

PREFIX = "kp_"
"""The beginning of every key, by which scanners of source code find one that was left there."""
_SECRET = re.compile(rf"{PREFIX}([A-Za-z0-9_-]{{22}})[A-Za-z0-9_-]{{43}}", re.ASCII)
MINUTE = timedelta(minutes=1)
LEASES = 60
"""A process takes this part of the requests that are left in a minute at once: about what they are for one second."""


class ApiArea(enum.StrEnum):
    """What a key gives access to: each area is a group of calls of ``portal.office``, by its name."""

    PROFILE = "profile"
    CLIENTS = "clients"
    CASE_HANDLERS = "case_handlers"
    DOSSIERS = "dossiers"
    DOCUMENTS = "documents"
    MESSAGES = "messages"
    QUESTIONNAIRES = "questionnaires"
    REQUESTS = "requests"
    PROGRESS = "progress"
    REMINDERS = "reminders"
    EVENTS = "events"
    WEBHOOKS = "webhooks"
    AUDIT = "audit"
    API_KEYS = "api_keys"


class ApiAccess(enum.StrEnum):
    """What a key may do in an area."""

    READ = "read"
    WRITE = "write"
    """Read, and change."""


Scopes = Mapping[ApiArea, ApiAccess]
"""What a key may do in each area. An area that is left out is closed."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class ApiLimits:
    """The limits of the HTTP APIs (AP-3)."""

    requests_a_minute: Annotated[int, Range(1)] = 600
    """The number of requests of one key in a minute."""
    session_requests_a_minute: Annotated[int, Range(1)] = 600
    """The number of requests to the client API of one session in a minute."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class NewApiKey:
    """What the office says of a key that is made."""

    name: str
    """What uses it, such as ``boekhouding``. Clients see it as the name of the case handler, unless a request names
    one.
    """
    scopes: Scopes
    life: Annotated[timedelta, Range(timedelta(0), timedelta(days=366), above=True)] = timedelta(days=90)


@attrs.frozen(kw_only=True, field_transformer=checked)
class ApiKey:
    """One key. Storage holds the fingerprint of its secret, never the secret."""

    id: ApiKeyId
    office_id: OfficeId
    name: str
    fingerprint: Fingerprint
    scopes: Scopes
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    used_at: datetime | None = None
    """The last request, or one less than a minute before it."""
    minute_at: datetime | None = None
    """The beginning of the minute of that request."""
    minute_requests: int = 0
    """The number of requests that processes took in that minute."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class MadeApiKey:
    """A key that was just made. Its secret is shown this once."""

    id: ApiKeyId
    secret: str = attrs.field(repr=False)
    expires_at: datetime


@attrs.frozen(kw_only=True, field_transformer=checked)
class Minute:
    """What storage has of the requests of one minute."""

    begun_at: datetime
    taken: int
    """The requests that all processes took, to count them in memory."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Lease:
    """Requests of one minute that a process took from storage, and counts in memory (AP-3)."""

    minute: Minute
    """What storage had when the newest of them were taken."""
    left: int
    """Those that it has not counted yet."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class ApiBudget:
    """How many requests a key or a session has left in this minute."""

    limit: int
    remaining: int
    seconds: int
    """The seconds until it has all of them again."""


def secret_of(office_id: OfficeId, token: str) -> str:
    """Write the secret of a key. It names the office, so that the key is looked up within it."""
    return f"{PREFIX}{base64.urlsafe_b64encode(office_id.bytes).rstrip(b'=').decode()}{token}"


def office_of(secret: str) -> OfficeId:
    """Give the office that a secret names. Raises: ApiKeyDead, if it does not have the form of one."""
    found = _SECRET.fullmatch(secret)
    if found is None:
        raise ApiKeyDead
    return OfficeId(UUID(bytes=base64.urlsafe_b64decode(f"{found[1]}==")))


def make_key(
    new: NewApiKey, *, id: ApiKeyId, office_id: OfficeId, fingerprint: Fingerprint, at: datetime
) -> tuple[ApiKey, ApiKeyMade]:
    """Make a key.

    Raises:
        Refused: one fault for each field that breaks a rule.
    """
    name, faults = plain_line(new.name), list[Fault]()
    if is_blank(name):
        faults.append(Fault(code=FaultCode.MISSING, field="name"))
    if len(name) > NAME_LIMIT:
        faults.append(Fault(code=FaultCode.TOO_LONG, field="name", params={"limit": NAME_LIMIT}))
    if not new.scopes:
        faults.append(Fault(code=FaultCode.MISSING, field="scopes"))
    if faults:
        raise Refused(faults)
    key = ApiKey(
        id=id,
        office_id=office_id,
        name=name,
        fingerprint=fingerprint,
        scopes=new.scopes,
        made_at=at,
        expires_at=at + new.life,
    )
    return key, ApiKeyMade(key_id=id, scopes=written(new.scopes), at=at)


def written(scopes: Scopes) -> str:
    """Write scopes as the command takes them: ``documents:write dossiers:read``."""
    return " ".join(f"{area.value}:{scopes[area].value}" for area in sorted(scopes))


def revoke(key: ApiKey, *, at: datetime) -> tuple[ApiKey, ApiKeyRevoked]:
    """Revoke a key: it is refused from now on.

    Raises:
        Refused: it was revoked already.
    """
    if key.revoked_at is not None:
        raise Refused([Fault(code=FaultCode.WRONG_STATE, field="api_key")])
    return attrs.evolve(key, revoked_at=at), ApiKeyRevoked(key_id=key.id, at=at)


def admit(key: ApiKey | None, *, at: datetime) -> ApiKey:
    """Admit a key. Raises: ApiKeyDead, if there is no such key, or it has expired or was revoked."""
    if key is None or key.revoked_at is not None or not key.made_at <= at < key.expires_at:
        raise ApiKeyDead
    return key


def minute_of(key: ApiKey, *, at: datetime) -> Minute:
    """Give the minute of *at* of a key."""
    return _minute(key.minute_at, key.minute_requests, at=at)


def minute_of_session(counter: Counter | None, *, at: datetime) -> Minute:
    """Give the minute of *at* of a session. Its counter has the requests that were taken, and of which minute."""
    return _minute(None, 0, at=at) if counter is None else _minute(counter.newest_at, counter.failures, at=at)


def used(key: ApiKey, lease: Lease, *, at: datetime) -> ApiKey:
    """Give a key of which a lease was taken."""
    return attrs.evolve(key, used_at=at, minute_at=lease.minute.begun_at, minute_requests=lease.minute.taken)


def counter_of(lease: Lease) -> Counter:
    """Give the counter of a session of which a lease was taken."""
    return Counter(failures=lease.minute.taken, newest_at=lease.minute.begun_at)


def take(minute: Minute, *, limit: int, at: datetime) -> Lease:
    """Take a lease of a part of the requests that are left (AP-3).

    So no more requests are let in than the limit, by however many processes. The leases that are not used up in their
    minute are lost: of each process at most that part.

    Raises:
        TooManyRequests: none is left in this minute.
    """
    if minute.taken >= limit:
        raise TooManyRequests(limit=limit, seconds=_seconds(minute, at=at))
    size = max((limit - minute.taken) // LEASES, 1)
    return Lease(minute=attrs.evolve(minute, taken=minute.taken + size), left=size)


def newest(minute: Minute, held: Lease | None) -> Minute:
    """Give the newer of what was read of a minute and what a lease has of it: what is taken only grows."""
    if held is None or held.minute.begun_at != minute.begun_at:
        return minute
    return max(minute, held.minute, key=lambda each: each.taken)


def joined(new: Lease, held: Lease | None) -> Lease:
    """Add a lease to that which the process has. One of another minute is void."""
    if held is None or held.minute.begun_at != new.minute.begun_at:
        return new
    return Lease(minute=newest(new.minute, held), left=new.left + held.left)


def spend(held: Lease | None, minute: Minute, *, limit: int, at: datetime) -> tuple[Lease, ApiBudget] | None:
    """Count a request of a lease (AP-3). None if it has none left in this minute.

    Args:
        held: the lease, if the process has one.
        minute: what storage has now. So the budget tells what other processes took too.
        limit: the number of requests in a minute.
        at: the time of the request.
    """
    if held is None or held.minute.begun_at != minute.begun_at or held.left == 0:
        return None
    lease = Lease(minute=newest(minute, held), left=held.left - 1)
    remaining = max(limit - lease.minute.taken, 0) + lease.left
    return lease, ApiBudget(limit=limit, remaining=remaining, seconds=_seconds(minute, at=at))


def session_subject(session_id: SessionId) -> ThrottleSubject:
    """Give what the requests of a session are counted under."""
    return ThrottleSubject(hashlib.sha256(b"requests" + session_id.bytes).digest())


def _minute(begun_at: datetime | None, taken: int, *, at: datetime) -> Minute:
    """Give the minute of *at*. If storage has another one, nothing of it was taken yet.

    The next minute stands: another process whose clock is ahead began it. Else two of them would begin theirs again and
    again, each with all requests.
    """
    now = at.replace(second=0, microsecond=0)
    if begun_at is not None and begun_at == now + MINUTE:
        now = begun_at
    return Minute(begun_at=now, taken=taken if begun_at == now else 0)


def _seconds(minute: Minute, *, at: datetime) -> int:
    """Give the seconds until all requests are there again."""
    return int((minute.begun_at + MINUTE - at).total_seconds()) + 1


def require(key: ApiKey, area: ApiArea, access: ApiAccess) -> None:
    """Require that a key has a scope (AP-2). Who may write may read.

    Raises:
        ScopeMissing: it does not.
    """
    if key.scopes.get(area) not in {access, ApiAccess.WRITE}:
        raise ScopeMissing(f"{area.value}:{access.value}")
