"""Writes events to the audit trail and their tasks to the outbox, in the transaction of the change (AL-2)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import uuid5

import attrs

from klantportaal.domain import auditing, events, public_events, refusals, signing
from klantportaal.domain.accounts import AccountState
from klantportaal.domain.auditing import By
from klantportaal.domain.dossiers import PartiesChange, change_for_parties
from klantportaal.domain.idempotency import ApiActor, ApiClient
from klantportaal.domain.office_notices import Arrival, addresses_for, own_addresses
from klantportaal.domain.outgoing import DispatchTimes, Notice, Task, TaskKind, new_key
from klantportaal.domain.public_events import Announcement, EventContent
from klantportaal.domain.sessions import Actor, OfficeActor, Visitor
from klantportaal.domain.throttling import ThrottleSubject
from klantportaal.domain.two_step import TwoStepMethod
from klantportaal.domain.values import AccountId, ClientId, EntryId, EventId, OfficeId, PersonId, TaskId, day
from klantportaal.domain.waiting import Waiting, WaitingFor, waiting_in, whose_changed
from klantportaal.ports.secrets import Ids, Seals
from klantportaal.ports.storage import UnitOfWork
from klantportaal.usecases.shared import webhook_queue
from klantportaal.usecases.shared.subscriptions import Subscriptions
from klantportaal.usecases.shared.webhook_queue import Told

TELLING: Mapping[type[events.Event], TaskKind] = {
    events.PasswordSet: TaskKind.PASSWORD_SET,
    events.TwoStepTurnedOn: TaskKind.TWO_STEP_ON,
    events.TwoStepChanged: TaskKind.TWO_STEP_CHANGED,
    events.TwoStepTurnedOff: TaskKind.TWO_STEP_OFF,
    events.TwoStepReset: TaskKind.TWO_STEP_RESET,
    events.RecoveryCodeUsed: TaskKind.RECOVERY_CODE_USED,
}
"""The mail that reports each change of a person's security. These mails cannot be switched off (PR-3)."""

_Arrived = events.MessageSent | events.QuestionnaireCompleted | events.ItemDelivered | events.ItemNotApplicable
_Told = _Arrived | events.FileRejected
"""What an office is told of (OF-4)."""
_News = (
    events.DocumentPublished
    | events.MessageReceived
    | events.QuestionnaireAssigned
    | events.DocumentsRequested
    | events.RequestItemAdded
    | events.ItemReturned
)


