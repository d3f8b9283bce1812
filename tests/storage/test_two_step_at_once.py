"""Codes given by fifty browsers at once, on databases that allow concurrent units of work (TS-2)."""

from collections.abc import Callable

import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.errors import Conflict, NotSignedIn, Refused, SecondStepDead, SignInFailed
from klantportaal.domain.sessions import Actor
from klantportaal.domain.throttling import ThrottlePolicy
from klantportaal.settings import Settings
from klantportaal.testing.contracts.storage.base import all_at_once
from tests.usecases.test_two_step import wrong
from tests.usecases.world import World

MANY = 50


@pytest.fixture
def world(storage: SqlStorage) -> World:
    """Return a portal on each database in turn."""
    return World(storage=storage)


@pytest.fixture
def jan(world: World) -> Actor:
    """Return a client that is signed in."""
    return world.onboard()


def winners(act: Callable[[int], object]) -> int:
    """Run an act in many threads at once; count those that were not refused."""

    def attempt(number: int) -> bool:
        try:
            act(number)
        except (Refused, SecondStepDead, SignInFailed, Conflict):
            return False
        return True

    return sum(all_at_once(attempt, threads=MANY))


def test_a_code_signs_in_once(world: World, jan: Actor) -> None:
    """TS-2: if the right code of one sign-in is given fifty times at once, one is signed in."""
    world.turn_on(jan)
    token = world.halfway()
    code = world.code()
    assert winners(lambda _number: world.portal.client.second_step.enter(world.visitor, token, code)) == 1
    assert world.audit().count("SignedIn") == 2


def test_five_guesses_are_compared(world: World, jan: Actor) -> None:
    """TS-2: of fifty wrong codes at once five are compared; afterwards the right code is refused too."""
    world.turn_on(jan)
    token = world.halfway()
    code = world.code()
    before = world.codes.compared
    assert winners(lambda _number: world.portal.client.second_step.enter(world.visitor, token, wrong(code))) == 0
    assert world.codes.compared - before == 5
    with pytest.raises(SecondStepDead):
        world.portal.client.second_step.enter(world.visitor, token, code)


def test_five_guesses_whoever_asks_for_new_codes_meanwhile(world: World, jan: Actor) -> None:
    """TS-2: asking for new codes at the same time does not reset the attempts."""
    world.turn_on(jan)
    token = world.halfway()
    code = world.code()
    before = world.codes.compared

    def guess_or_ask(number: int) -> None:
        if number % 2:
            world.portal.client.second_step.enter(world.visitor, token, wrong(code))
        world.portal.client.second_step.resend(world.visitor, token)

    winners(guess_or_ask)
    assert world.codes.compared - before == 5


def test_a_recovery_code_signs_in_once(world: World, jan: Actor) -> None:
    """TS-4: if a recovery code is given to fifty sign-ins at once, one is signed in, with one new code."""
    recovery = world.turn_on(jan)
    tokens = [world.halfway() for _ in range(MANY)]
    recover = world.portal.client.second_step.recover
    assert winners(lambda number: recover(world.visitor, tokens[number], recovery)) == 1
    assert world.audit().count("RecoveryCodeUsed") == 1


def test_a_step_of_an_app_signs_in_once(world: World, jan: Actor) -> None:
    """TS-6: if a code of an app is given to fifty sign-ins at once, one is signed in."""
    key = world.portal.client.two_step.begin_totp(jan)
    world.portal.client.two_step.enrol(jan, world.app(key))
    world.later(minutes=1)
    tokens = [world.halfway() for _ in range(MANY)]
    code = world.app(key)
    assert winners(lambda number: world.portal.client.second_step.enter(world.visitor, tokens[number], code)) == 1


def test_an_enrolment_is_finished_once(world: World, jan: Actor) -> None:
    """TS-3: if the code of one enrolment is given fifty times, one recovery code is shown, and it works."""
    world.portal.client.two_step.begin_sms(jan, "06 12345678")
    code = world.code()
    shown: list[str] = []
    assert winners(lambda _number: shown.append(world.portal.client.two_step.enrol(jan, code))) == 1
    world.portal.client.second_step.recover(world.visitor, world.halfway(), shown[0])


def test_no_session_slips_past_an_enrolment(storage: SqlStorage) -> None:
    """TS-1: after two-step verification is turned on, no concurrent sign-in keeps a session without it."""
    world = World(storage=storage, settings=Settings(throttling=ThrottlePolicy(failures=MANY)))
    jan = world.onboard()
    world.portal.client.two_step.begin_sms(jan, "06 12345678")
    code = world.code()
    tokens: list[str] = []

    def sign_in_or_enrol(number: int) -> None:
        if number == MANY // 2:
            world.portal.client.two_step.enrol(jan, code)
        else:
            tokens.append(world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", "Welkom2026").token)

    def is_signed_in(token: str) -> bool:
        try:
            world.actor(token)
        except NotSignedIn:
            return False
        return True

    winners(sign_in_or_enrol)
    assert not any(map(is_signed_in, tokens))
