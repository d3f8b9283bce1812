"""Making the letter of a task in the outbox, if there is still something to send.

The contents of a mail are decided when the mail is made, not when the task was added: the language, the address, and
whether the account may still see the subject (PR-1, PR-2). The token of a link follows from the id of the task, under a
key. Only its fingerprint is stored. So a mail that is sent again after a crash has the same link (ON-6).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import attrs

from klantportaal.domain import address_changes, persons
from klantportaal.domain.accounts import Account, AccountState, Holding, is_open, may_act
from klantportaal.domain.address_changes import AddressChange
from klantportaal.domain.auditing import Background
from klantportaal.domain.destinations import Destination, Place, destination, of_dossier
from klantportaal.domain.errors import Absent, FaultCode
from klantportaal.domain.events import AddressChangeRefused
from klantportaal.domain.offices import Office
from klantportaal.domain.onboarding import (
    ADDRESS_LINK_LIFE,
    Link,
    LinkPurpose,
    OnboardingTimes,
    gets_invitation_link,
    gets_password_link,
    make_link,
    renew_link,
)
from klantportaal.domain.outgoing import Task, TaskKind
from klantportaal.domain.persons import Person, starting_account
from klantportaal.domain.receipts import Receipt
from klantportaal.domain.values import (
    AccountId,
    AddressChangeId,
    DossierId,
    LinkId,
    PersonId,
    ReceiptId,
    TaskId,
    folded,
)
from klantportaal.ports.mail import Awaiting, Due, Letter
from klantportaal.ports.secrets import Tokens
from klantportaal.ports.storage import UnitOfWork
from klantportaal.usecases.background import reminders
from klantportaal.usecases.background.notifications import news_for
from klantportaal.usecases.background.office_letters import office_letter, webhook_letter
from klantportaal.usecases.shared.receipt_codes import PATH, ReceiptCodes
from klantportaal.usecases.shared.recording import Recorder

PATHS: Mapping[TaskKind, str] = {
    TaskKind.INVITATION: "/uitnodiging/",
    TaskKind.PASSWORD_LINK: "/wachtwoord/",
    TaskKind.ACCOUNT_ADDED: "/inloggen",
    TaskKind.PASSWORD_SET: "/inloggen",
    TaskKind.TWO_STEP_ON: "/inloggen",
    TaskKind.TWO_STEP_CHANGED: "/inloggen",
    TaskKind.TWO_STEP_OFF: "/inloggen",
    TaskKind.TWO_STEP_RESET: "/inloggen",
    TaskKind.RECOVERY_CODE_USED: "/inloggen",
    TaskKind.ADDRESS_LINK: "/e-mailadres/",
    TaskKind.ADDRESS_IN_USE: "/inloggen",
    TaskKind.ADDRESS_CHANGE_ASKED: "/inloggen",
    TaskKind.ADDRESS_CHANGED: "/inloggen",
    TaskKind.RECEIPT: PATH,
    TaskKind.INVITATION_REMINDER: "/uitnodiging/",
}
"""The path of the link in each mail but those of NW-2, relative to the office's base URL. Both hosts have these."""


@attrs.frozen(kw_only=True)
class Addressed:
    """A letter and the person that it is for."""

    letter: Letter
    person_id: PersonId | None
    """None if the result of sending says nothing about the address of the person, because the letter goes elsewhere."""


@attrs.frozen(kw_only=True)
class Recipient:
    """A person with at least one account that is not deleted."""

    person: Person
    holdings: Sequence[Holding]
    """All accounts of the person."""

    def holding(self, account_id: AccountId | None) -> Holding:
        """Give the account that a task is about."""
        return next(each for each in self.holdings if each[0].id == account_id)

    def addressed(
        self,
        kind: TaskKind,
        office: Office,
        *,
        elsewhere: str | None = None,
        account: Account | None = None,
        token: str = "",
        leads: Destination | None = None,
        awaiting: tuple[Awaiting, ...] = (),
        receipt: Receipt | None = None,
        due: tuple[Due, ...] = (),
        facts: Mapping[str, str] | None = None,
    ) -> Addressed:
        """Make a letter to the person. The salutation has the name in *account*, or in the account used last.

        *elsewhere* is another address than the person's, to which the letter goes. *leads* is where its link leads, for
        a kind that has no path of its own.
        """
        start = starting_account(self.person, self.holdings) or self.holdings[0]
        named = account or start[0]
        path = leads.path if leads else f"{PATHS[kind]}{token}"
        letter = Letter(
            kind=kind,
            office=office,
            language=self.person.language,
            to=elsewhere or self.person.email,
            name=named.name,
            url=f"{office.base_url}{path}",
            awaiting=awaiting,
            place=leads.place if leads else Place.HOME,
            receipt=receipt,
            due=due,
            facts=facts or {},
        )
        return Addressed(letter=letter, person_id=None if elsewhere else self.person.id)


