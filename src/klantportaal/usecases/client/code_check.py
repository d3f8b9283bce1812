"""Checking a typed code, for sign-ins, enrolments and changes (TS-2).

The attempt is counted and committed before the code is compared. A right code is then used up, and its effect applied,
in one transaction. That transaction starts with a conditional update, so of several at once, one succeeds.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

import attrs

from klantportaal.domain import two_step
from klantportaal.domain.accounts import Holding
from klantportaal.domain.errors import CodeDue, Fault, FaultCode, PortalError, Refused, SecondStepDead
from klantportaal.domain.events import AppKeyRenewed, CodeRefused, RecoveryCodeUsed
from klantportaal.domain.persons import Person, has_open
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.domain.two_step import CodePurpose, Holder, TwoStep, TwoStepMethod, TwoStepRules, Verification
from klantportaal.domain.values import Digest, OfficeId
from klantportaal.log_events import EventLog
from klantportaal.ports.clock import Clock
from klantportaal.ports.secrets import Codes, SealBroken, Vault
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more
from klantportaal.usecases.shared.throttling import Attempt, Throttle

_LOG = EventLog(__name__)
Result = TypeVar("Result")


@attrs.frozen(kw_only=True)
class Case:
    """A valid verification with its person, the accounts of the person and its two-step verification."""

    verification: Verification
    person: Person
    holdings: Sequence[Holding]
    """All accounts of the person."""
    standing: TwoStep | None

    @property
    def asked(self) -> TwoStep | None:
        """The two-step verification whose code is asked. None for an enrolment: the new number or app (TS-5)."""
        return None if self.verification.purpose is CodePurpose.ENROLMENT else self.standing


@attrs.frozen(kw_only=True)
class Given:
    """A typed code, without spaces and the like."""

    code: str = attrs.field(repr=False)
    is_recovery: bool = False
    field: str = "code"
    """The name of the field in faults."""


@attrs.frozen(kw_only=True)
class _Reserved:
    """A counted attempt."""

    case: Case
    attempt: Attempt | None
    """The attempt in the throttle of the person. None for a recovery code: too long to guess, so not throttled."""

    @property
    def is_open(self) -> bool:
        """Whether the code may be compared."""
        return self.attempt is None or self.attempt.is_open


@attrs.frozen(kw_only=True)
class _Proof:
    """The matching code, to be used up: a sent code, a time step of an app, or a recovery code."""

    code: Digest | None = None
    step: int = 0
    app: TwoStep | None = None
    """The two-step verification of the time step. None for an app that is being enrolled."""
    renewed: bytes | None = attrs.field(default=None, repr=False)
    """The app's key, encrypted again. None if it is encrypted under the newest key of the vault already."""
    recovery_of: TwoStep | None = None
    """The two-step verification of the recovery code, as it was when the code was compared."""


@attrs.frozen(kw_only=True)
class Verified:
    """The result of a successful verification."""

    step: int
    """The time step of an app's code. 0 for other codes."""
    recovery: str | None = attrs.field(repr=False)
    """The next recovery code, to be shown once, if a recovery code was used (TS-4). None for other codes."""


