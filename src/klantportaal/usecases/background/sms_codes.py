"""Making the codes in SMSs, for verifications that still wait for one.

A code is made when its SMS is sent. It replaces the older code. Only its keyed hash is stored (TS-2).
"""

from datetime import datetime
from uuid import UUID

import attrs

from klantportaal.domain import two_step
from klantportaal.domain.accounts import may_sign_in
from klantportaal.domain.auditing import Background
from klantportaal.domain.errors import Absent
from klantportaal.domain.outgoing import Task
from klantportaal.domain.two_step import TwoStepRules, Verification
from klantportaal.domain.values import VerificationId
from klantportaal.ports.secrets import Codes
from klantportaal.ports.storage import UnitOfWork
from klantportaal.usecases.background.sms import Awaited
from klantportaal.usecases.shared.recording import Recorder


@attrs.frozen(kw_only=True)
class SmsCodes:
    """Makes codes."""

    _codes: Codes
    _recorder: Recorder
    _rules: TwoStepRules

    def awaited(self, uow: UnitOfWork, task: Task, *, at: datetime) -> Awaited | None:
        """Find the account that waits for the code of a task. None if its verification accepts no code any more."""
        try:
            verification = _verification(uow, task)
        except Absent:  # The verification was cancelled or replaced.
            return None
        account, client = uow.accounts.get(task.office_id, verification.account_id)
        standing = uow.two_steps.of(task.office_id, account.id)
        takes = two_step.is_open(verification, account, standing, rules=self._rules, at=at)
        if not takes or not may_sign_in(account, client) or verification.number is None:
            return None
        return Awaited(account=account, number=verification.number, life=self._rules.code)

    def mint(self, uow: UnitOfWork, task: Task, *, at: datetime) -> str:
        """Make a code for a task that somebody waits for. It replaces an older code."""
        verification = _verification(uow, task)
        code = self._codes.digits()
        digest = self._codes.digest(verification.purpose, verification.id, code)
        fresh, made = two_step.with_code(verification, digest, at=at)
        uow.verifications.send(task.office_id, fresh.id, code=digest, at=at)
        self._recorder.record(uow, Background(office_id=task.office_id), made)
        return code


def _verification(uow: UnitOfWork, task: Task) -> Verification:
    return uow.verifications.get(task.office_id, VerificationId(UUID(task.payload["verification"])))
