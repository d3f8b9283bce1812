"""Sending the mail of tasks in the outbox, and telling what came of it (AL-2, AL-6).

A log line names the task and the office, but no address and no words of a server, which may quote an address. The
office finds those words in ``mail_problems``.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

import attrs

from klantportaal.domain.outgoing import DispatchTimes, Task, is_given_up, is_told, mail_key, retry_after
from klantportaal.ports.clock import Clock
from klantportaal.ports.mail import (
    DestinationUnavailable,
    MailSender,
    MailServerUnavailable,
    MailUnavailable,
    MailWriter,
    Undeliverable,
)
from klantportaal.ports.storage import Storage
from klantportaal.usecases.background.letters import Addressed, Letters
from klantportaal.usecases.background.pauses import SERVER, Pauses, domain_of

_LOG = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class Outcome:
    """What came of some tasks: done, to retry, or refused."""

    tasks: Sequence[Task]
    """The tasks. For mails, with the person that was found."""
    problem: str | None = None
    """Why they are not done. None if they are."""
    due_at: datetime | None = None
    """When to retry. None if they are done or refused."""
    is_sent: bool = False
    """Whether something was sent or made. Tasks can be done because there was nothing to send any more."""
    trouble: str | None = None
    """Why the whole lane cannot be worked, without personal data. None if it can, or if that did not show."""


@attrs.frozen(kw_only=True)
class OutgoingMail:
    """Sends mails."""

    _storage: Storage
    _clock: Clock
    _sender: MailSender
    _writer: MailWriter
    _letters: Letters
    _times: DispatchTimes
    _pauses: Pauses

    def waits(self) -> bool:
        """Tell whether all mail waits, because the mail server did not work a moment ago."""
        return self._pauses.until(SERVER, at=self._clock.now()) is not None

    def send(self, tasks: Sequence[Task]) -> Outcome:
        """Send the one mail of some tasks, if there is still something to send."""
        addressed = self._letter(tasks)
        if addressed is None:
            return Outcome(tasks=tasks)
        # Known before sending, so that a problem is shown for this person.
        tasks = [attrs.evolve(task, person_id=addressed.person_id) for task in tasks]
        domain = domain_of(addressed.letter.to)
        if self._pauses.until(domain, at=self._clock.now()) is not None:
            problem = tasks[0].problem or "the domain of the address did not answer a moment ago"
            return self._retry_in_domain(tasks, domain, problem)
        try:
            self._sender.send(self._writer.write(addressed.letter), key=mail_key(tasks))
        except MailServerUnavailable as trouble:
            return self._server_fails(tasks, trouble)
        except MailUnavailable as trouble:
            self._server_works()
            return self._domain_fails(tasks, domain, trouble)
        except Undeliverable as refusal:
            self._server_works()
            self._tell(tasks[0], "was refused: its recipient does not exist")
            return Outcome(tasks=tasks, problem=str(refusal))
        self._server_works()
        self._pauses.succeed(domain)
        return Outcome(tasks=tasks, is_sent=True)

    def close(self) -> None:
        """Close connections to the mail server: nothing is left to send for now."""
        self._sender.close()

    def _letter(self, tasks: Sequence[Task]) -> Addressed | None:
        """Make the one letter of the tasks. None if there is nothing to send any more."""
        with self._storage.begin() as uow:
            addressed = self._letters.make(uow, tasks, at=self._clock.now())
            uow.commit()
        return addressed

    def _server_fails(self, tasks: Sequence[Task], trouble: MailServerUnavailable) -> Outcome:
        pause = self._pauses.fail(SERVER, at=self._clock.now())
        if is_told(pause.failures):
            _LOG.warning("no mail goes out, after %d attempts in a row: %s", pause.failures, trouble)
        return Outcome(tasks=tasks, problem=str(trouble), due_at=pause.until, trouble=str(trouble))

    def _server_works(self) -> None:
        failures = self._pauses.succeed(SERVER)
        if failures:
            _LOG.warning("mail goes out again, after %d attempts that failed", failures)

    def _domain_fails(self, tasks: Sequence[Task], domain: str, trouble: MailUnavailable) -> Outcome:
        """Retry the tasks, or give them up after days. If the domain did not answer, leave it alone for a while."""
        now = self._clock.now()
        if is_given_up(tasks[0], self._times, at=now):
            self._tell(tasks[0], "was not accepted for days, and is given up")
            return Outcome(tasks=tasks, problem=str(trouble))
        if is_told(tasks[0].attempts):
            self._tell(tasks[0], "was not accepted, and is retried")
        if isinstance(trouble, DestinationUnavailable):
            self._pauses.fail(domain, at=now)
        return self._retry_in_domain(tasks, domain, str(trouble))

    def _retry_in_domain(self, tasks: Sequence[Task], domain: str, problem: str) -> Outcome:
        now = self._clock.now()
        due_at = now + retry_after(tasks[0].attempts, self._times)
        until = self._pauses.until(domain, at=now)
        return Outcome(tasks=tasks, problem=problem, due_at=max(due_at, until or now))

    def _tell(self, task: Task, what: str) -> None:
        _LOG.warning(
            "mail %s of office %s %s (attempt %d): office.clients.mail_problems has the server's answer",
            *(task.id, task.office_id, what, task.attempts),
        )
