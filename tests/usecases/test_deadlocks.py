"""A call of a client that meets a deadlock is tried once more (ST-2, AL-2)."""

from collections.abc import Callable

import pytest

from klantportaal.adapters.storage.memory.unit_of_work import MemoryUnitOfWork
from klantportaal.domain.errors import Conflict, SignInFailed
from tests.usecases.matrix import client_calls
from tests.usecases.matrix.scene import build
from tests.usecases.world import PASSWORD, World

JAN = "jan@example.nl"
PREPARING = {"client.sign_in.confirm_admitted": 1}
"""How many of the commits are of the example itself, which prepares the call."""
Act = Callable[[], object]


def commits(act: Act, monkeypatch: pytest.MonkeyPatch, *, failing: int | None = None) -> int:
    """Do something. Give how often it commits. The commit of number *failing* finds a deadlock."""
    done, commit = 0, MemoryUnitOfWork.commit

    def counting(uow: MemoryUnitOfWork) -> None:
        nonlocal done
        done += 1
        if done == failing:
            raise Conflict
        commit(uow)

    with monkeypatch.context() as patched:
        patched.setattr(MemoryUnitOfWork, "commit", counting)
        act()
    return done


def on_behalf_of_the_owner(name: str) -> Act:
    """Prepare a call of the matrix."""
    of = build()
    return lambda: client_calls.CALLS[name].make(of.world.portal, of.owner, of)


@pytest.mark.parametrize("name", sorted(client_calls.CALLS))
def test_a_deadlock(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """ST-2: whichever transaction of a call is the victim of a deadlock, the call succeeds."""
    number = commits(on_behalf_of_the_owner(name), monkeypatch)
    for failing in range(1 + PREPARING.get(name, 0), number + 1):
        commits(on_behalf_of_the_owner(name), monkeypatch, failing=failing)


def asking(world: World) -> Act:
    """Ask for a link."""
    return lambda: world.portal.client.onboarding.ask_link(world.visitor, JAN)


def setting(world: World) -> Act:
    """Set a password with a link."""
    token = world.password_link(JAN)
    return lambda: world.portal.client.onboarding.set_password(world.visitor, token, "Klaproos8", "Klaproos8")


def signing_in(world: World) -> Act:
    """Sign in."""
    return lambda: world.portal.client.sign_in.sign_in(world.visitor, JAN, PASSWORD)


def mistyping(world: World) -> Act:
    """Sign in with another password."""

    def refused() -> None:
        with pytest.raises(SignInFailed):
            world.portal.client.sign_in.sign_in(world.visitor, JAN, "Klaproos8")

    return refused


def entering(world: World) -> Act:
    """Enter the code at the second step."""
    token = half_signed_in(world)
    code = world.code()
    return lambda: world.portal.client.second_step.enter(world.visitor, token, code)


def resending(world: World) -> Act:
    """Ask for another code at the second step."""
    token = half_signed_in(world)
    return lambda: world.portal.client.second_step.resend(world.visitor, token)


def half_signed_in(world: World) -> str:
    """Sign in up to the second step, and return its token."""
    world.turn_on(world.sign_in())
    return world.halfway()


@pytest.mark.parametrize("prepare", [asking, setting, signing_in, mistyping, entering, resending])
def test_a_deadlock_at_the_door(prepare: Callable[[World], Act], monkeypatch: pytest.MonkeyPatch) -> None:
    """ST-2: so do calls before signing in, and a refusal there has its own reason."""

    def fresh() -> Act:
        world = World()
        world.onboard()
        return prepare(world)

    for failing in range(1, commits(fresh(), monkeypatch) + 1):
        commits(fresh(), monkeypatch, failing=failing)
