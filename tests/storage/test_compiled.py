"""Statements on the driver's cursor do what they do when SQLAlchemy runs them."""

import functools
import importlib
import pkgutil
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import attrs
import pytest
from sqlalchemy import Dialect, Engine, Executable, bindparam, event, select
from sqlalchemy.types import NullType, TypeEngine

from klantportaal.adapters.storage.sql import SqlStorage, compiling, reading, repositories, running, schema
from klantportaal.adapters.storage.sql.compiling import LONGEST, Compiled, Listed
from klantportaal.adapters.storage.sql.rows import Line, Record
from klantportaal.adapters.storage.sql.running import Runner
from klantportaal.adapters.storage.sql.types import AsJson, Choice
from klantportaal.ports.reading import DossierQuery
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.promises import Without
from klantportaal.testing.contracts.storage import StorageContract
from tests.support.storages import empty

COUNTING = {"preserve_rowcount": True}
TESTED = "tests/contracts/test_storage_sql.py brings this storage into each situation"
ALL, RUN, RUN_EACH = Runner.all, Runner.run, Runner.run_each


# ------------------------------------------------------------------ everything that the contract does
def in_transaction(driver: Any) -> bool:
    """Tell whether a connection of either driver is in a transaction."""
    return bool(driver.in_transaction if hasattr(driver, "in_transaction") else driver.info.transaction_status)


def require_same(runner: Runner, *ways: Callable[[], object]) -> None:
    """Do something in each way, undo it, and require the same result or the same error."""
    words = ("SAVEPOINT compared", "ROLLBACK TO compared") if in_transaction(runner.driver) else ("BEGIN", "ROLLBACK")
    outcomes: list[object] = []
    for way in ways:
        runner.driver.execute(words[0])
        try:
            outcomes.append(way())
        except Exception as error:  # noqa: BLE001 - whatever it is, each way raises it
            outcomes.append((type(error), str(error)))
        runner.driver.execute(words[1])
    assert outcomes[0] == outcomes[1]


