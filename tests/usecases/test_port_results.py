"""What the methods of a port return (AL-5)."""

from datetime import UTC, datetime
from typing import Protocol

import pytest

from klantportaal.usecases.shared.port_results import checked_results

AT = datetime(2026, 3, 2, tzinfo=UTC)


class Port(Protocol):
    """A port."""

    def now(self) -> datetime:
        """Tell the time."""
        ...

    def note(self, text: str, *, key: str) -> None:
        """Note a text."""
        ...


class Adapter:
    """An adapter with more to it than its port asks."""

    def __init__(self, moment: object) -> None:
        self.moment = moment
        self.noted: list[tuple[str, str]] = []

    def now(self) -> datetime:
        """Tell the time."""
        return self.moment  # type: ignore[return-value]

    def note(self, text: str, *, key: str) -> None:
        """Note, and answer what nobody asked for."""
        self.noted.append((text, key))
        return True  # type: ignore[return-value]

    def extra(self) -> None:
        """Do what the port does not know."""


def test_right_results() -> None:
    """AL-5: a right result comes back; of a method that returns nothing, whatever it returns is nobody's business."""
    adapter = Adapter(AT)
    port = checked_results(adapter, Port)
    port.note("a", key="b")
    assert (port.now(), adapter.noted) == (AT, [("a", "b")])


@pytest.mark.parametrize("moment", [None, "now", AT.replace(tzinfo=None)])
def test_wrong_results(moment: object) -> None:
    """AL-5: a wrong result goes no further than the call, and names port and method."""
    with pytest.raises(TypeError, match=r"^Port\.now: its result must be a datetime with time zone, not "):
        checked_results(Adapter(moment), Port).now()


def test_only_the_port() -> None:
    """AL-5: what the port does not know is not there."""
    assert not hasattr(checked_results(Adapter(AT), Port), "extra")


def test_methods_are_looked_up_at_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-5: an adapter whose method is replaced later is called by the new one, as without the wrapper."""
    adapter = Adapter(None)
    port = checked_results(adapter, Port)
    monkeypatch.setattr(adapter, "now", lambda: AT)
    assert port.now() == AT
