"""Extra accounts of a company, which its main account adds and deletes (XA-1 to XA-4)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated

import attrs

from klantportaal.domain import accounts
from klantportaal.domain.accounts import (
    Account,
    AccountRole,
    AccountState,
    Client,
    ClientKind,
    address_faults,
    name_faults,
    require_open,
    require_state,
)
from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Absent, Fault, FaultCode, Refused
from klantportaal.domain.events import AccountDeleted, AccountInvited, ExtraAccountAdded
from klantportaal.domain.ranges import Range
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId, Language, PersonId, folded, plain_line

DAY = timedelta(hours=24)


@attrs.frozen(kw_only=True, field_transformer=checked)
class ExtraAccountLimits:
    """How many extra accounts a company may have and add, and how often it may invite one again."""

    accounts: Annotated[int, Range(0)] = 50
    """The maximum number at once. Deleted accounts do not count."""
    a_day: Annotated[int, Range(0)] = 50
    """The maximum number added within 24 hours. Deleted accounts count, so that adding and deleting accounts in turn
    cannot send unlimited mail."""
    invite_every: Annotated[timedelta, Range(timedelta(0), DAY)] = timedelta(minutes=5)
    """The minimum time before the company may invite an account again."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class NewExtraAccount:
    """What a user enters to add an extra account."""

    name: str
    email: str
    language: Language
    """The language of its first mails, for an address that is new. The person may choose another one later (XA-2)."""


def require_main(actor: Actor) -> None:
    """Require that the actor is the main account of a company. For others these pages do not exist (XA-1).

    Raises:
        Absent: it is a person's account, or an extra account.
    """
    if actor.kind is not ClientKind.COMPANY or actor.role is not AccountRole.MAIN:
        raise Absent("account")


def is_extra_of(account: Account, actor: Actor) -> bool:
    """Tell whether an account is an extra account of the actor's client and not deleted."""
    return _was_extra_of(account, actor) and account.state is not AccountState.DELETED


def _was_extra_of(account: Account, actor: Actor) -> bool:
    theirs = (account.office_id, account.client_id) == (actor.office_id, actor.client_id)
    return theirs and account.role is AccountRole.EXTRA


def require_extra_of(account: Account, actor: Actor) -> None:
    """Require an extra account of the actor's client.

    Raises:
        Absent: it is another client's, a main account, or deleted.
    """
    if not is_extra_of(account, actor):
        raise Absent("account")


def require_once_extra_of(account: Account, actor: Actor) -> None:
    """Require an extra account of the actor's client, which may be deleted. Deleting it again changes nothing.

    Raises:
        Absent: it is another client's, or a main account.
    """
    if not _was_extra_of(account, actor):
        raise Absent("account")


def add(
    new: NewExtraAccount,
    client: Client,
    standing: Sequence[Account],
    *,
    id: AccountId,
    person_id: PersonId,
    former: Collection[str] = (),
    limits: ExtraAccountLimits,
    at: datetime,
) -> tuple[Account, tuple[ExtraAccountAdded, AccountInvited]]:
    """Make an extra account and invite it (XA-1, XA-2).

    Args:
        new: what was entered.
        client: the company.
        standing: all accounts of the company, including deleted ones.
        id: the id of the new account.
        person_id: the person that has the address, or will have it (PE-2).
        former: the addresses, folded, of the company's closed accounts. The office closed them,
            so the company cannot give them a new account (XA-4).
        limits: the maximum numbers of accounts.
        at: the time of making.

    Raises:
        Refused: one fault for each broken rule. ``ADDRESS_TAKEN`` if this client has an account with the
            address, open or closed. ``WRONG_STATE`` if the client is no company, or is closed.
    """
    require_open(client)
    if client.kind is not ClientKind.COMPANY:
        raise Refused([Fault(code=FaultCode.WRONG_STATE, field="client")])
    name = plain_line(new.name)
    faults = [*name_faults("name", name), *address_faults(new.email)]
    faults += [*_taken(new.email, person_id, standing, former), *_too_many(standing, limits, at)]
    if faults:
        raise Refused(faults)
    account, fact = accounts.invite(client, AccountRole.EXTRA, name, id=id, person_id=person_id, at=at)
    return account, (ExtraAccountAdded(client_id=client.id, account_id=id, at=at), fact)


def _taken(email: str, person_id: PersonId, standing: Iterable[Account], former: Collection[str]) -> Iterable[Fault]:
    living = (each for each in standing if each.state is not AccountState.DELETED)
    if folded(email) in former or any(each.person_id == person_id for each in living):
        yield Fault(code=FaultCode.ADDRESS_TAKEN, field="email")


def _too_many(standing: Sequence[Account], limits: ExtraAccountLimits, at: datetime) -> Iterable[Fault]:
    extra = [each for each in standing if each.role is AccountRole.EXTRA]
    if sum(each.state is not AccountState.DELETED for each in extra) >= limits.accounts:
        yield Fault(code=FaultCode.TOO_MANY_ACCOUNTS, params={"limit": limits.accounts})
    elif sum(at - each.made_at < DAY for each in extra) >= limits.a_day:
        yield Fault(code=FaultCode.TOO_MANY_INVITATIONS, params={"limit": limits.a_day})


def invite_again(
    account: Account, client: Client, *, limits: ExtraAccountLimits, at: datetime
) -> tuple[Account, AccountInvited]:
    """Invite an extra account again for its company.

    Raises:
        Refused: its person used it already, it or its client is closed, or the last invitation is too recent.
    """
    accounts.require_unused(account)
    # abs(): after the clock was set back, an invitation of a later time must not block new ones until that time.
    if abs(at - (account.invited_at or account.made_at)) < limits.invite_every:
        minutes = -(-limits.invite_every // timedelta(minutes=1))
        raise Refused([Fault(code=FaultCode.INVITED_JUST_NOW, params={"limit": minutes})])
    return accounts.invite_again(account, client, at=at)


def delete(account: Account, *, at: datetime) -> tuple[Account, AccountDeleted]:
    """Delete an extra account permanently (XA-3). Its name is kept for what it sent.

    Raises:
        Refused: it is a main account, or it is deleted already.
    """
    require_state(account, *accounts.LIVING)
    if account.role is not AccountRole.EXTRA:
        raise Refused([Fault(code=FaultCode.WRONG_STATE, field="account", params={"state": account.state})])
    gone = attrs.evolve(account, state=AccountState.DELETED)
    return gone, AccountDeleted(client_id=account.client_id, account_id=account.id, at=at)
