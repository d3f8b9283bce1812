"""The threads that do the work of the outbox, and that seal the audit trail (AL-2, SI-5)."""

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic

from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.outgoing import Lane, is_told
from klantportaal.forking import at_fork, notice
from klantportaal.log_events import EventLog
from klantportaal.usecases.background.outbox import OutboxWork
from klantportaal.usecases.background.refusals import RepeatedRefusals
from klantportaal.usecases.background.reminders import ReminderWork
from klantportaal.usecases.shared.sealing import Sealer

_LOG = EventLog(__name__)
_CREWS: Sequence[Sequence[Lane]] = (
    (Lane.SMS,),
    (Lane.AWAITED,),
    (Lane.AWAITED,),
    (Lane.AWAITED, Lane.NOTIFICATION),
    (Lane.AWAITED, Lane.NOTIFICATION),
    (Lane.PDF,),
    (Lane.SCAN,),
    (Lane.WEBHOOK,),
    (Lane.WEBHOOK,),
)
"""The lanes of each thread, most urgent first. Two threads send no notifications, so that notifications which take long
never hold up a mail that somebody waits for."""


@checked_calls
class Dispatcher:
    """Worker threads for the outbox. Any number of hosts may run a dispatcher.

    SMSs, PDFs and files to scan have a thread each, webhooks have two, and mails have four. So a slow mail server does
    not delay SMS codes, which expire within minutes (TS-2), nor PDFs. One more thread seals the audit trail, one
    records repeated refusals (SI-5), and one adds reminders (RM-1).

    Threads do not survive a fork. In a forked child the dispatcher is stopped; call `start` in the child.
    """

    def __init__(
        self,
        dispatching: OutboxWork,
        sealer: Sealer,
        refusals: RepeatedRefusals,
        reminders: ReminderWork,
        *,
        every: float = 1.0,
        urgently: float = 0.25,
        sealing: float = 5.0,
        reminding: float = 60.0,
        patience: float = 60.0,
        starting: Callable[[], object] = lambda: None,
    ) -> None:
        """Set the polling intervals.

        Args:
            dispatching: does the tasks.
            sealer: seals the audit trail.
            refusals: records what was refused repeatedly.
            reminders: adds the mails that remind clients.
            every: seconds between two checks for mails, PDFs and files to scan.
            urgently: seconds between two checks for SMSs.
            sealing: seconds between two runs of the sealer, and between two records of repeated refusals.
            reminding: seconds between two checks for reminders.
            patience: seconds that `stop` waits for tasks that are being done.
            starting: called when the threads start. It takes no time.
        """
        self._dispatching = dispatching
        self._sealer = sealer
        self._refusals = refusals
        self._reminders = reminders
        self._every = {lane: urgently if lane is Lane.SMS else every for lane in Lane}
        self._sealing = sealing
        self._reminding = reminding
        self._patience = patience
        self._starting = starting
        self._begin()
        at_fork(in_child=self._begin)

    def _begin(self) -> None:
        """Reset to the state without threads."""
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def run_once(self) -> int:
        """Do every due task in the caller's thread. Return the number of tasks.

        This runs neither the sealer nor the reminders.
        """
        return self._dispatching.run_once()

    def start(self) -> None:
        """Start the threads. If they run already, nothing happens."""
        notice()
        if not self._threads:
            self._stopping = threading.Event()
            self._starting()
            for crew in _CREWS:
                if crew[-1] in self._dispatching.lanes:
                    run_once = partial(self._dispatching.run_once, *crew, stopping=self._stopping.is_set)
                    self._prepare("-".join(crew), run_once, every=self._every[crew[-1]])
            self._prepare("refusals", self._refusals.run_once, every=self._sealing)
            self._prepare("reminders", self._reminders.run_once, every=self._reminding)
            seal = partial(self._sealer.run_once, stopping=self._stopping.is_set)
            self._prepare("sealer", seal, every=self._sealing)
            for thread in self._threads:
                thread.start()

    def is_working(self) -> bool:
        """Tell whether every thread runs: it was started, and none has ended."""
        return bool(self._threads) and all(each.is_alive() for each in self._threads)

    def stop(self) -> None:
        """Stop each thread once its current task is done, such as a mail in flight. The others stay in the outbox.

        Entries of the trail that are not sealed yet are sealed later.

        If a task takes longer than ``patience``, a WARNING is logged. What it sends may be sent a second time.
        """
        notice()
        self._stopping.set()
        until = monotonic() + self._patience
        for thread in self._threads:
            thread.join(max(until - monotonic(), 0))
        late = [thread.name for thread in self._threads if thread.is_alive()]
        if late:
            text = "stopped before these ended, so what they send may be sent twice: %(workers)s"
            _LOG.log(logging.WARNING, "stopped_before_end", text, workers=", ".join(late))
        self._threads.clear()

    def _prepare(self, name: str, run_once: Callable[[], object], *, every: float) -> None:
        work = partial(self._work, run_once, every=every)
        self._threads.append(threading.Thread(target=work, name=f"klantportaal-dispatcher-{name}", daemon=True))

    def _work(self, run_once: Callable[[], object], *, every: float) -> None:
        failures = 0
        stopping = self._stopping
        while not stopping.is_set():
            try:
                run_once()
            except Exception as error:  # noqa: BLE001 - mail must be sent again after any error
                failures += 1
                if is_told(failures):
                    _LOG.log(
                        logging.ERROR,
                        "worker_fails",
                        "%(worker)s cannot go on for now, failure %(failures)d in a row",
                        error=error,
                        worker=threading.current_thread().name,
                        failures=failures,
                    )
            else:
                failures = 0
            stopping.wait(every)
