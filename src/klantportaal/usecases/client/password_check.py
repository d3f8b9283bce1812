"""Checking the current password of a signed-in person, for security settings and a new password (SI-3, PW-4)."""

import attrs

from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import ConfirmationRefused
from klantportaal.domain.persons import Person
from klantportaal.domain.sessions import Actor
from klantportaal.ports.clock import Clock
from klantportaal.ports.secrets import Passwords
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more
from klantportaal.usecases.shared.throttling import Attempt, Throttle


@attrs.frozen(kw_only=True)
class PasswordCheck:
    """Compares a typed password with the current password of the person."""

    _storage: Storage
    _clock: Clock
    _passwords: Passwords
    _recorder: Recorder
    _throttle: Throttle

    def prove(self, actor: Actor, password: str) -> tuple[Person, Attempt]:
        """Compare *password* with the current password. Give the person before the check, and the attempt.

        The attempt is counted before the check (SI-2). The caller must report it to ``Throttle.succeeded``. Hashing
        happens outside any transaction.

        Raises:
            Refused: the password is wrong, or the person is throttled and it was not compared; field ``current``.
            Unavailable: too many passwords are being checked at the same time.
        """
        known, attempt = self._reserve(actor)
        with self._throttle.comparing(attempt):
            right = self._passwords.verify(password, known.password_hash if attempt.is_open else None).matches
        if not right:
            self._note_refusal(actor, attempt)
            raise Refused([Fault(code=FaultCode.PASSWORD_WRONG, field="current")])
        return known, attempt

    @once_more
    def _reserve(self, actor: Actor) -> tuple[Person, Attempt]:
        with self._storage.begin(flushed=False) as uow:
            known = uow.persons.get(actor.office_id, actor.person_id)
            attempt = self._throttle.reserve(uow, actor, person_id=known.id)
            uow.commit()
        return known, attempt

    @once_more
    def _note_refusal(self, actor: Actor, attempt: Attempt) -> None:
        fact = ConfirmationRefused(
            person_id=actor.person_id,
            session_id=actor.session_id,
            throttled=not attempt.is_open,
            at=self._clock.now(),
        )
        with self._storage.begin() as uow:
            self._recorder.record_refusal(uow, actor, fact, person_id=actor.person_id, origin=attempt.origin)
            uow.commit()
