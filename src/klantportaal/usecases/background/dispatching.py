"""Working through the outbox: lease, commit, send or make, note (AL-2).

Sending happens outside any transaction. A task is noted as done after its mail went out, so a crash in between sends it
again under the same key; nothing is ever lost.
"""

import logging
import threading
from collections.abc import Sequence

import attrs

from klantportaal.domain.auditing import Background
from klantportaal.domain.events import MailRefused
from klantportaal.domain.outgoing import DispatchTimes, Task, TaskKind, retry_after
from klantportaal.ports.clock import Clock
from klantportaal.ports.mail import MailSender, MailUnavailable, MailWriter, Undeliverable
from klantportaal.ports.storage import Storage
from klantportaal.usecases.background.letters import Addressed, Letters
from klantportaal.usecases.background.rendering import Rendering
from klantportaal.usecases.recording import Recorder

_LOG = logging.getLogger(__name__)
BATCH = 1
"""Tasks leased at once: one, so that a slow mail server never holds a lease that runs out before its turn."""


@attrs.frozen(kw_only=True)
class Dispatching:
    """Does what waits in the outbox: sends mail, and makes PDFs."""

    storage: Storage
    clock: Clock
    mail: MailSender
    writer: MailWriter
    letters: Letters
    rendering: Rendering
    recorder: Recorder
    times: DispatchTimes

    def run_once(self) -> int:
        """Do every task that is due now; return how many there were."""
        done = 0
        while leased := self._lease():
            self._do(leased)
            done += len(leased)
        return done

    def _lease(self) -> Sequence[Task]:
        """Take the next task, and for a notification all others of its account (PR-2)."""
        now = self.clock.now()
        until = now + self.times.lease
        with self.storage.begin() as uow:
            leased = list(uow.outbox.lease(at=now, until=until, limit=BATCH))
            for task in leased[:1]:
                if task.kind is TaskKind.NOTIFICATION:
                    leased += uow.outbox.lease_companions(task, at=now, until=until)
            uow.commit()
        return leased

    def _do(self, tasks: Sequence[Task]) -> None:
        try:
            if tasks[0].kind is TaskKind.RESULT:
                self.rendering.file(tasks[0])
            elif (addressed := self._letter(tasks)) is not None:
                # Before it is sent: whose address is refused for good is to be known.
                tasks = [attrs.evolve(task, account_id=addressed.account_id) for task in tasks]
                self.mail.send(self.writer.write(addressed.letter), key=tasks[0].key)
        except Undeliverable as refusal:
            self._refuse(tasks, str(refusal))
        except MailUnavailable as trouble:
            self._retry(tasks, str(trouble))
        except Exception as error:  # noqa: BLE001 - one task that fails must not keep the others from being sent
            _LOG.exception("task %s of office %s failed", tasks[0].id, tasks[0].office_id)
            self._retry(tasks, type(error).__name__)
        else:
            self._done(tasks)

    def _letter(self, tasks: Sequence[Task]) -> Addressed | None:
        """Make the one letter that some tasks stand for, if there is still one to send."""
        with self.storage.begin() as uow:
            addressed = self.letters.make(uow, tasks, at=self.clock.now())
            uow.commit()
        return addressed

    def _done(self, tasks: Sequence[Task]) -> None:
        with self.storage.begin() as uow:
            for task in tasks:
                uow.outbox.done(task)
            uow.commit()

    def _retry(self, tasks: Sequence[Task], problem: str) -> None:
        now = self.clock.now()
        with self.storage.begin() as uow:
            for task in tasks:
                uow.outbox.retry(task, due_at=now + retry_after(task.attempts, self.times), problem=problem)
            uow.commit()

    def _refuse(self, tasks: Sequence[Task], problem: str) -> None:
        with self.storage.begin() as uow:
            for task in tasks:
                if uow.outbox.refuse(task, problem=problem):
                    fact = MailRefused(account_id=task.account_id, mail=task.kind, at=self.clock.now())
                    self.recorder.record(uow, Background(office_id=task.office_id), fact)
            uow.commit()


class Dispatcher:
    """A thread inside the host that works through the outbox; any number of hosts may run one."""

    def __init__(self, dispatching: Dispatching, *, every: float = 1.0) -> None:
        """Look for work every so many seconds."""
        self._dispatching = dispatching
        self._every = every
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def run_once(self) -> int:
        """Do what is due now, in the caller's thread."""
        return self._dispatching.run_once()

    def start(self) -> None:
        """Start the thread; nothing happens where it runs already."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._work, name="klantportaal-dispatcher", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop the thread after the task at hand; what waits stays in the outbox."""
        if self._thread is not None:
            self._stopping.set()
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                self._dispatching.run_once()
            except Exception:  # noqa: BLE001 - mail must go out again once whatever is wrong has passed
                _LOG.exception("the outbox cannot be worked through for now")
            self._stopping.wait(self._every)
