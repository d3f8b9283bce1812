"""A state machine for sessions: random acts and clock changes, compared with a model of which tokens are valid.

The model has its own version of SI-3, and does not use ``sessions.is_alive``. A session is valid from its last request
until its idle or absolute end. Only the newest token of a session is valid.
"""

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta

import attrs
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from klantportaal.domain import persons, sessions
from klantportaal.domain.errors import Absent, NotConfirmed, NotSignedIn, Refused
from klantportaal.domain.sessions import Actor, SessionTimes
from klantportaal.domain.throttling import ThrottlePolicy
from klantportaal.domain.values import AccountId, SessionId
from klantportaal.settings import Settings
from tests.usecases.world import PASSWORD, World

PEOPLE = ("jan@example.nl", "piet@example.nl")
TIMES = SessionTimes(absolute=timedelta(minutes=20))
"""The absolute end is earlier than usual, so that sessions also reach it before they are idle."""
MINUTE = timedelta(minutes=1)
some = st.integers(min_value=0, max_value=1000)
PAUSES = st.sampled_from([1, 59, 60, 61, 9 * 60, 10 * 60, 19 * 60, 20 * 60, 29 * 60, 30 * 60, 3 * 3600])


@attrs.define(kw_only=True)
class Known:
    """A session in the model."""

    who: str
    id: SessionId
    account: AccountId
    """The account that it acts for."""
    tokens: list[str]
    """All tokens that the session ever had, the newest last."""
    started: datetime
    seen: datetime
    confirmed: datetime
    over: bool = False

    def is_alive(self, now: datetime) -> bool:
        """Tell whether the newest token is valid."""
        return not self.over and self.seen - MINUTE <= now < min(self.seen + TIMES.idle, self.started + TIMES.absolute)


