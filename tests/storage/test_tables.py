"""The tables: what the migrations make is what the code means."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect, select

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.storage.sql.migrating import configuration
from klantportaal.adapters.storage.sql.schema import metadata
from klantportaal.testing.builders import Scene
from tests.support.postgres import temporary_database


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


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def of_first_version(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStorage]:
    """Give a storage with the tables of the first version."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            storage = SqlStorage.sqlite(tmp_path / "first.sqlite")
        else:
            server = request.getfixturevalue("postgres_server")
            storage = SqlStorage.postgresql(stack.enter_context(temporary_database(server)))
        stack.callback(storage.close)
        with storage._engines.writing.begin() as connection:
            command.upgrade(configuration(connection), "0001")
        yield storage


def copy_back(current: SqlStorage, older: SqlStorage) -> None:
    """Copy every row into the tables of an earlier version, with as many columns as those have."""
    with current._engines.writing.connect() as source, older._engines.writing.begin() as target:
        inspector = inspect(target)
        for table in filter(lambda each: inspector.has_table(each.name), metadata.sorted_tables):
            had = {column["name"] for column in inspector.get_columns(table.name)}
            found = source.execute(select(table)).mappings().all()
            rows = [{name: value for name, value in row.items() if name in had} for row in found]
            if rows:
                target.execute(insert(table), rows)


def test_what_clients_delivered_before_comes_along(sqlite: SqlStorage, of_first_version: SqlStorage) -> None:
    """AL-2: deliveries of the first version stand as they were once they can name a questionnaire."""
    scene = Scene(storage=sqlite)
    office = scene.office()
    client, account = scene.person(office)
    dossier = scene.dossier(office, client)
    message = scene.outbound(dossier, client, account)
    submission = scene.submission(dossier, account, message)
    copy_back(sqlite, of_first_version)
    of_first_version.migrate()
    actor, read = scene.actor(account), of_first_version.read
    assert read.submission_file(actor, dossier.id, submission.id) == submission.file
    [row] = read.submissions(actor, dossier.id)
    assert (row.message_id, row.assignment_id, row.delivered_at) == (message.id, None, submission.delivered_at)
    with of_first_version._engines.writing.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_sessions_from_before_come_along(sqlite: SqlStorage, of_first_version: SqlStorage) -> None:
    """SI-3: a session from before passwords were asked once more stands, and was confirmed when it began."""
    scene = Scene(storage=sqlite)
    _client, account = scene.person(scene.office())
    began = scene.clock.now()
    session = scene.session(account, network_address=None, seen_at=began + timedelta(minutes=5))
    copy_back(sqlite, of_first_version)
    of_first_version.migrate()
    found = of_first_version.read.session(account.office_id, session.fingerprint)
    assert found is not None
    assert (found.session, found.session.confirmed_at) == (session, began)


def test_offices_from_before_ask_for_nothing_more(sqlite: SqlStorage, of_first_version: SqlStorage) -> None:
    """TS-1: an office from before two-step verification leaves it to each account, and nobody has it on."""
    scene = Scene(storage=sqlite)
    office = scene.office()
    _client, account = scene.person(office)
    copy_back(sqlite, of_first_version)
    of_first_version.migrate()
    assert of_first_version.read.office(office.id) == office
    with of_first_version.begin() as uow:
        assert uow.two_steps.of(office.id, account.id) is None
