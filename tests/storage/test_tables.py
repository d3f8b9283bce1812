"""The tables: what the migrations make is what the code means."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.storage.sql.migrating import configuration
from klantportaal.adapters.storage.sql.rows import SESSIONS, SUBMISSIONS
from klantportaal.adapters.storage.sql.schema import metadata, sessions, submissions
from klantportaal.domain.sessions import Session
from klantportaal.domain.uploads import Submission, SubmissionKind
from klantportaal.domain.values import SessionId, SubmissionId
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
            storage = SqlStorage.sqlite(tmp_path / "portal.sqlite")
        else:
            server = request.getfixturevalue("postgres_server")
            storage = SqlStorage.postgresql(stack.enter_context(temporary_database(server)))
        stack.callback(storage.close)
        with storage._engines.writing.begin() as connection:
            command.upgrade(configuration(connection), "0001")
        yield storage


def test_what_clients_delivered_before_comes_along(of_first_version: SqlStorage) -> None:
    """AL-2: deliveries of the first version stand as they were once they can name a questionnaire."""
    storage = of_first_version
    scene = Scene(storage=storage)
    office = scene.office()
    client, account = scene.person(office)
    dossier = scene.dossier(office, client)
    message = scene.outbound(dossier, client, account)
    submission = Submission(
        id=SubmissionId(scene.ids.new()),
        office_id=office.id,
        client_id=client.id,
        dossier_id=dossier.id,
        account_id=account.id,
        kind=SubmissionKind.ATTACHMENT,
        message_id=message.id,
        file=scene.file(),
        delivered_at=scene.clock.now(),
    )
    record = SUBMISSIONS.record(submission)
    del record["assignment_id"]
    with storage._engines.writing.begin() as connection:
        connection.execute(insert(submissions), record)
    storage.migrate()
    actor = scene.actor(account)
    assert storage.read.submission_file(actor, dossier.id, submission.id) == submission.file
    [row] = storage.read.submissions(actor, dossier.id)
    assert (row.message_id, row.assignment_id, row.delivered_at) == (message.id, None, submission.delivered_at)
    with storage._engines.writing.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_sessions_from_before_come_along(of_first_version: SqlStorage) -> None:
    """SI-3: a session from before passwords were asked once more stands, and was confirmed when it began."""
    storage = of_first_version
    scene = Scene(storage=storage)
    _client, account = scene.person(scene.office())
    tokens, began = scene.tokens, scene.clock.now()
    session = Session(
        id=SessionId(scene.ids.new()),
        office_id=account.office_id,
        account_id=account.id,
        fingerprint=tokens.fingerprint(tokens.new()),
        epoch=account.epoch,
        language=account.language,
        device="Firefox",
        network_address=None,
        started_at=began,
        seen_at=began + timedelta(minutes=5),
        confirmed_at=began,
        ends_at=began + timedelta(hours=12),
    )
    record = SESSIONS.record(session)
    del record["network_address"], record["confirmed_at"]
    with storage._engines.writing.begin() as connection:
        connection.execute(insert(sessions), record)
    storage.migrate()
    found = storage.read.session(account.office_id, session.fingerprint)
    assert found is not None
    assert found.session == session
