"""Tests the promises of ``klantportaal.ports.scanner``.

Inherit ``ScannerContract`` and provide two fixtures::

    class TestOurScanner(ScannerContract):
        @pytest.fixture
        def scanner(self) -> OurScanner:
            return OurScanner()

        @pytest.fixture
        def unreachable(self) -> OurScanner:
            return OurScanner(port=1)
"""

from collections.abc import Iterator

import pytest

from klantportaal.domain.errors import Unavailable
from klantportaal.ports.files import BLOCK
from klantportaal.ports.scanner import Scanner

# The harmless EICAR file, which every scanner reports as a virus. In two parts, so that no scanner reports this module.
SUSPECT = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class ScannerContract:
    """The promises of a scanner, as tests."""

    def test_a_harmless_file_is_accepted(self, scanner: Scanner) -> None:
        """AT-3: a harmless file and an empty file are accepted."""
        assert scanner.accepts(iter([b"%PDF-1.7 ", b"a letter"])) is True
        assert scanner.accepts(iter([])) is True

    def test_a_suspect_file_is_not(self, scanner: Scanner) -> None:
        """AT-3: the EICAR test file is refused, wherever its blocks are split."""
        assert scanner.accepts(iter([SUSPECT])) is False
        assert scanner.accepts(iter([SUSPECT[:20], SUSPECT[20:]])) is False

    def test_files_are_judged_one_by_one(self, scanner: Scanner) -> None:
        """AT-3: a refused file does not affect the next file."""
        assert [scanner.accepts(iter([content])) for content in (SUSPECT, b"a letter", SUSPECT)] == [False, True, False]

    def test_a_file_is_streamed(self, scanner: Scanner) -> None:
        """AT-3: a file of many blocks is scanned as a stream."""

        def blocks() -> Iterator[bytes]:
            for _ in range(16):
                yield b"\0" * BLOCK

        assert scanner.accepts(blocks()) is True

    def test_not_knowing_is_not_accepting(self, unreachable: Scanner) -> None:
        """AT-3: a scanner that cannot be reached raises ``Unavailable``, so the file is not kept."""
        with pytest.raises(Unavailable):
            unreachable.accepts(iter([b"a letter"]))
