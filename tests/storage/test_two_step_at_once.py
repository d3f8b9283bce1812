"""Codes typed in fifty browsers at the same moment, on databases that let units of work go on side by side (TS-2)."""

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
    """A portal on either database."""
    return World(storage=storage)


@pytest.fixture
def jan(world: World) -> Actor:
    """A client that was onboarded and is signed in."""
    return world.onboard()


def winners(act: Callable[[int], object]) -> int:
    """Do the same in many threads at once; count those that were not refused."""

    def attempt(number: int) -> bool:
        try:
            act(number)
        except (Refused, SecondStepDead, SignInFailed, Conflict):
            return False
        return True

    return sum(all_at_once(attempt, threads=MANY))


def test_a_code_signs_in_once(world: World, jan: Actor) -> None:
    """TS-2: of fifty that give the right code of one sign-in, one is signed in."""
    world.turn_on(jan)
    token = world.halfway()
    code = world.code()
    assert winners(lambda _number: world.portal.client.second_step.enter(world.visitor, token, code)) == 1
    assert world.audit().count("SignedIn") == 2


def test_five_guesses_are_compared(world: World, jan: Actor) -> None:
    """TS-2: of fifty wrong codes at once exactly five are looked at, and then the right one is not any more."""
    world.turn_on(jan)
    token = world.halfway()
    code = world.code()
    before = world.codes.compared
    assert winners(lambda _number: world.portal.client.second_step.enter(world.visitor, token, wrong(code))) == 0
    assert world.codes.compared - before == 5
    with pytest.raises(SecondStepDead):
        world.portal.client.second_step.enter(world.visitor, token, code)


def test_five_guesses_whoever_asks_for_new_codes_meanwhile(world: World, jan: Actor) -> None:
    """TS-2: asking again at the same moment, over and over, gives no attempt back."""
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
    """TS-4: of fifty sign-ins that give the same recovery code, one is signed in, and one next code is shown."""
    recovery = world.turn_on(jan)
    tokens = [world.halfway() for _ in range(MANY)]
    recover = world.portal.client.second_step.recover
    assert winners(lambda number: recover(world.visitor, tokens[number], recovery)) == 1
    assert world.audit().count("RecoveryCodeUsed") == 1


def test_a_step_of_an_app_signs_in_once(world: World, jan: Actor) -> None:
    """TS-6: of fifty sign-ins that give the same code of an app, one is signed in."""
    key = world.portal.client.two_step.begin_totp(jan)
    world.portal.client.two_step.enrol(jan, world.app(key))
    world.later(minutes=1)
    tokens = [world.halfway() for _ in range(MANY)]
    code = world.app(key)
    assert winners(lambda number: world.portal.client.second_step.enter(world.visitor, tokens[number], code)) == 1


def test_an_enrolment_is_finished_once(world: World, jan: Actor) -> None:
    """TS-3: of fifty that give the code of one enrolment, one is shown a recovery code, and that one works."""
    world.portal.client.two_step.begin_sms(jan, "06 12345678")
    code = world.code()
    shown: list[str] = []
    assert winners(lambda _number: shown.append(world.portal.client.two_step.enrol(jan, code))) == 1
    world.portal.client.second_step.recover(world.visitor, world.halfway(), shown[0])


def test_no_session_slips_past_an_enrolment(storage: SqlStorage) -> None:
    """TS-1: of sign-ins at the very moment that two-step verification is turned on, none keeps a session without."""
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
