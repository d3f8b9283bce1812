"""Watches which errors leave the calls of a portal that their docstrings do not name."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import pytest

from klantportaal import PortalError
from klantportaal.domain.idempotency import ApiActor, ApiClient
from tests.support import surface
from tools.site.arguments import EVERYWHERE

P = ParamSpec("P")
R = TypeVar("R")
Undocumented = set[tuple[str, str]]
"""The names of calls, each with that of an error."""


@contextmanager
def watching() -> Iterator[Undocumented]:
    """Watch all calls of all portals. Yield what was seen so far."""
    seen: Undocumented = set()
    with pytest.MonkeyPatch.context() as patched:
        for part, kind in surface.holders().items():
            for name, call in surface.calls_of(kind).items():
                patched.setattr(kind, name, watched(call, f"{part}.{name}".lstrip("."), seen))
        yield seen


def watched(call: Callable[P, R], name: str, seen: Undocumented) -> Callable[P, R]:
    """Let a call put each error into *seen* that its docstring does not name, by its class or by a class above it."""
    told = {*surface.errors(call), *EVERYWHERE}

    @functools.wraps(call)
    def watching_it(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return call(*args, **kwargs)
        except PortalError as error:
            # The conflict of two attempts at one request is answered by the API (AP-4).
            by_api = any(isinstance(each, (ApiActor, ApiClient)) for each in args)
            if not by_api and told.isdisjoint(kind.__name__ for kind in type(error).__mro__):
                seen.add((name, type(error).__name__))
            raise

    return watching_it
