"""The small words that every rule speaks: typed ids, languages, e-mail addresses and plain text."""

import enum
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from itertools import groupby
from typing import NewType
from uuid import UUID
from zoneinfo import ZoneInfo

OfficeId = NewType("OfficeId", UUID)
ClientId = NewType("ClientId", UUID)
AccountId = NewType("AccountId", UUID)
SessionId = NewType("SessionId", UUID)
LinkId = NewType("LinkId", UUID)
TwoStepId = NewType("TwoStepId", UUID)
VerificationId = NewType("VerificationId", UUID)
DossierId = NewType("DossierId", UUID)
DocumentId = NewType("DocumentId", UUID)
MessageId = NewType("MessageId", UUID)
ThreadId = NewType("ThreadId", UUID)
DraftId = NewType("DraftId", UUID)
UploadId = NewType("UploadId", UUID)
SubmissionId = NewType("SubmissionId", UUID)
AssignmentId = NewType("AssignmentId", UUID)
AnswerFileId = NewType("AnswerFileId", UUID)
TaskId = NewType("TaskId", UUID)
SmsId = NewType("SmsId", UUID)
EntryId = NewType("EntryId", UUID)
FileKey = NewType("FileKey", str)
"""Where a file stands in the files port: made of ids only, so that nothing of a name reaches a path (AT-4)."""
Fingerprint = NewType("Fingerprint", bytes)
"""SHA-256 of a one-time secret: 32 bytes, what storage holds in the secret's place."""
Digest = NewType("Digest", bytes)
"""Keyed hash of a code that is too short to be hashed without a key: what storage holds in its place.

40 bytes: 8 of the id of the key, and 32 of an HMAC-SHA256.
"""
KeyId = NewType("KeyId", str)
"""Which secret made something: 16 hexadecimal digits, derived from the secret. They tell nothing of it."""


class Language(enum.StrEnum):
    """The languages of the portal (PR-1)."""

    DUTCH = "nl"
    ENGLISH = "en"


Texts = Mapping[Language, str]
"""One text in every language."""

ADDRESS_LIMIT = 254
"""The longest e-mail address, in characters (RFC 5321 4.5.3.1.3, less the angle brackets)."""
NAME_LIMIT = 150
"""The longest name of a person, office or file, in characters (AT-4)."""

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
"""What some storage refuses to hold: NUL, and halves of a character."""
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U0001d159\U000e0000-\U000e0fff]"
)
"""What shows nothing though Unicode calls it a letter, mark or symbol: fillers, blank braille, variation selectors."""
_NORMALISED_LIMIT = 4096
"""The longest text to normalise."""
_SHORT = 128
"""Text as short as this is normalised as it is, however its accents are arranged."""


def day(at: datetime) -> date:
    """Tell which day a moment is in the offices' own calendar, which is that of the Netherlands."""
    return at.astimezone(AMSTERDAM).date()


def address(text: str) -> str | None:
    """Read exactly one e-mail address, or None where *text* is not one.

    The part after the @ comes back in lower case, the whole in NFC; display names, lists and comments are refused.
    """
    from email_validator import EmailNotValidError, validate_email  # Not at import: a third of what this package takes.

    text = text.strip()
    if len(text) > 4 * ADDRESS_LIMIT or _UNKEEPABLE.search(text):  # However much composing shortens it, it is too long.
        return None
    text = composed(text)  # What reads it normalises it several times, which takes little from then on.
    try:
        # The test environment lets `.test` through (RFC 6761 6.2), for demos and tests; a bare `@test` stays none.
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return found.normalized if "." in found.domain else None


def folded(address: str) -> str:
    """Fold an address for comparison: trimmed, NFC, without case (SI-1); fit to look up, whatever was typed."""
    bare = _UNKEEPABLE.sub("\ufffd", address.strip())
    if len(bare) > _NORMALISED_LIMIT:
        return bare.casefold()
    return unicodedata.normalize("NFC", _decomposed(bare).casefold())


def composed(text: str) -> str:
    """Give *text* in NFC, with U+FFFD for what cannot be encoded; beyond 4,096 characters only the latter."""
    kept = _UNKEEPABLE.sub("\ufffd", text)
    if kept.isascii() or len(kept) > _NORMALISED_LIMIT:
        return kept
    return unicodedata.normalize("NFC", kept if len(kept) <= _SHORT else _decomposed(kept))


def _decomposed(text: str) -> str:
    """Give *text* in NFD; marks are sorted here, as unicodedata does it in time that grows with the square of a run."""
    parts = (part for each in text for part in unicodedata.normalize("NFD", each))
    runs = groupby(parts, key=lambda part: unicodedata.combining(part) != 0)
    return "".join(part for _are_marks, run in runs for part in sorted(run, key=unicodedata.combining))


def searchable(text: str) -> str:
    """Fold *text* for searching: without case, accents, invisible characters or runs of white space (DO-2)."""
    # Character by character: without its marks the order of marks is no matter, and normalising the whole is quadratic.
    parts = (part for each in text for part in unicodedata.normalize("NFKD", each))
    bare = "".join(each for each in parts if each.isspace() or not _is_mark(each))
    return " ".join(bare.casefold().split())


def _is_mark(each: str) -> bool:
    return unicodedata.combining(each) != 0 or unicodedata.category(each) in ("Cc", "Cf", "Cs")


def plain_text(text: str) -> str:
    """Clean what somebody typed over several lines: line ends become LF, other control characters go (ME-3, ME-5)."""
    if text.isprintable():  # Then there is nothing to leave out.
        return text
    lines = _LINE_ENDS.sub("\n", text)
    return "".join(each for each in lines if each in "\n\t" or unicodedata.category(each) not in ("Cc", "Cs"))


def plain_line(text: str) -> str:
    """Clean what somebody typed on one line: no control or bidi characters, white space trimmed and single (AT-4)."""
    if text.isprintable():  # Then there is nothing to leave out.
        return " ".join(text.split())
    spaced = "".join(" " if each.isspace() else each for each in text)
    kept = (each for each in spaced if each not in _BIDI and unicodedata.category(each) not in ("Cc", "Cs"))
    return " ".join("".join(kept).split())


def is_blank(text: str) -> bool:
    """Tell whether *text* shows nothing: white space and invisible characters only."""
    return all(each.isspace() or unicodedata.category(each) in ("Cc", "Cf", "Cs") for each in _UNSEEN.sub("", text))
