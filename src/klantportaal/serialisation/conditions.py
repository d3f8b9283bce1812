"""Writes and reads the conditions of a questionnaire as in its document: ``{"question": …, "is": …}``.

A comparison of rows has ``names`` besides: what a row answers, which a document tells by its rows and their pages.
"""

from typing import Any

from klantportaal.domain.errors import FaultCode
from klantportaal.domain.questionnaires.definition import (
    After,
    All,
    AnyOf,
    Before,
    Comparison,
    Condition,
    Count,
    Every,
    Is,
    Not,
    OverRows,
    Some,
    Sum,
    Unique,
)
from klantportaal.domain.questionnaires.schemas import Schema
from klantportaal.serialisation.scalars import Misfit

CONDITIONS = (All, AnyOf, Not, Is, Before, After, Every, Some, Count, Sum, Unique)


def write(condition: Condition) -> dict[str, Any]:
    """Write a condition and the conditions inside it."""
    match condition:
        case All(inner):
            return {"all": [write(each) for each in inner]}
        case AnyOf(inner):
            return {"any": [write(each) for each in inner]}
        case Not(only):
            return {"not": write(only)}
    return {"question": condition.question, **_written(condition)}


def _written(leaf: Comparison) -> dict[str, Any]:
    """Write what a question is compared with."""
    match leaf:
        case Is(_, schema):
            return {"is": dict(schema.document)}
        case Before(_, moment):
            return {"before": moment}
        case After(_, moment):
            return {"after": moment}
        case _:
            return _written_over_rows(leaf)


def _written_over_rows(leaf: OverRows) -> dict[str, Any]:
    match leaf:
        case Every(_, only, names):
            return {"every": write(only), "names": list(names)}
        case Some(_, only, names):
            return {"some": write(only), "names": list(names)}
        case Count(_, schema, where, names):
            more = {} if where is None else {"where": write(where)}
            return {"count": dict(schema.document), **more, "names": list(names)}
        case Sum(_, column, schema):
            return {"sum": column, "is": dict(schema.document)}
        case Unique(_, column):
            return {"unique": column}


def read(tree: object) -> Condition:
    """Read a condition and the conditions inside it.

    Raises:
        Misfit: it does not have the shape of a condition.
    """
    match tree:
        case {"all": [*inner], **rest} if not rest:
            return All(tuple(read(each) for each in inner))
        case {"any": [*inner], **rest} if not rest:
            return AnyOf(tuple(read(each) for each in inner))
        case {"not": only, **rest} if not rest:
            return Not(read(only))
        case {"question": str(question), **compared}:
            return _read(question, compared)
    raise Misfit(FaultCode.NOT_AS_FORMAT)


def _read(question: str, compared: dict[Any, Any]) -> Condition:
    match compared:
        case {"is": dict(schema), **rest} if not rest:
            return Is(question, Schema(schema))
        case {"before": str(moment), **rest} if not rest:
            return Before(question, moment)
        case {"after": str(moment), **rest} if not rest:
            return After(question, moment)
    return _read_over_rows(question, compared)


def _read_over_rows(question: str, compared: dict[Any, Any]) -> Condition:
    match compared:
        case {"every": only, "names": names, **rest} if not rest:
            return Every(question, read(only), _names(names))
        case {"some": only, "names": names, **rest} if not rest:
            return Some(question, read(only), _names(names))
        case {"count": dict(schema), "names": names, **rest} if rest.keys() <= {"where"}:
            return Count(question, Schema(schema), read(rest["where"]) if rest else None, _names(names))
        case {"sum": str(column), "is": dict(schema), **rest} if not rest:
            return Sum(question, column, Schema(schema))
        case {"unique": str(column), **rest} if not rest:
            return Unique(question, column)
    raise Misfit(FaultCode.NOT_AS_FORMAT)


def _names(listed: object) -> tuple[str, ...]:
    names = listed if isinstance(listed, list) else [None]
    found = tuple(each for each in names if isinstance(each, str))
    if len(found) < len(names):
        raise Misfit(FaultCode.NOT_AS_FORMAT)
    return found
