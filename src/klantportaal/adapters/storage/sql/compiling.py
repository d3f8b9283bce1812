"""Statements as a driver takes them: compiled once, with the converters of their parameters and columns."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Dialect, Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from klantportaal.adapters.storage.sql.rows import Line, Record

_Convert = Callable[[Any], Any]
LONGEST = 128
"""The longest list for which a statement with an IN is compiled here."""


class Compiled:
    """A statement for the driver of one database.

    The types of its parameters and columns convert the values, as they do when SQLAlchemy runs the statement.
    """

    def __init__(
        self,
        made: SQLCompiler,
        given: Collection[str],
        columns: Sequence[TypeEngine[Any]],
        lists: Mapping[str, int] | None = None,
    ) -> None:
        """Prepare what does not differ between runs.

        Args:
            made: what SQLAlchemy made of the statement.
            given: the names of the parameters that each run gives. The others have a value in the statement.
            columns: the types of the columns that it returns.
            lists: the length of each list among the parameters.
        """
        empty = {name: [None] * length for name, length in (lists or {}).items()}
        state = made.construct_expanded_state(dict.fromkeys(given) | empty)
        self._lists = {name: state.parameter_expansion[name] for name in empty}
        """The names of the items of each list."""
        given = {*given, *(item for items in self._lists.values() for item in items)}
        self.text: str = state.statement
        """The statement in SQL."""
        own = {
            name: bind.type.dialect_impl(made.dialect).bind_processor(made.dialect) for name, bind in made.binds.items()
        }
        converters: dict[str, _Convert] = {
            name: convert or _as_it_is for name, convert in {**own, **state.processors}.items()
        }
        fixed = {name: converters.get(name, _as_it_is)(value) for name, value in state.parameters.items()}
        places: Sequence[tuple[Any, str]] = [(name, name) for name in fixed]
        self._filled: Any = fixed
        if state.positiontup is not None:
            places = list(enumerate(state.positiontup))
            self._filled = [fixed[name] for name in state.positiontup]
        self._given = [(place, name, converters.get(name, _as_it_is)) for place, name in places if name in given]
        results = [type_.dialect_impl(made.dialect).result_processor(made.dialect, None) for type_ in columns]
        self._results = [(place, convert) for place, convert in enumerate(results) if convert is not None]

    def values(self, parameters: Record) -> Any:
        """Convert parameters to what the driver takes: values by name, or in the order of the statement.

        A list that is shorter than the statement has its last item several times.
        """
        for name, items in self._lists.items():
            filled = [*parameters[name], *([parameters[name][-1]] * len(items))]
            parameters = {**parameters, **dict(zip(items, filled, strict=False))}
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


class Listed:
    """A statement with an IN. Its words differ with the length of the list: it is compiled for 1, 2, 4, 8 … items."""

    def __init__(
        self, made: SQLCompiler, given: Collection[str], columns: Sequence[TypeEngine[Any]], lists: Sequence[str]
    ) -> None:
        self._lists = lists
        self._compiled = cache(lambda *sizes: Compiled(made, given, columns, dict(zip(lists, sizes, strict=True))))

    def of(self, parameters: Record) -> Compiled | None:
        """Give the statement for the lengths of some lists. None if one is empty, or longer than `LONGEST`."""
        lengths = [len(parameters[name]) for name in self._lists]
        if not all(0 < each <= LONGEST for each in lengths):
            return None
        return self._compiled(*(1 << (each - 1).bit_length() for each in lengths))


def compiled(statement: Executable, dialect: Dialect, given: Collection[str]) -> Compiled | Listed | None:
    """Compile a statement.

    Args:
        statement: the statement.
        dialect: of the database.
        given: the names of the parameters of each run. An INSERT sets these columns.

    Returns:
        None if SQLAlchemy has to write a parameter into the text of the statement.
    """
    clause: Any = statement
    made: SQLCompiler = clause.compile(dialect=dialect, column_keys=list(given))
    columns = [column.type for column in getattr(statement, "exported_columns", ())]
    if any(bind.required for bind in made.literal_execute_params):
        return None
    lists = sorted(bind.key for bind in made.post_compile_params if bind.required)
    return Listed(made, given, columns, lists) if lists else Compiled(made, given, columns)


def _as_it_is(value: Any) -> Any:
    return value
