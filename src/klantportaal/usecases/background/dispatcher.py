"""Working through the outbox: lease, commit, send or make, note (AL-2).

Sending happens outside any transaction. A task is noted as done after its mail went out, so a crash in between sends it
again under the same key; nothing is ever lost. Only a code by SMS is: once nobody waits for it any more (TS-2).
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
"""Tasks leased at once: one, so that a slow mail server never holds a lease that runs out before its turn."""


@attrs.frozen(kw_only=True)
class OutboxWork:
    """Does what waits in the outbox: sends SMSs and mail, and makes PDFs."""

    _storage: Storage
    _clock: Clock
    _mail: MailSender
    _writer: MailWriter
    _letters: Letters
    _answer_pdfs: AnswerPdfs
    _code_sms: CodeSms | None
    """None where the portal sends no SMSs."""
    _recorder: Recorder
    _times: DispatchTimes

    @property
    def lanes(self) -> Sequence[Lane]:
        """What there is to work through, most urgent first."""
        return [lane for lane in Lane if lane is not Lane.URGENT or self._code_sms is not None]

    def run_once(self, *lanes: Lane) -> int:
        """Do every task that is due now, of some lanes or of all; return how many there were.

        Before each task it is asked anew whether there is a more urgent one.
        """
        done = 0
        while leased := next(filter(None, map(self._lease, lanes or self.lanes)), ()):
            self._do(leased)
            done += len(leased)
        return done

    def _lease(self, lane: Lane) -> Sequence[Task]:
        """Take the next task of a lane, and for a notification all others of its account (PR-2)."""
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
                # Before it is sent: whose address is refused for good is to be known.
                tasks = [attrs.evolve(task, account_id=addressed.account_id) for task in tasks]
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
        """Make the one letter that some tasks stand for, if there is still one to send."""
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
                    fact = MailRefused(account_id=task.account_id, mail=task.kind, at=self._clock.now())
                    self._recorder.record(uow, Background(office_id=task.office_id), fact)
            uow.commit()


@checked_calls
class Dispatcher:
    """Threads inside the host that work through the outbox, one a lane; any number of hosts may run one.

    So a mail server that lets others wait holds up no code that somebody has to type within minutes (TS-2). One thread
    more seals the audit trail (SI-5).

    Threads do not survive a fork. In a child it is stopped, whatever the parent did; `start` starts the child's own.
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
        """Look for work every so many seconds, for what is urgent more often, and for what to seal less often."""
        self._dispatching = dispatching
        self._sealer = sealer
        self._every = {Lane.URGENT: urgently, Lane.ORDINARY: every}
        self._sealing = sealing
        self._begin()
        at_fork(in_child=self._begin)

    def _begin(self) -> None:
        """Be there without threads."""
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def run_once(self) -> int:
        """Send and make what is due now, in the caller's thread; sealing has a ``run_once`` of its own."""
        return self._dispatching.run_once()

    def start(self) -> None:
        """Start the threads; nothing happens where they run already."""
        notice()
        if not self._threads:
            self._stopping.clear()
            for lane in self._dispatching.lanes:
                self._prepare(lane, partial(self._dispatching.run_once, lane), every=self._every[lane])
            self._prepare("sealer", self._sealer.run_once, every=self._sealing)
            for thread in self._threads:
                thread.start()

    def stop(self) -> None:
        """Stop the threads, each after the task at hand; what waits stays in the outbox."""
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
