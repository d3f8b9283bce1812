"""Concurrent use cases on databases that allow concurrent units of work."""

import functools
from collections.abc import Sequence

import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.errors import Conflict, FaultCode, NotSignedIn, Refused
from klantportaal.domain.sessions import Actor
from klantportaal.domain.throttling import ThrottlePolicy
from klantportaal.domain.values import DossierId, OfficeId
from klantportaal.settings import Settings
from klantportaal.testing.contracts.storage.base import all_at_once
from tests.usecases.world import PASSWORD, PROFILE, World


def test_a_dossier_keeps_a_party(storage: SqlStorage) -> None:
    """DO-1: if both parties of a dossier are removed at the same time, one removal is refused."""
    world = World(storage=storage)
    parties = [world.onboard(f"{name}@example.nl", name=name) for name in ("Jan", "Piet")]
    for turn in range(5):  # In the first turn, connections are opened one by one.
        dossier = world.dossier(*parties, number=str(turn))
        removed = all_at_once(functools.partial(removing, world, dossier, parties), threads=2)
        assert sorted(removed) == [False, True]
        assert len(world.portal.office.dossiers.get(world.handler, dossier).parties) == 1


def removing(world: World, dossier: DossierId, parties: Sequence[Actor], number: int) -> bool:
    """Remove one of the parties, and tell whether it was removed."""
    try:
        world.portal.office.dossiers.remove_party(world.handler, dossier, parties[number].client_id)
    except (Conflict, Refused):
        return False
    return True


@pytest.mark.parametrize("urls", [1, 8], ids=["one address", "an address each"])
def test_hosts_that_start_at_once(storage: SqlStorage, urls: int) -> None:
    """OF-2: hosts that create an office with the same key at the same time create one office."""
    world = World(storage=storage)
    for turn in range(5):  # In the first turn, connections are opened one by one.
        addresses = [f"https://{turn}-{number % urls}.example.nl" for number in range(8)]
        start = functools.partial(starting, world, f"kantoor {turn}", addresses)
        (office_id,) = set(all_at_once(start, threads=8))
        assert world.portal.offices.get(office_id).base_url in addresses
        assert len(storage.read.offices()) == turn + 2


def starting(world: World, key: str, addresses: Sequence[str], number: int) -> OfficeId:
    """Make the office as this host does."""
    return world.portal.offices.ensure(key, addresses[number], PROFILE)


def test_offices_that_want_one_address_at_once(storage: SqlStorage) -> None:
    """OF-2: if several offices take the same base URL at the same time, one gets it."""
    world = World(storage=storage)
    offices = world.portal.offices
    for turn in range(5):  # In the first turn, connections are opened one by one.
        address = f"https://{turn}.example.nl"
        for number in range(2):
            offices.ensure(f"{number}", f"https://voorheen-{number}.example.nl", PROFILE)
        told = all_at_once(functools.partial(wanting, world, address), threads=4)
        assert sorted(told) == ["", *[f"base_url: {FaultCode.BASE_URL_TAKEN}"] * 3]
        assert [each.base_url for each in storage.read.offices()].count(address) == 1


def wanting(world: World, address: str, number: int) -> str:
    """Give an office a base URL, and return the text of the refusal, if any."""
    try:
        world.portal.offices.ensure(f"{number}", address, PROFILE)
    except Refused as refused:
        return str(refused)
    return ""


def test_a_token_is_followed_by_one(storage: SqlStorage) -> None:
    """SI-3: if two requests confirm one session at the same time, one gets the next token; the other is signed out."""
    world = World(storage=storage, settings=Settings(throttling=ThrottlePolicy(failures=100)))
    world.onboard()
    for _turn in range(5):  # In the first turn, connections are opened one by one.
        token = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD).token
        actor = world.actor(token)
        given = all_at_once(functools.partial(confirming, world, actor), threads=8)
        [renewed] = [each for each in given if each is not None]
        assert world.actor(renewed).session_id == actor.session_id
        with pytest.raises(NotSignedIn):
            world.actor(token)
    assert world.audit().count("Confirmed") == 5


def confirming(world: World, actor: Actor, _number: int) -> str | None:
    """Confirm the password; return the next token, or None if this token is no longer valid."""
    try:
        return world.portal.client.sign_in.confirm(actor, PASSWORD).token
    except NotSignedIn:
        return None
