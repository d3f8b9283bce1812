"""API keys, and requests with an ``Idempotency-Key``."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import API_KEYS, IDEMPOTENT_REQUESTS, Record
from klantportaal.adapters.storage.sql.statements import adding, adding_once, forgetting, its, matching
from klantportaal.domain.api_keys import ApiKey
from klantportaal.domain.errors import Conflict
from klantportaal.domain.idempotency import IdempotentRequest
from klantportaal.domain.values import ApiKeyId, Fingerprint, OfficeId

_keys = schema.api_keys
_ADD_KEY = adding(_keys)
_HOLD_KEY = select(*API_KEYS.columns).where(matching(_keys, "office_id", "id")).with_for_update()
_KEY_CHANGES = ("revoked_at", "used_at", "minute_at", "minute_requests")
_SAVE_KEY = update(_keys).where(its(_keys, "office_id", "id")).values({name: bindparam(name) for name in _KEY_CHANGES})

_requests = schema.idempotent_requests
_NAME = ("office_id", "caller_id", "name")
_ADD = adding_once(_requests)
_HOLD = select(*IDEMPOTENT_REQUESTS.columns).where(matching(_requests, *_NAME)).with_for_update()
_CHANGES = ("attempt", "begun_at", "made_at", "answer")
_SAVE = update(_requests).where(its(_requests, *_NAME)).values({name: bindparam(name) for name in _CHANGES})
_MARK = update(_requests).where(its(_requests, *_NAME, "attempt")).values(made_at=bindparam("made_at"))
_REMOVE = delete(_requests).where(matching(_requests, *_NAME, "attempt"), _requests.c.made_at.is_(None))
_FORGET = forgetting(_requests, _requests.c.begun_at < bindparam("before"), first=_requests.c.begun_at)


class SqlApiKeys(Repository):
    """API keys."""

    def add(self, key: ApiKey) -> None:
        """Insert a key."""
        self._run(_ADD_KEY, API_KEYS.record(key))

    def hold(self, office_id: OfficeId, key_id: ApiKeyId) -> ApiKey:
        """Return a key, and lock it.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return API_KEYS.value(self._one(_HOLD_KEY, {"office_id": office_id, "id": key_id}, "API key"))

    def save(self, key: ApiKey) -> None:
        """Store a change."""
        record = API_KEYS.record(key)
        changes = {name: record[name] for name in _KEY_CHANGES}
        self._run(_SAVE_KEY, {"its_office_id": key.office_id, "its_id": key.id, **changes})


class SqlIdempotentRequests(Repository):
    """Requests with an ``Idempotency-Key``."""

    def add(self, request: IdempotentRequest) -> bool:
        """Insert a request, unless its caller sent one of that name."""
        return self._count(_ADD, IDEMPOTENT_REQUESTS.record(request)) == 1

    def hold(self, office_id: OfficeId, caller_id: UUID, name: Fingerprint) -> IdempotentRequest | None:
        """Return a request, and lock it."""
        row = self._first(_HOLD, {"office_id": office_id, "caller_id": caller_id, "name": name})
        return None if row is None else IDEMPOTENT_REQUESTS.value(row)

    def save(self, request: IdempotentRequest) -> None:
        """Store a change."""
        record = IDEMPOTENT_REQUESTS.record(request)
        self._run(_SAVE, {**_its_name(record), **{name: record[name] for name in _CHANGES}})

    def mark(self, request: IdempotentRequest, *, at: datetime) -> None:
        """Store when the change was made.

        Raises:
            Conflict: another attempt took the place of this one.
        """
        record = IDEMPOTENT_REQUESTS.record(request)
        if self._count(_MARK, {**_its_name(record), "its_attempt": request.attempt, "made_at": at}) == 0:
            raise Conflict

    def remove(self, request: IdempotentRequest) -> None:
        """Delete a request that made nothing."""
        record = IDEMPOTENT_REQUESTS.record(request)
        self._run(_REMOVE, {name: record[name] for name in (*_NAME, "attempt")})

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete old requests of all offices."""
        return self._count(_FORGET, {"before": before, "limit": limit})


def _its_name(record: Record) -> Record:
    return {f"its_{name}": record[name] for name in _NAME}
