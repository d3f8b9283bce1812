"""What the office put into the portal and nobody of the party has opened (RM-1)."""

import enum
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.ranges import Range
from klantportaal.domain.values import is_blank, plain_line, plain_text

DAYS = 14
"""After how many days something counts as unseen, unless the office asks for another number (RM-1)."""
Days = Annotated[int, Range(0, 3650)]
ADDRESS_LINES = 5
"""The most lines of a postal address, without the name."""
LINE_LIMIT = 60
"""The longest line of a postal address, in characters."""


class UnseenKind(enum.StrEnum):
    """What an account can open, download or look at."""

    DOCUMENT = "document"
    CORRESPONDENCE = "correspondence"
    MESSAGE = "message"
    REQUEST = "request"
    """A request for documents that still waits for the client."""
    QUESTIONNAIRE = "questionnaire"
    """A questionnaire that waits for the client and that nobody started."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class UnseenCount:
    """How much of one kind a party has not opened in a dossier."""

    kind: UnseenKind
    count: int
    since: datetime
    """When the oldest was published, sent or made."""


def until(at: datetime, days: int) -> datetime:
    """Give the last moment of what is so many days old at a moment."""
    return at - timedelta(days=days)


def postal_address(text: str) -> Sequence[str]:
    """Give the lines of a postal address, as they are printed. Blank lines are left out.

    Raises:
        Refused: there is no line, there are more than 5, or one is longer than 60 characters.
    """
    lines = [plain_line(line) for line in plain_text(text).split("\n") if not is_blank(line)]
    faults = []
    if not lines:
        faults.append(Fault(code=FaultCode.MISSING, field="address"))
    if len(lines) > ADDRESS_LINES:
        faults.append(Fault(code=FaultCode.TOO_MANY, field="address", params={"limit": ADDRESS_LINES}))
    if any(len(line) > LINE_LIMIT for line in lines):
        faults.append(Fault(code=FaultCode.TOO_LONG, field="address", params={"limit": LINE_LIMIT}))
    if faults:
        raise Refused(faults)
    return lines
