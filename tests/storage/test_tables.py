"""The tables: what the migrations make is what the code means."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.storage.sql.schema import metadata


def test_the_migrations_make_the_tables_that_the_code_knows(storage: SqlStorage) -> None:
    """AL-2: nothing is missing from the migrated tables, and nothing is in them that the code does not know."""
    with storage._engines.writing.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_partial_indexes_and_cascades_are_made_too(storage: SqlStorage) -> None:
    """AL-2: what the comparison above does not look at, the conditions of indexes and keys, is made as meant."""
    with storage._engines.writing.connect() as connection:
        inspector = inspect(connection)
        partial = {
            index["name"]
            for table in metadata.tables
            for index in inspector.get_indexes(table)
            if index.get("dialect_options", {}).get(f"{connection.dialect.name}_where") is not None
        }
        cascades = [key["options"] for key in inspector.get_foreign_keys("document_parties") if key["options"]]
    meant = {
        index.name for table in metadata.tables.values() for index in table.indexes if index.info["where"] is not None
    }
    assert partial == meant
    assert cascades == [{"ondelete": "CASCADE"}]


def test_every_key_begins_with_the_office() -> None:
    """OF-2: all tables but the offices' own are kept by office, and refer within it."""
    for table in metadata.tables.values():
        if table.name != "offices":
            assert next(iter(table.primary_key.columns)).name == "office_id"
            assert all(next(iter(key.columns)).name == "office_id" for key in table.foreign_key_constraints)


def test_migrating_again_does_nothing(storage: SqlStorage) -> None:
    """AL-2: every start may migrate."""
    storage.migrate()
    assert list(storage.read.offices()) == []