@attrs.frozen(kw_only=True)
class Recorder:
    """Records events."""

    _ids: Ids
    _seals: Seals
    _times: DispatchTimes
    _subscriptions: Subscriptions = attrs.field(factory=Subscriptions)
    """Whom in this process to tell of public events."""

    def record(self, uow: UnitOfWork, by: By, *facts: events.Event) -> None:
        """Append a signed entry of each event to the audit trail, and add the tasks of the event to the outbox.

        The rows of the parties get the time of a change that they see (DO-2), and who has to do something (PG-2). So a
        change is stored before it is recorded. A request with an ``Idempotency-Key`` is marked as made (AP-4).

        Raises:
            Conflict: another attempt at the request took the place of this one.
        """
        if isinstance(by, (ApiActor, ApiClient)) and by.request is not None and facts:
            uow.idempotent_requests.mark(by.request, at=facts[0].at)
        entries = [auditing.entry(fact, by, id=EntryId(self._ids.new())) for fact in facts]
        uow.audit.append([signing.sign(entry, self._seals.digest) for entry in entries])
        for fact in facts:
            self.announce(uow, by.office_id, public_events.announced(fact, by), at=fact.at)
            if seen := change_for_parties(fact, by_office=isinstance(by, OfficeActor)):
                uow.dossiers.mark_changed(by.office_id, seen.dossier_id, seen.client_ids, at=fact.at)
            if whose := whose_changed(fact, by):
                self._keep_waiting(uow, by.office_id, whose, at=fact.at)
            for task in self._following(uow, by, fact):
                uow.outbox.add(task)
            if waiting := _waiting(uow, by, fact):
                uow.reminders.look(by.office_id, waiting, at=fact.at)
            if isinstance(fact, events.RemindersChanged | events.VendorSignInChanged):
                uow.reminders.look_at_all(by.office_id, at=fact.at)

    def announce(self, uow: UnitOfWork, office_id: OfficeId, contents: Sequence[EventContent], *, at: datetime) -> None:
        """Add public events to the feed of an office, and what its endpoints are told of them (EV-1, WH-2)."""
        for content in contents:
            event = Announcement(id=EventId(self._ids.new()), office_id=office_id, at=at, content=content)
            uow.events.add(event)
            self._subscriptions.note(event)
            listening = uow.webhooks.listening(office_id, content.type)
            told = [Told(webhook_id=each, event_id=event.id, event_type=content.type) for each in listening]
            webhook_queue.add(uow, self._ids, office_id, told, at=at)

    def record_refusal(
        self,
        uow: UnitOfWork,
        by: Actor | Visitor,
        fact: events.Event,
        *,
        person_id: PersonId | None,
        origin: ThrottleSubject | None,
    ) -> None:
        """Record a refusal. Those that repeat within a minute are counted instead (SI-5).

        Args:
            uow: the unit of work. Nothing else is locked in it after this.
            by: who was refused.
            fact: the refusal.
            person_id: the person whose sign-in, code or address it was, if any.
            origin: what is throttled. None if nothing is: then the refusal gets an entry of its own.
        """
        if origin is None:
            self.record(uow, by, fact)
            return
        held = uow.refusals.hold(by.office_id, origin, type(fact).__name__)
        network = by.network_address
        counted, is_first, repeated = refusals.refuse(held, person_id=person_id, network_address=network, at=fact.at)
        uow.refusals.save(counted)
        if repeated is not None:
            self._record_repeated(uow, held, repeated)
        if is_first:
            self.record(uow, by, fact)

    def record_repeated(self, uow: UnitOfWork, *, at: datetime, limit: int) -> int:
        """Record the refusals that were counted in minutes that are over. Return the number of counts read."""
        ended = uow.refusals.ended(before=at - refusals.MINUTE, after=at, limit=limit)
        for held in ended:
            counted, repeated = refusals.close(held, at=at)
            if counted is None:
                uow.refusals.remove(held)
            else:
                uow.refusals.save(counted)
            if repeated is not None:
                self._record_repeated(uow, held, repeated)
        return len(ended)

    def _record_repeated(
        self, uow: UnitOfWork, counted: refusals.RefusalCount, repeated: events.RefusalsRepeated
    ) -> None:
        by = Visitor(office_id=counted.office_id, network_address=counted.network_address)
        self.record(uow, by, repeated)

    def _following(self, uow: UnitOfWork, by: By, fact: events.Event) -> Iterator[Task]:
        match fact:
            case events.AccountInvited():
                yield self._task(TaskKind.INVITATION, by, fact, fact.person_id, account_id=fact.account_id)
            case events.PasswordLinkAsked():
                asked = {"address": fact.address, "invited": str(fact.invited or "")}
                yield self._task(TaskKind.PASSWORD_LINK, by, fact, None, payload=asked)
            case (
                events.PasswordSet()
                | events.TwoStepTurnedOn()
                | events.TwoStepChanged()
                | events.TwoStepTurnedOff()
                | events.TwoStepReset()
                | events.RecoveryCodeUsed()
            ):
                yield self._task(TELLING[type(fact)], by, fact, fact.person_id)
            case events.AddressChangeAsked() | events.AddressChanged():
                yield from self._mails_elsewhere(by, fact)
            case events.CodeAsked(method=TwoStepMethod.SMS):
                yield self._task(TaskKind.SMS_CODE, by, fact, None, payload={"verification": str(fact.verification_id)})
            case events.DocumentPublished() | events.MessageReceived() | events.QuestionnaireAssigned():
                yield from self._news(uow, by, fact)
            case events.DocumentsRequested() | events.RequestItemAdded() | events.ItemReturned():
                yield from self._news(uow, by, fact)
            case events.WebhookDisabled():
                yield from self._webhook_mails(uow, by, fact)
            case _:
                yield from self._of_arrival(uow, by, fact)
                yield from self._of_quarantine(uow, by, fact)
                yield from self._receipt_mail(by, fact)

    def _receipt_mail(self, by: By, fact: events.Event) -> Iterator[Task]:
        """Give the task of the mail with a receipt. An account gets each receipt once a day, however often it asks."""
        if isinstance(fact, events.ReceiptMailAsked):
            once = uuid5(fact.receipt_id, f"{fact.account_id} {day(fact.at)}")
            payload = {"receipt": str(fact.receipt_id)}
            account, person = fact.account_id, fact.person_id
            mail = self._task(TaskKind.RECEIPT, by, fact, person, account_id=account, payload=payload)
            yield attrs.evolve(mail, key=new_key(TaskKind.RECEIPT, TaskId(once)))

    def _news(self, uow: UnitOfWork, by: By, fact: _News) -> Iterator[Task]:
        """Give the notifications of something new in a dossier."""
        client_ids = fact.client_ids if isinstance(fact, events.DocumentPublished) else [fact.client_id]
        match fact:
            case events.DocumentPublished():
                notice, thing = Notice.DOCUMENTS, str(fact.document_id)
            case events.MessageReceived():
                notice, thing = Notice.MESSAGES, str(fact.message_id)
            case events.QuestionnaireAssigned():
                notice, thing = Notice.QUESTIONNAIRES, str(fact.assignment_id)
            case _:
                notice, thing = Notice.REQUESTS, str(fact.request_id)
        about = {"notice": notice, "dossier": str(fact.dossier_id), "thing": thing}
        yield from self._notices(uow, by, fact, client_ids, about)

    def _mails_elsewhere(self, by: By, fact: events.AddressChangeAsked | events.AddressChanged) -> Iterator[Task]:
        """Give the tasks of the mails to the current, the new and the former address of a person (PR-4)."""
        payload = {"person": str(fact.person_id)}
        if isinstance(fact, events.AddressChanged):
            payload["former"] = fact.former_address
            yield self._task(TaskKind.ADDRESS_CHANGED, by, fact, None, payload=payload)
        else:
            payload["change"] = str(fact.change_id)
            yield self._task(TaskKind.ADDRESS_CHANGE_ASKED, by, fact, fact.person_id, payload=payload)
            yield self._task(TaskKind.ADDRESS_LINK, by, fact, None, payload=payload)

    def _of_quarantine(self, uow: UnitOfWork, by: By, fact: events.Event) -> Iterator[Task]:
        """Give the task that scans a file, or the mails to the account or the office whose file was rejected (AT-3)."""
        if isinstance(fact, events.FileQuarantined):
            yield self._task(TaskKind.SCAN, by, fact, None, payload={"file": fact.file_key})
        elif isinstance(fact, events.FileRejected) and fact.account_id is not None:
            account, _client = uow.accounts.get(by.office_id, fact.account_id)
            mail, about = TaskKind.FILE_REJECTED, {"dossier": str(fact.dossier_id)}
            yield self._task(mail, by, fact, account.person_id, account_id=account.id, payload=about)
        elif isinstance(fact, events.FileRejected) and fact.document_id is not None:
            about = {"arrival": Arrival.REJECTED, "thing": str(fact.document_id), "dossier": str(fact.dossier_id)}
            for client_id in sorted(uow.documents.audience(by.office_id, fact.document_id)):
                yield from self._office_notices(uow, by, fact, {**about, "client": str(client_id)})

    def _notices(
        self, uow: UnitOfWork, by: By, fact: events.Event, client_ids: Collection[ClientId], about: Mapping[str, str]
    ) -> Iterator[Task]:
        """Give a notification task for each account of the clients, with a delay, so that mails can merge (PR-2).

        Whether the account wants the mail, and may still see the subject, is checked when the mail is made.
        """
        for account in uow.accounts.of_clients(by.office_id, client_ids):
            if account.state is not AccountState.DELETED:
                task = self._task(
                    TaskKind.NOTIFICATION, by, fact, account.person_id, account_id=account.id, payload=about
                )
                yield attrs.evolve(task, due_at=fact.at + self._times.merge)

    def _of_arrival(self, uow: UnitOfWork, by: By, fact: events.Event) -> Iterator[Task]:
        """Give the tasks of the mails to the office, and that of the PDF of a questionnaire."""
        if not isinstance(by, Actor) or not isinstance(fact, _Arrived):
            return
        if isinstance(fact, events.MessageSent):
            about = {"arrival": Arrival.MESSAGES, "thing": str(fact.message_id)}
        elif isinstance(fact, events.QuestionnaireCompleted):
            about = {"arrival": Arrival.QUESTIONNAIRES, "thing": str(fact.assignment_id)}
            yield self._task(TaskKind.RESULT, by, fact, None, payload={"assignment": str(fact.assignment_id)})
        else:
            arrival = Arrival.DELIVERIES if isinstance(fact, events.ItemDelivered) else Arrival.NOT_APPLICABLE
            about = {"arrival": arrival, "thing": str(fact.delivery_id), "request": str(fact.request_id)}
        whose = {"dossier": str(fact.dossier_id), "client": str(by.client_id)}
        yield from self._office_notices(uow, by, fact, {**about, **whose})

    def _office_notices(self, uow: UnitOfWork, by: By, fact: _Told, about: Mapping[str, str]) -> Iterator[Task]:
        """Give a task for each address that is told of the dossier, with a delay, so that mails can merge (OF-4).

        Each address has a task of its own, so that one that bounces does not stop the others.
        """
        office = uow.offices.get(by.office_id)
        if office.notices is None:
            return
        for address in addresses_for(office, uow.dossiers.get(office.id, fact.dossier_id)):
            task = self._task(TaskKind.OFFICE_NOTICE, by, fact, None, payload=about)
            yield attrs.evolve(task, address=address, due_at=fact.at + self._times.merge)

    def _webhook_mails(self, uow: UnitOfWork, by: By, fact: events.WebhookDisabled) -> Iterator[Task]:
        """Give the tasks of the mails that tell the office of an endpoint that was given up (WH-3)."""
        for address in own_addresses(uow.offices.get(by.office_id)):
            about = {"webhook": str(fact.webhook_id)}
            task = self._task(TaskKind.WEBHOOK_DISABLED, by, fact, None, payload=about)
            yield attrs.evolve(task, address=address)

    def _keep_waiting(self, uow: UnitOfWork, office_id: OfficeId, whose: PartiesChange, *, at: datetime) -> None:
        """Work out who has to do something for some parties, in the order of their ids, and keep it (PG-2)."""
        for client_id in sorted(whose.client_ids):
            party = uow.waiting.hold(office_id, whose.dossier_id, client_id)
            if party is None:
                continue
            waiting = waiting_in(party.things, party.third_party)
            if waiting != party.kept:
                uow.waiting.save(office_id, whose.dossier_id, client_id, waiting)
            if _whom(waiting) is not _whom(party.kept):
                told = public_events.waiting_changed(whose.dossier_id, client_id, waiting)
                self.announce(uow, office_id, [told], at=at)

    def _task(
        self,
        kind: TaskKind,
        by: By,
        fact: events.Event,
        person_id: PersonId | None,
        *,
        account_id: AccountId | None = None,
        payload: Mapping[str, str] | None = None,
    ) -> Task:
        id = TaskId(self._ids.new())
        return Task(
            id=id,
            office_id=by.office_id,
            kind=kind,
            key=f"{kind}-{id}",
            person_id=person_id,
            account_id=account_id,
            payload=payload or {},
            made_at=fact.at,
            due_at=fact.at,
        )


