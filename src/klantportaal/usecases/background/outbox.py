"""The work of the outbox. It leases a task, commits, sends or makes, and marks the task as done (AL-2).

Sending happens outside any transaction. A task is marked as done after its mail was sent. After a crash in between, the
mail is sent again under the same key, so no task is lost. One exception: an SMS code that nobody waits for any more is
not sent (TS-2).
"""

import logging
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime

import attrs

from klantportaal.domain.auditing import Background
from klantportaal.domain.events import MailRefused
from klantportaal.domain.outgoing import MAIL_LANES, DispatchTimes, Lane, Task, TaskKind, is_told, lane_of, retry_after
from klantportaal.ports.clock import Clock
from klantportaal.ports.sms import SmsUnavailable
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.background.answer_pdfs import AnswerPdfs
from klantportaal.usecases.background.outgoing_mail import Outcome, OutgoingMail
from klantportaal.usecases.background.sms import CodeSms
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.repetitions import Failures

_LOG = logging.getLogger(__name__)
BATCH = 1
"""The number of tasks in one lease. It is one, so that with a slow mail server no lease expires before its turn."""


@attrs.frozen(kw_only=True)
class OutboxWork:
    """Does the tasks in the outbox: sends SMSs and mails, and makes PDFs."""

    _storage: Storage
    _clock: Clock
    _mail: OutgoingMail
    _answer_pdfs: AnswerPdfs
    _code_sms: CodeSms | None
    """None if the portal has no SMS sender."""
    _recorder: Recorder
    _times: DispatchTimes
    _failures: Failures = attrs.field(factory=Failures, init=False)

    @property
    def lanes(self) -> Sequence[Lane]:
        """The lanes of the outbox, most urgent first."""
        return [lane for lane in Lane if lane is not Lane.SMS or self._code_sms is not None]

    def run_once(self, *lanes: Lane, stopping: Callable[[], bool] = lambda: False) -> int:
        """Do every due task of the given lanes, or of all lanes. Return the number of tasks.

        Before each task, the lanes are checked again, so that a more urgent task comes first.

        Args:
            lanes: the lanes, most urgent first.
            stopping: asked before each task. Once it is true, no more tasks are done.
        """
        done = 0
        outcome: Outcome | None = None
        while leased := self._turn(outcome, () if stopping() else lanes or self.lanes):
            outcome = self._do(leased)
            done += len(leased)
        if done:
            self._mail.close()
        return done

    def _turn(self, outcome: Outcome | None, lanes: Sequence[Lane]) -> Sequence[Task]:
        """Store what came of the last task, and lease the next one of some lanes.

        Both are one transaction: flushing it to the disk is much of what a mail costs. If nothing can be leased because
        of an error, what was sent is stored nevertheless, so that it is not sent again.
        """
        try:
            return self._settled_and_leased(outcome, lanes)
        except Exception:
            if outcome is not None and lanes:
                self._settled_and_leased(outcome, ())
            raise

    def _settled_and_leased(self, outcome: Outcome | None, lanes: Sequence[Lane]) -> Sequence[Task]:
        if outcome is None and not lanes:
            return ()
        with self._storage.begin() as uow:
            if outcome is not None:
                self._settle(uow, outcome)
            leased: Sequence[Task] = next(filter(None, (self._lease(uow, lane) for lane in lanes)), ())
            uow.commit()
        return leased

    def _lease(self, uow: UnitOfWork, lane: Lane) -> Sequence[Task]:
        """Lease the next task of a lane. With a notification, lease all other notifications of its account (PR-2)."""
        if lane in MAIL_LANES and self._mail.waits():
            return ()
        now = self._clock.now()
        until = now + self._times.lease
        leased = list(uow.outbox.lease(lane, at=now, until=until, limit=BATCH))
        for task in leased[:1]:
            if task.kind is TaskKind.NOTIFICATION:
                leased += uow.outbox.lease_companions(task, at=now, until=until)
        return leased

    def _do(self, tasks: Sequence[Task]) -> Outcome:
        try:
            return self._outcome(tasks)
        except Exception as error:  # noqa: BLE001 - one task that fails must not keep the others from being sent
            if is_told(tasks[0].attempts):
                # Without the words of the error, which may quote what a client wrote; those of a TypeError name types.
                what = f"TypeError: {error}" if isinstance(error, TypeError) else type(error).__name__
                told = (tasks[0].id, tasks[0].office_id, tasks[0].attempts, what)
                places = "".join(traceback.format_tb(error.__traceback__))
                _LOG.error("task %s of office %s failed, attempt %d: %s\n%s", *told, places)
            return self._later(tasks, type(error).__name__)

    def _settle(self, uow: UnitOfWork, outcome: Outcome) -> None:
        """Store what came of some tasks."""
        if outcome.is_sent or outcome.trouble is not None:
            uow.outbox.note(lane_of(outcome.tasks[0].kind), at=self._clock.now(), problem=outcome.trouble)
        for task in outcome.tasks:
            if outcome.problem is None:
                uow.outbox.done(task)
            elif outcome.due_at is not None:
                uow.outbox.retry(task, due_at=outcome.due_at, problem=outcome.problem)
            elif uow.outbox.refuse(task, problem=outcome.problem):
                fact = MailRefused(person_id=task.person_id, mail=task.kind, at=self._clock.now())
                self._recorder.record(uow, Background(office_id=task.office_id), fact)

    def _outcome(self, tasks: Sequence[Task]) -> Outcome:
        if tasks[0].kind is TaskKind.RESULT:
            self._answer_pdfs.file(tasks[0])
            return Outcome(tasks=tasks, is_sent=True)
        if self._code_sms is not None and tasks[0].kind is TaskKind.SMS_CODE:
            return self._texted(self._code_sms, tasks)
        return self._mail.send(tasks)

    def _texted(self, code_sms: CodeSms, tasks: Sequence[Task]) -> Outcome:
        """Send the SMS of a task. A gateway that does not work is logged, without the number (AL-6)."""
        try:
            is_sent = code_sms.send(tasks[0])
        except SmsUnavailable as trouble:
            if (times := self._failures.add(Lane.SMS)) is not None:
                _LOG.warning("no SMS goes out, after %d attempts in a row: %s", times, trouble)
            return self._later(tasks, str(trouble))
        if is_sent and (times := self._failures.end(Lane.SMS)):
            _LOG.warning("SMSs go out again, after %d attempts that failed", times)
        return Outcome(tasks=tasks, is_sent=is_sent)

    def _later(self, tasks: Sequence[Task], problem: str) -> Outcome:
        due_at: datetime = self._clock.now() + retry_after(tasks[0].attempts, self._times)
        return Outcome(tasks=tasks, problem=problem, due_at=due_at, trouble=problem)
