"""Quotas: how much a client, and all clients of an office together, may send in a day (AT-3, ME-3).

A day is one of the calendar of the Netherlands. What was sent stays counted if it is removed again. So adding and
removing files in turn fills neither disk nor audit trail.
"""

import enum
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Annotated

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.outgoing import is_told
from klantportaal.domain.ranges import Range
from klantportaal.domain.uploads import MEBIBYTE
from klantportaal.domain.values import ClientId

GIBIBYTE = 1024 * MEBIBYTE
KEPT = timedelta(days=30)
"""How long the usage of a day is kept."""
_SIZE = Range(1, 2**60)
_NUMBER = Range(1, 2**30)


class Quota(enum.StrEnum):
    """What is counted, and for whom."""

    CLIENT_MESSAGES = "client_messages"
    CLIENT_FILES = "client_files"
    CLIENT_BYTES = "client_bytes"
    OFFICE_MESSAGES = "office_messages"
    OFFICE_FILES = "office_files"
    OFFICE_BYTES = "office_bytes"


@attrs.frozen(kw_only=True, field_transformer=checked)
class DailyQuotas:
    """How much may be sent in a day. All accounts of a client count together."""

    client_messages: Annotated[int, _NUMBER] = 200
    """The maximum number of messages of a client."""
    client_files: Annotated[int, _NUMBER] = 500
    """The maximum number of files of a client: attachments, and answers of questionnaires."""
    client_bytes: Annotated[int, _SIZE] = 2 * GIBIBYTE
    """The maximum size of these files together, in bytes."""
    office_messages: Annotated[int, _NUMBER] = 20_000
    """The maximum number of messages of all clients of an office."""
    office_files: Annotated[int, _NUMBER] = 50_000
    office_bytes: Annotated[int, _SIZE] = 100 * GIBIBYTE


@attrs.frozen(kw_only=True, field_transformer=checked)
class Usage:
    """What was sent in a day."""

    messages: int = 0
    files: int = 0
    bytes: int = 0
    refused: int = 0
    """How often something was refused because of a quota."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class DayUsage:
    """What a client, and all clients of its office together, sent in a day."""

    day: date
    client_id: ClientId
    client: Usage
    office: Usage


@attrs.frozen(kw_only=True, field_transformer=checked)
class Room:
    """What a client may still send today."""

    messages: int
    files: int
    bytes: int


_CODES: Mapping[Quota, FaultCode] = {
    Quota.CLIENT_MESSAGES: FaultCode.MESSAGES_USED_UP,
    Quota.CLIENT_FILES: FaultCode.FILES_USED_UP,
    Quota.CLIENT_BYTES: FaultCode.BYTES_USED_UP,
    Quota.OFFICE_MESSAGES: FaultCode.OFFICE_MESSAGES_USED_UP,
    Quota.OFFICE_FILES: FaultCode.OFFICE_FILES_USED_UP,
    Quota.OFFICE_BYTES: FaultCode.OFFICE_FILES_USED_UP,
}


class QuotaUsedUp(Refused):
    """Something was not sent, because a quota of the day is used up. Nothing was changed."""

    def __init__(self, quota: Quota, *, limit: int, name: str = "") -> None:
        """Keep the quota. *name* is the name of the file, if it is one."""
        params: Mapping[str, str | int] = {"name": name, "limit": limit} if name else {"limit": limit}
        super().__init__([Fault(code=_CODES[quota], field="files" if name else None, params=params)])
        self.quota = quota


def spend(
    usage: DayUsage, quotas: DailyQuotas, *, messages: int = 0, files: int = 0, size: int = 0, name: str = ""
) -> DayUsage:
    """Count what is sent.

    Args:
        usage: what was sent today.
        quotas: how much may be sent.
        messages: the number of messages that are sent now.
        files: the number of files.
        size: their size, in bytes.
        name: the name of the file, for the fault.

    Raises:
        QuotaUsedUp: it does not fit. The first quota in the order of ``Quota`` is named.
    """
    client, office = (_more(each, messages, files, size) for each in (usage.client, usage.office))
    for quota, before, after, limit in (
        (Quota.CLIENT_MESSAGES, usage.client.messages, client.messages, quotas.client_messages),
        (Quota.CLIENT_FILES, usage.client.files, client.files, quotas.client_files),
        (Quota.CLIENT_BYTES, usage.client.bytes, client.bytes, quotas.client_bytes),
        (Quota.OFFICE_MESSAGES, usage.office.messages, office.messages, quotas.office_messages),
        (Quota.OFFICE_FILES, usage.office.files, office.files, quotas.office_files),
        (Quota.OFFICE_BYTES, usage.office.bytes, office.bytes, quotas.office_bytes),
    ):
        if before < after > limit:  # What is not sent now is not refused, whatever was sent before.
            raise QuotaUsedUp(quota, limit=limit, name=name)
    return attrs.evolve(usage, client=client, office=office)


def within(blocks: Iterable[bytes], name: str, usage: DayUsage, quotas: DailyQuotas) -> Iterator[bytes]:
    """Yield the blocks of a file, as long as it fits. This counts nothing.

    Raises:
        QuotaUsedUp: at the first block that does not fit, or before the first one if no file fits.
    """
    spend(usage, quotas, files=1, size=1, name=name)
    most, size = room(usage, quotas).bytes, 0
    for block in blocks:
        size += len(block)
        if size > most:
            spend(usage, quotas, files=1, size=size, name=name)
        yield block


def refuse(usage: DayUsage, quota: Quota) -> tuple[DayUsage, bool]:
    """Count a refusal of the client or office. Returns the usage, and whether it is told.

    The first, second, fourth … of a day are told: so a quota that is refused often hides no other one for long.
    """
    of_office = quota.value.startswith("office_")
    office, client = usage.office.refused + of_office, usage.client.refused + 1
    refused = attrs.evolve(
        usage, client=attrs.evolve(usage.client, refused=client), office=attrs.evolve(usage.office, refused=office)
    )
    return refused, is_told(office if of_office else client)


def room(usage: DayUsage, quotas: DailyQuotas) -> Room:
    """Tell how much the client may still send today. Each number is at least 0."""
    client, office = usage.client, usage.office
    messages = min(quotas.client_messages - client.messages, quotas.office_messages - office.messages)
    files = min(quotas.client_files - client.files, quotas.office_files - office.files)
    size = min(quotas.client_bytes - client.bytes, quotas.office_bytes - office.bytes)
    return Room(messages=max(messages, 0), files=max(files, 0), bytes=max(size, 0))


def _more(usage: Usage, messages: int, files: int, size: int) -> Usage:
    return attrs.evolve(usage, messages=usage.messages + messages, files=usage.files + files, bytes=usage.bytes + size)
