"""The public interface, found by inspection: all calls of the portal, and all types that they take or return."""

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any, NewType, get_args, get_origin, get_type_hints

import attrs

import klantportaal
from klantportaal import Portal, Settings, questionnaires, trail
from klantportaal.domain.questionnaires.schemas import Schema
from klantportaal.sides import BackgroundSide, ClientSide, OfficeSide

SIDES = {"client": ClientSide, "office": OfficeSide, "background": BackgroundSide}
OWN = "klantportaal."


def parts() -> dict[str, type]:
    """Return the class of each part of the portal that has calls, by its name on the portal."""
    found = {
        f"{side}.{name}": kind
        for side, of in SIDES.items()
        for name, kind in get_type_hints(of).items()
        if not name.startswith("_")
    }
    own = {name: get_type_hints(Portal)[name] for name in ("offices", "events")}
    return {**own, **found}


def holders() -> dict[str, type]:
    """Return each class that has calls, by its name on the portal. That of the portal itself is ""."""
    return {**parts(), **SIDES, "": Portal}


def calls_of(kind: type) -> dict[str, Callable[..., Any]]:
    """Return the calls of a class, by their own names."""
    return {name: call for name, call in vars(kind).items() if inspect.isfunction(call) and not name.startswith("_")}


def calls() -> dict[str, Callable[..., Any]]:
    """Return each call, by its name."""
    return {
        f"{part}.{name}".lstrip("."): call for part, kind in holders().items() for name, call in calls_of(kind).items()
    }


def errors(call: Callable[..., Any]) -> set[str]:
    """Return the names of the errors that the docstring of a call names, under "Raises:" or behind it."""
    _before, _raises, section = (inspect.getdoc(call) or "").partition("Raises:")
    named = re.findall(r"^(?: {4}| )([A-Z]\w+(?:, [A-Z]\w+)*)[:.]", section, re.MULTILINE)
    return {name for each in named for name in each.split(", ")}


def types() -> dict[Any, str]:
    """Return every own type that calls and settings use, also nested, and where it was found first."""
    found: dict[Any, str] = {}
    for name, call in calls().items():
        for hint in get_type_hints(call).values():
            _walk(hint, name, found)
    _walk(Settings, "settings", found)
    return found


def _walk(hint: Any, where: str, found: dict[Any, str]) -> None:
    for each in hint if isinstance(hint, list) else get_args(hint):  # The arguments of a Callable are in a list.
        _walk(each, where, found)
    kind = get_origin(hint) or hint
    if isinstance(kind, list) or kind in found or not getattr(kind, "__module__", "").startswith(OWN):
        return
    if not isinstance(kind, (type, NewType)):
        return
    found[kind] = where
    for inner in _hints_within(kind):
        _walk(inner, f"{where} > {kind.__name__}", found)


def _hints_within(kind: Any) -> Iterator[Any]:
    """Yield the types of the fields and properties of a value."""
    if kind is Schema:  # Its other hints are for type checkers only.
        return
    if isinstance(kind, type) and attrs.has(kind):
        hints = get_type_hints(kind)
        yield from (hints[field.name] for field in attrs.fields(kind) if field.init)
        told = (each.fget for name, each in vars(kind).items() if isinstance(each, property) and name[0] != "_")
        yield from (get_type_hints(getter)["return"] for getter in told if getter is not None)


def public() -> dict[str, object]:
    """Return the public objects of the package and its public modules, by name."""
    return {
        name: getattr(module, name)
        for module in (klantportaal, questionnaires, trail)
        for name in (dir(module) if module is klantportaal else module.__all__)
    }
