"""Making the letter of a task in the outbox, if there is still something to send.

The contents of a mail are decided when the mail is made, not when the task was added: the language, the address, and
whether the account may still see the subject (PR-1, PR-2). The token of a link follows from the id of the task, under a
key. Only its fingerprint is stored. So a mail that is sent again after a crash has the same link (ON-6).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import attrs

from klantportaal.domain import address_changes, persons
from klantportaal.domain.accounts import Account, AccountState, Holding, is_open, may_act
from klantportaal.domain.address_changes import AddressChange
from klantportaal.domain.auditing import Background
from klantportaal.domain.documents import DocumentState
from klantportaal.domain.errors import FaultCode
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
from klantportaal.domain.outgoing import Notice, Task, TaskKind
from klantportaal.domain.persons import Person, starting_account
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.values import (
    AccountId,
    AddressChangeId,
    AssignmentId,
    DocumentId,
    DossierId,
    LinkId,
    PersonId,
    folded,
)
from klantportaal.ports.mail import Awaiting, Letter
from klantportaal.ports.secrets import Tokens
from klantportaal.ports.storage import UnitOfWork
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
    TaskKind.NOTIFICATION: "/home",
}
"""The path of the link in each mail, relative to the office's base URL. Both hosts have these routes."""


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
        awaiting: tuple[Awaiting, ...] = (),
        facts: Mapping[str, str] | None = None,
    ) -> Addressed:
        """Make a letter to the person. The salutation has the name in *account*, or in the account used last.

        *elsewhere* is another address than the person's, to which the letter goes.
        """
        start = starting_account(self.person, self.holdings) or self.holdings[0]
        named = account or start[0]
        letter = Letter(
            kind=kind,
            office=office,
            language=self.person.language,
            to=elsewhere or self.person.email,
            name=named.name,
            url=f"{office.base_url}{PATHS[kind]}{token}",
            awaiting=awaiting,
            facts=facts or {},
        )
        return Addressed(letter=letter, person_id=None if elsewhere else self.person.id)


@attrs.frozen(kw_only=True)
class Letters:
    """Makes the letters of tasks."""

    _tokens: Tokens
    _recorder: Recorder
    _times: OnboardingTimes

    def make(self, uow: UnitOfWork, tasks: Sequence[Task], *, at: datetime) -> Addressed | None:
        """Make the one letter of a task and its companions. None if there is nothing to send any more.

        A notice of a security change goes out even if the person's last account was closed meanwhile, but not if its
        last account went to another person: the office said that the address was wrong (OF-1).
        """
        task = tasks[0]
        office = uow.offices.get(task.office_id)
        person = self._recipient(uow, task)
        holdings = uow.accounts.of_person(task.office_id, person.id) if person else ()
        if person is None or all(account.state is AccountState.DELETED for account, _client in holdings):
            return None
        to = Recipient(person=person, holdings=holdings)
        if task.kind is TaskKind.NOTIFICATION:
            return self._notification(uow, office, to, tasks=tasks)
        makers = {
            TaskKind.INVITATION: self._invitation,
            TaskKind.PASSWORD_LINK: self._password_link,
            TaskKind.ADDRESS_LINK: self._address_link,
        }
        make = makers.get(task.kind)
        return make(uow, office, to, task=task, at=at) if make else self._notice(uow, office, to, task=task)

    def _recipient(self, uow: UnitOfWork, task: Task) -> Person | None:
        """Find the recipient of a task. None if there is none any more."""
        if task.kind in (TaskKind.ADDRESS_LINK, TaskKind.ADDRESS_CHANGED):
            return uow.persons.take(task.office_id, PersonId(UUID(task.payload["person"])))
        if task.kind is TaskKind.PASSWORD_LINK or task.person_id is None:
            found = uow.persons.by_address(task.office_id, task.payload["address"])
            return found and uow.persons.take(task.office_id, found.id)
        if task.account_id is None:
            return uow.persons.get(task.office_id, task.person_id)
        # Locked, so that of several invitations at once one sends the first mail (PE-2).
        invited = task.kind is TaskKind.INVITATION
        person = (uow.persons.take if invited else uow.persons.get)(task.office_id, task.person_id)
        account, _client = uow.accounts.get(task.office_id, task.account_id)
        # The account may have gone to another person, which was invited by a task of its own.
        return person if account.person_id == task.person_id else None

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

    def _notice(self, uow: UnitOfWork, office: Office, to: Recipient, *, task: Task) -> Addressed | None:
        """Make a mail that needs no more than the name and address of the person, or its former address (PR-4).

        None for the notice that another address was asked for, if that counts by now, or cannot any more.
        """
        if task.kind is TaskKind.ADDRESS_CHANGE_ASKED and self._asked(uow, to, task) is None:
            return None
        return to.addressed(task.kind, office, elsewhere=task.payload.get("former"))

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

    def _notification(
        self, uow: UnitOfWork, office: Office, to: Recipient, *, tasks: Sequence[Task]
    ) -> Addressed | None:
        """Make one mail of all notifications that the account wants and whose subject it may still see (PR-2)."""
        account, client = to.holding(tasks[0].account_id)
        if not may_act(account, client):
            return None
        news: dict[str, set[Notice]] = defaultdict(set)
        for task in tasks:
            notice = Notice(task.payload["notice"])
            if getattr(account.notifications, notice) and (number := _visible_in(uow, account, task)):
                news[number].add(notice)
        if not news:
            return None
        awaiting = tuple(
            Awaiting(dossier_number=number, notices=frozenset(notices)) for number, notices in sorted(news.items())
        )
        return to.addressed(TaskKind.NOTIFICATION, office, account=account, awaiting=awaiting)


def lifetime(time: timedelta) -> dict[str, str]:
    """Give the lifetime of a link as a whole number of days or hours, or else rounded down to minutes."""
    for unit in ("days", "hours"):
        if time % timedelta(**{unit: 1}) == timedelta(0):
            return {unit: str(time // timedelta(**{unit: 1}))}
    return {"minutes": str(time // timedelta(minutes=1))}


def _visible_in(uow: UnitOfWork, account: Account, task: Task) -> str | None:
    """Give the dossier number of a notification. None if the account may not see the subject any more."""
    dossier_id = DossierId(UUID(task.payload["dossier"]))
    if account.client_id not in uow.dossiers.parties(task.office_id, dossier_id):
        return None
    if task.payload["notice"] == Notice.QUESTIONNAIRES:
        assignment_id = AssignmentId(UUID(task.payload["thing"]))
        if uow.assignments.get(task.office_id, assignment_id).state is not AssignmentState.OPEN:
            return None
    if task.payload["notice"] == Notice.DOCUMENTS:
        document_id = DocumentId(UUID(task.payload["thing"]))
        if uow.documents.get(task.office_id, document_id).state is not DocumentState.AVAILABLE:
            return None
        if account.client_id not in uow.documents.audience(task.office_id, document_id):
            return None
    return uow.dossiers.get(task.office_id, dossier_id).number
