"""Storage in a SQL database: a SQLite file beside the portal, or a PostgreSQL server that many hosts share."""

from klantportaal.adapters.storage.sql.failures import (
    DatabaseDamaged,
    DatabaseNewer,
    DatabaseUnfit,
    NamesTaken,
    NotMigrated,
    RightsMissing,
    RowRefused,
    SchemaNotInUse,
)
from klantportaal.adapters.storage.sql.storage import SqlStorage

__all__ = [
    "DatabaseDamaged",
    "DatabaseNewer",
    "DatabaseUnfit",
    "NamesTaken",
    "NotMigrated",
    "RightsMissing",
    "RowRefused",
    "SchemaNotInUse",
    "SqlStorage",
]
