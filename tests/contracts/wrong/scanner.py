"""Scanners that break promises of their port."""

from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from typing import Any, ClassVar

import attrs
import pytest

from klantportaal.domain.errors import Unavailable
from klantportaal.domain.scanning import CLEAN, ScanVerdict
from klantportaal.ports.scanner import Scanner
from klantportaal.testing.contracts.scanner import ScannerContract
from tests.contracts.fixtures.scanner import Engine, SearchingScanner, WithEngine
from tests.contracts.wrong import caught_by


class _Wrong(WithEngine, ScannerContract):
    patience: ClassVar[float] = 0.2
    makes: ClassVar[type[Any]]

    @pytest.fixture
    def adapter(self) -> Callable[[Engine], Scanner]:
        """Return the wrong adapter."""
        return type(self).makes


class _Careless(SearchingScanner):
    def ask(self) -> None:
        with suppress(Unavailable):
            super().ask()


@caught_by("test_not_knowing_is_not_clean", "AT-3: a file that was not scanned is not clean")
class AcceptsWhileAway(_Wrong):
    """It says that files are clean while its engine cannot be reached."""

    makes = _Careless


@caught_by("test_an_error_of_the_scanner", "AT-3: a file that the scanner could not judge is not clean")
class AcceptsAfterAnError(_Wrong):
    """It says that a file is clean when its engine failed."""

    makes = _Careless


@attrs.frozen
class _Waiting(SearchingScanner):
    timeout: float | None = None


@caught_by("test_a_silent_scanner_is_given_up", "AT-3: `scan` gives up in its own time limit")
class WaitsForEver(_Wrong):
    """It waits for an engine that says nothing."""

    makes = _Waiting


class _Blockwise(SearchingScanner):
    def scan(self, blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
        verdict = CLEAN
        for block in blocks:
            found = yield from SearchingScanner.scan(self, [block])
            verdict = verdict if found == CLEAN else found
        return verdict


@caught_by("test_a_suspect_file_is_infected", "AT-3: the EICAR test file is infected, wherever its blocks are split")
class LooksAtEachBlock(_Wrong):
    """It does not find what is on the border of two blocks."""

    makes = _Blockwise


class _Trusting(SearchingScanner):
    def scan(self, blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
        yield from SearchingScanner.scan(self, blocks)
        return CLEAN


@caught_by("test_a_suspect_file_is_infected", "AT-3: the EICAR test file is infected, wherever its blocks are split")
class FindsNothing(_Wrong):
    """It says that every file is clean."""

    makes = _Trusting


@attrs.frozen
class _Suspicious(SearchingScanner):
    found: list[ScanVerdict] = attrs.field(factory=list)

    def scan(self, blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
        verdict = yield from SearchingScanner.scan(self, blocks)
        if verdict != CLEAN:
            self.found.append(verdict)
        return self.found[0] if self.found else verdict


@caught_by("test_files_are_judged_one_by_one", "AT-3: an infected file does not affect the next file")
class SuspectsWhatFollows(_Wrong):
    """It calls each file after an infected one infected."""

    makes = _Suspicious


class _Collecting(SearchingScanner):
    def scan(self, blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
        return (yield from SearchingScanner.scan(self, list(blocks)))


@caught_by("test_a_file_is_streamed", "AT-3: each block passes before the next one is read")
class CollectsTheFile(_Wrong):
    """It reads the whole file before a block passes."""

    makes = _Collecting


class _Cutting(SearchingScanner):
    def scan(self, blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
        scan = SearchingScanner.scan(self, blocks)
        while True:
            try:
                yield next(scan).rstrip()
            except StopIteration as end:
                verdict: ScanVerdict = end.value
                return verdict


@caught_by("test_a_harmless_file_is_clean", "AT-3: a harmless file and an empty file are clean, and pass unchanged")
class ChangesFiles(_Wrong):
    """It cuts spaces off each block."""

    makes = _Cutting
