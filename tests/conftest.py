"""Fixtures for all tests: a real PostgreSQL, a real clamd, a real engine of ECMA-262, and real OpenID providers."""

import contextlib
import os
from collections.abc import Iterator
from typing import NoReturn, Protocol

import pytest
from hypothesis import HealthCheck, settings

from tests.support import clamd, postgres
from tests.support import ecma262 as node
from tests.support.openid import provider as openid

# On two busy cores, a slow example does not mean a slow rule.
settings.register_profile("klantportaal", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("klantportaal")


def lacking(what: str, *, required_by: str) -> NoReturn:
    """Skip a test for something that this machine lacks; fail it where that is not allowed, as in CI."""
    if os.environ.get(required_by) == "1":
        pytest.fail(f"{what} ({required_by}=1)")
    pytest.skip(what)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The DSN of a real PostgreSQL server for the tests of this worker; make databases with `temporary_database`."""
    with contextlib.ExitStack() as stack:
        try:
            dsn = stack.enter_context(postgres.server())
        except postgres.NoPostgres as error:
            lacking(str(error), required_by="KLANTPORTAAL_REQUIRE_POSTGRES")
        yield dsn


@pytest.fixture(scope="session")
def postgres_dsn(postgres_server: str) -> Iterator[str]:
    """The DSN of an empty database on a real PostgreSQL, this worker's own."""
    with postgres.temporary_database(postgres_server) as dsn:
        yield dsn


@pytest.fixture(scope="session")
def clamd_server() -> Iterator[clamd.Clamd]:
    """A real clamd that all tests of this worker share. Do not stop it."""
    with clamd_or_lacking() as server:
        yield server


@contextlib.contextmanager
def clamd_or_lacking(**settings: str) -> Iterator[clamd.Clamd]:
    """Run a real clamd, with some settings of its own. Skip the test if this machine has none."""
    if not clamd.is_there():
        lacking("no clamd", required_by="KLANTPORTAAL_REQUIRE_CLAMD")
    with clamd.running(**settings) as server:
        yield server


@pytest.fixture(scope="session")
def ecma262() -> Iterator[node.Engine]:
    """Node.js, to search with regular expressions of ECMA-262."""
    with contextlib.ExitStack() as stack:
        try:
            engine = stack.enter_context(node.engine())
        except node.NoNode as error:
            lacking(str(error), required_by="KLANTPORTAAL_REQUIRE_NODE")
        yield engine


class StartProvider(Protocol):
    """Gives an OpenID provider for a client with these pages. All tests of a worker share it."""

    def __call__(self, origin: str, *, callback: str, signed_out: str) -> openid.Provider:
        """Start it, or give the one that runs."""
        ...


@pytest.fixture(scope="session")
def start_provider() -> Iterator[StartProvider]:
    """A function that starts a real OpenID provider."""
    with contextlib.ExitStack() as stack:
        running: dict[tuple[str, ...], openid.Provider] = {}

        def start(origin: str, *, callback: str, signed_out: str) -> openid.Provider:
            client = (origin, callback, signed_out)
            if client not in running:
                try:
                    one = openid.running(origin, callback=callback, signed_out=signed_out)
                    running[client] = stack.enter_context(one)
                except openid.NoProvider as error:
                    lacking(str(error), required_by="KLANTPORTAAL_REQUIRE_NODE")
            return running[client]

        yield start
