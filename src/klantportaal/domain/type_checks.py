"""Checks of values against annotations. Each annotation is compiled once into a ``Check`` (AL-5).

``boundary.py`` uses them for the fields of values and the arguments of calls.
"""

import enum
import functools
import math
import re
import types
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Annotated, Any, ForwardRef, Literal, NewType, Protocol, Union, get_args, get_origin

import attrs

from klantportaal.domain.ranges import Range, told

_QUOTABLE = re.compile(r"[\w -]{1,30}")
_ONE_THING = (str, bytes, bytearray, memoryview, Mapping)
"""Iterable types that are not accepted as collections."""
_NO_PORT = (type, str, bytes, bytearray)
_QUICK = (tuple, list, frozenset, set)
"""Collection types with a fast check. The check against an abstract base class is slower."""


def _nowhere(_value: Any) -> "tuple[str, Check, object] | None":
    return None


@attrs.frozen
class CheckedInside:
    """Marks a parameter that the call checks itself, for a better message than a check of its type would give."""


@attrs.frozen
class Check:
    """The check of one annotation."""

    expected: str
    """The expected value in messages: ``an int``."""
    accepts: Callable[[Any], bool]
    wrong_part: "Callable[[Any], tuple[str, Check, object] | None]" = _nowhere
    """Finds the first wrong part of a value that is not accepted. Returns its place, its check and the part."""
    quotes: bool = False
    """Whether a message may quote a short wrong text. True for enums and literals only: other texts may be secrets."""
    unlimited: "Check | None" = None
    """The check without the range. None if the annotation has no range."""

    def error(self, owner: str, where: str, value: object) -> TypeError | ValueError:
        """Make the error for a value that is not accepted: ``TypeError``, or ``ValueError`` if it is out of range.

        Args:
            owner: the name of the class or call.
            where: the name of the field or argument.
            value: the value.
        """
        if (part := self.wrong_part(value)) is not None:
            inside, check, wrong = part
            return check.error(owner, f"{where}{inside}", wrong)
        if self.unlimited is not None:
            if not self.unlimited.accepts(value):
                return self.unlimited.error(owner, where, value)
            return ValueError(f"{owner}: {where} must be {self.expected}, not {told(value)}")
        quotable = self.quotes and isinstance(value, str) and _QUOTABLE.fullmatch(value)
        quoted = f" {str(value)!r}" if quotable else ""
        return TypeError(f"{owner}: {where} must be {self.expected}, not {_kind(value)}{quoted}")


def _kind(value: object) -> str:
    """Describe a wrong value by its type, or by what is wrong with it if the type is right."""
    if value is None:
        return "None"
    if isinstance(value, type):
        return f"the class {value.__name__} itself"
    if isinstance(value, str) and not _is_text(value):
        return "text that UTF-8 cannot encode"
    if isinstance(value, datetime) and not _is_aware(value):
        return "a datetime without time zone"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return type(value).__name__


# ---------------------------------------------------------------------- plain values
def _is_text(value: Any) -> bool:
    """Accept text that UTF-8 can encode: lone surrogates cannot be stored."""
    if not isinstance(value, str):
        return False
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_int(value: Any) -> bool:
    return value.__class__ is int or (isinstance(value, int) and not isinstance(value, bool))


def _is_float(value: Any) -> bool:
    return (isinstance(value, float) and math.isfinite(value)) or _is_int(value)


def _is_aware(value: Any) -> bool:
    return isinstance(value, datetime) and value.utcoffset() is not None


