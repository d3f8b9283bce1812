"""``Mijn gegevens``: turning two-step verification on, changing it, turning it off (TS-1, TS-3, TS-5, TS-6).

Turning on: ``begin_sms`` or ``begin_totp``, then ``enrol`` with the code. Where it is on already, changing it or
turning it off begins with ``ask_code`` and ``prove``. All of them take a password that was given lately.
"""

from collections.abc import Callable
from datetime import datetime

import attrs

from klantportaal.domain import sessions, texting, two_step
from klantportaal.domain.accounts import Account
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import CodeDue, Conflict, Fault, FaultCode, Refused
from klantportaal.domain.events import CodeAccepted
from klantportaal.domain.offices import Office
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


@attrs.frozen(kw_only=True)
class TotpKey:
    """What an authenticator app is given, by camera or by hand."""

    secret: str = attrs.field(repr=False)
    """32 characters of base 32, in groups of four, for whoever types it over."""
    uri: str = attrs.field(repr=False)
    """``otpauth://totp/…``, for a QR code."""


@attrs.frozen(kw_only=True)
class Enrolling:
    """An enrolment that waits for its code; it changes nothing until then (TS-5)."""

    method: TwoStepMethod
    number: E164 | None
    """Where the SMS goes, as E.164; None for an app."""
    key: TotpKey | None
    """For an app: its key, to be shown until the code is entered."""
    attempts_left: int


@attrs.frozen(kw_only=True)
class TwoStepView:
    """What ``Mijn gegevens`` shows of two-step verification, and how far a change of it is."""

    method: TwoStepMethod | None
    """What is on; None where nothing is."""
    number: E164 | None
    """Where SMSs go, as E.164."""
    since: datetime | None
    required: bool
    """Whether the office asks for it: then it cannot be turned off."""
    sms_offered: bool
    """Whether the portal can send SMSs; an app can always be chosen."""
    enrolling: Enrolling | None
    """The enrolment that waits for its code, if any."""
    asked: bool
    """Whether a code was asked for, to change something or turn it off, and is still to be given."""
    proven: bool
    """Whether that code was given: ``begin_sms``, ``begin_totp`` and ``turn_off`` are open."""


