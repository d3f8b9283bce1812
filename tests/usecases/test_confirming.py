"""Confirming a session with the password, before changes to the security of an account (SI-3)."""

import json

import attrs
import pytest

from klantportaal.domain import sessions
from klantportaal.domain.errors import Fault, FaultCode, NotConfirmed, NotSignedIn, Refused
from klantportaal.domain.sessions import Actor
from klantportaal.ports.secrets import Verdict
from klantportaal.usecases.client.session_start import Entrance
from tests.usecases.world import PASSWORD, World

OTHER_PASSWORD = "Eerder2026"


@pytest.fixture
def entrance(world: World, jan: Actor) -> Entrance:
    """A session that is too old to change security settings without a confirmation."""
    entered = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD)
    assert isinstance(entered, Entrance)
    world.later(minutes=11)
    return entered


def require(world: World, actor: Actor) -> None:
    """Check, as the security settings do, that the session is confirmed."""
    sessions.require_confirmed(actor, times=world.portal.settings.sessions, at=world.clock.now())


def test_confirming(world: World, entrance: Entrance) -> None:
    """SI-3: a confirmation is valid for 10 minutes and gives the session a new token; the old token is void."""
    before = world.actor(entrance.token)
    with pytest.raises(NotConfirmed):
        require(world, before)
    renewed = world.portal.client.sign_in.confirm(before, PASSWORD).token
    with pytest.raises(NotSignedIn):
        world.actor(entrance.token)
    actor = world.actor(renewed)
    require(world, actor)
    assert (actor.session_id, actor.confirmed_at) == (before.session_id, world.clock.now())
    world.later(minutes=9, seconds=59)
    require(world, world.actor(renewed))
    world.later(seconds=1)
    with pytest.raises(NotConfirmed):
        require(world, world.actor(renewed))
    assert world.audit()[-1] == "Confirmed"


def test_signing_in_confirms(world: World, jan: Actor) -> None:
    """SI-3: signing in and setting a password also confirm the session."""
    for actor in (jan, world.sign_in()):
        require(world, actor)


def test_wrong_password(world: World, entrance: Entrance) -> None:
    """SI-3: a wrong password costs one bcrypt, is recorded in the trail, and does not change the session."""
    actor, before = world.actor(entrance.token), world.passwords.calls
    with pytest.raises(Refused) as refused:
        world.portal.client.sign_in.confirm(actor, "fout")
    assert refused.value.faults == (Fault(code=FaultCode.PASSWORD_WRONG, field="current"),)
    assert world.passwords.calls - before == 1
    assert world.actor(entrance.token) == actor
    with world.storage.begin() as uow:
        entry = uow.audit.entries(world.handler)[-1]
    assert (entry.what, entry.person_id, entry.account_id) == (
        "ConfirmationRefused",
        actor.person_id,
        actor.account_id,
    )
    assert json.loads(entry.which) == {
        "person_id": str(actor.person_id),
        "session_id": str(actor.session_id),
        "throttled": False,
    }
    assert "fout" not in entry.which


def test_a_stolen_older_token(world: World, entrance: Entrance) -> None:
    """SI-3: a request with a replaced token cannot confirm the session, also with the right password."""
    actor = world.actor(entrance.token)
    renewed = world.portal.client.sign_in.confirm(actor, PASSWORD).token
    with pytest.raises(NotSignedIn):
        world.portal.client.sign_in.confirm(actor, PASSWORD)
    assert world.actor(renewed).session_id == actor.session_id
    assert world.audit()[-1] == "Confirmed"


def test_confirming_does_not_lengthen_a_session(world: World, jan: Actor) -> None:
    """SI-3: a session ends 12 hours after its start, however often it is confirmed."""
    token = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD).token
    for _ in range(71):
        world.later(minutes=10)
        token = world.portal.client.sign_in.confirm(world.actor(token), PASSWORD).token
    world.later(minutes=10)
    with pytest.raises(NotSignedIn):
        world.actor(token)


@pytest.mark.parametrize("meanwhile", ["signed out", "password", "account", "client"])
def test_ended_while_hashing(world: World, entrance: Entrance, meanwhile: str) -> None:
    """SI-3: a session that ends while the password is compared gets no new token."""
    actor, verify = world.actor(entrance.token), world.passwords.verify

    def crossing(password: str, stored: str | None) -> Verdict:
        world.passwords.verify = verify  # type: ignore[method-assign]
        if meanwhile == "signed out":
            world.portal.client.sign_in.sign_out(actor)
        elif meanwhile == "password":
            world.portal.client.profile.change_password(
                actor, current=PASSWORD, password=OTHER_PASSWORD, repeated=OTHER_PASSWORD
            )
        elif meanwhile == "account":
            world.portal.office.clients.close_account(world.handler, actor.account_id)
        else:  # The rows of the account and the session do not change.
            with world.storage.begin() as uow:
                client = uow.clients.get(actor.office_id, actor.client_id)
                uow.clients.save(attrs.evolve(client, closed_at=world.clock.now()))
                uow.commit()
        return verify(password, stored)

    world.passwords.verify = crossing  # type: ignore[method-assign]
    with pytest.raises(NotSignedIn):
        world.portal.client.sign_in.confirm(actor, PASSWORD)
    assert "Confirmed" not in world.audit()
    with pytest.raises(NotSignedIn):
        world.actor(entrance.token)


def test_a_clock_that_jumps_back(world: World, entrance: Entrance) -> None:
    """SI-3: a confirmation in the future, after the clock was set back, does not count."""
    token = world.portal.client.sign_in.confirm(world.actor(entrance.token), PASSWORD).token
    confirmed = world.actor(token)
    world.later(hours=-1)
    with pytest.raises(NotConfirmed):
        require(world, confirmed)
    with pytest.raises(NotSignedIn):
        world.actor(token)
