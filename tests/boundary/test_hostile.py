"""Values of the right type that nobody expects: each call takes or refuses them, and all stays readable (AL-5)."""

import contextlib
import enum
import types
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Any, NewType, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import attrs
import pytest

from klantportaal.domain.errors import PortalError
from klantportaal.domain.sessions import Actor, OfficeActor
from tests.boundary import calls
from tests.boundary.annotations import is_stream, right
from tests.boundary.test_calls import names
from tests.usecases.matrix.scene import Things
from tests.usecases.world import PDF

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Text(str):
    """A text of the vendor's own."""

    __slots__ = ()


HOSTILE: Mapping[Any, tuple[object, ...]] = {
    str: (
        "",
        " ",
        "\0",
        "a\0b",
        "\u202e",
        "\u2028",
        "%_\\'\";--",
        "\U0001f469\u200d\u2696\ufe0f",
        Text("tekst"),
        "x" * 70_000,
    ),
    datetime: (
        _FIRST,
        _LAST,
        _FIRST.replace(tzinfo=timezone(timedelta(hours=14))),
        _LAST.replace(tzinfo=timezone(-timedelta(hours=12))),
    ),
    date: (date.min, date.max),
    timedelta: (timedelta(0), timedelta.min, timedelta.max),
    bytes: (b"", b"\0", b"x" * 70_000),
    bool: (False, True),
    UUID: (UUID(int=0), UUID(int=(1 << 128) - 1)),
}
ACTORS = (Actor, OfficeActor)
"""Who acts is made by the portal. A call with nothing else at its edge would only do its work: close, or remove."""


def hostile(annotation: Any, known: Mapping[Any, object]) -> Iterator[Any]:
    """Yield values that an annotation accepts, and that are at the edges of what it accepts."""
    if isinstance(annotation, NewType):
        yield from hostile(annotation.__supertype__, known)
        return
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        for each in arguments:
            yield from hostile(each, known)
    elif origin is Annotated:
        yield from ()
    elif origin is not None:
        yield from _in_container(origin, arguments, known)
    elif attrs.has(annotation):
        yield from _in_value(annotation, known)
    elif isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        yield from annotation
    else:
        yield from HOSTILE.get(annotation, ())


def _in_container(origin: Any, arguments: tuple[Any, ...], known: Mapping[Any, object]) -> Iterator[Any]:
    if not isinstance(origin, type) or not issubclass(origin, Collection):
        return
    if issubclass(origin, Mapping):
        yield {}
        for value in hostile(arguments[1], known):
            yield {right(arguments[0], known): value}
        return
    make: Callable[[Any], Any] = origin if origin in (tuple, frozenset, list, set) else list
    good = right(arguments[0], known)
    yield from (make([]), make([good, good]))
    for value in hostile(arguments[0], known):
        yield make([value])


def _in_value(cls: type[attrs.AttrsInstance], known: Mapping[Any, object]) -> Iterator[Any]:
    """Yield values with one field of that kind. Some classes refuse one themselves."""
    sound, hints = right(cls, known), get_type_hints(cls, include_extras=True)
    for field in attrs.fields(cls):
        for value in hostile(hints[field.name], known) if field.init and not field.name.startswith("_") else ():
            with contextlib.suppress(PortalError, TypeError, ValueError):
                yield attrs.evolve(sound, **{field.name: value})


def check(of: Things, name: str) -> None:
    """Make a call with each such value. It returns, or raises an error of the portal or one that names the argument."""
    known, call = calls.known(of), calls.method(of.world.portal, name)
    annotations, problems = calls.arguments(call), []
    for argument, annotation in annotations.items():
        if annotation in ACTORS or (annotation in known and not attrs.has(annotation)):
            continue
        for value in hostile(annotation, known):
            others = {each: [PDF] if is_stream(what) else right(what, known) for each, what in annotations.items()}
            try:
                given = call(**{**others, argument: value})
                if isinstance(given, Iterator):
                    list(given)
            except PortalError:
                pass
            except (TypeError, ValueError) as error:
                if argument not in str(error):
                    problems.append(f"{argument} = {value!r:.200}: {error!r:.300}")
            except Exception as error:  # noqa: BLE001 - any other error is wrong
                problems.append(f"{argument} = {value!r:.200}: {error!r:.300}")
    assert problems == []
    calls.read_everything(of)


@pytest.mark.parametrize("name", names())
def test_hostile_values(name: str, in_memory: Things) -> None:
    """AL-5: a value at the edge of what is accepted raises no error of the code, and makes nothing unreadable."""
    check(in_memory, name)


@pytest.mark.parametrize("name", names())
def test_hostile_values_over_sqlite(name: str, in_sqlite: Things) -> None:
    """AL-5: the same on SQLite, without errors of the database or of SQLAlchemy."""
    check(in_sqlite, name)


@pytest.mark.postgres
@pytest.mark.parametrize("name", names())
def test_hostile_values_over_postgresql(name: str, in_postgresql: Things) -> None:
    """AL-5: the same on PostgreSQL, which stores no NUL."""
    check(in_postgresql, name)
