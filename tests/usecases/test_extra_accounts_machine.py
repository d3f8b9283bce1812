"""A state machine for extra accounts: which accounts exist, who can sign in, and who can change what (XA-1 to XA-4)."""

from contextlib import suppress

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.domain.accounts import LIVING, OPEN, Account, AccountState, ClientKind
from klantportaal.domain.errors import Absent, LinkDead, NotSignedIn, Refused, SignInFailed
from klantportaal.domain.persons import Person
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AccountId, folded
from tests.usecases.world import PASSWORD, World

ADDRESSES = st.sampled_from(["piet@example.nl", "PIET@example.nl", "klaas@example.nl", "els@example.nl"])
WHICH = st.integers(0, 9)


class ExtraAccountsMachine(RuleBasedStateMachine):
    """Two companies and their office add, delete, close and reopen accounts, and people sign in."""

    @initialize()
    def begin(self) -> None:
        """Onboard the main accounts of both companies."""
        self.world = World()
        self.mains = [f"bakker{number}@example.nl" for number in range(2)]
        for email in self.mains:
            self.world.invite(email, name="Bakkerij", kind=ClientKind.COMPANY)
            self._onboard(email)
        self.tokens: dict[AccountId, list[str]] = {}
        self.gone: set[AccountId] = set()

    def _main(self, which: int) -> Actor:
        return self.world.sign_in(self.mains[which % 2])

    def _accounts(self) -> list[Account]:
        storage = self.world.storage
        assert isinstance(storage, MemoryStorage)
        return list(storage._committed.accounts.values())

    def _extra(self, which: int) -> Account | None:
        extra = [each for each in self._accounts() if each.role == "extra"]
        return extra[which % len(extra)] if extra else None

    def _onboard(self, email: str) -> str:
        self.world.deliver()
        self.world.later(minutes=3)
        link = self.world.password_link(email)
        return self.world.portal.client.onboarding.set_password(self.world.visitor, link, PASSWORD, PASSWORD).token

    @rule(who=WHICH, email=ADDRESSES)
    def add(self, who: int, email: str) -> None:
        """A company adds an extra account. It is refused exactly if it has one with the address, open or closed."""
        main = self._main(who)
        own = {each.person_id for each in self._accounts() if each.client_id == main.client_id and each.state in LIVING}
        taken = any(folded(each.email) == folded(email) for each in self._persons() if each.id in own)
        try:
            self.world.portal.client.extra_accounts.add(main, name="Piet", email=email)
        except Refused:
            assert taken
        else:
            assert not taken

    @rule(who=WHICH, which=WHICH)
    def delete(self, who: int, which: int) -> None:
        """A company deletes an extra account: its own only, and none that the office closed (XA-4)."""
        account, main = self._extra(which), self._main(who)
        if account is None:
            return
        before = self._accounts()
        if account.client_id == main.client_id and account.state is AccountState.CLOSED:
            with pytest.raises(Refused):
                self.world.portal.client.extra_accounts.delete(main, account.id)
            assert self._accounts() == before
            return
        if account.client_id == main.client_id:
            self.world.portal.client.extra_accounts.delete(main, account.id)
            self.gone.add(account.id)
            return
        with pytest.raises(Absent):
            self.world.portal.client.extra_accounts.delete(main, account.id)
        assert self._accounts() == before

    @rule(which=WHICH, act=st.sampled_from(["close_account", "reopen_account", "invite_again", "delete_account"]))
    def office(self, which: int, act: str) -> None:
        """The office closes, reopens, invites or deletes an account. No deleted account becomes active again."""
        account = self._extra(which)
        if account is None:
            return
        with suppress(Refused):
            getattr(self.world.portal.office.clients, act)(self.world.handler, account.id)
            assert account.state is not AccountState.DELETED
            if act == "delete_account":
                self.gone.add(account.id)

    @rule(which=WHICH, who=WHICH)
    def intrude(self, which: int, who: int) -> None:
        """An extra account cannot change any account, including its own."""
        account, target = self._extra(which), self._extra(who)
        for token in self.tokens.get(account.id, []) if account else []:
            with suppress(NotSignedIn):
                actor, before = self.world.actor(token), self._accounts()
                assert target is not None
                for call in (
                    self.world.portal.client.extra_accounts.delete,
                    self.world.portal.client.extra_accounts.invite_again,
                ):
                    with pytest.raises(Absent):
                        call(actor, target.id)
                assert self._accounts() == before

    @rule(email=ADDRESSES)
    def onboard(self, email: str) -> None:
        """Onboard with an address, if possible. Only accounts of the person that has it now get a session."""
        standing = self._standing(email)
        try:
            token = self._onboard(email)
        except (LinkDead, AssertionError, IndexError):
            return
        actor = self.world.actor(token)
        assert actor.account_id in {each.id for each in standing if each.state in OPEN}
        self.tokens.setdefault(actor.account_id, []).append(token)

    @rule(email=ADDRESSES)
    def sign_in(self, email: str) -> None:
        """Sign in with an address, if possible. Only open accounts of the person that has it now get a session."""
        standing = {each.id for each in self._standing(email) if each.state in OPEN}
        try:
            token = self.world.portal.client.sign_in.sign_in(self.world.visitor, email, PASSWORD).token
        except SignInFailed:
            return
        account_id = self.world.actor(token).account_id
        assert account_id in standing
        assert {each.state for each in self._standing(email)} <= {AccountState.ACTIVE, AccountState.CLOSED}
        self.tokens.setdefault(account_id, []).append(token)

    @rule()
    def wait(self) -> None:
        """Let 16 minutes pass: sessions do not expire, and throttles end."""
        self.world.later(minutes=16)

    def _persons(self) -> list[Person]:
        storage = self.world.storage
        assert isinstance(storage, MemoryStorage)
        return list(storage._committed.persons.values())

    def _standing(self, email: str) -> list[Account]:
        """List the accounts of the person with an address that are not deleted."""
        whose = {each.id for each in self._persons() if folded(each.email) == folded(email) and not each.freed_at}
        return [each for each in self._accounts() if each.person_id in whose and each.state in LIVING]

    @invariant()
    def one_person_an_address(self) -> None:
        """PE-1, PE-5: an address is one person's, free if it has no open account; one account each of a client."""
        if not hasattr(self, "gone"):
            return
        using = [each for each in self._persons() if not each.freed_at]
        assert len({folded(each.email) for each in using}) == len(using)
        assert {each.person_id for each in self._accounts() if each.state in OPEN} == {each.id for each in using}
        living = [(each.person_id, each.client_id) for each in self._accounts() if each.state in LIVING]
        assert len(set(living)) == len(living)

    @invariant()
    def deleted_is_deleted(self) -> None:
        """XA-3: a deleted account stays deleted, its sessions have ended, and a password goes with the last account."""
        if not hasattr(self, "gone"):
            return
        found = {each.id: each for each in self._accounts()}
        assert {id for id, each in found.items() if each.state is AccountState.DELETED} == self.gone
        for id in self.gone:
            whose = [each for each in self._accounts() if each.person_id == found[id].person_id]
            [person] = [each for each in self._persons() if each.id == found[id].person_id]
            assert person.password_hash is None or any(each.state in LIVING for each in whose)
            for token in self.tokens.get(id, []):
                with pytest.raises(NotSignedIn):
                    self.world.actor(token)


TestExtraAccounts = ExtraAccountsMachine.TestCase
TestExtraAccounts.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
