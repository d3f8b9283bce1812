"""Doing a thing once more where another was first: then it may turn out to be done, or not to be in the way (AL-2)."""

from collections.abc import Callable
from typing import TypeVar

from klantportaal.domain.errors import Conflict

Result = TypeVar("Result")


def once_more_after_conflict(act: Callable[[], Result]) -> Result:
    """Do something, and once more if somebody changed the same meanwhile; it begins from what stands by then.

    Raises:
        Conflict: once more somebody did; or it is about what was seen earlier, and that is no longer so.
    """
    try:
        return act()
    except Conflict:
        return act()
