"""Making the codes in SMSs, for verifications that still wait for one.

A code is made when its SMS is sent. It replaces the older code. Only its keyed hash is stored (TS-2).
"""

from datetime import datetime
from uuid import UUID

import attrs

from klantportaal.domain import two_step
from klantportaal.domain.auditing import Background
from klantportaal.domain.errors import Absent
from klantportaal.domain.outgoing import Task
from klantportaal.domain.persons import starting_account
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
        """Find the person that waits for the code of a task. None if its verification accepts no code any more."""
        try:
            verification = _verification(uow, task)
        except Absent:  # The verification was cancelled or replaced.
            return None
        person = uow.persons.get(task.office_id, verification.person_id)
        holdings = uow.accounts.of_person(task.office_id, person.id)
        standing = uow.two_steps.of(task.office_id, person.id)
        takes = two_step.is_open(verification, person, standing, rules=self._rules, at=at)
        start = starting_account(person, holdings)
        if not takes or verification.number is None or start is None:
            return None
        _account, client = start
        return Awaited(person=person, client_id=client.id, number=verification.number, life=self._rules.code)

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
