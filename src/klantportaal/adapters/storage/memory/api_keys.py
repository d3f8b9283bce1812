"""Repositories of API keys, and of requests with an ``Idempotency-Key``."""

from datetime import datetime
from uuid import UUID

import attrs

from klantportaal.adapters.storage.memory.tables import Tables, drop, owned
from klantportaal.domain.api_keys import ApiKey
from klantportaal.domain.errors import Conflict
from klantportaal.domain.idempotency import IdempotentRequest
from klantportaal.domain.values import ApiKeyId, Fingerprint, OfficeId


@attrs.frozen
class ApiKeys:
    """The API keys of offices."""

    _tables: Tables

    def add(self, key: ApiKey) -> None:
        """Insert a key."""
        self._tables.api_keys[key.id] = key

    def hold(self, office_id: OfficeId, key_id: ApiKeyId) -> ApiKey:
        """Return a key. One unit of work runs at a time, so it needs no lock."""
        return owned(self._tables.api_keys, office_id, key_id, "API key")

    def save(self, key: ApiKey) -> None:
        """Store a change."""
        self._tables.api_keys[key.id] = key


@attrs.frozen
class IdempotentRequests:
    """The requests with an ``Idempotency-Key``."""

    _tables: Tables

    def add(self, request: IdempotentRequest) -> bool:
        """Insert a request, unless its caller sent one of that name."""
        kept = self._tables.idempotent_requests.setdefault((request.caller_id, request.name), request)
        return kept is request

    def hold(self, office_id: OfficeId, caller_id: UUID, name: Fingerprint) -> IdempotentRequest | None:
        """Return a request."""
        found = self._tables.idempotent_requests.get((caller_id, name))
        return found if found is not None and found.office_id == office_id else None

    def save(self, request: IdempotentRequest) -> None:
        """Store a change."""
        self._tables.idempotent_requests[request.caller_id, request.name] = request

    def mark(self, request: IdempotentRequest, *, at: datetime) -> None:
        """Store when the change was made."""
        found = self.hold(request.office_id, request.caller_id, request.name)
        if found is None or found.attempt != request.attempt:
            raise Conflict
        self.save(attrs.evolve(found, made_at=at))

    def remove(self, request: IdempotentRequest) -> None:
        """Delete a request that made nothing."""
        found = self.hold(request.office_id, request.caller_id, request.name)
        if found is not None and found.attempt == request.attempt and found.made_at is None:
            del self._tables.idempotent_requests[request.caller_id, request.name]

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete old requests of all offices."""
        return drop(self._tables.idempotent_requests, limit, lambda _key, each: each.begun_at < before)