@attrs.frozen(kw_only=True)
class CodeCheck:
    """Verifies codes."""

    _storage: Storage
    _clock: Clock
    _codes: Codes
    _vault: Vault
    _recorder: Recorder
    _throttle: Throttle
    _rules: TwoStepRules

    def case(self, uow: UnitOfWork, office_id: OfficeId, purpose: CodePurpose, holder: Holder) -> Case | None:
        """Find the valid verification of a browser or session for a purpose. None if there is none."""
        found = uow.verifications.find(office_id, purpose, holder)
        if found is None:
            return None
        person = uow.persons.get(office_id, found.person_id)
        holdings = uow.accounts.of_person(office_id, found.person_id)
        standing = uow.two_steps.of(office_id, found.person_id)
        stands = two_step.stands(found, person, standing, at=self._clock.now())
        if not has_open(holdings) or not stands:
            return None
        return Case(verification=found, person=person, holdings=holdings, standing=standing)

    def proven(self, uow: UnitOfWork, actor: Actor) -> Case:
        """Require a code that was given in the actor's session for a change, and give its verification (TS-5).

        Raises:
            CodeDue: none was given, or too long ago.
        """
        case = self.case(uow, actor.office_id, CodePurpose.CHANGE, actor.session_id)
        if case is None or case.verification.used_at is None:
            raise CodeDue
        return case

    def verify(
        self,
        by: Visitor | Actor,
        purpose: CodePurpose,
        holder: Holder,
        given: Given,
        follow: Callable[[UnitOfWork, Case, Verified, datetime], Result],
    ) -> Result:
        """Count an attempt and compare the code. If it is right, use it up and call *follow* in one transaction.

        After too many wrong codes for the person, the code is not compared, and refused as a wrong code (SI-2).

        Args:
            by: the visitor or actor who enters the code.
            purpose: the purpose of the verification.
            holder: the browser or session that the verification belongs to.
            given: the typed code.
            follow: applies the effect of a right code, within the unit of work. Its result is returned.

        Raises:
            SecondStepDead: for a sign-in: the second step has ended, or no attempts are left.
            Refused: the code is wrong (``CODE_WRONG``), no attempts are left (``NO_ATTEMPTS_LEFT``), or no code is
                asked for (``NOTHING_TO_ENTER``).
        """
        reserved = self._reserve(by, purpose, holder, given)
        proof = self._proof(reserved.case, given) if reserved.is_open else None
        if proof is None:
            raise self._refused(by, reserved, given)

        @once_more
        def use_up() -> tuple[Result] | None:
            """Use the code up, and apply its effect. None if it cannot be used any more."""
            now = self._clock.now()
            with self._storage.begin() as uow:
                if reserved.attempt is not None:
                    self._throttle.succeeded(uow, reserved.attempt)
                uow.persons.take(by.office_id, reserved.case.person.id)  # No account is closed or moved meanwhile.
                case = self.case(uow, by.office_id, purpose, holder)
                verified = self._use(uow, by, reserved.case.verification, proof, at=now) if case else None
                if not case or not verified:
                    return None
                result = follow(uow, case, verified, now)
                uow.commit()
            return (result,)

        if (used := use_up()) is None:
            raise self._refused(by, reserved, given)
        return used[0]

    @once_more
    def _reserve(self, by: Visitor | Actor, purpose: CodePurpose, holder: Holder, given: Given) -> _Reserved:
        with self._storage.begin(flushed=False) as uow:
            case = self.case(uow, by.office_id, purpose, holder)
            if case is None or case.verification.used_at is not None:
                raise _over(purpose, given, FaultCode.NOTHING_TO_ENTER)
            attempt = None if given.is_recovery else self._throttle.reserve_code(uow, by, person_id=case.person.id)
            number = uow.verifications.attempt(by.office_id, case.verification.id, limit=self._rules.attempts)
            if number is None:
                raise _over(purpose, given, FaultCode.NO_ATTEMPTS_LEFT)
            uow.commit()
        counted = attrs.evolve(case, verification=attrs.evolve(case.verification, attempts=number))
        return _Reserved(case=counted, attempt=attempt)

    def _proof(self, case: Case, given: Given) -> _Proof | None:
        return self._recovery(case, given) if given.is_recovery else self._code(case, given)

    def _code(self, case: Case, given: Given) -> _Proof | None:
        verification, now = case.verification, self._clock.now()
        if verification.method is TwoStepMethod.SMS:
            sent = two_step.living_code(verification, rules=self._rules, at=now)
            matches = sent and self._codes.matches(sent, verification.purpose, verification.id, given.code)
            return _Proof(code=sent) if matches else None
        app = case.asked
        sealed, last_step = (app.secret, app.last_step) if app else (verification.secret, 0)
        key = self._open(case.person, sealed or b"")
        step = None if key is None else two_step.accepted_step(key, given.code, last_step=last_step, at=now)
        return None if key is None or step is None else _Proof(step=step, app=app, renewed=self._anew(app, key))

    def _open(self, person: Person, sealed: bytes) -> str | None:
        """Decrypt the key of a person's app. None if that fails: then only the recovery code works."""
        try:
            return self._vault.open(sealed, bound_to=person.id)
        except SealBroken as error:
            text = "the key of the authenticator app of person %(person_id)s cannot be decrypted: %(reason)s"
            _LOG.log(logging.ERROR, "app_key_not_decrypted", text, person_id=person.id, reason=error)
            return None

    def _anew(self, app: TwoStep | None, key: str) -> bytes | None:
        """Encrypt the key of an app again, if it is encrypted under an older key of the vault."""
        if app is None or app.secret is None or not self._vault.is_outdated(app.secret):
            return None
        return self._vault.seal(key, bound_to=app.person_id)

    def _recovery(self, case: Case, given: Given) -> _Proof | None:
        known, person_id = case.asked, case.person.id
        if known is None or not self._codes.matches(known.recovery, CodePurpose.RECOVERY, person_id, given.code):
            return None
        return _Proof(recovery_of=known)

    def _use(
        self, uow: UnitOfWork, by: Visitor | Actor, verification: Verification, proof: _Proof, *, at: datetime
    ) -> Verified | None:
        """Use up the code that was compared. None if it was used at the same time, or if a newer code was sent."""
        if not uow.verifications.use(verification.office_id, verification.id, code=proof.code, at=at):
            return None
        if proof.recovery_of is not None:
            return self._renew(uow, by, proof.recovery_of, at=at)
        if proof.app is not None and not uow.two_steps.accept(proof.app, step=proof.step):
            return None
        if proof.app and proof.renewed and uow.two_steps.renew_secret(proof.app, fresh=proof.renewed):
            self._recorder.record(uow, by, AppKeyRenewed(person_id=proof.app.person_id, at=at))
        return Verified(step=proof.step, recovery=None)

    def _renew(self, uow: UnitOfWork, by: Visitor | Actor, used: TwoStep, *, at: datetime) -> Verified | None:
        """Replace the recovery code that was compared by a new one (TS-4). None if it was replaced at the same time."""
        successor = self._codes.recovery()
        fresh = self._codes.digest(CodePurpose.RECOVERY, used.person_id, successor)
        if not uow.two_steps.renew_recovery(used, fresh=fresh):
            return None
        self._recorder.record(uow, by, RecoveryCodeUsed(person_id=used.person_id, at=at))
        return Verified(step=0, recovery=two_step.grouped(successor))

    @once_more
    def _refused(self, by: Visitor | Actor, reserved: _Reserved, given: Given) -> PortalError:
        """Record that a code was refused, and give the error to raise."""
        verification = reserved.case.verification
        fact = CodeRefused(
            person_id=verification.person_id,
            verification_id=verification.id,
            purpose=CodePurpose.RECOVERY if given.is_recovery else verification.purpose,
            throttled=not reserved.is_open,
            at=self._clock.now(),
        )
        origin = None if reserved.attempt is None else reserved.attempt.origin
        with self._storage.begin() as uow:
            self._recorder.record_refusal(uow, by, fact, person_id=verification.person_id, origin=origin)
            uow.commit()
        left = self._rules.attempts - verification.attempts
        if left == 0:
            return _over(verification.purpose, given, FaultCode.NO_ATTEMPTS_LEFT)
        return Refused([Fault(code=FaultCode.CODE_WRONG, field=given.field, params={"left": left})])


def _over(purpose: CodePurpose, given: Given, code: FaultCode) -> PortalError:
    """Give the error for a verification that has ended: for a sign-in, sign in again; for settings, a fault."""
    return SecondStepDead() if purpose is CodePurpose.SIGN_IN else Refused([Fault(code=code, field=given.field)])
