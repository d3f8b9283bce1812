"""Retrying once after a conflict. The retry may find the work done, or find no conflict any more (AL-2)."""

from collections.abc import Callable
from typing import TypeVar

from klantportaal.domain.errors import Conflict

Result = TypeVar("Result")


def once_more_after_conflict(act: Callable[[], Result]) -> Result:
    """Call *act*, and call it again after a Conflict. It must read the current state at each call.

    Raises:
        Conflict: the second call conflicts too.
    """
    try:
        return act()
    except Conflict:
        return act()
