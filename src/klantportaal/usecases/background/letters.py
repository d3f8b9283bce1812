"""Making the letter of a task in the outbox, if there is still something to send.

The contents of a mail are decided when the mail is made, not when the task was added: the language, the address, and
whether the account may still see the subject (PR-1, PR-2). The tokens of links are made here. Only their fingerprints
are stored.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import attrs

from klantportaal.domain.accounts import Account, AccountState, Client, may_sign_in
from klantportaal.domain.auditing import Background
from klantportaal.domain.documents import DocumentState
from klantportaal.domain.errors import Absent
from klantportaal.domain.offices import Office
from klantportaal.domain.onboarding import LinkPurpose, OnboardingTimes, gets_password_link, make_link
from klantportaal.domain.outgoing import Notice, Task, TaskKind
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.values import AccountId, AssignmentId, DocumentId, DossierId, LinkId
from klantportaal.ports.mail import Awaiting, Letter
from klantportaal.ports.secrets import Ids, Tokens
from klantportaal.ports.storage import UnitOfWork
from klantportaal.usecases.shared.recording import Recorder

PATHS: Mapping[TaskKind, str] = {
    TaskKind.INVITATION: "/uitnodiging/",
    TaskKind.PASSWORD_LINK: "/wachtwoord/",
    TaskKind.PASSWORD_SET: "/inloggen",
    TaskKind.TWO_STEP_ON: "/inloggen",
    TaskKind.TWO_STEP_CHANGED: "/inloggen",
    TaskKind.TWO_STEP_OFF: "/inloggen",
    TaskKind.TWO_STEP_RESET: "/inloggen",
    TaskKind.RECOVERY_CODE_USED: "/inloggen",
    TaskKind.NOTIFICATION: "/home",
}
"""The path of the link in each mail, relative to the office's base URL. Both hosts have these routes."""


@attrs.frozen(kw_only=True)
class Addressed:
    """A letter and the account that it is for."""

    letter: Letter
    account_id: AccountId


@attrs.frozen(kw_only=True)
class Letters:
    """Makes the letters of tasks."""

    _ids: Ids
    _tokens: Tokens
    _recorder: Recorder
    _times: OnboardingTimes

    def make(self, uow: UnitOfWork, tasks: Sequence[Task], *, at: datetime) -> Addressed | None:
        """Make the one letter of a task and its companions. None if there is nothing to send any more."""
        task = tasks[0]
        office = uow.offices.get(task.office_id)
        found = self._recipient(uow, task)
        if found is None:
            return None
        if task.kind is TaskKind.INVITATION:
            return self._invitation(uow, office, *found, at=at)
        if task.kind is TaskKind.PASSWORD_LINK:
            return self._password_link(uow, office, *found, task=task, at=at)
        if task.kind is TaskKind.NOTIFICATION:
            return self._notification(uow, office, *found, tasks=tasks)
        return _addressed(task.kind, office, found[0])

    def _recipient(self, uow: UnitOfWork, task: Task) -> tuple[Account, Client] | None:
        """Find the recipient of a task. None if there is no account, or if it was deleted (XA-3)."""
        if task.account_id is None:
            return uow.accounts.by_address(task.office_id, task.payload["address"])
        try:
            account, client = uow.accounts.get(task.office_id, task.account_id)
        except Absent:
            return None
        return None if account.state is AccountState.DELETED else (account, client)

    def _invitation(
        self, uow: UnitOfWork, office: Office, account: Account, client: Client, *, at: datetime
    ) -> Addressed | None:
        """Make the invitation mail (ON-1). None if the account has a password, or if the client is closed."""
        if account.state is not AccountState.INVITED or client.closed_at is not None:
            return None
        token = self._mint(uow, account, LinkPurpose.INVITATION, at)
        life = lifetime(self._times.invitation)
        return _addressed(TaskKind.INVITATION, office, account, token=token, facts=life)

    def _password_link(
        self, uow: UnitOfWork, office: Office, account: Account, client: Client, *, task: Task, at: datetime
    ) -> Addressed | None:
        """Make the mail with the password link (ON-3). None if the account may not have it.

        On a retry, the newest link was made by the task itself. That link is then ignored.
        """
        newest = uow.links.newest(task.office_id, account.id, LinkPurpose.PASSWORD) if task.attempts == 1 else None
        invited = AccountId(UUID(task.payload["invited"])) if task.payload["invited"] else None
        if not gets_password_link(account, client, invited=invited, newest=newest, times=self._times, at=at):
            return None
        token = self._mint(uow, account, LinkPurpose.PASSWORD, at)
        life = lifetime(self._times.password_link)
        return _addressed(TaskKind.PASSWORD_LINK, office, account, token=token, facts=life)

    def _mint(self, uow: UnitOfWork, account: Account, purpose: LinkPurpose, at: datetime) -> str:
        """Make a link, void the older ones, and give the token. The token exists only in the mail."""
        token = self._tokens.new()
        link, made = make_link(
            account,
            purpose,
            id=LinkId(self._ids.new()),
            fingerprint=self._tokens.fingerprint(token),
            times=self._times,
            at=at,
        )
        uow.links.void(account.office_id, account.id, purpose, at=at)
        uow.links.add(link)
        self._recorder.record(uow, Background(office_id=account.office_id), made)
        return token

    def _notification(
        self, uow: UnitOfWork, office: Office, account: Account, client: Client, *, tasks: Sequence[Task]
    ) -> Addressed | None:
        """Make one mail of all notifications that the account wants and whose subject it may still see (PR-2)."""
        if not may_sign_in(account, client):
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
        return _addressed(TaskKind.NOTIFICATION, office, account, awaiting=awaiting)


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


def _addressed(
    kind: TaskKind,
    office: Office,
    account: Account,
    *,
    token: str = "",
    awaiting: tuple[Awaiting, ...] = (),
    facts: Mapping[str, str] | None = None,
) -> Addressed:
    letter = Letter(
        kind=kind,
        office=office,
        language=account.language,
        to=account.email,
        name=account.name,
        url=f"{office.base_url}{PATHS[kind]}{token}",
        awaiting=awaiting,
        facts=facts or {},
    )
    return Addressed(letter=letter, account_id=account.id)
