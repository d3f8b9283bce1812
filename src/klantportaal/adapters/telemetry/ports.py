"""Spans around the calls of ports. A port is wrapped in an object that has its methods and nothing else."""

import functools
import inspect
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, TypeVar, cast, get_origin, get_type_hints

from klantportaal.adapters.telemetry.calls import Calls
from klantportaal.ports.reading import Reading
from klantportaal.ports.storage import Storage, UnitOfWork

Port = TypeVar("Port")


def watched_port(port: Port, protocol: object, name: str, calls: Calls) -> Port:
    """Wrap a port. The span of a call ends before its result is used, such as the blocks of a file.

    The span of a generator, such as ``scanner.scan``, ends with the generator. Each call looks the method up again, as
    without the wrapper.

    Args:
        port: the adapter.
        protocol: its protocol, such as ``Files``.
        name: the beginning of the names of its spans, such as ``files``.
        calls: makes the spans.
    """
    return cast("Port", SimpleNamespace(**_methods(lambda: port, protocol, name, calls)))


def watched_storage(storage: Storage, calls: Calls) -> Storage:
    """Wrap a storage: a span for each unit of work, from its beginning to its end, and for each reading by its name."""

    @contextmanager
    def begin(**options: bool) -> Iterator[UnitOfWork]:
        with calls.port("storage.unit_of_work"), storage.begin(**options) as uow:
            yield uow

    methods = _methods(lambda: storage, Storage, "storage", calls)
    reading = _methods(lambda: storage.read, Reading, "storage.read", calls)
    return cast("Storage", SimpleNamespace(**{**methods, "begin": begin, "read": SimpleNamespace(**reading)}))


def _methods(find: Callable[[], object], protocol: object, name: str, calls: Calls) -> dict[str, Callable[..., object]]:
    found = inspect.getmembers(protocol, inspect.isfunction)
    return {each: _watching(find, each, method, f"{name}.{each}", calls) for each, method in found if each[0] != "_"}


def _watching(
    find: Callable[[], object], method_name: str, method: Callable[..., object], name: str, calls: Calls
) -> Callable[..., object]:
    @functools.wraps(method)
    def passing(*args: Any, **kwargs: Any) -> Generator[object, object, object]:
        with calls.stream(name):
            return (yield from getattr(find(), method_name)(*args, **kwargs))

    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> object:
        with calls.port(name):
            return getattr(find(), method_name)(*args, **kwargs)

    return passing if get_origin(get_type_hints(method).get("return")) is Generator else call
