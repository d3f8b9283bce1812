"""Clients and the accounts they sign in with: two things from the start, as a company may have several accounts."""

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
    """Whom the office serves."""

    PERSON = "person"
    COMPANY = "company"


class AccountRole(enum.StrEnum):
    """What a login is within its client."""

    MAIN = "main"
    EXTRA = "extra"


class AccountState(enum.StrEnum):
    """Where an account is in its life: invited until its first password, then active; the office may close it."""

    INVITED = "invited"
    ACTIVE = "active"
    CLOSED = "closed"
    DELETED = "deleted"
    """Gone for good, an extra account only: it stays as the name under what it sent, and its address is free (XA-3)."""


LIVING = tuple(state for state in AccountState if state is not AccountState.DELETED)
"""The states of an account that has its address."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class NewClient:
    """What the office enters to take on a client and invite its (main) account."""

    kind: ClientKind
    name: str
    """The client's name: of the person, or of the company."""
    email: str
    account_name: str | None = None
    """Who signs in, where that is not the client itself."""
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
    """As entered, for sending mail to; ``folded(email)`` is unique within the office, deleted accounts aside."""
    state: AccountState
    language: Language
    made_at: datetime
    notifications: Notifications = attrs.field(factory=Notifications)
    password_hash: str | None = attrs.field(default=None, repr=False)
    epoch: int = 1
    """Goes up whenever all that was given out before (sessions, links) must die."""
    first_signed_in_at: datetime | None = None
    invited_at: datetime | None = None
    """When its first mail was last asked for; None for an account of before this was kept."""
    version: int = 1


def take_on(
    new: NewClient, *, office_id: OfficeId, client_id: ClientId, account_id: AccountId, at: datetime
) -> tuple[Client, Account, tuple[ClientMade, AccountInvited]]:
    """Make a client with its invited main account (ON-1).

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
    """Invite an account that never set a password once more; older links die (ON-2).

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
    """Give an account the name and address that it should have had; no facts where it has them already (OF-1).

    All that was given out before went to the older address, and dies with it, except a password: whoever set one
    still has it. An account that never set one is invited at the new address (ON-1), unless it or its client is closed.

    Raises:
        Refused: one fault for each field that breaks a rule; or the account was deleted.
    """
    require_state(account, *LIVING)
    tidied, new = plain_line(name), address(email)
    faults = [*name_faults("account_name", tidied), *address_faults(email)]
    if faults or new is None:
        raise Refused(faults)
    corrected = attrs.evolve(account, name=tidied, email=new)
    if corrected == account:
        return account, ()
    moved = new.lower() != account.email.lower()  # Not as folded: "ß" and "ss" fold alike, and may be two mailboxes.
    fact = AccountCorrected(account_id=account.id, address_changed=moved, at=at)
    if not moved:
        return corrected, (fact,)
    if account.state is AccountState.INVITED and client.closed_at is None:
        invited_anew, invited = invite_again(corrected, client, at=at)
        return invited_anew, (fact, invited)
    return cut_off(corrected), (fact,)


def named_along(client: Client, before: Account, corrected: Account) -> Client:
    """Give a person the name that its account was corrected to, where the two had one name before."""
    one = client.kind is ClientKind.PERSON and client.name == before.name
    return attrs.evolve(client, name=corrected.name) if one else client


def with_password(account: Account, password_hash: str, *, at: datetime) -> tuple[Account, PasswordSet]:
    """Give an account a new password: it is active from now on, and all that was given out before dies (ON-5, PW-4).

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
    """Tell whether the account may get a set-password link: neither it nor its client is closed or gone (ON-8)."""
    return account.state in (AccountState.INVITED, AccountState.ACTIVE) and client.closed_at is None


def close_account(account: Account, *, at: datetime) -> tuple[Account, AccountClosed]:
    """Close one account; its sessions and links die at once.

    Raises:
        Refused: it is closed already, or deleted.
    """
    require_state(account, AccountState.INVITED, AccountState.ACTIVE)
    closed = attrs.evolve(cut_off(account), state=AccountState.CLOSED)
    return closed, AccountClosed(account_id=account.id, at=at)


def reopen_account(account: Account, *, at: datetime) -> tuple[Account, AccountReopened]:
    """Open a closed account again, as it was: active with its password, or invited.

    Raises:
        Refused: it is not closed.
    """
    require_state(account, AccountState.CLOSED)
    state = AccountState.INVITED if account.password_hash is None else AccountState.ACTIVE
    return attrs.evolve(account, state=state), AccountReopened(account_id=account.id, at=at)


def cut_off(account: Account) -> Account:
    """Let everything that was given out before die: sessions and links (SI-3)."""
    return attrs.evolve(account, epoch=account.epoch + 1)


def close_client(client: Client, *, at: datetime) -> tuple[Client, ClientClosed]:
    """Close a client: none of its accounts can sign in.

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
    """Let through only a client that is not closed.

    Raises:
        Refused: it is.
    """
    if client.closed_at is not None:
        raise Refused([Fault(code=FaultCode.WRONG_STATE, field="client")])


def require_state(account: Account, *states: AccountState) -> None:
    """Let through only an account in one of *states*.

    Raises:
        Refused: it is in another state.
    """
    if account.state not in states:
        raise Refused([Fault(code=FaultCode.WRONG_STATE, field="account", params={"state": account.state})])
