"""Validation by jsonschema, without network access, in time that is linear in the answer.

Import this module where something is first validated: loading jsonschema takes a tenth of a second.
"""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any, cast

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry

from klantportaal.domain.questionnaires import patterns
from klantportaal.domain.questionnaires.keywords import FORMATS

CHECKER = FormatChecker(FORMATS)
_NOWHERE: Registry[Any] = Registry()
"""An empty registry for ``$ref``: without one, jsonschema fetches it over HTTP."""


def _pattern(_validator: Validator, pattern: str, instance: object, _schema: object) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not patterns.found_in(pattern, instance):
        yield ValidationError(f"does not match {pattern}")


def _unique_items(_validator: Validator, asked: bool, instance: object, _schema: object) -> Iterator[ValidationError]:
    if asked and isinstance(instance, list) and len({_frozen(each) for each in instance}) < len(instance):
        yield ValidationError("has something twice")


def _frozen(value: object) -> Hashable:
    """Make a value hashable. 1 and 1.0 are equal, as in JSON Schema; 1 and true are not."""
    if isinstance(value, Mapping):
        return dict, frozenset((key, _frozen(each)) for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return list, tuple(_frozen(each) for each in value)
    return (bool, value) if isinstance(value, bool) else value


Linear: type[Validator] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"pattern": _pattern, "uniqueItems": _unique_items}
)
"""Searches for patterns with RE2, and compares items by hash: both take linear time."""


def format_validator(schema: Mapping[str, Any]) -> Validator:
    """Compile the JSON Schema of a format of the portal. Its references are to its own ``$defs``, and to nothing else.

    To look up each reference, as jsonschema does for schemas from anywhere, takes a fifth of the time of a validation.
    """
    referred = {f"#/$defs/{name}": each for name, each in schema.get("$defs", {}).items()}

    def ref(within: Validator, to: str, instance: object, _schema: object) -> Iterator[ValidationError]:
        yield from cast(Any, within).descend(instance, referred[to])  # The protocol lacks this method.

    return extend(Linear, {"$ref": ref})(schema)  # type: ignore[no-untyped-call, no-any-return]


def validator(schema: Mapping[str, Any]) -> Validator:
    """Compile a schema."""
    return Linear(schema, registry=_NOWHERE, format_checker=CHECKER)
