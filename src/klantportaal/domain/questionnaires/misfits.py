"""Schemas and conditions that do not fit their question: no answer meets them, or they ignore every answer.

Keywords and values are checked at the top level of a fragment: deeper, they may be meant for one of several cases.
Options and columns are checked at every level.
"""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires.conditions import day_in, day_of, is_moment
from klantportaal.domain.questionnaires.definition import (
    EARLIEST,
    LATEST,
    ProfileValue,
    Question,
    QuestionTexts,
    QuestionType,
)
from klantportaal.domain.questionnaires.postal_addresses import COUNTRIES, COUNTRY, LIMITS
from klantportaal.domain.questionnaires.replies import faults, tidied
from klantportaal.domain.questionnaires.schemas import LINE_LIMIT, ROWS_LIMIT, TEXT_LIMIT, Schema
from klantportaal.domain.values import Language

Tree = Mapping[str, Any]

_ANY_DAY = date(2024, 1, 1)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_JSON_TYPES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (QuestionType.INTEGER, QuestionType.AMOUNT, QuestionType.PERCENTAGE, QuestionType.DECIMAL),
        ("integer", "number"),
    ),
    **dict.fromkeys((QuestionType.CHOICES, QuestionType.FILE, QuestionType.ROWS), ("array",)),
    QuestionType.BOOLEAN: ("boolean",),
    QuestionType.ADDRESS: ("object",),
}
"""The JSON types of answers. Question types that are not listed have strings; no schema is about a signature."""
_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
_KEYWORDS: Mapping[str, str] = {
    **dict.fromkeys(("minLength", "maxLength", "pattern", "format"), "string"),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), "number"),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems", "items", "prefixItems"), "array"),
    **dict.fromkeys(("contains", "minContains", "maxContains"), "array"),
    **dict.fromkeys(("properties", "additionalProperties", "propertyNames", "required"), "object"),
    **dict.fromkeys(("minProperties", "maxProperties"), "object"),
}
"""The JSON type that a keyword constrains. It lets all values of other types through."""
ROW_CONDITIONS = ("every", "some", "where")
"""The keys of a comparison of rows that hold a condition on the columns of one row."""
_ALWAYS = ("street", "place", COUNTRY)
"""The parts that every address has."""
_SAYING_NOTHING = {"type", "title", "description", "default", "examples", "$comment"}
"""The keywords of a comparison that every answer meets, if they are meant for its type."""
_ALWAYS_UNIQUE = (QuestionType.FILE, QuestionType.SIGNATURE)
"""The types of which no two answers are equal: each file has an id, and each signature a time of its own."""
_PAIRS = (("minLength", "maxLength"), ("minimum", "maximum"), ("minItems", "maxItems"))


def schema_misfits(schema: Tree, question: Tree, path: str) -> Iterator[Fault]:
    """List what ignores, or refuses, every answer to a question: keywords, values, and names that it does not have."""
    kind = question.get("type")
    if kind == QuestionType.SIGNATURE:
        yield from (Fault(code=FaultCode.KEYWORD_MISFIT, field=f"{path}.{keyword}") for keyword in schema)
        return
    types = _JSON_TYPES.get(kind, ("string",)) if kind in list(QuestionType) else _TYPES
    for keyword, value in schema.items():
        about = _named(value) if keyword == "type" else [_KEYWORDS[keyword]] if keyword in _KEYWORDS else []
        if about and not set(about) & set(types):
            yield Fault(code=FaultCode.KEYWORD_MISFIT, field=f"{path}.{keyword}")
    yield from _impossible_values(schema, question, path)
    yield from _unknown_names(schema, question, path)


def bound_misfits(question: Tree, path: str) -> Iterator[Fault]:
    """List the bounds of a date that do not exist, or that no day meets."""
    bounds = {key: question[key] for key in ("earliest", "latest") if isinstance(question.get(key), str)}
    for key, moment in bounds.items():
        if _DAY.fullmatch(moment) and day_in(moment) is None:
            yield Fault(code=FaultCode.NOT_A_DATE, field=f"{path}.{key}")
            return
    first, last = (bounds.get(key, default) for key, default in (("earliest", EARLIEST), ("latest", LATEST)))
    alike = first.startswith("today") == last.startswith("today")
    if bounds and alike and is_moment(first) and is_moment(last) and day_of(first, _ANY_DAY) > day_of(last, _ANY_DAY):
        yield Fault(code=FaultCode.NEVER_TRUE, field=f"{path}.{next(iter(bounds))}")


