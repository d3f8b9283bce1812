"""What the JSON Schema of the format cannot say: ids, references, options, schemas, patterns, days.

Every check goes over the document as it came and skips what has another shape, which is a fault of its own.
"""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import attrs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires import patterns
from klantportaal.domain.questionnaires.conditions import day_in
from klantportaal.domain.questionnaires.schemas import FORMATS
from klantportaal.domain.values import Language

Tree = Mapping[str, Any]
_INSIDE = "#/$defs/"
_POINTERS = ("$ref", "$dynamicRef")
_NOT_FOR_A_FRAGMENT = ("$id", "$anchor", "$dynamicAnchor", "$vocabulary", "$recursiveRef", "$recursiveAnchor")


@attrs.frozen
class Place:
    """A question of the document, and where it stands."""

    path: str
    question: Tree
    page: int
    order: int
    """Its place among all questions and columns; a condition refers to lower ones only."""
    rows: str | None = None
    """The id of the rows of which it is a column."""


def faults_within(document: Tree) -> Iterator[Fault]:
    """Name every fault that is not one of shape."""
    places = list(_places(document))
    yield from _duplicate_ids(document, places)
    yield from _reference_faults(document, places)
    for place in places:
        yield from _option_faults(place)
        if isinstance(schema := place.question.get("schema"), dict):
            yield from schema_faults(schema, f"{place.path}.schema")
    for path, tree in _all_conditions(document, places):
        yield from _leaf_faults(path, tree)


# ------------------------------------------------------------------ going over it
def _mappings(thing: Any, key: str, path: str) -> Iterator[tuple[int, str, Tree]]:
    """Give the objects in a list, with their paths."""
    listed = thing.get(key) if isinstance(thing, Mapping) else None
    for number, each in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(each, dict):
            yield number, f"{path}.{key}[{number}]", each


def _places(document: Tree) -> Iterator[Place]:
    order = 0
    for number, page_path, page in _mappings(document, "pages", "$"):
        for _number, path, question in _mappings(page, "questions", page_path):
            for _each, column_path, column in _mappings(question, "columns", path):
                order += 1
                yield Place(column_path, column, number, order, rows=str(question.get("id")))
            order += 1  # After its columns: rows as a whole are answered once all of their columns are.
            yield Place(path, question, number, order)


def _all_conditions(document: Tree, places: list[Place]) -> Iterator[tuple[str, Any]]:
    """Give every leaf of every condition, with its path."""
    for _number, path, page in _mappings(document, "pages", "$"):
        yield from _leaves(page.get("visible_when"), f"{path}.visible_when")
        for _each, rule_path, rule in _mappings(page, "must_hold", path):
            yield from _leaves(rule.get("when"), f"{rule_path}.when")
    for place in places:
        yield from _leaves(place.question.get("visible_when"), f"{place.path}.visible_when")


def _leaves(tree: Any, path: str) -> Iterator[tuple[str, Tree]]:
    """Give the leaves of a condition, with their paths."""
    if not isinstance(tree, Mapping):
        return
    if "question" in tree:
        yield path, tree
    for key in ("all", "any"):
        for _number, inner_path, inner in _mappings(tree, key, path):
            yield from _leaves(inner, inner_path)
    yield from _leaves(tree.get("not"), f"{path}.not")


# ------------------------------------------------------------------ ids and references
def _duplicate_ids(document: Tree, places: list[Place]) -> Iterator[Fault]:
    pages = [(path, page) for _number, path, page in _mappings(document, "pages", "$")]
    for things in (pages, [(place.path, place.question) for place in places]):
        seen: set[str] = set()
        for path, thing in things:
            id = thing.get("id")
            if isinstance(id, str) and id in seen:
                yield Fault(code=FaultCode.DUPLICATE_ID, field=f"{path}.id", params={"id": id})
            seen.add(str(id))


def _reference_faults(document: Tree, places: list[Place]) -> Iterator[Fault]:
    """Let conditions refer to earlier questions only; those of rows to earlier columns of the same row too."""
    known: dict[str, Place] = {}
    for place in places:
        known.setdefault(str(place.question.get("id")), place)
    last_of = _last_orders(places)
    for number, path, page in _mappings(document, "pages", "$"):
        before = max((last_of[each] for each in last_of if each < number), default=0)
        yield from _wrong_references(page.get("visible_when"), f"{path}.visible_when", known, before, None)
        for _each, rule_path, rule in _mappings(page, "must_hold", path):
            upto = max(before, last_of.get(number, 0))
            yield from _wrong_references(rule.get("when"), f"{rule_path}.when", known, upto, None)
    for place in places:
        condition, path = place.question.get("visible_when"), f"{place.path}.visible_when"
        yield from _wrong_references(condition, path, known, _before(place), place.rows)


def _last_orders(places: list[Place]) -> dict[int, int]:
    """Give, for each page, the place of its last question."""
    return {place.page: place.order for place in places}


