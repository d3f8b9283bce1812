"""``Extra accounts``: more accounts of a company, which its main account adds and deletes (XA-1 to XA-3)."""

from collections.abc import Sequence

import attrs

from klantportaal.domain import extra_accounts, sessions
from klantportaal.domain.accounts import OPEN, AccountState, require_state
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.extra_accounts import ExtraAccountLimits, NewExtraAccount
from klantportaal.domain.sessions import Actor, SessionTimes
from klantportaal.domain.values import AccountId, folded, searchable
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.reading import ExtraAccountRow
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared import account_deletion, file_removal, people
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more


@checked_calls
@attrs.frozen(kw_only=True)
class ExtraAccounts:
    """The extra accounts of a company. Every call requires the main account, or raises ``Absent`` (XA-1)."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _ids: Ids
    _recorder: Recorder
    _times: SessionTimes
    _limits: ExtraAccountLimits

    def list(self, actor: Actor) -> Sequence[ExtraAccountRow]:
        """List the company's extra accounts by name.

        Raises:
            Absent: the actor acts for no company, or not by its main account.
        """
        extra_accounts.require_main(actor)
        rows = map(_alike, self._storage.read.extra_accounts(actor))
        return sorted(rows, key=lambda row: (searchable(row.name), row.id))

    def get(self, actor: Actor, account_id: AccountId) -> ExtraAccountRow:
        """Give one extra account of the company. Raises: Absent."""
        extra_accounts.require_main(actor)
        return _alike(self._storage.read.extra_account(actor, account_id))

    def ready(self, actor: Actor) -> None:
        """Check that the actor may add or delete accounts now. Pages call this before they show a form (SI-3).

        Raises:
            NotConfirmed: the password was given too long ago.
            Absent: the actor acts for no company, or not by its main account.
        """
        extra_accounts.require_main(actor)
        sessions.require_confirmed(actor, times=self._times, at=self._clock.now())

    @once_more
    def add(self, actor: Actor, *, name: str, email: str) -> AccountId:
        """Add an extra account, and send its person the invitation mail (ON-1, XA-2).

        A person that has the address already gets the account with its others (PE-2). A new person gets its first mails
        in the language of the actor. The company is not told which of the two it was.

        Raises:
            NotConfirmed: the password was given too long ago.
            NotSignedIn: the session ended at the same time.
            Refused: one fault for each broken rule, with field ``name`` or ``email``; without a field if there are too
                many accounts. ``ADDRESS_TAKEN`` if the company has an account with the address already.
            Conflict: another use of the address came at the same time, twice.
            Absent: the actor acts for no company, or not by its main account.
        """
        self.ready(actor)
        new = NewExtraAccount(name=name, email=email, language=actor.language)
        with self._storage.begin() as uow:
            known = people.known(uow, actor.office_id, new.email)
            client = uow.clients.hold(actor.office_id, actor.client_id)
            uow.accounts.hold(actor)
            account, facts = people.add_extra_account(
                uow, known, client, new, ids=self._ids, limits=self._limits, at=self._clock.now()
            )
            self._recorder.record(uow, actor, *facts)
            uow.commit()
        return account.id

    @once_more
    def invite_again(self, actor: Actor, account_id: AccountId) -> None:
        """Send the invitation mail again to an account that was not used yet. Older links expire (ON-2).

        Raises:
            Absent: the company has no such extra account.
            NotSignedIn: the session ended at the same time.
            Refused: the account was used, is closed, or was invited too recently.
        """
        extra_accounts.require_main(actor)
        now = self._clock.now()
        with self._storage.begin() as uow:
            account, client = uow.accounts.get(actor.office_id, account_id)
            extra_accounts.require_extra_of(account, actor)
            people.void_invitation(uow, account, at=now)
            uow.accounts.hold(actor)
            again, invited = extra_accounts.invite_again(account, client, limits=self._limits, at=now)
            uow.accounts.save(again)
            self._recorder.record(uow, actor, invited)
            uow.commit()

    def delete(self, actor: Actor, account_id: AccountId) -> None:
        """Delete an extra account permanently, at once (XA-3). Deleting it again changes nothing.

        The sessions that act for it end, and its staged files are removed. What it sent is kept.

        Raises:
            Absent: the company has no such extra account and never had it.
            NotConfirmed: the password was given too long ago.
            NotSignedIn: the session ended at the same time.
            Refused: the office closed the account.
        """
        self.ready(actor)
        dropped = self._delete(actor, account_id)
        file_removal.remove(self._files, dropped)

    @once_more
    def _delete(self, actor: Actor, account_id: AccountId) -> Sequence[StoredFile]:
        now = self._clock.now()
        with self._storage.begin() as uow:
            uow.accounts.hold(actor)
            account, _client = uow.accounts.get(actor.office_id, account_id)
            extra_accounts.require_once_extra_of(account, actor)
            person, account = account_deletion.take(uow, actor.office_id, account_id, at=now)
            if account.state is AccountState.DELETED:
                return ()
            require_state(account, *OPEN)  # What the office closed stays as it is (XA-4).
            fact, dropped = account_deletion.delete(uow, person, account, at=now)
            self._recorder.record(uow, actor, fact)
            uow.commit()
        return dropped


def _alike(row: ExtraAccountRow) -> ExtraAccountRow:
    """Leave out what tells that a person has other accounts (PE-2).

    The address is in small letters: as entered, it tells whether another client entered it first. An account is shown
    as invited until it is used: it becomes active when its person signs in for another client. A session may have
    begun for another client, before the first use.
    """
    used = row.last_used_at and max(row.last_used_at, row.first_used_at or row.last_used_at)
    unused = row.state is AccountState.ACTIVE and row.first_used_at is None
    state = AccountState.INVITED if unused else row.state
    return attrs.evolve(row, email=folded(row.email), state=state, last_used_at=used)