@checked_calls
@attrs.frozen(kw_only=True)
class TwoStepSettings:
    """An account's two-step verification; everything here is the actor's own, and of its present session."""

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
    """Whether there is anything to send SMSs with."""
    _countries: tuple[str, ...]
    """Where a mobile number may be from."""

    def view(self, actor: Actor) -> TwoStepView:
        """Show what is on, and what waits; looking changes nothing."""
        with self._storage.begin() as uow:
            standing = uow.two_steps.of(actor.office_id, actor.account_id)
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
        """Begin to enrol a mobile number: a code goes there by SMS; begun anew, the earlier one is void (TS-1).

        Raises:
            NotConfirmed: the password was given too long ago.
            CodeDue: it is on already, and no code was given lately: ``ask_code`` and ``prove`` first (TS-5).
            Refused: *number* is no mobile number that SMSs may go to, or ``SMS_NOT_OFFERED``; field ``number``.
        """
        if not self._sms_offered:
            raise Refused([Fault(code=FaultCode.SMS_NOT_OFFERED, field="number")])
        mobile = texting.parse_mobile(number, self._countries)
        self._begin(actor, Channel(method=TwoStepMethod.SMS, number=mobile))

    def begin_totp(self, actor: Actor) -> TotpKey:
        """Begin to enrol an authenticator app, with a key made for it; begun anew, the earlier key is void (TS-6).

        Raises:
            NotConfirmed, CodeDue: as for ``begin_sms``.
        """
        key = self._codes.totp_key()
        sealed = self._vault.seal(key, bound_to=actor.account_id)
        account, office = self._begin(actor, Channel(method=TwoStepMethod.TOTP, secret=sealed))
        return _totp_key(key, office_name=office.profile.name, email=account.email)

    def resend(self, actor: Actor) -> None:
        """Ask for another SMS for the enrolment that waits; its code voids the older one and gives no attempt back.

        The answer is the same where no more SMSs may go out, and where the codes come from an app.

        Raises:
            Refused: no enrolment waits (``NOTHING_TO_ENTER``), or it is out of attempts (``NO_ATTEMPTS_LEFT``).
        """
        with self._storage.begin() as uow:
            case = self._waiting(uow, actor, CodePurpose.ENROLMENT)
            self._ask(uow, actor, case.verification)
            uow.commit()

    def cancel(self, actor: Actor) -> None:
        """Drop the enrolment that waits, if any; what was on stays on (TS-5)."""
        with self._storage.begin() as uow:
            waiting = uow.verifications.find(actor.office_id, CodePurpose.ENROLMENT, actor.session_id)
            if waiting is not None:
                uow.verifications.close(actor.office_id, waiting.id)
                uow.commit()

    def enrol(self, actor: Actor, code: str) -> str:
        """Give the code of the new number or app: it is on from now on, and all other sessions of the account end.

        Returns the recovery code, in groups of five: to be shown once, as it is kept nowhere (TS-3). A mail tells.

        Raises:
            NotConfirmed: the password was given too long ago.
            Refused: it is no code (no attempt is lost), a wrong one (with how many attempts are ``left``), no enrolment
                waits, or it is out of attempts and must be begun anew; field ``code``.
        """
        self._require_confirmed(actor)
        given = Given(code=two_step.read_code(code))
        return self._code_check.verify(actor, CodePurpose.ENROLMENT, actor.session_id, given, self._turn_on(actor))

    def ask_code(self, actor: Actor) -> None:
        """Ask for the code that changing it or turning it off takes; by SMS it goes to the number that stands (TS-5).

        Asked again it is sent again, in the older one's place, and gives no attempt back. What was proven stays so.

        Raises:
            NotConfirmed: the password was given too long ago.
            Refused: it is not on (``WRONG_STATE``, field ``two_step``), or out of attempts for now.
        """
        self._require_confirmed(actor)
        with self._storage.begin() as uow:
            standing = uow.two_steps.of(actor.office_id, actor.account_id)
            if standing is None:
                raise Refused([Fault(code=FaultCode.WRONG_STATE, field="two_step")])
            case = self._case(uow, actor, CodePurpose.CHANGE)
            if case is None:
                self._open(uow, actor, CodePurpose.CHANGE, standing.channel, standing)
            elif case.verification.used_at is None:
                self._ask(uow, actor, self._waiting(uow, actor, CodePurpose.CHANGE).verification)
            uow.commit()

    def prove(self, actor: Actor, code: str) -> str | None:
        """Give that code, or the recovery code in its place; for ten minutes it may be changed or turned off then.

        Returns the next recovery code, to be shown once, where the recovery code was used (TS-4); a mail tells of that.

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
            fact = CodeAccepted(account_id=actor.account_id, verification_id=case.verification.id, at=at)
            self._recorder.record(uow, actor, fact)
            return verified.recovery

        return self._code_check.verify(actor, CodePurpose.CHANGE, actor.session_id, given, follow)

    def turn_off(self, actor: Actor) -> None:
        """Turn it off; all other sessions of the account end, and a mail tells (TS-5).

        Raises:
            NotConfirmed: the password was given too long ago.
            CodeDue: no code was given lately: ``ask_code`` and ``prove`` first.
            Refused: the office asks for it (``TWO_STEP_REQUIRED``).
        """
        self._require_confirmed(actor)
        now = self._clock.now()
        with self._storage.begin() as uow:
            case = self._proven(uow, actor)
            required = uow.offices.get(actor.office_id).two_step_required
            fact = two_step.turn_off(actor.account_id, required=required, at=now)
            uow.two_steps.remove(actor.office_id, actor.account_id)
            self._session_start.end_others(uow, actor, case.account, at=now)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def _begin(self, actor: Actor, channel: Channel) -> tuple[Account, Office]:
        """Open an enrolment in the place of one that waits; give whose it is, and at which office."""
        self._require_confirmed(actor)
        with self._storage.begin() as uow:
            standing = uow.two_steps.of(actor.office_id, actor.account_id)
            if standing is not None:
                self._proven(uow, actor)
            account = self._open(uow, actor, CodePurpose.ENROLMENT, channel, standing)
            office = uow.offices.get(actor.office_id)
            uow.commit()
        return account, office

    def _open(
        self, uow: UnitOfWork, actor: Actor, purpose: CodePurpose, channel: Channel, standing: TwoStep | None
    ) -> Account:
        """Open a verification for the session, in the place of what it had for the purpose; give the account."""
        account, _client = uow.accounts.get(actor.office_id, actor.account_id)
        over = uow.verifications.find(actor.office_id, purpose, actor.session_id)
        if over is not None:
            uow.verifications.close(actor.office_id, over.id)
        verification, asked = two_step.open_verification(
            account,
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
        return account

    def _ask(self, uow: UnitOfWork, actor: Actor, verification: Verification) -> None:
        """Ask for another SMS; an app needs no asking."""
        if verification.method is TwoStepMethod.SMS:
            fact = two_step.asked(verification, at=self._clock.now())
            self._recorder.record(uow, actor, fact)

    def _turn_on(self, actor: Actor) -> Callable[[UnitOfWork, Case, Verified, datetime], str]:
        """Do what follows from the right code of an enrolment."""

        def follow(uow: UnitOfWork, case: Case, verified: Verified, at: datetime) -> str:
            recovery = self._codes.recovery()
            fresh, fact = two_step.turn_on(
                case.verification,
                case.standing,
                id=TwoStepId(self._ids.new()),
                recovery=self._codes.digest(CodePurpose.RECOVERY, actor.account_id, recovery),
                step=verified.step,
                at=at,
            )
            self._session_start.end_others(uow, actor, case.account, at=at)
            uow.two_steps.put(fresh)
            self._recorder.record(uow, actor, fact)
            return two_step.grouped(recovery)

        return follow

    def _case(self, uow: UnitOfWork, actor: Actor, purpose: CodePurpose) -> Case | None:
        return self._code_check.case(uow, actor.office_id, purpose, actor.session_id)

    def _waiting(self, uow: UnitOfWork, actor: Actor, purpose: CodePurpose) -> Case:
        """Give the verification that waits for its code. Raises: Refused."""
        case = self._case(uow, actor, purpose)
        if case is None or case.verification.used_at is not None:
            raise Refused([Fault(code=FaultCode.NOTHING_TO_ENTER, field="code")])
        if case.verification.attempts >= self._rules.attempts:
            raise Refused([Fault(code=FaultCode.NO_ATTEMPTS_LEFT, field="code")])
        return case

    def _proven(self, uow: UnitOfWork, actor: Actor) -> Case:
        """Give the proof that the session may change two-step verification (TS-5). Raises: CodeDue."""
        case = self._case(uow, actor, CodePurpose.CHANGE)
        if case is None or case.verification.used_at is None:
            raise CodeDue
        return case

    def _enrolling(self, case: Case, office_name: str) -> Enrolling:
        waiting = case.verification
        key = waiting.secret and self._vault.open(waiting.secret, bound_to=case.account.id)
        return Enrolling(
            method=waiting.method,
            number=waiting.number,
            key=_totp_key(key, office_name=office_name, email=case.account.email) if key else None,
            attempts_left=self._rules.attempts - waiting.attempts,
        )

    def _require_confirmed(self, actor: Actor) -> None:
        """Let through only a session whose password was given lately. Raises: NotConfirmed."""
        sessions.require_confirmed(actor, times=self._times, at=self._clock.now())


def _totp_key(key: str, *, office_name: str, email: str) -> TotpKey:
    groups = " ".join(key[start : start + 4] for start in range(0, len(key), 4))
    return TotpKey(secret=groups, uri=two_step.provisioning_uri(key, office_name=office_name, email=email))
