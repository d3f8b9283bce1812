"""Spans and metrics of OpenTelemetry, where its API is installed (the extra ``telemetry``).

Nothing here goes into a span or a metric but names of calls, outcomes and names of error types: no id, address, token,
name of a file, or words of an error.
"""

import functools
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from klantportaal.adapters.telemetry.watching import Watching


@functools.cache
def installed() -> "Watching | None":
    """Give what watches the calls of portals in this process. None, and nothing is loaded, where there is no API."""
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.trace") is None:
        return None
    from klantportaal.adapters.telemetry.calls import Calls
    from klantportaal.adapters.telemetry.watching import Watching

    return Watching(Calls.of())