@pytest.fixture
def both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare each statement, while the test has no other threads, which could change what the statement finds."""
    threads = threading.active_count()

    def all_rows(runner: Runner, statement: Executable, parameters: Record) -> Sequence[Line]:
        if threading.active_count() == threads:
            require_same(
                runner,
                lambda: [tuple(row) for row in runner.connection.execute(statement, parameters)],
                lambda: [tuple(row) for row in ALL(runner, statement, parameters)],
            )
        return ALL(runner, statement, parameters)

    def run(runner: Runner, statement: Executable, parameters: Record) -> int:
        if threading.active_count() == threads:
            require_same(
                runner,
                lambda: runner.connection.execute(statement, parameters, execution_options=COUNTING).rowcount,
                lambda: RUN(runner, statement, parameters),
            )
        return RUN(runner, statement, parameters)

    def run_each(runner: Runner, statement: Executable, records: Sequence[Record]) -> int:
        if threading.active_count() == threads:
            require_same(
                runner,
                lambda: runner.connection.execute(statement, records, execution_options=COUNTING).rowcount,
                lambda: RUN_EACH(runner, statement, records),
            )
        return RUN_EACH(runner, statement, records)

    for name, method in {"all": all_rows, "run": run, "run_each": run_each}.items():
        monkeypatch.setattr(Runner, name, method)


@pytest.mark.usefixtures("both_ways")
class ElsewhereInSituations:
    """Fixtures for a contract whose situations are tested elsewhere, as they run no statement of their own."""

    @pytest.fixture
    def refusing(self) -> Without:
        """Return why there is none."""
        return Without(TESTED)

    @pytest.fixture
    def away(self) -> Without:
        """Return why there is none."""
        return Without(TESTED)

    @pytest.fixture
    def full(self) -> Without:
        """Return why there is none."""
        return Without(TESTED)

    @pytest.fixture
    def slow(self) -> Without:
        """Return why there is none."""
        return Without(TESTED)

    @pytest.fixture
    def reopened(self) -> Without:
        """Return why there is none."""
        return Without(TESTED)


class TestSqliteBothWays(ElsewhereInSituations, StorageContract):
    """AL-5: on SQLite, each statement of the contract returns and changes the same in both ways."""

    @pytest.fixture
    def storage(self, sqlite: SqlStorage) -> SqlStorage:
        """Return an empty storage."""
        return sqlite


@pytest.fixture(scope="module")
def shared(migrated_postgres: str) -> Iterator[SqlStorage]:
    """Return one storage for many tests: each new one compiles its statements anew."""
    storage = SqlStorage.postgresql(migrated_postgres)
    yield storage
    storage.close()


@pytest.mark.usefixtures("both_ways")
@pytest.mark.postgres
class TestPostgresqlBothWays(ElsewhereInSituations, StorageContract):
    """AL-5: on PostgreSQL, each statement of the contract returns and changes the same in both ways."""

    @pytest.fixture
    def storage(self, migrated_postgres: str, shared: SqlStorage) -> SqlStorage:
        """Return an empty storage."""
        empty(migrated_postgres)
        return shared


# ------------------------------------------------------------------ every statement that there is
def statements() -> Mapping[str, Executable]:
    """Find every statement of the reads and repositories, also those that are made for a size."""
    found: dict[str, object] = {}
    for package in (reading, repositories):
        for each in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for name, value in vars(importlib.import_module(each.name)).items():
                found[f"{each.name}.{name}"] = value
                if isinstance(value, functools._lru_cache_wrapper):
                    found |= {f"{each.name}.{name}({size})": value(size) for size in (1, 4)}
    return {name: value for name, value in found.items() if isinstance(value, Executable)}


STATEMENTS = statements()
_FIRST = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
_VALUES: Mapping[type, Callable[[int], object]] = {
    UUID: lambda number: UUID(int=number),
    str: lambda number: f"é {number} %s ? :a",
    int: lambda number: number,
    bool: lambda number: number % 2 == 0,
    bytes: lambda number: bytes([0, number, 255]),
    datetime: lambda number: _FIRST.replace(microsecond=number),
    date: lambda number: date(2026, 1, number % 28 + 1),
}


def value_for(type_: TypeEngine[Any], number: int) -> object:
    """Make up a value for a parameter."""
    if isinstance(type_, Choice):
        return list(type_.choices)[number % len(list(type_.choices))]
    if isinstance(type_, AsJson):
        return None  # The contract has values of these.
    return number if isinstance(type_, NullType) else _VALUES[type_.python_type](number)


def parameters_for(statement: Executable) -> Record:
    """Make up a value for each parameter of a statement, and a list for an IN."""
    clause: Any = statement
    asked = [bind for bind in clause.compile().binds.values() if bind.required]
    made = {bind.key: value_for(bind.type, number) for number, bind in enumerate(asked, start=1)}
    return made | {bind.key: [made[bind.key]] for bind in asked if bind.expanding}


@contextmanager
def noted(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Collect what SQLAlchemy gives to the driver."""
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, text: str, parameters: Any, *_rest: Any) -> None:
        found.append((text, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def told(values: Any) -> object:
    """Spell out values with their types, and bytes without what the drivers wrap them in."""
    if isinstance(values, dict):
        return {name: repr(getattr(value, "obj", value)) for name, value in values.items()}
    return [repr(getattr(value, "obj", value)) for value in values]


def test_statements_are_found() -> None:
    """AL-5: the statements that are made for a size are among those that are compared."""
    names = {name.rpartition(".")[2] for name in STATEMENTS}
    assert {"_COUNTS", "_listing(4)", "_holding(4)", "_APPEND", "_MARK"} <= names


def test_the_driver_gets_what_sqlalchemy_gives_it(storage: SqlStorage) -> None:
    """AL-5: of every statement, the driver gets the same words and values in both ways.

    Only those with an empty or a long list go through SQLAlchemy.
    """
    engine = storage._engines.writing
    every = [(name, statement, parameters_for(statement)) for name, statement in STATEMENTS.items()]
    listed = [each for each in every if _lists(each[2])]
    assert len(listed) > 10
    longer = [(name, statement, _of_length(given, LONGEST)) for name, statement, given in listed]
    for name, statement, given in [*every, *longer]:
        with noted(engine) as found, suppress(Exception), engine.begin() as connection:
            connection.execute(statement, given)
        [(text, values)] = found
        made = storage._engines.writers._statements.compiled(statement, given)
        assert made is not None, name
        assert (made.text, told(made.values(given))) == (text, told(values)), name
    for _name, statement, given in listed:
        for length in (0, LONGEST + 1):
            assert storage._engines.writers._statements.compiled(statement, _of_length(given, length)) is None


def test_a_list_is_filled_up(storage: SqlStorage) -> None:
    """AL-5: lists of three and of four items are one statement. The shorter one has its last item twice."""
    messages, statements = schema.messages, storage._engines.writers._statements
    statement = select(messages.c.id).where(
        messages.c.subject == bindparam("subject"), messages.c.body.in_(bindparam("several", expanding=True))
    )
    three, four = ({"subject": "s", "several": list("abcd")[:length]} for length in (3, 4))
    made = statements.compiled(statement, three)
    assert made is not None
    assert made is statements.compiled(statement, four)
    values = [made.values(each) for each in (three, four)]
    assert [sorted(each.values() if isinstance(each, dict) else each) for each in values] == [
        ["a", "b", "c", "c", "s"],
        ["a", "b", "c", "d", "s"],
    ]


def _lists(given: Record) -> list[str]:
    return [name for name, value in given.items() if isinstance(value, list)]


def _of_length(given: Record, length: int) -> Record:
    return given | {name: given[name] * length for name in _lists(given)}


def test_each_statement_is_compiled_once(storage: SqlStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-5: whatever its values, a statement is compiled when it runs first, and never again."""
    compiled: list[Executable] = []

    def noting(statement: Executable, dialect: Dialect, given: Collection[str]) -> Compiled | Listed | None:
        compiled.append(statement)
        return compiling.compiled(statement, dialect, given)

    monkeypatch.setattr(running, "compiled", noting)
    scene = Scene(storage=storage)
    for _office in range(3):
        office = scene.office()
        for _person in range(2):
            client, account = scene.person(office)
            dossier = scene.dossier(office, client)
            scene.outbound(dossier, client, account)
            assert len(storage.read.dossiers(scene.actor(account), DossierQuery()).rows) == 1
    assert len(compiled) == len(set(compiled)) > 8


def test_a_unit_of_work_that_ended_does_nothing(storage: SqlStorage) -> None:
    """AL-2: after its commit or its end, a unit of work refuses every statement, because nothing would undo it."""
    scene = Scene(storage=storage)
    office = scene.office()
    with storage.begin() as committed:
        committed.commit()
        with pytest.raises(RuntimeError, match="has ended"):
            committed.offices.save(attrs.evolve(office, base_url="https://elders.example"))
    with storage.begin() as left:
        pass
    for ended in (committed, left):
        with pytest.raises(RuntimeError, match="has ended"):
            ended.offices.get(office.id)
        with pytest.raises(RuntimeError, match="has ended"):  # Through SQLAlchemy: it has a list.
            ended.accounts.of_clients(office.id, [])
    assert list(storage.read.offices()) == [office]


class Interrupting:
    """A word that is interrupted while it is converted."""

    def __str__(self) -> str:
        raise KeyboardInterrupt


def test_an_interrupted_statement_leaves_no_connection(storage: SqlStorage) -> None:
    """AL-2: the connection of an interrupted statement is not used again, because its state is unknown."""
    accounts = schema.accounts
    statement = select(accounts.c.id).where(accounts.c.state == bindparam("state"))
    with storage._engines.writers.transaction() as before:
        pass
    with pytest.raises(KeyboardInterrupt), storage._engines.writers.transaction() as interrupted:
        interrupted.all(statement, {"state": Interrupting()})
    with storage._engines.writers.transaction() as after:
        pass
    assert interrupted.driver is before.driver
    assert after.driver is not before.driver
    with pytest.raises(KeyboardInterrupt):
        storage._engines.readers.all(statement, {"state": Interrupting()})
    assert len(storage._engines.readers._free) == 0


def test_who_listens_to_sqlalchemy_hears_every_statement(storage: SqlStorage) -> None:
    """AL-5: a tracer that listens to SQLAlchemy's engines gets each statement, and stops getting them."""
    scene = Scene(storage=storage)
    office = scene.office()
    with noted(storage._engines.writing) as written, noted(storage._engines.readers.engine) as read:
        scene.client(office)
        storage.read.office(office.id)
    assert [text.split()[0] for text, _values in written] == ["INSERT"]
    assert [text.split()[0] for text, _values in read] == ["SELECT"]
    with noted(storage._engines.writing) as written:
        pass
    scene.client(office)
    assert written == []
