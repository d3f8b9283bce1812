"""Schemas and conditions that do not fit their question: no answer meets them, or they ignore every answer.

Only the top level of a fragment is checked. Deeper, a keyword may be meant for one of several cases.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires.conditions import day_in
from klantportaal.domain.questionnaires.definition import QuestionType
from klantportaal.domain.values import Language

Tree = Mapping[str, Any]

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_JSON_TYPES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys((QuestionType.INTEGER, QuestionType.AMOUNT), ("integer", "number")),
    **dict.fromkeys((QuestionType.CHOICES, QuestionType.FILE, QuestionType.ROWS), ("array",)),
    QuestionType.BOOLEAN: ("boolean",),
}
"""The JSON types of answers. Question types that are not listed have strings."""
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
_PAIRS = (("minLength", "maxLength"), ("minimum", "maximum"), ("minItems", "maxItems"))


def schema_misfits(schema: Tree, kind: Any, path: str) -> Iterator[Fault]:
    """List the keywords that ignore, or refuse, every answer to a question of type *kind*."""
    types = _JSON_TYPES.get(kind, ("string",)) if kind in list(QuestionType) else _TYPES
    for keyword, value in schema.items():
        about = _named(value) if keyword == "type" else [_KEYWORDS[keyword]] if keyword in _KEYWORDS else []
        if about and not set(about) & set(types):
            yield Fault(code=FaultCode.KEYWORD_MISFIT, field=f"{path}.{keyword}")


def _named(value: Any) -> list[str]:
    """Give the JSON types that a schema names; the meta-schema refuses other names."""
    return [each for each in (value if isinstance(value, list) else [value]) if each in _TYPES]


def crossed_bounds(schema: Tree) -> Iterator[str]:
    """Give the lower bounds that are above their upper bounds."""
    for lower, upper in _PAIRS:
        low, high = schema.get(lower), schema.get(upper)
        if isinstance(low, (int, float)) and isinstance(high, (int, float)) and low > high:
            yield lower


def leaf_misfits(leaf: Tree, question: Tree, path: str) -> Iterator[Fault]:
    """List the reasons why a condition never holds: a code that is no option, or a day that does not exist."""
    for key in ("before", "after"):
        moment = leaf.get(key)
        if isinstance(moment, str) and _DAY.fullmatch(moment) and day_in(moment) is None:
            yield Fault(code=FaultCode.NOT_A_DATE, field=f"{path}.{key}")
    kind = question.get("type")
    if ("before" in leaf or "after" in leaf) and kind in list(QuestionType) and kind != QuestionType.DATE:
        yield Fault(code=FaultCode.NOT_A_DATE, field=f"{path}.question")
    options = _options(question)
    if options and not all(_is_possible(each, kind, options) for each in _wanted(leaf.get("is"))):
        yield Fault(code=FaultCode.UNKNOWN_CHOICE, field=f"{path}.is")


def _wanted(schema: Any) -> Iterator[Any]:
    """Give the values that a condition compares the answer with."""
    if isinstance(schema, Mapping):
        yield from [schema["const"]] if "const" in schema else ()
        yield from schema["enum"] if isinstance(schema.get("enum"), list) else ()


def _is_possible(answer: Any, kind: Any, options: list[str]) -> bool:
    """Tell whether a value can be the answer: a code, or a list of codes."""
    if kind == QuestionType.CHOICES:
        return isinstance(answer, list) and all(code in options for code in answer)
    return answer in options


def _options(question: Tree) -> list[str]:
    """Give the codes of a question's options in any language; none for a question without options."""
    texts = question.get("texts")
    told = [texts.get(language) for language in Language] if isinstance(texts, Mapping) else []
    listed = [each.get("options") for each in told if isinstance(each, Mapping)]
    return [code for each in listed if isinstance(each, Mapping) for code in each]
