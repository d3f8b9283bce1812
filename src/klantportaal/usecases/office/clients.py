"""Taking on clients, inviting and correcting their accounts; closing and reopening them (OF-1, ON-1, ON-2)."""

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
    """An office's clients and their accounts.

    Whatever ends sessions ends them before it changes the account, as everything does: then none waits for another.
    """

    _storage: Storage
    _files: Files
    _clock: Clock
    _ids: Ids
    _recorder: Recorder
    _limits: ExtraAccountLimits

    def invite(self, actor: OfficeActor, new: NewClient) -> tuple[ClientId, AccountId]:
        """Take on a client and send its account the first mail (ON-1).

        Raises:
            Refused: one fault for each field that breaks a rule; ``ADDRESS_TAKEN`` where an account has the address.
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
        """Add an extra account for a company, which could do so itself; the account is sent the first mail (XA-2).

        Raises:
            Absent: the office has no such client.
            Refused: one fault for each rule that is broken; ``ADDRESS_TAKEN`` where an account has the address.
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
        """Send an account that never set a password the first mail again; older links die (ON-2).

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
        """Correct an account's name and address (OF-1); sessions, links and mail problems die with the older address.

        An account that never set a password is sent the first mail at the new address (ON-1); one that did keeps its
        password. A person whose name was its account's gets the new name too. Nothing happens where both stand already.

        Raises:
            Absent: the office has no such account.
            Refused: one fault for each field that breaks a rule, ``account_name`` or ``email``; ``ADDRESS_TAKEN`` where
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
        """Close a client: the sessions and links of all its accounts die at once (SI-3).

        Raises:
            Absent: the office has no such client.
            Refused: it is closed already.
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
        """Open a closed client again.

        Raises:
            Absent: the office has no such client.
            Refused: it is not closed.
        """
        with self._storage.begin() as uow:
            client = uow.clients.get(actor.office_id, client_id)
            reopened, fact = accounts.reopen_client(client, at=self._clock.now())
            uow.clients.save(reopened)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def close_account(self, actor: OfficeActor, account_id: AccountId) -> None:
        """Close one account: its sessions and links die at once (SI-3).

        Raises:
            Absent: the office has no such account.
            Refused: it is closed already, or was deleted.
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
        """Open a closed account again.

        Raises:
            Absent: the office has no such account.
            Refused: it is not closed.
        """
        with self._storage.begin() as uow:
            account, _client = uow.accounts.get(actor.office_id, account_id)
            reopened, fact = accounts.reopen_account(account, at=self._clock.now())
            uow.accounts.save(reopened)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def reset_two_step(self, actor: OfficeActor, account_id: AccountId) -> None:
        """Turn an account's two-step verification off, where its phone and recovery code are lost.

        Its sessions, links and codes die, and a mail tells; who really asks for it is for the office to make sure of.

        Raises:
            Absent: the office has no such account.
            Refused: the account has no two-step verification on (``WRONG_STATE``, field ``two_step``).
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            account, _client = uow.accounts.get(actor.office_id, account_id)
            if uow.two_steps.of(actor.office_id, account_id) is None:
                raise Refused([Fault(code=FaultCode.WRONG_STATE, field="two_step")])
            uow.accounts.save(accounts.cut_off(account))
            uow.two_steps.remove(actor.office_id, account_id)
            uow.sessions.end_all(actor.office_id, account_id, at=now)
            self._recorder.record(uow, actor, TwoStepReset(account_id=account_id, at=now))
            uow.commit()

    def delete_account(self, actor: OfficeActor, account_id: AccountId) -> None:
        """Delete an extra account for good, as its company could: its address is free for another client (XA-3).

        Raises:
            Absent: the office has no such account.
            Refused: it is a main account, or deleted already.
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
        """List a page of the office's clients, newest first."""
        return self._storage.read.office_clients(actor, search=search, after=after)

    def get(self, actor: OfficeActor, client_id: ClientId) -> ClientCard:
        """Give a client with its accounts. Raises: Absent."""
        return self._storage.read.office_client(actor, client_id)

    def mail_problems(self, actor: OfficeActor) -> Sequence[AccountCard]:
        """List the accounts whose newest mail was refused for good."""
        return self._storage.read.office_mail_problems(actor)
