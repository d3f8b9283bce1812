"""Bringing the tables to what this version needs."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from klantportaal.adapters.storage.sql.engines import connection

SCRIPTS = "klantportaal.adapters.storage.sql:migrations"
_LOCK = 0x6B6C616E74  # "klant": any number will do, if all hosts take the same.


def migrate(engine: Engine) -> None:
    """Run every migration that the database lacks, in one transaction; whoever comes second waits and finds them done.

    Raises:
        Unavailable: another host is at it for too long, or the database is out of reach.
    """
    with connection(engine) as borrowed:
        if borrowed.dialect.name == "sqlite":
            _write_ahead(borrowed)
        with borrowed.begin():
            if borrowed.dialect.name == "postgresql":
                borrowed.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            command.upgrade(configuration(borrowed), "head")


def configuration(connection: Connection) -> Config:
    """Tell Alembic where the migrations are, and which connection they run on."""
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.attributes["connection"] = connection
    return config


def _write_ahead(connection: Connection) -> None:
    """Have readers and the writer not wait for each other; SQLite remembers this in the file."""
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101
    driver.execute("PRAGMA journal_mode = WAL")
