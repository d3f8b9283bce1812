"""The table of external ids."""

from sqlalchemy import LargeBinary, Table, Text

from klantportaal.adapters.storage.sql.schema.columns import (
    BYTES_32,
    FILLED,
    identifier,
    index,
    key,
    metadata,
    must,
    of_office,
)
from klantportaal.adapters.storage.sql.types import Choice
from klantportaal.domain.external_ids import ExternalKind

external_ids = Table(
    "external_ids",
    metadata,
    identifier("office_id"),
    must("kind", Choice(ExternalKind)),
    must("name", Text(), FILLED),
    identifier("thing_id"),
    must("contents", LargeBinary(), BYTES_32),
    key("kind", "name"),
    of_office(),
    index("external_ids_thing", "office_id", "thing_id"),
)
