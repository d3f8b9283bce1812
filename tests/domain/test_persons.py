"""Persons: who may sign in, for which account, and when an address is free (PE-1 to PE-5)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from random import Random
from uuid import UUID

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from klantportaal.domain import accounts, extra_accounts
from klantportaal.domain.accounts import LIVING, Account, AccountState, Client, Holding, is_open
from klantportaal.domain.admission import Subject, VendorSignIn
from klantportaal.domain.errors import Absent, Fault, FaultCode
from klantportaal.domain.events import PasswordSet
from klantportaal.domain.persons import (
    Person,
    act_for,
    bound,
    cut_off,
    enter,
    has_way_in,
    is_other_mailbox,
    make,
    may_set_password,
    may_use_password,
    readdressed,
    released,
    settled,
    starting_account,
    with_password,
)
from klantportaal.domain.values import AccountId, ClientId, Language, PersonId, folded
from tests.domain.given import (
    ACTIVE,
    AT,
    BEFORE,
    CLIENT,
    CLOSED,
    CLOSED_CLIENT,
    COMPANY,
    DELETED,
    EXTRA,
    INVITED,
    NEWCOMER,
    OFFICE_ID,
    OTHER_ACCOUNT_ID,
    OTHER_CLIENT,
    OTHER_PERSON,
    PERSON,
    PERSON_ID,
    TICK,
    fault,
    refusal,
)

NO_ACCOUNT = [fault(FaultCode.WRONG_STATE, "account")]
LATER = AT + timedelta(hours=1)


def account_of(number: int, state: AccountState, used: bool) -> Account:
    """Make an account of the usual person."""
    return attrs.evolve(
        INVITED, id=AccountId(UUID(int=1000 + number)), state=state, first_used_at=BEFORE if used else None
    )


accounts_of_a_person = st.lists(
    st.tuples(st.sampled_from(AccountState), st.booleans(), st.sampled_from([CLIENT, OTHER_CLIENT, CLOSED_CLIENT])),
    max_size=6,
).map(lambda drawn: [(account_of(number, *each[:2]), each[2]) for number, each in enumerate(drawn)])
"""Accounts of the usual person in any states, of clients that are open and closed."""
persons_of_any_kind = st.builds(
    attrs.evolve,
    st.sampled_from([NEWCOMER, PERSON]),
    epoch=st.integers(1, 5),
    freed_at=st.sampled_from([None, BEFORE]),
    first_signed_in_at=st.sampled_from([None, BEFORE]),
    last_account_id=st.none() | st.integers(999, 1006).map(lambda number: AccountId(UUID(int=number))),
)
"""The usual person with and without a password, used accounts and an address of its own."""


def open_ones(holdings: Sequence[Holding]) -> list[Account]:
    """Give the accounts that are invited or active, and of an open client."""
    states = (AccountState.INVITED, AccountState.ACTIVE)
    return [account for account, client in holdings if account.state in states and client.closed_at is None]


class TestMaking:
    """A new address."""

    def test_make(self) -> None:
        """PE-1: a new person has an address and a language, and neither password nor account."""
        assert make(
            " Jan@Voorbeeld.test\n", id=PERSON_ID, office_id=OFFICE_ID, language=Language.ENGLISH, at=AT
        ) == Person(
            id=PERSON_ID,
            office_id=OFFICE_ID,
            email="Jan@voorbeeld.test",
            language=Language.ENGLISH,
            made_at=AT,
            password_hash=None,
            epoch=1,
            first_signed_in_at=None,
            last_account_id=None,
            freed_at=None,
            version=1,
        )

    @pytest.mark.parametrize("email", ["", " ", "jan", "a@b.nl, c@d.nl"])
    @pytest.mark.parametrize(
        "call",
        [
            lambda email: make(email, id=PERSON_ID, office_id=OFFICE_ID, language=Language.DUTCH, at=AT),
            lambda email: readdressed(PERSON, email),
        ],
        ids=["make", "readdressed"],
    )
    def test_no_address(self, call: Callable[[str], Person], email: str) -> None:
        """PE-1: a person has exactly one address."""
        assert refusal(lambda: call(email)) == [Fault(code=FaultCode.NOT_AN_ADDRESS, field="email")]


SUBJECT = Subject(issuer="https://login.example.nl", name="4711")
sign_ins = st.none() | st.builds(
    lambda with_password: VendorSignIn(
        name="DigiD", sign_in="/sso", confirm="/sso/opnieuw", with_password=with_password
    ),
    st.booleans(),
)
"""The sign-ins of offices, and of offices without."""


class TestBinding:
    """A vendor's name for a person."""

    @given(persons_of_any_kind)
    def test_binding_and_releasing(self, person: Person) -> None:
        """PE-6: binding and releasing a subject end the sessions and links of the person, and change nothing else."""
        with_subject = bound(person, SUBJECT)
        assert with_subject == attrs.evolve(person, vendor_subject=SUBJECT, epoch=person.epoch + 1)
        assert released(with_subject) == attrs.evolve(person, vendor_subject=None, epoch=person.epoch + 2)

    def test_nothing_to_release(self) -> None:
        """PE-6: a person without a subject has none to release."""
        assert refusal(lambda: released(PERSON)) == [Fault(code=FaultCode.WRONG_STATE, field="subject")]

    def test_gone_for_good(self) -> None:
        """PE-5, PE-6: a person whose accounts were all deleted loses its subject; one that was closed keeps it."""
        person = bound(PERSON, SUBJECT)
        deleted, closed = (
            attrs.evolve(ACTIVE, state=AccountState.DELETED),
            attrs.evolve(ACTIVE, state=AccountState.CLOSED),
        )
        assert settled(person, [(deleted, CLIENT)], at=AT).vendor_subject is None
        assert settled(person, [(closed, CLIENT)], at=AT).vendor_subject == SUBJECT


