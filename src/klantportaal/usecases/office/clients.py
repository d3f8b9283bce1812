"""Adding clients; inviting, correcting, closing and reopening their accounts (OF-1, ON-1, ON-2)."""

from collections.abc import Sequence

import attrs

from klantportaal.domain import accounts, extra_accounts
from klantportaal.domain.accounts import AccountState, NewClient
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import TwoStepReset
from klantportaal.domain.extra_accounts import ExtraAccountLimits, NewExtraAccount
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import AccountId, ClientId
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.reading import AccountCard, ClientCard
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared import account_deletion, file_removal
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more_after_conflict


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeClients:
    """The clients of an office and their accounts.

    `correct`, `close` and `close_account` end sessions before they change the account. With one order of writes,
    transactions do not deadlock.
    """

    _storage: Storage
    _files: Files
    _clock: Clock
    _ids: Ids
    _recorder: Recorder
    _limits: ExtraAccountLimits

    def invite(self, actor: OfficeActor, new: NewClient) -> tuple[ClientId, AccountId]:
        """Add a client with its main account, and send that account the invitation mail (ON-1).

        Raises:
            Refused: one fault for each field that breaks a rule; ``ADDRESS_TAKEN`` if an account has the address.
        """
        client, account, made = accounts.take_on(
            new,
            office_id=actor.office_id,
            client_id=ClientId(self._ids.new()),
            account_id=AccountId(self._ids.new()),
            at=self._clock.now(),
        )
        with self._storage.begin() as uow:
            uow.offices.get(actor.office_id)
            uow.clients.add(client)
            uow.accounts.add(account)
            self._recorder.record(uow, actor, *made)
            uow.commit()
        return client.id, account.id

    def add_extra_account(self, actor: OfficeActor, client_id: ClientId, new: NewExtraAccount) -> AccountId:
        """Add an extra account to a company, and send it the invitation mail (XA-2).

        A company can also add the account itself, in the portal.

        Raises:
            Absent: the office has no such client.
            Refused: one fault for each broken rule; ``ADDRESS_TAKEN`` if an account has the address.
        """
        with self._storage.begin() as uow:
            client = uow.clients.hold(actor.office_id, client_id)
            standing = uow.accounts.of_clients(actor.office_id, [client_id])
            id, now = AccountId(self._ids.new()), self._clock.now()
            account, facts = extra_accounts.add(new, client, standing, id=id, limits=self._limits, at=now)
            uow.accounts.add(account)
            self._recorder.record(uow, actor, *facts)
            uow.commit()
        return account.id

    def invite_again(self, actor: OfficeActor, account_id: AccountId) -> None:
        """Send the invitation mail again to an account that has no password yet. Older links expire (ON-2).

        Raises:
            Absent: the office has no such account.
            Refused: the account is active or closed, or its client is closed.
        """
        with self._storage.begin() as uow:
            account, client = uow.accounts.get(actor.office_id, account_id)
            again, invited = accounts.invite_again(account, client, at=self._clock.now())
            uow.accounts.save(again)
            self._recorder.record(uow, actor, invited)
            uow.commit()

    def correct(self, actor: OfficeActor, account_id: AccountId, *, name: str, email: str) -> None:
        """Correct the name and the email address of an account (OF-1).

        A new address ends the account's sessions and links, and clears its mail problems. An account without a password
        gets the invitation mail at the new address (ON-1). An account with a password keeps it. If a private client
        had the same name as its account, the client gets the new name too. Without changes, nothing happens.

        Raises:
            Absent: the office has no such account.
            Refused: one fault for each field that breaks a rule, ``account_name`` or ``email``; ``ADDRESS_TAKEN`` if
                another account has the address; or the account was deleted.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            account, client = uow.accounts.get(actor.office_id, account_id)
            corrected, facts = accounts.correct(account, client, name, email, at=now)
            if not facts:
                return
            if corrected.epoch != account.epoch:
                uow.sessions.end_all(actor.office_id, account_id, at=now)
            uow.accounts.save(corrected)
            named = accounts.named_along(client, account, corrected)
            if named != client:
                uow.clients.save(named)
            if corrected.epoch != account.epoch:
                uow.outbox.clear_refusals(actor.office_id, account_id)
            self._recorder.record(uow, actor, *facts)
            uow.commit()

    def close(self, actor: OfficeActor, client_id: ClientId) -> None:
        """Close a client. The sessions and links of all its accounts end at once (SI-3).

        Raises:
            Absent: the office has no such client.
            Refused: the client is closed already.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            closed, fact = accounts.close_client(uow.clients.get(actor.office_id, client_id), at=now)
            uow.clients.save(closed)
            for account in uow.accounts.of_clients(actor.office_id, [client_id]):
                if account.state is not AccountState.DELETED:
                    uow.sessions.end_all(actor.office_id, account.id, at=now)
                    uow.accounts.save(accounts.cut_off(account))
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def reopen(self, actor: OfficeActor, client_id: ClientId) -> None:
        """Reopen a closed client.

        Raises:
            Absent: the office has no such client.
            Refused: the client is not closed.
        """
        with self._storage.begin() as uow:
            client = uow.clients.get(actor.office_id, client_id)
            reopened, fact = accounts.reopen_client(client, at=self._clock.now())
            uow.clients.save(reopened)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def close_account(self, actor: OfficeActor, account_id: AccountId) -> None:
        """Close one account. Its sessions and links end at once (SI-3).

        Raises:
            Absent: the office has no such account.
            Refused: the account is closed already, or was deleted.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            account, _client = uow.accounts.get(actor.office_id, account_id)
            closed, fact = accounts.close_account(account, at=now)
            uow.sessions.end_all(actor.office_id, account_id, at=now)
            uow.accounts.save(closed)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def reopen_account(self, actor: OfficeActor, account_id: AccountId) -> None:
        """Reopen a closed account.

        Raises:
            Absent: the office has no such account.
            Refused: the account is not closed.
        """
        with self._storage.begin() as uow:
            account, _client = uow.accounts.get(actor.office_id, account_id)
            reopened, fact = accounts.reopen_account(account, at=self._clock.now())
            uow.accounts.save(reopened)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def reset_two_step(self, actor: OfficeActor, account_id: AccountId) -> None:
        """Turn off the two-step verification of an account, for a client who lost both phone and recovery code.

        The account's sessions, links and codes end, and the account gets a mail. The office must verify the identity
        of the person who asks for this.

        Raises:
            Absent: the office has no such account.
            Refused: two-step verification is not on for the account (``WRONG_STATE``, field ``two_step``).
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            account, _client = uow.accounts.get(actor.office_id, account_id)
            if uow.two_steps.of(actor.office_id, account_id) is None:
                raise Refused([Fault(code=FaultCode.WRONG_STATE, field="two_step")])
            uow.sessions.end_all(actor.office_id, account_id, at=now)
            uow.accounts.save(accounts.cut_off(account))
            uow.two_steps.remove(actor.office_id, account_id)
            self._recorder.record(uow, actor, TwoStepReset(account_id=account_id, at=now))
            uow.commit()

    def delete_account(self, actor: OfficeActor, account_id: AccountId) -> None:
        """Delete an extra account permanently. Its email address can then be used for another client (XA-3).

        A company can also delete the account itself, in the portal.

        Raises:
            Absent: the office has no such account.
            Refused: the account is a main account, or deleted already.
        """
        dropped = once_more_after_conflict(lambda: self._delete(actor, account_id))
        file_removal.remove(self._files, dropped)

    def _delete(self, actor: OfficeActor, account_id: AccountId) -> Sequence[StoredFile]:
        now = self._clock.now()
        with self._storage.begin() as uow:
            account = account_deletion.take(uow, actor.office_id, account_id, at=now)
            fact, dropped = account_deletion.delete(uow, account, at=now)
            self._recorder.record(uow, actor, fact)
            uow.commit()
        return dropped

    def list(self, actor: OfficeActor, *, search: str = "", after: ClientId | None = None) -> Sequence[ClientCard]:
        """List one page of the office's clients, newest first."""
        return self._storage.read.office_clients(actor, search=search, after=after)

    def get(self, actor: OfficeActor, client_id: ClientId) -> ClientCard:
        """Give one client with its accounts. Raises: Absent."""
        return self._storage.read.office_client(actor, client_id)

    def mail_problems(self, actor: OfficeActor) -> Sequence[AccountCard]:
        """List the accounts whose newest mail was permanently refused."""
        return self._storage.read.office_mail_problems(actor)
