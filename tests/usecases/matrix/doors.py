"""Finds all calls of a portal by introspection, so that new calls are found automatically."""

import enum
import inspect
from collections.abc import Iterator

import attrs

from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.portal import Portal
from klantportaal.sides import ClientSide


class Keeper(enum.StrEnum):
    """The kind of actor that a call takes."""

    CLIENT = "client"
    OFFICE = "office"
    NOBODY = "nobody"


def doors(portal: Portal) -> dict[str, Keeper]:
    """Find all calls, by their dotted names, with the kind of actor that each takes."""
    return dict([*_calls_of(Portal, ""), *_doors_of(portal, "")])


def _doors_of(part: attrs.AttrsInstance, prefix: str) -> Iterator[tuple[str, Keeper]]:
    if _is_side(part):
        yield from _calls_of(type(part), prefix)
    for field in attrs.fields(type(part)):
        inner = getattr(part, field.name)
        name = f"{prefix}{field.name}"
        if _is_side(inner):
            yield from _doors_of(inner, f"{name}.")
        elif field.name.startswith("_"):
            continue
        elif type(inner).__module__.startswith("klantportaal.usecases."):
            yield from _calls_of(type(inner), f"{name}.")


def _calls_of(kind: type, prefix: str) -> Iterator[tuple[str, Keeper]]:
    for call, method in inspect.getmembers(kind, inspect.isfunction):
        if not call.startswith("_"):
            yield f"{prefix}{call}", _keeper(method)


def _is_side(part: object) -> bool:
    """Tell whether a part of the portal only contains other parts, as the office's side does."""
    return attrs.has(type(part)) and type(part).__module__ == ClientSide.__module__


def _keeper(method: object) -> Keeper:
    assert callable(method)
    asked = {each.annotation for each in inspect.signature(method, eval_str=True).parameters.values()}
    if Actor in asked:
        return Keeper.CLIENT
    return Keeper.OFFICE if OfficeActor in asked else Keeper.NOBODY
