"""Fixtures for use cases."""

from collections.abc import Iterator

import pytest

from klantportaal.domain.sessions import Actor
from tests.support import raised
from tests.usecases.world import World


@pytest.fixture(scope="session")
def undocumented() -> Iterator[raised.Undocumented]:
    """The errors that left calls, though the docstring of the call does not name them."""
    with raised.watching() as seen:
        yield seen


@pytest.fixture(autouse=True)
def _documented(undocumented: raised.Undocumented) -> Iterator[None]:
    """OF-1: a call raises nothing but what its docstring names. Every test here is a test of that."""
    undocumented.clear()
    yield
    assert undocumented == set()


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
