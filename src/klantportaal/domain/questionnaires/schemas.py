"""JSON Schema (2020-12) for one answer. A schema is compiled once, at its first use."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

LINE_LIMIT = 500
"""Characters of an answer of one line of text."""
TEXT_LIMIT = 10_000
"""Characters of an answer of several lines of text."""
NUMBER_LIMIT = 10**15 - 1
"""The largest number, positive or negative. Every JSON parser can hold it exactly."""
ROWS_LIMIT = 100
"""Rows, or files, of one answer."""
KEY_LIMIT = 64
"""Characters of a key in an answer, as many as an id may have."""
OPTIONS_LIMIT = 300
"""Options of one question."""


def _is_plain(answer: object, depth: int = 4) -> bool:
    """Tell whether a value is small and simple enough to be validated: no float, nothing too long or nested too deep.

    Conditions see submitted values before those are checked. On other values some keywords raise or take very long.
    """
    if isinstance(answer, str):
        return len(answer) <= TEXT_LIMIT
    if isinstance(answer, int):
        return abs(answer) <= NUMBER_LIMIT
    inner = answer.values() if isinstance(answer, Mapping) else answer if isinstance(answer, (list, tuple)) else None
    if inner is None or depth == 0:
        return False
    if isinstance(answer, Mapping) and not all(isinstance(key, str) and len(key) <= KEY_LIMIT for key in answer):
        return False
    return len(inner) <= OPTIONS_LIMIT and all(_is_plain(each, depth - 1) for each in inner)


@attrs.frozen
class Schema:
    """The rules that an answer must meet."""

    document: Mapping[str, Any] = attrs.field(hash=False)

    @cached_property
    def _validator(self) -> "Validator":
        from klantportaal.domain.questionnaires.validation import validator  # Not at import: jsonschema is slow.

        return validator(self.document)

    @cached_property
    def _constants(self) -> tuple[str | bool, ...] | None:
        """The values it accepts, if it has only ``const`` or ``enum``: most conditions do, and need no validator."""
        match dict(self.document):
            case {"const": constant, **rest} if not rest:
                constants = (constant,)
            case {"enum": listed, **rest} if not rest:
                constants = tuple(listed)
            case _:
                return None
        return constants if all(isinstance(each, (str, bool)) for each in constants) else None

    def accepts(self, answer: Any) -> bool:
        """Tell whether an answer meets the rules. A value that is no answer to any question never does."""
        if self._constants is not None:
            return isinstance(answer, (str, bool)) and answer in self._constants
        return _is_plain(answer) and (not self.document or self._validator.is_valid(answer))

    def accepts_number(self, number: int) -> bool:
        """Tell whether a count or a sum meets the rules. A sum may be larger than any answer."""
        return not self.document or self._validator.is_valid(number)

    def refusals(self, answer: Any) -> "list[ValidationError]":
        """List the errors of an answer, in the order of the schema."""
        return list(self._validator.iter_errors(answer)) if self.document else []


ANYTHING = Schema({})
"""Accepts every answer of the question's type."""
