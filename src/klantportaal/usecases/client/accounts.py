"""The accounts of a person: for whom it acts, and switching to another (PE-3)."""

from collections.abc import Sequence

import attrs

from klantportaal.domain import persons, sessions
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import NotSignedIn
from klantportaal.domain.events import AccountSwitched
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import OtherAccount
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more


@checked_calls
@attrs.frozen(kw_only=True)
class OwnAccounts:
    """The accounts of the signed-in person."""

    _storage: Storage
    _clock: Clock
    _recorder: Recorder

    def others(self, actor: Actor) -> Sequence[OtherAccount]:
        """List the other open accounts of the person, with what waits under each, by the name of the client."""
        return self._storage.read.other_accounts(actor)

    def act_for(self, actor: Actor, account_id: AccountId) -> Actor:
        """Give the actor for an account of the person, for one request (AP-9). The session stays as it is.

        What is done with it is recorded under that account.

        Raises:
            Absent: the person has no such account, or it is closed.
        """
        if account_id == actor.account_id:
            return actor
        account, client = self._storage.read.account(actor, account_id)
        return sessions.acting_for(actor, account, client)

    @once_more
    def switch(self, actor: Actor, account_id: AccountId) -> None:
        """Act for another account of the person from now on, in the same session. No password is asked (PE-3).

        The next sign-in starts with this account. Switching to the current account changes nothing.

        Raises:
            Absent: the person has no such account, or it is closed.
            NotSignedIn: the session ended at the same time.
            Conflict: the person or the account changed at the same time, twice.
        """
        if account_id == actor.account_id:
            return
        now = self._clock.now()
        with self._storage.begin() as uow:
            uow.accounts.get(actor.office_id, account_id)
            if not uow.sessions.switch(actor, account_id):
                raise NotSignedIn
            person = uow.persons.take(actor.office_id, actor.person_id)
            if person.epoch != actor.epoch:
                raise NotSignedIn
            # Locked, so that nobody closes or moves the account before the session acts for it.
            uow.accounts.take(actor.office_id, account_id)
            account, client = uow.accounts.get(actor.office_id, account_id)
            seen, used = persons.act_for(person, account, client, at=now)
            uow.persons.save(seen)
            if used != account:
                uow.accounts.save(used)
            fact = AccountSwitched(
                person_id=person.id,
                account_id=account_id,
                session_id=actor.session_id,
                is_first=used.state is not account.state,
                at=now,
            )
            self._recorder.record(uow, actor, fact)
            uow.commit()