def has_text(question: Tree) -> bool:
    """Tell whether answers are strings."""
    kind = question.get("type")
    return (
        kind in list(QuestionType)
        and kind != QuestionType.SIGNATURE
        and _JSON_TYPES.get(str(kind), ("string",)) == ("string",)
    )


def _named(value: Any) -> list[str]:
    """Give the JSON types that a schema names; the meta-schema refuses other names."""
    return [each for each in (value if isinstance(value, list) else [value]) if each in _TYPES]


def crossed_bounds(schema: Tree) -> Iterator[str]:
    """Give the lower bounds that are above their upper bounds."""
    for lower, upper in _PAIRS:
        low, high = schema.get(lower), schema.get(upper)
        if isinstance(low, (int, float)) and isinstance(high, (int, float)) and low > high:
            yield lower


def leaf_misfits(leaf: Tree, question: Tree, beyond: Mapping[str, Tree], path: str) -> Iterator[Fault]:
    """List the reasons why a condition holds for no answer to its question, or for every answer.

    Args:
        leaf: the comparison.
        question: its question.
        beyond: for rows, the questions on their pages by id.
        path: the path of the comparison.
    """
    yield from _moment_misfits(leaf, question, path)
    if over := [key for key in (*ROW_CONDITIONS, "count", "sum", "unique") if key in leaf]:
        yield from _row_misfits(leaf, question, over[0], {**columns_of(question), **beyond}, path)
    elif isinstance(schema := leaf.get("is"), Mapping):
        found = [*schema_misfits(schema, question, f"{path}.is"), *_idle_bounds(schema, question, f"{path}.is")]
        if not found and schema and schema.keys() <= _SAYING_NOTHING:
            found = [Fault(code=FaultCode.ALWAYS_TRUE, field=f"{path}.is")]
        yield from found


def _row_misfits(leaf: Tree, question: Tree, key: str, asked: Mapping[str, Tree], path: str) -> Iterator[Fault]:
    """Refuse a comparison of rows with a question of another type, or by what is not *asked* of each row."""
    kind = question.get("type")
    if kind in list(QuestionType) and kind != QuestionType.ROWS:
        yield Fault(code=FaultCode.KEYWORD_MISFIT, field=f"{path}.{key}")
        return
    for name in ("sum", "unique"):
        column, listed = leaf.get(name), question.get("columns")
        kinds = {id: each.get("type") for id, each in asked.items() if each.get("type") != QuestionType.NOTE}
        if isinstance(column, str) and isinstance(listed, list) and column not in kinds:
            yield Fault(code=FaultCode.UNKNOWN_COLUMN, field=f"{path}.{name}", params={"id": column})
        elif (name == "unique" and column in kinds and kinds[column] in _ALWAYS_UNIQUE) or (
            name == "sum" and column in kinds and "integer" not in _JSON_TYPES.get(str(kinds[column]), ())
        ):
            yield Fault(code=FaultCode.KEYWORD_MISFIT, field=f"{path}.{name}")


def _moment_misfits(leaf: Tree, question: Tree, path: str) -> Iterator[Fault]:
    for key, edge in (("before", date.min), ("after", date.max)):
        moment = leaf.get(key)
        if isinstance(moment, str) and _DAY.fullmatch(moment) and day_in(moment) is None:
            yield Fault(code=FaultCode.NOT_A_DATE, field=f"{path}.{key}")
        elif moment == edge.isoformat():
            yield Fault(code=FaultCode.NEVER_TRUE, field=f"{path}.{key}")
    kind = question.get("type")
    if (
        any(isinstance(leaf.get(key), str) for key in ("before", "after"))
        and kind in list(QuestionType)
        and kind != QuestionType.DATE
    ):
        yield Fault(code=FaultCode.NOT_A_DATE, field=f"{path}.question")


