"""Converts values to JSON text and back, each in one call."""

import json
import math
from collections.abc import Iterator
from functools import cache
from typing import Any, NoReturn, TypeVar

from cattrs import (
    AttributeValidationNote,
    BaseValidationError,
    Converter,
    ForbiddenExtraKeysError,
    IterableValidationNote,
    StructureHandlerNotFoundError,
)

from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.serialisation.converters import converter
from klantportaal.serialisation.scalars import Misfit

Value = TypeVar("Value")


def to_json(value: object) -> str:
    """Write a value that a call returned as JSON text, without its secrets.

    Args:
        value: a view, an id, or another value of the portal; also in lists and mappings.

    Raises:
        TypeError: it is not a value, but for example a ``Download`` or a part of the portal.
    """
    return json.dumps(to_plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def from_json(text: str | bytes, kind: type[Value]) -> Value:
    """Read a value from JSON text, to pass it to a call.

    Args:
        text: the JSON text, in UTF-8 if it is bytes.
        kind: the class of the value, such as ``NewClient``.

    Raises:
        Refused: the text is not JSON, or does not fit. There is one fault for each field that does not fit, with the
            path to the field (``statuses.0.code``).
        TypeError: *kind* cannot be read from JSON, for example because it holds a secret.
    """
    return from_plain(parsed(text), kind)


def to_plain(value: object) -> Any:
    """Give a value in the types of JSON: dictionaries, lists, text, numbers, booleans and None.

    Args:
        value: as for ``to_json``.

    Raises:
        TypeError: see ``to_json``.
    """
    return _converter().unstructure(value)


def from_plain(plain: object, kind: type[Value]) -> Value:
    """Read a value from the types of JSON.

    Args:
        plain: dictionaries, lists, text, numbers, booleans and None.
        kind: the class of the value, such as ``NewClient``.

    Raises:
        Refused: it does not fit, as for ``from_json``.
        TypeError: *kind* cannot be read, as for ``from_json``.
    """
    try:
        return _converter().structure(plain, kind)
    except (BaseValidationError, Misfit, Refused) as error:
        raise Refused(list(_faults(error, ()))) from error
    except StructureHandlerNotFoundError as error:
        raise TypeError(f"{kind} is not read from JSON") from error


@cache
def _converter() -> Converter:
    return converter()


def _faults(error: Exception, path: tuple[str, ...]) -> Iterator[Fault]:
    """Make one fault for each error in a tree of errors."""
    field = ".".join(path) or None
    match error:
        case BaseValidationError():
            for each in error.exceptions:
                yield from _faults(each, (*path, *_steps(each)))
        case ForbiddenExtraKeysError():
            for key in sorted(error.extra_fields):
                yield Fault(code=FaultCode.UNKNOWN_KEY, field=".".join((*path, key)))
        case Refused():
            for fault in error.faults:
                yield Fault(code=fault.code, field=".".join((*path, fault.field or "")).strip("."), params=fault.params)
        case Misfit():
            yield Fault(code=error.code, field=field)
        case KeyError():
            yield Fault(code=FaultCode.MISSING, field=field)
        case StructureHandlerNotFoundError():
            raise error
        case _:  # An error that the value's own class raised.
            yield Fault(code=FaultCode.NOT_AS_FORMAT, field=field)


def _steps(error: Exception) -> Iterator[str]:
    """Give the steps of the path from its parent to an error."""
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            yield note.name
        elif isinstance(note, IterableValidationNote):
            yield str(note.index)


def parsed(text: str | bytes) -> object:
    """Read JSON text into the types of JSON.

    Raises:
        Refused: the text is not JSON (``NOT_JSON``): a key stands there twice, or a number has no end (NaN, 1e400).
    """
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_number)
    except json.JSONDecodeError as error:
        place: dict[str, str | int] = {"line": error.lineno, "column": error.colno}
        raise Refused([Fault(code=FaultCode.NOT_JSON, params=place)]) from None
    except (ValueError, RecursionError):  # A UnicodeError is a ValueError.
        raise Refused([Fault(code=FaultCode.NOT_JSON)]) from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse an object that has a key twice: programs differ in which of the two values they use."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number has no end")
    return number


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
