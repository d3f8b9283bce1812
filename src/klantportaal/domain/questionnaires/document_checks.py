"""Checks of a document that the JSON Schema of the format cannot express: ids, references, options, schemas.

Each check reads the parsed document, and skips what has the wrong shape: the JSON Schema reports that.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import attrs

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires import keywords, patterns, schemas
from klantportaal.domain.questionnaires.beside_checks import beside_faults
from klantportaal.domain.questionnaires.computing import operands, with_types
from klantportaal.domain.questionnaires.condition_checks import empty_conditions, idle_comparison
from klantportaal.domain.questionnaires.defaults import default_faults
from klantportaal.domain.questionnaires.earlier_options import options_faults
from klantportaal.domain.questionnaires.misfits import (
    ROW_CONDITIONS,
    bound_misfits,
    crossed_bounds,
    leaf_misfits,
    schema_misfits,
)
from klantportaal.domain.questionnaires.text_checks import text_faults
from klantportaal.domain.questionnaires.value_checks import compared_with, computed_faults, order_faults
from klantportaal.domain.values import Language

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

Tree = Mapping[str, Any]
FRAGMENT_LIMIT = 20_000
"""Characters of a fragment of JSON Schema, with its references written out: this limits the work of a save."""
_INSIDE = "#/$defs/"
_STEP = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_NAME = re.compile(r"[A-Za-z0-9_-]+")


@attrs.frozen
class Place:
    """A question or column of the document, and its place."""

    path: str
    question: Tree
    page: int
    order: int
    """Its number among all questions and columns. A condition may refer to lower numbers only."""
    rows: str | None = None
    """For a column: the id of its rows."""
    for_each: str | None = None
    """On a page for each row: the id of those rows."""


def faults_within(document: Tree) -> Iterator[Fault]:
    """List the faults of a document that are not of shape."""
    places = list(_places(document))
    known = _known(places)
    yield from _duplicate_ids(document, places)
    yield from _reference_faults(document, places, known)
    yield from row_page_faults(document, places, known)
    questions = with_types(place.question for place in places)
    yield from _text_faults(document, places, questions)
    for place in places:
        yield from _option_faults(place)
        yield from _one_sided_texts(place)
        yield from bound_misfits(place.question, place.path)
        yield from computed_faults(place.question, place.path, questions)
        yield from beside_faults(place.question, place.path, _together_with(place, places))
        if isinstance(schema := place.question.get("schema"), dict):
            yield from schema_faults(schema, f"{place.path}.schema")
            yield from schema_misfits(schema, place.question, f"{place.path}.schema")
    yield from _condition_faults(document, places, questions)


def _condition_faults(document: Tree, places: list[Place], questions: Mapping[str, Tree]) -> Iterator[Fault]:
    """List what is wrong with the comparisons of conditions, and the conditions that say nothing."""
    waiting = list(_all_conditions(document, places))
    while waiting:
        path, condition = waiting.pop(0)
        faulty = set()
        for leaf_path, leaf in _leaves(condition, path):
            found = list(_leaf_faults(leaf, questions, leaf_path))
            yield from found
            faulty |= {leaf_path} if found else set()
            waiting += _row_conditions(leaf, leaf_path)
        yield from empty_conditions(condition, path, questions, faulty)


def _leaf_faults(leaf: Tree, questions: Mapping[str, Tree], path: str) -> Iterator[Fault]:
    """List the faults of one comparison. What it compares with is checked once that is a schema."""
    question = questions.get(str(leaf["question"]), {})
    found = [
        fault
        for key in ("is", "count")
        if isinstance(schema := leaf.get(key), dict)
        for fault in schema_faults(schema, f"{path}.{key}")
    ]
    found = found or [*leaf_misfits(leaf, question, path), *order_faults(leaf, questions, path)]
    yield from found or idle_comparison(leaf, question, path)


# ------------------------------------------------------------------ walking the document
def mappings(thing: Any, key: str, path: str) -> Iterator[tuple[int, str, Tree]]:
    """Give the objects in a list, with their paths."""
    listed = thing.get(key) if isinstance(thing, Mapping) else None
    for number, each in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(each, dict):
            yield number, f"{path}.{key}[{number}]", each


def _places(document: Tree) -> Iterator[Place]:
    order = 0
    for number, page_path, page in mappings(document, "pages", "$"):
        for_each = rows_of(page)
        for _number, path, question in mappings(page, "questions", page_path):
            for _each, column_path, column in mappings(question, "columns", path):
                order += 1
                yield Place(column_path, column, number, order, str(question.get("id")), for_each)
            order += 1  # After its columns: rows are answered once all of their columns are.
            yield Place(path, question, number, order, None, for_each)


def rows_of(page: Tree) -> str | None:
    """Give the rows that a page is for each of; None for a page that is there once."""
    return str(page["for_each"]) if "for_each" in page else None


def _all_conditions(document: Tree, places: list[Place]) -> Iterator[tuple[str, Any]]:
    """Give all conditions, with their paths."""
    for _number, path, page in mappings(document, "pages", "$"):
        yield f"{path}.visible_when", page.get("visible_when")
        for _each, rule_path, rule in mappings(page, "must_hold", path):
            yield f"{rule_path}.when", rule.get("when")
    for place in places:
        yield f"{place.path}.visible_when", place.question.get("visible_when")


def _leaves(tree: Any, path: str) -> Iterator[tuple[str, Tree]]:
    """Give the leaves of a condition, with their paths."""
    if not isinstance(tree, Mapping):
        return
    if "question" in tree:
        yield path, tree
    for key in ("all", "any"):
        for _number, inner_path, inner in mappings(tree, key, path):
            yield from _leaves(inner, inner_path)
    yield from _leaves(tree.get("not"), f"{path}.not")


def _row_conditions(leaf: Tree, path: str) -> Iterator[tuple[str, Any]]:
    """Give the conditions that a comparison of rows has for each row, with their paths."""
    yield from ((f"{path}.{key}", leaf[key]) for key in ROW_CONDITIONS if key in leaf)


# ------------------------------------------------------------------ ids and references
def _duplicate_ids(document: Tree, places: list[Place]) -> Iterator[Fault]:
    yield from duplicate_ids((path, page) for _number, path, page in mappings(document, "pages", "$"))
    yield from duplicate_ids((place.path, place.question) for place in places)


def duplicate_ids(things: Iterable[tuple[str, Tree]]) -> Iterator[Fault]:
    """Refuse each id that stands twice among things, which are given with their paths."""
    seen: set[str] = set()
    for path, thing in things:
        id = thing.get("id")
        if isinstance(id, str) and id in seen:
            yield Fault(code=FaultCode.DUPLICATE_ID, field=f"{path}.id", params={"id": id})
        seen.add(str(id))


def _known(places: list[Place]) -> dict[str, Place]:
    """Index the questions by id; of several with one id, the first."""
    return {str(place.question.get("id")): place for place in reversed(places)}


def _reference_faults(document: Tree, places: list[Place], known: Mapping[str, Place]) -> Iterator[Fault]:
    """Check that conditions and computed values refer to earlier questions; those of columns to earlier columns too."""
    last_of = _last_orders(places)
    for number, path, page in mappings(document, "pages", "$"):
        before = max((last_of[each] for each in last_of if each < number), default=0)
        own = frozenset({rows_of(page)})
        yield from _wrong_references(page.get("visible_when"), f"{path}.visible_when", known, before, own)
        for _each, rule_path, rule in mappings(page, "must_hold", path):
            upto = max(before, last_of.get(number, 0))
            yield from _wrong_references(rule.get("when"), f"{rule_path}.when", known, upto, own)
    for place in places:
        condition, path = place.question.get("visible_when"), f"{place.path}.visible_when"
        rows = frozenset({place.rows, place.for_each})
        yield from _wrong_references(condition, path, known, _before(place), rows)
        for operand in operands(place.question, place.path) if "compute" in place.question else ():
            yield from _wrong_references(operand.tree, operand.path, known, _before(place), rows)


def _last_orders(places: list[Place]) -> dict[int, int]:
    """Give, for each page, the number of its last question."""
    return {place.page: place.order for place in places}


def _before(place: Place) -> int:
    """Give the highest number that a question may refer to. Rows may not refer to their own columns."""
    own = sum(1 for _each in mappings(place.question, "columns", ""))
    return place.order - 1 - own


def _wrong_references(
    tree: Any, path: str, known: Mapping[str, Place], upto: int, rows: frozenset[str | None]
) -> Iterator[Fault]:
    """Refuse references to later questions, and to columns and pages of other rows than *rows*."""
    for leaf_path, leaf in _leaves(tree, path):
        named = [(leaf_path, leaf["question"]), *((f"{leaf_path}.{key}", id) for key, id in compared_with(leaf))]
        for at, id in named:
            target = known.get(id) if isinstance(id, str) else None
            if (wrong := _wrong_reference(target, upto, rows)) is not None:
                yield Fault(code=wrong, field=f"{at}.question", params={"id": str(id)})
        for inner_path, inner in _row_conditions(leaf, leaf_path):
            yield from _wrong_references(inner, inner_path, known, upto, rows | {str(leaf["question"])})


def _wrong_reference(target: Place | None, upto: int, rows: frozenset[str | None]) -> FaultCode | None:
    if target is None or not {target.rows, target.for_each} <= {None, *rows} or target.question.get("type") == "note":
        return FaultCode.UNKNOWN_REFERENCE
    return FaultCode.FORWARD_REFERENCE if target.order > upto else None


def row_page_faults(document: Tree, places: list[Place], known: Mapping[str, Place]) -> Iterator[Fault]:
    """Check that pages are for each row of an earlier page, and that nothing on them starts with what is known."""
    for number, path, page in mappings(document, "pages", "$"):
        id = page.get("for_each")
        if not isinstance(id, str):
            continue
        rows = known.get(id)
        if rows is None or rows.for_each is not None or rows.rows is not None or "columns" not in rows.question:
            yield Fault(code=FaultCode.UNKNOWN_REFERENCE, field=f"{path}.for_each", params={"id": id})
        elif rows.page >= number:
            yield Fault(code=FaultCode.FORWARD_REFERENCE, field=f"{path}.for_each", params={"id": id})
    for place in places:
        if place.for_each is not None and "profile" in place.question:
            yield Fault(code=FaultCode.KEYWORD_MISFIT, field=f"{place.path}.profile")


def _together_with(place: Place, places: list[Place]) -> Mapping[str, Tree]:
    """Index what stands before a question on its page, or before a column in its row."""
    if "beside" not in place.question:
        return {}
    return {
        str(each.question.get("id")): each.question
        for each in places
        if each.order < place.order and (each.page, each.rows) == (place.page, place.rows)
    }


def _text_faults(document: Tree, places: list[Place], typed: Mapping[str, Tree]) -> Iterator[Fault]:
    """Check the references in texts, options and defaults, which cannot be to columns and pages of rows.

    The texts of the document come before every question.

    Args:
        document: the document.
        places: its questions and columns.
        typed: its questions by id, with the types of computed ones.
    """
    asked = (each for each in places if each.rows is None and each.for_each is None)
    questions = {id: (each.page, typed[id]) for each in asked if (id := str(each.question.get("id"))) in typed}
    yield from text_faults(document.get("texts"), "$.texts", questions, -1)
    for number, path, page in mappings(document, "pages", "$"):
        yield from text_faults(page.get("texts"), f"{path}.texts", questions, number)
        for _each, rule_path, rule in mappings(page, "must_hold", path):
            yield from text_faults(rule.get("texts"), f"{rule_path}.texts", questions, number)
    for place in places:
        yield from options_faults(place.question, place.path, place.page, questions)
        yield from _default_faults(place, questions)
        yield from text_faults(place.question.get("texts"), f"{place.path}.texts", questions, place.page)


def _default_faults(place: Place, questions: Mapping[str, tuple[int, Tree]]) -> Iterator[Fault]:
    """Check a default, if the schema that it must meet is one."""
    schema = place.question.get("schema")
    if "default" in place.question and not (isinstance(schema, dict) and any(schema_faults(schema, ""))):
        yield from default_faults(place.question, place.path, place.page, questions)


# ------------------------------------------------------------------ options
def _option_faults(place: Place) -> Iterator[Fault]:
    """Check that each language has the same codes: an answer is a code, in every language."""
    texts = place.question.get("texts")
    if not isinstance(texts, Mapping) or not all(isinstance(texts.get(each), Mapping) for each in Language):
        return
    codes = [texts[language].get("options") for language in Language]
    if all(isinstance(each, Mapping) for each in codes) and len({frozenset(each) for each in codes}) > 1:
        yield Fault(code=FaultCode.OPTIONS_DIFFER, field=f"{place.path}.texts")


def _one_sided_texts(place: Place) -> Iterator[Fault]:
    """Check that the author's own words are in every language, or in none."""
    texts = place.question.get("texts")
    told = [(each, texts.get(each)) for each in Language] if isinstance(texts, Mapping) else []
    for word in ("fault", "row"):
        missing = [language for language, each in told if isinstance(each, Mapping) and word not in each]
        for language in missing if any(isinstance(each, Mapping) and word in each for _, each in told) else ():
            yield Fault(code=FaultCode.LANGUAGE_MISSING, field=f"{place.path}.texts.{language}.{word}")


# ------------------------------------------------------------------ schemas
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
