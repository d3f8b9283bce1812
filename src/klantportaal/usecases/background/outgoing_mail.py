"""Sends the mail of tasks in the outbox, and reports the outcome (AL-2, AL-6).

A log line names the task and the office. It has no address and no message of a server, which may quote an address. The
office finds that message in ``mail_problems``.
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

import attrs

from klantportaal.domain.errors import Unavailable
from klantportaal.domain.outgoing import DispatchTimes, Task, is_given_up, is_told, mail_key, retry_after
from klantportaal.domain.values import TaskId
from klantportaal.log_events import EventLog
from klantportaal.ports.clock import Clock
from klantportaal.ports.mail import (
    DestinationUnavailable,
    Letter,
    MailSender,
    MailServerUnavailable,
    MailUnavailable,
    MailWriter,
    Undeliverable,
)
from klantportaal.ports.storage import Storage
from klantportaal.usecases.background.letters import Addressed, Letters
from klantportaal.usecases.background.pauses import SERVER, Pauses, domain_of
from klantportaal.usecases.shared.logos import Logos

_LOG = EventLog(__name__)
_FATES = {
    "refused": "was refused: its recipient does not exist",
    "given_up": "was not accepted for days, and is given up",
    "retried": "was not accepted, and is retried",
}
"""What the log says of a mail that its server did not accept."""


@attrs.frozen(kw_only=True)
class Outcome:
    """The outcome of some tasks: done, to retry, or refused."""

    tasks: Sequence[Task]
    """The tasks. For mails, with the person that was found."""
    problem: str | None = None
    """Why they are not done. None if they are."""
    due_at: datetime | None = None
    """When to retry. None if they are done or refused."""
    is_sent: bool = False
    """Whether something was sent or made. Tasks can be done because there was nothing to send any more."""
    is_put_off: bool = False
    """Whether nothing was begun, and the tasks are due later, at the time that they have now."""
    trouble: str | None = None
    """Why nothing of the lane can be sent, without personal data. None if it can, or if it is not known."""


@attrs.frozen(kw_only=True)
class OutgoingMail:
    """Sends mails."""

    _storage: Storage
    _clock: Clock
    _sender: MailSender
    _writer: MailWriter
    _letters: Letters
    _logos: Logos
    _times: DispatchTimes
    _pauses: Pauses

    def waits(self) -> bool:
        """Tell whether all mail waits, because the mail server did not work a moment ago."""
        return self._pauses.until(SERVER, at=self._clock.now()) is not None

    def letters(self, mails: Sequence[Sequence[Task]]) -> Mapping[TaskId, Addressed | None]:
        """Make the letters of several mails in one transaction, each under the id of the mail's first task.

        If one of them cannot be made, none is. Then `send` makes each by itself, so that only that one fails.
        """
        try:
            return self._made(mails) if len(mails) > 1 else {}
        except Exception:  # noqa: BLE001 - `send` meets the error again, and reports it with the task
            return {}

    def send(self, tasks: Sequence[Task], letters: Mapping[TaskId, Addressed | None]) -> Outcome:
        """Send the one mail of some tasks, if there is still something to send.

        Args:
            tasks: one task, or a notification and its companions.
            letters: letters that were just made, perhaps that of the tasks too.
        """
        made = letters if tasks[0].id in letters else self._made([tasks])
        addressed = made[tasks[0].id]
        if addressed is None:
            return Outcome(tasks=tasks)
        # Known before sending, so that a problem is shown for this person.
        tasks = [attrs.evolve(task, person_id=addressed.person_id) for task in tasks]
        domain = domain_of(addressed.letter.to)
        if self._pauses.until(domain, at=self._clock.now()) is not None:
            problem = tasks[0].problem or "the domain of the address did not answer a moment ago"
            return self._retry_in_domain(tasks, domain, problem)
        try:
            self._sender.send(self._writer.write(self._with_logo(addressed.letter)), key=mail_key(tasks))
        except MailServerUnavailable as trouble:
            return self._server_fails(tasks, trouble)
        except MailUnavailable as trouble:
            self._server_works()
            return self._domain_fails(tasks, domain, trouble)
        except Undeliverable as refusal:
            self._server_works()
            self._tell(tasks[0], "refused")
            return Outcome(tasks=tasks, problem=str(refusal))
        self._server_works()
        self._pauses.succeed(domain)
        return Outcome(tasks=tasks, is_sent=True)

    def close(self) -> None:
        """Close connections to the mail server: nothing is left to send for now."""
        self._sender.close()

    def _with_logo(self, letter: Letter) -> Letter:
        """Give a letter the logo of its office. If that cannot be read now, the mail goes without it."""
        with suppress(Unavailable):
            return attrs.evolve(letter, logo=self._logos.of(letter.office))
        return letter

    def _made(self, mails: Sequence[Sequence[Task]]) -> Mapping[TaskId, Addressed | None]:
        """Make the letters of some mails.

        Their links do not wait for the disk. The outcomes of their tasks do, later, which flushes both. If the power
        fails before that, a task is done again, and makes the same link.
        """
        with self._storage.begin(flushed=False) as uow:
            made = self._letters.make(uow, mails, at=self._clock.now())
            uow.commit()
        return made

    def _server_fails(self, tasks: Sequence[Task], trouble: MailServerUnavailable) -> Outcome:
        pause = self._pauses.fail(SERVER, at=self._clock.now())
        if is_told(pause.failures):
            text = "no mail goes out, after %(attempts)d attempts in a row: %(reason)s"
            _LOG.log(logging.WARNING, "mail_server_down", text, attempts=pause.failures, reason=trouble)
        return Outcome(tasks=tasks, problem=str(trouble), due_at=pause.until, trouble=str(trouble))

    def _server_works(self) -> None:
        failures = self._pauses.succeed(SERVER)
        if failures:
            text = "mail goes out again, after %(attempts)d attempts that failed"
            _LOG.log(logging.WARNING, "mail_server_up", text, attempts=failures)

    def _domain_fails(self, tasks: Sequence[Task], domain: str, trouble: MailUnavailable) -> Outcome:
        """Retry the tasks, or give them up after days. If the domain did not answer, pause it for a while."""
        now = self._clock.now()
        if is_given_up(tasks[0], self._times, at=now):
            self._tell(tasks[0], "given_up")
            return Outcome(tasks=tasks, problem=str(trouble))
        if is_told(tasks[0].attempts):
            self._tell(tasks[0], "retried")
        if isinstance(trouble, DestinationUnavailable):
            self._pauses.fail(domain, at=now)
        return self._retry_in_domain(tasks, domain, str(trouble))

    def _retry_in_domain(self, tasks: Sequence[Task], domain: str, problem: str) -> Outcome:
        now = self._clock.now()
        due_at = now + retry_after(tasks[0].attempts, self._times)
        until = self._pauses.until(domain, at=now)
        return Outcome(tasks=tasks, problem=problem, due_at=max(due_at, until or now))

    def _tell(self, task: Task, fate: str) -> None:
        _LOG.log(
            logging.WARNING,
            "mail_not_accepted",
            f"mail %(task_id)s of office %(office_id)s {_FATES[fate]} (attempt %(attempt)d): "
            "office.clients.mail_problems has the server's answer",
            task_id=task.id,
            office_id=task.office_id,
            fate=fate,
            attempt=task.attempts,
        )
