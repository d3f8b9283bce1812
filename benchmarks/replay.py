"""Records the statements of a use case, and executes them again on the driver's own cursor."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import attrs
from sqlalchemy import Connection, Engine, event

from klantportaal.adapters.secrets.ids import Uuid7Ids

Parameters = Any
"""The parameters of a statement: a sequence or mapping, or a list of these for several rows."""
_COUNTED = {"number", "dossier_number"}
"""The columns of public events that count them. No number may stand twice."""
_AFTER = itertools.count(10**6, 10**6)
"""What is added to these numbers, for each time that an event is inserted again."""


@attrs.frozen
class Statement:
    """One statement, as the driver got it."""

    text: str
    parameters: Parameters
    many: bool

    @property
    def writes(self) -> bool:
        """Whether it is an INSERT, UPDATE or DELETE."""
        return self.text.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Record every statement that the driver gets, except those that begin or end a transaction."""
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
    """Makes ids and remembers them."""

    def __init__(self) -> None:
        self._ids = Uuid7Ids()
        self.made: list[UUID] = []

    def new(self) -> UUID:
        """Return the next id."""
        self.made.append(self._ids.new())
        return self.made[-1]


class Raw:
    """Executes statements on a connection of the driver."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._cursor = connection.cursor()

    def read(self, statements: Sequence[Statement]) -> Callable[[], None]:
        """Return a function that executes reads and fetches their rows."""

        def call() -> None:
            for statement in statements:
                self._cursor.execute(statement.text, statement.parameters)
                self._cursor.fetchall()

        return call

    def write(
        self, statements: Sequence[Statement], replaced: Iterator[Mapping[UUID, UUID]], begin: str
    ) -> Callable[[], None]:
        """Return a function that executes writes in one transaction, each time with other ids.

        Args:
            statements: the recorded statements.
            replaced: the new id for each old one, for each call.
            begin: the statement that begins a transaction.
        """
        prepared = ([_again(each, new) for each in statements] for new in replaced)
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


def _again(statement: Statement, new: Mapping[UUID, UUID]) -> Statement:
    """Make a statement that inserts other rows: with other ids, and public events with other numbers."""
    parameters = _replaced(statement.parameters, new)
    if statement.text.startswith("INSERT INTO public_events"):
        columns = statement.text.partition("(")[2].partition(")")[0].split(", ")
        parameters = _renumbered(parameters, columns, next(_AFTER))
    return attrs.evolve(statement, parameters=parameters)


def _renumbered(value: Any, columns: Sequence[str], after: int) -> Any:
    """Add a number to each of the columns that count, in one row or in several."""
    if isinstance(value, list):
        return [_renumbered(each, columns, after) for each in value]
    row = value if isinstance(value, Mapping) else dict(zip(columns, value, strict=True))
    moved = {name: each + after if name in _COUNTED and each is not None else each for name, each in row.items()}
    return moved if isinstance(value, Mapping) else tuple(moved.values())


def _replaced(value: Any, new: Mapping[UUID, UUID]) -> Any:
    """Replace old ids by new ones in parameters of any type."""
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
