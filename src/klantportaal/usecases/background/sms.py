"""Sending the SMS of a task in the outbox, if somebody still waits for it and the budgets allow it.

The code is made when the SMS is sent, so it has its full lifetime. Only the SMS has the code; the portal stores a hash.
The SMS is counted in the budgets and committed together with the code, before it is sent (TS-2).
"""

from datetime import datetime, timedelta
from typing import Protocol

import attrs

from klantportaal.domain.auditing import Background
from klantportaal.domain.events import Event, NumberRefused, SmsWithheld
from klantportaal.domain.outgoing import Task
from klantportaal.domain.persons import Person
from klantportaal.domain.texting import DAY, E164, SmsSend, SmsSettings, has_room
from klantportaal.domain.values import ClientId, PersonId, SmsId
from klantportaal.ports.clock import Clock
from klantportaal.ports.sms import Note, SmsRefused, SmsSender, SmsWriter
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared.recording import Recorder


@attrs.frozen(kw_only=True)
class Awaited:
    """The person that waits for a code."""

    person: Person
    client_id: ClientId
    """The client whose budget is used."""
    number: E164
    life: timedelta
    """The lifetime of the code."""


class Minting(Protocol):
    """Finds the person that waits for a code, and makes the code."""

    def awaited(self, uow: UnitOfWork, task: Task, *, at: datetime) -> Awaited | None:
        """Find the person that waits for the code of a task. None if nobody waits any more."""
        ...

    def mint(self, uow: UnitOfWork, task: Task, *, at: datetime) -> str:
        """Make a code of ASCII digits for a task that somebody waits for. It replaces an older code."""
        ...


@attrs.frozen(kw_only=True)
class CodeSms:
    """Sends codes by SMS."""

    _storage: Storage
    _clock: Clock
    _sender: SmsSender
    _writer: SmsWriter
    _sms_codes: Minting
    _recorder: Recorder
    _settings: SmsSettings

    def send(self, task: Task) -> bool:
        """Send the SMS of a task, if somebody still waits for it and the budgets allow it.

        Returns:
            Whether the gateway took it.

        Raises:
            SmsUnavailable: try again later.
        """
        with self._storage.begin() as uow:
            letter = self._letter(uow, task, at=self._clock.now())
            uow.commit()
        if letter is None:
            return False
        try:
            # A retry has another code, so it gets another key: it is another SMS.
            self._sender.send(self._writer.write(letter.note), key=f"{task.key}-{task.attempts}")
        except SmsRefused:
            with self._storage.begin() as uow:
                self._record(uow, task, NumberRefused(person_id=letter.person_id, at=self._clock.now()))
                uow.commit()
            return False
        return True

    def is_of_use(self, task: Task, *, at: datetime) -> bool:
        """Tell whether the code of a task is still useful if it is sent at *at*."""
        return at < task.made_at + self._settings.useful

    def _letter(self, uow: UnitOfWork, task: Task, *, at: datetime) -> "_Letter | None":
        awaited = self._sms_codes.awaited(uow, task, at=at) if self.is_of_use(task, at=at) else None
        if awaited is None:
            return None
        if not self._reserve(uow, task, awaited, at=at):
            self._record(uow, task, SmsWithheld(person_id=awaited.person.id, at=at))
            return None
        note = Note(
            office=uow.offices.get(task.office_id),
            language=awaited.person.language,
            to=awaited.number,
            code=self._sms_codes.mint(uow, task, at=at),
            minutes=awaited.life // timedelta(minutes=1),
        )
        return _Letter(note=note, person_id=awaited.person.id)

    def _reserve(self, uow: UnitOfWork, task: Task, awaited: Awaited, *, at: datetime) -> bool:
        """Count one SMS in the budgets. False if there is no room. A retry was counted already."""
        send = SmsSend(
            id=SmsId(task.id),
            office_id=task.office_id,
            person_id=awaited.person.id,
            client_id=awaited.client_id,
            number=awaited.number,
            at=at,
        )
        room = has_room(uow.texts.count(send, since=at - self._settings.window, day=at - DAY), self._settings)
        if room:
            uow.texts.add(send)
        return room

    def _record(self, uow: UnitOfWork, task: Task, fact: Event) -> None:
        self._recorder.record(uow, Background(office_id=task.office_id), fact)


@attrs.frozen(kw_only=True)
class _Letter:
    """The contents of an SMS and the person that it is for."""

    note: Note
    person_id: PersonId
