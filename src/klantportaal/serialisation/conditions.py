"""Writes and reads the conditions of a questionnaire as in its document: ``{"question": …, "is": …}``."""

from typing import Any

from klantportaal.domain.errors import FaultCode
from klantportaal.domain.questionnaires.definition import After, All, AnyOf, Before, Condition, Is, Not
from klantportaal.domain.questionnaires.schemas import Schema
from klantportaal.serialisation.scalars import Misfit

CONDITIONS = (All, AnyOf, Not, Is, Before, After)


def write(condition: Condition) -> dict[str, Any]:
    """Write a condition and the conditions inside it."""
    match condition:
        case All(inner):
            return {"all": [write(each) for each in inner]}
        case AnyOf(inner):
            return {"any": [write(each) for each in inner]}
        case Not(only):
            return {"not": write(only)}
        case Is(question, schema):
            return {"question": question, "is": dict(schema.document)}
        case Before(question, moment):
            return {"question": question, "before": moment}
        case After(question, moment):
            return {"question": question, "after": moment}


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
        case {"question": str(question), "is": dict(schema), **rest} if not rest:
            return Is(question, Schema(schema))
        case {"question": str(question), "before": str(moment), **rest} if not rest:
            return Before(question, moment)
        case {"question": str(question), "after": str(moment), **rest} if not rest:
            return After(question, moment)
    raise Misfit(FaultCode.NOT_AS_FORMAT)
