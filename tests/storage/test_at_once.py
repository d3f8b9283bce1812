"""Whole use cases at once, on databases that let several units of work go on side by side."""

import functools
from collections.abc import Sequence

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.errors import Conflict, Refused
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId
from klantportaal.testing.contracts.storage.base import all_at_once
from tests.usecases.world import World


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
