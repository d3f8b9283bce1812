"""API keys: with one, a back office that is not Python makes the calls of its office over HTTP (AP-1, AP-2)."""

import base64
import enum
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
from klantportaal.domain.values import NAME_LIMIT, ApiKeyId, Fingerprint, OfficeId, is_blank, plain_line

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
    """The limits of the HTTP API."""

    requests_a_minute: Annotated[int, Range(1)] = 600
    """The number of requests of one key in a minute (AP-3)."""


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
    """How many requests a key has left in this minute."""

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
    begun = at.replace(second=0, microsecond=0)
    made = key.minute_requests if key.minute_at == begun else 0
    seconds = int((begun + MINUTE - at).total_seconds()) + 1
    if made >= limits.requests_a_minute:
        raise TooManyRequests(limit=limits.requests_a_minute, seconds=seconds)
    used = attrs.evolve(key, used_at=at, minute_at=begun, minute_requests=made + 1)
    left = limits.requests_a_minute - used.minute_requests
    return used, ApiBudget(limit=limits.requests_a_minute, remaining=left, seconds=seconds)


def require(key: ApiKey, area: ApiArea, access: ApiAccess) -> None:
    """Require that a key has a scope (AP-2). Who may write may read.

    Raises:
        ScopeMissing: it does not.
    """
    if key.scopes.get(area) not in {access, ApiAccess.WRITE}:
        raise ScopeMissing(f"{area.value}:{access.value}")
