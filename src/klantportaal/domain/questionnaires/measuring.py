"""How much of a document there is to judge: more than this takes longer than an office waits for.

What counts are distinct fragments of JSON Schema, since equal ones are judged once.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from klantportaal.domain.errors import Fault, FaultCode
from klantportaal.domain.questionnaires.checking import step

LEAVES_LIMIT = 10_000
"""Conditions that look at a question, in the whole document."""
SCHEMAS_LIMIT = 10_000
"""Schemas in all fragments, those within others included: a fifth of a thousandth of a second each."""
PATTERNS_LIMIT = 100
"""Distinct patterns: a few hundredths of a second each, at the worst."""
_FRAGMENTS = ("schema", "is")


def size_faults(document: Any) -> Iterator[Fault]:
    """Name the first place where there is too much of something."""
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
    """Give every object outside of fragments with its path, in order, without nesting calls."""
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
    """Give what may be a schema: every object, true and false."""
    if isinstance(fragment, (dict, bool)):
        yield fragment
    inner = fragment.values() if isinstance(fragment, dict) else fragment if isinstance(fragment, list) else ()
    for each in inner:
        yield from _schemas(each)


def _patterns(fragment: Any) -> Iterator[str]:
    for each in _schemas(fragment):
        if isinstance(each, dict) and isinstance(pattern := each.get("pattern"), str):
            yield pattern
