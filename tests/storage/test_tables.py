"""The tables: migrations make what the code describes, and refuse databases that are newer or not the portal's."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from klantportaal.adapters.storage.sql import (
    DatabaseNewer,
    DatabaseUnfit,
    NamesTaken,
    NotMigrated,
    SqlStorage,
    migrating,
)
from klantportaal.adapters.storage.sql.schema import REVISION, SEARCHED, VERSION_TABLE, metadata
from klantportaal.domain.accounts import AccountState
from klantportaal.domain.errors import Absent
from klantportaal.testing.builders import Scene
from tests.support.postgres import temporary_database

Differences = list[tuple[object, ...]]


def is_described(name: str | None, kind: str, _parents: object) -> bool:
    """Tell whether the code describes a table: all but those of the trigrams, which the searches test."""
    return (
        kind != "table"
        or name is None
        or not name.startswith(tuple(f"{each}_" for each in SEARCHED))
        or (name in metadata.tables)
    )


def differences(storage: SqlStorage) -> Differences:
    """Return the differences of tables, columns, indexes and foreign keys between a database and the code."""
    with storage._engines.writing.connect() as connection:
        options = {"compare_type": True, "version_table": VERSION_TABLE, "include_name": is_described}
        found: Differences = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
        return found


def checks(engine: Engine) -> dict[str, dict[str, str]]:
    """Return the CHECK constraints of each table: their names, and their conditions as the database writes them."""
    inspector = inspect(engine)
    return {
        table: {str(each["name"]): each["sqltext"] for each in inspector.get_check_constraints(table)}
        for table in metadata.tables
    }


def test_the_migrations_make_the_tables_that_the_code_knows(storage: SqlStorage) -> None:
    """AL-2: the migrated tables are exactly those that the code describes."""
    assert differences(storage) == []


def test_the_revision_that_the_code_needs_is_the_newest() -> None:
    """AL-6: the health report compares the database with the newest migration, without importing Alembic."""
    assert migrating.scripts().get_current_head() == REVISION


def test_what_is_migrated_and_what_is_not(storage: SqlStorage, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """AL-6: tables of this version or of a newer one are good. An empty database, and an older revision, are not."""
    assert storage.read.is_migrated()
    if storage._engines.schema is None:
        empty = SqlStorage.sqlite(tmp_path / "empty.sqlite3")
    else:
        empty = SqlStorage.postgresql(request.getfixturevalue("migrated_postgres"), schema="nothing_here")
    assert not empty.read.is_migrated()
    empty.close()
    for revision, is_good in (("0000", False), ("0002", True), (REVISION, True)):
        with storage._engines.writing.begin() as connection:
            connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '{revision}'"))
        assert storage.read.is_migrated() is is_good
    with storage._engines.writing.begin() as connection:
        connection.execute(text(f"DELETE FROM {VERSION_TABLE}"))
    assert not storage.read.is_migrated()
    with storage._engines.writing.begin() as connection:
        connection.execute(text(f"INSERT INTO {VERSION_TABLE} VALUES ('{REVISION}')"))


def test_partial_indexes_and_cascades_are_made_too(storage: SqlStorage) -> None:
    """AL-2: the conditions of indexes and the cascades, which the test above does not compare, are made."""
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


@pytest.fixture
def described(storage: SqlStorage, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SqlStorage]:
    """Return a database of the same kind with tables made from the code, not by migrations."""
    if storage._engines.schema is None:
        other = SqlStorage.sqlite(tmp_path / "described.sqlite3")
    else:
        other = SqlStorage.postgresql(request.getfixturevalue("migrated_postgres"), schema="described")
    writing = other._engines.writing
    with writing.begin() as connection:
        if other._engines.schema is not None:
            connection.execute(text("CREATE SCHEMA described"))
        metadata.create_all(connection)
    yield other
    if other._engines.schema is not None:
        with writing.begin() as connection:
            connection.execute(text("DROP SCHEMA described CASCADE"))
    other.close()


def test_check_constraints_are_made_too(storage: SqlStorage, described: SqlStorage) -> None:
    """AL-5: the migrations make exactly the CHECK constraints that the code describes."""
    made = checks(storage._engines.writing)
    assert made == checks(described._engines.writing)
    assert made["accounts"].keys() > {"accounts_role_ck", "accounts_state_ck"}


def test_every_key_begins_with_the_office() -> None:
    """OF-2: all keys begin with the office, except in the tables of offices, keys, lanes and workers."""
    for table in metadata.tables.values():
        if table.name not in ("offices", "key_records", "lanes", "workers"):
            assert next(iter(table.primary_key.columns)).name == "office_id"
            assert all(next(iter(key.columns)).name == "office_id" for key in table.foreign_key_constraints)


def test_migrating_again_does_nothing(storage: SqlStorage) -> None:
    """AL-2: migrating again changes nothing, so every start may migrate."""
    storage.migrate()
    migrating.migrate(storage._engines)
    assert list(storage.read.offices()) == []


def test_alembic_is_loaded_only_to_migrate(tmp_path: Path) -> None:
    """AL-2: a start that finds its tables loads neither Alembic nor its templates. A database that is behind does."""
    program = (
        "import sys; from klantportaal.adapters.storage.sql import SqlStorage;"
        "storage = SqlStorage.sqlite(sys.argv[1]); storage.migrate(); storage.close();"
        "print(*sorted({'alembic', 'mako', 'pygments'} & sys.modules.keys()))"
    )

    def loaded() -> list[str]:
        command = [sys.executable, "-c", program, str(tmp_path / "portal.sqlite3")]
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()

    assert "alembic" in loaded()
    assert loaded() == []


# ------------------------------------------------------------------ databases in a wrong state
@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStorage]:
    """Return a storage that was never migrated, on each database in turn."""
    if request.param == "sqlite":
        storage = SqlStorage.sqlite(tmp_path / "new.sqlite3")
        yield storage
        storage.close()
        return
    with temporary_database(request.getfixturevalue("postgres_server")) as dsn:
        storage = SqlStorage.postgresql(dsn)
        yield storage
        storage.close()


def test_a_database_without_tables_says_to_migrate(new: SqlStorage) -> None:
    """AL-2: without tables, the first read and the first write raise an error that says to call `migrate`."""
    with pytest.raises(NotMigrated, match=r"call storage\.migrate\(\)"):
        new.read.offices()
    with pytest.raises(NotMigrated, match=r"call storage\.migrate\(\)"):
        Scene(storage=new).office()


def test_an_old_sqlite_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DO-2, SI-5: an SQLite without trigrams or STRICT tables is refused with its version, before anything is made."""
    storage = SqlStorage.sqlite(tmp_path / "new.sqlite3")
    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
        with pytest.raises(DatabaseUnfit, match=r"has SQLite .* needs SQLite 3\.37 or newer, with FTS5"):
            storage.migrate()
    assert inspect(storage._engines.writing).get_table_names() == []
    storage.migrate()
    storage.close()