def _idle_bounds(schema: Tree, question: Tree, path: str) -> Iterator[Fault]:
    """List the bounds that let every answer through, or none. A blank text and an empty list are no answers."""
    step = schema.get("multipleOf")
    if isinstance(step, (int, float)) and step > 0 and (1 / step).is_integer():  # Numbers are whole ones.
        yield Fault(code=FaultCode.ALWAYS_TRUE, field=f"{path}.multipleOf")
    required = schema.get("required")
    if (
        question.get("type") == QuestionType.ADDRESS
        and isinstance(required, list)
        and all(each in _ALWAYS for each in required)
    ):
        yield Fault(code=FaultCode.ALWAYS_TRUE, field=f"{path}.required")
    most = {"Length": _longest(question), "Items": len(options_of(question)) or ROWS_LIMIT}
    for about, limit in most.items():
        lowest, highest = range_of(question, about, 1, limit)
        for keyword, always, never in ((f"min{about}", lowest, highest + 1), (f"max{about}", highest, lowest - 1)):
            bound = schema.get(keyword)
            if not isinstance(bound, (int, float)):
                continue
            lower = keyword.startswith("min")
            if bound <= always if lower else bound >= always:
                yield Fault(code=FaultCode.ALWAYS_TRUE, field=f"{path}.{keyword}")
            elif bound >= never if lower else bound <= never:
                yield Fault(code=FaultCode.NEVER_TRUE, field=f"{path}.{keyword}")


def range_of(question: Tree, about: str, lowest: int, highest: int) -> tuple[int, int]:
    """Narrow a range down to what the schema of a question accepts.

    Args:
        question: the question.
        about: what is counted: ``Length``, ``Items``, or ``imum`` for a number itself.
        lowest: the lowest number that any answer has.
        highest: the highest one.
    """
    schema = question.get("schema")
    bounds = {key: each for key, each in schema.items() if is_json_number(each)} if isinstance(schema, Mapping) else {}
    low, high = [bounds.get(f"min{about}", lowest)], [bounds.get(f"max{about}", highest)]
    if about == "imum":
        low.append(math.floor(bounds.get("exclusiveMinimum", lowest - 1)) + 1)
        high.append(math.ceil(bounds.get("exclusiveMaximum", highest + 1)) - 1)
    return max(lowest, *map(math.ceil, low)), min(highest, *map(math.floor, high))


