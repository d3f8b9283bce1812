"""Describes the types of values as JSON Schema, as ``klantportaal.serialisation`` reads and writes them."""

import enum
import inspect
import types
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from typing import Annotated, Any, NewType, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import attrs

from klantportaal.domain.questionnaires.schemas import Schema
from klantportaal.domain.ranges import Range
from klantportaal.serialisation.conditions import CONDITIONS
from klantportaal.serialisation.converters import secrets_of

Json = dict[str, Any]
_SIMPLE: Mapping[Any, Json] = {
    type(None): {"type": "null"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    UUID: {"type": "string", "format": "uuid"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    timedelta: {"type": "number", "description": "A length of time, in seconds."},
    bytes: {"type": "string", "pattern": "^([0-9a-fA-F]{2})*$", "description": "Hexadecimal digits."},
    Schema: {"type": "object", "description": "A JSON Schema."},
}
_LISTS = (list, tuple, Sequence, Collection, AbstractSet)


class Schemas:
    """Collects the schemas of classes, each under its name."""

    def __init__(self) -> None:
        self.named: dict[str, Json] = {}
        self._owners: dict[str, Any] = {}

    def of(self, kind: Any) -> Json:
        """Describe a type. A class is described once, and referred to."""
        if kind in _SIMPLE:
            return dict(_SIMPLE[kind])
        if isinstance(kind, NewType):
            return self.of(kind.__supertype__)
        if isinstance(kind, type):
            return self._class(kind)
        if get_origin(kind) is Annotated:
            return self._annotated(*get_args(kind))
        if get_origin(kind) in {Union, types.UnionType}:
            return self._either(get_args(kind))
        return self._generic(kind)

    def _class(self, kind: type[Any]) -> Json:
        if issubclass(kind, enum.Enum):
            return self._named(kind, lambda: {"type": "string", "enum": [each.value for each in kind]})
        return self._named(kind, lambda: self._object(kind)) if attrs.has(kind) else {}

    def _annotated(self, kind: Any, *notes: Any) -> Json:
        found = self.of(kind)
        for note in notes:
            if isinstance(note, Range) and kind in {int, float}:
                found |= {"minimum": note.least} if note.least is not None else {}
                found |= {"maximum": note.most} if note.most is not None else {}
        return found

    def _either(self, kinds: Sequence[Any]) -> Json:
        if set(CONDITIONS) <= set(kinds):
            nothing = [{"type": "null"}] if type(None) in kinds else []
            condition: Json = {"type": "object", "description": "A condition, as in the document of a questionnaire."}
            return {"anyOf": [condition, *nothing]} if nothing else condition
        return {"anyOf": [self.of(each) for each in kinds]}

    def _generic(self, kind: Any) -> Json:
        origin, inner = get_origin(kind), get_args(kind)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return self._mapping(*inner)
        if origin is tuple and inner[1:] != (...,):
            each = [self.of(item) for item in inner]
            return {"type": "array", "prefixItems": each, "minItems": len(each), "maxItems": len(each)}
        if isinstance(origin, type) and issubclass(origin, _LISTS):
            return {"type": "array", "items": self.of(inner[0])}
        return {}

    def _mapping(self, key: Any, value: Any) -> Json:
        """Describe a mapping. One of a class by an enumeration has a title, which makers of clients call it by."""
        keys, values = self.of(key), self.of(value)
        found: Json = {"type": "object", "additionalProperties": values}
        found |= {"propertyNames": keys} if "$ref" in keys else {}
        return found | ({"title": f"{value.__name__}By{key.__name__}"} if "$ref" in keys and "$ref" in values else {})

    def _named(self, kind: type[Any], describe: Any) -> Json:
        name = kind.__name__
        if self._owners.setdefault(name, kind) is not kind:
            raise TypeError(f"two classes of the API have the name {name}")
        if name not in self.named:
            self.named[name] = {}
            told = (inspect.getdoc(kind) or "").partition("\n")[0]
            self.named[name] = {**describe(), "description": told}
        return {"$ref": f"#/components/schemas/{name}"}

    def _object(self, kind: type[Any]) -> Json:
        hints, hidden = get_type_hints(kind, include_extras=True), secrets_of(kind)
        fields = [each for each in attrs.fields(kind) if each.name not in hidden and each.init]
        return {
            "type": "object",
            "properties": {each.name: self.of(hints[each.name]) for each in fields},
            "required": [each.name for each in fields if each.default is attrs.NOTHING],
            "additionalProperties": False,
        }
