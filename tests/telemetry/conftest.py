"""Fixtures that record spans and metrics."""

from collections.abc import Iterator

import pytest

from klantportaal.adapters import telemetry
from klantportaal.adapters.telemetry.calls import Calls
from klantportaal.adapters.telemetry.watching import Watching
from tests.telemetry.recording import Recording


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recording]:
    """Record what is assembled from now on, with providers of its own."""
    found = Recording()
    monkeypatch.setattr(telemetry, "installed", lambda: Watching(Calls.of(found.tracers, found.meters)))
    yield found
    found.tracers.shutdown()
    found.meters.shutdown()
