"""Clients, and the accounts that they sign in with. A company may have several accounts."""

import enum
from collections.abc import Iterable
from datetime import datetime

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import (
    AccountClosed,
    AccountCorrected,
    AccountInvited,
    AccountReopened,
    ClientClosed,
    ClientMade,
    ClientReopened,
    Event,
    PasswordSet,
)
from klantportaal.domain.profile import Notifications
from klantportaal.domain.values import (
    NAME_LIMIT,
    AccountId,
    ClientId,
    Language,
    OfficeId,
    address,
    is_blank,
    plain_line,
)


class ClientKind(enum.StrEnum):
    """Whether a client is a person or a company."""

    PERSON = "person"
    COMPANY = "company"


class AccountRole(enum.StrEnum):
    """The role of an account within its client."""

    MAIN = "main"
    EXTRA = "extra"


class AccountState(enum.StrEnum):
    """The state of an account. It is invited until its first password, then active. The office may close it."""

    INVITED = "invited"
    ACTIVE = "active"
    CLOSED = "closed"
    DELETED = "deleted"
    """Permanent, for extra accounts only. Its name stays with what it sent. Its address is free again (XA-3)."""


LIVING = tuple(state for state in AccountState if state is not AccountState.DELETED)
"""The states in which an account occupies its e-mail address."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class NewClient:
    """What the office enters to add a client and invite its main account."""

    kind: ClientKind
    name: str
    """The name of the person or company."""
    email: str
    account_name: str | None = None
    """The name of the account. None or blank means the client's name."""
    language: Language = Language.DUTCH


@attrs.frozen(kw_only=True, field_transformer=checked)
class Client:
    """A person or company that the office serves."""

    id: ClientId
    office_id: OfficeId
    kind: ClientKind
    name: str
    made_at: datetime
    closed_at: datetime | None = None
    version: int = 1


@attrs.frozen(kw_only=True, field_transformer=checked)
class Account:
    """One login."""

    id: AccountId
    office_id: OfficeId
    client_id: ClientId
    role: AccountRole
    name: str
    email: str
    """As entered; mail is sent to it. ``folded(email)`` is unique within the office, except for deleted accounts."""
    state: AccountState
    language: Language
    made_at: datetime
    notifications: Notifications = attrs.field(factory=Notifications)
    password_hash: str | None = attrs.field(default=None, repr=False)
    epoch: int = 1
    """Goes up by one to end all sessions and links of the account."""
    first_signed_in_at: datetime | None = None
    invited_at: datetime | None = None
    """When its invitation was last requested. None for an account older than this field."""
    version: int = 1


def take_on(
    new: NewClient, *, office_id: OfficeId, client_id: ClientId, account_id: AccountId, at: datetime
) -> tuple[Client, Account, tuple[ClientMade, AccountInvited]]:
    """Make a client and its main account, which is invited (ON-1).

    Raises:
        Refused: one fault for each field that breaks a rule.
    """
    name, email = plain_line(new.name), address(new.email)
    account_name = name if is_blank(new.account_name or "") else plain_line(new.account_name or "")
    account_faults = () if account_name == name else name_faults("account_name", account_name)
    faults = [*name_faults("name", name), *account_faults, *address_faults(new.email)]
    if faults or email is None:
        raise Refused(faults)
    client = Client(id=client_id, office_id=office_id, kind=new.kind, name=name, made_at=at)
    account = Account(
        id=account_id,
        office_id=office_id,
        client_id=client_id,
        role=AccountRole.MAIN,
        name=account_name,
        email=email,
        state=AccountState.INVITED,
        language=new.language,
        made_at=at,
        invited_at=at,
    )
    made = ClientMade(client_id=client_id, at=at)
    return client, account, (made, AccountInvited(client_id=client_id, account_id=account_id, at=at))


def name_faults(field: str, name: str) -> Iterable[Fault]:
    """Require a name of 1 to 150 characters."""
    if is_blank(name):
        yield Fault(code=FaultCode.MISSING, field=field)
    if len(name) > NAME_LIMIT:
        yield Fault(code=FaultCode.TOO_LONG, field=field, params={"limit": NAME_LIMIT})


def address_faults(email: str) -> Iterable[Fault]:
    """Require exactly one e-mail address."""
    if is_blank(email):
        yield Fault(code=FaultCode.MISSING, field="email")
    elif address(email) is None:
        yield Fault(code=FaultCode.NOT_AN_ADDRESS, field="email")


def invite_again(account: Account, client: Client, *, at: datetime) -> tuple[Account, AccountInvited]:
    """Invite an account again that has not set a password yet. Its older links stop working (ON-2).

    Raises:
        Refused: the account is active or closed, or its client is closed.
    """
    require_state(account, AccountState.INVITED)
    require_open(client)
    again = attrs.evolve(cut_off(account), invited_at=at)
    return again, AccountInvited(client_id=account.client_id, account_id=account.id, at=at)


