"""Conditions in the portal's closed tree, made of what the sources compare."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from klantportaal.domain.questionnaires.definition import QuestionType
from klantportaal.domain.questionnaires.patterns import PATTERN_LIMIT
from klantportaal.questionnaire_imports.remarks import RemarkCode

if TYPE_CHECKING:
    from klantportaal.questionnaire_imports.drafts import Asked

Tree = Mapping[str, Any]
_WIDTH = 50
"""The most conditions that ``all`` and ``any`` hold."""
_SYNTAX = frozenset("^$\\.*+?()[]{}|/")
_BOUNDS = {"=": "const", "<": "exclusiveMaximum", ">": "exclusiveMinimum", "<=": "maximum", ">=": "minimum"}
_TEXTS = (QuestionType.TEXT, QuestionType.LONG_TEXT, QuestionType.EMAIL, QuestionType.PHONE, QuestionType.TIME)
NEGATIVES = {"!=": "=", "notcontains": "contains", "noneof": "anyof"}
"""The comparisons that hold where another one does not: also for a question without an answer."""


class Beyond(Exception):
    """A condition that the portal does not have."""

    def __init__(self, code: RemarkCode, **params: str | int) -> None:
        """Keep what the report says."""
        super().__init__(code)
        self.code = code
        self.params = params


# ------------------------------------------------------------------ trees
def combined(key: str, conditions: Sequence[Tree]) -> Tree:
    """Combine conditions by ``all`` or ``any``; more than fit in one list go into several."""
    flat = [inner for each in conditions for inner in each.get(key, [each])]
    flat = list({repr(each): each for each in flat}.values())
    while len(flat) > _WIDTH:
        flat = [{key: flat[start : start + _WIDTH]} for start in range(0, len(flat), _WIDTH)]
        flat = [each[key][0] if len(each[key]) == 1 else each for each in flat]
    return {key: flat} if len(flat) > 1 else flat[0]


def negated(condition: Tree) -> Tree:
    """Turn a condition around."""
    inner: Tree = condition.get("not", {"not": condition})
    return inner


def depth(tree: Any) -> int:
    """Count the levels of a condition."""
    inner = tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, list) else ()
    return 1 + max(map(depth, inner), default=0)


def leaves(tree: Tree) -> int:
    """Count the comparisons of a condition."""
    if "question" in tree:
        return 1 + sum(leaves(tree[key]) for key in ("some", "every", "where") if key in tree)
    return sum(map(leaves, tree.get("all", tree.get("any", [tree.get("not", {})])))) if tree else 0


# ------------------------------------------------------------------ leaves
def answered(asked: "Asked") -> Tree:
    """Hold if a question is answered."""
    return {"question": asked.id, "is": {}}


def chosen(asked: "Asked", codes: Sequence[str | bool], part: str) -> Tree:
    """Hold if one of some answers to a question with a few answers is given. *part* names the comparison."""
    every = (True, False) if asked.type == QuestionType.BOOLEAN else [each.code for each in asked.options]
    wanted = [each for each in every if each in codes]
    if not wanted:
        raise Beyond(RemarkCode.CONDITION_BEYOND, part=part)
    if len(wanted) == len(every):
        return answered(asked)
    schema: Tree = {"const": wanted[0]} if len(wanted) == 1 else {"enum": wanted}
    if asked.type == QuestionType.CHOICES:
        schema = {"contains": schema}
    return {"question": asked.id, "is": schema}


def exactly(asked: "Asked", codes: Sequence[str | bool]) -> Tree:
    """Hold if just these options are chosen of a question for several."""
    ordered = [each.code for each in asked.options if each.code in codes]
    return {"question": asked.id, "is": {"const": ordered}}


def ordered(asked: "Asked", operator: str, number: Decimal, part: str) -> Tree:
    """Compare the answer to a question for a number."""
    scaled = number.scaleb(asked.scale)
    whole = int(scaled) if scaled == scaled.to_integral_value() else None
    if whole is None and operator == "=":
        raise Beyond(RemarkCode.CONDITION_BEYOND, part=part)
    return {"question": asked.id, "is": {_BOUNDS[operator]: float(scaled) if whole is None else whole}}


def dated(asked: "Asked", operator: str, moment: str, part: str) -> Tree:
    """Compare the answer to a question for a date with a day: ``2026-01-31``, ``today-P18Y``."""
    before, after = {"question": asked.id, "before": moment}, {"question": asked.id, "after": moment}
    match operator:
        case "<":
            return before
        case ">":
            return after
        case "<=":
            return combined("all", [answered(asked), negated(after)])
        case ">=":
            return combined("all", [answered(asked), negated(before)])
        case "=":
            return combined("all", [answered(asked), negated(before), negated(after)])
    raise Beyond(RemarkCode.CONDITION_BEYOND, part=part)


def worded(asked: "Asked", operator: str, text: str, part: str) -> Tree:
    """Compare the answer to a question for text, whatever its case."""
    if operator not in ("=", "contains") or asked.type not in _TEXTS or not text.strip():
        raise Beyond(RemarkCode.CONDITION_BEYOND, part=part)
    text = " ".join(text.split())
    if operator == "=" and text.lower() == text.upper():
        return {"question": asked.id, "is": {"const": text}}
    found = "".join(f"\\{each}" if each in _SYNTAX else each for each in text)
    pattern = f"^(?i:{found})$" if operator == "=" else f"(?i:{found})"
    if len(pattern) > PATTERN_LIMIT:
        raise Beyond(RemarkCode.CONDITION_BEYOND, part=part)
    return {"question": asked.id, "is": {"pattern": pattern}}


def in_some_row(rows: "Asked", condition: Tree) -> Tree:
    """Hold if a condition on columns holds in a row."""
    return {"question": rows.id, "some": condition}


def deferred_beyond(part: str) -> Callable[[], Tree]:
    """Make a condition that is always told to be beyond the portal."""

    def tell() -> Tree:
        raise Beyond(RemarkCode.CONDITION_BEYOND, part=part)

    return tell
