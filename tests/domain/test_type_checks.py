"""Which values an annotation accepts (AL-5)."""

import enum
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, Literal, NewType, Protocol
from uuid import UUID

import pytest

from klantportaal.domain.ranges import Range
from klantportaal.domain.type_checks import CheckedInside, check_of


class Colour(enum.StrEnum):
    """An enumeration."""

    RED = "red"


class Paint(enum.StrEnum):
    """Another enumeration with the same value."""

    RED = "red"


class Clock(Protocol):
    """A port."""

    @property
    def zone(self) -> str:
        """Return the time zone."""
        ...

    def now(self) -> datetime:
        """Tell the time."""
        ...


class Watch:
    """A class that has the methods of the port."""

    zone = "UTC"

    def now(self) -> str:
        """Tell the time."""
        return "now"


Id = NewType("Id", UUID)
ID = Id(UUID(int=1))
AT = datetime(2026, 3, 2, tzinfo=UTC)
NAIVE = AT.replace(tzinfo=None)
HALF = "\ud800"
MINUTE = timedelta(minutes=1)
SHORT = Annotated[timedelta, Range(timedelta(0), MINUTE, above=True)]
FEW = Annotated[int, Range(1, 3)]

CASES: Sequence[tuple[Any, Sequence[object], Sequence[object]]] = [
    (str, ["", "é", Colour.RED], [None, b"a", 1, HALF]),
    (bytes, [b""], ["a", bytearray(b"a"), None]),
    (int, [0, 1 << 80], [True, 1.0, "1", None]),
    (bool, [True], [1, "true", None]),
    (float, [1.5, 2], [True, "1.5", float("nan"), float("inf")]),
    (datetime, [AT], [NAIVE, AT.date(), "2026-03-02"]),
    (date, [AT.date()], [AT, "2026-03-02"]),
    (timedelta, [MINUTE], [60, "1:00"]),
    (None, [None], [0, ""]),
    (object, [None, HALF], []),
    (Any, [None, HALF], []),
    (Colour, [Colour.RED], ["red", Paint.RED, None, Colour]),
    (Id, [ID], [str(ID), 1, None]),
    (int | None, [1, None], ["1", True]),
    (Id | None, [ID, None], [str(ID)]),
    (str | bytes, ["a", b"a"], [1, None, HALF]),
    (Literal["a", "b"], ["a"], ["c", Colour.RED, b"a"]),
    (tuple[int, ...], [(), (1, 2)], [[1], (1, "2"), ("1", 2)]),
    (tuple[int, str], [(1, "a")], [(1,), (1, "a", 2), ("a", 1), [1, "a"]]),
    (frozenset[Id], [frozenset({ID})], [{ID}, [ID], frozenset({"a"})]),
    (Sequence[str], [["a"], ("a",)], ["a", b"a", iter(["a"]), {"a"}, ["a", 1], {"a": 1}]),
    (Collection[int], [[1], {1}, range(3)], [{1: 2}, "1", iter([1]), [1, "2"]]),
    (Iterable[bytes], [[b"a"], iter([b"a"]), iter(["unseen"])], [b"a", "a", {b"a": 1}, ["a"], [b"a", "a"], bytes]),
    (Iterator[bytes], [iter([b"a"])], [[b"a"], b"a"]),
    (Mapping[Colour, int], [{}, {Colour.RED: 1}], [{"red": 1}, {Colour.RED: "1"}, [Colour.RED], {Colour.RED: 1, 2: 3}]),
    (Mapping[str, int], [{"a": 1}], [{"a": "1"}, {HALF: 1}]),
    (Callable[[int], str], [str, len], [None, "len"]),
    (Clock, [Watch()], [Watch, object(), None]),
    (PathLike[str], [Path("a")], ["a", None]),
    (FEW, [1, 3], [0, 4, "1", True]),
    (SHORT, [MINUTE], [timedelta(0), -MINUTE, 2 * MINUTE, 60]),
    (Mapping[str, "int"], [{"a": HALF}], [{1: 1}]),
]