def _before(place: Place) -> int:
    """Give the last place that a question may refer to; rows may not refer to their own columns."""
    own = sum(1 for _each in _mappings(place.question, "columns", ""))
    return place.order - 1 - own


def _wrong_references(tree: Any, path: str, known: Mapping[str, Place], upto: int, rows: str | None) -> Iterator[Fault]:
    for leaf_path, leaf in _leaves(tree, path):
        id = leaf["question"]
        target = known.get(id) if isinstance(id, str) else None
        params = {"id": str(id)}
        if target is None or (target.rows is not None and target.rows != rows) or target.question.get("type") == "note":
            yield Fault(code=FaultCode.UNKNOWN_REFERENCE, field=f"{leaf_path}.question", params=params)
        elif target.order > upto:
            yield Fault(code=FaultCode.FORWARD_REFERENCE, field=f"{leaf_path}.question", params=params)


# ------------------------------------------------------------------ options and leaves
def _option_faults(place: Place) -> Iterator[Fault]:
    """Require the same codes in every language: an answer is a code, whatever language it was given in."""
    texts = place.question.get("texts")
    if not isinstance(texts, Mapping) or not all(isinstance(texts.get(each), Mapping) for each in Language):
        return
    codes = [texts[language].get("options") for language in Language]
    if all(isinstance(each, Mapping) for each in codes) and len({frozenset(each) for each in codes}) > 1:
        yield Fault(code=FaultCode.OPTIONS_DIFFER, field=f"{place.path}.texts")


def _leaf_faults(path: str, leaf: Tree) -> Iterator[Fault]:
    if isinstance(schema := leaf.get("is"), dict):
        yield from schema_faults(schema, f"{path}.is")
    for key in ("before", "after"):
        moment = leaf.get(key)
        if isinstance(moment, str) and not moment.startswith("today") and day_in(moment) is None:
            yield Fault(code=FaultCode.NOT_A_DATE, field=f"{path}.{key}")


# ------------------------------------------------------------------ schemas
def schema_faults(schema: Tree, path: str) -> Iterator[Fault]:
    """Name what is wrong with a fragment of JSON Schema, and what it reaches for outside of itself."""
    for code, inner, params in _fragment_faults(json.dumps(schema, sort_keys=True)):
        yield Fault(code=code, field=f"{path}{inner}", params=params)


@lru_cache(maxsize=1024)
def _fragment_faults(text: str) -> tuple[tuple[FaultCode, str, dict[str, str]], ...]:
    """Check a fragment once: most questionnaires repeat a few."""
    schema = json.loads(text)
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return ((FaultCode.NOT_A_SCHEMA, error.json_path.removeprefix("$"), {}),)
    found = list(_keyword_faults(schema, ""))
    if not found and _is_cyclic(schema):
        found.append((FaultCode.REFERENCE_CYCLIC, "", {}))
    return tuple(found)


def _keyword_faults(schema: Any, path: str) -> Iterator[tuple[FaultCode, str, dict[str, str]]]:
    """Go over every keyword, at whatever depth."""
    if isinstance(schema, list):
        for number, each in enumerate(schema):
            yield from _keyword_faults(each, f"{path}[{number}]")
    if not isinstance(schema, dict):
        return
    for key, value in schema.items():
        here = f"{path}.{key}"
        if key in _NOT_FOR_A_FRAGMENT or (key in _POINTERS and not _points_inside(value)):
            yield FaultCode.REFERENCE_OUTSIDE, here, {}
        elif key == "format" and isinstance(value, str) and value not in FORMATS.checkers:
            yield FaultCode.UNKNOWN_FORMAT, here, {"format": value}
        elif key == "pattern" and isinstance(value, str) and (fault := patterns.fault(value)):
            yield fault, here, {}
        elif key == "patternProperties" and isinstance(value, dict):
            yield from ((fault, here, {}) for each in value if (fault := patterns.fault(each)))
        if key not in ("const", "enum", "default", "examples"):
            yield from _keyword_faults(value, here)


def _points_inside(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(_INSIDE) and "/" not in value.removeprefix(_INSIDE)


def _is_cyclic(schema: Tree) -> bool:
    """Tell whether a definition within the fragment leads to itself, or to one that is not there."""
    definitions = schema.get("$defs", {})
    leads = {name: frozenset(_pointed(inner)) for name, inner in definitions.items()}
    if not frozenset(_pointed(schema)) <= leads.keys():
        return True
    settled: set[str] = set()
    while ready := {name for name, to in leads.items() if name not in settled and to <= settled}:
        settled |= ready
    return settled != leads.keys()


def _pointed(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for each in schema:
            yield from _pointed(each)
    elif isinstance(schema, dict):
        for key, value in schema.items():
            if key in _POINTERS and isinstance(value, str):
                yield value.removeprefix(_INSIDE)
            yield from _pointed(value)
