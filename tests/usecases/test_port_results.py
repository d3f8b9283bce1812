"""Checking the results that adapters return to the portal (AL-5)."""

from datetime import UTC, datetime
from typing import Protocol

import pytest

from klantportaal.usecases.shared.port_results import checked_results

AT = datetime(2026, 3, 2, tzinfo=UTC)


class Port(Protocol):
    """A port with two methods."""

    def now(self) -> datetime:
        """Return the time."""
        ...

    def note(self, text: str, *, key: str) -> None:
        """Store a text."""
        ...


class Adapter:
    """An adapter with an extra method and a wrong result."""

    def __init__(self, moment: object) -> None:
        self.moment = moment
        self.noted: list[tuple[str, str]] = []

    def now(self) -> datetime:
        """Return the moment that the test gave."""
        return self.moment  # type: ignore[return-value]

    def note(self, text: str, *, key: str) -> None:
        """Store a text, and return a result that the port does not define."""
        self.noted.append((text, key))
        return True  # type: ignore[return-value]

    def extra(self) -> None:
        """Do nothing. The port has no such method."""


def test_right_results() -> None:
    """AL-5: a correct result is returned, and the result of a method that returns None is not checked."""
    adapter = Adapter(AT)
    port = checked_results(adapter, Port)
    port.note("a", key="b")
    assert (port.now(), adapter.noted) == (AT, [("a", "b")])


@pytest.mark.parametrize("moment", [None, "now", AT.replace(tzinfo=None)])
def test_wrong_results(moment: object) -> None:
    """AL-5: a wrong result raises a ``TypeError`` that names the port and the method."""
    with pytest.raises(TypeError, match=r"^Port\.now: its result must be a datetime with time zone, not "):
        checked_results(Adapter(moment), Port).now()


def test_only_the_port() -> None:
    """AL-5: methods that the port does not define are not available."""
    assert not hasattr(checked_results(Adapter(AT), Port), "extra")


def test_methods_are_looked_up_at_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-5: a method that is replaced on the adapter later is used by the wrapper."""
    adapter = Adapter(None)
    port = checked_results(adapter, Port)
    monkeypatch.setattr(adapter, "now", lambda: AT)
    assert port.now() == AT
