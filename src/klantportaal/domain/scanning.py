"""What a virus scanner says about a file, and which files are accepted (AT-3)."""

import enum
import re
from typing import Annotated

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.ranges import Range
from klantportaal.domain.uploads import MEBIBYTE, UploadLimits, file_fault

FOUND_LIMIT = 100
"""The maximum length of the name of what was found, in characters."""
TEST_FILE = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless EICAR file, which every scanner reports as a virus. In two parts, so that none reports this module."""
_UNSAFE = re.compile(r"[^A-Za-z0-9._:/()+-]+")


class ScanOutcome(enum.StrEnum):
    """What a scanner says about a file."""

    CLEAN = "clean"
    """It scanned the whole file, and found nothing."""
    INFECTED = "infected"
    ENCRYPTED = "encrypted"
    """The file, or a part of it, is protected with a password, so it could not be scanned."""
    TOO_LARGE = "too_large"
    """The file, or what is packed in it, is over a limit of the scanner, so it was not scanned as a whole."""


def safe_name(found: str) -> str:
    """Keep the characters that names of signatures have, at most ``FOUND_LIMIT``. A scanner may answer anything."""
    return _UNSAFE.sub("_", found)[:FOUND_LIMIT]


@attrs.frozen(kw_only=True, field_transformer=checked)
class ScanVerdict:
    """What a scanner says about one file."""

    outcome: ScanOutcome
    found: str = ""
    """What was found, in the scanner's words, such as the name of a signature. "" if nothing was."""


CLEAN = ScanVerdict(outcome=ScanOutcome.CLEAN)


class Unscanned(enum.StrEnum):
    """What happens with a file that cannot be scanned now, because the scanner is down."""

    REFUSE = "refuse"
    """It is not taken."""
    QUARANTINE = "quarantine"
    """It is taken, and waits in quarantine. Nobody can read it until it was scanned."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class ScanPolicy:
    """Which files are scanned, and which are accepted although they could not be scanned as a whole (AT-3).

    A file in which a virus was found is never taken.
    """

    publications: bool = True
    """Whether the documents that an office publishes are scanned too."""
    take_encrypted: bool = False
    """Whether files are taken that are protected with a password."""
    take_too_large: bool = False
    """Whether files are taken that are over a limit of the scanner."""
    unscanned: Unscanned = Unscanned.REFUSE
    """What happens with a file that cannot be scanned now. It holds for publications too, if they are scanned."""
    publication_size: Annotated[int, Range(1)] = 25 * MEBIBYTE
    """The size of a document of an office, in bytes, up to which the scanner must be able to scan it. The limits of the
    scanner are compared with it. It is no limit of the portal: a larger document is published if the scanner scans it.
    """

    def largest(self, limits: UploadLimits) -> int:
        """Give the largest size, in bytes, that the scanner must be able to scan: of all files that go through it.

        Every file of a client is limited by *limits*: attachments, answers to questionnaires and to requests.
        """
        return max(limits.file_size, self.publication_size if self.publications else 0)

    def takes(self, outcome: ScanOutcome) -> bool:
        """Tell whether a file is taken."""
        return {
            ScanOutcome.CLEAN: True,
            ScanOutcome.INFECTED: False,
            ScanOutcome.ENCRYPTED: self.take_encrypted,
            ScanOutcome.TOO_LARGE: self.take_too_large,
        }[outcome]


_FAULTS = {
    ScanOutcome.INFECTED: FaultCode.FILE_SUSPECT,
    ScanOutcome.ENCRYPTED: FaultCode.FILE_ENCRYPTED,
    ScanOutcome.TOO_LARGE: FaultCode.FILE_TOO_LARGE_TO_SCAN,
}


def fault_of(verdict: ScanVerdict, name: str, policy: ScanPolicy) -> Fault | None:
    """Make the fault of the file *name*, by what the scanner says about it. None if the file is taken."""
    return None if policy.takes(verdict.outcome) else file_fault(_FAULTS[verdict.outcome], name)
