"""Tests the promises of ``klantportaal.ports.scanner``.

Inherit ``ScannerContract`` and provide a fixture ``scanner``, and ``refusing``, ``away`` and ``slow`` of ``promises``::

    class TestOurScanner(ScannerContract):
        @pytest.fixture
        def scanner(self) -> OurScanner:
            return OurScanner()

        @pytest.fixture
        def away(self) -> OurScanner:
            return OurScanner(port=1)

        @pytest.fixture
        def slow(self, silent_port) -> OurScanner:
            return OurScanner(port=silent_port, timeout=0.1)

        @pytest.fixture
        def refusing(self) -> Without:
            return Without("the reason")
"""

from collections.abc import Generator, Iterable, Iterator

import pytest

from klantportaal.domain.errors import Unavailable
from klantportaal.domain.scanning import CLEAN, TEST_FILE, ScanOutcome, ScanVerdict
from klantportaal.ports.files import BLOCK
from klantportaal.ports.scanner import Scanner
from klantportaal.testing.contracts.promises import Contract, given_up, promised

SUSPECT = TEST_FILE
MANY = 16
"""The number of blocks of a larger file."""


class Broken(Exception):
    """A client breaks its upload off."""


def judged(scanner: Scanner, *blocks: bytes) -> ScanOutcome:
    """Scan a file, require that it passed unchanged, and give what the scanner says about it."""
    passed, verdict = read(scanner.scan(iter(blocks)))
    assert passed == b"".join(blocks), "the scanner changes files"
    assert isinstance(verdict, ScanVerdict), "the generator returns no ScanVerdict"
    return verdict.outcome


def read(scan: Generator[bytes, None, ScanVerdict]) -> tuple[bytes, ScanVerdict]:
    """Read a generator to its end. Give what it yielded, and what it returned."""
    passed = []
    while True:
        try:
            passed.append(next(scan))
        except StopIteration as end:
            return b"".join(passed), end.value


class ScannerContract(Contract):
    """The promises of a scanner, as tests."""

    def test_a_harmless_file_is_clean(self, scanner: Scanner) -> None:
        """AT-3: a harmless file and an empty file are clean, and pass unchanged."""
        assert judged(scanner, b"%PDF-1.7 ", b"a letter") is ScanOutcome.CLEAN
        assert judged(scanner) is ScanOutcome.CLEAN
        assert judged(scanner, b"%PDF-1.7 ", b"", b"a letter") is ScanOutcome.CLEAN
        assert read(scanner.scan([b"a letter"]))[1] == CLEAN

    def test_a_suspect_file_is_infected(self, scanner: Scanner) -> None:
        """AT-3: the EICAR test file is infected, wherever its blocks are split. The verdict names what was found."""
        assert judged(scanner, SUSPECT) is ScanOutcome.INFECTED
        assert judged(scanner, SUSPECT[:20], SUSPECT[20:]) is ScanOutcome.INFECTED
        assert judged(scanner, SUSPECT[:20], b"", SUSPECT[20:]) is ScanOutcome.INFECTED
        assert read(scanner.scan([SUSPECT]))[1].found != ""

    def test_files_are_judged_one_by_one(self, scanner: Scanner) -> None:
        """AT-3: an infected file does not affect the next file."""
        outcomes = [judged(scanner, content) for content in (SUSPECT, b"a letter", SUSPECT)]
        assert outcomes == [ScanOutcome.INFECTED, ScanOutcome.CLEAN, ScanOutcome.INFECTED]

    def test_files_are_judged_side_by_side(self, scanner: Scanner) -> None:
        """AT-3: two files that pass at the same moment do not affect each other."""
        one, other = scanner.scan([b"a ", b"letter"]), scanner.scan([SUSPECT[:20], SUSPECT[20:]])
        assert (next(one), next(other)) == (b"a ", SUSPECT[:20])
        assert read(other)[1].outcome is ScanOutcome.INFECTED
        assert read(one)[1] == CLEAN

    def test_a_file_is_streamed(self, scanner: Scanner) -> None:
        """AT-3: each block passes before the next one is read, so no whole file is in memory."""
        read_blocks = 0

        def blocks() -> Iterator[bytes]:
            nonlocal read_blocks
            for _ in range(MANY):
                read_blocks += 1
                yield b"\0" * BLOCK

        ahead = 0
        for passed, _block in enumerate(scanner.scan(blocks()), start=1):
            ahead = max(ahead, read_blocks - passed)
        assert read_blocks == MANY
        assert ahead <= 1, f"the scanner reads {ahead} blocks ahead"

    def test_an_upload_that_breaks_off(self, scanner: Scanner) -> None:
        """AT-3: an error of the upload is passed on unchanged, and the next file is scanned as if it had not been."""

        def blocks() -> Iterable[bytes]:
            yield SUSPECT[:20]
            raise Broken

        scan = scanner.scan(blocks())
        assert next(scan) == SUSPECT[:20]
        with pytest.raises(Broken):
            next(scan)
        assert judged(scanner, SUSPECT[20:]) is ScanOutcome.CLEAN

    def test_a_scan_that_is_closed_halfway(self, scanner: Scanner) -> None:
        """AT-3: a scan that nobody reads on is closed, and the next file is scanned as if it had not been."""
        scan = scanner.scan([SUSPECT[:20], SUSPECT[20:]])
        next(scan)
        scan.close()
        assert judged(scanner, SUSPECT[20:]) is ScanOutcome.CLEAN

    def test_not_knowing_is_not_clean(self, away: Scanner) -> None:
        """AT-3: a scanner that cannot be reached raises ``Unavailable``, so the file is not kept."""
        with promised("AT-3: a file that was not scanned is not clean", Unavailable):
            read(away.scan(iter([b"a letter"])))

    def test_an_error_of_the_scanner(self, refusing: Scanner) -> None:
        """AT-3: a scanner that answers with an error raises ``Unavailable``, so the file is not kept."""
        with promised("AT-3: a file that the scanner could not judge is not clean", Unavailable):
            read(refusing.scan(iter([b"a letter"])))

    def test_a_silent_scanner_is_given_up(self, slow: Scanner) -> None:
        """AT-3: an adapter has a time limit of its own for a scanner that does not answer."""
        promise = "AT-3: `scan` gives up in its own time limit on a scanner that does not answer"
        with promised(promise, Unavailable):
            given_up(promise, lambda: read(slow.scan(iter([b"a letter"]))), patience=self.patience)