def is_json_number(value: Any) -> bool:
    """Tell whether a value of JSON is a number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _longest(question: Tree) -> int:
    return TEXT_LIMIT if question.get("type") == QuestionType.LONG_TEXT else LINE_LIMIT


# ------------------------------------------------------------------ values
def _impossible_values(schema: Tree, question: Tree, path: str) -> Iterator[Fault]:
    """Refuse ``const`` and ``enum`` with what is no answer to the question. Options are checked by name."""
    keywords = [keyword for keyword in ("const", "enum") if keyword in schema]
    asked = _bare(question) if keywords and not options_of(question) else None
    for keyword in keywords:
        if asked is not None and not all(_is_answer(asked, value) for value in _compared(schema, keyword)):
            yield Fault(code=FaultCode.NEVER_TRUE, field=f"{path}.{keyword}")


def refused_values(leaf: Tree, own: Tree, path: str) -> Iterator[Fault]:
    """Refuse a comparison with what the schema of the question itself does not accept.

    Args:
        leaf: the comparison.
        own: the schema of its question.
        path: the path of the comparison.
    """
    schema = leaf["is"] if isinstance(leaf.get("is"), Mapping) and "sum" not in leaf else {}
    for keyword in ("const", "enum"):
        if keyword in schema and not all(map(Schema(own).accepts, _compared(schema, keyword))):
            yield Fault(code=FaultCode.NEVER_TRUE, field=f"{path}.is.{keyword}")


def _compared(schema: Tree, keyword: str) -> list[Any]:
    """Give the values of ``const`` or ``enum``."""
    value = schema[keyword]
    return [value] if keyword == "const" else value if isinstance(value, list) else []


def _bare(question: Tree) -> Question | None:
    """Make the question without its schema and texts; None for one of an unknown type."""
    kind, profile = question.get("type"), question.get("profile")
    if kind not in list(QuestionType):
        return None
    known = ProfileValue(profile) if profile in list(ProfileValue) else None
    texts = dict.fromkeys(Language, QuestionTexts(label=""))
    first, last = date.min.isoformat(), date.max.isoformat()
    return Question(id="", type=QuestionType(kind), texts=texts, profile=known, earliest=first, latest=last)


def _is_answer(question: Question, value: Any) -> bool:
    """Tell whether a value is an answer to a question as it is stored."""
    return tidied(question, value) == value and not any(faults(question, value, {}, as_of=date.min))


# ------------------------------------------------------------------ options and columns
def _unknown_names(schema: Any, question: Tree, path: str) -> Iterator[Fault]:
    """Refuse the options and columns that a question does not have, at every level of a fragment."""
    if not isinstance(schema, Mapping):
        return
    kind = question.get("type")
    if kind == QuestionType.SIGNATURE:
        yield from schema_misfits(schema, question, path)
        return
    if kind == QuestionType.ADDRESS:
        yield from _unknown_columns(schema, _AS_ROW, path)
        return
    for keyword in (each for each in ("const", "enum") if each in schema):
        options = options_of(question)
        if options and not all(_is_possible(value, kind, options) for value in _compared(schema, keyword)):
            yield Fault(code=FaultCode.UNKNOWN_CHOICE, field=f"{path}.{keyword}")
    for inner_path, inner in _same_level(schema, path):
        yield from _unknown_names(inner, question, inner_path)
    for inner_path, inner in _elements(schema, path):
        if kind == QuestionType.CHOICES:
            yield from _unknown_names(inner, {**question, "type": QuestionType.CHOICE}, inner_path)
        elif kind == QuestionType.ROWS:
            yield from _unknown_columns(inner, question, inner_path)


_COUNTRY: Tree = {"type": QuestionType.CHOICE, "texts": {Language.DUTCH: {"options": dict.fromkeys(COUNTRIES, "")}}}
_AS_ROW: Tree = {
    "columns": [{"id": part, **(_COUNTRY if part == COUNTRY else {"type": QuestionType.TEXT})} for part in LIMITS]
}
"""The parts of an address, as a row has columns."""


def _unknown_columns(schema: Any, question: Tree, path: str) -> Iterator[Fault]:
    """Refuse what the schema of one row or address names: columns that it does not have, and their options."""
    if not isinstance(schema, Mapping):
        return
    columns = columns_of(question)
    named = schema.get("properties")
    for name, inner in named.items() if isinstance(named, Mapping) else ():
        if name in columns:
            yield from _unknown_names(inner, columns[name], f"{path}.properties.{name}")
        else:
            yield Fault(code=FaultCode.UNKNOWN_COLUMN, field=f"{path}.properties.{name}", params={"id": name})
    required = schema.get("required")
    for number, name in enumerate(required if isinstance(required, list) else ()):
        if isinstance(name, str) and name not in columns:
            yield Fault(code=FaultCode.UNKNOWN_COLUMN, field=f"{path}.required[{number}]", params={"id": name})
    for inner_path, inner in _same_level(schema, path):
        yield from _unknown_columns(inner, question, inner_path)


def columns_of(question: Tree) -> dict[str, Tree]:
    """Give the columns of rows that take an answer, by id."""
    listed = question.get("columns")
    columns = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    return {str(each.get("id")): each for each in columns if each.get("type") != QuestionType.NOTE}


def _same_level(schema: Tree, path: str) -> Iterator[tuple[str, Any]]:
    """Give the schemas within one that are about the same value."""
    for keyword in ("not", "if", "then", "else"):
        if keyword in schema:
            yield f"{path}.{keyword}", schema[keyword]
    for keyword in ("allOf", "anyOf", "oneOf"):
        listed = schema.get(keyword)
        for number, inner in enumerate(listed if isinstance(listed, list) else ()):
            yield f"{path}.{keyword}[{number}]", inner


def _elements(schema: Tree, path: str) -> Iterator[tuple[str, Any]]:
    """Give the schemas within one that are about an element of a list."""
    for keyword in ("items", "contains"):
        if keyword in schema:
            yield f"{path}.{keyword}", schema[keyword]
    listed = schema.get("prefixItems")
    for number, inner in enumerate(listed if isinstance(listed, list) else ()):
        yield f"{path}.prefixItems[{number}]", inner


def _is_possible(answer: Any, kind: Any, options: list[str]) -> bool:
    """Tell whether a value can be the answer: a code, or a list of codes."""
    if kind == QuestionType.CHOICES:
        return isinstance(answer, list) and all(code in options for code in answer)
    return answer in options


def options_of(question: Tree) -> list[str]:
    """Give the codes of a question's options in any language; none for a question without options."""
    texts = question.get("texts")
    told = [texts.get(language) for language in Language] if isinstance(texts, Mapping) else []
    listed = [each.get("options") for each in told if isinstance(each, Mapping)]
    return list(dict.fromkeys(code for each in listed if isinstance(each, Mapping) for code in each))
