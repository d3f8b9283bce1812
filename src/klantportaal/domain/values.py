"""The small words that every rule speaks: typed ids, languages, e-mail addresses and plain text."""

import enum
import re
import unicodedata
from collections.abc import Mapping
from typing import NewType
from uuid import UUID

from email_validator import EmailNotValidError, validate_email

OfficeId = NewType("OfficeId", UUID)
ClientId = NewType("ClientId", UUID)
AccountId = NewType("AccountId", UUID)
SessionId = NewType("SessionId", UUID)
LinkId = NewType("LinkId", UUID)
DossierId = NewType("DossierId", UUID)
DocumentId = NewType("DocumentId", UUID)
MessageId = NewType("MessageId", UUID)
ThreadId = NewType("ThreadId", UUID)
DraftId = NewType("DraftId", UUID)
UploadId = NewType("UploadId", UUID)
SubmissionId = NewType("SubmissionId", UUID)
AssignmentId = NewType("AssignmentId", UUID)
TaskId = NewType("TaskId", UUID)
EntryId = NewType("EntryId", UUID)
FileKey = NewType("FileKey", str)
"""Where a file stands in the files port: made of ids only, so that nothing of a name reaches a path (AT-4)."""
Fingerprint = NewType("Fingerprint", bytes)
"""SHA-256 of a one-time secret: 32 bytes, what storage holds in the secret's place."""


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

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_ENDS = re.compile(r"\r\n?|\u2028|\u2029|\x85")


def address(text: str) -> str | None:
    """Read exactly one e-mail address, or None where *text* is not one.

    The part after the @ comes back in lower case, the whole in NFC; display names, lists and comments are refused.
    """
    try:
        return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return None


def folded(address: str) -> str:
    """Fold an address for comparison: trimmed, NFC, without case (SI-1)."""
    return unicodedata.normalize("NFC", address.strip()).casefold()


def searchable(text: str) -> str:
    """Fold *text* for searching: without case, accents or runs of white space (DO-2)."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return " ".join(unicodedata.normalize("NFKC", bare.casefold()).split())


def plain_text(text: str) -> str:
    """Clean what somebody typed over several lines: line ends become LF, other control characters go (ME-3, ME-5)."""
    lines = _LINE_ENDS.sub("\n", text)
    return "".join(each for each in lines if each in "\n\t" or unicodedata.category(each) not in ("Cc", "Cs"))


def plain_line(text: str) -> str:
    """Clean what somebody typed on one line: no control or bidi characters, white space trimmed and single (AT-4)."""
    spaced = "".join(" " if each.isspace() else each for each in text)
    kept = (each for each in spaced if each not in _BIDI and unicodedata.category(each) not in ("Cc", "Cs"))
    return " ".join("".join(kept).split(" ")).strip()


def is_blank(text: str) -> bool:
    """Tell whether *text* shows nothing: white space and invisible characters only."""
    return all(each.isspace() or unicodedata.category(each) in ("Cc", "Cf") for each in text)
