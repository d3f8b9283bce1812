"""The work of the outbox. It leases tasks, commits, sends or makes, and marks the tasks as done (AL-2).

Sending happens outside any transaction. A task is marked as done after its mail was sent. After a crash in between, the
mail is sent again under the same key, so no task is lost. One exception: an SMS code that nobody waits for any more is
not sent (TS-2).

Mails are leased in batches, and their outcomes are stored in batches, as flushing a transaction to the disk may take
longer than a mail. A batch is small, and what is not begun in a quarter of a second is given back. So few mails are
sent again after a crash, and no lease expires before its turn.
"""

import logging
import traceback
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import attrs

from klantportaal.domain.auditing import Background
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.events import MailRefused
from klantportaal.domain.office_notices import Arrival
from klantportaal.domain.outgoing import (
    MAIL_LANES,
    DispatchTimes,
    Lane,
    Task,
    TaskKind,
    is_told,
    lane_of,
    pause_after,
    retry_after,
)
from klantportaal.domain.public_events import office_notified
from klantportaal.domain.values import ClientId, DossierId, TaskId
from klantportaal.forking import notice
from klantportaal.log_events import EventLog
from klantportaal.ports.clock import Clock
from klantportaal.ports.sms import SmsUnavailable
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.background.answer_pdfs import AnswerPdfs
from klantportaal.usecases.background.batches import Batch, Leased
from klantportaal.usecases.background.letters import Addressed
from klantportaal.usecases.background.outgoing_mail import Outcome, OutgoingMail
from klantportaal.usecases.background.quarantine import Quarantine
from klantportaal.usecases.background.sms import CodeSms
from klantportaal.usecases.background.webhooks import OutgoingWebhooks
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.repetitions import Failures

_LOG = EventLog(__name__)
BATCH_TIME = timedelta(milliseconds=250)
"""How long after its lease a mail may still be begun. Then it is given back."""