class TestEntering:
    """Signing in and switching."""

    @given(persons_of_any_kind, accounts_of_a_person)
    def test_who_may(self, person: Person, holdings: Sequence[Holding]) -> None:
        """PE-5: a person with an open account may set a password, and sign in once it has one."""
        assert may_set_password(holdings, None) is bool(open_ones(holdings))
        assert may_use_password(person, holdings, None) is (
            bool(open_ones(holdings)) and person.password_hash is not None
        )

    @given(persons_of_any_kind, accounts_of_a_person, sign_ins, st.none() | st.just(SUBJECT))
    def test_ways_in(
        self, person: Person, holdings: Sequence[Holding], sign_in: VendorSignIn | None, subject: Subject | None
    ) -> None:
        """PE-6: a password counts where the office takes it, and a subject where it uses the vendor's sign-in."""
        bound = attrs.evolve(person, vendor_subject=subject)
        with_password = sign_in is None or sign_in.with_password
        assert may_set_password(holdings, sign_in) is (bool(open_ones(holdings)) and with_password)
        assert may_use_password(bound, holdings, sign_in) is (
            bool(open_ones(holdings)) and with_password and person.password_hash is not None
        )
        by_password = with_password and person.password_hash is not None
        assert has_way_in(bound, sign_in) is (by_password or (sign_in is not None and subject is not None))

    @given(persons_of_any_kind, accounts_of_a_person, st.randoms())
    def test_where_it_starts(self, person: Person, holdings: list[Holding], random: Random) -> None:
        """PE-3: a sign-in starts with the account used last, or else the oldest, and never with one that is closed."""
        random.shuffle(holdings)
        expected = sorted(open_ones(holdings), key=lambda each: (each.id != person.last_account_id, each.id))
        start = starting_account(person, holdings)
        assert (None if start is None else start[0]) == (expected[0] if expected else None)
        assert start is None or start in holdings

    @given(persons_of_any_kind, accounts_of_a_person)
    def test_enter(self, person: Person, holdings: Sequence[Holding]) -> None:
        """PE-2, PE-3: signing in makes all open accounts active; only the one that it starts with counts as used."""
        start = starting_account(person, holdings)
        if start is None:
            assert refusal(lambda: enter(person, holdings, at=AT)) == NO_ACCOUNT
            return
        seen, account, others = enter(person, holdings, at=AT)
        assert (seen, account) == act_for(person, *start, at=AT)
        waiting = [each for each in open_ones(holdings) if each.state is AccountState.INVITED and each != start[0]]
        assert list(others) == [attrs.evolve(each, state=AccountState.ACTIVE) for each in waiting]

    @given(persons_of_any_kind, accounts_of_a_person)
    def test_the_next_sign_in_starts_there(self, person: Person, holdings: Sequence[Holding]) -> None:
        """PE-3: whatever account a person acts for, the next sign-in starts with it while it is open."""
        for account, client in holdings:
            if is_open(account, client):
                seen, used = act_for(person, account, client, at=AT)
                now = [(used if each[0] == account else each[0], each[1]) for each in holdings]
                assert starting_account(seen, now) == (used, client)
                closed = [
                    (attrs.evolve(each[0], state=CLOSED.state) if each[0] == used else each[0], each[1]) for each in now
                ]
                assert starting_account(seen, closed) != (used, client)

    @pytest.mark.parametrize("account", [INVITED, ACTIVE], ids=lambda account: account.state)
    def test_act_for(self, account: Account) -> None:
        """PE-3, ON-7: an account is active when its person acts for it; the first times are kept."""
        seen, used = act_for(NEWCOMER, account, CLIENT, at=AT)
        assert seen == attrs.evolve(NEWCOMER, last_account_id=account.id, first_signed_in_at=AT)
        assert used == attrs.evolve(account, state=AccountState.ACTIVE, first_used_at=account.first_used_at or AT)
        assert act_for(seen, used, CLIENT, at=LATER) == (seen, used)

    @pytest.mark.parametrize(
        "account,client",
        [
            (CLOSED, CLIENT),
            (attrs.evolve(DELETED, person_id=PERSON_ID), CLIENT),
            (ACTIVE, CLOSED_CLIENT),
            (INVITED, CLOSED_CLIENT),
            (EXTRA, COMPANY),
            (attrs.evolve(INVITED, person_id=OTHER_PERSON.id), CLIENT),
        ],
        ids=["closed", "deleted", "client closed", "invited, client closed", "another's", "another's, invited"],
    )
    def test_act_for_another(self, account: Account, client: Client) -> None:
        """PE-3: there is no account for a person but its own open ones."""
        with pytest.raises(Absent, match="account"):
            act_for(PERSON, account, client, at=AT)


