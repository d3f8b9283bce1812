"""Where an account is signed in, and ending that (SI-4)."""

from datetime import timedelta

import attrs
import pytest

from klantportaal.domain.errors import Absent, NotConfirmed, NotSignedIn
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.ports.reading import SessionRow
from klantportaal.usecases.client.session_start import Entrance, Halfway
from tests.usecases.world import PASSWORD, World


def tokens(world: World, *devices: str) -> list[str]:
    """Sign in on some devices, one after the other."""
    given = []
    for device in devices:
        visitor = Visitor(office_id=world.office, network_address="198.51.100.4", device=device)
        given.append(world.portal.client.sign_in.sign_in(visitor, "jan@example.nl", PASSWORD).token)
        world.later(seconds=30)
    return given


def devices(world: World, actor: Actor) -> list[str]:
    """Name the devices that are listed."""
    return [row.device for row in world.portal.client.sessions.view(actor).rows]


def test_view(world: World, jan: Actor) -> None:
    """SI-4: every open session of the account with its device, when and from where; nobody else's."""
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
    )
    assert devices(world, actor) == ["Bureau", "Telefoon", "Firefox"]
    assert devices(world, extra) == ["Firefox"]


def test_only_open_sessions(world: World, jan: Actor) -> None:
    """SI-4: what is signed out, idle or over is not listed."""
    out, _idle = tokens(world, "Uitgelogd", "Stil")
    world.portal.client.sign_in.sign_out(world.actor(out))
    world.later(minutes=29)
    [here] = tokens(world, "Hier")
    world.later(minutes=1)
    assert devices(world, world.actor(here)) == ["Hier"]


def test_ending_one(world: World, jan: Actor) -> None:
    """SI-4: a session that is ended from the list is over at its next request; the others go on."""
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
    """SI-4: ending what is ended already is no failure, and no second entry in the trail."""
    phone, desk = tokens(world, "Telefoon", "Bureau")
    ended = world.actor(phone).session_id
    for _ in range(2):
        world.portal.client.sessions.end(world.actor(desk), ended)
    assert world.audit().count("SessionEnded") == 1


def test_ending_this_one(world: World, jan: Actor) -> None:
    """SI-4: any session can be ended, also the one it is done in."""
    [here] = tokens(world, "Hier")
    actor = world.actor(here)
    world.portal.client.sessions.end(actor, actor.session_id)
    with pytest.raises(NotSignedIn):
        world.actor(here)


def test_ending_all_others(world: World, jan: Actor) -> None:
    """SI-4: everywhere else at once; this one goes on, and nobody else is signed out."""
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
    """SI-4: all of forty sessions are listed, and all but this one are ended at once."""
    given = tokens(world, *(f"Apparaat {number}" for number in range(39)))
    actor = world.actor(given[-1])
    assert len(devices(world, actor)) == 40
    world.portal.client.sessions.end_others(actor)
    assert devices(world, actor) == ["Apparaat 38"]


def test_somebody_elses(world: World, jan: Actor) -> None:
    """SI-4: another client's session, a sibling account's or one of another office is absent, and goes on."""
    piet = world.onboard("piet@example.nl", name="Piet")
    extra = world.extra_account(jan, "extra@example.nl")
    for stranger in (piet, extra, attrs.evolve(jan, office_id=world.other_office().office_id)):
        with pytest.raises(Absent):
            world.portal.client.sessions.end(stranger, jan.session_id)
    assert devices(world, jan) == ["Firefox"]


def test_the_password_comes_first(world: World, jan: Actor) -> None:
    """SI-3, SI-4: ending sessions takes a password that was given lately (ASVS 5.0 7.5.2); looking at them does not."""
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
    """ON-5, PW-4, SI-3: whoever sets a new password is signed in there, and nowhere else any more."""
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
