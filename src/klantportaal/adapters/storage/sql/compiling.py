"""Statements as a driver takes them: compiled once, with the converters of their parameters and columns."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import Dialect, Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from klantportaal.adapters.storage.sql.rows import Line, Record

_Convert = Callable[[Any], Any]


class Compiled:
    """A statement for the driver of one database.

    The types of its parameters and columns convert the values, as they do when SQLAlchemy runs the statement.
    """

    def __init__(self, made: SQLCompiler, given: Collection[str], columns: Sequence[TypeEngine[Any]]) -> None:
        """Prepare what does not differ between runs.

        Args:
            made: what SQLAlchemy made of the statement.
            given: the names of the parameters that each run gives. The others have a value in the statement.
            columns: the types of the columns that it returns.
        """
        state = made.construct_expanded_state(dict.fromkeys(given))
        self.text: str = state.statement
        """The statement in SQL."""
        own = {
            name: bind.type.dialect_impl(made.dialect).bind_processor(made.dialect) for name, bind in made.binds.items()
        }
        converters: dict[str, _Convert] = {
            name: convert or _as_it_is for name, convert in {**own, **state.processors}.items()
        }
        fixed = {name: converters[name](value) for name, value in state.parameters.items()}
        places: Sequence[tuple[Any, str]] = [(name, name) for name in fixed]
        self._filled: Any = fixed
        if state.positiontup is not None:
            places = list(enumerate(state.positiontup))
            self._filled = [fixed[name] for name in state.positiontup]
        self._given = [(place, name, converters[name]) for place, name in places if name in given]
        results = [type_.dialect_impl(made.dialect).result_processor(made.dialect, None) for type_ in columns]
        self._results = [(place, convert) for place, convert in enumerate(results) if convert is not None]

    def values(self, parameters: Record) -> Any:
        """Convert parameters to what the driver takes: values by name, or in the order of the statement."""
        values = self._filled.copy()
        for place, name, convert in self._given:
            values[place] = convert(parameters[name])
        return values

    def rows(self, found: Sequence[Line]) -> Sequence[Line]:
        """Convert rows that the driver returned."""
        if not self._results:
            return found
        rows = [list(row) for row in found]
        for place, convert in self._results:
            for row in rows:
                row[place] = convert(row[place])
        return rows


def compiled(statement: Executable, dialect: Dialect, given: Collection[str]) -> Compiled | None:
    """Compile a statement.

    Args:
        statement: the statement.
        dialect: of the database.
        given: the names of the parameters of each run. An INSERT sets these columns.

    Returns:
        None if the text of the statement depends on its parameters: it has an IN with a list.
    """
    clause: Any = statement
    made: SQLCompiler = clause.compile(dialect=dialect, column_keys=list(given))
    if any(bind.required for bind in made.post_compile_params | made.literal_execute_params):
        return None
    return Compiled(made, given, [column.type for column in getattr(statement, "exported_columns", ())])


def _as_it_is(value: Any) -> Any:
    return value
