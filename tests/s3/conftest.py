"""A real radosgw for the tests of this worker."""

import contextlib
from collections.abc import Iterator

import pytest

from tests.conftest import lacking
from tests.support import radosgw, s3


@pytest.fixture(scope="session")
def server() -> Iterator[s3.Store]:
    """Run a radosgw for all tests."""
    with contextlib.ExitStack() as stack:
        try:
            store = stack.enter_context(radosgw.running())
        except radosgw.NoRadosgw as error:
            lacking(str(error), required_by="KLANTPORTAAL_REQUIRE_RADOSGW")
        yield store


@pytest.fixture
def store(server: s3.Store, monkeypatch: pytest.MonkeyPatch) -> s3.Store:
    """Return the object store with an empty bucket, and its credentials in the environment."""
    server.credentials(monkeypatch)
    server.empty()
    return server
