"""Sessions under random acts and a clock that goes anywhere: which tokens count is foreseen by a model of the rules.

The model knows SI-3 in its own words, not by ``sessions.is_alive``: a session counts from its newest request until it
was idle, and until its end; of the tokens that it ever had, only the newest does.
"""

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta

import attrs
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from klantportaal.domain import sessions
from klantportaal.domain.errors import NotConfirmed, NotSignedIn, Refused
from klantportaal.domain.sessions import Actor, SessionTimes
from klantportaal.domain.throttling import ThrottlePolicy
from klantportaal.domain.values import SessionId
from klantportaal.settings import Settings
from tests.usecases.world import PASSWORD, World

PEOPLE = ("jan@example.nl", "piet@example.nl")
TIMES = SessionTimes(absolute=timedelta(minutes=20))
"""Short, so that a session comes to its end before it is idle."""
MINUTE = timedelta(minutes=1)
some = st.integers(min_value=0, max_value=1000)
PAUSES = st.sampled_from([1, 59, 60, 61, 9 * 60, 10 * 60, 19 * 60, 20 * 60, 29 * 60, 30 * 60, 3 * 3600])


@attrs.define(kw_only=True)
class Known:
    """A session as the model foresees it."""

    who: str
    id: SessionId
    tokens: list[str]
    """All that it ever had, the newest last."""
    started: datetime
    seen: datetime
    confirmed: datetime
    over: bool = False

    def is_alive(self, now: datetime) -> bool:
        """Tell whether its newest token counts."""
        return not self.over and self.seen - MINUTE <= now < min(self.seen + TIMES.idle, self.started + TIMES.absolute)