@attrs.frozen(kw_only=True)
class Letters:
    """Makes the letters of tasks."""

    _tokens: Tokens
    _recorder: Recorder
    _times: OnboardingTimes
    _merge: timedelta
    """How long a notification waits (PR-2)."""
    _receipt_codes: ReceiptCodes

    def make(
        self, uow: UnitOfWork, mails: Sequence[Sequence[Task]], *, at: datetime
    ) -> Mapping[TaskId, Addressed | None]:
        """Make the letters of some mails.

        Persons are locked in the order of their ids, so that two dispatchers do not deadlock.

        Args:
            uow: the unit of work.
            mails: the tasks of each mail: one, or a notification and its companions.
            at: the time of sending.

        Returns:
            For the first task of each mail its letter, or None if there is nothing to send any more.
        """
        offices = {office_id: uow.offices.get(office_id) for office_id in {tasks[0].office_id for tasks in mails}}
        found = [(person_id, tasks) for tasks in mails if (person_id := _recipient(uow, tasks[0])) is not None]
        found.sort(key=lambda each: each[0])
        made = {
            tasks[0].id: self._letter(uow, offices[tasks[0].office_id], person_id, tasks=tasks, at=at)
            for person_id, tasks in found
        }
        for tasks in mails:
            if tasks[0].address is not None:
                write = office_letter if tasks[0].kind is TaskKind.OFFICE_NOTICE else webhook_letter
                letter = write(uow, offices[tasks[0].office_id], tasks)
                made[tasks[0].id] = None if letter is None else Addressed(letter=letter, person_id=None)
        return {tasks[0].id: made.get(tasks[0].id) for tasks in mails}

    def _letter(
        self, uow: UnitOfWork, office: Office, person_id: PersonId, *, tasks: Sequence[Task], at: datetime
    ) -> Addressed | None:
        """Make the one letter of a task and its companions. None if there is nothing to send any more.

        A notice of a security change goes out even if the person's last account was closed meanwhile, but not if its
        last account went to another person: the office said that the address was wrong (OF-1). The account of the task
        may have gone to another person too, which was invited by a task of its own.
        """
        task = tasks[0]
        person = (uow.persons.take if _locks_person(task) else uow.persons.get)(office.id, person_id)
        holdings = uow.accounts.of_person(office.id, person_id)
        if all(account.state is AccountState.DELETED for account, _client in holdings):
            return None
        if task.account_id is not None and all(account.id != task.account_id for account, _client in holdings):
            return None
        to = Recipient(person=person, holdings=holdings)
        if task.kind is TaskKind.NOTIFICATION:
            return _notification(uow, office, to, tasks=tasks)
        if task.kind is TaskKind.FILE_REJECTED:
            return self._rejection(uow, office, to, task=task)
        if task.kind is TaskKind.REMINDER:
            return self._reminder(uow, office, to, task=task, at=at)
        makers = {
            TaskKind.INVITATION: self._invitation,
            TaskKind.PASSWORD_LINK: self._password_link,
            TaskKind.ADDRESS_LINK: self._address_link,
            TaskKind.RECEIPT: self._receipt,
        }
        make = makers.get(task.kind)
        return make(uow, office, to, task=task, at=at) if make else self._notice(uow, office, to, task=task)

    def _invitation(
        self, uow: UnitOfWork, office: Office, to: Recipient, *, task: Task, at: datetime
    ) -> Addressed | None:
        """Make the invitation mail (ON-1), or for a person that can sign in the mail about one more client (PE-2).

        None if the person can sign in and used the account already, if the account is closed, or if an invitation that
        was sent before still stands, or led to a password.
        """
        account, client = to.holding(task.account_id)
        has_way_in = persons.has_way_in(to.person, office.vendor_sign_in)
        if (account.first_used_at is not None and has_way_in) or not is_open(account, client):
            return None
        own = uow.links.get(task.office_id, LinkId(task.id))
        if has_way_in:
            if own is not None and to.person.password_hash is not None:
                return None
            return to.addressed(TaskKind.ACCOUNT_ADDED, office, account=account, facts={"client": client.name})
        newest = uow.links.newest(task.office_id, to.person.id, LinkPurpose.INVITATION) if own is None else None
        if not gets_invitation_link(to.person, to.holdings, office.vendor_sign_in, newest=newest, at=at):
            return None
        token = self._token(uow, to.person, LinkPurpose.INVITATION, task, own, at=at)
        if token is None:
            return None
        life = lifetime(self._times.invitation)
        return to.addressed(TaskKind.INVITATION, office, account=account, token=token, facts=life)

    def _password_link(
        self, uow: UnitOfWork, office: Office, to: Recipient, *, task: Task, at: datetime
    ) -> Addressed | None:
        """Make the mail with the password link (ON-3). None if the person may not have it."""
        own = uow.links.get(task.office_id, LinkId(task.id))
        newest = uow.links.newest(task.office_id, to.person.id, LinkPurpose.PASSWORD) if own is None else None
        invited = PersonId(UUID(task.payload["invited"])) if task.payload["invited"] else None
        vendor, times = office.vendor_sign_in, self._times
        if not gets_password_link(to.person, to.holdings, vendor, invited=invited, newest=newest, times=times, at=at):
            return None
        token = self._token(uow, to.person, LinkPurpose.PASSWORD, task, own, at=at)
        if token is None:
            return None
        life = lifetime(self._times.password_link)
        return to.addressed(TaskKind.PASSWORD_LINK, office, token=token, facts=life)

    def _address_link(
        self, uow: UnitOfWork, office: Office, to: Recipient, *, task: Task, at: datetime
    ) -> Addressed | None:
        """Make the mail with the link to a new address, or, if another person has that address, a mail to it (PR-4).

        None if the person asked for another address since, or may not change its address any more. The mail to the
        new address has no name in it: whoever mistyped an address writes to a stranger.
        """
        change = self._asked(uow, to, task)
        if change is None or not office.address_changes:
            return None
        owner = uow.persons.by_address(office.id, folded(change.email))
        if owner is not None:
            refused = AddressChangeRefused(person_id=to.person.id, rule=FaultCode.ADDRESS_TAKEN, at=at)
            self._recorder.record(uow, Background(office_id=office.id), refused)
            known = Recipient(person=owner, holdings=uow.accounts.of_person(office.id, owner.id))
            return known.addressed(TaskKind.ADDRESS_IN_USE, office)
        own = uow.links.get(task.office_id, LinkId(task.id))
        token = self._token(uow, to.person, LinkPurpose.ADDRESS, task, own, at=at)
        life = lifetime(ADDRESS_LINK_LIFE)
        mail = partial(to.addressed, TaskKind.ADDRESS_LINK, office, elsewhere=change.email, facts=life)
        return None if token is None else mail(token=token)

    def _receipt(
        self,
        uow: UnitOfWork,
        office: Office,
        to: Recipient,
        *,
        task: Task,
        at: datetime,  # noqa: ARG002 - as others
    ) -> Addressed | None:
        """Make the mail with a receipt (RQ-4). None if its delivery was taken back, or the account may not see it."""
        account, client = to.holding(task.account_id)
        try:
            receipt = uow.receipts.get(task.office_id, ReceiptId(UUID(task.payload["receipt"])))
        except Absent:
            return None
        is_party = receipt.client_id in uow.dossiers.parties(task.office_id, receipt.dossier_id)
        if not may_act(account, client) or not is_party:
            return None
        code = self._receipt_codes.code(receipt)
        token = f"{receipt.id}/{code}"
        return to.addressed(TaskKind.RECEIPT, office, account=account, token=token, receipt=receipt)

    def _notice(self, uow: UnitOfWork, office: Office, to: Recipient, *, task: Task) -> Addressed | None:
        """Make a mail that needs no more than the name and address of the person, or its former address (PR-4).

        None for the notice that another address was asked for, if that counts by now, or cannot any more.
        """
        if task.kind is TaskKind.ADDRESS_CHANGE_ASKED and self._asked(uow, to, task) is None:
            return None
        return to.addressed(task.kind, office, elsewhere=task.payload.get("former"))

    def _rejection(self, uow: UnitOfWork, office: Office, to: Recipient, *, task: Task) -> Addressed | None:
        """Make the mail about a file that was rejected (AT-3). None if the account cannot see the dossier any more."""
        account, client = to.holding(task.account_id)
        dossier_id = DossierId(UUID(task.payload["dossier"]))
        if not may_act(account, client) or client.id not in uow.dossiers.parties(office.id, dossier_id):
            return None
        facts = {"dossier": uow.dossiers.get(office.id, dossier_id).number}
        return to.addressed(TaskKind.FILE_REJECTED, office, account=account, leads=of_dossier(dossier_id), facts=facts)

    def _reminder(
        self, uow: UnitOfWork, office: Office, to: Recipient, *, task: Task, at: datetime
    ) -> Addressed | None:
        """Make the mail that reminds of what is still open for all accounts of the person (RM-1).

        The reminder of an invitation has the same link again. None if nothing is due, or if that link is not known any
        more, because the key was replaced.
        """
        due = reminders.plan_for(uow, office, to.person, to.holdings, merge=self._merge, at=at, but=task.id).due
        if not due:  # What was sent before, or is asked for meanwhile, is to be looked at without this mail.
            uow.reminders.look(office.id, [to.person.id], at=at)
        link = uow.links.get(office.id, LinkId(due[0].id)) if due else None
        tokens = (
            {self._tokens.fingerprint(each): each for each in self._tokens.derived(TaskId(link.id))} if link else {}
        )
        if link is not None and link.fingerprint not in tokens:
            due = ()
        reminders.store(uow, self._recorder, task, to.person.id, due, at=at)
        if not due:
            return None
        if link is None:
            rows = reminders.due_rows(uow, office, due, at=at)
            return to.addressed(TaskKind.REMINDER, office, leads=destination(reminders.told(due)), due=rows)
        left = lifetime(_rounded_down(link.expires_at - at))
        return to.addressed(TaskKind.INVITATION_REMINDER, office, token=tokens[link.fingerprint], facts=left)

    def _asked(self, uow: UnitOfWork, to: Recipient, task: Task) -> AddressChange | None:
        """Find the change of address that a task is about. None if it may not be confirmed any more."""
        change = uow.address_changes.of(task.office_id, to.person.id)
        if change is None or change.id != AddressChangeId(UUID(task.payload["change"])):
            return None
        return change if address_changes.stands(change, to.person, to.holdings) else None

    def _token(
        self, uow: UnitOfWork, person: Person, purpose: LinkPurpose, task: Task, own: Link | None, *, at: datetime
    ) -> str | None:
        """Give the token of the link in a task's mail. A mail that is sent again has the same one (ON-6).

        None if the link of the mail was used or voided since: then nothing is sent.

        Args:
            uow: the unit of work.
            person: the person of the mail.
            purpose: what the link opens.
            task: the task of the mail. The link has the task's id.
            own: the link, if the mail was made before.
            at: the time of sending.
        """
        tokens = {self._tokens.fingerprint(token): token for token in self._tokens.derived(task.id)}
        # Without the key of the first copy, the second one gets another link.
        fingerprint = own.fingerprint if own and own.fingerprint in tokens else next(iter(tokens))
        if own is not None:
            again = renew_link(own, person, fingerprint=fingerprint, times=self._times, at=at)
            return tokens[fingerprint] if again is not None and uow.links.renew(again) else None
        link, made = make_link(person, purpose, id=LinkId(task.id), fingerprint=fingerprint, times=self._times, at=at)
        uow.links.void(person.office_id, person.id, purpose, at=at)
        uow.links.add(link)
        self._recorder.record(uow, Background(office_id=person.office_id), made)
        return tokens[fingerprint]


