"""How requests to the APIs enter and are counted, and how those with an ``Idempotency-Key`` are carried out once.

These are AP-1 to AP-5. Only hosts call this: what it gives is not of the office or the client, but of the HTTP request.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar
from uuid import UUID, uuid5

import attrs

from klantportaal.domain import api_keys, idempotency
from klantportaal.domain.api_keys import ApiBudget, ApiKey, ApiLimits, Lease
from klantportaal.domain.errors import PortalError
from klantportaal.domain.idempotency import ApiActor, ApiClient, IdempotentRequest
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import Fingerprint
from klantportaal.ports.clock import Clock
from klantportaal.ports.secrets import Ids, SealBroken, Tokens, Vault
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.request_leases import RequestLeases
from klantportaal.usecases.shared.retries import once_more

Result = TypeVar("Result")
Caller = TypeVar("Caller", bound=ApiActor | ApiClient)


@attrs.frozen(kw_only=True)
class ApiEntrance:
    """Lets requests in that have an API key, and counts those of sessions."""

    _storage: Storage
    _clock: Clock
    _ids: Ids
    _tokens: Tokens
    _vault: Vault
    _limits: ApiLimits
    _leases: RequestLeases = attrs.field(factory=RequestLeases)

    @once_more
    def enter(self, secret: str) -> tuple[ApiKey, ApiBudget]:
        """Recognise a key by its secret, and count the request.

        A lease does not wait for the disk: after a power failure a key may have some requests more.

        Raises:
            ApiKeyDead: there is no such key, or it has expired or was revoked.
            TooManyRequests: it has no requests left in this minute.
        """
        office_id = api_keys.office_of(secret)
        fingerprint, now, limit = self._tokens.fingerprint(secret), self._clock.now(), self._limits.requests_a_minute
        key = api_keys.admit(self._storage.read.api_key(office_id, fingerprint), at=now)

        def take() -> Lease:
            with self._storage.begin(flushed=False) as uow:
                held = api_keys.admit(uow.api_keys.hold(office_id, key.id), at=now)
                lease = api_keys.take(api_keys.minute_of(held, at=now), limit=limit, at=now)
                uow.api_keys.save(api_keys.used(held, lease, at=now))
                uow.commit()
            return lease

        minute = api_keys.minute_of(key, at=now)
        return key, self._leases.spend(key.id, minute, take, limit=limit, at=now)

    @once_more
    def spend(self, actor: Actor) -> ApiBudget:
        """Count a request of a client's session, and give what it has left.

        Raises:
            TooManyRequests: it has no requests left in this minute.
        """
        office_id, subject = actor.office_id, api_keys.session_subject(actor.session_id)
        now, limit = self._clock.now(), self._limits.session_requests_a_minute

        def take() -> Lease:
            with self._storage.begin(flushed=False) as uow:
                held = uow.throttles.hold(office_id, [subject], at=now)
                lease = api_keys.take(api_keys.minute_of_session(held[subject], at=now), limit=limit, at=now)
                uow.throttles.save(office_id, {subject: api_keys.counter_of(lease)})
                uow.commit()
            return lease

        minute = api_keys.minute_of_session(self._storage.read.counter(office_id, subject), at=now)
        return self._leases.spend(actor.session_id, minute, take, limit=limit, at=now)

    def once(
        self, actor: Caller, name: str, sent: bytes, do: Callable[[Caller], Result], write: Callable[[Result], str]
    ) -> str:
        """Carry a request out once, and give its answer, which is kept for two days (AP-4).

        The change of the request and the mark that it was made are one transaction. So a request that is sent again
        after a crash makes no second thing.

        Args:
            actor: who sent it.
            name: its ``Idempotency-Key``.
            sent: the SHA-256 of its method, path and body.
            do: carries it out for an actor.
            write: writes the answer as text.

        Raises:
            Refused: the key was used with another body, or the answer of the first one was lost.
            Conflict: another attempt is under way.
            PortalError: what *do* raises. The request may then be sent again with the same key.
        """
        new = IdempotentRequest(
            office_id=actor.office_id,
            caller_id=actor.caller_id,
            name=Fingerprint(hashlib.sha256(name.encode()).digest()),
            body=Fingerprint(sent),
            attempt=self._ids.new(),
            begun_at=self._clock.now(),
        )
        known = self._begin(new)
        if known is not None:
            return known
        try:
            answer = write(do(attrs.evolve(actor, request=new)))
        except BaseException:
            with suppress(PortalError):  # It can be sent again a minute later all the same.
                self._give_up(new)
            raise
        self._keep(new, answer)
        return answer

    def _begin(self, new: IdempotentRequest) -> str | None:
        """Begin an attempt. If the request has an answer already, give it."""
        with self._storage.begin() as uow:
            if uow.idempotent_requests.add(new):
                uow.commit()
                return None
            known = uow.idempotent_requests.hold(new.office_id, new.caller_id, new.name)
            answer = idempotency.repeat(known, new)
            if answer is not None:
                return answer
            uow.idempotent_requests.save(new)
            uow.commit()
        return None

    def _keep(self, new: IdempotentRequest, answer: str) -> None:
        with self._storage.begin() as uow:
            now = self._clock.now()
            uow.idempotent_requests.mark(new, at=now)
            uow.idempotent_requests.save(attrs.evolve(new, made_at=now, answer=answer))
            uow.commit()

    def _give_up(self, new: IdempotentRequest) -> None:
        with self._storage.begin() as uow:
            uow.idempotent_requests.remove(new)
            uow.commit()

    def cursor(self, owner: UUID, listed: str, place: str) -> str:
        """Write a place in a list as a cursor: encrypted, for this owner and this list only (AP-5).

        Args:
            owner: the id of the office, or of the account of a client.
            listed: the name of the list.
            place: the place.
        """
        return self._vault.seal(place, bound_to=_of_list(owner, listed)).hex()

    def place(self, owner: UUID, listed: str, cursor: str) -> str | None:
        """Read a cursor. None if it is not one of this owner and this list, or was altered."""
        try:
            return self._vault.open(bytes.fromhex(cursor), bound_to=_of_list(owner, listed))
        except (SealBroken, ValueError):
            return None


def _of_list(owner: UUID, listed: str) -> UUID:
    return uuid5(owner, listed)
