"""New addresses asked for and confirmed at once, on databases that allow concurrent units of work (PR-4)."""

from collections.abc import Callable

import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.errors import Conflict, FaultCode, LinkDead, NotSignedIn, PortalError, Refused
from klantportaal.domain.sessions import Actor
from klantportaal.testing.contracts.storage.base import all_at_once
from tests.usecases.test_address_changes import NEW, OLD, ask, confirm, link
from tests.usecases.world import PASSWORD, World

MANY = 50
TURNS = 5


@pytest.fixture
def world(storage: SqlStorage) -> World:
    """Return a portal on each database in turn."""
    return World(storage=storage)


@pytest.fixture
def jan(world: World) -> Actor:
    """Return a client that is signed in."""
    return world.onboard()


def outcomes(acts: list[Callable[[], object]]) -> list[object]:
    """Do all acts at once; give the result or the error of each, in their order."""

    def act(number: int) -> tuple[int, object]:
        try:
            return number, acts[number]()
        except PortalError as error:
            return number, error

    return [outcome for _number, outcome in sorted(all_at_once(act, threads=len(acts)), key=lambda each: each[0])]


def test_fifty_clicks_on_one_link(world: World, jan: Actor) -> None:
    """PR-4: of fifty clicks at once all succeed, and the address changes once."""
    token = link(world, jan)
    assert outcomes([lambda: confirm(world, token)] * MANY) == [NEW] * MANY
    world.deliver()
    assert world.audit().count("AddressChanged") == 1
    assert [mail.to for mail in world.mail.sent if "is gewijzigd" in mail.subject] == [OLD]
    assert world.again(jan).person_id == jan.person_id


def test_two_persons_confirm_one_address(world: World, jan: Actor) -> None:
    """PR-4, PE-1: of two persons that confirm one address at once, one gets it, and the other is refused."""
    piet = world.onboard("piet@example.nl", name="Piet")
    persons = {jan.person_id: jan, piet.person_id: piet}
    for turn in range(TURNS):
        new = f"nieuw{turn}@example.nl"
        tokens = [link(world, world.again(each), new) for each in persons.values()]
        found = outcomes([lambda token=token: confirm(world, token) for token in tokens])  # type: ignore[misc]
        assert found.count(new) == 1
        (refused,) = (each for each in found if each != new)
        assert isinstance(refused, Refused)
        assert [each.code for each in refused.faults] == [FaultCode.ADDRESS_TAKEN]
        holder = world.person(new)
        assert holder is not None
        assert holder.id == list(persons)[found.index(new)]
        world.later(hours=1)
        for actor in persons.values():
            world.tokens[actor.fingerprint] = world.portal.client.sign_in.sign_in(
                world.visitor, address_of(world, actor), PASSWORD
            ).token


def address_of(world: World, actor: Actor) -> str:
    """Give the address of an actor's person."""
    with world.storage.begin() as uow:
        return uow.persons.get(actor.office_id, actor.person_id).email


def test_swapping_addresses(world: World, jan: Actor) -> None:
    """PR-4: two persons that ask for each other's address at once get no link, and nothing hangs."""
    piet = world.onboard("piet@example.nl", name="Piet")
    acts: list[Callable[[], object]] = [
        lambda: ask(world, jan, "piet@example.nl"),
        lambda: ask(world, piet, OLD),
        world.portal.background.dispatcher.run_once,
    ]
    outcomes(acts * 4)
    world.deliver()
    assert not [mail for mail in world.mail.sent if "/e-mailadres/" in mail.text]
    assert (address_of(world, jan), address_of(world, piet)) == (OLD, "piet@example.nl")


def test_the_office_invites_the_address_meanwhile(world: World, jan: Actor) -> None:
    """PR-4, PE-2: the address is either confirmed, and then invited as that person, or invited, and then refused."""
    for turn in range(TURNS):
        new = f"nieuw{turn}@example.nl"
        token = link(world, world.again(jan), new)
        found, invited = outcomes([lambda: confirm(world, token), lambda: world.invite(new)])  # noqa: B023 - run at once
        assert isinstance(invited, tuple)
        holder = world.person(new)
        assert holder is not None
        assert world.account(invited[1]).person_id == holder.id
        assert (holder.id == jan.person_id) == (found == new)
        assert found == new or isinstance(found, Refused)
        world.later(hours=1)
        sign_in = world.portal.client.sign_in.sign_in
        world.tokens[jan.fingerprint] = sign_in(world.visitor, address_of(world, jan), PASSWORD).token


def test_fifty_requests(world: World, jan: Actor) -> None:
    """PR-4, SI-2: of fifty requests at once for fifty addresses three count, and one link works afterwards."""
    found = outcomes([lambda n=n: ask(world, jan, f"nieuw{n}@example.nl") for n in range(MANY)])  # type: ignore[misc]
    assert found.count(None) == 3
    assert all(isinstance(each, Refused) for each in found if each is not None)
    all_at_once(lambda _number: world.portal.background.dispatcher.run_once(), threads=4)
    links = [mail for mail in world.mail.sent if "/e-mailadres/" in mail.text]
    assert len(links) == 1
    assert confirm(world, world.token(links[0])) == links[0].to


@pytest.mark.parametrize("end", ["password", "account", "correct"])
def test_what_ends_a_change_meanwhile(world: World, jan: Actor, end: str) -> None:
    """PR-4: a click at the same moment comes before what ends the change, or changes nothing."""
    token = link(world, jan)
    acts: dict[str, Callable[[], object]] = {
        "password": lambda: world.portal.client.profile.change_password(
            jan, current=PASSWORD, password="Klaproos8", repeated="Klaproos8"
        ),
        "account": lambda: world.portal.office.clients.close_account(world.handler, jan.account_id),
        "correct": lambda: world.portal.office.clients.correct(
            world.handler, jan.account_id, name="Jan", email="goed@example.nl"
        ),
    }
    clicked, ended = outcomes([lambda: confirm(world, token), acts[end]])
    assert clicked == NEW or isinstance(clicked, (LinkDead, Conflict))
    assert not isinstance(ended, PortalError) or isinstance(ended, (Conflict, NotSignedIn))
    expected = "goed@example.nl" if end == "correct" and ended is None else NEW if clicked == NEW else OLD
    assert address_of(world, jan) == expected
    assert world.audit().count("AddressChanged") == (clicked == NEW)
