"""Finding the person of an address, and what a change of accounts means for their persons (PE-2, PE-5)."""

from datetime import datetime

from klantportaal.domain import accounts, persons
from klantportaal.domain.accounts import Account, AccountState, Client
from klantportaal.domain.persons import Person
from klantportaal.domain.values import Language, OfficeId, PersonId, address, folded
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


def settle(uow: UnitOfWork, person: Person, *, at: datetime) -> None:
    """Free the address of a locked person that has no open account left (PE-5).

    Its sessions, links and codes end. Without an account that could be opened again, its second step goes too.
    """
    holdings = uow.accounts.of_person(person.office_id, person.id)
    settled = persons.settled(person, holdings, at=at)
    if settled != person:
        uow.persons.save(settled)
    if all(account.state is AccountState.DELETED for account, _client in holdings):
        uow.two_steps.remove(person.office_id, person.id)
        uow.outbox.clear_refusals(person.office_id, person.id)


def claim(uow: UnitOfWork, account: Account, *, at: datetime) -> Account:
    """Give the person of an account that was opened again its address back (PE-5).

    If another person has the address now, the account moves to that person. Give the account as it is then.

    Raises:
        Refused: ``ADDRESS_TAKEN``: the other person has an account of the client already.
    """
    person = uow.persons.take(account.office_id, account.person_id)
    other = known(uow, account.office_id, person.email) if person.freed_at is not None else None
    if other is None:
        settle(uow, person, at=at)
        return account
    moved = accounts.move(account, other.id, at=at)
    uow.accounts.save(moved)
    return moved


def readdress(
    uow: UnitOfWork, person: Person, account: Account, email: str, *, new_id: PersonId, at: datetime
) -> Account:
    """Give the person of an account another address, or the account another person (OF-1). Give the account.

    The person is changed if the address is free and this is its only account. Otherwise the account alone moves, to
    the person with the address, or to a new one. So no other client comes within reach of the new address.

    Args:
        uow: the unit of work.
        person: the person of the account.
        account: the account; the caller saves it.
        email: a parsed address that may be another mailbox.
        new_id: the id of a new person.
        at: the time of the change.

    Raises:
        Conflict: a person got the address at the same time.
    """
    office_id = account.office_id
    uow.sessions.end_acting_for(office_id, account.id, at=at)
    locked = uow.persons.take(office_id, person.id)
    owner = known(uow, office_id, email)
    holdings = uow.accounts.of_person(office_id, person.id)
    alone = all(each.id == account.id or each.state is AccountState.DELETED for each, _client in holdings)
    if owner == locked or (owner is None and alone):
        uow.sessions.end_all(office_id, person.id, at=at)
        uow.persons.save(persons.readdressed(locked, email))
        uow.outbox.clear_refusals(office_id, person.id)
        return account
    if owner is None:
        owner = persons.make(email, id=new_id, office_id=office_id, language=person.language, at=at)
        uow.persons.add(owner)
    return accounts.move(account, owner.id, at=at)


def made(email: str, client: Client, *, id: PersonId, language: Language, at: datetime) -> Person:
    """Make the person of a new account of a client."""
    return persons.make(email, id=id, office_id=client.office_id, language=language, at=at)


def void_invitation(uow: UnitOfWork, account: Account) -> None:
    """End the older links of the person of an account, so that a new invitation counts (ON-2).

    A person with a password gets no link by an invitation, so its sessions and links stay.
    """
    person = uow.persons.get(account.office_id, account.person_id)
    if person.password_hash is None:
        uow.persons.save(persons.cut_off(person))