class Machine(RuleBasedStateMachine):
    """Two people with two accounts each, several sessions, all their old and new tokens, and a clock."""

    def __init__(self) -> None:
        """Onboard both people, and sign out of the sessions that this started."""
        super().__init__()
        # High limits, so that wrong passwords are never throttled in this test.
        policy = ThrottlePolicy(failures=10_000, network_failures=10_000)
        self.world = World(settings=Settings(sessions=TIMES, throttling=policy))
        self.passwords = dict.fromkeys(PEOPLE, PASSWORD)
        self.known: list[Known] = []
        self.actors: list[Actor] = []
        """Actors of earlier requests. The machine uses them again later, when the token may have been replaced."""
        self.accounts: dict[str, list[AccountId]] = {}
        self.used: dict[str, AccountId] = {}
        """The account that each person used last."""
        for who in PEOPLE:
            first, second = self.world.onboard(who, name=who), self.world.second_account(who)
            self.accounts[who] = [first.account_id, second.account_id]
            self.used[who] = second.account_id
            for actor in (first, second):
                self.world.portal.client.sign_in.sign_out(actor)

    @property
    def now(self) -> datetime:
        """The time of the clock."""
        return self.world.clock.now()

    def pick(self, which: int) -> Known:
        """Choose some session, which may have ended."""
        return self.known[which % len(self.known)]

    def recognise(self, known: Known) -> Actor | None:
        """Make a request with the newest token of a session. The model notes its time if a minute has passed."""
        if not known.is_alive(self.now):
            with pytest.raises(NotSignedIn):
                self.world.actor(known.tokens[-1])
            return None
        actor = self.world.actor(known.tokens[-1])
        assert actor.account_id == known.account
        if self.now - known.seen >= MINUTE:
            known.seen = self.now
        self.actors.append(actor)
        return actor

    @contextlib.contextmanager
    def asking(self, known: Known) -> Iterator[bool]:
        """Expect a refusal if the password was given too long ago. Yield whether the call is allowed."""
        lately = known.confirmed - MINUTE <= self.now < known.confirmed + TIMES.confirmation
        if lately:
            yield True
        else:
            with pytest.raises(NotConfirmed):
                yield False

    def of(self, actor: Actor) -> Known:
        """Find the session of an actor."""
        return next(each for each in self.known if each.id == actor.session_id)

    # ------------------------------------------------------------------ acts
    @rule(who=st.sampled_from(PEOPLE))
    def sign_in(self, who: str) -> None:
        """Start another session."""
        self.remember(who, self.world.portal.client.sign_in.sign_in(self.world.visitor, who, self.passwords[who]).token)

    def remember(self, who: str, token: str) -> None:
        """Add a new session to the model. It acts for the account that was used last (PE-3)."""
        actor = self.world.actor(token)
        assert actor.account_id == self.used[who]
        self.known.append(
            Known(
                who=who,
                id=actor.session_id,
                account=actor.account_id,
                tokens=[token],
                started=self.now,
                seen=self.now,
                confirmed=self.now,
            )
        )

    @precondition(lambda self: self.known)
    @rule(which=some)
    def come_by(self, which: int) -> None:
        """Request a page."""
        self.recognise(self.pick(which))

    @precondition(lambda self: self.known)
    @rule(which=some, right=st.booleans())
    def confirm(self, which: int, right: bool) -> None:
        """Confirm a session with a right or wrong password."""
        known = self.pick(which)
        if actor := self.recognise(known):
            self.give_password(actor, known, right=right)

    @precondition(lambda self: self.actors)
    @rule(which=some)
    def confirm_late(self, which: int) -> None:
        """Confirm with the actor of an earlier request, whose token may have been replaced."""
        actor = self.actors[which % len(self.actors)]
        known = self.of(actor)
        newest = self.world.portal.client.sign_in._tokens.fingerprint(known.tokens[-1])
        if not known.is_alive(self.now) or actor.fingerprint != newest:
            with pytest.raises(NotSignedIn):
                self.world.portal.client.sign_in.confirm(actor, self.passwords[known.who])
        else:
            self.give_password(actor, known, right=True)

    def give_password(self, actor: Actor, known: Known, *, right: bool) -> None:
        """Give a right or wrong password."""
        if not right:
            with pytest.raises(Refused):
                self.world.portal.client.sign_in.confirm(actor, "fout")
            return
        known.tokens.append(self.world.portal.client.sign_in.confirm(actor, self.passwords[known.who]).token)
        known.confirmed = self.now

    @precondition(lambda self: self.known)
    @rule(which=some, account=st.integers(0, 1))
    def switch(self, which: int, account: int) -> None:
        """Act for one of the accounts of the person, which may be the current one (PE-3)."""
        known = self.pick(which)
        if actor := self.recognise(known):
            chosen = self.accounts[known.who][account]
            self.world.portal.client.accounts.switch(actor, chosen)
            if chosen != known.account:
                known.account = self.used[known.who] = chosen

    @precondition(lambda self: self.actors)
    @rule(which=some, account=st.integers(0, 1), who=st.sampled_from(PEOPLE))
    def switch_late(self, which: int, account: int, who: str) -> None:
        """Switch with the actor of an earlier request, to an account that may be another person's."""
        actor, chosen = self.actors[which % len(self.actors)], self.accounts[who][account]
        known = self.of(actor)
        if chosen == actor.account_id:
            return
        try:
            self.world.portal.client.accounts.switch(actor, chosen)
        except (Absent, NotSignedIn):
            return
        assert not known.over
        assert who == known.who
        known.account = self.used[who] = chosen

    @precondition(lambda self: self.known)
    @rule(which=some)
    def sign_out(self, which: int) -> None:
        """Sign out."""
        known = self.pick(which)
        if actor := self.recognise(known):
            self.world.portal.client.sign_in.sign_out(actor)
            known.over = True

    @precondition(lambda self: self.known)
    @rule(which=some, other=some)
    def end(self, which: int, other: int) -> None:
        """End some session of the same account. It may have ended already, and may be the current one."""
        known = self.pick(which)
        own = [each for each in self.known if each.who == known.who]
        ended = own[other % len(own)]
        if actor := self.recognise(known):
            with self.asking(known) as asked:
                self.world.portal.client.sessions.end(actor, ended.id)
            ended.over = ended.over or asked

    @precondition(lambda self: self.known)
    @rule(which=some)
    def end_others(self, which: int) -> None:
        """End all other sessions of the account."""
        known = self.pick(which)
        if actor := self.recognise(known):
            with self.asking(known) as asked:
                self.world.portal.client.sessions.end_others(actor)
            for each in self.known:
                if asked and each.who == known.who and each is not known:
                    each.over = True

    @precondition(lambda self: self.known)
    @rule(which=some)
    def change_password(self, which: int) -> None:
        """Change the password. This ends all sessions and starts one."""
        known = self.pick(which)
        if actor := self.recognise(known):
            new = "Klaproos8" if self.passwords[known.who] == PASSWORD else PASSWORD
            entrance = self.world.portal.client.profile.change_password(
                actor, current=self.passwords[known.who], password=new, repeated=new
            )
            self.passwords[known.who] = new
            self.used[known.who] = known.account
            self.all_over(known.who)
            self.remember(known.who, entrance.token)

    @rule(who=st.sampled_from(PEOPLE), account=st.integers(0, 1))
    def close_and_reopen(self, who: str, account: int) -> None:
        """Close and reopen an account. This ends the sessions that act for it, and no others (PE-5)."""
        id = self.accounts[who][account]
        self.world.portal.office.clients.close_account(self.world.handler, id)
        self.world.portal.office.clients.reopen_account(self.world.handler, id)
        for each in self.known:
            each.over = each.over or each.account == id

    @rule(who=st.sampled_from(PEOPLE))
    def raise_epoch(self, who: str) -> None:
        """Raise the epoch of a person. This ends all its sessions."""
        with self.world.storage.begin() as uow:
            found = uow.persons.by_address(self.world.office, who)
            assert found is not None
            uow.persons.save(persons.cut_off(found))
            uow.commit()
        self.all_over(who)

    def all_over(self, who: str) -> None:
        """Mark all sessions of somebody as ended in the model."""
        for each in self.known:
            each.over = each.over or each.who == who

    @rule(seconds=PAUSES, back=st.booleans())
    def set_the_clock(self, seconds: int, back: bool) -> None:
        """Move the clock forward or back."""
        self.world.clock.advance(timedelta(seconds=-seconds if back else seconds))

    # ------------------------------------------------------------------ invariants
    @invariant()
    def only_what_was_foreseen_counts(self) -> None:
        """SI-3: a token is valid exactly if the model says so."""
        for known in self.known:
            expected = [False] * (len(known.tokens) - 1) + [known.is_alive(self.now)]
            assert [self.counts(token) for token in known.tokens] == expected

    def counts(self, token: str) -> bool:
        """Tell whether a token is valid, without a request that would prolong its session."""
        portal = self.world.portal
        view = self.world.storage.read.session(self.world.office, portal.client.sign_in._tokens.fingerprint(token))
        times = portal.settings.sessions
        return view is not None and sessions.is_alive(view.session, epoch=view.epoch, times=times, at=self.now)

    @invariant()
    def the_list_is_right(self) -> None:
        """SI-4: the list has exactly the valid sessions of the person, whichever account they act for."""
        for actor in {each.person_id: each for each in self.actors}.values():
            who = self.of(actor).who
            listed = {row.id for row in self.world.portal.client.sessions.view(actor).rows}
            assert listed == {each.id for each in self.known if each.who == who and each.is_alive(self.now)}


def test_sessions_under_random_acts() -> None:
    """SI-3, SI-4: sessions follow the model under random acts and clock changes."""
    # Without shrinking, as in test_state_machine: a failure is reported as it was found.
    limits = settings(max_examples=80, stateful_step_count=40, phases=[Phase.reuse, Phase.generate])
    run_state_machine_as_test(Machine, settings=limits)
