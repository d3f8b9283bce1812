"""Checks the results of the methods of a port, so that a wrong result fails at the call (AL-5)."""

import functools
import inspect
from collections.abc import Callable
from types import NoneType, SimpleNamespace
from typing import Any, TypeVar, cast, get_type_hints

from klantportaal.domain.type_checks import check_of

Port = TypeVar("Port")


def checked_results(port: Port, protocol: object) -> Port:
    """Wrap a port, so that its methods raise ``TypeError`` for a result of a wrong type.

    The error names the protocol and the method, such as ``Clock.now``. The result of a method that returns None is not
    checked. Each call looks the method up again, as without the wrapper.

    Args:
        port: the vendor's implementation.
        protocol: the protocol of the port, such as ``Clock``.
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
