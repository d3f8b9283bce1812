"""Listing and ending the sessions of an account (SI-4)."""

from datetime import timedelta

import attrs
import pytest

from klantportaal.domain.errors import Absent, NotConfirmed, NotSignedIn
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.ports.reading import SessionRow
from klantportaal.usecases.client.session_start import Entrance, Halfway
from tests.usecases.world import PASSWORD, World


def tokens(world: World, *devices: str) -> list[str]:
    """Sign in on some devices in order, and return the tokens."""
    given = []
    for device in devices:
        visitor = Visitor(office_id=world.office, network_address="198.51.100.4", device=device)
        given.append(world.portal.client.sign_in.sign_in(visitor, "jan@example.nl", PASSWORD).token)
        world.later(seconds=30)
    return given


def devices(world: World, actor: Actor) -> list[str]:
    """List the devices in the list of sessions."""
    return [row.device for row in world.portal.client.sessions.view(actor).rows]


def test_view(world: World, jan: Actor) -> None:
    """SI-4: the list has every open session of the account, with device, time and address, and no other sessions."""
    world.onboard("piet@example.nl", name="Piet")
    extra = world.extra_account(jan, "extra@example.nl")
    started = world.clock.now()
    phone, desk = tokens(world, "Telefoon", "Bureau")
    actor = world.actor(phone)
    view = world.portal.client.sessions.view(actor)
    assert view.confirmed
    assert view.rows[0] == SessionRow(
        id=world.actor(desk).session_id,
        device="Bureau",
        network_address="198.51.100.4",
        started_at=started + timedelta(seconds=30),
        seen_at=started + timedelta(seconds=30),
        is_app=False,
    )
    assert devices(world, actor) == ["Bureau", "Telefoon", "Firefox"]
    assert devices(world, extra) == ["Firefox"]


def test_only_open_sessions(world: World, jan: Actor) -> None:
    """SI-4: sessions that are signed out or idle are not listed."""
    out, _idle = tokens(world, "Uitgelogd", "Stil")
    world.portal.client.sign_in.sign_out(world.actor(out))
    world.later(minutes=29)
    [here] = tokens(world, "Hier")
    world.later(minutes=1)
    assert devices(world, world.actor(here)) == ["Hier"]


def test_ending_one(world: World, jan: Actor) -> None:
    """SI-4: a session that is ended from the list is refused at its next request; the others continue."""
    phone, desk, tablet = tokens(world, "Telefoon", "Bureau", "Tablet")
    actor = world.actor(desk)
    world.portal.client.sessions.end(actor, world.actor(phone).session_id)
    with pytest.raises(NotSignedIn):
        world.actor(phone)
    assert devices(world, world.actor(desk)) == ["Tablet", "Bureau", "Firefox"]
    assert world.actor(tablet).account_id == jan.account_id
    with world.storage.begin() as uow:
        entry = uow.audit.entries(world.handler)[-1]
    assert (entry.what, entry.account_id, entry.network_address) == ("SessionEnded", jan.account_id, "192.0.2.7")


def test_ending_one_twice(world: World, jan: Actor) -> None:
    """SI-4: ending a session again succeeds, and is not recorded again."""
    phone, desk = tokens(world, "Telefoon", "Bureau")
    ended = world.actor(phone).session_id
    for _ in range(2):
        world.portal.client.sessions.end(world.actor(desk), ended)
    assert world.audit().count("SessionEnded") == 1


def test_ending_this_one(world: World, jan: Actor) -> None:
    """SI-4: a session can end itself."""
    [here] = tokens(world, "Hier")
    actor = world.actor(here)
    world.portal.client.sessions.end(actor, actor.session_id)
    with pytest.raises(NotSignedIn):
        world.actor(here)


def test_ending_all_others(world: World, jan: Actor) -> None:
    """SI-4: ending all other sessions keeps this session, and the sessions of other accounts."""
    extra = world.extra_account(jan, "extra@example.nl")
    phone, desk, tablet = tokens(world, "Telefoon", "Bureau", "Tablet")
    world.portal.client.sessions.end_others(world.actor(desk))
    for token in (phone, tablet):
        with pytest.raises(NotSignedIn):
            world.actor(token)
    assert devices(world, world.actor(desk)) == ["Bureau"]
    assert devices(world, extra) == ["Firefox"]
    world.portal.client.sessions.end_others(world.actor(desk))
    assert world.audit().count("OtherSessionsEnded") == 1


def test_forty_sessions(world: World, jan: Actor) -> None:
    """SI-4: forty sessions are all listed, and all except the current one can be ended at once."""
    given = tokens(world, *(f"Apparaat {number}" for number in range(39)))
    actor = world.actor(given[-1])
    assert len(devices(world, actor)) == 40
    world.portal.client.sessions.end_others(actor)
    assert devices(world, actor) == ["Apparaat 38"]


def test_somebody_elses(world: World, jan: Actor) -> None:
    """SI-4: a session of another client, account or office is absent, and continues."""
    piet = world.onboard("piet@example.nl", name="Piet")
    extra = world.extra_account(jan, "extra@example.nl")
    for stranger in (piet, extra, attrs.evolve(jan, office_id=world.other_office().office_id)):
        with pytest.raises(Absent):
            world.portal.client.sessions.end(stranger, jan.session_id)
    assert devices(world, jan) == ["Firefox"]


def test_the_password_comes_first(world: World, jan: Actor) -> None:
    """SI-3, SI-4: ending sessions needs a recent password (ASVS 5.0 7.5.2); listing them does not."""
    phone, desk = tokens(world, "Telefoon", "Bureau")
    world.later(minutes=10)
    actor, other = world.actor(desk), world.actor(phone)
    assert not world.portal.client.sessions.view(actor).confirmed
    with pytest.raises(NotConfirmed):
        world.portal.client.sessions.end(actor, other.session_id)
    with pytest.raises(NotConfirmed):
        world.portal.client.sessions.end_others(actor)
    assert world.actor(phone) == other
    renewed = world.actor(world.portal.client.sign_in.confirm(actor, PASSWORD).token)
    world.portal.client.sessions.end(renewed, other.session_id)
    with pytest.raises(NotSignedIn):
        world.actor(phone)


@pytest.mark.parametrize("how", ["changed", "forgotten"])
def test_a_new_password_ends_all(world: World, jan: Actor, how: str) -> None:
    """ON-5, PW-4, SI-3: setting a new password leaves only the session that set it."""
    older = tokens(world, "Telefoon", "Bureau")
    entrance: Entrance | Halfway
    if how == "changed":
        entrance = world.portal.client.profile.change_password(
            world.actor(older[0]), current=PASSWORD, password="Klaproos8", repeated="Klaproos8", device="Nieuw"
        )
    else:
        visitor = attrs.evolve(world.visitor, device="Nieuw")
        link = world.password_link("jan@example.nl")
        entrance = world.portal.client.onboarding.set_password(visitor, link, "Klaproos8", "Klaproos8")
    assert devices(world, world.actor(entrance.token)) == ["Nieuw"]
    for token in older:
        with pytest.raises(NotSignedIn):
            world.actor(token)
