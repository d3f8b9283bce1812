"""Fixtures for use cases."""

import pytest

from klantportaal.domain.sessions import Actor
from tests.usecases.world import World


@pytest.fixture
def world() -> World:
    """A portal with memory adapters and one office."""
    return World()


@pytest.fixture
def jan(world: World) -> Actor:
    """A client that was onboarded and is signed in."""
    return world.onboard()


@pytest.fixture
def piet(world: World, jan: Actor) -> Actor:
    """Another client of the same office."""
    return world.onboard("piet@example.nl", name="Piet Pietersen")