class Machine(RuleBasedStateMachine):
    """Two people with any number of sessions, whoever has whichever token of them, and a clock."""

    def __init__(self) -> None:
        """Onboard both, and forget the sessions of that."""
        super().__init__()
        # What is tried here is not guessing: nobody is made to wait.
        policy = ThrottlePolicy(failures=10_000, network_failures=10_000)
        self.world = World(settings=Settings(sessions=TIMES, throttling=policy))
        self.passwords = dict.fromkeys(PEOPLE, PASSWORD)
        self.known: list[Known] = []
        self.actors: list[Actor] = []
        """Whoever was recognised at some time, to be used again when the token may be another."""
        for who in PEOPLE:
            self.world.portal.client.sign_in.sign_out(self.world.onboard(who, name=who))

    @property
    def now(self) -> datetime:
        """What the clock says."""
        return self.world.clock.now()

    def pick(self, which: int) -> Known:
        """Choose a session, of whatever state."""
        return self.known[which % len(self.known)]

    def recognise(self, known: Known) -> Actor | None:
        """Come with the newest token of a session; the request is written down to the minute."""
        if not known.is_alive(self.now):
            with pytest.raises(NotSignedIn):
                self.world.actor(known.tokens[-1])
            return None
        actor = self.world.actor(known.tokens[-1])
        if self.now - known.seen >= MINUTE:
            known.seen = self.now
        self.actors.append(actor)
        return actor

    @contextlib.contextmanager
    def asking(self, known: Known) -> Iterator[bool]:
        """Expect to be asked for the password where that was given too long ago; give whether it was not."""
        lately = known.confirmed - MINUTE <= self.now < known.confirmed + TIMES.confirmation
        if lately:
            yield True
        else:
            with pytest.raises(NotConfirmed):
                yield False

    def of(self, actor: Actor) -> Known:
        """Find the session that somebody was recognised by."""
        return next(each for each in self.known if each.id == actor.session_id)

    # ------------------------------------------------------------------ acts
    @rule(who=st.sampled_from(PEOPLE))
    def sign_in(self, who: str) -> None:
        """Sign in, beside whatever sessions there are."""
        self.remember(who, self.world.portal.client.sign_in.sign_in(self.world.visitor, who, self.passwords[who]).token)

    def remember(self, who: str, token: str) -> None:
        """Keep a session that was just started."""
        id = self.world.actor(token).session_id
        self.known.append(Known(who=who, id=id, tokens=[token], started=self.now, seen=self.now, confirmed=self.now))

    @precondition(lambda self: self.known)
    @rule(which=some)
    def come_by(self, which: int) -> None:
        """Open a page."""
        self.recognise(self.pick(which))

    @precondition(lambda self: self.known)
    @rule(which=some, right=st.booleans())
    def confirm(self, which: int, right: bool) -> None:
        """Give the password once more."""
        known = self.pick(which)
        if actor := self.recognise(known):
            self.give_password(actor, known, right=right)

    @precondition(lambda self: self.actors)
    @rule(which=some)
    def confirm_late(self, which: int) -> None:
        """Give the password for whoever was recognised a while ago, by a token that may be another by now."""
        actor = self.actors[which % len(self.actors)]
        known = self.of(actor)
        newest = self.world.portal.client.sign_in._tokens.fingerprint(known.tokens[-1])
        if not known.is_alive(self.now) or actor.fingerprint != newest:
            with pytest.raises(NotSignedIn):
                self.world.portal.client.sign_in.confirm(actor, self.passwords[known.who])
        else:
            self.give_password(actor, known, right=True)

    def give_password(self, actor: Actor, known: Known, *, right: bool) -> None:
        """Give a password that is right, or is not."""
        if not right:
            with pytest.raises(Refused):
                self.world.portal.client.sign_in.confirm(actor, "fout")
            return
        known.tokens.append(self.world.portal.client.sign_in.confirm(actor, self.passwords[known.who]).token)
        known.confirmed = self.now

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
        """End one of one's own sessions, of whatever state, this one included."""
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
        """End all of one's own sessions but this one."""
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
        """Change the password, which ends all sessions and starts one."""
        known = self.pick(which)
        if actor := self.recognise(known):
            new = "Klaproos8" if self.passwords[known.who] == PASSWORD else PASSWORD
            entrance = self.world.portal.client.profile.change_password(
                actor, current=self.passwords[known.who], password=new, repeated=new
            )
            self.passwords[known.who] = new
            self.all_over(known.who)
            self.remember(known.who, entrance.token)

    @rule(who=st.sampled_from(PEOPLE), by_office=st.booleans())
    def raise_epoch(self, who: str, by_office: bool) -> None:
        """Let the office close an account for a moment, or only raise its epoch: no session comes back."""
        with self.world.storage.begin() as uow:
            found = uow.accounts.by_address(self.world.office, who)
            assert found is not None
            if not by_office:
                uow.accounts.save(attrs.evolve(found[0], epoch=found[0].epoch + 1))
                uow.commit()
        if by_office:
            self.world.portal.office.clients.close_account(self.world.handler, found[0].id)
            self.world.portal.office.clients.reopen_account(self.world.handler, found[0].id)
        self.all_over(who)

    def all_over(self, who: str) -> None:
        """Foresee no more of any session of somebody."""
        for each in self.known:
            each.over = each.over or each.who == who

    @rule(seconds=PAUSES, back=st.booleans())
    def set_the_clock(self, seconds: int, back: bool) -> None:
        """Let time pass, or set the clock back."""
        self.world.clock.advance(timedelta(seconds=-seconds if back else seconds))

    # ------------------------------------------------------------------ what holds after each
    @invariant()
    def only_what_was_foreseen_counts(self) -> None:
        """SI-3: no session outlives its idle or absolute end, its epoch or its ending; no older token counts."""
        for known in self.known:
            expected = [False] * (len(known.tokens) - 1) + [known.is_alive(self.now)]
            assert [self.counts(token) for token in known.tokens] == expected

    def counts(self, token: str) -> bool:
        """Tell whether a token opens anything, without a request that would keep its session going."""
        portal = self.world.portal
        view = self.world.storage.read.session(self.world.office, portal.client.sign_in._tokens.fingerprint(token))
        times = portal.settings.sessions
        return view is not None and sessions.is_alive(view.session, epoch=view.epoch, times=times, at=self.now)

    @invariant()
    def the_list_is_right(self) -> None:
        """SI-4: the list has the sessions that count, of that account, and no other."""
        for actor in {each.account_id: each for each in self.actors}.values():
            who = self.of(actor).who
            listed = {row.id for row in self.world.portal.client.sessions.view(actor).rows}
            assert listed == {each.id for each in self.known if each.who == who and each.is_alive(self.now)}


def test_sessions_under_random_acts() -> None:
    """SI-3, SI-4: whatever is done, in whatever order, by whatever clock."""
    # Without shrinking, as the other machine: what failed is reported as it was found.
    limits = settings(max_examples=80, stateful_step_count=40, phases=[Phase.reuse, Phase.generate])
    run_state_machine_as_test(Machine, settings=limits)