LATER = """
revision = "0002"
down_revision = "0001"

def upgrade(op):
    with op.batch_alter_table("accounts") as accounts:
        accounts.drop_constraint(op.f("accounts_state_ck"), type_="check")
        words = "'invited', 'active', 'closed', 'deleted', 'asleep'"
        accounts.create_check_constraint(op.f("accounts_state_ck"), f"state IN ({words})")
"""
"""A migration of a later version: it adds a value to an enumeration."""


@pytest.fixture
def later(tmp_path: Path) -> ScriptDirectory:
    """Return the migrations of a later version."""
    folder = tmp_path / "later"
    shutil.copytree(str(resources.files("klantportaal.adapters.storage.sql") / "migrations"), folder)
    (folder / "versions" / "0002_later.py").write_text(LATER)
    return ScriptDirectory(str(folder))


def migrate_to(scripts: ScriptDirectory, storage: SqlStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Migrate with the migrations of another version."""
    with monkeypatch.context() as patch:
        patch.setattr(migrating, "scripts", lambda: scripts)
        migrating.migrate(storage._engines)


def test_a_later_version_can_widen_an_enumeration(
    new: SqlStorage, later: ScriptDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AL-2: a migration can replace a CHECK constraint of a referenced table; its rows stay."""
    new.migrate()
    scene = Scene(storage=new)
    _client, account = scene.person(scene.office())
    scene.session(account)
    before = checks(new._engines.writing)
    migrate_to(later, new, monkeypatch)
    after = checks(new._engines.writing)
    assert "asleep" in after["accounts"].pop("accounts_state_ck")
    del before["accounts"]["accounts_state_ck"]
    assert after == before
    assert differences(new) == []
    with new.begin() as uow:
        assert uow.accounts.get(account.office_id, account.id)[0] == account
    scene.person(scene.office(), state=AccountState.INVITED)


def test_a_migration_that_breaks_references_is_undone(
    new: SqlStorage, later: ScriptDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AL-2: a migration that leaves broken references is rolled back."""
    new.migrate()
    scene = Scene(storage=new)
    _client, account = scene.person(scene.office())
    broken = 'revision, down_revision = "0002", "0001"\ndef upgrade(op): op.execute("DELETE FROM clients")\n'
    (Path(later.versions) / "0002_later.py").write_text(broken)
    with pytest.raises((RuntimeError, Absent), match=r"references to nothing in accounts|no such thing"):
        migrate_to(ScriptDirectory(later.dir), new, monkeypatch)
    new.migrate()
    with new.begin() as uow:
        assert uow.accounts.get(account.office_id, account.id)[0] == account
    with new._engines.writing.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


def test_a_newer_database_is_refused(new: SqlStorage, later: ScriptDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: a database at an unknown revision is refused at the start, and not changed."""
    migrate_to(later, new, monkeypatch)
    office = Scene(storage=new).office()
    with pytest.raises(DatabaseNewer, match=r"at revision 0002, .* A newer version has migrated it: install that one"):
        new.migrate()
    assert list(new.read.offices()) == [office]


def test_tables_of_somebody_else_are_left_alone(new: SqlStorage) -> None:
    """AL-2: if another table has one of our names, nothing is made and the error says to separate them."""
    with new._engines.writing.begin() as connection:
        if new._engines.schema is not None:
            connection.execute(text("CREATE SCHEMA klantportaal"))
        connection.execute(text("CREATE TABLE accounts (id INTEGER)"))
    with pytest.raises(NamesTaken, match=r"klantportaal did not make \(accounts\): give it a .* of its own"):
        new.migrate()
    assert inspect(new._engines.writing).get_table_names() == ["accounts"]
