"""Every call of the portal, with wrong values for each of its arguments."""

import contextlib
import functools
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta, timezone
from typing import Any

import pytest

from klantportaal.domain.errors import PortalError, Refused
from tests.boundary import calls
from tests.boundary.annotations import is_stream, right, wrong
from tests.usecases.matrix import scene
from tests.usecases.matrix.scene import Things
from tests.usecases.world import PDF


@functools.cache
def names() -> list[str]:
    """Return the names of the calls that have arguments."""
    return calls.calls_with_arguments(scene.build())


def wrong_calls(of: Things, name: str) -> Iterator[tuple[str, Mapping[str, Any], object]]:
    """Yield the arguments of a call with one wrong: the name of that one, all arguments, and the wrong value."""
    known = calls.known(of)
    annotations = calls.arguments(calls.method(of.world.portal, name))
    for argument, annotation in annotations.items():
        for value in wrong(annotation, known):
            # Made anew each time, as a stream can be read only once.
            others = {each: right(what, known) for each, what in annotations.items() if each != argument}
            given = {each: [PDF] if is_stream(annotations[each]) else other for each, other in others.items()}
            yield argument, {**given, argument: value}, value


def problem(of: Things, name: str, argument: str, given: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the error for a wrong value; None if the error is right."""
    try:
        calls.method(of.world.portal, name)(**given)
    except Refused as refused:
        return None if argument in {fault.field for fault in refused.faults} else f"{refused!r}"
    except (TypeError, ValueError) as error:
        return None if re.search(rf"\b{argument}\b", str(error)) else f"{error!r} does not name it"
    except Exception as error:  # noqa: BLE001 - any other error is wrong
        return f"{error!r}"
    return "taken"


def check(of: Things, name: str) -> None:
    """Make a call with every wrong value; each is refused, and nothing is written."""
    before = calls.everything_kept(of)
    problems = [
        f"{argument} = {value!r}: {told}"
        for argument, given, value in wrong_calls(of, name)
        if (told := problem(of, name, argument, given)) is not None
    ]
    assert problems == []
    assert calls.everything_kept(of) == before


@pytest.mark.parametrize("name", names())
def test_wrong_arguments(name: str, in_memory: Things) -> None:
    """AL-5: a call names the wrong argument, and writes nothing."""
    check(in_memory, name)


@pytest.mark.parametrize("name", names())
def test_wrong_arguments_over_sqlite(name: str, in_sqlite: Things) -> None:
    """AL-5: the same on SQLite, without errors of the database or of SQLAlchemy."""
    check(in_sqlite, name)


@pytest.mark.postgres
@pytest.mark.parametrize("name", names())
def test_wrong_arguments_over_postgresql(name: str, in_postgresql: Things) -> None:
    """AL-5: the same on PostgreSQL."""
    check(in_postgresql, name)


def test_everything_is_readable_in_memory(in_memory: Things) -> None:
    """AL-5: after the wrong calls, every list and every page of a list can be read."""
    calls.read_everything(in_memory)


def test_everything_is_readable_in_sqlite(in_sqlite: Things) -> None:
    """AL-5: the same on SQLite."""
    calls.read_everything(in_sqlite)


@pytest.mark.postgres
def test_everything_is_readable_in_postgresql(in_postgresql: Things) -> None:
    """AL-5: the same on PostgreSQL."""
    calls.read_everything(in_postgresql)


def numbers(of: Things) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every call with a number, with numbers that are negative, zero or too large for a database."""
    known = calls.known(of)
    for name in names():
        annotations = calls.arguments(calls.method(of.world.portal, name))
        for argument in (each for each, annotation in annotations.items() if annotation in (int, int | None)):
            for number in (1 << 80, -(1 << 80), 0, -1):
                yield name, {**{each: right(what, known) for each, what in annotations.items()}, argument: number}


def large_numbers(of: Things) -> None:
    """Make these calls; each returns, or raises an error of the portal."""
    for name, given in numbers(of):
        with contextlib.suppress(PortalError):
            calls.method(of.world.portal, name)(**given)
    calls.read_everything(of)


def test_numbers_that_no_database_holds(in_sqlite: Things) -> None:
    """AL-5: a number that is too large finds nothing, without a database error."""
    large_numbers(in_sqlite)


@pytest.mark.postgres
def test_numbers_that_postgresql_cannot_hold(in_postgresql: Things) -> None:
    """AL-5: the same on PostgreSQL."""
    large_numbers(in_postgresql)


def test_moments_of_another_time_zone(in_memory: Things, in_sqlite: Things) -> None:
    """AL-5: a time is treated the same in any time zone."""
    for of in (in_memory, in_sqlite):
        audit, handler = of.world.portal.office.audit, of.world.handler
        moment = of.world.clock.now() - timedelta(minutes=2)
        elsewhere = moment.astimezone(timezone(timedelta(hours=2)))
        for asked in ("since", "until"):
            there = audit.entries(handler, **{asked: elsewhere}, oldest_first=True, size=5)  # type: ignore[arg-type]
            assert there == audit.entries(handler, **{asked: moment}, oldest_first=True, size=5)  # type: ignore[arg-type]
            assert there
