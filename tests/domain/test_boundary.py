"""Values and calls check the types of what they are given (AL-5)."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Annotated

import attrs
import pytest

from klantportaal.domain.boundary import checked, checked_call, checked_calls
from klantportaal.domain.ranges import Range


@attrs.frozen(kw_only=True, field_transformer=checked)
class Point:
    """A value with a rule of its own."""

    x: int = attrs.field()
    y: Annotated[int, Range(0)] = 0
    inner: "Point | None" = None

    @x.validator
    def _is_even(self, _attribute: object, value: int) -> None:
        if value % 2:
            raise ValueError("odd")


def _in_order(given: Mapping[str, str]) -> Mapping[str, str]:
    return dict(sorted(given.items()))


@attrs.frozen(kw_only=True, field_transformer=checked)
class Named:
    """A value with two mappings, one of which has its own converter."""

    labels: Mapping[str, str]
    in_order: Mapping[str, str] = attrs.field(factory=dict, converter=_in_order)


@attrs.frozen(kw_only=True, field_transformer=checked)
class Lone:
    """A value with one field."""

    only: str


def test_fields() -> None:
    """AL-5: every field is checked before the validators of the class run."""
    assert Point(x=2, inner=Point(x=4)).inner == Point(x=4)
    with pytest.raises(TypeError, match=r"^Point: y must be an int, not str$"):
        Point(x=1, y="1")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^Point: y must be at least 0, not -1$"):
        Point(x=1, y=-1)
    with pytest.raises(TypeError, match=r"^Point: inner must be a Point or None, not dict$"):
        Point(x=2, inner={"x": 2})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^odd$"):
        Point(x=1)


def test_changed_values() -> None:
    """AL-5: a value made from another one is checked too, and so is a value with one field."""
    with pytest.raises(TypeError, match=r"^Point: x must be an int"):
        attrs.evolve(Point(x=2), x=None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^Lone: only must be a str"):
        Lone(only=b"")  # type: ignore[arg-type]
    assert attrs.evolve(Lone(only="a"), only="b") == Lone(only="b")


@checked_calls
class Calls:
    """Some calls."""

    size = 3

    def add(self, one: int, other: int = 1, *, times: int = 1) -> int:
        """Add two numbers."""
        return self._added(one, other) * times

    def stream(self, *, of: str) -> Iterator[str]:
        """Yield each character."""
        yield from of

    def untyped(self, anything) -> object:  # type: ignore[no-untyped-def]
        """Return the argument."""
        return anything

    def _added(self, one: int, other: int) -> int:
        return one + other


def test_arguments() -> None:
    """AL-5: arguments are checked by position and by name, and the error names the call."""
    calls = Calls()
    assert (calls.add(1), calls.add(1, 2), calls.add(one=1, other=2, times=2)) == (2, 3, 6)
    with pytest.raises(TypeError, match=r"^Calls\.add: one must be an int, not str$"):
        calls.add("1")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^Calls\.add: one must be an int, not str$"):
        calls.add(one="1")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^Calls\.add: times must be an int, not None$"):
        calls.add(1, times=None)  # type: ignore[arg-type]


def test_a_stream_is_checked_at_the_call() -> None:
    """AL-5: a generator checks its arguments when it is called, not at its first item."""
    with pytest.raises(TypeError, match=r"^Calls\.stream: of must be a str"):
        Calls().stream(of=7)  # type: ignore[arg-type]
    assert list(Calls().stream(of="ab")) == ["a", "b"]


def test_what_is_not_checked() -> None:
    """AL-5: arguments without an annotation and private calls are not checked."""
    assert Calls().untyped(None) is None
    assert Calls()._added("a", "b") == "ab"  # type: ignore[arg-type, comparison-overlap]
    assert Calls.size == 3


def test_python_tells_the_rest() -> None:
    """AL-5: too many, too few and unknown arguments raise the errors that Python raises."""
    calls = Calls()
    with pytest.raises(TypeError, match="positional"):
        calls.add(1, 2, 3)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="missing"):
        calls.add()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword"):
        calls.add(1, colour="red")  # type: ignore[call-arg]


def test_a_call_stays_what_it_was() -> None:
    """AL-5: a checked call keeps its name, docstring and signature, for editors and for inspect."""
    assert (Calls.add.__name__, Calls.add.__doc__) == ("add", "Add two numbers.")
    assert list(inspect.signature(Calls.add).parameters) == ["self", "one", "other", "times"]


def test_constructors() -> None:
    """AL-5: an error in a constructor names the class."""

    class Sender:
        """A class with a constructor."""

        @checked_call
        def __init__(self, port: int) -> None:
            self.port = port

    assert Sender(25).port == 25
    with pytest.raises(TypeError, match=r"Sender: port must be an int, not str$"):
        Sender("25")  # type: ignore[arg-type]


def test_a_mapping_is_copied() -> None:
    """AL-5: changing a mapping afterwards does not change the value; a class may have its own converter."""
    labels = {"nl": "Naam"}
    named = Named(labels=labels, in_order={"b": "2", "a": "1"})
    labels["nl"] = "Anders"
    assert (named.labels, list(named.in_order)) == ({"nl": "Naam"}, ["a", "b"])
    with pytest.raises(TypeError, match="Named: labels"):
        Named(labels=["nl"])  # type: ignore[arg-type]
