"""Writes events to the audit trail and their tasks to the outbox, in the transaction of the change (AL-2)."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

import attrs

from klantportaal.domain import auditing, events, refusals, signing
from klantportaal.domain.accounts import AccountState
from klantportaal.domain.auditing import By
from klantportaal.domain.outgoing import DispatchTimes, Notice, Task, TaskKind
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.domain.throttling import ThrottleSubject
from klantportaal.domain.two_step import TwoStepMethod
from klantportaal.domain.values import AccountId, ClientId, EntryId, PersonId, TaskId
from klantportaal.ports.secrets import Ids, Seals
from klantportaal.ports.storage import UnitOfWork

TELLING: Mapping[type[events.Event], TaskKind] = {
    events.PasswordSet: TaskKind.PASSWORD_SET,
    events.TwoStepTurnedOn: TaskKind.TWO_STEP_ON,
    events.TwoStepChanged: TaskKind.TWO_STEP_CHANGED,
    events.TwoStepTurnedOff: TaskKind.TWO_STEP_OFF,
    events.TwoStepReset: TaskKind.TWO_STEP_RESET,
    events.RecoveryCodeUsed: TaskKind.RECOVERY_CODE_USED,
}
"""The mail that reports each change of a person's security. These mails cannot be switched off (PR-3)."""


@attrs.frozen(kw_only=True)
class Recorder:
    """Records events."""

    _ids: Ids
    _seals: Seals
    _times: DispatchTimes

    def record(self, uow: UnitOfWork, by: By, *facts: events.Event) -> None:
        """Sign an entry of each event, append it to the audit trail, and add the tasks of the event to the outbox."""
        entries = [auditing.entry(fact, by, id=EntryId(self._ids.new())) for fact in facts]
        uow.audit.append([signing.sign(entry, self._seals.digest) for entry in entries])
        for fact in facts:
            for task in self._following(uow, by, fact):
                uow.outbox.add(task)

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
        """Record the refusals that were counted in minutes that are over. Return how many counts were looked at."""
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
            case events.DocumentPublished():
                about = {"notice": Notice.DOCUMENTS, "dossier": str(fact.dossier_id), "thing": str(fact.document_id)}
                yield from self._notices(uow, by, fact, fact.client_ids, about)
            case events.MessageReceived():
                about = {"notice": Notice.MESSAGES, "dossier": str(fact.dossier_id), "thing": str(fact.message_id)}
                yield from self._notices(uow, by, fact, [fact.client_id], about)
            case events.QuestionnaireAssigned():
                thing = str(fact.assignment_id)
                about = {"notice": Notice.QUESTIONNAIRES, "dossier": str(fact.dossier_id), "thing": thing}
                yield from self._notices(uow, by, fact, [fact.client_id], about)
            case events.QuestionnaireCompleted():
                yield self._task(TaskKind.RESULT, by, fact, None, payload={"assignment": str(fact.assignment_id)})
            case _:
                pass

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
