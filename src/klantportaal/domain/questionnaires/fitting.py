"""Slips that make no document wrong in form: what no answer to a question can be, and what says nothing of it.

Only the top level of a fragment is looked at: within, a keyword may be there for one of several cases.
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
"""What the answers are to JSON; those of the other types are strings."""
_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
_KEYWORDS: Mapping[str, str] = {
    **dict.fromkeys(("minLength", "maxLength", "pattern", "format"), "string"),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), "number"),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems", "items", "prefixItems"), "array"),
    **dict.fromkeys(("contains", "minContains", "maxContains"), "array"),
    **dict.fromkeys(("properties", "additionalProperties", "propertyNames", "required"), "object"),
    **dict.fromkeys(("minProperties", "maxProperties"), "object"),
}
"""The JSON type that a keyword is about; of answers of other types it says nothing, so that it lets all through."""
_PAIRS = (("minLength", "maxLength"), ("minimum", "maximum"), ("minItems", "maxItems"))


def schema_misfits(schema: Tree, kind: Any, path: str) -> Iterator[Fault]:
    """Name the keywords that say nothing of answers of a type, or refuse them all; *path* is that of the schema."""
    types = _JSON_TYPES.get(kind, ("string",)) if kind in list(QuestionType) else _TYPES
    for keyword, value in schema.items():
        about = _named(value) if keyword == "type" else [_KEYWORDS[keyword]] if keyword in _KEYWORDS else []
        if about and not set(about) & set(types):
            yield Fault(code=FaultCode.KEYWORD_MISFIT, field=f"{path}.{keyword}")


def _named(value: Any) -> list[str]:
    """Give the types that a schema names; what is none of JSON's is a fault of its own."""
    return [each for each in (value if isinstance(value, list) else [value]) if each in _TYPES]


def crossed_bounds(schema: Tree) -> Iterator[str]:
    """Name the lower bounds that are above the upper ones: nothing is between them."""
    for lower, upper in _PAIRS:
        low, high = schema.get(lower), schema.get(upper)
        if isinstance(low, (int, float)) and isinstance(high, (int, float)) and low > high:
            yield lower


def leaf_misfits(leaf: Tree, question: Tree, path: str) -> Iterator[Fault]:
    """Name what makes a condition on a question hold never: a code that is no option, a day where there is none."""
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
    """Give what a condition wants the answer to be."""
    if isinstance(schema, Mapping):
        yield from [schema["const"]] if "const" in schema else ()
        yield from schema["enum"] if isinstance(schema.get("enum"), list) else ()


def _is_possible(answer: Any, kind: Any, options: list[str]) -> bool:
    """Tell whether something may be the answer: a code, or a list of codes."""
    if kind == QuestionType.CHOICES:
        return isinstance(answer, list) and all(code in options for code in answer)
    return answer in options


def _options(question: Tree) -> list[str]:
    """Give the codes of a question's options in any language; a question of another kind has none."""
    texts = question.get("texts")
    told = [texts.get(language) for language in Language] if isinstance(texts, Mapping) else []
    listed = [each.get("options") for each in told if isinstance(each, Mapping)]
    return [code for each in listed if isinstance(each, Mapping) for code in each]
