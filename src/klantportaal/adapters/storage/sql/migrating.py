"""Brings the tables to the revision that this version of the portal needs.

Alembic's command line and ``env.py`` are not used. They keep their state in global variables, so a vendor's own
migrations could not call the portal, and two threads could not migrate at once.
"""

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.schema import CreateSchema

from klantportaal.adapters.storage.sql.engines import Engines
from klantportaal.adapters.storage.sql.failures import DatabaseNewer, DatabaseUnfit, NamesTaken
from klantportaal.adapters.storage.sql.schema import VERSION_TABLE, metadata
from klantportaal.log_events import EventLog

_LOCK = 0x6B6C616E74  # "klant" as a number. All hosts must use the same number.
_LEAST_SQLITE = (3, 37)
"""It has STRICT tables. RETURNING came in 3.35, and trigrams of FTS5 in 3.34."""
_LOG = EventLog(__name__)


def migrate(engines: Engines) -> Sequence[str]:
    """Run each migration that the database lacks, all in one transaction. A second host waits, and finds them done.

    Returns what it ran, as `pending` lists it.

    Raises:
        DatabaseNewer: a newer version of the portal has migrated it.
        DatabaseUnfit: SQLite is too old, or was built without FTS5.
        NamesTaken: it has tables with our names that the portal did not make.
        RightsMissing: the role may not make the schema or the tables.
        Unavailable: another host migrates for too long, or the database cannot be reached.
    """
    if engines.schema is None:
        _require_fts5(engines)
    with engines.writers.lent() as lent:
        return _upgrade_all(lent.connection, engines.schema)


def _upgrade_all(connection: Connection, schema: str | None) -> Sequence[str]:
    with _references_unchecked(connection), connection.begin():
        if schema is not None:
            _lift_limits(connection)
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            _make_schema(connection, schema)
        return upgrade(connection, scripts(), schema=schema)


def pending(engines: Engines) -> Sequence[str]:
    """List the migrations that the database lacks, in order: each with its revision and what it does.

    Raises:
        DatabaseNewer: a newer version of the portal has migrated it.
        Unavailable: the database cannot be reached.
    """
    known = scripts()
    with engines.readers.lent() as lent:
        options = {"version_table": VERSION_TABLE, "version_table_schema": engines.schema}
        current = MigrationContext.configure(lent.connection, opts=options).get_current_revision()
        _require_known(current, known)
        lacking = reversed(list(known.iterate_revisions("head", current or "base")))
    return [_described(script) for script in lacking]


def _described(script: Script) -> str:
    return f"{script.revision}: {script.doc.split('.')[0]}"


def scripts() -> ScriptDirectory:
    """Find the migrations of this version."""
    return ScriptDirectory(str(resources.files("klantportaal.adapters.storage.sql") / "migrations"))


def upgrade(connection: Connection, scripts: ScriptDirectory, *, schema: str | None) -> Sequence[str]:
    """Run the migrations that come after the revision of the database, and list them."""
    options = {"version_table": VERSION_TABLE, "version_table_schema": schema, "target_metadata": metadata}
    context = MigrationContext.configure(connection, opts=options)
    current = context.get_current_revision()
    _require_known(current, scripts)
    if current is None:
        _require_names_free(connection, schema)
    operations = Operations(context)
    lacking = list(reversed(list(scripts.iterate_revisions("head", current or "base"))))
    for script in lacking:
        text = "Migrating the database to revision %(revision)s"
        _LOG.log(logging.INFO, "database_migrates", text, revision=script.revision)
        script.module.upgrade(operations)
        context.stamp(scripts, script.revision)
        _require_references(connection)
    return [_described(script) for script in lacking]


def _require_known(current: str | None, scripts: ScriptDirectory) -> None:
    if current not in {None, *(script.revision for script in scripts.walk_revisions())}:
        raise DatabaseNewer(
            f"The database is at revision {current}, which this version of klantportaal does not know. A newer version "
            f"has migrated it: install that one, or restore a backup from before."
        )


def _require_names_free(connection: Connection, schema: str | None) -> None:
    if taken := sorted(metadata.tables.keys() & set(inspect(connection).get_table_names(schema))):
        where = "The file" if schema is None else f'The schema "{schema}"'
        elsewhere = "a file" if schema is None else "a schema"
        raise NamesTaken(
            f"{where} has tables that klantportaal did not make ({', '.join(taken)}): give it {elsewhere} of its own."
        )


def _lift_limits(connection: Connection) -> None:
    """Let the statements of this transaction take as long as they need: a migration may change a million rows.

    The connection is closed afterwards.
    """
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    driver: Any = connection.connection.driver_connection
    driver.limit = None


def _make_schema(connection: Connection, schema: str) -> None:
    """Make the schema, unless it exists. ``IF NOT EXISTS`` would need the right to make it even then."""
    if not inspect(connection).has_schema(schema):
        connection.execute(CreateSchema(schema))


# ------------------------------------------------------------------ SQLite
def _require_fts5(engines: Engines) -> None:
    """Check that SQLite can index the trigrams of texts (DO-2)."""
    found = engines.readers.all(text("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'"), {})
    if sqlite3.sqlite_version_info < _LEAST_SQLITE or not found:
        raise DatabaseUnfit(
            f"This Python has SQLite {sqlite3.sqlite_version}. The portal needs SQLite 3.37 or newer, with FTS5: use "
            f"another build of Python, or PostgreSQL."
        )


@contextmanager
def _references_unchecked(connection: Connection) -> Iterator[None]:
    """Let a migration rebuild a table that others refer to. `_require_references` then checks all references.

    SQLite can change a column or a constraint only in a copy of the table. To drop the original table, the checks of
    references must be off. They can be turned off only outside a transaction
    (https://sqlite.org/lang_altertable.html#otheralter).
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.cursor()
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def _require_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = {row[0] for row in connection.execute(text("PRAGMA foreign_key_check"))}
        if broken:
            raise RuntimeError(f"the migration left references to nothing in {', '.join(sorted(broken))}")
