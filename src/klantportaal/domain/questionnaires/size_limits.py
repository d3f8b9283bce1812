"""Limits on the size of a document, so that checking it takes seconds at most.

Equal fragments of JSON Schema count once, because they are checked once.
"""

import json
from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import islice
from typing import Any

import attrs

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires.schema_checks import step

LEAVES_LIMIT = 10_000
"""Leaves of conditions in the document."""
SCHEMAS_LIMIT = 10_000
"""Schemas in all distinct fragments, nested schemas included: 0.2 ms each."""
PATTERNS_LIMIT = 100
"""Distinct patterns: 10 ms each to compile, at worst."""
THINGS_LIMIT = 5_000
"""Pages, questions, columns and rules of a draft, which an editor lists."""
_LISTS = ("pages", "questions", "columns", "must_hold")
_FRAGMENTS = ("schema", "is", "count")


def size_faults(document: Any) -> Iterator[Fault]:
    """Report each limit that is exceeded, at the first place beyond it."""
    fragments = {json.dumps(each, sort_keys=True): (at, each) for at, each in _fragments(document)}.values()
    patterns = {pattern: at for at, each in fragments for pattern in _patterns(each)}
    yield from _beyond(LEAVES_LIMIT, (at for at, each in _objects(document) if "question" in each))
    yield from _beyond(SCHEMAS_LIMIT, (at for at, each in fragments for _schema in _schemas(each)))
    yield from _beyond(PATTERNS_LIMIT, iter(patterns.values()))


def draft_faults(document: Any) -> Iterator[Fault]:
    """Report each limit that a draft exceeds. It may have any other fault: nothing that an editor shows is endless."""
    yield from size_faults(document)
    lists = ((_At(at, key), each.get(key)) for at, each in _objects(document) for key in _LISTS)
    things = (_At(at, number) for at, listed in lists if isinstance(listed, list) for number in range(len(listed)))
    yield from _beyond(THINGS_LIMIT, things)


def _beyond(limit: int, found: "Iterator[_At]") -> Iterator[Fault]:
    if (at := next(islice(found, limit, None), None)) is not None:
        yield Fault(code=FaultCode.TOO_MANY, field=at.path, params={"limit": limit})


@attrs.frozen
class _At:
    """A place in a document. Its path is written only where it is told: many paths may begin with one very long key."""

    around: "_At | None"
    key: str | int

    @property
    def path(self) -> str:
        """The JSON path."""
        keys, here = list[str | int](), self
        while here.around is not None:
            keys.append(here.key)
            here = here.around
        return reduce(lambda path, key: f"{path}[{key}]" if isinstance(key, int) else step(path, key), keys[::-1], "$")


def _objects(document: Any) -> Iterator[tuple[_At, Mapping[str, Any]]]:
    """Give every object outside of fragments with its place, in order. Iterative, so depth is no problem."""
    waiting = [(_At(None, "$"), document)] if isinstance(document, (dict, list)) else []
    while waiting:
        at, each = waiting.pop()
        if isinstance(each, dict):
            yield at, each
            named = [(key, inner) for key, inner in each.items() if key not in _FRAGMENTS]
        else:
            named = [*enumerate(each)]
        waiting += [(_At(at, key), inner) for key, inner in reversed(named) if isinstance(inner, (dict, list))]


def _fragments(document: Any) -> Iterator[tuple[_At, Mapping[str, Any]]]:
    for at, each in _objects(document):
        for key in _FRAGMENTS:
            if isinstance(inner := each.get(key), dict):
                yield _At(at, key), inner


def _schemas(fragment: Any) -> Iterator[Any]:
    """Give everything that may be a schema: objects, true and false."""
    if isinstance(fragment, (dict, bool)):
        yield fragment
    inner = fragment.values() if isinstance(fragment, dict) else fragment if isinstance(fragment, list) else ()
    for each in inner:
        yield from _schemas(each)


def _patterns(fragment: Any) -> Iterator[str]:
    for each in _schemas(fragment):
        if isinstance(each, dict) and isinstance(pattern := each.get("pattern"), str):
            yield pattern
