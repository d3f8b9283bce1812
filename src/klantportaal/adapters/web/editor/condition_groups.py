"""A condition as groups: each joins comparisons, and groups within it. A group may be about each of some rows.

What the form has no fields for, such as a group within too many others, stays in its group as it is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from klantportaal.adapters.web.editor.condition_form import (
    MOST_ROWS,
    NOT_ASKED,
    Comparison,
    Tree,
    answer_text,
    comparison_in,
    comparison_of,
    is_same,
    whole_number,
)
from klantportaal.adapters.web.editor.fields import Unreadable, number_in, tidy
from klantportaal.adapters.web.editor.references import Referable, Scope
from klantportaal.adapters.web.language.translations import Sentence, sentence
from klantportaal.domain.values import Language

JOINERS: Mapping[str, Sentence] = {
    "all": sentence("all of these hold"),
    "any": sentence("at least one of these holds"),
    "none": sentence("none of these holds"),
    "not_all": sentence("these do not all hold"),
}
OF_ROWS: Mapping[str, Sentence] = {
    "every": sentence("every row"),
    "some": sentence("at least one row"),
    "count_is": sentence("exactly this number of rows"),
    "count_at_least": sentence("at least this number of rows"),
    "count_at_most": sentence("at most this number of rows"),
}
"""In how many rows a group about rows must hold."""
BOUNDS: Mapping[str, str] = {"count_is": "const", "count_at_least": "minimum", "count_at_most": "maximum"}
"""The keyword for the number of rows. The others have no number."""
DEEPEST = 3
"""The groups within one another that the form shows, the whole condition included."""
EVERY_DEPTH = 100
"""More groups within one another than a document can have."""
Path = tuple[int, ...]
"""Where a part is: its number in its group, after that of the group, and so on."""


@attrs.frozen(kw_only=True)
class Kept:
    """A part that the form has no fields for."""

    condition: Any


@attrs.frozen(kw_only=True)
class Group:
    """Parts that are joined."""

    joiner: str = "all"
    parts: "tuple[Part, ...]" = ()
    rows: str = ""
    """The rows that it is about each of, as a select has them. Empty for a group that is not about rows."""
    how: str = ""
    """In how many rows it must hold, as in ``OF_ROWS``."""
    value: str = ""
    """The number of rows, as it was typed."""


Part = Comparison | Group | Kept


# ------------------------------------------------------------------ from a condition to groups
def group_of(condition: Any, scope: Scope, spoken: Language, *, deepest: int = DEEPEST) -> Group:
    """Write a condition as a group.

    Args:
        condition: the condition. None if there is none.
        scope: what it can refer to.
        spoken: the language.
        deepest: how many groups may be within one another.
    """
    if condition is None:
        return Group()
    if has_more_leaves(condition, MOST_ROWS):
        return Group(parts=(Kept(condition=condition),))
    return _Reader(spoken=spoken).whole(condition, scope, deepest)


def has_more_leaves(condition: Any, most: int) -> bool:
    """Tell whether a condition has more comparisons than *most*, wherever they stand in it."""
    waiting, found = [condition], 0
    while waiting and found <= most:
        each = waiting.pop()
        found += isinstance(each, dict) and "question" in each
        waiting += each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
    return found > most


def _joined(tree: Any) -> tuple[str, Sequence[Any]] | None:
    """Give how a condition joins others, and those. None if it joins none."""
    match tree:
        case {"all": list(listed), **rest} if not rest:
            return "all", listed
        case {"any": list(listed), **rest} if not rest:
            return "any", listed
        case {"not": {"any": list(listed), **rest}, **more} if not rest and not more:
            return "none", listed
        case {"not": {"all": list(listed), **rest}, **more} if not rest and not more:
            return "not_all", listed
        case {"not": inner, **rest} if not rest:
            return "none", [inner]
    return None


@attrs.frozen(kw_only=True)
class _Reader:
    """Reads the parts of a condition."""

    spoken: Language

    def whole(self, tree: Any, scope: Scope, left: int) -> Group:
        """Read a condition as a group: one comparison is a group of one.

        Args:
            tree: the condition.
            scope: what it can refer to.
            left: how many groups may be within one another, this one included.
        """
        joined = _joined(tree)
        if joined is None or comparison_of(tree, scope.subjects, self.spoken) is not None:
            joined = "all", [tree]
        return self._group(joined, scope, left)

    def _group(self, joined: tuple[str, Sequence[Any]], scope: Scope, left: int) -> Group:
        joiner, listed = joined
        return Group(joiner=joiner, parts=tuple(self._part(each, scope, left - 1) for each in listed))

    def _part(self, tree: Any, scope: Scope, left: int) -> Part:
        if (row := comparison_of(tree, scope.subjects, self.spoken)) is not None:
            return row
        if left and (over := _over(tree, self.spoken)) is not None and _has_rows(over[0].rows, scope):
            inner = self.whole(over[1], scope.within(over[0].rows), left)
            return attrs.evolve(over[0], joiner=inner.joiner, parts=inner.parts)
        if left and (joined := _joined(tree)) is not None:
            return self._group(joined, scope, left)
        return Kept(condition=tree)


def _over(tree: Any, spoken: Language) -> tuple[Group, Any] | None:
    """Read in how many rows a condition must hold, and that condition."""
    match tree:
        case {"question": str(rows), "every": inner, **rest} if not rest:
            return Group(rows=rows, how="every"), inner
        case {"question": str(rows), "some": inner, **rest} if not rest:
            return Group(rows=rows, how="some"), inner
        case {"question": str(rows), "count": dict(schema), "where": inner, **rest} if not rest:
            for how, keyword in BOUNDS.items():
                text = answer_text(schema.get(keyword), None, spoken)
                if text is not None and is_same({keyword: number_in(text, "integer")}, schema):
                    return Group(rows=rows, how=how, value=text), inner
    return None


def _has_rows(id: str, scope: Scope) -> bool:
    rows = scope.subjects.get(id)
    return rows is not None and rows.type == "rows" and tidy(id, "text") == id


# ------------------------------------------------------------------ from groups to a condition
def condition_of(group: Group, scope: Scope) -> Tree | None:
    """Make the condition of a group. None without parts.

    Raises:
        Unreadable: a comparison cannot be made.
    """
    if not group.parts:
        return None
    [first, *more] = group.parts
    is_one = not more and group.joiner in ("all", "any") and not (isinstance(first, Group) and not first.rows)
    made: Tree = _tree(first, scope) if is_one else _joined_tree(group, scope)
    return made


def _joined_tree(group: Group, scope: Scope) -> Tree:
    trees = [_tree(part, scope) for part in group.parts]
    if group.joiner in ("none", "not_all"):
        return {"not": {"any" if group.joiner == "none" else "all": trees}}
    return {group.joiner: trees}


def _tree(part: Part, scope: Scope) -> Any:
    if isinstance(part, Kept):
        return part.condition
    if isinstance(part, Comparison):
        return comparison_in(part, scope.subjects)
    if not part.rows:
        return _joined_tree(part, scope)
    rows = _required_rows(part, scope)
    within = _joined_tree(part, scope.within(part.rows))
    if part.how in BOUNDS:
        return {"question": rows.id, "count": {BOUNDS[part.how]: whole_number(part.value)}, "where": within}
    return {"question": rows.id, part.how: within}


def _required_rows(group: Group, scope: Scope) -> Referable:
    """Find the rows that a group is about. Raises: Unreadable."""
    if not _has_rows(group.rows, scope):
        raise Unreadable(NOT_ASKED)
    return scope.subjects[group.rows]


def unread(group: Group, scope: Scope, at: Path = ()) -> Iterator[tuple[Path, Sentence]]:
    """Give what is wrong with the parts of a group that was sent, each with its path."""
    for number, part in enumerate(group.parts):
        here = (*at, number)
        try:
            _tree(attrs.evolve(part, parts=()) if isinstance(part, Group) else part, scope)
        except Unreadable as unreadable:
            yield here, unreadable.args[0]
        if isinstance(part, Group):
            yield from unread(part, scope.within(part.rows) if part.rows else scope, here)


def size_of(group: Group) -> int:
    """Count the parts of a group, those of groups within it too."""
    return sum(1 + (size_of(part) if isinstance(part, Group) else 0) for part in group.parts)


# ------------------------------------------------------------------ changes
def at_path(group: Group, path: Path) -> Part | None:
    """Find a part. The group itself is at the empty path."""
    found: Part = group
    for number in path:
        if not isinstance(found, Group) or number >= len(found.parts):
            return None
        found = found.parts[number]
    return found


def scope_at(group: Group, path: Path, scope: Scope) -> Scope:
    """Give what the parts of the group at a path see."""
    for end in range(len(path)):
        found = at_path(group, path[: end + 1])
        scope = scope.within(found.rows) if isinstance(found, Group) and found.rows else scope
    return scope


def with_part(group: Group, path: Path, part: Part) -> Group:
    """Add a part to the group at a path."""
    return _changed(group, path, lambda parts: (*parts, part))


def without_part(group: Group, path: Path) -> Group:
    """Take out the part at a path."""
    return _changed(group, path[:-1], lambda parts: (*parts[: path[-1]], *parts[path[-1] + 1 :]))


def _changed(group: Group, path: Path, change: Callable[[tuple[Part, ...]], tuple[Part, ...]]) -> Group:
    if not path:
        return attrs.evolve(group, parts=change(group.parts))
    number, rest = path[0], path[1:]
    parts = [
        _changed(part, rest, change) if index == number and isinstance(part, Group) else part
        for index, part in enumerate(group.parts)
    ]
    return attrs.evolve(group, parts=tuple(parts))
