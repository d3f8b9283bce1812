"""``Mijn gegevens``: turning on, changing and turning off two-step verification (TS-1, TS-3, TS-5, TS-6).

To turn it on: call ``begin_sms`` or ``begin_totp``, then ``enrol`` with the code. If it is on already, call
``ask_code`` and ``prove`` before you change it or turn it off. All of these require a recently confirmed password.

The module is long because all of these calls are steps of one process.
"""

from collections.abc import Callable
from datetime import datetime

import attrs

from klantportaal.domain import sessions, texting, two_step
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import Conflict, Fault, FaultCode, Refused
from klantportaal.domain.events import CodeAccepted
from klantportaal.domain.offices import Office
from klantportaal.domain.persons import Person
from klantportaal.domain.sessions import Actor, SessionTimes
from klantportaal.domain.texting import E164
from klantportaal.domain.two_step import Channel, CodePurpose, TwoStep, TwoStepMethod, TwoStepRules, Verification
from klantportaal.domain.values import TwoStepId, VerificationId
from klantportaal.ports.clock import Clock
from klantportaal.ports.secrets import Codes, Ids, Vault
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.client.code_check import Case, CodeCheck, Given, Verified
from klantportaal.usecases.client.session_start import SessionStart
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more


@attrs.frozen(kw_only=True)
class TotpKey:
    """The key of an authenticator app, for a camera or for typing."""

    secret: str = attrs.field(repr=False)
    """32 characters of base 32, in groups of four, for typing."""
    uri: str = attrs.field(repr=False)
    """``otpauth://totp/…``, for a QR code."""


@attrs.frozen(kw_only=True)
class Enrolling:
    """A pending enrolment. It changes nothing until its code is entered (TS-5)."""

    method: TwoStepMethod
    number: E164 | None
    """The number of the SMS. None for an app."""
    key: TotpKey | None
    """The key of an app, to be shown until the code is entered. None for SMS."""
    attempts_left: int


@attrs.frozen(kw_only=True)
class TwoStepView:
    """The two-step verification of a person, and the state of a change to it."""

    method: TwoStepMethod | None
    """The method that is on. None if two-step verification is off."""
    number: E164 | None
    """The number for SMSs. None for an app, or if two-step verification is off."""
    since: datetime | None
    required: bool
    """Whether the office requires two-step verification. If so, it cannot be turned off."""
    sms_offered: bool
    """Whether the portal can send SMSs. An app can always be chosen."""
    enrolling: Enrolling | None
    """The pending enrolment, if any."""
    asked: bool
    """Whether ``ask_code`` was called, and ``prove`` did not succeed yet."""
    proven: bool
    """Whether ``prove`` succeeded: ``begin_sms``, ``begin_totp`` and ``turn_off`` can be called."""