class TestPassword:
    """A password, and what ends with the old one."""

    @given(persons_of_any_kind, accounts_of_a_person)
    def test_with_password(self, person: Person, holdings: Sequence[Holding]) -> None:
        """ON-5, PW-4: a person with an open account sets a password, which ends all sessions and links."""
        if not open_ones(holdings):
            assert refusal(lambda: with_password(person, holdings, "hash", at=AT)) == NO_ACCOUNT
            return
        assert with_password(person, holdings, "hash", at=AT) == (
            attrs.evolve(person, password_hash="hash", epoch=person.epoch + 1),
            PasswordSet(person_id=PERSON_ID, at=AT),
        )

    @given(persons_of_any_kind)
    def test_cut_off(self, person: Person) -> None:
        """SI-3: ending everything raises the epoch and changes nothing else."""
        assert cut_off(person) == attrs.evolve(person, epoch=person.epoch + 1)

    def test_a_password_is_not_shown(self) -> None:
        """ON-5: the text of a person, as in a log, does not have its password."""
        assert "scheme$hash" not in repr(PERSON)


class TestReaddressing:
    """Another address."""

    @pytest.mark.parametrize(
        "old,new,moved",
        [
            ("Jan@voorbeeld.test", "Jan@voorbeeld.test", False),
            ("Jan@voorbeeld.test", " JAN@Voorbeeld.test ", False),
            ("Jan@voorbeeld.test", "piet@elders.test", True),
            ("a@strasse.test", "a@straße.test", True),
        ],
        ids=["the same", "another case", "another", "a look-alike"],
    )
    def test_another_mailbox(self, old: str, new: str, moved: bool) -> None:
        """SI-3: links and sessions end with another address, but not if only the case of letters changes."""
        person = attrs.evolve(PERSON, email=old)
        changed = readdressed(person, new)
        assert is_other_mailbox(person, changed.email) is moved
        assert folded(changed.email) == folded(new.strip())
        assert changed == attrs.evolve(person, email=changed.email, epoch=person.epoch + moved)

    @given(st.text("abcXYZ", min_size=1, max_size=4), st.text("abcXYZ", min_size=1, max_size=4))
    def test_another_case(self, old: str, new: str) -> None:
        """SI-3: exactly a difference in more than case ends links and sessions, whatever the addresses."""
        person = attrs.evolve(PERSON, email=f"{old}@voorbeeld.test")
        changed = readdressed(person, f"{new}@voorbeeld.test")
        assert (changed.epoch > person.epoch) is (old.lower() != new.lower())
        assert changed.email == f"{new}@voorbeeld.test"


