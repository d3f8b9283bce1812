"""Slips that make no document wrong in form: what no answer to a question can be, so that a condition never holds.

Only the top level of a fragment is looked at: within, a keyword may be there for one of several cases.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires.definition import QuestionType
from klantportaal.domain.values import Language

Tree = Mapping[str, Any]


def leaf_misfits(leaf: Tree, question: Tree, path: str) -> Iterator[Fault]:
    """Name what makes a condition on a question hold never: a code that is no option, a day where there is none."""
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
