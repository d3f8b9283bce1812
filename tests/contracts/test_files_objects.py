"""The contract of files, for an object store of moto."""

from collections.abc import Iterator

import pytest

from klantportaal.testing.contracts.files import FilesContract
from klantportaal.testing.contracts.promises import Without
from tests.contracts.fixtures.object_store import InObjectStore
from tests.support import s3


@pytest.fixture(scope="module")
def server() -> Iterator[s3.Store]:
    """Run an object store for all tests of this module."""
    with s3.moto() as store:
        yield store


@pytest.fixture
def store(server: s3.Store, monkeypatch: pytest.MonkeyPatch) -> s3.Store:
    """Return the object store with an empty bucket, and its credentials in the environment."""
    server.credentials(monkeypatch)
    server.empty()
    return server


class _InMoto(InObjectStore, FilesContract):
    @pytest.fixture
    def measured(self) -> Without:
        """Say where memory is measured."""
        return Without("moto keeps files in the memory of this process: tests/s3 measures it with a radosgw")


class TestObjectFiles(_InMoto):
    """The contract for files in an object store, in parts of the usual size."""


class TestSmallParts(_InMoto):
    """The contract for files in many small parts, whose ends are not those of blocks."""

    @pytest.fixture
    def part_size(self) -> int:
        """Return a size that is no multiple of a block."""
        return 100_003
