"""Fixtures for all tests: a real PostgreSQL, and a real engine of ECMA-262."""

import contextlib
import os
from collections.abc import Iterator
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings

from tests.support import ecma262 as node
from tests.support import postgres

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
def ecma262() -> Iterator[node.Engine]:
    """Node.js, to search with regular expressions of ECMA-262."""
    with contextlib.ExitStack() as stack:
        try:
            engine = stack.enter_context(node.engine())
        except node.NoNode as error:
            lacking(str(error), required_by="KLANTPORTAAL_REQUIRE_NODE")
        yield engine
