"""The table of the keys that made stored values so far. They belong to the installation, not to an office."""

from sqlalchemy import Integer, PrimaryKeyConstraint, Table, Text

from klantportaal.adapters.storage.sql.schema.columns import HEX_16, at_least, metadata, must
from klantportaal.adapters.storage.sql.types import MOMENT, Choice
from klantportaal.domain.keys import KeyUse

key_records = Table(
    "key_records",
    metadata,
    must("use", Choice(KeyUse)),
    must("number", Integer(), at_least(1)),
    must("key_id", Text(), HEX_16),
    must("since", MOMENT),
    PrimaryKeyConstraint("use", "number"),
)
