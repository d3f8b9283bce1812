"""Requests that make something only once, however often they are sent (AP-4)."""

from datetime import datetime, timedelta
from uuid import UUID

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Conflict, Fault, FaultCode, Refused
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.domain.values import ApiKeyId, Fingerprint, OfficeId

PATIENCE = timedelta(minutes=1)
"""After this time, another attempt takes the place of one that did not end. Then the first one can make nothing."""
KEPT = timedelta(days=2)
"""How long an answer is kept. The same request makes another thing after that."""
FIELD = "Idempotency-Key"


@attrs.frozen(kw_only=True, field_transformer=checked)
class IdempotentRequest:
    """A request with an ``Idempotency-Key``, and its answer once there is one."""

    office_id: OfficeId
    caller_id: UUID
    """Whose key it is: the API key of an office, or the person of a client."""
    name: Fingerprint
    """The SHA-256 of the ``Idempotency-Key``."""
    body: Fingerprint
    """The SHA-256 of what was sent: method, path and body."""
    attempt: UUID
    """The attempt that may carry it out. Another attempt that takes its place has another id."""
    begun_at: datetime
    made_at: datetime | None = None
    """When the change was made, in the same transaction."""
    answer: str | None = None


@attrs.frozen(kw_only=True, field_transformer=checked)
class ApiActor(OfficeActor):
    """The office, which acts through a request with an API key."""

    key_id: ApiKeyId
    request: IdempotentRequest | None = None
    """The request, if it has an ``Idempotency-Key``. Whatever is recorded marks it as made."""

    @property
    def caller_id(self) -> UUID:
        """Whose ``Idempotency-Key`` it is."""
        return self.key_id


@attrs.frozen(kw_only=True, field_transformer=checked)
class ApiClient(Actor):
    """A client, who acts through a request of the client API."""

    request: IdempotentRequest | None = None
    """The request, if it has an ``Idempotency-Key``. Whatever is recorded marks it as made."""

    @property
    def caller_id(self) -> UUID:
        """Whose ``Idempotency-Key`` it is. A person that signs in again can send the same request again."""
        return self.person_id


def repeat(known: IdempotentRequest | None, new: IdempotentRequest) -> str | None:
    """Decide what to do with a request whose ``Idempotency-Key`` was taken.

    Gives the answer to give again. None if the request takes the place of an attempt that did not end.

    Args:
        known: what has the ``Idempotency-Key``. None if it just came free.
        new: the request.

    Raises:
        Refused: the key was used with another body (``KEY_USED_BEFORE``); or the change was made, but the process
            stopped before its answer was kept (``ANSWER_LOST``).
        Conflict: another attempt is under way, or just ended without making anything.
    """
    if known is None:
        raise Conflict
    if known.body != new.body:
        raise Refused([Fault(code=FaultCode.KEY_USED_BEFORE, field=FIELD)])
    if known.answer is not None:
        return known.answer
    if new.begun_at - known.begun_at < PATIENCE:
        raise Conflict
    if known.made_at is not None:
        raise Refused([Fault(code=FaultCode.ANSWER_LOST, field=FIELD)])
    return None
