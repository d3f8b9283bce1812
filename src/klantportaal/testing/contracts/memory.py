"""Measures the memory that a call takes at most, to tell a file that is kept whole from one that is kept in blocks."""

import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_RESET = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


def most_memory(call: Callable[[], object]) -> int:
    """Make a call, and return the bytes by which the memory of this process grew at most meanwhile.

    Python's own allocations are traced on every system. On Linux the growth of the whole process is measured too, so
    that the memory of native code counts. The higher of the two is returned.
    """
    is_tracing = tracemalloc.is_tracing()
    if not is_tracing:
        tracemalloc.start()
    resident = _reset_peak()
    tracemalloc.reset_peak()
    before, _peak = tracemalloc.get_traced_memory()
    try:
        call()
        traced = tracemalloc.get_traced_memory()[1] - before
    finally:
        if not is_tracing:
            tracemalloc.stop()
    return max(traced, 0 if resident is None else _peak_of_process() - resident)


def _reset_peak() -> int | None:
    """Let the kernel measure the peak from now on. Return the present size in bytes; None where it cannot be done."""
    with suppress(OSError):
        _RESET.write_text("5")  # proc(5): resets the peak resident set size.
        return _peak_of_process()
    return None


def _peak_of_process() -> int:
    [line] = [line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024
