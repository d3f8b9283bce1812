"""Conditions that say nothing: they hold whatever is answered, or never.

All states of the questions that a condition refers to are tried. A question has a state for each outcome of its
comparisons. Being not answered is a state too. A set of states is a whole number with a bit for each state.
"""

import json
from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

import attrs

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires.conditions import is_moment
from klantportaal.domain.questionnaires.definition import Order
from klantportaal.domain.questionnaires.outcomes import outcomes, text_of
from klantportaal.domain.questionnaires.value_checks import compared_with

Tree = Mapping[str, Any]
STATES_LIMIT = 4_096
"""Conditions on questions that have more states together are not tried."""
_ASKING = ("is", "count", "before", "after", "at_least", "at_most", "every", "some", "unique")
"""The keys of a comparison that say what it asks."""


@attrs.frozen
class _States:
    """The states of one question."""

    comparisons: Mapping[str, frozenset[int]]
    """In which states each comparison holds, by its text. State 0 is not answered."""
    count: int


def empty_conditions(tree: Any, path: str, questions: Mapping[str, Tree], faulty: set[str]) -> Iterator[Fault]:
    """List the innermost conditions that hold whatever is answered, or never.

    Args:
        tree: the condition.
        path: its path.
        questions: the questions of the document, by id.
        faulty: the paths of comparisons with faults of their own. Nothing is known of when those hold.
    """
    if not _is_whole(tree):
        return
    leaves: dict[str, dict[str, None]] = {}  # Each comparison once, in order.
    for leaf_path, leaf in _leaves(tree, path):
        leaves.setdefault(leaf["question"], {})[_text(leaf, leaf_path, faulty)] = None
    states = {id: _states(questions.get(id, {}), tuple(found)) for id, found in leaves.items()}
    if prod(each.count for each in states.values()) <= STATES_LIMIT:
        found: list[Fault] = []
        sets = _sets(states)
        holding = _tried(tree, path, sets, faulty, found)
        by_intent = any(_is_answered(comparison) for each in states.values() for comparison in each.comparisons)
        if not found and not by_intent and len(states) == 1 and holding == sets[""] - 1:  # All states but the first.
            found = [Fault(code=FaultCode.ALWAYS_TRUE, field=path)]
        yield from found


def idle_comparison(leaf: Tree, question: Tree, path: str) -> Iterator[Fault]:
    """Refuse a comparison that every answer meets, unless it asks just that: ``{"is": {}}``."""
    text = text_of(leaf)
    if _is_whole(leaf) and not _is_answered(text) and list(outcomes(question, [text])) == [{text}]:
        (key,) = (each for each in _ASKING if each in leaf)
        yield Fault(code=FaultCode.ALWAYS_TRUE, field=f"{path}.{key}")


def _is_whole(tree: Any) -> bool:
    """Tell whether a condition has the shape of one."""
    match tree:
        case {"all": [_, *_] as inner} | {"any": [_, *_] as inner}:
            return all(_is_whole(each) for each in inner)
        case {"not": inner}:
            return _is_whole(inner)
        case {"question": str()}:
            return all(isinstance(tree.get(key, {}), dict) for key in ("is", "count")) and _has_moments(tree)
    return False


def _has_moments(leaf: Tree) -> bool:
    """Tell whether a comparison names moments, or other questions, where it should; and how a sum should be."""
    beside = dict(compared_with(leaf))
    return ("sum" not in leaf or "is" in leaf) and all(
        order in beside or (isinstance(leaf[order], str) and is_moment(leaf[order])) for order in Order if order in leaf
    )


def _inner(tree: Tree, path: str) -> Iterator[tuple[str, Tree]]:
    for key in ("all", "any"):
        yield from ((f"{path}.{key}[{number}]", each) for number, each in enumerate(tree.get(key, ())))
    if "not" in tree:
        yield f"{path}.not", tree["not"]


def _leaves(tree: Tree, path: str) -> Iterator[tuple[str, Tree]]:
    if "question" in tree:
        yield path, tree
    for inner_path, inner in _inner(tree, path):
        yield from _leaves(inner, inner_path)


def _text(leaf: Tree, path: str, faulty: set[str]) -> str:
    """Give the text by which a comparison is known: equal comparisons have one. One with faults is like no other."""
    return path if path in faulty else text_of(leaf)


# ------------------------------------------------------------------ states
def _states(question: Tree, comparisons: tuple[str, ...]) -> _States:
    found = outcomes(question, comparisons)
    if not found:
        return _States({}, STATES_LIMIT + 1)
    holding = {each: frozenset(state for state, held in enumerate(found, 1) if each in held) for each in comparisons}
    return _States(holding, len(found) + 1)


def _is_answered(comparison: str) -> bool:
    """Tell whether a comparison holds for every answer by intent: ``{"is": {}}``, ``{"count": {}}``."""
    leaf = json.loads(comparison) if comparison.startswith("{") else {}
    return leaf.get("is") == {} or (leaf.get("count") == {} and "where" not in leaf)


def _sets(states: Mapping[str, _States]) -> dict[str, int]:
    """Give the set of states in which each comparison holds, and under an empty text that of all states."""
    total = prod(each.count for each in states.values())
    sets, stride = {"": (1 << total) - 1}, 1
    for each in states.values():
        period = stride * each.count
        repeated = ((1 << total) - 1) // ((1 << period) - 1)
        for comparison, holding in each.comparisons.items():
            sets[comparison] = sum(((1 << stride) - 1) << number * stride for number in holding) * repeated
        stride = period
    return sets


# ------------------------------------------------------------------ trying
def _tried(tree: Tree, path: str, sets: Mapping[str, int], faulty: set[str], found: list[Fault]) -> int:
    """Give the set of states in which a condition holds; adds the conditions that say nothing to *found*."""
    known, every = len(found), sets[""]
    inner = [_tried(each, inner_path, sets, faulty, found) for inner_path, each in _inner(tree, path)]
    if "all" in tree:
        holding = every
        for each in inner:
            holding &= each
    elif "any" in tree:
        holding = 0
        for each in inner:
            holding |= each
    elif "not" in tree:
        holding = every & ~inner[0]
    else:
        holding = sets[_text(tree, path, faulty)]
    if len(found) == known and holding in (0, every):
        code = FaultCode.ALWAYS_TRUE if holding else FaultCode.NEVER_TRUE
        found.append(Fault(code=code, field=path))
    return holding
