"""A state machine for the second step of signing in: properties of TS-2, TS-4 and TS-6.

Two clients sign in, ask for new codes, guess, and use old and new codes of their own and of each other.
The clock jumps forward and back.
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
    """A half sign-in, in the model."""

    email: str
    token: str
    guesses: int = 0
    """The number of wrong codes so far."""
    over: bool = False
    """Whether it led to a session."""


@attrs.frozen(kw_only=True)
class Sent:
    """A code that was sent by SMS."""

    code: str
    to: Attempted


class SecondSteps(RuleBasedStateMachine):
    """All acts of the second step, in random order."""

    attempts = Bundle("attempts")

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.all: list[Attempted] = []
        self.newest: dict[str, Sent] = {}
        """The newest code of each sign-in, by its token."""
        self.codes: list[Sent] = []
        self.used: set[str] = set()
        """The SMS codes and recovery codes that signed in. Each may do so once."""
        self.recovery: dict[str, str] = {}
        self.spent: list[tuple[str, str]] = []
        """The used recovery codes, each with its address."""
        self.app: TotpKey | None = None
        self.accepted: list[int] = []
        """The accepted time steps of the app, in order."""

    @initialize()
    def begin(self) -> None:
        """Onboard one client with SMS and one with an app."""
        jan, piet = (self.world.onboard(email, name=email[:4]) for email in ADDRESSES)
        self.recovery[ADDRESSES[0]] = self.world.turn_on(jan)
        self.app = self.world.portal.client.two_step.begin_totp(piet)
        self.recovery[ADDRESSES[1]] = self.world.portal.client.two_step.enrol(piet, self.world.app(self.app))
        self.accepted.append(self.step())
        self.world.later(hours=1)

    def step(self) -> int:
        """Give the current time step."""
        return int(self.world.clock.now().timestamp()) // 30

    # ------------------------------------------------------------------ acts
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
        """Send what is due. If a code was sent, store it as the newest of its sign-in."""
        before = len(self.world.sms.sent)
        self.world.deliver()
        if len(self.world.sms.sent) > before:
            sent = Sent(code=self.world.codes.drawn[-1], to=attempted)
            self.codes.append(sent)
            self.newest[attempted.token] = sent

    @rule(by=st.integers(-900, 900))
    def let_the_clock_jump(self, by: int) -> None:
        """Move the clock forward or back."""
        self.world.clock.advance(timedelta(seconds=by))

    @precondition(lambda self: self.codes)
    @rule(attempted=attempts, data=st.data())
    def enter_a_code_that_was_sent(self, attempted: Attempted, data: st.DataObject) -> None:
        """Give any code that was sent before, to either client."""
        sent = data.draw(st.sampled_from(self.codes))
        if self.enter(attempted, sent.code):
            assert self.newest[attempted.token].code == sent.code, "only the newest of this very sign-in"
            self.note(f"{attempted.token} {sent.code}")

    @rule(attempted=attempts, code=st.integers(0, 999_999).map("{:06}".format))
    def guess(self, attempted: Attempted, code: str) -> None:
        """Give six random digits."""
        before = self.newest.get(attempted.token)
        if self.enter(attempted, code) and attempted.email == ADDRESSES[0]:
            assert before is not None
            assert before.code == code

    @rule(attempted=attempts, ahead=st.integers(-3, 3))
    def enter_a_code_of_the_app(self, attempted: Attempted, ahead: int) -> None:
        """Give the code of the app for the current time step, or for one up to three steps away."""
        assert self.app is not None
        shown = self.world.clock.now() + timedelta(seconds=30 * ahead)
        code = self.world.app(self.app) if ahead == 0 else self.of_app(shown.timestamp())
        if self.enter(attempted, code):
            assert attempted.email == ADDRESSES[1]
            assert abs(ahead) <= 1
            self.accepted.append(self.step() + ahead)

    def of_app(self, moment: float) -> str:
        """Give the code that the app shows at some moment."""
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
        """Give the recovery code of one of the clients."""
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
        """Give a used recovery code, which must be refused."""
        _email, recovery = data.draw(st.sampled_from(self.spent))
        try:
            self.world.portal.client.second_step.recover(self.world.visitor, attempted.token, recovery)
        except (Refused, SecondStepDead) as refusal:
            self.count(attempted, refusal)
        else:
            raise AssertionError("a recovery code worked twice")

    @rule(attempted=consumes(attempts))
    def forget_about_it(self, attempted: Attempted) -> None:
        """Abandon a sign-in."""

    # ------------------------------------------------------------------ results
    def enter(self, attempted: Attempted, code: str) -> bool:
        """Give a code, and tell whether it signed in."""
        try:
            entrance = self.world.portal.client.second_step.enter(self.world.visitor, attempted.token, code)
        except (Refused, SecondStepDead) as refusal:
            self.count(attempted, refusal)
            return False
        self.let_in(attempted, entrance.token)
        return True

    def count(self, attempted: Attempted, refusal: Refused | SecondStepDead) -> None:
        """Count a wrong code, and check the number of attempts left."""
        if isinstance(refusal, Refused):
            attempted.guesses += 1
            assert refusal.faults[0].params["left"] == 5 - attempted.guesses

    def let_in(self, attempted: Attempted, token: str) -> None:
        """Check that a sign-in succeeds once, for its own account, and after at most four wrong codes."""
        assert not attempted.over, "a sign-in signed in twice"
        assert attempted.guesses < 5
        attempted.over = True
        assert token not in {each.token for each in self.all}
        assert self.world.portal.client.sign_in.whoever(self.world.office, token).actor.name == attempted.email[:4]

    def note(self, secret: str) -> None:
        """Check that a code or recovery code is used for the first time."""
        assert secret not in self.used
        self.used.add(secret)

    @invariant()
    def steps_strictly_grow(self) -> None:
        """TS-6: the accepted time steps of the app only increase, also if the clock is set back."""
        assert self.accepted == sorted(set(self.accepted))

    @invariant()
    def sends_keep_within_the_budget(self) -> None:
        """TS-2: every SMS was sent to the enrolled number."""
        assert {sms.to for sms in self.world.sms.sent} <= {NUMBER}


TestSecondSteps = SecondSteps.TestCase
TestSecondSteps.settings = settings(TestSecondSteps.settings, max_examples=40, stateful_step_count=30)
