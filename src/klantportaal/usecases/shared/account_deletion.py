"""Deleting an account with its links, sessions, drafts and staged files, in one transaction (XA-3)."""

from collections.abc import Sequence
from datetime import datetime

from klantportaal.domain import extra_accounts
from klantportaal.domain.accounts import Account
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.events import AccountDeleted
from klantportaal.domain.onboarding import LinkPurpose
from klantportaal.domain.values import AccountId, OfficeId
from klantportaal.ports.storage import UnitOfWork


def take(uow: UnitOfWork, office_id: OfficeId, account_id: AccountId, *, at: datetime) -> Account:
    """Void the links of an account, end its sessions, lock the account and give it.

    The order is the same as when a password is set, so the two transactions cannot deadlock.

    Raises:
        Absent: there is no such account.
    """
    for purpose in reversed(LinkPurpose):
        uow.links.void(office_id, account_id, purpose, at=at)
    uow.sessions.end_all(office_id, account_id, at=at)
    return uow.accounts.take(office_id, account_id)


def delete(uow: UnitOfWork, account: Account, *, at: datetime) -> tuple[AccountDeleted, Sequence[StoredFile]]:
    """Delete an account that `take` locked. Give the event, and the files to remove after the commit (AL-3).

    Raises:
        Refused: the account is a main account, or deleted already.
    """
    gone, fact = extra_accounts.delete(account, at=at)
    uow.accounts.save(gone)
    uow.two_steps.remove(account.office_id, account.id)
    uow.outbox.clear_refusals(account.office_id, account.id)
    # No more drafts can be saved and no files staged now: both lock the account.
    uow.drafts.remove_all(account.office_id, account.id)
    staged = uow.uploads.of_account(account.office_id, account.id)
    uow.uploads.remove(account.office_id, [each.id for each in staged])
    return fact, [each.file for each in staged]
