"""The names under which workers run."""

from datetime import timedelta

import pytest

from klantportaal.domain.workers import TERM
from tests.usecases.world import World


@pytest.fixture
def world() -> World:
    """A portal."""
    return World()


def test_a_name_is_one_workers(world: World) -> None:
    """AL-2: while a worker renews its name, nobody else gets it, and it is listed; at its end the name is free."""
    workers = world.portal.background.workers
    first = workers.start("worker-1")
    assert first is not None
    for _beat in range(5):
        world.clock.advance(TERM - timedelta(seconds=1))
        assert workers.start("worker-1") is None
        first = workers.renew(first)
        assert first is not None
    assert workers.list() == [first]
    workers.end(first)
    assert workers.list() == []
    assert workers.start("worker-1") is not None


def test_a_worker_that_was_killed(world: World) -> None:
    """AL-2: without renewal a name is free after half a minute. Then its former worker cannot renew or end it."""
    workers = world.portal.background.workers
    first = workers.start("worker-1")
    assert first is not None
    world.clock.advance(TERM)
    second = workers.start("worker-1")
    assert second is not None
    assert workers.renew(first) is None
    workers.end(first)
    assert workers.list() == [second]


def test_names_are_swept(world: World) -> None:
    """AL-3: a name that nobody has held for a month is deleted."""
    world.portal.background.workers.start("worker-1")
    world.clock.advance(timedelta(days=31))
    world.portal.background.sweeper.run_once()
    with world.storage.begin() as uow:
        assert uow.workers.forget(before=world.clock.now(), limit=10) == 0
