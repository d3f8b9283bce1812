"""Reads JSON that comes from outside: no key twice, no NaN, no number without an end, not too deep (AP-6)."""

from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.serialisation.text import parsed

DEEPEST = 40
"""The largest number of lists and objects inside one another."""


def read(text: bytes) -> object:
    """Read JSON.

    Raises:
        Refused: it is not JSON, is too deep, or has a text that no database stores: with NUL, or half a surrogate pair.
    """
    found = parsed(text)
    level, depth = [found], 0
    while level:
        if depth > DEEPEST or not all(_is_storable(each) for each in level):
            raise Refused([Fault(code=FaultCode.NOT_JSON)])
        level, depth = [inner for each in level for inner in _inside(each)], depth + 1
    return found


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


def _is_storable(value: object) -> bool:
    return not isinstance(value, str) or not any(each == "\0" or "\ud800" <= each <= "\udfff" for each in value)
