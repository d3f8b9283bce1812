"""Whole use cases at once, on databases that let several units of work go on side by side."""

import functools
from collections.abc import Sequence

import pytest

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.errors import Conflict, NotSignedIn, Refused
from klantportaal.domain.sessions import Actor
from klantportaal.domain.throttling import ThrottlePolicy
from klantportaal.domain.values import DossierId
from klantportaal.settings import Settings
from klantportaal.testing.contracts.storage.base import all_at_once
from tests.usecases.world import PASSWORD, World


def test_a_dossier_keeps_a_party(storage: SqlStorage) -> None:
    """DO-1: of two parties that are removed at once, each of which leaves the other, one stays."""
    world = World(storage=storage)
    parties = [world.onboard(f"{name}@example.nl", name=name) for name in ("Jan", "Piet")]
    for turn in range(5):  # The first finds the connections still to be made, one after the other.
        dossier = world.dossier(*parties, number=str(turn))
        removed = all_at_once(functools.partial(removing, world, dossier, parties), threads=2)
        assert sorted(removed) == [False, True]
        assert len(world.portal.office.dossiers.get(world.handler, dossier).parties) == 1


def removing(world: World, dossier: DossierId, parties: Sequence[Actor], number: int) -> bool:
    """Remove one of the parties, if that can be."""
    try:
        world.portal.office.dossiers.remove_party(world.handler, dossier, parties[number].client_id)
    except (Conflict, Refused):
        return False
    return True


def test_a_token_is_followed_by_one(storage: SqlStorage) -> None:
    """SI-3: of two that give the password at once with one token, one gets the next; the other is signed out."""
    world = World(storage=storage, settings=Settings(throttling=ThrottlePolicy(failures=100)))
    world.onboard()
    for _turn in range(5):  # The first finds the connections still to be made, one after the other.
        token = world.portal.client.sign_in.sign_in(world.visitor, "jan@example.nl", PASSWORD).token
        actor = world.actor(token)
        given = all_at_once(functools.partial(confirming, world, actor), threads=8)
        [renewed] = [each for each in given if each is not None]
        assert world.actor(renewed).session_id == actor.session_id
        with pytest.raises(NotSignedIn):
            world.actor(token)
    assert world.audit().count("Confirmed") == 5


def confirming(world: World, actor: Actor, _number: int) -> str | None:
    """Give the password once more; give the next token, if this one may have it."""
    try:
        return world.portal.client.sign_in.confirm(actor, PASSWORD).token
    except NotSignedIn:
        return None
