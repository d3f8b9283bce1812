"""Sweeping: what is old goes, in any number (AL-3)."""

from datetime import timedelta

from klantportaal.testing.builders import Scene
from tests.usecases.world import World

MANY = 130


def test_however_many_are_old_one_run_removes_them(world: World) -> None:
    """AL-3: one run removes all that is old, in more than one transaction, and leaves what is not."""
    scene = Scene(storage=world.storage, clock=world.clock, ids=world.ids)
    _client, account = scene.person(scene.office())
    old = [scene.session(account) for _each in range(MANY)]
    world.clock.advance(timedelta(days=60))
    young = scene.session(account)
    world.portal.background.sweeper.run_once()
    with world.storage.begin() as uow:
        assert uow.sessions.forget(before=old[-1].ends_at + timedelta(days=1), limit=1) == 0
        assert uow.sessions.forget(before=young.ends_at + timedelta(days=1), limit=9) == 1
