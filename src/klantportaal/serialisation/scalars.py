"""Writes and reads single values. Each reading function accepts only the type and the format of its values in JSON."""

import enum
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from klantportaal.domain.errors import FaultCode

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
"""The format of RFC 3339 5.6, with a capital T and Z, and with at most six decimals of seconds."""
_HEXADECIMAL = re.compile(r"([0-9a-f]{2})*", re.IGNORECASE | re.ASCII)


class Misfit(ValueError):
    """A value does not have the type or format that its field needs."""

    def __init__(self, code: FaultCode) -> None:
        super().__init__(code)
        self.code = code


def write_moment(moment: datetime) -> str:
    """Write a moment in UTC, in the format of RFC 3339.

    Raises:
        TypeError: the moment has no time zone.
    """
    if moment.tzinfo is not UTC:
        if moment.utcoffset() is None:
            raise TypeError("a moment without a time zone cannot be written as JSON")
        moment = moment.astimezone(UTC)
    return moment.isoformat().replace("+00:00", "Z")


def _read_text(value: object) -> str:
    if not isinstance(value, str):
        raise Misfit(FaultCode.NOT_TEXT)
    return value


def _read_whole_number(value: object) -> int:
    if type(value) is not int:  # bool is a subclass of int, so True is refused here.
        raise Misfit(FaultCode.NOT_A_NUMBER)
    return value


def _read_number(value: object) -> float:
    if type(value) not in (int, float):
        raise Misfit(FaultCode.NOT_A_NUMBER)
    return float(value)  # type: ignore[arg-type]


def _read_truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise Misfit(FaultCode.NOT_YES_OR_NO)
    return value


def _read_nothing(value: object) -> None:
    if value is not None:
        raise Misfit(FaultCode.NOT_AS_FORMAT)


def _read_id(value: object) -> UUID:
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise Misfit(FaultCode.NOT_AS_FORMAT)
    return UUID(value)


def _read_bytes(value: object) -> bytes:
    if not isinstance(value, str) or not _HEXADECIMAL.fullmatch(value):
        raise Misfit(FaultCode.NOT_AS_FORMAT)
    return bytes.fromhex(value)


def _read_day(value: object) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise Misfit(FaultCode.NOT_A_DATE)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Misfit(FaultCode.NOT_A_DATE) from None


def _read_moment(value: object) -> datetime:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise Misfit(FaultCode.NOT_A_DATE)
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Misfit(FaultCode.NOT_A_DATE) from None


def _read_length_of_time(value: object) -> timedelta:
    try:
        return timedelta(seconds=_read_number(value))
    except (ValueError, OverflowError):
        raise Misfit(FaultCode.NOT_A_NUMBER) from None


def read_choice(value: object, kind: type[enum.Enum]) -> enum.Enum:
    """Read a value of an enumeration.

    Raises:
        Misfit: the enumeration does not have it.
    """
    found = next((each for each in kind if type(value) is type(each.value) and value == each.value), None)
    if found is None:
        raise Misfit(FaultCode.UNKNOWN_CHOICE)
    return found


READERS: Mapping[type[Any], Callable[[object], Any]] = {
    str: _read_text,
    int: _read_whole_number,
    float: _read_number,
    bool: _read_truth,
    type(None): _read_nothing,
    UUID: _read_id,
    bytes: _read_bytes,
    date: _read_day,
    datetime: _read_moment,
    timedelta: _read_length_of_time,
}
"""The reading function of each type."""

WRITERS: Mapping[type[Any], Callable[[Any], object]] = {
    UUID: str,
    bytes: bytes.hex,
    date: date.isoformat,
    datetime: write_moment,
    timedelta: timedelta.total_seconds,
}
"""The writing function of each type that JSON does not have."""
