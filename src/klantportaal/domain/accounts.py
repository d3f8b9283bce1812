"""Clients, and their accounts. A company may have several accounts. An account belongs to a person (PE-1)."""

import enum
from collections.abc import Iterable
from datetime import datetime

import attrs

from klantportaal.domain import external_ids
from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import (
    AccountClosed,
    AccountInvited,
    AccountReopened,
    ClientClosed,
    ClientMade,
    ClientReopened,
)
from klantportaal.domain.profile import Notifications
from klantportaal.domain.values import (
    NAME_LIMIT,
    AccountId,
    ClientId,
    Language,
    OfficeId,
    PersonId,
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
    """The state of an account.

    It is invited until its person signs in for the first time after it was made, then active. An account that was
    closed before its person acted for it is invited again when it is reopened. So a company that adds an
    extra account does not learn whether its person signed in at the office before. The office may close it.
    """

    INVITED = "invited"
    ACTIVE = "active"
    CLOSED = "closed"
    DELETED = "deleted"
    """Permanent, for extra accounts only. Its name stays with what it sent (XA-3)."""


LIVING = tuple(state for state in AccountState if state is not AccountState.DELETED)
"""The states of an account that exists."""
OPEN = (AccountState.INVITED, AccountState.ACTIVE)
"""The states in which a person may act for the client of the account, or will after the next sign-in."""


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
    """The language of its first mails, for an address that is new."""
    external_id: str | None = None
    """The id of the client in the vendor's own system, if it has one (EX-1)."""


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
    """What one person may do for one client (PE-1)."""

    id: AccountId
    office_id: OfficeId
    person_id: PersonId
    client_id: ClientId
    role: AccountRole
    name: str
    """The name of the person, as this client sees it."""
    state: AccountState
    made_at: datetime
    notifications: Notifications = attrs.field(factory=Notifications)
    first_used_at: datetime | None = None
    """When its person first acted for the client. None until then."""
    invited_at: datetime | None = None
    """When its invitation was last requested."""
    version: int = 1


Holding = tuple[Account, Client]
"""An account of a person, with its client."""


def take_on(
    new: NewClient,
    *,
    person_id: PersonId,
    office_id: OfficeId,
    client_id: ClientId,
    account_id: AccountId,
    at: datetime,
) -> tuple[Client, Account, tuple[ClientMade, AccountInvited]]:
    """Make a client and its main account, which is invited (ON-1).

    Args:
        new: what the office entered.
        person_id: the person that has the address, or will have it (PE-2).
        office_id: the office.
        client_id: the id of the new client.
        account_id: the id of the new account.
        at: the time of making.

    Raises:
        Refused: one fault for each field that breaks a rule.
    """
    name = plain_line(new.name)
    account_name = name if is_blank(new.account_name or "") else plain_line(new.account_name or "")
    account_faults = () if account_name == name else name_faults("account_name", account_name)
    faults = [
        *name_faults("name", name),
        *account_faults,
        *address_faults(new.email),
        *external_ids.faults(new.external_id),
    ]
    if faults:
        raise Refused(faults)
    client = Client(id=client_id, office_id=office_id, kind=new.kind, name=name, made_at=at)
    account, fact = invite(client, AccountRole.MAIN, account_name, id=account_id, person_id=person_id, at=at)
    return client, account, (ClientMade(client_id=client_id, at=at), fact)


def invite(
    client: Client, role: AccountRole, name: str, *, id: AccountId, person_id: PersonId, at: datetime
) -> tuple[Account, AccountInvited]:
    """Make an account of a client for a person, and invite the person."""
    account = Account(
        id=id,
        office_id=client.office_id,
        person_id=person_id,
        client_id=client.id,
        role=role,
        name=name,
        state=AccountState.INVITED,
        made_at=at,
        invited_at=at,
    )
    return account, invitation(account, at=at)


def invitation(account: Account, *, at: datetime) -> AccountInvited:
    """Make the event that an account is invited, for the first time or again."""
    return AccountInvited(client_id=account.client_id, account_id=account.id, person_id=account.person_id, at=at)


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


def invite_again(
    account: Account, client: Client, *, has_way_in: bool = True, at: datetime
) -> tuple[Account, AccountInvited]:
    """Invite an account again whose person has not used it yet, or has no way to sign in any more (PE-6).

    Args:
        account: the account.
        client: its client.
        has_way_in: whether its person can sign in.
        at: the time of inviting.

    Raises:
        Refused: the account is closed, or its client is; or it was used, and its person can sign in.
    """
    if has_way_in:
        require_unused(account)
    else:
        require_state(account, *OPEN)
    require_open(client)
    return attrs.evolve(account, invited_at=at), invitation(account, at=at)


def require_unused(account: Account) -> None:
    """Require that the person of an account has not acted for the client yet, and may do so.

    Such an account may be active: it becomes so when its person signs in for another client (PE-2).

    Raises:
        Refused: it was used, or is closed or deleted.
    """
    require_state(account, *(OPEN if account.first_used_at is None else (AccountState.INVITED,)))


def correct(account: Account, name: str, email: str) -> tuple[Account, str]:
    """Correct the name of an account, and parse the address that its person should have (OF-1).

    Raises:
        Refused: one fault for each field that breaks a rule, or the account was deleted.
    """
    require_state(account, *LIVING)
    tidied, parsed = plain_line(name), address(email)
    faults = [*name_faults("account_name", tidied), *address_faults(email)]
    if faults or parsed is None:
        raise Refused(faults)
    return attrs.evolve(account, name=tidied), parsed


def move(account: Account, person_id: PersonId, *, at: datetime) -> Account:
    """Give an account to another person. An active account becomes invited, until that person signs in (PE-2).

    Raises:
        Refused: the account was deleted.
    """
    require_state(account, *LIVING)
    state = AccountState.INVITED if account.state is AccountState.ACTIVE else account.state
    invited_at = at if state is AccountState.INVITED else account.invited_at
    return attrs.evolve(account, person_id=person_id, state=state, first_used_at=None, invited_at=invited_at)


def named_along(client: Client, before: Account, corrected: Account) -> Client:
    """Correct the name of a person along with that of its account, if both were the same before."""
    one = client.kind is ClientKind.PERSON and client.name == before.name
    return attrs.evolve(client, name=corrected.name) if one else client


def is_open(account: Account, client: Client) -> bool:
    """Tell whether the person of the account may act for the client, now or after the next sign-in (PE-5)."""
    return account.state in OPEN and client.closed_at is None


def may_act(account: Account, client: Client) -> bool:
    """Tell whether sessions may act for the account: it is active, and its client is not closed."""
    return account.state is AccountState.ACTIVE and client.closed_at is None


def close_account(account: Account, *, at: datetime) -> tuple[Account, AccountClosed]:
    """Close one account. The sessions that act for it end at once (PE-5).

    Raises:
        Refused: it is closed already, or deleted.
    """
    require_state(account, *OPEN)
    return attrs.evolve(account, state=AccountState.CLOSED), AccountClosed(account_id=account.id, at=at)


def reopen_account(account: Account, *, at: datetime) -> tuple[Account, AccountReopened]:
    """Reopen a closed account. It is active if its person used it before, otherwise invited.

    Raises:
        Refused: it is not closed.
    """
    require_state(account, AccountState.CLOSED)
    state = AccountState.INVITED if account.first_used_at is None else AccountState.ACTIVE
    return attrs.evolve(account, state=state), AccountReopened(account_id=account.id, at=at)


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
