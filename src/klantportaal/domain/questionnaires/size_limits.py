"""Limits on the size of a document, so that checking it takes seconds at most.

Equal fragments of JSON Schema count once, because they are checked once.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires.document_checks import step

LEAVES_LIMIT = 10_000
"""Leaves of conditions in the document."""
SCHEMAS_LIMIT = 10_000
"""Schemas in all distinct fragments, nested schemas included: 0.2 ms each."""
PATTERNS_LIMIT = 100
"""Distinct patterns: 10 ms each to compile, at worst."""
_FRAGMENTS = ("schema", "is", "count")


def size_faults(document: Any) -> Iterator[Fault]:
    """Report each limit that is exceeded, at the first place beyond it."""
    fragments = {json.dumps(each, sort_keys=True): (path, each) for path, each in _fragments(document)}.values()
    patterns = {pattern: path for path, each in fragments for pattern in _patterns(each)}
    for limit, found in (
        (LEAVES_LIMIT, (path for path, each in _objects(document) if "question" in each)),
        (SCHEMAS_LIMIT, (path for path, each in fragments for _schema in _schemas(each))),
        (PATTERNS_LIMIT, iter(patterns.values())),
    ):
        if (path := next(islice(found, limit, None), None)) is not None:
            yield Fault(code=FaultCode.TOO_MANY, field=path, params={"limit": limit})


def _objects(document: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give every object outside of fragments with its path, in order. Iterative, so depth is no problem."""
    waiting = [("$", document)]
    while waiting:
        path, each = waiting.pop()
        if isinstance(each, dict):
            yield path, each
            waiting += [(step(path, key), inner) for key, inner in reversed(each.items()) if key not in _FRAGMENTS]
        elif isinstance(each, list):
            waiting += reversed([(f"{path}[{number}]", inner) for number, inner in enumerate(each)])


def _fragments(document: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, each in _objects(document):
        for key in _FRAGMENTS:
            if isinstance(inner := each.get(key), dict):
                yield step(path, key), inner


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