@checked_calls
@attrs.frozen(kw_only=True)
class TwoStepSettings:
    """The two-step verification of the actor's person. Pending changes belong to the actor's session."""

    _storage: Storage
    _clock: Clock
    _codes: Codes
    _vault: Vault
    _recorder: Recorder
    _code_check: CodeCheck
    _session_start: SessionStart
    _rules: TwoStepRules
    _ids: Ids
    _times: SessionTimes
    _sms_offered: bool
    """Whether the portal has an SMS sender."""
    _countries: tuple[str, ...]
    """The countries that a mobile number may be from."""

    def view(self, actor: Actor) -> TwoStepView:
        """Give what is on, and what is pending. This changes nothing."""
        with self._storage.begin() as uow:
            standing = uow.two_steps.of(actor.office_id, actor.person_id)
            enrolment = self._case(uow, actor, CodePurpose.ENROLMENT)
            change = self._case(uow, actor, CodePurpose.CHANGE)
            office = uow.offices.get(actor.office_id)
        waits = enrolment is not None and enrolment.verification.used_at is None
        return TwoStepView(
            method=standing.method if standing else None,
            number=standing.number if standing else None,
            since=standing.since if standing else None,
            required=office.two_step_required,
            sms_offered=self._sms_offered,
            enrolling=self._enrolling(enrolment, office.profile.name) if enrolment and waits else None,
            asked=change is not None and change.verification.used_at is None,
            proven=change is not None and change.verification.used_at is not None,
        )

    def begin_sms(self, actor: Actor, number: str) -> None:
        """Start the enrolment of a mobile number, and send a code to it by SMS (TS-1).

        This replaces a pending enrolment.

        Raises:
            NotConfirmed: the password was given too long ago.
            CodeDue: two-step verification is on already: call ``ask_code`` and ``prove`` first (TS-5).
            Refused: *number* is not a mobile number of an allowed country, or ``SMS_NOT_OFFERED``; field ``number``.
        """
        if not self._sms_offered:
            raise Refused([Fault(code=FaultCode.SMS_NOT_OFFERED, field="number")])
        mobile = texting.parse_mobile(number, self._countries)
        self._begin(actor, Channel(method=TwoStepMethod.SMS, number=mobile))

    def begin_totp(self, actor: Actor) -> TotpKey:
        """Start the enrolment of an authenticator app, and give its new key (TS-6).

        This replaces a pending enrolment.

        Raises:
            NotConfirmed: as for ``begin_sms``.
            CodeDue: as for ``begin_sms``.
            Conflict: another enrolment of the person began at the same time.
        """
        key = self._codes.totp_key()
        sealed = self._vault.seal(key, bound_to=actor.person_id)
        person, office = self._begin(actor, Channel(method=TwoStepMethod.TOTP, secret=sealed))
        return _totp_key(key, office_name=office.profile.name, email=person.email)

    @once_more
    def resend(self, actor: Actor) -> None:
        """Request another SMS for the pending enrolment. Its code replaces the older code; the attempts still count.

        The call also succeeds, and sends nothing, if the limit of SMSs is reached or if an app makes the codes.

        Raises:
            Refused: no enrolment is pending (``NOTHING_TO_ENTER``), or no attempts are left (``NO_ATTEMPTS_LEFT``).
        """
        with self._storage.begin() as uow:
            case = self._waiting(uow, actor, CodePurpose.ENROLMENT)
            self._ask(uow, actor, case.verification)
            uow.commit()

    @once_more
    def cancel(self, actor: Actor) -> None:
        """Cancel the pending enrolment, if any. The current two-step verification does not change (TS-5)."""
        with self._storage.begin() as uow:
            waiting = uow.verifications.find(actor.office_id, CodePurpose.ENROLMENT, actor.session_id)
            if waiting is not None:
                uow.verifications.close(actor.office_id, waiting.id)
                uow.commit()

    def enrol(self, actor: Actor, code: str) -> str:
        """Enter the code of the new number or app, and turn it on. All other sessions of the person end.

        Returns the recovery code, in groups of five. Show it once: the portal stores only a hash of it (TS-3). The
        person gets a mail.

        Raises:
            NotConfirmed: the password was given too long ago.
            Refused: the text is not a code (which does not count as an attempt); the code is wrong (with the number of
                attempts ``left``); no enrolment is pending; or no attempts are left, so start again; field ``code``.
            NotSignedIn: the session ended at the same time.
        """
        self._require_confirmed(actor)
        given = Given(code=two_step.read_code(code))
        return self._code_check.verify(actor, CodePurpose.ENROLMENT, actor.session_id, given, self._turn_on(actor))

    @once_more
    def ask_code(self, actor: Actor) -> None:
        """Request the code for changing or turning off two-step verification. An SMS goes to the current number (TS-5).

        For an app nothing is sent. A second call sends another SMS; its code replaces the older code, and the attempts
        still count. If ``prove`` succeeded already, the call changes nothing.

        Raises:
            NotConfirmed: the password was given too long ago.
            Refused: two-step verification is off (``WRONG_STATE``, field ``two_step``), or no attempts are left now.
        """
        self._require_confirmed(actor)
        with self._storage.begin() as uow:
            standing = uow.two_steps.of(actor.office_id, actor.person_id)
            if standing is None:
                raise Refused([Fault(code=FaultCode.WRONG_STATE, field="two_step")])
            case = self._case(uow, actor, CodePurpose.CHANGE)
            if case is None:
                self._open(uow, actor, CodePurpose.CHANGE, standing.channel, standing)
            elif case.verification.used_at is None:
                self._ask(uow, actor, self._waiting(uow, actor, CodePurpose.CHANGE).verification)
            uow.commit()

    def prove(self, actor: Actor, code: str) -> str | None:
        """Enter the code of ``ask_code``, or the recovery code. Changing and turning off is then open for ten minutes.

        Returns the next recovery code, to be shown once, if the recovery code was used (TS-4). The person then gets a
        mail.

        Raises:
            NotConfirmed: the password was given too long ago.
            Refused: as for ``enrol``.
        """
        self._require_confirmed(actor)
        if two_step.looks_like_recovery(code):
            given = Given(code=two_step.read_recovery(code, field="code"), is_recovery=True)
        else:
            given = Given(code=two_step.read_code(code))

        def follow(uow: UnitOfWork, case: Case, verified: Verified, at: datetime) -> str | None:
            fact = CodeAccepted(person_id=actor.person_id, verification_id=case.verification.id, at=at)
            self._recorder.record(uow, actor, fact)
            return verified.recovery

        return self._code_check.verify(actor, CodePurpose.CHANGE, actor.session_id, given, follow)

    @once_more
    def turn_off(self, actor: Actor) -> None:
        """Turn off two-step verification. All other sessions of the person end, and the person gets a mail (TS-5).

        Raises:
            NotConfirmed: the password was given too long ago.
            CodeDue: call ``ask_code`` and ``prove`` first.
            Refused: the office requires two-step verification (``TWO_STEP_REQUIRED``).
            NotSignedIn: the session ended at the same time.
        """
        self._require_confirmed(actor)
        now = self._clock.now()
        with self._storage.begin() as uow:
            case = self._code_check.proven(uow, actor)
            required = uow.offices.get(actor.office_id).two_step_required
            fact = two_step.turn_off(actor.person_id, required=required, at=now)
            uow.two_steps.remove(actor.office_id, actor.person_id)
            self._session_start.end_others(uow, actor, case.person, at=now)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    @once_more
    def _begin(self, actor: Actor, channel: Channel) -> tuple[Person, Office]:
        """Start an enrolment, in place of a pending one. Give its person and office."""
        self._require_confirmed(actor)
        with self._storage.begin() as uow:
            standing = uow.two_steps.of(actor.office_id, actor.person_id)
            if standing is not None:
                self._code_check.proven(uow, actor)
            person = self._open(uow, actor, CodePurpose.ENROLMENT, channel, standing)
            office = uow.offices.get(actor.office_id)
            uow.commit()
        return person, office

    def _open(
        self, uow: UnitOfWork, actor: Actor, purpose: CodePurpose, channel: Channel, standing: TwoStep | None
    ) -> Person:
        """Open a verification for the session, in place of an earlier one for the purpose. Give the person."""
        person = uow.persons.get(actor.office_id, actor.person_id)
        over = uow.verifications.find(actor.office_id, purpose, actor.session_id)
        if over is not None:
            uow.verifications.close(actor.office_id, over.id)
        verification, asked = two_step.open_verification(
            person,
            purpose,
            channel,
            actor.session_id,
            id=VerificationId(self._ids.new()),
            standing=standing,
            rules=self._rules,
            at=self._clock.now(),
        )
        if not uow.verifications.open(verification):
            raise Conflict
        self._recorder.record(uow, actor, asked)
        return person

    def _ask(self, uow: UnitOfWork, actor: Actor, verification: Verification) -> None:
        """Request another SMS. For an app this does nothing."""
        if verification.method is TwoStepMethod.SMS:
            fact = two_step.asked(verification, at=self._clock.now())
            self._recorder.record(uow, actor, fact)

    def _turn_on(self, actor: Actor) -> Callable[[UnitOfWork, Case, Verified, datetime], str]:
        """Give the function that turns on the enrolled number or app after the right code."""

        def follow(uow: UnitOfWork, case: Case, verified: Verified, at: datetime) -> str:
            recovery = self._codes.recovery()
            fresh, fact = two_step.turn_on(
                case.verification,
                case.standing,
                id=TwoStepId(self._ids.new()),
                recovery=self._codes.digest(CodePurpose.RECOVERY, actor.person_id, recovery),
                step=verified.step,
                at=at,
            )
            self._session_start.end_others(uow, actor, case.person, at=at)
            uow.two_steps.put(fresh)
            self._recorder.record(uow, actor, fact)
            return two_step.grouped(recovery)

        return follow

    def _case(self, uow: UnitOfWork, actor: Actor, purpose: CodePurpose) -> Case | None:
        return self._code_check.case(uow, actor.office_id, purpose, actor.session_id)

    def _waiting(self, uow: UnitOfWork, actor: Actor, purpose: CodePurpose) -> Case:
        """Give the pending verification, which still has attempts left. Raises: Refused."""
        case = self._case(uow, actor, purpose)
        if case is None or case.verification.used_at is not None:
            raise Refused([Fault(code=FaultCode.NOTHING_TO_ENTER, field="code")])
        if case.verification.attempts >= self._rules.attempts:
            raise Refused([Fault(code=FaultCode.NO_ATTEMPTS_LEFT, field="code")])
        return case

    def _enrolling(self, case: Case, office_name: str) -> Enrolling:
        waiting = case.verification
        key = waiting.secret and self._vault.open(waiting.secret, bound_to=case.person.id)
        return Enrolling(
            method=waiting.method,
            number=waiting.number,
            key=_totp_key(key, office_name=office_name, email=case.person.email) if key else None,
            attempts_left=self._rules.attempts - waiting.attempts,
        )

    def _require_confirmed(self, actor: Actor) -> None:
        """Require a session with a recently confirmed password. Raises: NotConfirmed."""
        sessions.require_confirmed(actor, times=self._times, at=self._clock.now())


def _totp_key(key: str, *, office_name: str, email: str) -> TotpKey:
    groups = " ".join(key[start : start + 4] for start in range(0, len(key), 4))
    return TotpKey(secret=groups, uri=two_step.provisioning_uri(key, office_name=office_name, email=email))
