"""Comparing the limits of a virus scanner with those of the portal (AT-3).

A scanner that calls clean what it did not scan cannot be told by its verdicts on ordinary files. So files are made that
it must not call clean.
"""

import logging
import threading
from collections.abc import Iterator

import attrs

from klantportaal.domain.scanning import TEST_FILE, ScanOutcome
from klantportaal.domain.uploads import MEBIBYTE
from klantportaal.log_events import EventLog
from klantportaal.ports.scanner import Scanner
from klantportaal.usecases.shared import scanner_files
from klantportaal.usecases.shared.scanning import verdict_on

_LOG = EventLog(__name__)


@attrs.frozen(kw_only=True)
class LimitFinding:
    """What was found out about a scanner."""

    says: str
    mend: str | None = None
    """What to do about it. None if it is right."""


def compared(scanner: Scanner, largest: int) -> Iterator[LimitFinding]:
    """Scan the EICAR file, alone and in a file of the largest size, and archives that clamd could call clean.

    Args:
        scanner: the scanner.
        largest: the largest size of a file that goes through it, in bytes: `ScanPolicy.largest`.

    Raises:
        Unavailable: the scanner cannot scan now.
    """
    small = verdict_on(scanner, [TEST_FILE])
    if small.outcome is not ScanOutcome.INFECTED:
        says = f"does not recognise the EICAR test file as a virus, but says {small.outcome}"
        yield LimitFinding(says=says, mend="renew its signatures, as freshclam does")
        return
    yield LimitFinding(says=f"finds the EICAR test file: {small.found}")
    whole = verdict_on(scanner, scanner_files.infected(largest))
    if whole.outcome is not ScanOutcome.INFECTED:
        says = f"says {whole.outcome} of a file of {_shown(largest)} with a virus: {whole.found or 'nothing'}"
        yield LimitFinding(says=says, mend="raise StreamMaxLength, MaxFileSize and MaxScanSize in clamd.conf")
    else:
        yield LimitFinding(says=f"scans files of {_shown(largest)}, the largest that goes through it")
    beside = verdict_on(scanner, scanner_files.infected_beside_protected())
    if beside.outcome is not ScanOutcome.INFECTED:
        says = f"says {beside.outcome} of an archive with a virus beside a part with a password"
        yield LimitFinding(says=says, mend="set HeuristicScanPrecedence to no in clamd.conf")
    if verdict_on(scanner, scanner_files.expanding()).outcome is ScanOutcome.CLEAN:
        says = "does not report a part of an archive that is too large to scan"
        yield LimitFinding(says=says, mend="set MaxFileSize to at least MaxScanSize in clamd.conf")


def _shown(size: int) -> str:
    return f"{size / MEBIBYTE:.4g} MiB"


@attrs.frozen(kw_only=True)
class ScannerLimits:
    """Compares the limits of the scanner when a host or a worker starts, and logs each that is wrong."""

    _scanner: Scanner | None
    _largest: int
    _begun: threading.Event = attrs.field(factory=threading.Event, init=False)

    def begin(self) -> None:
        """Compare the limits in a thread of its own, once in a process: nobody waits for a scanner that is down."""
        if self._scanner is not None and not self._begun.is_set():
            self._begun.set()
            comparing = threading.Thread(
                target=self._compare, args=(self._scanner,), name="klantportaal-scanner-limits", daemon=True
            )
            comparing.start()

    def _compare(self, scanner: Scanner) -> None:
        try:
            for found in compared(scanner, self._largest):
                if found.mend is not None:
                    text = "the virus scanner %(problem)s: %(mend)s"
                    _LOG.log(logging.WARNING, "scanner_limit", text, problem=found.says, mend=found.mend)
        except Exception as error:  # noqa: BLE001 - whatever a scanner does, the host goes on
            text = "the limits of the virus scanner could not be compared (%(reason)s): run klantportaal check later"
            _LOG.log(logging.WARNING, "scanner_limits_unknown", text, reason=type(error).__name__)