class TestSettling:
    """Freeing an address, and claiming it again."""

    @given(persons_of_any_kind, accounts_of_a_person)
    def test_freed_without_an_open_account(self, person: Person, holdings: Sequence[Holding]) -> None:
        """PE-5: a person is freed exactly while none of its accounts is open."""
        after = settled(person, holdings, at=AT)
        assert (after.freed_at is None) is bool(open_ones(holdings))

    @given(persons_of_any_kind, accounts_of_a_person)
    def test_a_password_of_nobody(self, person: Person, holdings: Sequence[Holding]) -> None:
        """PE-5, XA-3: a password is kept exactly while an account of the person could be used or reopened."""
        after = settled(person, holdings, at=AT)
        living = any(account.state is not AccountState.DELETED for account, _client in holdings)
        assert after.password_hash == (person.password_hash if living else None)

    @given(persons_of_any_kind, accounts_of_a_person)
    def test_what_ends(self, person: Person, holdings: Sequence[Holding]) -> None:
        """PE-5: being freed ends all sessions and links; nothing else does, and nothing revives them."""
        after = settled(person, holdings, at=AT)
        freed_now = person.freed_at is None and after.freed_at is not None
        assert after.epoch == person.epoch + freed_now
        assert after.freed_at in (None, AT if freed_now else person.freed_at)
        changed = attrs.evolve(after, epoch=person.epoch, freed_at=person.freed_at, password_hash=person.password_hash)
        assert changed == person

    @given(persons_of_any_kind, accounts_of_a_person)
    def test_settled_twice(self, person: Person, holdings: Sequence[Holding]) -> None:
        """AL-2: settling again, as a repeated task does, changes nothing."""
        after = settled(person, holdings, at=AT)
        assert settled(after, holdings, at=LATER) == after

    def test_the_last_of_several(self) -> None:
        """PE-5: closing one account leaves the others; closing the last one frees the address."""
        other = attrs.evolve(ACTIVE, id=OTHER_ACCOUNT_ID)
        assert settled(PERSON, [(CLOSED, CLIENT), (other, OTHER_CLIENT)], at=AT) == PERSON
        freed = settled(PERSON, [(CLOSED, CLIENT), (other, attrs.evolve(OTHER_CLIENT, closed_at=AT))], at=AT)
        assert freed == attrs.evolve(PERSON, freed_at=AT, epoch=PERSON.epoch + 1)
        assert not may_use_password(freed, [(CLOSED, CLIENT)], None)

    def test_claimed_again(self) -> None:
        """PE-5: a person whose account was reopened has its address and password again, but no earlier session."""
        freed = settled(PERSON, [(CLOSED, CLIENT)], at=AT)
        reopened, _fact = accounts.reopen_account(CLOSED, at=LATER)
        claimed = settled(freed, [(reopened, CLIENT)], at=LATER)
        assert claimed == attrs.evolve(PERSON, epoch=PERSON.epoch + 1)
        assert may_use_password(claimed, [(reopened, CLIENT)], None)

    def test_deleted_later(self) -> None:
        """XA-3: a freed person whose last closed account is deleted loses its password."""
        freed = settled(PERSON, [(CLOSED, CLIENT)], at=AT)
        assert freed.password_hash is not None
        gone = settled(freed, [(DELETED, COMPANY)], at=LATER)
        assert gone == attrs.evolve(freed, password_hash=None)

    def test_all_accounts_moved_away(self) -> None:
        """PE-5: a person whose accounts went to another person is freed and has no password."""
        assert settled(PERSON, [], at=AT) == attrs.evolve(
            PERSON, freed_at=AT, epoch=PERSON.epoch + 1, password_hash=None
        )


