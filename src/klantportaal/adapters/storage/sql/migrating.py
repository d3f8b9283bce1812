"""Bringing the tables to what this version needs."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from klantportaal.adapters.storage.sql.engines import Engines, connection

SCRIPTS = "klantportaal.adapters.storage.sql:migrations"
_LOCK = 0x6B6C616E74  # "klant": any number will do, if all hosts take the same.


def migrate(engines: Engines) -> None:
    """Run every migration that the database lacks, in one transaction; whoever comes second waits and finds them done.

    Raises:
        Unavailable: another host is at it for too long, or the database is out of reach.
    """
    if engines.writing.dialect.name == "sqlite":
        # Readers and the writer then do not wait for each other; the file remembers it.
        engines.readers.all(text("PRAGMA journal_mode = WAL"), {})
    with connection(engines.writing) as borrowed, borrowed.begin():
        if borrowed.dialect.name == "postgresql":
            borrowed.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.upgrade(configuration(borrowed), "head")


def configuration(connection: Connection) -> Config:
    """Tell Alembic where the migrations are, and which connection they run on."""
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.attributes["connection"] = connection
    return config
