"""The second step under whatever sequence of acts: properties of TS-2, TS-4 and TS-6, found out by a state machine.

Two clients sign in, ask again, guess, use codes of their own and of others, of now and of before, while a clock jumps.
"""

from datetime import timedelta

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, precondition, rule

from klantportaal.domain.errors import Refused, SecondStepDead
from klantportaal.usecases.client.session_start import Halfway
from klantportaal.usecases.client.two_step import TotpKey
from tests.usecases.world import NUMBER, PASSWORD, World

ADDRESSES = ("jan@example.nl", "piet@example.nl")


@attrs.define(kw_only=True)
class Attempted:
    """A sign-in that waits for its second step, as the model has it."""

    email: str
    token: str
    guesses: int = 0
    """How many were let through."""
    over: bool = False
    """Whether it signed somebody in."""


@attrs.frozen(kw_only=True)
class Sent:
    """A code that was sent by SMS."""

    code: str
    to: Attempted


class SecondSteps(RuleBasedStateMachine):
    """Everything that may be done with second steps, in any order."""

    attempts = Bundle("attempts")

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.all: list[Attempted] = []
        self.newest: dict[str, Sent] = {}
        """The newest code of each sign-in, by its token."""
        self.codes: list[Sent] = []
        self.used: set[str] = set()
        """Codes, recovery codes and steps of apps that signed somebody in; one each."""
        self.recovery: dict[str, str] = {}
        self.spent: list[tuple[str, str]] = []
        """Recovery codes that were used, with their address."""
        self.app: TotpKey | None = None
        self.accepted: list[int] = []
        """Time steps of the app that were accepted, in order."""

    @initialize()
    def begin(self) -> None:
        """Have one client with SMSs and one with an app."""
        jan, piet = (self.world.onboard(email, name=email[:4]) for email in ADDRESSES)
        self.recovery[ADDRESSES[0]] = self.world.turn_on(jan)
        self.app = self.world.portal.client.two_step.begin_totp(piet)
        self.recovery[ADDRESSES[1]] = self.world.portal.client.two_step.enrol(piet, self.world.app(self.app))
        self.accepted.append(self.step())
        self.world.later(hours=1)

    def step(self) -> int:
        """Give the time step of now."""
        return int(self.world.clock.now().timestamp()) // 30

    # ------------------------------------------------------------------ what is done
    @rule(target=attempts, email=st.sampled_from(ADDRESSES))
    def give_the_password(self, email: str) -> Attempted:
        """Begin a sign-in."""
        halfway = self.world.portal.client.sign_in.sign_in(self.world.visitor, email, PASSWORD)
        assert isinstance(halfway, Halfway)
        attempted = Attempted(email=email, token=halfway.token)
        self.all.append(attempted)
        self.send(attempted)
        return attempted

    @rule(attempted=attempts)
    def ask_again(self, attempted: Attempted) -> None:
        """Ask for another code."""
        try:
            self.world.portal.client.second_step.resend(self.world.visitor, attempted.token)
        except SecondStepDead:
            return
        self.send(attempted)

    def send(self, attempted: Attempted) -> None:
        """Send what is due; if that was a code, it is the newest of its sign-in."""
        before = len(self.world.sms.sent)
        self.world.deliver()
        if len(self.world.sms.sent) > before:
            sent = Sent(code=self.world.codes.drawn[-1], to=attempted)
            self.codes.append(sent)
            self.newest[attempted.token] = sent

    @rule(by=st.integers(-900, 900))
    def let_the_clock_jump(self, by: int) -> None:
        """Move on, or back."""
        self.world.clock.advance(timedelta(seconds=by))

    @precondition(lambda self: self.codes)
    @rule(attempted=attempts, data=st.data())
    def enter_a_code_that_was_sent(self, attempted: Attempted, data: st.DataObject) -> None:
        """Give any code that was ever sent, to whomever."""
        sent = data.draw(st.sampled_from(self.codes))
        if self.enter(attempted, sent.code):
            assert self.newest[attempted.token].code == sent.code, "only the newest of this very sign-in"
            self.note(f"{attempted.token} {sent.code}")

    @rule(attempted=attempts, code=st.integers(0, 999_999).map("{:06}".format))
    def guess(self, attempted: Attempted, code: str) -> None:
        """Give any six digits."""
        before = self.newest.get(attempted.token)
        if self.enter(attempted, code) and attempted.email == ADDRESSES[0]:
            assert before is not None
            assert before.code == code

    @rule(attempted=attempts, ahead=st.integers(-3, 3))
    def enter_a_code_of_the_app(self, attempted: Attempted, ahead: int) -> None:
        """Give a code that the app shows, showed or is going to show."""
        assert self.app is not None
        shown = self.world.clock.now() + timedelta(seconds=30 * ahead)
        code = self.world.app(self.app) if ahead == 0 else self.of_app(shown.timestamp())
        if self.enter(attempted, code):
            assert attempted.email == ADDRESSES[1]
            assert abs(ahead) <= 1
            self.accepted.append(self.step() + ahead)

    def of_app(self, moment: float) -> str:
        """Give the code that the app shows at a moment."""
        clock = self.world.clock
        by = timedelta(seconds=moment - clock.now().timestamp())
        clock.advance(by)
        try:
            assert self.app is not None
            return self.world.app(self.app)
        finally:
            clock.advance(-by)

    @rule(attempted=attempts, email=st.sampled_from(ADDRESSES))
    def recover(self, attempted: Attempted, email: str) -> None:
        """Give the recovery code of one of the two."""
        recovery = self.recovery[email]
        try:
            entrance, successor = self.world.portal.client.second_step.recover(
                self.world.visitor, attempted.token, recovery
            )
        except (Refused, SecondStepDead) as refusal:
            self.count(attempted, refusal)
            return
        self.let_in(attempted, entrance.token)
        assert attempted.email == email
        self.note(recovery)
        self.spent.append((email, recovery))
        self.recovery[email] = successor

    @precondition(lambda self: self.spent)
    @rule(attempted=attempts, data=st.data())
    def recover_once_more(self, attempted: Attempted, data: st.DataObject) -> None:
        """Give a recovery code that was used: it never works again."""
        _email, recovery = data.draw(st.sampled_from(self.spent))
        try:
            self.world.portal.client.second_step.recover(self.world.visitor, attempted.token, recovery)
        except (Refused, SecondStepDead) as refusal:
            self.count(attempted, refusal)
        else:
            raise AssertionError("a recovery code worked twice")

    @rule(attempted=consumes(attempts))
    def forget_about_it(self, attempted: Attempted) -> None:
        """Leave a sign-in as it is."""

    # ------------------------------------------------------------------ what comes of it
    def enter(self, attempted: Attempted, code: str) -> bool:
        """Give a code; tell whether it signed in."""
        try:
            entrance = self.world.portal.client.second_step.enter(self.world.visitor, attempted.token, code)
        except (Refused, SecondStepDead) as refusal:
            self.count(attempted, refusal)
            return False
        self.let_in(attempted, entrance.token)
        return True

    def count(self, attempted: Attempted, refusal: Refused | SecondStepDead) -> None:
        """Count what was let through and was wrong."""
        if isinstance(refusal, Refused):
            attempted.guesses += 1
            assert refusal.faults[0].params["left"] == 5 - attempted.guesses

    def let_in(self, attempted: Attempted, token: str) -> None:
        """Hold that a sign-in signs in once, itself, and after at most four wrong guesses."""
        assert not attempted.over, "a sign-in signed in twice"
        assert attempted.guesses < 5
        attempted.over = True
        assert token not in {each.token for each in self.all}
        assert self.world.portal.client.sign_in.whoever(self.world.office, token).actor.name == attempted.email[:4]

    def note(self, secret: str) -> None:
        """Hold that nothing works twice."""
        assert secret not in self.used
        self.used.add(secret)

    @invariant()
    def steps_strictly_grow(self) -> None:
        """TS-6: of the app, wherever the clock went."""
        assert self.accepted == sorted(set(self.accepted))

    @invariant()
    def sends_keep_within_the_budget(self) -> None:
        """TS-2: every SMS went to the number that was enrolled."""
        assert {sms.to for sms in self.world.sms.sent} <= {NUMBER}


TestSecondSteps = SecondSteps.TestCase
TestSecondSteps.settings = settings(TestSecondSteps.settings, max_examples=40, stateful_step_count=30)