@attrs.frozen(kw_only=True)
class OutboxWork:
    """Does the tasks in the outbox: sends SMSs, mails and webhooks, makes PDFs, and scans files that wait."""

    _storage: Storage
    _clock: Clock
    _mail: OutgoingMail
    _answer_pdfs: AnswerPdfs
    _code_sms: CodeSms | None
    """None if the portal has no SMS sender."""
    _quarantine: Quarantine | None
    """None if the portal has no scanner."""
    _webhooks: OutgoingWebhooks | None
    """None if the portal sends no webhooks."""
    _recorder: Recorder
    _times: DispatchTimes
    _failures: Failures = attrs.field(factory=Failures, init=False)
    _batches: Mapping[Lane, Batch] = attrs.field(init=False)
    """The two lanes of mails share one, so that the threads that send both take the most urgent first."""

    @_batches.default
    def _own_batches(self) -> Mapping[Lane, Batch]:
        mails = Batch()
        return {lane: mails if lane in MAIL_LANES else Batch() for lane in Lane}

    @property
    def lanes(self) -> Sequence[Lane]:
        """The lanes of the outbox, most urgent first."""
        workers = {Lane.SMS: self._code_sms, Lane.SCAN: self._quarantine, Lane.WEBHOOK: self._webhooks}
        return [lane for lane in Lane if workers.get(lane, True) is not None]

    def run_once(self, *lanes: Lane, stopping: Callable[[], bool] = lambda: False) -> int:
        """Do every due task of the given lanes, or of all lanes. Return the number of tasks.

        Before each lease, the lanes are checked again, so that a more urgent task comes first.

        Args:
            lanes: the lanes, most urgent first.
            stopping: asked before each task. Once it is true, no more tasks are done.
        """
        notice()
        batches = self._batches_of(lanes or self.lanes)
        done = 0
        try:
            while not stopping() and (leased := self._next(batches)) is not None:
                self._keep(self._do(leased))
                done += len(leased.tasks)
        except Exception:
            self._end(batches)
            raise
        if stopping():
            self._end(batches)
        if done:
            self._mail.close()
        return done

    def _batches_of(self, lanes: Sequence[Lane]) -> Sequence[tuple[Batch, Sequence[Lane]]]:
        """Give each batch of some lanes, with those of its lanes."""
        batches = dict.fromkeys(self._batches[lane] for lane in lanes)
        return [(batch, [lane for lane in lanes if self._batches[lane] is batch]) for batch in batches]

    def _next(self, batches: Sequence[tuple[Batch, Sequence[Lane]]]) -> Leased | None:
        """Take the next task to do. If none was leased that can still be done, lease some first."""
        for batch, lanes in batches:
            with batch.lock:
                batch.stop_waiting(at=None if self._mail.waits() else self._clock.now())
                found = None if batch.unbegun else batch.next(lanes)
                if found is None:
                    self._turn(batch, lanes)
                    found = batch.next(lanes)
            if found is not None:
                return found
        return None

    def _turn(self, batch: Batch, lanes: Sequence[Lane]) -> None:
        """Store what was done, and lease the next tasks of some lanes.

        Both are one transaction, which is flushed to the disk once. A lease alone does not wait for the disk: a power
        failure may lose it, and then the task is done again, as after any crash. The letters have another transaction:
        what is wrong with them must not keep what was sent from being stored.
        """
        with self._storage.begin(flushed=bool(batch.outcomes)) as uow:
            self._settle(uow, batch.outcomes)
            self._give_back(uow, batch.unbegun)
            until = self._clock.now() + BATCH_TIME
            leased = next(filter(None, (self._lease(uow, lane, size=batch.size) for lane in lanes)), ())
            uow.commit()
        letters = self._mail.letters(leased)
        batch.go_on([Leased(tasks=tasks, letters=letters, until=until) for tasks in leased])

    def _keep(self, outcome: Outcome) -> None:
        """Keep an outcome for the next turn."""
        batch = self._batches[lane_of(outcome.tasks[0].kind)]
        with batch.lock:
            batch.outcomes.append(outcome)

    def _end(self, batches: Sequence[tuple[Batch, Sequence[Lane]]]) -> None:
        """Store what was done, and give the rest back. What is still kept after an error, the next run stores."""
        for batch, _lanes in batches:
            with batch.lock:
                batch.stop_waiting()
                self._store_each(batch)

    def _store_each(self, batch: Batch) -> None:
        """Store each outcome by itself, so that one that cannot be stored does not keep the others from it."""
        while batch.outcomes:
            try:
                with self._storage.begin() as uow:
                    self._settle(uow, batch.outcomes[:1])
                    uow.commit()
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - its task is done again after its lease
                self._tell(batch.outcomes[0].tasks, error)
            del batch.outcomes[0]
        if batch.unbegun:
            with self._storage.begin() as uow:
                self._give_back(uow, batch.unbegun)
                uow.commit()
        batch.go_on([])

    def _lease(self, uow: UnitOfWork, lane: Lane, *, size: int) -> Sequence[Sequence[Task]]:
        """Lease the next tasks of a lane: several mails, or one SMS or PDF.

        With a notification, all others for its account or address are leased: they are one mail (PR-2, OF-4).

        Returns:
            The tasks of each mail, SMS or PDF.
        """
        is_mail = lane in MAIL_LANES
        if is_mail and self._mail.waits():
            return ()
        now = self._clock.now()
        until = now + self._times.lease
        tasks = uow.outbox.lease(lane, at=now, until=until, limit=size if is_mail else 1)
        if lane is not Lane.NOTIFICATION:
            return [[task] for task in tasks]
        mails: dict[tuple[object, ...], list[Task]] = defaultdict(list)
        for task in tasks:
            mails[task.office_id, task.kind, task.account_id, task.person_id, task.address].append(task)
        for merged in mails.values():
            merged.extend(uow.outbox.lease_companions(merged[0], at=now, until=until))
        return list(mails.values())

    def _give_back(self, uow: UnitOfWork, tasks: Sequence[Task]) -> None:
        for task in tasks:
            uow.outbox.give_back(task)

    def _do(self, leased: Leased) -> Outcome:
        try:
            return self._outcome(leased.tasks, leased.letters)
        except Exception as error:  # noqa: BLE001 - one task that fails must not keep the others from being sent
            self._tell(leased.tasks, error)
            return self._later(leased.tasks, type(error).__name__)

    def _tell(self, tasks: Sequence[Task], error: Exception) -> None:
        """Log that a task failed.

        The message of the error may quote a client, so it is left out. Only that of a TypeError is logged: it names
        types.
        """
        if is_told(tasks[0].attempts):
            _LOG.log(
                logging.ERROR,
                "task_failed",
                "task %(task_id)s of office %(office_id)s failed, attempt %(attempt)d: %(reason)s\n%(places)s",
                task_id=tasks[0].id,
                office_id=tasks[0].office_id,
                attempt=tasks[0].attempts,
                reason=f"TypeError: {error}" if isinstance(error, TypeError) else type(error).__name__,
                places="".join(traceback.format_tb(error.__traceback__)),
            )

    def _settle(self, uow: UnitOfWork, outcomes: Sequence[Outcome]) -> None:
        """Store the outcomes of some tasks. Of each lane, the last success and the last failure are noted once."""
        told = [each for each in outcomes if each.is_sent or each.trouble is not None]
        last = {(lane_of(each.tasks[0].kind), each.is_sent): each for each in told}
        for (lane, _is_sent), outcome in last.items():
            uow.outbox.note(lane, at=self._clock.now(), problem=outcome.trouble)
        for outcome in outcomes:
            self._settle_one(uow, outcome)

    def _settle_one(self, uow: UnitOfWork, outcome: Outcome) -> None:
        """Store the outcome of some tasks."""
        for task in outcome.tasks:
            if outcome.is_put_off:
                uow.outbox.give_back(task)
            elif outcome.problem is None:
                if uow.outbox.done(task) and outcome.is_sent and task.kind is TaskKind.OFFICE_NOTICE:
                    self._announce(uow, task)
            elif outcome.due_at is not None:
                uow.outbox.retry(task, due_at=outcome.due_at, problem=outcome.problem)
            elif uow.outbox.refuse(task, problem=outcome.problem):
                fact = MailRefused(person_id=task.person_id, mail=task.kind, at=self._clock.now())
                self._recorder.record(uow, Background(office_id=task.office_id), fact)

    def _announce(self, uow: UnitOfWork, task: Task) -> None:
        """Announce that the office was told by mail what a client sent (EV-1)."""
        about = task.payload
        dossier_id, client_id = DossierId(UUID(about["dossier"])), ClientId(UUID(about["client"]))
        told = office_notified(dossier_id, client_id, Arrival(about["arrival"]))
        self._recorder.announce(uow, task.office_id, [told], at=self._clock.now())

    def _outcome(self, tasks: Sequence[Task], letters: Mapping[TaskId, Addressed | None]) -> Outcome:
        if tasks[0].kind is TaskKind.RESULT:
            self._answer_pdfs.file(tasks[0])
            return Outcome(tasks=tasks, is_sent=True)
        if self._quarantine is not None and tasks[0].kind is TaskKind.SCAN:
            return self._scanned(self._quarantine, tasks)
        if self._webhooks is not None and tasks[0].kind is TaskKind.WEBHOOK:
            return self._webhooks.attempt(tasks[0])
        if self._code_sms is not None and tasks[0].kind is TaskKind.SMS_CODE:
            return self._texted(self._code_sms, tasks)
        return self._mail.send(tasks, letters)

    def _texted(self, code_sms: CodeSms, tasks: Sequence[Task]) -> Outcome:
        """Send the SMS of a task. A gateway that does not work is logged, without the number (AL-6)."""
        try:
            is_sent = code_sms.send(tasks[0])
        except SmsUnavailable as trouble:
            if (times := self._failures.add(Lane.SMS)) is not None:
                text = "no SMS goes out, after %(attempts)d attempts in a row: %(reason)s"
                _LOG.log(logging.WARNING, "sms_gateway_down", text, attempts=times, reason=trouble)
            return self._later(tasks, str(trouble))
        if is_sent and (times := self._failures.end(Lane.SMS)):
            text = "SMSs go out again, after %(attempts)d attempts that failed"
            _LOG.log(logging.WARNING, "sms_gateway_up", text, attempts=times)
        return Outcome(tasks=tasks, is_sent=is_sent)

    def _scanned(self, quarantine: Quarantine, tasks: Sequence[Task]) -> Outcome:
        """Scan the file of a task. While the scanner is down, it is tried again at growing intervals (AT-3)."""
        try:
            quarantine.judge(tasks[0])
        except Unavailable as error:
            due_at = self._clock.now() + pause_after(tasks[0].attempts, self._times)
            problem = type(error).__name__
            return Outcome(tasks=tasks, problem=problem, due_at=due_at, trouble=problem)
        return Outcome(tasks=tasks, is_sent=True)

    def _later(self, tasks: Sequence[Task], problem: str) -> Outcome:
        due_at: datetime = self._clock.now() + retry_after(tasks[0].attempts, self._times)
        return Outcome(tasks=tasks, problem=problem, due_at=due_at, trouble=problem)
