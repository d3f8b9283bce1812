"""Retrying once after a conflict. The retry may find the work done, or find no conflict any more (AL-2)."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from klantportaal.domain.errors import Conflict

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")


def once_more(call: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Let a call run again after a Conflict, such as a deadlock (ST-2). It must read the current state each time.

    The decorated call raises Conflict if the second run conflicts too.
    """

    @functools.wraps(call)
    def twice(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            return call(*args, **kwargs)
        except Conflict:
            return call(*args, **kwargs)

    return twice