def _is_day(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_none(value: Any) -> bool:
    return value is None


def _is_callable(value: Any) -> bool:
    return callable(value)


def _is_anything(_value: Any) -> bool:
    return True


_NONE = Check("None", _is_none)
_ANYTHING = Check("anything", _is_anything)
_PLAIN: Mapping[Any, Check] = {
    Any: _ANYTHING,
    object: _ANYTHING,
    None: _NONE,
    types.NoneType: _NONE,
    str: Check("a str", _is_text),
    int: Check("an int", _is_int),
    float: Check("a float", _is_float),
    datetime: Check("a datetime with time zone", _is_aware),
    date: Check("a date", _is_day),
}


# ---------------------------------------------------------------------- from an annotation to its check
@functools.cache
def check_of(annotation: Any) -> Check:
    """Compile an annotation. In a recursive type, such as JSON values, the recursive part is not checked."""
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if isinstance(annotation, (ForwardRef, str)):
        return _ANYTHING
    if isinstance(annotation, NewType):
        base = check_of(annotation.__supertype__)
        return attrs.evolve(base, expected=f"{_article(annotation.__name__)} ({base.expected})")
    origin, arguments = get_origin(annotation), get_args(annotation)
    return _of_class(annotation) if origin is None else _of_form(origin, arguments)


def _of_form(origin: Any, arguments: tuple[Any, ...]) -> Check:
    """Compile an annotation that contains others."""
    if origin is Annotated and isinstance(arguments[1], CheckedInside):
        return _ANYTHING
    if origin is Annotated:
        return _of_range(check_of(arguments[0]), arguments[1])
    if origin is Literal:
        return _of_literal(arguments)
    if origin in (Union, types.UnionType):
        return _of_union([check_of(each) for each in arguments])
    return _of_generic(origin, arguments)


def _of_class(cls: Any) -> Check:
    if getattr(cls, "_is_protocol", False):
        return _of_protocol(cls)
    return Check(_article(cls.__name__), _instances_of(cls), quotes=issubclass(cls, enum.Enum))


def _instances_of(cls: Any) -> Callable[[Any], bool]:
    def accepts(value: Any) -> bool:
        return value.__class__ is cls or isinstance(value, cls)

    return accepts


def _of_protocol(protocol: type) -> Check:
    """Accept objects with the methods of a port. A class has them too, and text has ``find``: neither is accepted."""
    promised = [vars(each) for each in protocol.__mro__ if each not in (Protocol, object)]
    names = sorted({name for each in promised for name in each if not name.startswith("_") or name == "__next__"})

    def accepts(value: Any) -> bool:
        return not isinstance(value, _NO_PORT) and all(hasattr(value, name) for name in names)

    return Check(f"{_article(protocol.__name__)} (something with {', '.join(names)})", accepts)


def _of_range(base: Check, limits: Range) -> Check:
    accepts, holds = base.accepts, limits.holds
    return Check(str(limits), lambda value: accepts(value) and holds(value), unlimited=base)


def _of_union(members: Sequence[Check]) -> Check:
    expected = " or ".join(member.expected for member in members)
    quotes = any(member.quotes for member in members)
    if len(members) == 2 and members[1] is _NONE:
        first = members[0].accepts
        return Check(expected, lambda value: value is None or first(value), members[0].wrong_part, quotes)
    accepting = [member.accepts for member in members]
    return Check(expected, lambda value: any(accepts(value) for accepts in accepting), quotes=quotes)


def _of_literal(choices: tuple[object, ...]) -> Check:
    def accepts(value: Any) -> bool:
        return any(value.__class__ is each.__class__ and value == each for each in choices)

    return Check(" or ".join(map(repr, choices)), accepts, quotes=True)


def _of_generic(origin: Any, arguments: tuple[Any, ...]) -> Check:
    if origin is tuple and arguments[-1] is not Ellipsis:
        return _of_tuple([check_of(each) for each in arguments])
    if origin is Callable:
        return Check("a callable", _is_callable)
    if issubclass(origin, Mapping):
        return _of_mapping(check_of(arguments[0]), check_of(arguments[1]))
    if issubclass(origin, Collection):
        return _of_collection(origin, check_of(arguments[0]))
    return _of_stream(origin, check_of(arguments[0])) if issubclass(origin, Iterable) else _of_class(origin)


def _of_tuple(checks: Sequence[Check]) -> Check:
    def wrong_part(value: Any) -> tuple[str, Check, object] | None:
        return _first_wrong(value, checks) if has_size(value) else None

    def has_size(value: Any) -> bool:
        return isinstance(value, tuple) and len(value) == len(checks)

    return Check(
        f"a tuple of {', '.join(check.expected for check in checks)}",
        lambda value: has_size(value) and wrong_part(value) is None,
        wrong_part,
    )


def _of_collection(origin: Any, element: Check) -> Check:
    """Accept a collection that can be iterated repeatedly, if each of its parts is accepted."""
    good = element.accepts

    def holds(value: Any) -> bool:
        if value.__class__ in _QUICK:
            return isinstance(value, origin)
        return isinstance(value, origin) and not isinstance(value, _ONE_THING)

    def wrong_part(value: Any) -> tuple[str, Check, object] | None:
        return _first_wrong(value, [element] * len(value)) if holds(value) else None

    expected = f"{_article(origin.__name__)}, each part {element.expected}"
    return Check(expected, lambda value: holds(value) and all(map(good, value)), wrong_part)


def _first_wrong(value: Iterable[object], checks: Iterable[Check]) -> tuple[str, Check, object] | None:
    parts = enumerate(zip(checks, value, strict=True))
    return next(((f"[{at}]", check, part) for at, (check, part) in parts if not check.accepts(part)), None)


def _of_stream(origin: Any, element: Check) -> Check:
    """Accept an iterable without consuming it. Only the parts of a tuple, list or set are checked here."""
    again = _of_collection(Collection, element)

    def is_stream(value: Any) -> bool:
        return isinstance(value, origin) and not isinstance(value, (*_ONE_THING, type))

    def wrong_part(value: Any) -> tuple[str, Check, object] | None:
        return again.wrong_part(value) if is_stream(value) and isinstance(value, _QUICK) else None

    expected = f"{_article(origin.__name__)}, each part {element.expected}"
    return Check(expected, lambda value: is_stream(value) and wrong_part(value) is None, wrong_part)


def _of_mapping(key: Check, item: Check) -> Check:
    good_key, good_item = key.accepts, item.accepts

    def wrong_part(value: Any) -> tuple[str, Check, object] | None:
        if not isinstance(value, Mapping):
            return None
        wrong_keys = ((" in a key", key, each) for each in value if not good_key(each))
        wrong_items = ((place(each), item, part) for each, part in value.items() if not good_item(part))
        return next(chain(wrong_keys, wrong_items), None)

    def place(each: object) -> str:
        """Quote a key only if enum or literal keys are expected. Other keys may be personal data."""
        return f"[{str(each)!r}]" if key.quotes else "[…]"

    def accepts(value: Any) -> bool:
        return isinstance(value, Mapping) and all(map(good_key, value)) and all(map(good_item, value.values()))

    return Check(f"a Mapping from {key.expected} to {item.expected}", accepts, wrong_part)


def _article(name: str) -> str:
    if name == "bytes":
        return name
    return f"{'an' if name[0] in 'AEIOaeio' else 'a'} {name}"
