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
    """The last request."""
    minute_at: datetime | None = None
    """The beginning of the minute of that request."""
    minute_requests: int = 0
    """The number of requests in that minute."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class MadeApiKey:
    """A key that was just made. Its secret is shown this once."""

    id: ApiKeyId
    secret: str = attrs.field(repr=False)
    expires_at: datetime


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


def use(key: ApiKey | None, *, limits: ApiLimits, at: datetime) -> tuple[ApiKey, ApiBudget]:
    """Count a request of a key (AP-3).

    Raises:
        ApiKeyDead: there is no such key, or it has expired or was revoked.
        TooManyRequests: the key has no requests left in this minute. This one is not counted.
    """
    if key is None or key.revoked_at is not None or not key.made_at <= at < key.expires_at:
        raise ApiKeyDead
    minute, made, budget = _spent(key.minute_at, key.minute_requests, limit=limits.requests_a_minute, at=at)
    return attrs.evolve(key, used_at=at, minute_at=minute, minute_requests=made), budget


def spend(counter: Counter, *, limits: ApiLimits, at: datetime) -> tuple[Counter, ApiBudget]:
    """Count a request of a session (AP-3). Its counter has the requests in a minute, and when that began.

    Raises:
        TooManyRequests: the session has no requests left in this minute. This one is not counted.
    """
    limit = limits.session_requests_a_minute
    minute, made, budget = _spent(counter.newest_at, counter.failures, limit=limit, at=at)
    return Counter(failures=made, newest_at=minute), budget


def session_subject(session_id: SessionId) -> ThrottleSubject:
    """Give what the requests of a session are counted under."""
    return ThrottleSubject(hashlib.sha256(b"requests" + session_id.bytes).digest())


def _spent(minute_at: datetime | None, made: int, *, limit: int, at: datetime) -> tuple[datetime, int, ApiBudget]:
    """Count one more request in the minute of *at*: give when that began, the requests in it, and what is left."""
    begun = at.replace(second=0, microsecond=0)
    made = made + 1 if minute_at == begun else 1
    seconds = int((begun + MINUTE - at).total_seconds()) + 1
    if made > limit:
        raise TooManyRequests(limit=limit, seconds=seconds)
    return begun, made, ApiBudget(limit=limit, remaining=limit - made, seconds=seconds)


def require(key: ApiKey, area: ApiArea, access: ApiAccess) -> None:
    """Require that a key has a scope (AP-2). Who may write may read.

    Raises:
        ScopeMissing: it does not.
    """
    if key.scopes.get(area) not in {access, ApiAccess.WRITE}:
        raise ScopeMissing(f"{area.value}:{access.value}")
