"""The workers of the outbox. They lease a task, commit, send or make, and mark the task as done (AL-2).

Sending happens outside any transaction. A task is marked as done after its mail was sent. After a crash in between, the
mail is sent again under the same key, so no task is lost. One exception: an SMS code that nobody waits for any more is
not sent (TS-2).
"""

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial

import attrs

from klantportaal.domain.auditing import Background
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.events import MailRefused
from klantportaal.domain.outgoing import DispatchTimes, Lane, Task, TaskKind, retry_after
from klantportaal.forking import at_fork, notice
from klantportaal.ports.clock import Clock
from klantportaal.ports.mail import MailSender, MailUnavailable, MailWriter, Undeliverable
from klantportaal.ports.sms import SmsUnavailable
from klantportaal.ports.storage import Storage
from klantportaal.usecases.background.answer_pdfs import AnswerPdfs
from klantportaal.usecases.background.letters import Addressed, Letters
from klantportaal.usecases.background.sms import CodeSms
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.sealing import Sealer

_LOG = logging.getLogger(__name__)
BATCH = 1
"""The number of tasks in one lease. It is one, so that with a slow mail server no lease expires before its turn."""


@attrs.frozen(kw_only=True)
class OutboxWork:
    """Does the tasks in the outbox: sends SMSs and mails, and makes PDFs."""

    _storage: Storage
    _clock: Clock
    _mail: MailSender
    _writer: MailWriter
    _letters: Letters
    _answer_pdfs: AnswerPdfs
    _code_sms: CodeSms | None
    """None if the portal has no SMS sender."""
    _recorder: Recorder
    _times: DispatchTimes

    @property
    def lanes(self) -> Sequence[Lane]:
        """The lanes of the outbox, most urgent first."""
        return [lane for lane in Lane if lane is not Lane.URGENT or self._code_sms is not None]

    def run_once(self, *lanes: Lane) -> int:
        """Do every due task of the given lanes, or of all lanes. Return the number of tasks.

        Before each task, the lanes are checked again, so that a more urgent task comes first.
        """
        done = 0
        while leased := next(filter(None, map(self._lease, lanes or self.lanes)), ()):
            self._do(leased)
            done += len(leased)
        return done

    def _lease(self, lane: Lane) -> Sequence[Task]:
        """Lease the next task of a lane. With a notification, lease all other notifications of its account (PR-2)."""
        now = self._clock.now()
        until = now + self._times.lease
        with self._storage.begin() as uow:
            leased = list(uow.outbox.lease(lane, at=now, until=until, limit=BATCH))
            for task in leased[:1]:
                if task.kind is TaskKind.NOTIFICATION:
                    leased += uow.outbox.lease_companions(task, at=now, until=until)
            uow.commit()
        return leased

    def _do(self, tasks: Sequence[Task]) -> None:
        try:
            if tasks[0].kind is TaskKind.RESULT:
                self._answer_pdfs.file(tasks[0])
            elif self._code_sms is not None and tasks[0].kind is TaskKind.SMS_CODE:
                self._code_sms.send(tasks[0])
            elif (addressed := self._letter(tasks)) is not None:
                # Before sending, so that a permanent refusal is recorded for this account.
                tasks = [attrs.evolve(task, person_id=addressed.person_id) for task in tasks]
                self._mail.send(self._writer.write(addressed.letter), key=tasks[0].key)
        except Undeliverable as refusal:
            self._refuse(tasks, str(refusal))
        except (MailUnavailable, SmsUnavailable) as trouble:
            self._retry(tasks, str(trouble))
        except Exception as error:  # noqa: BLE001 - one task that fails must not keep the others from being sent
            _LOG.exception("task %s of office %s failed", tasks[0].id, tasks[0].office_id)
            self._retry(tasks, type(error).__name__)
        else:
            self._done(tasks)

    def _letter(self, tasks: Sequence[Task]) -> Addressed | None:
        """Make the one letter of the tasks. None if there is nothing to send any more."""
        with self._storage.begin() as uow:
            addressed = self._letters.make(uow, tasks, at=self._clock.now())
            uow.commit()
        return addressed

    def _done(self, tasks: Sequence[Task]) -> None:
        with self._storage.begin() as uow:
            for task in tasks:
                uow.outbox.done(task)
            uow.commit()

    def _retry(self, tasks: Sequence[Task], problem: str) -> None:
        now = self._clock.now()
        with self._storage.begin() as uow:
            for task in tasks:
                uow.outbox.retry(task, due_at=now + retry_after(task.attempts, self._times), problem=problem)
            uow.commit()

    def _refuse(self, tasks: Sequence[Task], problem: str) -> None:
        with self._storage.begin() as uow:
            for task in tasks:
                if uow.outbox.refuse(task, problem=problem):
                    fact = MailRefused(person_id=task.person_id, mail=task.kind, at=self._clock.now())
                    self._recorder.record(uow, Background(office_id=task.office_id), fact)
            uow.commit()


@checked_calls
class Dispatcher:
    """Worker threads for the outbox, one for each lane. Any number of hosts may run a dispatcher.

    With a thread for each lane, a slow mail server does not delay SMS codes, which expire within minutes (TS-2). One
    more thread seals the audit trail (SI-5).

    Threads do not survive a fork. In a forked child the dispatcher is stopped; call `start` in the child.
    """

    def __init__(
        self,
        dispatching: OutboxWork,
        sealer: Sealer,
        *,
        every: float = 1.0,
        urgently: float = 0.25,
        sealing: float = 5.0,
    ) -> None:
        """Set the polling intervals.

        Args:
            dispatching: does the tasks.
            sealer: seals the audit trail.
            every: seconds between two checks of the ordinary lane.
            urgently: seconds between two checks of the urgent lane.
            sealing: seconds between two runs of the sealer.
        """
        self._dispatching = dispatching
        self._sealer = sealer
        self._every = {Lane.URGENT: urgently, Lane.ORDINARY: every}
        self._sealing = sealing
        self._begin()
        at_fork(in_child=self._begin)

    def _begin(self) -> None:
        """Reset to the state without threads."""
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def run_once(self) -> int:
        """Do every due task in the caller's thread. Return the number of tasks. This does not run the sealer."""
        return self._dispatching.run_once()

    def start(self) -> None:
        """Start the threads. If they run already, nothing happens."""
        notice()
        if not self._threads:
            self._stopping.clear()
            for lane in self._dispatching.lanes:
                self._prepare(lane, partial(self._dispatching.run_once, lane), every=self._every[lane])
            self._prepare("sealer", self._sealer.run_once, every=self._sealing)
            for thread in self._threads:
                thread.start()

    def stop(self) -> None:
        """Stop each thread once its current run is done. Tasks that are not due yet stay in the outbox."""
        notice()
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _prepare(self, name: str, run_once: Callable[[], object], *, every: float) -> None:
        work = partial(self._work, run_once, every=every)
        self._threads.append(threading.Thread(target=work, name=f"klantportaal-dispatcher-{name}", daemon=True))

    def _work(self, run_once: Callable[[], object], *, every: float) -> None:
        while not self._stopping.is_set():
            try:
                run_once()
            except Exception:  # noqa: BLE001 - mail must go out again once whatever is wrong has passed
                _LOG.exception("%s cannot go on for now", threading.current_thread().name)
            self._stopping.wait(every)
