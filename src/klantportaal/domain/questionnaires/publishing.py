"""Publishing: reads an office's document into a definition, or reports all faults in it at once.

The field of a fault is a JSON path: ``$.pages[0].questions[2].visible_when``. Checks skip what has the wrong shape, so
one mistake does not hide the next.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NoReturn, cast

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import QuestionnairePublished
from klantportaal.domain.questionnaires.definition import Definition
from klantportaal.domain.questionnaires.definition_builder import structured
from klantportaal.domain.questionnaires.document_checks import faults_within, step
from klantportaal.domain.questionnaires.size_limits import size_faults
from klantportaal.domain.values import Language, OfficeId, Texts

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

DOCUMENT_LIMIT = 4 * 1024 * 1024
"""Bytes of a document. 2,000 questions in two languages take a quarter of it."""
DEPTH_LIMIT = 60
"""Levels of nesting: more than a readable condition has, and far below Python's recursion limit."""
REVISION_LIMIT = 1_000_000
"""The highest revision."""
FAULTS_LIMIT = 500
"""The most faults that are reported at once."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Published:
    """A published revision as storage keeps it. It never changes."""

    office_id: OfficeId
    digest: str
    questionnaire: str
    revision: int
    titles: Texts
    document: str
    """The document without insignificant white space. *digest* is the hash of this text."""
    published_at: datetime
    published_by: str
    """The case handler's name."""


def publish(
    definition: Definition,
    document: str,
    *,
    office_id: OfficeId,
    newest: Published | None,
    handler: str,
    at: datetime,
) -> tuple[Published, QuestionnairePublished | None]:
    """Publish a revision that ``read`` gave. The newest revision again changes nothing.

    Raises:
        Refused: ``REVISION_TAKEN``: the revision is not higher than the newest.
    """
    if newest is not None and newest.digest == definition.digest:
        return newest, None
    if newest is not None and definition.revision <= newest.revision:
        raise Refused([_revision_taken(newest.revision)])
    published = Published(
        office_id=office_id,
        digest=definition.digest,
        questionnaire=definition.id,
        revision=definition.revision,
        titles={language: heading.title for language, heading in definition.texts.items()},
        document=document,
        published_at=at,
        published_by=handler,
    )
    fact = QuestionnairePublished(
        questionnaire=definition.id, revision=definition.revision, digest=definition.digest, at=at
    )
    return published, fact


def _revision_taken(newest: int) -> Fault:
    return Fault(code=FaultCode.REVISION_TAKEN, field="$.revision", params={"newest": newest})


def read(document: str | bytes) -> tuple[Definition, str]:
    """Read and check a document; gives the definition, and the document without insignificant white space.

    Raises:
        Refused: up to 500 faults, each with its JSON path as field.
    """
    content = _parsed(document)
    if too_much := list(size_faults(content)):
        raise Refused(too_much)
    within = faults_within(content) if isinstance(content, dict) else ()
    if found := list(islice(_once(chain(_shape_faults(content), within)), FAULTS_LIMIT)):
        raise Refused(found)
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return restored(text), text


def restored(document: str) -> Definition:
    """Make the definition of a document that was checked before."""
    digest = hashlib.sha256(document.encode()).hexdigest()
    return structured(json.loads(document), digest=digest)


@cache
def format_schema() -> Mapping[str, Any]:
    """Give the JSON Schema of the format, which ships in the package. Editors can use it."""
    source = files("klantportaal.domain.questionnaires") / "format.schema.json"
    schema: Mapping[str, Any] = json.loads(source.read_text("utf-8"))
    return schema


@cache
def _format() -> "Validator":
    from klantportaal.domain.questionnaires.validation import Linear  # Not at import: jsonschema takes a while.

    return Linear(format_schema())


# ------------------------------------------------------------------ the text
def _parsed(document: str | bytes) -> Any:
    """Parse strictly: refuse NaN, duplicate keys, lone surrogates, NUL, and documents too large or too deep."""
    if len(document) > DOCUMENT_LIMIT:
        raise _refusal(FaultCode.DOCUMENT_TOO_LARGE, limit=DOCUMENT_LIMIT)
    try:
        content = json.loads(document, parse_constant=_no_constant, parse_float=_number, object_pairs_hook=_object)
        json.dumps(content, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise _refusal(FaultCode.NOT_JSON, line=error.lineno, column=error.colno) from None
    except (ValueError, RecursionError):  # UnicodeError is a ValueError; so is a number of too many digits.
        raise _refusal(FaultCode.NOT_JSON) from None
    for each, depth in _everything(content):
        if depth > DEPTH_LIMIT:
            raise _refusal(FaultCode.NOT_AS_FORMAT, limit=DEPTH_LIMIT)
        if isinstance(each, str) and "\0" in each:  # PostgreSQL holds none.
            raise _refusal(FaultCode.NOT_JSON)
    return content


def _refusal(code: FaultCode, **params: int) -> Refused:
    return Refused([Fault(code=code, field="$", params=params)])


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _number(text: str) -> int | float:
    """Read 1.0 and 1E2 as whole numbers, as JSON Schema does; refuse infinity."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("no such number")
    return int(number) if number.is_integer() else number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a key stands twice")
    return read


def _everything(content: Any) -> Iterator[tuple[Any, int]]:
    """Give every value and key of a document with its depth. Iterative, so depth is no problem."""
    waiting = [(content, 1)]
    while waiting:
        each, depth = waiting.pop()
        yield each, depth
        inner = [*each, *each.values()] if isinstance(each, dict) else each if isinstance(each, list) else ()
        waiting.extend((value, depth + 1) for value in inner)


def _once(found: Iterator[Fault]) -> Iterator[Fault]:
    """Drop duplicate faults: the JSON Schema of the format checks a column twice."""
    seen: set[tuple[str, str | None]] = set()
    for fault in found:
        if (fault.code, fault.field) not in seen:
            seen.add((fault.code, fault.field))
            yield fault


# ------------------------------------------------------------------ the shape
def _shape_faults(content: Any) -> Iterator[Fault]:
    """Validate the document against the JSON Schema of the format."""
    for error in _format().iter_errors(content):
        yield from _shape_fault(error)


def _shape_fault(error: "ValidationError") -> Iterator[Fault]:
    path, instance = error.json_path, cast(Any, error.instance)
    keyword, asked = error.validator, cast(Any, error.validator_value)
    if keyword == "required":
        # jsonschema reports each missing key separately, and names it in its message only.
        name = next(name for name in asked if name not in instance and repr(name) in error.message)
        code = FaultCode.LANGUAGE_MISSING if name in list(Language) else FaultCode.MISSING
        yield Fault(code=code, field=step(path, name))
    elif keyword == "additionalProperties":
        known = cast(Any, error.schema).get("properties", {})
        unknown = (name for name in instance if name not in known)
        yield from (Fault(code=FaultCode.UNKNOWN_KEY, field=step(path, name)) for name in unknown)
    elif keyword == "maxLength":
        yield Fault(code=FaultCode.TOO_LONG, field=path, params={"limit": asked})
    elif keyword == "enum":
        yield Fault(code=FaultCode.NOT_AS_FORMAT, field=path, params={"allowed": ", ".join(asked)})
    else:
        yield Fault(code=FaultCode.NOT_AS_FORMAT, field=path)
