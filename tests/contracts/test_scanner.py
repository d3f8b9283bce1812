"""The scanner's contract holds what it should; the portal itself comes without a scanner."""

from collections.abc import Iterator

import attrs
import pytest

from klantportaal.domain.errors import Unavailable
from klantportaal.testing.contracts.scanner import SUSPECT, ScannerContract


@attrs.frozen(kw_only=True)
class SearchingScanner:
    """Finds the test file of the trade, and nothing else."""

    reachable: bool = True

    def accepts(self, blocks: Iterator[bytes]) -> bool:
        """Search a file, also across the seams of its blocks."""
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
    """A scanner as a vendor would write it, against the contract."""

    @pytest.fixture
    def scanner(self) -> SearchingScanner:
        """Give a scanner."""
        return SearchingScanner()

    @pytest.fixture
    def unreachable(self) -> SearchingScanner:
        """Give one that is out of reach."""
        return SearchingScanner(reachable=False)
