"""Changes of a document of a questionnaire, as an editor makes them: a document in, a new document out.

A document may be unfinished or faulty, so any place may hold anything. What a change is not about stays as it is.
"""

import itertools
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any, Final

from klantportaal.domain.errors import Fault, Refused
from klantportaal.domain.questionnaires import publishing
from klantportaal.domain.questionnaires.definition import REFERENCE, Definition
from klantportaal.domain.questionnaires.fragments import OFFICE
from klantportaal.domain.questionnaires.json_documents import dumped, once
from klantportaal.domain.questionnaires.publishing import NO_FRAGMENTS, Office
from klantportaal.domain.values import Language

Document = Mapping[str, Any]
Place = tuple[str | int, ...]
"""Where something stands in a document: the keys and numbers that lead to it, as ``("pages", 0, "questions", 2)``."""

_STEPS = re.compile(r"\.([A-Za-z][A-Za-z0-9_]*)|\[([0-9]+)\]|\['((?:[^'\\]|\\.)*)'\]")
_FRAGMENTS = frozenset({"schema", "is", "count"})
"""The keys that hold JSON Schema, which refers to no question."""
_REFERRING = frozenset({"question", "for_each", "sum", "unique", "column"})
"""The keys that hold the id of a question."""
_OF_TYPES: Final[Mapping[str, frozenset[str]]] = {
    "columns": frozenset({"rows"}),
    "profile": frozenset({"prefilled"}),
    "earliest": frozenset({"date"}),
    "latest": frozenset({"date"}),
    "decimals": frozenset({"decimal"}),
    "beside": frozenset({"text"}),
    "options_from": frozenset({"choice", "choices"}),
    "compute": frozenset({"computed"}),
}
"""The types that may have a key. Others may stand at every type."""
_NOT_OF_TYPES: Final[Mapping[str, frozenset[str]]] = {
    "required": frozenset({"note", "computed"}),
    "fixed": frozenset({"note", "signature", "file", "computed"}),
}
CHOOSING = frozenset({"choice", "choices"})
"""The types that have options."""


# ------------------------------------------------------------------ places
def place_of(path: str) -> Place:
    """Read the JSON path of a fault: ``$.pages[0].questions[2]``."""
    steps = (found.groups() for found in _STEPS.finditer(path))
    return tuple(int(number) if number else name or _unescaped(quoted) for name, number, quoted in steps)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _path(place: Place) -> str:
    """Write the JSON path of a part."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)


def owner_of(place: Place) -> Place:
    """Give the place of the page, question, column or rule that something stands in; empty for the whole."""
    for length in (6, 4, 2):
        lists = place[: length - 1 : 2] if len(place) >= length else ()
        if lists in (("pages",), ("pages", "questions"), ("pages", "must_hold"), ("pages", "questions", "columns")):
            return place[:length]
    return ()


def at(document: Any, place: Place) -> Any:
    """Give what stands at a place. None if nothing does."""
    for step in place:
        is_key = isinstance(document, Mapping) and step in document
        is_number = isinstance(document, list) and isinstance(step, int) and 0 <= step < len(document)
        if not (is_key or is_number):
            return None
        document = document[step]
    return document


def things(document: Document, place: Place) -> Sequence[Any]:
    """Give the list at a place. Empty if no list stands there."""
    found = at(document, place)
    return found if isinstance(found, list) else ()


def place_with_id(document: Document, place: Place, id: object) -> Place | None:
    """Find where the page, question or column of *place* stands now, by its id. None if it is gone."""
    if at(document, (*place, "id")) == id:
        return place
    kind = place[-2] if len(place) > 1 else None
    return next((each for each in asked(document) if each[-2] == kind and at(document, (*each, "id")) == id), None)


def asked(document: Document) -> Iterator[Place]:
    """Give the places of all pages, questions and columns, in order. Columns come before their rows."""
    for page, each in enumerate(things(document, ("pages",))):
        yield ("pages", page)
        for question, inner in enumerate(things(each, ("questions",))):
            here: Place = ("pages", page, "questions", question)
            yield from ((*here, "columns", number) for number in range(len(things(inner, ("columns",)))))
            yield here


# ------------------------------------------------------------------ changes
def put(document: Any, place: Place, thing: Any) -> Any:
    """Put something at a place, in a copy. Objects on the way that are missing are made."""
    if not place:
        return thing
    step, rest = place[0], place[1:]
    if isinstance(document, list) and isinstance(step, int) and step < len(document):
        return [put(each, rest, thing) if number == step else each for number, each in enumerate(document)]
    known = document if isinstance(document, Mapping) else {}
    return {**known, step: put(known.get(step), rest, thing)}


def without(document: Any, place: Place) -> Any:
    """Take out what stands at a place, in a copy. Nothing changes if nothing does."""
    step, rest = place[0], place[1:]
    if at(document, place[:1]) is None:
        return document
    if rest:
        return put(document, (step,), without(document[step], rest))
    if isinstance(document, list):
        return [each for number, each in enumerate(document) if number != step]
    return {key: each for key, each in document.items() if key != step}


def added(document: Document, place: Place, thing: Any) -> Document:
    """Add something at the end of the list at a place."""
    changed: Document = put(document, place, [*things(document, place), thing])
    return changed


def moved(document: Document, place: Place, by: int) -> Document:
    """Move something up (-1) or down (1) in its list. The first stays first, and the last stays last."""
    listed, number = list(things(document, place[:-1])), place[-1]
    assert isinstance(number, int)  # noqa: S101 - things stand in lists by number
    if not (0 <= number < len(listed) and 0 <= number + by < len(listed)):
        return document
    listed.insert(number + by, listed.pop(number))
    changed: Document = put(document, place[:-1], listed)
    return changed


def renamed(document: Any, old: str, new: str) -> Any:
    """Refer to a question by its new id wherever a condition, page, question or text refers to the old one."""
    if isinstance(document, list):
        return [renamed(each, old, new) for each in document]
    if isinstance(document, Mapping):
        return {key: _renamed_within(key, each, old, new) for key, each in document.items()}
    return document


def _renamed_within(key: str, thing: Any, old: str, new: str) -> Any:
    if key in _FRAGMENTS:
        return thing
    if key == "texts":
        return _in_texts(thing, old, new)
    return new if key in _REFERRING and thing == old else renamed(thing, old, new)


def _in_texts(thing: Any, old: str, new: str) -> Any:
    if isinstance(thing, Mapping):
        return {key: each if key == "options" else _in_texts(each, old, new) for key, each in thing.items()}
    if not isinstance(thing, str):
        return thing
    return REFERENCE.sub(lambda found: f"{{{new}}}" if found[1] == old else found[0], thing)


def retyped(question: Document, kind: str) -> Document:
    """Give a question another type. What the new type cannot have goes, and what it needs comes."""
    if question.get("type") == kind:
        return question
    kept = {key: each for key, each in question.items() if key not in ("schema", "default") and _may_have(kind, key)}
    changed = {**kept, "type": kind}
    for language in Language:
        for key, types in (("options", CHOOSING), ("row", frozenset({"rows"}))):
            if kind not in types:
                changed = without(changed, ("texts", language.value, key))
    return {**_needed(kind), **changed}


def _may_have(kind: str, key: str) -> bool:
    return kind in _OF_TYPES.get(key, frozenset({kind})) and kind not in _NOT_OF_TYPES.get(key, frozenset())


def _needed(kind: str) -> Document:
    if kind == "rows":
        return {"columns": []}
    if kind == "computed":
        return {"compute": {"sum": []}}
    return {"profile": "name"} if kind == "prefilled" else {}


# ------------------------------------------------------------------ new things
def new_page(document: Document) -> Document:
    """Make an empty page."""
    texts = {language.value: {"title": ""} for language in Language}
    return {"id": free_id(document, "pagina"), "texts": texts, "questions": []}


def new_question(document: Document) -> Document:
    """Make an empty question, or column."""
    texts = {language.value: {"label": ""} for language in Language}
    return {"id": free_id(document, "vraag"), "type": "text", "texts": texts}


def new_use(document: Document, fragment: str) -> Document:
    """Make a use of a fragment of the office's own, with a name before its ids that no other use has."""
    taken = _words(document, "as")
    names = itertools.chain([fragment], (f"{fragment}-{number}" for number in itertools.count(2)))
    return {"use": f"{OFFICE}{fragment}", "as": next(name for name in names if name not in taken)}


