"""The contract of files, for an object store that checks signatures."""

import pytest

from klantportaal.testing.contracts.files import FilesContract
from tests.contracts.fixtures.object_store import InObjectStore


class TestObjectFiles(InObjectStore, FilesContract):
    """The contract for files in a radosgw, in parts whose ends are not those of blocks. Memory is measured here."""

    @pytest.fixture
    def part_size(self) -> int:
        """Return a size that is no multiple of a block."""
        return 300_007
