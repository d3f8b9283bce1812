"""The contract of scanners, for an example: the portal has no scanner of its own."""

from collections.abc import Iterator

import attrs
import pytest

from klantportaal.domain.errors import Unavailable
from klantportaal.testing.contracts.scanner import SUSPECT, ScannerContract


@attrs.frozen(kw_only=True)
class SearchingScanner:
    """Refuses the EICAR test file, and nothing else."""

    reachable: bool = True

    def accepts(self, blocks: Iterator[bytes]) -> bool:
        """Search a file, also across the borders of blocks."""
        if not self.reachable:
            raise Unavailable("no scanner there")
        tail = b""
        for block in blocks:
            seen = tail + block
            if SUSPECT in seen:
                return False
            tail = seen[-len(SUSPECT) :]
        return True


class TestSearchingScanner(ScannerContract):
    """The contract for a scanner as a vendor would write it."""

    @pytest.fixture
    def scanner(self) -> SearchingScanner:
        """Return a scanner."""
        return SearchingScanner()

    @pytest.fixture
    def unreachable(self) -> SearchingScanner:
        """Return a scanner that cannot be reached."""
        return SearchingScanner(reachable=False)
