"""Spans around use cases.

An instance gets a subclass of its class that has the same fields and calls. So it is still an instance of its class, an
editor offers the same, and no class is changed.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import attrs

from klantportaal.adapters.telemetry.calls import Calls

UNWATCHED = frozenset(
    {
        *(f"background.dispatcher.{each}" for each in ("start", "stop", "is_working")),
        "background.workers.renew",
        "events.subscribe",
    }
)
"""What starts and stops threads, is asked every few seconds, or only keeps a function."""


def watch_side(side: attrs.AttrsInstance, name: str, calls: Calls) -> None:
    """Watch all calls behind a door: those of each public field, and the door's own."""
    for field in attrs.fields(type(side)):
        if not field.name.startswith("_"):
            watch(getattr(side, field.name), f"{name}.{field.name}", calls)
    watch(side, name, calls)


def watch(group: Any, name: str, calls: Calls) -> None:
    """Watch the public calls of one object. Their spans begin with *name*.

    What a call returns, such as a download, is given after its span has ended.
    """
    object.__setattr__(group, "__class__", _watched(type(group), name, calls))  # type: ignore[arg-type]  # Types can be hashed.


@functools.cache
def _watched(cls: type, name: str, calls: Calls) -> type:
    """Make the subclass."""
    public = {each for each, member in vars(cls).items() if inspect.isfunction(member) and not each.startswith("_")}
    watching = {
        each: _watching(cls, each, f"{name}.{each}", calls)
        for each in sorted(public)
        if f"{name}.{each}" not in UNWATCHED
    }
    same = {each: getattr(cls, each) for each in ("__module__", "__qualname__", "__doc__")}
    return type(cls.__name__, (cls,), {"__slots__": (), **same, **watching})


def _watching(cls: type, method_name: str, name: str, calls: Calls) -> Callable[..., object]:
    @functools.wraps(getattr(cls, method_name))
    def call(self: object, *args: Any, **kwargs: Any) -> object:
        with calls.use_case(name):
            return getattr(cls, method_name)(self, *args, **kwargs)

    return call
