"""Comparing the limits of a virus scanner when a host or a worker starts (AT-3)."""

import logging
import threading
from collections.abc import Generator, Iterable, Mapping

import attrs
import pytest

from klantportaal.domain.errors import Unavailable
from klantportaal.domain.scanning import CLEAN, TEST_FILE, ScanOutcome, ScanPolicy, ScanVerdict
from klantportaal.domain.uploads import UploadLimits
from klantportaal.portal import mounted
from klantportaal.settings import Settings
from klantportaal.usecases.shared import scanner_files
from tests.usecases.world import World

PATIENCE = 60.0
VIRUS = ScanVerdict(outcome=ScanOutcome.INFECTED, found="Eicar")
TOO_LARGE = ScanVerdict(outcome=ScanOutcome.TOO_LARGE, found="StreamMaxLength")
SOUND: Mapping[str, ScanVerdict] = {"small": VIRUS, "whole": VIRUS, "beside": VIRUS, "expanding": TOO_LARGE}


@attrs.define
class Comparing:
    """A scanner that says something else of each of the files by which it is compared."""

    verdicts: Mapping[str, ScanVerdict | None]
    seen: list[str] = attrs.field(factory=list)
    sizes: list[int] = attrs.field(factory=list)
    going_on: threading.Event = attrs.field(factory=threading.Event)

    def scan(self, blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
        """Recognise a file by its order."""
        self.going_on.wait(PATIENCE)
        size = 0
        for block in blocks:
            size += len(block)
            yield block
        self.sizes.append(size)
        name = list(SOUND)[len(self.seen)]
        self.seen.append(name)
        verdict = self.verdicts[name]
        if verdict is None:
            raise Unavailable("no scanner there")
        return verdict


def told(
    scanner: Comparing, caplog: pytest.LogCaptureFixture, *, starts: int = 1, settings: Settings | None = None
) -> list[tuple[int, str, str]]:
    """Start a host, let the scanner go on, and give what the log says when the comparison has ended."""
    world, before = World(scanner=scanner, settings=settings or Settings()), threading.enumerate()
    for _time in range(starts):
        mounted(world.portal)
    comparing = [each for each in threading.enumerate() if each not in before]
    assert (len(comparing), scanner.seen) == (1, [])  # The host went on, though the scanner said nothing yet.
    scanner.going_on.set()
    comparing[0].join(PATIENCE)
    lines = [each for each in caplog.records if each.name.endswith("scanner_limits")]
    return [(each.levelno, each.event, getattr(each, "mend", getattr(each, "reason", ""))) for each in lines]  # type: ignore[attr-defined]


WRONG = {
    "small": (CLEAN, "renew its signatures, as freshclam does"),
    "whole": (TOO_LARGE, "raise StreamMaxLength, MaxFileSize and MaxScanSize in clamd.conf"),
    "beside": (ScanVerdict(outcome=ScanOutcome.ENCRYPTED), "set HeuristicScanPrecedence to no in clamd.conf"),
    "expanding": (CLEAN, "set MaxFileSize to at least MaxScanSize in clamd.conf"),
}


def test_a_sound_scanner_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    """AT-3: a scanner with sound limits is compared once in a process, however often it starts, and not in the log."""
    scanner = Comparing(SOUND)
    assert told(scanner, caplog, starts=2) == []
    assert scanner.seen == list(SOUND)


@pytest.mark.parametrize("which", WRONG)
def test_each_wrong_limit_is_told(caplog: pytest.LogCaptureFixture, which: str) -> None:
    """AT-3, AL-6: each limit that is wrong is a warning that says how it is mended."""
    verdict, mend = WRONG[which]
    assert told(Comparing({**SOUND, which: verdict}), caplog) == [(logging.WARNING, "scanner_limit", mend)]


@pytest.mark.parametrize("scans, largest", [(True, 3_000_000), (False, 2_000_000)])
def test_the_largest_file_is_that_of_all(caplog: pytest.LogCaptureFixture, scans: bool, largest: int) -> None:
    """AT-3: at the start, the limits are compared with all sizes that go through the scanner: uploads, publications."""
    policy = ScanPolicy(publications=scans, publication_size=3_000_000)
    scanner = Comparing(SOUND)
    told(scanner, caplog, settings=Settings(uploads=UploadLimits(file_size=2_000_000), scanning=policy))
    assert scanner.sizes[1] == largest


def test_a_scanner_that_is_down(caplog: pytest.LogCaptureFixture) -> None:
    """AT-3, AL-6: if the scanner is down when a host starts, the log says that its limits are unknown."""
    scanner = Comparing({**SOUND, "small": None})
    assert told(scanner, caplog) == [(logging.WARNING, "scanner_limits_unknown", "Unavailable")]


def test_the_dispatcher_compares_too(caplog: pytest.LogCaptureFixture) -> None:
    """AT-3: a worker compares the limits when it starts. A portal without a scanner compares nothing."""
    scanner = Comparing(SOUND)
    scanner.going_on.set()
    before = threading.enumerate()
    with World(scanner=scanner).portal, World().portal:
        for each in threading.enumerate():
            if each.name == "klantportaal-scanner-limits" and each not in before:
                each.join(PATIENCE)
    assert scanner.seen == list(SOUND)


def test_the_files_are_those_of_their_sizes() -> None:
    """AT-3: the file of the largest size is exactly that large, and has the test file in its beginning."""
    content = b"".join(scanner_files.infected(3_000_000))
    assert (len(content), TEST_FILE in content[:1000]) == (3_000_000, True)
