"""Right and wrong values for an annotation; written independently of the checks, to test them."""

import enum
import itertools
import math
import types
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, ForwardRef, Literal, NewType, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

import attrs

from klantportaal.domain.ranges import Range

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
ID = UUID("0190a0b0-0000-7000-8000-000000000001")
HALF = "half \ud800"
"""Text with a surrogate."""
_ANYWHERE = (None, object(), 3.5, {"a": 1}, [object()], b"bytes", "text", True, 7, ID, AT, int)
"""One value of each kind; those that an annotation does not accept are wrong values for it."""
_PLAIN: Mapping[Any, object] = {
    str: "text",
    int: 1,
    bool: True,
    float: 1.5,
    bytes: b"bytes",
    datetime: AT,
    date: date(2026, 3, 2),
    timedelta: timedelta(minutes=1),
    UUID: ID,
    Path: Path("somewhere"),
    object: "text",
    Any: "text",
    types.NoneType: None,
}
_PARTICULAR: Mapping[Any, tuple[object, ...]] = {
    str: (HALF,),
    int: ("7",),
    bool: ("true", 0),
    float: ("1.5", float("nan")),
    bytes: (bytearray(b"bytes"),),
    datetime: (AT.replace(tzinfo=None), AT.date(), "2026-03-02T10:00:00Z", 1772445600),
    date: (AT, "2026-03-02"),
    timedelta: (60, "1 minute"),
    UUID: (str(ID), ID.hex, "abc", ID.int),
}
"""Values that are nearly right."""


def right(annotation: Any, known: Mapping[Any, object]) -> Any:
    """Return a value that an annotation accepts: the *known* one, or any."""
    if annotation in known:
        return known[annotation]
    if isinstance(annotation, NewType):
        return right(annotation.__supertype__, known)
    if get_origin(annotation) is not None:
        return _right_form(get_origin(annotation), get_args(annotation), known)
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    return next(iter(annotation)) if issubclass(annotation, enum.Enum) else example(annotation, known)


def _right_form(origin: Any, arguments: tuple[Any, ...], known: Mapping[Any, object]) -> Any:
    if origin is Annotated:
        return _within(arguments[1])
    if origin is Literal:
        return arguments[0]
    if origin in (Union, types.UnionType):
        return right(arguments[0], known)
    return _right_container(origin, arguments, known)


def _within(limits: Range) -> Any:
    return limits.least + (timedelta(seconds=1) if isinstance(limits.least, timedelta) else 1)


def _right_container(origin: Any, arguments: tuple[Any, ...], known: Mapping[Any, object]) -> Any:
    if issubclass(origin, Mapping):
        key, value = arguments
        return {right(key, known): right(value, known)}
    if origin is Callable:
        return lambda *_args: True
    if origin is frozenset:
        return frozenset({right(arguments[0], known)})
    return (right(arguments[0], known),)


def example(cls: Any, known: Mapping[Any, object]) -> Any:
    """Make a value of an attrs class with its required fields only."""
    hints = get_type_hints(cls, include_extras=True)
    required = [field for field in attrs.fields(cls) if field.init and field.default is attrs.NOTHING]
    return cls(**{field.name: right(hints[field.name], known) for field in required})


def wrong(annotation: Any, known: Mapping[Any, object]) -> Iterator[Any]:
    """Yield values that an annotation does not accept, each made anew, as a stream can be read only once."""
    for value in itertools.chain(_ANYWHERE, _nearly(annotation, known)):
        if not takes(annotation, value):
            yield value


def takes(annotation: Any, value: Any) -> bool:
    """Tell whether an annotation accepts a value; kept simple, as the checks are compared with it."""
    if isinstance(annotation, NewType):
        return takes(annotation.__supertype__, value)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is None:
        return _is_plain(annotation, value)
    if origin is Annotated:
        return takes(arguments[0], value) and cast("Range", arguments[1]).holds(value)
    if origin in (Union, types.UnionType):
        return any(takes(each, value) for each in arguments)
    if origin is Literal:
        return isinstance(value, str) and value in arguments
    return _holds(origin, arguments, value)


def _is_plain(annotation: Any, value: Any) -> bool:
    if annotation in (Any, object) or isinstance(annotation, ForwardRef):
        return True
    if annotation in (int, float):
        number = int if annotation is int else (int, float)
        return isinstance(value, number) and not isinstance(value, bool) and math.isfinite(value)
    if annotation is str:
        return isinstance(value, str) and not any("\ud800" <= each <= "\udfff" for each in value)
    if annotation is datetime:
        return isinstance(value, datetime) and value.tzinfo is not None
    if annotation is date:
        return type(value) is date
    # No value in this module is a port.
    return not getattr(annotation, "_is_protocol", False) and isinstance(value, annotation)


def _holds(origin: Any, arguments: tuple[Any, ...], value: Any) -> bool:
    if origin is Callable:
        return callable(value)
    if issubclass(origin, Mapping):
        pairs = value.items() if isinstance(value, Mapping) else [(object(), object())]
        return isinstance(value, Mapping) and all(
            takes(arguments[0], key) and takes(arguments[1], each) for key, each in pairs
        )
    if isinstance(value, (str, bytes, bytearray, Mapping)) or not isinstance(value, origin):
        return False
    if not isinstance(value, Collection):
        return True
    return all(takes(arguments[0], each) for each in value)


def _nearly(annotation: Any, known: Mapping[Any, object]) -> Iterator[Any]:
    """Yield values that are nearly right."""
    if isinstance(annotation, NewType):
        yield from _nearly(annotation.__supertype__, known)
        return
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from _beyond(arguments[1])
        yield from _nearly(arguments[0], known)
    elif origin in (Union, types.UnionType):
        for each in arguments:
            yield from _nearly(each, known)
    elif origin is Literal or (isinstance(annotation, type) and issubclass(annotation, enum.Enum)):
        yield from ("unknown", *(each.value for each in annotation)) if origin is None else ("unknown",)
    elif origin is not None:
        yield from _nearly_container(origin, arguments, known)
    elif attrs.has(annotation):
        yield attrs.asdict(right(annotation, known), recurse=False)
        yield annotation
    else:
        yield from _PARTICULAR.get(annotation, ())


def _beyond(limits: Range) -> Iterator[Any]:
    tick = timedelta(microseconds=1) if isinstance(limits.least, timedelta) else 1
    yield limits.least if limits.above else limits.least - tick
    yield -abs(limits.least) - tick
    if limits.most is not None:
        yield limits.most + tick


def _nearly_container(origin: Any, arguments: tuple[Any, ...], known: Mapping[Any, object]) -> Iterator[Any]:
    """Yield containers of another kind, and of the right kind with one wrong part, first or last."""
    if origin is Callable:
        return
    good = right(arguments[-1] if issubclass(origin, Mapping) else arguments[0], known)
    bad = next(wrong(arguments[-1] if issubclass(origin, Mapping) else arguments[0], known), None)
    if issubclass(origin, Mapping):
        key = right(arguments[0], known)
        yield [(key, good)]
        yield {object(): good}
        yield {key: good, object(): good}
        yield {key: bad}
        return
    yield {ID: good}
    if issubclass(origin, Collection):
        yield iter([good])
    make = origin if origin in (tuple, frozenset, list, set) else list
    yield make([bad, good])
    yield make([good, bad])


def is_stream(annotation: Any) -> bool:
    """Tell whether an annotation is a stream, whose parts are checked only when they are read."""
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, Iterable) and not issubclass(origin, Collection)
