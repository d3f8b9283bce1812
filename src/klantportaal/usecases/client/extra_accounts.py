"""``Extra accounts``: further logins of a company, which its main account adds and deletes (XA-1 to XA-3)."""

from collections.abc import Sequence

import attrs

from klantportaal.domain import extra_accounts, sessions
from klantportaal.domain.accounts import AccountState
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Refused
from klantportaal.domain.events import ExtraAccountRefused
from klantportaal.domain.extra_accounts import ExtraAccountLimits, NewExtraAccount
from klantportaal.domain.sessions import Actor, SessionTimes
from klantportaal.domain.values import AccountId, searchable
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.reading import ExtraAccountRow
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared import account_deletion, file_removal
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more_after_conflict
from klantportaal.usecases.shared.throttling import Throttle


@checked_calls
@attrs.frozen(kw_only=True)
class ExtraAccounts:
    """A company's extra accounts; each call raises ``Absent`` for who is not the main account of a company (XA-1)."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _ids: Ids
    _recorder: Recorder
    _throttle: Throttle
    _times: SessionTimes
    _limits: ExtraAccountLimits

    def list(self, actor: Actor) -> Sequence[ExtraAccountRow]:
        """List the company's extra accounts by name."""
        extra_accounts.require_main(actor)
        return sorted(self._storage.read.extra_accounts(actor), key=lambda row: (searchable(row.name), row.id))

    def get(self, actor: Actor, account_id: AccountId) -> ExtraAccountRow:
        """Give one of them. Raises: Absent."""
        extra_accounts.require_main(actor)
        return self._storage.read.extra_account(actor, account_id)

    def ready(self, actor: Actor) -> None:
        """Let through who may add or delete an account at this moment: pages ask before anything is typed (SI-3).

        Raises:
            NotConfirmed: the password was given too long ago.
        """
        extra_accounts.require_main(actor)
        sessions.require_confirmed(actor, times=self._times, at=self._clock.now())

    def add(self, actor: Actor, *, name: str, email: str) -> AccountId:
        """Add an account, which is sent the first mail in the language of who adds it (ON-1, XA-2).

        An address that is another client's counts as a failure: after some, none will do until it was quiet (SI-2).

        Raises:
            NotConfirmed: the password was given too long ago.
            NotSignedIn: the session has ended in the meantime.
            Refused: one fault for each rule that is broken: ``name`` or ``email``, or without a field where there are
                too many already. An address is ``ADDRESS_TAKEN`` where this company has it, ``ADDRESS_UNUSABLE`` where
                another client of the office does, which is not told, or after too many of those.
        """
        self.ready(actor)
        new = NewExtraAccount(name=name, email=email, language=actor.language)
        now = self._clock.now()
        with self._storage.begin() as uow:
            attempt = self._throttle.reserve_addition(uow, actor)
            client = uow.clients.hold(actor.office_id, actor.client_id)
            uow.accounts.hold(actor)
            standing = uow.accounts.of_clients(actor.office_id, [client.id])
            id = AccountId(self._ids.new())
            account, facts = extra_accounts.add(new, client, standing, id=id, limits=self._limits, at=now)
            try:
                extra_accounts.require_usable(may_try=attempt.is_open)
                uow.accounts.add(account)
            except Refused as refusal:
                # Whoever tries one address after the other leaves a trail, and has to wait.
                self._recorder.record(uow, actor, ExtraAccountRefused(client_id=client.id, at=now))
                uow.commit()
                raise extra_accounts.not_telling_whose(refusal) from None
            self._throttle.give_back(uow, attempt)
            self._recorder.record(uow, actor, *facts)
            uow.commit()
        return account.id

    def invite_again(self, actor: Actor, account_id: AccountId) -> None:
        """Send an account that never set a password the first mail again; older links die (ON-2).

        Raises:
            Absent: the company has no such extra account.
            NotSignedIn: the session has ended in the meantime.
            Refused: the account has a password by now, is closed, or was invited a moment ago.
        """
        extra_accounts.require_main(actor)
        with self._storage.begin() as uow:
            uow.accounts.hold(actor)
            account, client = uow.accounts.get(actor.office_id, account_id)
            extra_accounts.require_extra_of(account, actor)
            again, invited = extra_accounts.invite_again(account, client, limits=self._limits, at=self._clock.now())
            uow.accounts.save(again)
            self._recorder.record(uow, actor, invited)
            uow.commit()

    def delete(self, actor: Actor, account_id: AccountId) -> None:
        """Delete an account for good, at once: sessions, links and staged files go, what it sent stays (XA-3).

        Twice is once: a second click finds it deleted, and changes nothing.

        Raises:
            Absent: the company has, and had, no such extra account.
            NotConfirmed: the password was given too long ago.
            NotSignedIn: the session has ended in the meantime.
        """
        self.ready(actor)
        dropped = once_more_after_conflict(lambda: self._delete(actor, account_id))
        file_removal.remove(self._files, dropped)

    def _delete(self, actor: Actor, account_id: AccountId) -> Sequence[StoredFile]:
        now = self._clock.now()
        with self._storage.begin() as uow:
            uow.accounts.hold(actor)
            account, _client = uow.accounts.get(actor.office_id, account_id)
            extra_accounts.require_once_extra_of(account, actor)
            account = account_deletion.take(uow, actor.office_id, account_id, at=now)
            if account.state is AccountState.DELETED:
                return ()
            fact, dropped = account_deletion.delete(uow, account, at=now)
            self._recorder.record(uow, actor, fact)
            uow.commit()
        return dropped
