"""Types of columns. The values are the same for both databases. Each database stores them in its own form."""

import enum
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID, SafeUUID

from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from cattrs.preconf.json import make_converter
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Uuid
from sqlalchemy.types import TypeEngine, UserDefinedType

from klantportaal.domain.questionnaires.answering import Answering, Given

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Processor = Callable[[Any], Any]
_new, _set = object.__new__, object.__setattr__


def _id_of(value: bytes | None) -> UUID | None:
    """Make a UUID from 16 bytes. ``UUID(bytes=value)`` checks its other arguments first: half the cost of a row."""
    if value is None:
        return None
    id = _new(UUID)
    _set(id, "int", int.from_bytes(value))
    _set(id, "is_safe", SafeUUID.unknown)
    return id


class _Bytes16(UserDefinedType[UUID]):
    """An id as 16 bytes, for a database without a type for ids. Half the size of text, and in order of time."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        return "BLOB"

    def bind_processor(self, dialect: Dialect) -> Processor:  # noqa: ARG002 - the signature is SQLAlchemy's
        def to_bytes(value: UUID | None) -> bytes | None:
            return None if value is None else value.bytes

        return to_bytes

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor:  # noqa: ARG002 - the same
        return _id_of


class _Microseconds(UserDefinedType[datetime]):
    """A moment as whole microseconds since 1970, for a database without a type that has a time zone.

    A number beyond what a datetime holds, which only somebody else can have written, is the first or last moment.
    """

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        return "INTEGER"

    def bind_processor(self, dialect: Dialect) -> Processor:  # noqa: ARG002 - the signature is SQLAlchemy's
        def to_number(value: datetime | None) -> int | None:
            return None if value is None else (value - _EPOCH) // _MICROSECOND

        return to_number

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor:  # noqa: ARG002 - the same
        def to_moment(value: int | None) -> datetime | None:
            if value is None:
                return None
            try:
                return _EPOCH + timedelta(0, 0, value)
            except OverflowError:
                return _FIRST if value < 0 else _LAST

        return to_moment


class Choice(UserDefinedType[enum.StrEnum]):
    """A word of an enumeration, stored as text. The column gets a CHECK for the words (`schema.columns`)."""

    cache_ok = True

    def __init__(self, choices: type[enum.StrEnum]) -> None:
        self.choices = choices

    def get_col_spec(self, **_options: Any) -> str:
        """Return the type in SQL."""
        return "TEXT"

    def bind_processor(self, dialect: Dialect) -> Processor:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Return the function from a word to text."""
        # A plain str: sqlite3 looks for an adapter for each subclass of it.
        return lambda choice: None if choice is None else str(choice)

    def literal_processor(self, dialect: Dialect) -> Processor:  # noqa: ARG002 - the same
        """Return the function that writes a word in quotes. No word has quotes in it."""
        return lambda choice: f"'{choice}'"

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor:  # noqa: ARG002 - the same
        """Return the function from text to a word."""
        choices: dict[str | None, enum.StrEnum | None] = {choice.value: choice for choice in self.choices}
        return {**choices, None: None}.__getitem__


CONVERTER = make_converter()
"""Converts between values and JSON."""
CONVERTER.register_unstructure_hook(UUID, str)
CONVERTER.register_structure_hook(UUID, lambda text, _type: UUID(text))


def _as_it_is(value: Any, _type: Any = None) -> Any:
    return value


# Answers are JSON already. A converter could turn numbers into text.
CONVERTER.register_structure_hook(Given, lambda value, _type: Given(value))
CONVERTER.register_unstructure_hook(Given, lambda given: given.answers)
CONVERTER.register_structure_hook(
    Answering, make_dict_structure_fn(Answering, CONVERTER, raw=override(struct_hook=_as_it_is))
)
CONVERTER.register_unstructure_hook(
    Answering, make_dict_unstructure_fn(Answering, CONVERTER, raw=override(unstruct_hook=_as_it_is))
)


class AsJson(UserDefinedType[Any]):
    """A value as JSON text, read and written as a whole. None is stored as null."""

    cache_ok = True

    def __init__(self, kind: Any) -> None:
        self.kind = kind

    def get_col_spec(self, **_options: Any) -> str:
        """Name the column's type."""
        return "TEXT"

    def bind_processor(self, dialect: Dialect) -> Processor:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Return the function from a value to JSON. All of it is ASCII, so half a surrogate pair can be stored."""
        unstructure, kind = CONVERTER.unstructure, self.kind
        return lambda value: None if value is None else json.dumps(unstructure(value, kind), separators=(",", ":"))

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor:  # noqa: ARG002 - the same
        """Return the function from JSON to a value."""
        structure, kind = CONVERTER.structure, self.kind
        return lambda text: None if text is None else structure(json.loads(text), kind)


class RepeatedJson(AsJson):
    """A short value as JSON text that is read again and again: one value is made of each text. Nobody may change it."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor:
        """Return the function from JSON to a value."""
        return lru_cache(maxsize=1024)(super().result_processor(dialect, coltype))


IDENTIFIER: TypeEngine[UUID] = Uuid().with_variant(_Bytes16(), "sqlite")
MOMENT: TypeEngine[datetime] = DateTime(timezone=True).with_variant(_Microseconds(), "sqlite")
NUMBER: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")
"""A number of 64 bits. SQLite has them as INTEGER, the only one of its names that a STRICT table takes."""
