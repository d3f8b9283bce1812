"""Deleting an account with its sessions, drafts and staged files, in one transaction (XA-3, PE-5)."""

from collections.abc import Sequence
from datetime import datetime

from klantportaal.domain import extra_accounts
from klantportaal.domain.accounts import Account
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Conflict
from klantportaal.domain.events import AccountDeleted
from klantportaal.domain.persons import Person
from klantportaal.domain.values import AccountId, OfficeId
from klantportaal.ports.storage import UnitOfWork
from klantportaal.usecases.shared import people


def take(uow: UnitOfWork, office_id: OfficeId, account_id: AccountId, *, at: datetime) -> tuple[Person, Account]:
    """End the sessions that act for an account, lock its person and the account, and give both.

    The order is that of all transactions: sessions, persons, clients, accounts. So they do not deadlock.

    Raises:
        Absent: there is no such account.
        Conflict: the account went to another person at the same time.
    """
    uow.sessions.end_acting_for(office_id, account_id, at=at)
    found, _client = uow.accounts.get(office_id, account_id)
    person = uow.persons.take(office_id, found.person_id)
    # A session may have switched to the account before its person was locked. None switches to it any more.
    uow.sessions.end_acting_for(office_id, account_id, at=at)
    account = uow.accounts.take(office_id, account_id)
    if account.person_id != person.id:
        raise Conflict
    return person, account


def delete(
    uow: UnitOfWork, person: Person, account: Account, *, at: datetime
) -> tuple[AccountDeleted, Sequence[StoredFile]]:
    """Delete an account that `take` locked. Give the event, and the files to remove after the commit (AL-3).

    Raises:
        Refused: the account is a main account, or deleted already.
    """
    gone, fact = extra_accounts.delete(account, at=at)
    uow.accounts.save(gone)
    people.settle(uow, person, at=at)
    # No more drafts can be saved and no files staged now: both lock the account.
    uow.drafts.remove_all(account.office_id, account.id)
    staged = uow.uploads.of_account(account.office_id, account.id)
    uow.uploads.remove(account.office_id, [each.id for each in staged])
    return fact, [each.file for each in staged]
