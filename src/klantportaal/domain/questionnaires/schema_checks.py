"""Checks of the fragments of JSON Schema in a document: their keywords, patterns, bounds and references."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires import keywords, patterns, schemas
from klantportaal.domain.questionnaires.misfits import crossed_bounds

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

Tree = Mapping[str, Any]
FRAGMENT_LIMIT = 20_000
"""Characters of a fragment of JSON Schema, with its references written out: this limits the work of a save."""
_INSIDE = "#/$defs/"
_STEP = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_NAME = re.compile(r"[A-Za-z0-9_-]+")


def step(path: str, name: str) -> str:
    """Extend a JSON path by one key, as jsonschema writes it."""
    if _STEP.fullmatch(name):
        return f"{path}.{name}"
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"{path}['{escaped}']"


def schema_faults(schema: Tree, path: str) -> Iterator[Fault]:
    """List the faults of a fragment of JSON Schema."""
    for code, inner, params in _fragment_faults(json.dumps(schema, sort_keys=True, ensure_ascii=False)):
        yield Fault(code=code, field=f"{path}{inner}", params=params)


_Found = tuple[FaultCode, str, Mapping[str, str | int]]


@lru_cache(maxsize=1024)
def _fragment_faults(text: str) -> tuple[_Found, ...]:
    """Check a fragment; cached, because most questionnaires repeat a few fragments."""
    if len(text) > FRAGMENT_LIMIT:
        return ((FaultCode.TOO_LONG, "", {"limit": FRAGMENT_LIMIT}),)
    schema = json.loads(text)
    found = [*_form_faults(schema), *_keyword_faults(schema, "")]
    return (*(found or _pointing_faults(schema)), *_bound_faults(schema))


@cache
def _form() -> "Draft202012Validator":
    from jsonschema import Draft202012Validator  # Not at import: it takes a while.

    return Draft202012Validator(Draft202012Validator.META_SCHEMA)


def _form_faults(schema: Tree) -> Iterator[_Found]:
    """Validate a fragment against the meta-schema."""
    for error in _form().iter_errors(schema):
        yield FaultCode.NOT_A_SCHEMA, error.json_path.removeprefix("$"), {}


def _bound_faults(schema: Tree) -> Iterator[_Found]:
    for keyword in crossed_bounds(schema):
        yield FaultCode.NOT_A_SCHEMA, f".{keyword}", {}


def _keyword_faults(schema: Any, path: str) -> Iterator[_Found]:
    """Check the keywords of a schema and of the schemas within it."""
    for key, value in schema.items() if isinstance(schema, dict) else ():
        here = step(path, key)
        if key == keywords.REFERENCE:
            if not _points_inside(value):
                yield FaultCode.REFERENCE_OUTSIDE, here, {}
        elif key in (*keywords.SCHEMA, *keywords.SCHEMA_LIST, *keywords.SCHEMA_BY_NAME):
            for inner_path, inner in _inner(key, value, here):
                yield from _keyword_faults(inner, inner_path)
        elif key in keywords.NUMERIC:
            yield from _number_faults(value, here)
        elif key not in keywords.OTHER:
            yield FaultCode.UNKNOWN_KEY, here, {}
        elif key == "format" and isinstance(value, str) and value not in keywords.FORMATS:
            yield FaultCode.UNKNOWN_FORMAT, here, {"format": value}
        elif key == "pattern" and isinstance(value, str) and (fault := patterns.fault(value)):
            yield fault.code, here, fault.params


def _number_faults(value: Any, path: str) -> Iterator[_Found]:
    """Refuse a number beyond all answers: it would limit nothing."""
    most = schemas.NUMBER_LIMIT
    if isinstance(value, (int, float)) and abs(value) > most:
        code, limit = (FaultCode.TOO_LARGE, most) if value > 0 else (FaultCode.TOO_SMALL, -most)
        yield code, path, {"limit": limit}


def _inner(key: str, value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Give the schemas that a keyword holds, with their paths."""
    if key in keywords.SCHEMA:
        yield path, value
    elif key in keywords.SCHEMA_BY_NAME and isinstance(value, dict):
        yield from ((step(path, name), inner) for name, inner in value.items())
    elif key in keywords.SCHEMA_LIST and isinstance(value, list):
        yield from ((f"{path}[{number}]", inner) for number, inner in enumerate(value))


def _points_inside(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(_INSIDE) and _NAME.fullmatch(value[len(_INSIDE) :]) is not None


def _pointing_faults(schema: Tree) -> Iterator[_Found]:
    """Refuse references that form a circle, lead nowhere, or write out to too much text."""
    definitions = schema.get("$defs", {})
    lengths: dict[str, int] = {}
    while ready := {
        name: inner
        for name, inner in definitions.items()
        if name not in lengths and lengths.keys() >= {*_pointed(inner)}
    }:
        lengths |= {name: _length(inner, lengths) for name, inner in ready.items()}
    if not lengths.keys() >= {*_pointed(schema)}:
        yield FaultCode.REFERENCE_CYCLIC, "", {}
    elif _length(schema, lengths) > FRAGMENT_LIMIT:
        yield FaultCode.TOO_LONG, "", {"limit": FRAGMENT_LIMIT}


def _length(schema: Any, lengths: Mapping[str, int]) -> int:
    return len(json.dumps(schema, ensure_ascii=False)) + sum(lengths[name] for name in _pointed(schema))


def _pointed(schema: Any) -> Iterator[str]:
    """Give the names of the definitions that a schema, and the schemas within it, refer to."""
    for key, value in schema.items() if isinstance(schema, dict) else ():
        if key == keywords.REFERENCE:
            yield value.removeprefix(_INSIDE)
        elif key in (*keywords.SCHEMA, *keywords.SCHEMA_LIST, *keywords.SCHEMA_BY_NAME):
            for _path, inner in _inner(key, value, ""):
                yield from _pointed(inner)
