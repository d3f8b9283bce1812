"""Runs statements on the driver's cursor."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, Executable

from klantportaal.adapters.storage.sql.compiling import Compiled, Listed, compiled
from klantportaal.adapters.storage.sql.failures import Translator
from klantportaal.adapters.storage.sql.rows import Line, Record
from klantportaal.domain.errors import Absent


class Statements:
    """The statements of one engine, each compiled when it runs first.

    They are made at import, or once for each of a few sizes or lengths of lists. So all of them are kept.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._compile = lru_cache(maxsize=1000)(self._compiled)
        self.translator = Translator(engine)

    def _compiled(self, statement: Executable, given: tuple[str, ...]) -> Compiled | Listed | None:
        return compiled(statement, self._engine.dialect, given)

    def compiled(self, statement: Executable, parameters: Record) -> Compiled | None:
        """Return a statement as the driver takes it. None if SQLAlchemy has to run it.

        SQLAlchemy runs statements that have an IN with an empty or a long list. It runs all statements while something
        listens to its events, such as a vendor's tracer.
        """
        listeners = self._engine.dispatch
        if listeners.before_cursor_execute or listeners.after_cursor_execute:
            return None
        found = self._compile(statement, tuple(parameters))
        return found.of(parameters) if isinstance(found, Listed) else found


class Runner:
    """Runs statements on one connection.

    The driver runs them directly. Running a small statement through SQLAlchemy takes twice as long.
    """

    def __init__(self, connection: Connection, statements: Statements) -> None:
        self.connection = connection
        self.driver: Any = connection.connection.driver_connection
        """The driver's connection."""
        self._statements = statements
        self._ended = False

    def all(self, statement: Executable, parameters: Record) -> Sequence[Line]:
        """Run one statement and give all its rows."""
        made = self._ready(statement, parameters)
        if made is None:
            return self.connection.execute(statement, parameters).all()
        try:
            found = self.driver.cursor().execute(made.text, made.values(parameters)).fetchall()
        except BaseException as error:
            self.raise_ours(error, made.text)
            raise
        return made.rows(found)

    @property
    def dialect(self) -> str:
        """The name of the database's dialect: ``sqlite`` or ``postgresql``."""
        return self.connection.dialect.name

    def one(self, statement: Executable, parameters: Record, what: str) -> Line:
        """Run a statement and give its first row. Raises: Absent, with *what*, if there is none."""
        return first(self.all(statement, parameters), what)

    def run(self, statement: Executable, parameters: Record) -> int:
        """Run a statement that changes rows, and return how many it changed."""
        made = self._ready(statement, parameters)
        if made is None:
            return self.connection.execute(statement, parameters).rowcount
        try:
            cursor = self.driver.cursor().execute(made.text, made.values(parameters))
        except BaseException as error:
            self.raise_ours(error, made.text)
            raise
        return int(cursor.rowcount)

    def run_each(self, statement: Executable, records: Sequence[Record]) -> int:
        """Run a statement once for each record, and return how many rows were changed in all.

        Args:
            statement: the statement.
            records: one or more, with parameters of the same names.
        """
        if len(records) == 1:
            return self.run(statement, records[0])
        made = self._ready(statement, records[0])
        if made is None:
            return self.connection.execute(statement, records).rowcount
        try:
            cursor = self.driver.cursor()
            cursor.executemany(made.text, [made.values(record) for record in records])
        except BaseException as error:
            self.raise_ours(error, made.text)
            raise
        return int(cursor.rowcount)

    def commit(self) -> None:
        """Commit the transaction, and end.

        Raises:
            Conflict, StorageFull, Unavailable: nothing is kept.
        """
        self.end()
        try:
            self.connection.commit()
        except BaseException:
            # The transaction may still be open in the database, so this connection must not be used again.
            self.connection.invalidate()
            raise

    def end(self) -> None:
        """Refuse every later statement, because others may use the connection from now on."""
        self._ended = True

    def _ready(self, statement: Executable, parameters: Record) -> Compiled | None:
        if self._ended:
            raise RuntimeError("the unit of work has ended")
        return self._statements.compiled(statement, parameters)

    def raise_ours(self, error: BaseException, text: str) -> None:
        """Raise the portal's error for an error of the driver. If there is none, note the statement, without values.

        A connection whose state is unknown is closed.
        """
        translator = self._statements.translator
        if not isinstance(error, Exception) or translator.is_lost(error, self.driver):
            self.connection.invalidate(error)
        translator.raise_for(error)
        error.add_note(f"SQL: {text}")


def first(rows: Sequence[Line], what: str) -> Line:
    """Give the first row. Raises: Absent, with *what*, if there is none."""
    if not rows:
        raise Absent(what)
    return rows[0]
