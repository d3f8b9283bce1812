"""Correcting the name of an account and the address of its person (OF-1)."""

from collections.abc import Sequence
from datetime import datetime

from klantportaal.domain import accounts, persons
from klantportaal.domain.accounts import Account, AccountState, Client
from klantportaal.domain.events import AccountCorrected, Event
from klantportaal.domain.persons import Person
from klantportaal.domain.values import AccountId, OfficeId, PersonId, folded
from klantportaal.ports.storage import UnitOfWork
from klantportaal.usecases.shared import people


def correct(
    uow: UnitOfWork,
    office_id: OfficeId,
    account_id: AccountId,
    name: str,
    email: str,
    *,
    new_id: PersonId,
    at: datetime,
) -> Sequence[Event]:
    """Correct an account as ``OfficeClients.correct`` says. Give what happened; nothing if nothing changed.

    Args:
        uow: the unit of work.
        office_id: the office.
        account_id: the account.
        name: the new name, as entered.
        email: the new address, as entered.
        new_id: the id of a new person.
        at: the time of the change.
    """
    account, client = uow.accounts.get(office_id, account_id)
    corrected, address = accounts.correct(account, name, email)
    person = uow.persons.get(office_id, account.person_id)
    if (corrected, address) == (account, person.email):
        return []
    moved = persons.is_other_mailbox(person, address)
    facts: list[Event] = [AccountCorrected(account_id=account_id, address_changed=moved, at=at)]
    if moved:
        corrected = _readdress(uow, person, corrected, address, new_id=new_id, at=at)
        if corrected.state is AccountState.INVITED and client.closed_at is None:
            corrected, invited = accounts.invite_again(corrected, client, at=at)
            facts.append(invited)
    elif address != person.email:
        uow.persons.save(persons.readdressed(person, address))
    _save(uow, client, account, corrected, at=at)
    return facts


def _readdress(
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
        Refused: ``ADDRESS_TAKEN``: the client has a closed account with the address.
        Conflict: a person got the address at the same time.
    """
    office_id = account.office_id
    uow.sessions.end_acting_for(office_id, account.id, at=at)
    locked = uow.persons.take(office_id, person.id)
    owner = people.known(uow, office_id, email)
    holdings = uow.accounts.of_person(office_id, person.id)
    alone = all(each.id == account.id or each.state is AccountState.DELETED for each, _client in holdings)
    if alone and owner is None:
        uow.sessions.end_all(office_id, person.id, at=at)
        uow.persons.save(persons.readdressed(locked, email))
        uow.outbox.clear_refusals(office_id, person.id)
        return account
    if folded(email) in people.former(uow, _siblings(uow, account)):
        raise people.address_taken()
    if owner is None:
        owner = persons.make(email, id=new_id, office_id=office_id, language=person.language, at=at)
        uow.persons.add(owner)
    return people.move(uow, account, owner, at=at)


def _siblings(uow: UnitOfWork, account: Account) -> Sequence[Account]:
    standing = uow.accounts.of_clients(account.office_id, [account.client_id])
    return [each for each in standing if each.id != account.id]


def _save(uow: UnitOfWork, client: Client, before: Account, corrected: Account, *, at: datetime) -> None:
    """Save a corrected account, the name of its client, and what a move means for both persons."""
    if corrected != before:
        uow.accounts.save(corrected)
    if corrected.person_id != before.person_id:
        for person_id in (before.person_id, corrected.person_id):
            people.settle(uow, uow.persons.get(before.office_id, person_id), at=at)
    named = accounts.named_along(client, before, corrected)
    if named != client:
        uow.clients.save(named)