def correct(
    account: Account, client: Client, name: str, email: str, *, at: datetime
) -> tuple[Account, tuple[Event, ...]]:
    """Correct the name and address of an account (OF-1). Return no events if nothing changes.

    Another address ends all sessions and links, because the links went to the old address. A password stays valid. An
    account without a password is invited at the new address (ON-1), unless it or its client is closed.

    Raises:
        Refused: one fault for each field that breaks a rule, or the account was deleted.
    """
    require_state(account, *LIVING)
    tidied, new = plain_line(name), address(email)
    faults = [*name_faults("account_name", tidied), *address_faults(email)]
    if faults or new is None:
        raise Refused(faults)
    corrected = attrs.evolve(account, name=tidied, email=new)
    if corrected == account:
        return account, ()
    moved = new.lower() != account.email.lower()  # Not folded: "ß" and "ss" fold alike, but may be two mailboxes.
    fact = AccountCorrected(account_id=account.id, address_changed=moved, at=at)
    if not moved:
        return corrected, (fact,)
    if account.state is AccountState.INVITED and client.closed_at is None:
        invited_anew, invited = invite_again(corrected, client, at=at)
        return invited_anew, (fact, invited)
    return cut_off(corrected), (fact,)


def named_along(client: Client, before: Account, corrected: Account) -> Client:
    """Correct the name of a person along with that of its account, if both were the same before."""
    one = client.kind is ClientKind.PERSON and client.name == before.name
    return attrs.evolve(client, name=corrected.name) if one else client


def with_password(account: Account, password_hash: str, *, at: datetime) -> tuple[Account, PasswordSet]:
    """Set a new password. The account becomes active, and its sessions and links end (ON-5, PW-4).

    Raises:
        Refused: the account is closed or deleted.
    """
    require_state(account, AccountState.INVITED, AccountState.ACTIVE)
    changed = attrs.evolve(cut_off(account), password_hash=password_hash, state=AccountState.ACTIVE)
    return changed, PasswordSet(account_id=account.id, at=at)


def may_sign_in(account: Account, client: Client) -> bool:
    """Tell whether the account may have sessions: it is active, and its client is not closed."""
    return account.state is AccountState.ACTIVE and client.closed_at is None


def may_set_password(account: Account, client: Client) -> bool:
    """Tell whether the account may get a set-password link: it is invited or active, and its client is open (ON-8)."""
    return account.state in (AccountState.INVITED, AccountState.ACTIVE) and client.closed_at is None


def close_account(account: Account, *, at: datetime) -> tuple[Account, AccountClosed]:
    """Close one account. Its sessions and links end at once.

    Raises:
        Refused: it is closed already, or deleted.
    """
    require_state(account, AccountState.INVITED, AccountState.ACTIVE)
    closed = attrs.evolve(cut_off(account), state=AccountState.CLOSED)
    return closed, AccountClosed(account_id=account.id, at=at)


def reopen_account(account: Account, *, at: datetime) -> tuple[Account, AccountReopened]:
    """Reopen a closed account. With a password it becomes active, otherwise invited.

    Raises:
        Refused: it is not closed.
    """
    require_state(account, AccountState.CLOSED)
    state = AccountState.INVITED if account.password_hash is None else AccountState.ACTIVE
    return attrs.evolve(account, state=state), AccountReopened(account_id=account.id, at=at)


def cut_off(account: Account) -> Account:
    """End all sessions and links of an account (SI-3)."""
    return attrs.evolve(account, epoch=account.epoch + 1)


def close_client(client: Client, *, at: datetime) -> tuple[Client, ClientClosed]:
    """Close a client. None of its accounts can sign in then.

    Raises:
        Refused: it is closed already.
    """
    require_open(client)
    return attrs.evolve(client, closed_at=at), ClientClosed(client_id=client.id, at=at)


def reopen_client(client: Client, *, at: datetime) -> tuple[Client, ClientReopened]:
    """Open a closed client again.

    Raises:
        Refused: it is not closed.
    """
    if client.closed_at is None:
        raise Refused([Fault(code=FaultCode.WRONG_STATE, field="client")])
    return attrs.evolve(client, closed_at=None), ClientReopened(client_id=client.id, at=at)


def require_open(client: Client) -> None:
    """Require that a client is not closed.

    Raises:
        Refused: it is closed.
    """
    if client.closed_at is not None:
        raise Refused([Fault(code=FaultCode.WRONG_STATE, field="client")])


def require_state(account: Account, *states: AccountState) -> None:
    """Require that an account is in one of *states*.

    Raises:
        Refused: it is in another state.
    """
    if account.state not in states:
        raise Refused([Fault(code=FaultCode.WRONG_STATE, field="account", params={"state": account.state})])
