"""The contract of scanners, for one as a vendor would write it. That of the real clamd is in ``test_scanner_clamd``."""

from klantportaal.testing.contracts.scanner import ScannerContract
from tests.contracts.fixtures.scanner import WithEngine


class TestSearchingScanner(WithEngine, ScannerContract):
    """The contract for a scanner as a vendor would write it."""
