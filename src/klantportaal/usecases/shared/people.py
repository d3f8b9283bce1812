"""Finding the person of an address, and what a change of accounts means for their persons (PE-2, PE-5)."""

from collections.abc import Sequence
from datetime import datetime

from klantportaal.domain import accounts, extra_accounts, persons
from klantportaal.domain.accounts import LIVING, Account, AccountState, Client
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import AccountClosed, AccountInvited, Event, SubjectReleased
from klantportaal.domain.extra_accounts import ExtraAccountLimits, NewExtraAccount
from klantportaal.domain.onboarding import LinkPurpose
from klantportaal.domain.persons import Person
from klantportaal.domain.values import AccountId, OfficeId, PersonId, address, folded
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import UnitOfWork


def known(uow: UnitOfWork, office_id: OfficeId, email: str) -> Person | None:
    """Find the person with an address and lock it until the unit of work ends. None for an address that is free.

    Args:
        uow: the unit of work.
        office_id: the office.
        email: as typed. Text that is no address belongs to nobody.
    """
    asked = address(email)
    found = None if asked is None else uow.persons.by_address(office_id, folded(asked))
    if asked is None or found is None:
        return None
    locked = uow.persons.take(office_id, found.id)
    # It may have been freed, or got another address, before it was locked.
    return locked if locked.freed_at is None and folded(locked.email) == folded(asked) else None


def settle(uow: UnitOfWork, person: Person, *, at: datetime) -> Sequence[SubjectReleased]:
    """Free the address of a locked person that has no open account left (PE-5).

    Its sessions, links and codes end. Without an account that could be opened again, its second step goes too. A person
    that gets its address back keeps its subject, unless somebody else has it now (PE-6).

    Returns the event that the person lost its subject, if it did. Only a person that gets its address back can lose it.
    """
    facts: list[SubjectReleased] = []
    holdings = uow.accounts.of_person(person.office_id, person.id)
    settled = persons.settled(person, holdings, at=at)
    if settled.vendor_subject is not None and settled.freed_at is None:
        owner = uow.persons.by_subject(person.office_id, settled.vendor_subject)
        if owner is not None and owner.id != person.id:
            settled = persons.released(settled)
            facts.append(SubjectReleased(person_id=person.id, at=at))
    if settled != person:
        uow.persons.save(settled)
    if all(account.state is AccountState.DELETED for account, _client in holdings):
        uow.two_steps.remove(person.office_id, person.id)
        uow.outbox.clear_refusals(person.office_id, person.id)
    return facts


def claim(uow: UnitOfWork, account: Account, *, at: datetime) -> Sequence[AccountInvited | SubjectReleased]:
    """Give the person of an account that was opened again its address back (PE-5).

    If another person has the address now, the account moves to that person.

    Returns the events: the invitation of an account that was not used yet or that went to another person, whose older
        links have ended; and that the person lost its subject, if somebody else has it now.

    Raises:
        Refused: ``ADDRESS_TAKEN``: the other person has an account of the client already.
    """
    person = uow.persons.take(account.office_id, account.person_id)
    other = _owner_now(uow, person)
    if other is not None and has_account(uow, other, account):
        raise address_taken()
    claimed = account if other is None else move(uow, account, other, at=at)
    if claimed != account:
        uow.accounts.save(claimed)
    released = settle(uow, person, at=at)
    invited = [accounts.invitation(claimed, at=at)] if claimed.state is AccountState.INVITED else []
    return [*released, *invited]


def claim_or_close(
    uow: UnitOfWork, account: Account, *, at: datetime
) -> Sequence[AccountInvited | AccountClosed | SubjectReleased]:
    """Do as ``claim``. Close the account if another person has its address and an account of the client."""
    person = uow.persons.take(account.office_id, account.person_id)
    other = _owner_now(uow, person)
    if other is None or not has_account(uow, other, account):
        return claim(uow, account, at=at)
    closed, fact = accounts.close_account(account, at=at)
    uow.accounts.save(closed)
    return [fact]


def _owner_now(uow: UnitOfWork, person: Person) -> Person | None:
    """Find the other person that has the address of a freed person now."""
    return known(uow, person.office_id, person.email) if person.freed_at is not None else None


def move(uow: UnitOfWork, account: Account, person: Person, *, at: datetime) -> Account:
    """Give an account to another person, without what the former one began. The caller saves the account.

    The files of removed drafts are swept later (AL-3).
    """
    uow.sessions.end_acting_for(account.office_id, account.id, at=at)
    uow.drafts.remove_all(account.office_id, account.id)
    staged = uow.uploads.of_account(account.office_id, account.id)
    uow.uploads.remove(account.office_id, [each.id for each in staged])
    return accounts.move(account, person.id, at=at)


def has_account(uow: UnitOfWork, person: Person, account: Account) -> bool:
    """Tell whether a person has another account of the client of *account*, open or closed."""
    holdings = uow.accounts.of_person(person.office_id, person.id)
    same = (each for each, client in holdings if client.id == account.client_id and each.id != account.id)
    return any(each.state in LIVING for each in same)


def former(uow: UnitOfWork, standing: Sequence[Account]) -> frozenset[str]:
    """Give the folded addresses of the persons of a client's closed accounts.

    Args:
        uow: the unit of work.
        standing: all accounts of the client.
    """
    closed = (each for each in standing if each.state is AccountState.CLOSED)
    return frozenset(folded(uow.persons.get(each.office_id, each.person_id).email) for each in closed)


def add_extra_account(
    uow: UnitOfWork,
    known_person: Person | None,
    client: Client,
    new: NewExtraAccount,
    *,
    ids: Ids,
    limits: ExtraAccountLimits,
    at: datetime,
) -> tuple[Account, Sequence[Event]]:
    """Add an extra account to a locked company, for a person that has the address or for a new one (XA-1, PE-2).

    Args:
        uow: the unit of work.
        known_person: the person that has the address, from ``known``.
        client: the company.
        new: what was entered.
        ids: makes the ids.
        limits: the maximum numbers of accounts.
        at: the time of adding.

    Raises:
        Refused: one fault for each broken rule.
        Conflict: a person got the address at the same time.
    """
    standing = uow.accounts.of_clients(client.office_id, [client.id])
    person_id = known_person.id if known_person else PersonId(ids.new())
    account, facts = extra_accounts.add(
        new,
        client,
        standing,
        id=AccountId(ids.new()),
        person_id=person_id,
        former=former(uow, standing),
        limits=limits,
        at=at,
    )
    if known_person is None:
        person = persons.make(new.email, id=person_id, office_id=client.office_id, language=new.language, at=at)
        uow.persons.add(person)
    uow.accounts.add(account)
    return account, facts


def void_invitation(uow: UnitOfWork, account: Account, *, at: datetime) -> None:
    """Void the invitation links of the person of an account, so that a new invitation counts (ON-2)."""
    uow.links.void(account.office_id, account.person_id, LinkPurpose.INVITATION, at=at)


def address_taken() -> Refused:
    """Make the refusal of an address that the client has an account with."""
    return Refused([Fault(code=FaultCode.ADDRESS_TAKEN, field="email")])
