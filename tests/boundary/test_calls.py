"""Every call of the portal, with a wrong value for each of its arguments."""

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
    """Name every call that takes something."""
    return calls.calls_with_arguments(scene.build())


def wrong_calls(of: Things, name: str) -> Iterator[tuple[str, Mapping[str, Any], object]]:
    """Give the arguments of a call with one of them wrong: which one, all of them, and what is wrong."""
    known = calls.known(of)
    annotations = calls.arguments(calls.method(of.world.portal, name))
    for argument, annotation in annotations.items():
        for value in wrong(annotation, known):
            # Each time anew: a stream can be gone through once.
            others = {each: right(what, known) for each, what in annotations.items() if each != argument}
            given = {each: [PDF] if is_stream(annotations[each]) else other for each, other in others.items()}
            yield argument, {**given, argument: value}, value


def problem(of: Things, name: str, argument: str, given: Mapping[str, Any]) -> str | None:
    """Say what is wrong with how a call takes a wrong value; None where it is told as it should be."""
    try:
        calls.method(of.world.portal, name)(**given)
    except Refused as refused:
        return None if argument in {fault.field for fault in refused.faults} else f"{refused!r}"
    except (TypeError, ValueError) as error:
        return None if re.search(rf"\b{argument}\b", str(error)) else f"{error!r} does not name it"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the wrong answer
        return f"{error!r}"
    return "taken"


def check(of: Things, name: str) -> None:
    """Make a call with every wrong value; each is told, nothing is written, and everything can still be read."""
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
    """AL-5: a call names the argument that is wrong, and writes nothing."""
    check(in_memory, name)


@pytest.mark.parametrize("name", names())
def test_wrong_arguments_over_sqlite(name: str, in_sqlite: Things) -> None:
    """AL-5: it does so over SQLite: no error of the database or of SQLAlchemy gets through."""
    check(in_sqlite, name)


@pytest.mark.postgres
@pytest.mark.parametrize("name", names())
def test_wrong_arguments_over_postgresql(name: str, in_postgresql: Things) -> None:
    """AL-5: and over PostgreSQL."""
    check(in_postgresql, name)


def test_everything_is_readable_in_memory(in_memory: Things) -> None:
    """AL-5: whatever was tried before, every list and every page of one still comes."""
    calls.read_everything(in_memory)


def test_everything_is_readable_in_sqlite(in_sqlite: Things) -> None:
    """AL-5: the same over SQLite."""
    calls.read_everything(in_sqlite)


@pytest.mark.postgres
def test_everything_is_readable_in_postgresql(in_postgresql: Things) -> None:
    """AL-5: the same over PostgreSQL."""
    calls.read_everything(in_postgresql)


def numbers(of: Things) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give every call that takes a number, with one that no database holds."""
    known = calls.known(of)
    for name in names():
        annotations = calls.arguments(calls.method(of.world.portal, name))
        for argument in (each for each, annotation in annotations.items() if annotation in (int, int | None)):
            for number in (1 << 80, -(1 << 80), 0, -1):
                yield name, {**{each: right(what, known) for each, what in annotations.items()}, argument: number}


def large_numbers(of: Things) -> None:
    """Call with them; whatever comes is an answer or an error of the portal's."""
    for name, given in numbers(of):
        with contextlib.suppress(PortalError):
            calls.method(of.world.portal, name)(**given)
    calls.read_everything(of)


def test_numbers_that_no_database_holds(in_sqlite: Things) -> None:
    """AL-5: of a number that is too large there is nothing, as of any other that there is nothing of."""
    large_numbers(in_sqlite)


@pytest.mark.postgres
def test_numbers_that_postgresql_cannot_hold(in_postgresql: Things) -> None:
    """AL-5: the same over PostgreSQL."""
    large_numbers(in_postgresql)


def test_moments_of_another_time_zone(in_memory: Things, in_sqlite: Things) -> None:
    """AL-5: a moment is the same moment in whatever time zone it is given."""
    for of in (in_memory, in_sqlite):
        audit, handler = of.world.portal.office.audit, of.world.handler
        moment = of.world.clock.now() - timedelta(minutes=2)
        elsewhere = moment.astimezone(timezone(timedelta(hours=2)))
        for asked in ("since", "until"):
            there = audit.entries(handler, **{asked: elsewhere}, oldest_first=True, size=5)  # type: ignore[arg-type]
            assert there == audit.entries(handler, **{asked: moment}, oldest_first=True, size=5)  # type: ignore[arg-type]
            assert there