ADDRESSES = st.sampled_from(["jan@voorbeeld.test", "JAN@voorbeeld.test", "piet@voorbeeld.test"])


class Taken(Exception):
    """A person would have two accounts of one client."""


class Office(RuleBasedStateMachine):
    """An office with three companies and people of two addresses. Whatever happens, the rules of persons hold."""

    def __init__(self) -> None:
        """Begin without persons."""
        super().__init__()
        self.clients: dict[ClientId, Client] = {}
        self.accounts: dict[AccountId, Account] = {}
        self.persons: dict[PersonId, Person] = {}
        self.started: list[tuple[Person, AccountId]] = []
        """The sessions that were started: the person as it was then, and the account."""
        self.freed: dict[PersonId, int] = {}
        """The epochs that each person had when it was freed. No session of theirs is alive."""
        self.at = AT
        self.number = 5000

    @initialize()
    def _take_on(self) -> None:
        for _ in range(3):
            client = attrs.evolve(COMPANY, id=ClientId(self._id()))
            self.clients[client.id] = client

    def _id(self) -> UUID:
        self.number += 1
        self.at += TICK
        return UUID(int=self.number)

    def _of(self, person_id: PersonId) -> list[Holding]:
        own = (each for each in self.accounts.values() if each.person_id == person_id)
        return [(each, self.clients[each.client_id]) for each in own]

    def _known(self, email: str) -> Person | None:
        theirs = (each for each in self.persons.values() if each.freed_at is None)
        return next((each for each in theirs if folded(each.email) == folded(email)), None)

    def _settle(self, *concerned: PersonId) -> None:
        for person_id in concerned:
            before = self.persons[person_id]
            after = settled(before, self._of(person_id), at=self.at)
            if after.freed_at is not None and before.freed_at is None:
                self.freed[person_id] = before.epoch
            self.persons[person_id] = after

    def _claim(self, account: Account) -> None:
        """Settle the person of a reopened account, or give it to the person that has the address now.

        Raises:
            Taken: that person has an account of the client. The storage refuses that.
        """
        person = self.persons[account.person_id]
        other = self._known(person.email) if person.freed_at is not None else None
        if other is not None:
            theirs = [each.client_id for each, _client in self._of(other.id) if each.state in LIVING]
            if account.client_id in theirs:
                raise Taken
            self.accounts[account.id] = accounts.move(account, other.id, at=self.at)
        self._settle(person.id)

    @contextmanager
    def _unit_of_work(self) -> Iterator[None]:
        """Undo everything if it is refused."""
        before = (dict(self.clients), dict(self.accounts), dict(self.persons), dict(self.freed))
        try:
            yield
        except Taken:
            self.clients, self.accounts, self.persons, self.freed = before

    @rule(email=ADDRESSES, data=st.data())
    def invite(self, email: str, data: st.DataObject) -> None:
        """Add an extra account of a company, for a known person or a new one."""
        client = data.draw(st.sampled_from(list(self.clients.values())))
        known = self._known(email)
        person_id = known.id if known else PersonId(self._id())
        standing = [each for each in self.accounts.values() if each.client_id == client.id]
        taken = any(each.person_id == person_id and each.state in LIVING for each in standing)
        new = extra_accounts.NewExtraAccount(name="J. Jansen", email=email, language=Language.DUTCH)
        call = partial(
            extra_accounts.add,
            new,
            client,
            standing,
            id=AccountId(self._id()),
            person_id=person_id,
            limits=extra_accounts.ExtraAccountLimits(),
            at=self.at,
        )
        if client.closed_at is not None or taken:
            refusal(call)
            return
        account, _facts = call()
        self.accounts[account.id] = account
        if known is None:
            self.persons[person_id] = make(
                email, id=person_id, office_id=OFFICE_ID, language=Language.DUTCH, at=self.at
            )

    @precondition(lambda self: self.persons)
    @rule(data=st.data())
    def set_password(self, data: st.DataObject) -> None:
        """Let a person set a password, and sign in for all its accounts."""
        person = data.draw(st.sampled_from(list(self.persons.values())))
        holdings = self._of(person.id)
        if not open_ones(holdings):
            assert refusal(lambda: with_password(person, holdings, "hash", at=self.at)) == NO_ACCOUNT
            return
        self.persons[person.id], _fact = with_password(person, holdings, "hash", at=self.at)

    @precondition(lambda self: self.persons)
    @rule(data=st.data())
    def sign_in(self, data: st.DataObject) -> None:
        """Let a person sign in, if it may."""
        person = data.draw(st.sampled_from(list(self.persons.values())))
        holdings = self._of(person.id)
        if not may_use_password(person, holdings, None):
            return
        seen, account, others = enter(person, holdings, at=self.at)
        self.persons[person.id] = seen
        self.accounts |= {each.id: each for each in (account, *others)}
        self.started.append((seen, account.id))
        assert all(each.state is not AccountState.INVITED for each in open_ones(self._of(person.id)))

    @precondition(lambda self: self.accounts)
    @rule(data=st.data())
    def change_an_account(self, data: st.DataObject) -> None:
        """Close, reopen or delete an account."""
        account = data.draw(st.sampled_from(list(self.accounts.values())))
        if account.state is AccountState.DELETED:
            return
        if account.state is AccountState.CLOSED and data.draw(st.booleans()):
            with self._unit_of_work():
                self.accounts[account.id], _reopened = accounts.reopen_account(account, at=self.at)
                if is_open(self.accounts[account.id], self.clients[account.client_id]):
                    self._claim(self.accounts[account.id])
            return
        change = accounts.close_account if account.state in accounts.OPEN else extra_accounts.delete
        self.accounts[account.id], _gone = change(account, at=self.at)
        self._settle(account.person_id)

    @rule(data=st.data())
    def change_a_client(self, data: st.DataObject) -> None:
        """Close or reopen a client."""
        client = data.draw(st.sampled_from(list(self.clients.values())))
        if client.closed_at is None:
            self.clients[client.id], _closed = accounts.close_client(client, at=self.at)
            self._settle(*{each.person_id for each in self.accounts.values() if each.client_id == client.id})
            return
        with self._unit_of_work():
            self.clients[client.id], _reopened = accounts.reopen_client(client, at=self.at)
            for account in [each for each in self.accounts.values() if each.client_id == client.id]:
                if is_open(account, self.clients[client.id]):
                    self._claim(account)

    @invariant()
    def freed_without_an_open_account(self) -> None:
        """PE-5: the address of a person is free exactly while no account of the person is open."""
        for person in self.persons.values():
            assert (person.freed_at is None) is bool(open_ones(self._of(person.id)))

    @invariant()
    def one_person_for_an_address(self) -> None:
        """PE-1: no two persons have one address, unless all but one are freed."""
        standing = [folded(each.email) for each in self.persons.values() if each.freed_at is None]
        assert len(set(standing)) == len(standing)

    @invariant()
    def one_account_of_a_client(self) -> None:
        """PE-2: no person has two accounts of one client that are not deleted."""
        living = [(each.person_id, each.client_id) for each in self.accounts.values() if each.state in LIVING]
        assert len(set(living)) == len(living)

    @invariant()
    def no_password_without_an_account(self) -> None:
        """PE-5, XA-3: a person with only deleted accounts has no password."""
        for person in self.persons.values():
            if all(account.state is AccountState.DELETED for account, _client in self._of(person.id)):
                assert person.password_hash is None

    @invariant()
    def no_session_survives(self) -> None:
        """PE-5: no session that was started before its person was freed is alive, now or ever."""
        for then, _account_id in self.started:
            if then.epoch <= self.freed.get(then.id, 0):
                assert self.persons[then.id].epoch > then.epoch


TestOffice = Office.TestCase
TestOffice.settings = settings(max_examples=30, stateful_step_count=40)