def _whom(waiting: Waiting | None) -> WaitingFor | None:
    """Give who has to do something."""
    return None if waiting is None else waiting.whom


def _waiting(uow: UnitOfWork, by: By, fact: events.Event) -> Collection[PersonId]:
    """Give the persons that may have to be reminded (RM-1).

    More may wait for them, they can sign in or want the mails from now on, or the office asks for it. If an item is
    withdrawn, the optional ones may wait that are left.
    """
    match fact:
        case events.QuestionnaireAssigned() | events.DocumentsRequested() | events.RequestItemAdded():
            clients = [fact.client_id]
        case events.RequestItemWithdrawn() | events.ItemReturned() | events.RequestReminded():
            clients = [fact.client_id]
        case events.PartyAdded() | events.ClientReopened():
            clients = [fact.client_id]
        case events.AccountInvited() | events.LinkMade() | events.PasswordSet() | events.SubjectBound():
            return {fact.person_id}
        case events.ProfileChanged(questionnaires=True):
            return {fact.person_id}
        case events.AccountReopened() | events.DeliveryTakenBack():
            account, _client = uow.accounts.get(by.office_id, fact.account_id)
            clients = [account.client_id]
        case _:
            return ()
    return {each.person_id for each in uow.accounts.of_clients(by.office_id, clients)}
