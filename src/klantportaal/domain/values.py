"""Basic types and text functions: typed ids, languages, e-mail addresses, and cleaning and folding of text."""

import enum
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NewType
from uuid import UUID
from zoneinfo import ZoneInfo

OfficeId = NewType("OfficeId", UUID)
ClientId = NewType("ClientId", UUID)
PersonId = NewType("PersonId", UUID)
AccountId = NewType("AccountId", UUID)
SessionId = NewType("SessionId", UUID)
LinkId = NewType("LinkId", UUID)
TwoStepId = NewType("TwoStepId", UUID)
VerificationId = NewType("VerificationId", UUID)
AddressChangeId = NewType("AddressChangeId", UUID)
DossierId = NewType("DossierId", UUID)
DocumentId = NewType("DocumentId", UUID)
MessageId = NewType("MessageId", UUID)
ThreadId = NewType("ThreadId", UUID)
DraftId = NewType("DraftId", UUID)
UploadId = NewType("UploadId", UUID)
CaseHandlerId = NewType("CaseHandlerId", UUID)
ApiKeyId = NewType("ApiKeyId", UUID)
SubmissionId = NewType("SubmissionId", UUID)
ArchiveId = NewType("ArchiveId", UUID)
ReceiptId = NewType("ReceiptId", UUID)
AssignmentId = NewType("AssignmentId", UUID)
AnswerFileId = NewType("AnswerFileId", UUID)
QuestionnaireDraftId = NewType("QuestionnaireDraftId", UUID)
RequestId = NewType("RequestId", UUID)
ItemId = NewType("ItemId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
TaskId = NewType("TaskId", UUID)
SmsId = NewType("SmsId", UUID)
EntryId = NewType("EntryId", UUID)
EventId = NewType("EventId", UUID)
WebhookId = NewType("WebhookId", UUID)
WebhookDeliveryId = NewType("WebhookDeliveryId", UUID)
FileKey = NewType("FileKey", str)
"""The key of a file in the files port. It consists of ids only, so that no file name becomes part of a path (AT-4)."""
Fingerprint = NewType("Fingerprint", bytes)
"""SHA-256 of a one-time secret, 32 bytes. Storage holds this instead of the secret."""
Digest = NewType("Digest", bytes)
"""Keyed hash of a code. Storage holds this instead of the code. A code is too short for a hash without a key.

40 bytes: 8 bytes of the key's id, then 32 bytes of HMAC-SHA256.
"""
KeyId = NewType("KeyId", str)
"""The id of a secret: 16 hexadecimal digits, derived from the secret. The id does not reveal the secret."""


class Language(enum.StrEnum):
    """The languages of the portal (PR-1)."""

    DUTCH = "nl"
    ENGLISH = "en"


Texts = Mapping[Language, str]
"""One text in every language."""

SKEW = timedelta(minutes=1)
"""How far the clocks of two hosts may differ. A time further in the future means that a clock was set back (SI-3)."""
ADDRESS_LIMIT = 254
"""The longest e-mail address, in characters (RFC 5321 4.5.3.1.3, less the angle brackets)."""
NAME_LIMIT = 150
"""The longest name of a person, office or file, in characters (AT-4)."""

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Characters of the categories Cc and Cs, but LF and tab."""
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
"""Characters that some storage rejects: NUL and lone surrogates."""
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U0001d159\U000e0000-\U000e0fff]"
)
"""Invisible letters, marks and symbols, such as fillers, the blank braille pattern and variation selectors."""
_NORMALISED_LIMIT = 4096
"""The longest text that is normalised, in characters."""
_SHORT = 128
"""Text of at most this many characters is normalised without sorting its marks first."""


def day(at: datetime) -> date:
    """Convert a time to a date in the time zone of the Netherlands.

    Args:
        at: the time, with its own time zone.
    """
    return at.astimezone(AMSTERDAM).date()


def address(text: str) -> str | None:
    """Parse one e-mail address. Return None if *text* is not exactly one address.

    The result is in NFC, with the domain in lower case, without what ``trimmed`` removes. Display names, lists,
    comments, angle brackets and ``mailto:`` are not accepted: whoever copied them sees them.
    """
    # Imported here because it takes a third of this package's import time.
    from email_validator import EmailNotValidError, validate_email

    text = trimmed(text)
    if len(text) > 4 * ADDRESS_LIMIT or _UNKEEPABLE.search(text):  # NFC cannot make such a text short enough.
        return None
    if any(map(_is_unseen, text)):  # Within a domain, the validator would drop some of them.
        return None
    text = composed(text)  # The validator normalises the text several times. Composed text makes that cheap.
    try:
        # The test environment accepts `.test` domains (RFC 6761 6.2), for demos and tests. A bare `@test` is refused.
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return found.normalized if "." in found.domain else None


def folded(address: str) -> str:
    """Fold an address for comparison: trimmed, NFC, lower case (SI-1). The result is safe in a query for any input.

    It is not case folded: "ß" and "ss" fold alike, but may be two mailboxes (PE-1).
    """
    bare = _UNKEEPABLE.sub("\ufffd", trimmed(address))
    if len(bare) > _NORMALISED_LIMIT:
        return bare.lower()
    return unicodedata.normalize("NFC", _decomposed(bare).lower())


def composed(text: str) -> str:
    """Convert *text* to NFC, with U+FFFD for NUL and lone surrogates. Beyond 4,096 characters there is no NFC."""
    kept = _UNKEEPABLE.sub("\ufffd", text)
    if kept.isascii() or len(kept) > _NORMALISED_LIMIT:
        return kept
    return unicodedata.normalize("NFC", kept if len(kept) <= _SHORT else _decomposed(kept))


def _decomposed(text: str) -> str:
    """Convert *text* to NFD. Sorts the marks itself: unicodedata needs quadratic time for a long run of marks."""
    parts = (part for each in text for part in unicodedata.normalize("NFD", each))
    runs = groupby(parts, key=lambda part: unicodedata.combining(part) != 0)
    return "".join(part for _are_marks, run in runs for part in sorted(run, key=unicodedata.combining))


def searchable(text: str) -> str:
    """Fold *text* for searching: no case, accents or invisible characters, and single spaces (DO-2)."""
    # Per character: normalising the whole is quadratic. The order of marks does not matter, as they are removed.
    parts = (part for each in text for part in unicodedata.normalize("NFKD", each))
    bare = "".join(each for each in parts if each.isspace() or not _is_mark(each))
    return " ".join(bare.casefold().split())


def _is_mark(each: str) -> bool:
    return unicodedata.combining(each) != 0 or unicodedata.category(each) in ("Cc", "Cf", "Cs")


def plain_text(text: str) -> str:
    """Clean a text of several lines: line ends become LF, other control characters are removed (ME-3, ME-5)."""
    if text.isprintable():  # Nothing to remove.
        return text
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))


def plain_line(text: str) -> str:
    """Clean a text of one line: no control or bidi characters, single spaces, none at the ends (AT-4)."""
    line = " ".join(text.split())
    if line.isprintable():  # Nothing to remove.
        return line
    spaced = "".join(" " if each.isspace() else each for each in text)
    kept = (each for each in spaced if each not in _BIDI and unicodedata.category(each) not in ("Cc", "Cs"))
    return " ".join("".join(kept).split())


def trimmed(text: str) -> str:
    """Remove white space and invisible characters from both ends. Copied text often brings some along."""
    start, end = 0, len(text)
    while start < end and _is_unseen(text[start]):
        start += 1
    while start < end and _is_unseen(text[end - 1]):
        end -= 1
    return text[start:end]


def seen(text: str) -> str:
    """Remove invisible characters, but no white space. For numbers and codes: in other text, some join letters."""
    if text.isprintable() and text.isascii():  # Nothing to remove.
        return text
    return "".join(each for each in text if each.isspace() or not _is_unseen(each))


def _is_unseen(each: str) -> bool:
    return each.isspace() or unicodedata.category(each) == "Cf" or _UNSEEN.match(each) is not None


def is_blank(text: str) -> bool:
    """Tell whether *text* has only white space and invisible characters."""
    return all(each.isspace() or unicodedata.category(each) in ("Cc", "Cf", "Cs") for each in _UNSEEN.sub("", text))