@pytest.mark.parametrize("annotation,right,wrong", CASES, ids=[str(annotation) for annotation, *_ in CASES])
def test_what_is_accepted(annotation: Any, right: Sequence[object], wrong: Sequence[object]) -> None:
    """AL-5: only values that fit the annotation are accepted; an error names owner and field."""
    check = check_of(annotation)
    for value in right:
        assert check.accepts(value), value
    for value in wrong:
        assert not check.accepts(value), value
        error = check.error("Owner", "field", value)
        assert str(error).startswith("Owner: field")
        assert " must be " in str(error)


MESSAGES: Sequence[tuple[Any, object, str]] = [
    (Colour, "blue", "a Colour, not str 'blue'"),
    (Colour, "a secret\n", "a Colour, not str"),
    (Colour, "x" * 31, "a Colour, not str"),
    (Colour | None, "blue", "a Colour or None, not str 'blue'"),
    (Id, "blue", "an Id (a UUID), not str"),
    (bytes, "pepper", "bytes, not str"),
    (int, None, "an int, not None"),
    (int, int, "an int, not the class int itself"),
    (str, HALF, "a str, not text that UTF-8 cannot encode"),
    (float, float("nan"), "a float, not nan"),
    (datetime, NAIVE, "a datetime with time zone, not a datetime without time zone"),
    (Clock, 1, "a Clock (something with now, zone), not int"),
    (FEW, 4, "at least 1 and at most 3, not 4"),
    (FEW, "4", "an int, not str"),
    (Annotated[int, Range(1)], 0, "at least 1, not 0"),
    (SHORT, timedelta(0), "more than 0 seconds and at most 1 minutes, not 0 seconds"),
    (SHORT, timedelta(hours=24), "more than 0 seconds and at most 1 minutes, not 24 hours"),
]


@pytest.mark.parametrize("annotation,value,message", MESSAGES)
def test_messages(annotation: Any, value: object, message: str) -> None:
    """AL-5: an error has the expected and the given type; it quotes a text only for an enumeration."""
    assert str(check_of(annotation).error("Owner", "field", value)) == f"Owner: field must be {message}"


PLACES: Sequence[tuple[Any, object, str]] = [
    (tuple[int, ...], (1, "2"), "field[1] must be an int"),
    (tuple[int, str], (1, 2), "field[1] must be a str"),
    (Sequence[str] | None, ["a", None], "field[1] must be a str"),
    (Iterable[bytes], [b"a", "b"], "field[1] must be bytes"),
    (tuple[tuple[int, ...], ...], ((1,), ("2",)), "field[1][0] must be an int"),
    (Mapping[Colour, str], {"red": "a"}, "field in a key must be a Colour"),
    (Mapping[Colour, str], {Colour.RED: 1}, "field['red'] must be a str"),
    (Mapping[str, int], {"whose": "a"}, "field[…] must be an int"),
]


@pytest.mark.parametrize("annotation,value,place", PLACES)
def test_places(annotation: Any, value: object, place: str) -> None:
    """AL-5: an error in a container names the wrong part; keys are shown only if they are of an enumeration."""
    assert str(check_of(annotation).error("Owner", "field", value)).startswith(f"Owner: {place}")


def test_range_or_type() -> None:
    """AL-5: a value out of range is a ValueError, a value of a wrong type a TypeError."""
    assert isinstance(check_of(FEW).error("Owner", "field", 4), ValueError)
    assert isinstance(check_of(FEW).error("Owner", "field", "4"), TypeError)


def test_what_a_call_checks_itself() -> None:
    """AL-5: an argument marked CheckedInside accepts everything here."""
    check = check_of(Annotated[bytes | Sequence[bytes], CheckedInside()])
    assert all(check.accepts(each) for each in (b"", [b""], "text", None))


def test_nothing_is_taken_from_a_stream() -> None:
    """AL-5: a check takes no item from an iterator."""
    stream = iter([b"a", b"b"])
    assert check_of(Iterable[bytes]).accepts(stream)
    assert list(stream) == [b"a", b"b"]
