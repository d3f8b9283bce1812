"""The second step of a sign-in: a code or the recovery code, after the password (TS-2, TS-4)."""

from datetime import datetime

import attrs

from klantportaal.domain import texting, two_step
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import SecondStepDead
from klantportaal.domain.sessions import Visitor
from klantportaal.domain.two_step import CodePurpose, TwoStepMethod, TwoStepRules
from klantportaal.domain.values import PersonId
from klantportaal.ports.clock import Clock
from klantportaal.ports.secrets import Tokens
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.client.code_check import Case, CodeCheck, Given, Verified
from klantportaal.usecases.client.session_start import Entrance, SessionStart
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more


@attrs.frozen(kw_only=True)
class SecondStepView:
    """The contents of the page of the second step. Its reader has proven only the password."""

    person_id: PersonId
    method: TwoStepMethod
    number_end: str | None
    """The last two digits of the number that the SMS goes to; None for an authenticator app."""
    attempts_left: int
    expires_at: datetime
    """The moment at which the second step expires. After it, sign in again."""


@checked_calls
@attrs.frozen(kw_only=True)
class SecondStep:
    """The second step of a sign-in. *token* is the token of ``Halfway``."""

    _storage: Storage
    _clock: Clock
    _tokens: Tokens
    _recorder: Recorder
    _code_check: CodeCheck
    _session_start: SessionStart
    _rules: TwoStepRules

    def view(self, visitor: Visitor, token: str) -> SecondStepView:
        """Give the state of the second step. This changes nothing and sends nothing.

        Raises:
            SecondStepDead: there is no second step, or it has ended: sign in again.
        """
        with self._storage.begin() as uow:
            verification = self._open(uow, visitor, token).verification
        return SecondStepView(
            person_id=verification.person_id,
            method=verification.method,
            number_end=verification.number and texting.ending(verification.number),
            attempts_left=self._rules.attempts - verification.attempts,
            expires_at=verification.expires_at,
        )

    @once_more
    def resend(self, visitor: Visitor, token: str) -> None:
        """Request another SMS. Its code replaces the older code; the attempts so far still count (TS-2).

        The call also succeeds, and sends nothing, if the limit of SMSs is reached or if an app makes the codes.

        Raises:
            SecondStepDead: there is no second step, or it has ended: sign in again.
        """
        with self._storage.begin() as uow:
            verification = self._open(uow, visitor, token).verification
            if verification.method is TwoStepMethod.SMS:
                self._recorder.record(uow, visitor, two_step.asked(verification, at=self._clock.now()))
                uow.commit()

    def enter(self, visitor: Visitor, token: str, code: str) -> Entrance:
        """Enter the code and start the session, with a new token (SI-3). Of several calls at once, one succeeds.

        Raises:
            Refused: the text is not a code (``NOT_A_CODE``, which does not count as an attempt), or the code is wrong
                (``CODE_WRONG``, with the number of attempts ``left``); field ``code``.
            SecondStepDead: there is no second step, it has ended, or this was the last attempt: sign in again.
        """
        given = Given(code=two_step.read_code(code))
        entrance, _recovery = self._verify(visitor, token, given)
        return entrance

    def recover(self, visitor: Visitor, token: str, recovery: str) -> tuple[Entrance, str]:
        """Enter the recovery code instead of the code (TS-4).

        Returns the session and the next recovery code, which must be shown once.

        Raises:
            Refused: as for ``enter``, field ``recovery``.
            SecondStepDead: as for ``enter``.
        """
        given = Given(code=two_step.read_recovery(recovery), is_recovery=True, field="recovery")
        entrance, successor = self._verify(visitor, token, given)
        return entrance, successor or ""

    def _verify(self, visitor: Visitor, token: str, given: Given) -> tuple[Entrance, str | None]:
        def follow(uow: UnitOfWork, case: Case, verified: Verified, at: datetime) -> tuple[Entrance, str | None]:
            entrance, seen, signed_in = self._session_start.enter(
                uow,
                case.person,
                case.holdings,
                device=visitor.device,
                network_address=visitor.network_address,
                is_app=visitor.is_app,
                admission=case.verification.admission,
                at=at,
            )
            if seen != case.person:
                uow.persons.save(seen)
            self._recorder.record(uow, visitor, signed_in)
            return entrance, verified.recovery

        return self._code_check.verify(visitor, CodePurpose.SIGN_IN, self._tokens.fingerprint(token), given, follow)

    def _open(self, uow: UnitOfWork, visitor: Visitor, token: str) -> Case:
        case = self._code_check.case(uow, visitor.office_id, CodePurpose.SIGN_IN, self._tokens.fingerprint(token))
        rules = self._rules
        if case is None or case.verification.used_at is not None or case.verification.attempts >= rules.attempts:
            raise SecondStepDead
        return case
