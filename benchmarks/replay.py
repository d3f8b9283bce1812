"""The statements that a use case issued, issued again raw: on the driver's own cursor, with nothing of ours around."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import attrs
from sqlalchemy import Connection, Engine, event

from klantportaal.adapters.secrets.ids import Uuid7Ids

Parameters = Any
"""What the driver takes: a sequence or mapping, or a list of them for several rows at once."""


@attrs.frozen
class Statement:
    """One statement as it reached the driver."""

    text: str
    parameters: Parameters
    many: bool

    @property
    def writes(self) -> bool:
        """Whether it changes anything."""
        return self.text.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Note every statement that reaches a driver; beginning and ending transactions do not count as any."""
    statements: list[Statement] = []

    def note(_connection: Connection, _cursor: Any, text: str, *more: Any) -> None:
        parameters, _context, many = more
        if not text.startswith("BEGIN"):
            statements.append(Statement(text, parameters, many))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


class NotedIds:
    """Makes ids, and remembers which."""

    def __init__(self) -> None:
        self._ids = Uuid7Ids()
        self.made: list[UUID] = []

    def new(self) -> UUID:
        """Make the next id."""
        self.made.append(self._ids.new())
        return self.made[-1]


class Raw:
    """Issues statements on a connection of the driver's."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._cursor = connection.cursor()

    def read(self, statements: Sequence[Statement]) -> Callable[[], None]:
        """Give a call that issues statements that read, and fetches what they give."""

        def call() -> None:
            for statement in statements:
                self._cursor.execute(statement.text, statement.parameters)
                self._cursor.fetchall()

        return call

    def write(
        self, statements: Sequence[Statement], replaced: Iterator[Mapping[UUID, UUID]], begin: str
    ) -> Callable[[], None]:
        """Give a call that issues statements that write, in one transaction, each time with other ids."""
        prepared = (
            [attrs.evolve(each, parameters=_replaced(each.parameters, new)) for each in statements] for new in replaced
        )
        ready = list(itertools.islice(prepared, 400))

        def call() -> None:
            self._cursor.execute(begin)
            for statement in ready.pop():
                if statement.many:
                    self._cursor.executemany(statement.text, statement.parameters)
                else:
                    self._cursor.execute(statement.text, statement.parameters)
            self._cursor.execute("COMMIT")

        return call

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _replaced(value: Any, new: Mapping[UUID, UUID]) -> Any:
    """Put new ids in the place of old ones, wherever and however they stand in parameters."""
    if isinstance(value, Mapping):
        return {key: _replaced(each, new) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_replaced(each, new) for each in value)
    if isinstance(value, UUID):
        return new.get(value, value)
    if isinstance(value, bytes) and len(value) == 16:
        return new[UUID(bytes=value)].bytes if UUID(bytes=value) in new else value
    if isinstance(value, str):
        for old in (each for each in new if str(each) in value):
            value = value.replace(str(old), str(new[old]))
    return value
