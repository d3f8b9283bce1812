"""JSON Schema (2020-12) for one answer: compiled once, closed to the outside, with patterns that take linear time."""

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import attrs
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry

from klantportaal.domain.questionnaires import patterns

FORMATS = FormatChecker(("date", "email", "idn-email", "ipv4", "ipv6", "uuid"))
"""The formats that a schema may name; another would be taken for decoration and let everything through."""
_NOWHERE: Registry[Any] = Registry()
"""Where a ``$ref`` is looked up: without this, jsonschema fetches it over HTTP."""


def _pattern(_validator: Validator, pattern: str, instance: object, _schema: object) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not patterns.found_in(pattern, instance):
        yield ValidationError(f"does not match {pattern}")


_Validator: type[Validator] = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]


@attrs.frozen
class Schema:
    """What an answer must be."""

    document: Mapping[str, Any] = attrs.field(hash=False)

    @cached_property
    def _validator(self) -> Validator:
        return _Validator(self.document, registry=_NOWHERE, format_checker=FORMATS)

    def accepts(self, answer: Any) -> bool:
        """Tell whether an answer is as it must be."""
        return not self.document or self._validator.is_valid(answer)

    def refusals(self, answer: Any) -> list[ValidationError]:
        """Name each keyword that an answer breaks, in the order of the schema."""
        return list(self._validator.iter_errors(answer)) if self.document else []

    @property
    def text(self) -> str:
        """The schema in canonical form."""
        return json.dumps(self.document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


ANYTHING = Schema({})
"""Asks no more than the question's type does."""
