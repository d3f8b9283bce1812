"""Checks the results of a storage against the types that its port promises, down to the fields of views (AL-5).

For speed, views do not check themselves as other values do: a page of a list makes 25 of them. So the contract checks
    every result of every test.
"""

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from types import NoneType
from typing import Any, get_type_hints

import attrs

from klantportaal.domain.type_checks import check_of
from klantportaal.ports.reading import Reading
from klantportaal.ports.storage import Storage, UnitOfWork

Method = Callable[..., Any]


def checked_methods(storage: Storage) -> Iterator[tuple[type, str, Method]]:
    """Yield the methods of a storage's parts, each wrapped to check its result: class, name, method."""
    yield from _of(type(storage.read), Reading)
    repositories = inspect.getmembers(UnitOfWork, lambda member: isinstance(member, property))
    with storage.begin() as uow:
        for name, promised in repositories:
            yield from _of(type(getattr(uow, name)), get_type_hints(promised.fget)["return"])


def _of(cls: type, protocol: type) -> Iterator[tuple[type, str, Method]]:
    for name, promised in inspect.getmembers(protocol, inspect.isfunction):
        if not name.startswith("_"):
            yield cls, name, _checking(getattr(cls, name), promised)


def _checking(method: Method, promised: Method) -> Method:
    annotation = get_type_hints(promised, include_extras=True)["return"]

    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        answer = method(*args, **kwargs)
        if annotation is not NoneType:
            require_typed(promised.__qualname__, annotation, answer)
        return answer

    return call


def require_typed(where: str, annotation: Any, value: Any) -> None:
    """Require that a value, and each value inside it, has the type of its annotation.

    Raises:
        TypeError, ValueError: it is not; *where* stands before the name of the field.
    """
    check = check_of(annotation)
    if not check.accepts(value):
        raise check.error(where, "its answer", value)
    for inside in _inside(value):
        hints = get_type_hints(type(inside), include_extras=True)
        for field in attrs.fields(type(inside)):
            require_typed(
                f"{where}: {type(inside).__name__}.{field.name}", hints[field.name], getattr(inside, field.name)
            )


def _inside(value: Any) -> Iterator[Any]:
    """Find the attrs values in a result."""
    if attrs.has(type(value)):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _inside(each)
    elif isinstance(value, (tuple, list, frozenset, set)):
        for each in value:
            yield from _inside(each)
