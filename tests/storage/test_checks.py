"""The database refuses the values that the types refuse, also from other programs."""

import re
import traceback
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import CheckConstraint, Column, Connection, Table, bindparam, text
from sqlalchemy.types import Date, LargeBinary, Uuid

from klantportaal.adapters.storage.sql import RowRefused, SqlStorage
from klantportaal.adapters.storage.sql.schema import metadata
from klantportaal.adapters.storage.sql.types import MOMENT, AsJson, Choice

TABLES = list(metadata.tables.values())
ENUMERATIONS = [column for table in TABLES for column in table.columns if isinstance(column.type, Choice)]
WRONG: dict[str, Any] = {
    "{} <> ''": "",
    "{} >= 0": -1,
    "{} >= 1": 0,
    "{} >= 100": 99,
    "length({}) > 0": b"",
    "{} BETWEEN 0 AND 100": 101,
    "length({}) = 32": bytes(31),
    "length({}) = 40": bytes(32),
    "length({}) = 64": "f" * 63,
    "length({}) = 16": "f" * 15,
    "length({}) = CASE number WHEN 0 THEN 0 ELSE 40 END": b"",
    "{} <> '' OR taken_back_at IS NOT NULL": "",
}
"""For each condition, a value that it refuses."""


def conditions(column: Column[Any]) -> Iterator[str]:
    """Yield the conditions on a column, with ``{}`` in place of the column."""
    for constraint in sorted(column.constraints, key=lambda each: str(each.name)):
        if isinstance(constraint, CheckConstraint):
            yield str(constraint.sqltext).replace(column.name, "{}")


OTHERS = [
    (column, condition)
    for table in TABLES
    for column in table.columns
    for condition in conditions(column)
    if not isinstance(column.type, Choice)
]
TOGETHER = [
    (table, constraint)
    for table in TABLES
    for constraint in sorted(table.constraints, key=lambda each: str(each.name))  # A set: workers must agree.
    if isinstance(constraint, CheckConstraint)
]


def name(value: object) -> str:
    """Return the name of the column as the name of a test case."""
    return str(value) if isinstance(value, Column) else ""


def sound(column: Column[Any]) -> Any:
    """Make a value that a column accepts."""
    if isinstance(column.type, Choice):
        return next(iter(column.type.choices)).value
    if column.type is MOMENT:
        return datetime(2026, 3, 2, tzinfo=UTC)
    if isinstance(column.type, Uuid):
        return UUID(int=1)
    if isinstance(column.type, LargeBinary):
        return bytes(40 if any("40" in each for each in conditions(column)) else 32)
    if isinstance(column.type, Date):
        return date(2026, 3, 2)
    return {"INTEGER": 200 if "{} >= 100" in conditions(column) else 1, "BIGINT": 1, "BOOLEAN": True}.get(
        str(column.type), "f" * (16 if "length({}) = 16" in conditions(column) else 64)
    )


def insert(connection: Connection, table: Table, **values: Any) -> None:
    """Insert a row by plain SQL, with *values* and otherwise valid values."""
    row = {column.name: sound(column) for column in table.columns} | values
    # Ids and times are converted by their types; other values are written unchanged.
    plain = [
        bindparam(column.name, type_=column.type)
        for column in table.columns
        if column.name not in values and not isinstance(column.type, Choice | AsJson)
    ]
    columns, marks = ", ".join(f'"{each}"' for each in row), ", ".join(f":{each}" for each in row)
    connection.execute(text(f"INSERT INTO {table.name} ({columns}) VALUES ({marks})").bindparams(*plain), row)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], scope="module")
def database(request: pytest.FixtureRequest) -> Iterator[SqlStorage]:
    """Return a storage whose tables stay empty."""
    path_or_dsn = request.getfixturevalue(f"migrated_{request.param}")
    make = SqlStorage.sqlite if request.param == "sqlite" else SqlStorage.postgresql
    storage = make(path_or_dsn)
    yield storage
    storage.close()


@pytest.fixture
def plain(database: SqlStorage) -> Iterator[Connection]:
    """Return a connection that does not check references and is rolled back."""
    with database._engines.writing.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in ("key_records", "lanes"):  # Rows of another test's portal may be left.
            connection.execute(text(f"DELETE FROM {table}"))
        yield connection
        connection.rollback()


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_a_sound_row_is_taken(plain: Connection, table: Table) -> None:
    """AL-5: the database accepts the valid row that the tests below vary."""
    insert(plain, table)


@pytest.mark.parametrize("wrong", ["brief", "", " ", None])
@pytest.mark.parametrize("column", ENUMERATIONS, ids=str)
def test_no_column_of_an_enumeration_takes_another_word(plain: Connection, column: Column[Any], wrong: Any) -> None:
    """AL-5: the database refuses a value that is not in the enumeration."""
    if wrong is None and column.nullable:
        # Without the others too: some columns are filled together or not at all.
        insert(plain, column.table, **{each.name: None for each in column.table.columns if each.nullable})
        return
    named = column.name if wrong is None else f"{column.table.name}_{column.name}_ck"
    with pytest.raises(RowRefused, match=rf"\b{named}\b"):
        insert(plain, column.table, **{column.name: wrong})


@pytest.mark.parametrize("column", ENUMERATIONS, ids=str)
def test_every_word_of_an_enumeration_is_taken(plain: Connection, column: Column[Any]) -> None:
    """AL-5: the database accepts every value of the enumeration."""
    assert isinstance(column.type, Choice)
    for choice in column.type.choices:
        with plain.begin_nested() as nested:
            insert(plain, column.table, **{column.name: choice.value})
            nested.rollback()


@pytest.mark.parametrize("column,condition", OTHERS, ids=name)
def test_a_wrong_value_is_refused(plain: Connection, column: Column[Any], condition: str) -> None:
    """AL-5: the database refuses a version of 0, a negative size, a hash of a wrong length and an empty name."""
    unless = {"taken_back_at": None, "taken_back_by": None} if "taken_back_at" in condition else {}
    with pytest.raises(RowRefused, match=rf"\b{column.table.name}_{column.name}_ck\b"):
        insert(plain, column.table, **{column.name: WRONG[condition], **unless})


@pytest.mark.parametrize("table,constraint", TOGETHER, ids=lambda each: str(getattr(each, "name", "")))
def test_half_of_what_belongs_together_is_refused(plain: Connection, table: Table, constraint: CheckConstraint) -> None:
    """AL-5: columns that belong together, such as a logo and its hash, are all null or none."""
    named = re.findall(r"\w+", str(constraint.sqltext))
    columns = [column.name for column in table.columns if column.name in named]
    for missing in columns:
        with pytest.raises(RowRefused, match=rf"\b{constraint.name}\b"), plain.begin_nested():
            insert(plain, table, **{missing: None})
    insert(plain, table, **dict.fromkeys(columns))


@pytest.mark.parametrize("wrong", ["", None])
def test_a_refused_row_is_told_to_nobody(plain: Connection, wrong: str | None) -> None:
    """SI-5: the row that PostgreSQL adds to an error is kept out of the traceback."""
    secret = "geheim"[::-1]  # Reversed, as the traceback contains this line.
    with pytest.raises(RowRefused) as raised:
        insert(plain, metadata.tables["persons"], email=wrong, password_hash=secret)
    assert secret not in "".join(traceback.format_exception(raised.value))
