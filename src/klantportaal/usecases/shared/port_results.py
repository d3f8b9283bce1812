"""Checks what the methods of a port return, so that a wrong result goes no further than the call (AL-5)."""

import functools
import inspect
from collections.abc import Callable
from types import NoneType, SimpleNamespace
from typing import Any, TypeVar, cast, get_type_hints

from klantportaal.domain.type_checks import check_of

Port = TypeVar("Port")


def checked_results(port: Port, protocol: object) -> Port:
    """Wrap a port: a method whose result is not of the type that its protocol says is a ``TypeError``.

    The error names protocol and method, such as ``Clock.now``. What a method is said to return nothing of is not
    looked at. Each method is looked up at each call, as it would be without the wrapper.

    Args:
        port: what the vendor gave.
        protocol: the port that it is to be, such as ``Clock``.
    """
    methods = inspect.getmembers(protocol, inspect.isfunction)
    wrapped = {name: _checking(port, name, method) for name, method in methods if not name.startswith("_")}
    return cast("Port", SimpleNamespace(**wrapped))


def _checking(port: object, name: str, method: Callable[..., object]) -> Callable[..., object]:
    expected = get_type_hints(method, include_extras=True)["return"]
    check = check_of(object if expected is NoneType else expected)

    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> object:
        result: object = getattr(port, name)(*args, **kwargs)
        if not check.accepts(result):
            raise check.error(method.__qualname__, "its result", result)
        return result

    return call