def _recipient(uow: UnitOfWork, task: Task) -> PersonId | None:
    """Find the recipient of a task. None if there is none any more, or if it is an address of the office."""
    if task.address is not None:
        return None
    if task.kind in (TaskKind.ADDRESS_LINK, TaskKind.ADDRESS_CHANGED):
        return PersonId(UUID(task.payload["person"]))
    if task.kind is TaskKind.PASSWORD_LINK or task.person_id is None:
        found = uow.persons.by_address(task.office_id, task.payload["address"])
        return None if found is None else found.id
    return task.person_id


def _notification(uow: UnitOfWork, office: Office, to: Recipient, *, tasks: Sequence[Task]) -> Addressed | None:
    """Make one mail of all notifications for an account (PR-2, NW-2). None if there is nothing to tell any more."""
    holding = to.holding(tasks[0].account_id)
    found = news_for(uow, holding, tasks)
    if found is None:
        return None
    leads, awaiting = found.destination, found.awaiting
    return to.addressed(TaskKind.NOTIFICATION, office, account=holding[0], leads=leads, awaiting=awaiting)


def _locks_person(task: Task) -> bool:
    """Tell whether the mail of a task may have a link, or is the one reminder of a day. Then the person is locked.

    So one mail at a time is made: of several invitations at once, one sends the first mail (PE-2, RM-1).
    """
    return task.kind in (TaskKind.INVITATION, TaskKind.PASSWORD_LINK, TaskKind.ADDRESS_LINK, TaskKind.REMINDER)


def lifetime(time: timedelta) -> dict[str, str]:
    """Give the lifetime of a link as a whole number of days or hours, or else rounded down to minutes."""
    for unit in ("days", "hours"):
        if time % timedelta(**{unit: 1}) == timedelta(0):
            return {unit: str(time // timedelta(**{unit: 1}))}
    return {"minutes": str(time // timedelta(minutes=1))}


def _rounded_down(time: timedelta) -> timedelta:
    """Round a time down to whole days; to whole hours or minutes if it is shorter than one."""
    units = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
    return time - time % next((unit for unit in units if time >= unit), units[-1])
