"""The API keys of an office (AP-1). With one, a back office makes the calls of ``portal.office`` over HTTP."""

from collections.abc import Sequence

import attrs

from klantportaal.domain import api_keys
from klantportaal.domain.api_keys import ApiKey, MadeApiKey, NewApiKey
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import ApiKeyId
from klantportaal.ports.clock import Clock
from klantportaal.ports.secrets import Ids, Tokens
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.recording import Recorder


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeApiKeys:
    """The API keys of an office."""

    _storage: Storage
    _clock: Clock
    _ids: Ids
    _tokens: Tokens
    _recorder: Recorder

    def make(self, actor: OfficeActor, new: NewApiKey) -> MadeApiKey:
        """Make a key. Its secret is in the result, and can never be read again: storage holds only its SHA-256.

        Args:
            actor: the office.
            new: its name, what it may do, and how long it works.

        Raises:
            Absent: there is no such office.
            Refused: one fault for each field that breaks a rule.
        """
        secret = api_keys.secret_of(actor.office_id, self._tokens.new())
        key, fact = api_keys.make_key(
            new,
            id=ApiKeyId(self._ids.new()),
            office_id=actor.office_id,
            fingerprint=self._tokens.fingerprint(secret),
            at=self._clock.now(),
        )
        with self._storage.begin() as uow:
            uow.offices.get(actor.office_id)
            uow.api_keys.add(key)
            self._recorder.record(uow, actor, fact)
            uow.commit()
        return MadeApiKey(id=key.id, secret=secret, expires_at=key.expires_at)

    def list(self, actor: OfficeActor) -> Sequence[ApiKey]:
        """List all keys of the office, newest first, also those that are revoked or expired."""
        return self._storage.read.office_api_keys(actor)

    def revoke(self, actor: OfficeActor, key_id: ApiKeyId) -> None:
        """Revoke a key. From then on it is refused.

        Raises:
            Absent: the office has no such key.
            Refused: it was revoked already.
        """
        with self._storage.begin() as uow:
            key, fact = api_keys.revoke(uow.api_keys.hold(actor.office_id, key_id), at=self._clock.now())
            uow.api_keys.save(key)
            self._recorder.record(uow, actor, fact)
            uow.commit()
