"""Reading the JSON documents that offices publish: strictly, and with the JSON path of each fault.

Questionnaires and templates of requests are published alike. The field of a fault is a JSON path, such as
``$.pages[0].questions[2]``.
"""

import json
import math
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NoReturn, cast

from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.questionnaires.schema_checks import step
from klantportaal.domain.values import Language

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

DOCUMENT_LIMIT = 4 * 1024 * 1024
"""Bytes of a document. 2,000 questions in two languages take a quarter of it."""
DEPTH_LIMIT = 60
"""Levels of nesting: more than a readable condition has, and far below Python's recursion limit."""
KEY_LIMIT = 1_000
"""Characters of a key: the path of a fault has all keys around it."""
FAULTS_LIMIT = 500
"""The most faults that are reported at once."""
_EXACT = 2**53
"""Up to this, every whole number has a double of its own (RFC 8259 6)."""


# ------------------------------------------------------------------ the text
def parsed(document: str | bytes, *, size: int = DOCUMENT_LIMIT, levels: int = DEPTH_LIMIT) -> Any:
    """Parse strictly: refuse NaN, duplicate keys, lone surrogates, NUL, and documents or keys too large or too deep.

    Args:
        document: the text.
        size: the most bytes.
        levels: the most levels of nesting.
    """
    if len(document) > size:
        raise _refusal(FaultCode.DOCUMENT_TOO_LARGE, limit=size)
    try:
        content = json.loads(document, parse_constant=_no_constant, parse_float=_number, object_pairs_hook=_object)
        json.dumps(content, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise _refusal(FaultCode.NOT_JSON, line=error.lineno, column=error.colno) from None
    except (ValueError, RecursionError):  # UnicodeError is a ValueError; so is a number of too many digits.
        raise _refusal(FaultCode.NOT_JSON) from None
    for each, depth in _everything(content):
        if depth > levels:
            raise _refusal(FaultCode.NOT_AS_FORMAT, limit=levels)
        if isinstance(each, str) and "\0" in each:  # PostgreSQL holds none.
            raise _refusal(FaultCode.NOT_JSON)
        if isinstance(each, dict) and any(len(key) > KEY_LIMIT for key in each):
            raise _refusal(FaultCode.TOO_LONG, limit=KEY_LIMIT)
    return content


def parsed_object(document: str | bytes, *, size: int = DOCUMENT_LIMIT) -> dict[str, Any]:
    """Parse a document that may have faults, but is a JSON object. Raises: Refused."""
    read = parsed(document, size=size)
    if not isinstance(read, dict):
        raise _refusal(FaultCode.NOT_AS_FORMAT)
    return read


def dumped(read: object) -> str:
    """Write a document without insignificant white space."""
    return json.dumps(read, ensure_ascii=False, separators=(",", ":"))


def _refusal(code: FaultCode, **params: int) -> Refused:
    return Refused([Fault(code=code, field="$", params=params)])


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _number(text: str) -> int | float:
    """Read 1.0 and 1E2 as whole numbers, as JSON Schema does; refuse infinity.

    A number that has no exact double stays one: 1e308 would be written with 309 digits.
    """
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("no such number")
    return int(number) if number.is_integer() and abs(number) <= _EXACT else number


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


def require_newer(revision: int, newest: int) -> None:
    """Require that a document has a higher revision than the newest one that was published.

    Raises:
        Refused: ``REVISION_TAKEN``: it has not.
    """
    if revision <= newest:
        raise Refused([Fault(code=FaultCode.REVISION_TAKEN, field="$.revision", params={"newest": newest})])


def require_no_faults(found: Iterable[Fault]) -> None:
    """Require that a document has no faults. Raises: Refused, with the first 500 of them."""
    if first := list(islice(once(found), FAULTS_LIMIT)):
        raise Refused(first)


def once(found: Iterable[Fault]) -> Iterator[Fault]:
    """Drop duplicate faults: the JSON Schema of the format checks a column of a questionnaire twice."""
    seen: set[tuple[str, str | None]] = set()
    for fault in found:
        if (fault.code, fault.field) not in seen:
            seen.add((fault.code, fault.field))
            yield fault


# ------------------------------------------------------------------ the shape
def shape_faults(content: Any, schema: "Validator") -> Iterator[Fault]:
    """Validate a document against the JSON Schema of its format, *schema*."""
    for error in schema.iter_errors(content):
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