def new_rule() -> Document:
    """Make an empty rule."""
    return {"when": {"all": []}, "texts": {language.value: "" for language in Language}}


def free_id(document: Document, word: str) -> str:
    """Make an id that no page, question or column has: ``vraag-3``."""
    taken = _words(document, "id")
    number = 1
    while f"{word}-{number}" in taken:
        number += 1
    return f"{word}-{number}"


def _words(document: Document, key: str) -> AbstractSet[str]:
    """Give the texts under a key of all pages, questions, columns and uses."""
    found = (at(document, (*place, key)) for place in asked(document))
    return {each for each in found if isinstance(each, str)}


# ------------------------------------------------------------------ faults
def faults_of(document: Document, office: Office = NO_FRAGMENTS) -> Sequence[Fault]:
    """Give what keeps a draft from being published. Its revision does not count: it gets the next one.

    Args:
        document: the document.
        office: the fragments of the office's own that it uses, by id.
    """
    return _read(*_texts(document, office))[0]


def faults_at(document: Document, owners: Collection[Place], office: Office = NO_FRAGMENTS) -> Sequence[Fault]:
    """Give the faults of some parts alone, as ``faults_of`` gives them, in a fraction of the time.

    Args:
        document: the document.
        owners: the places of pages, questions, columns or rules, and the empty one for the document itself.
        office: the fragments of the office's own that it uses, by id.
    """
    content = {**document, "revision": 1}
    parts = {_path(place): at(content, place) for place in owners}
    found = publishing.faults_of_parts(content, parts, office)
    return [each for each in once(found) if owner_of(place_of(str(each.field))) in owners]


def as_published(document: Document, office: Office = NO_FRAGMENTS) -> tuple[Definition, Document]:
    """Give what comes of a draft without faults, as its first revision: the definition, and the document.

    Args:
        document: the document.
        office: the fragments of the office's own that it uses, by id.

    Raises:
        Refused: it has faults.
    """
    found, made = _read(*_texts(document, office))
    if made is None:
        raise Refused(found)
    return made[0], json.loads(made[1])


def _texts(document: Document, office: Office) -> tuple[str, str]:
    return dumped({**document, "revision": 1}), dumped(dict(office))


@lru_cache(maxsize=8)
def _read(document: str, office: str) -> tuple[Sequence[Fault], tuple[Definition, str] | None]:
    """Read a document as publishing does. The pages of an editor ask for the same one again and again."""
    try:
        read = publishing.check(json.loads(document), json.loads(office))
        return (), (read.definition, read.document)
    except Refused as refusal:
        return refusal.faults, None
