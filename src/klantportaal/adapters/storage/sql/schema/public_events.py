"""Tables of public events and of their numbers."""

from sqlalchemy import BigInteger, Table

from klantportaal.adapters.storage.sql.schema.columns import (
    at_least,
    belongs,
    identifier,
    index,
    key,
    may,
    metadata,
    must,
    of_office,
    together,
)
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT, AsJson, Choice
from klantportaal.domain.public_events import EventType

public_events = Table(
    "public_events",
    metadata,
    identifier("office_id"),
    identifier(),
    must("number", BigInteger(), at_least(1)),
    must("type", Choice(EventType)),
    must("at", MOMENT),
    may("dossier_id", IDENTIFIER),
    may("dossier_number", BigInteger(), at_least(1)),
    must("data", AsJson(dict[str, str])),
    key("id"),
    of_office(),
    belongs("dossiers", "dossier_id"),
    together("dossier", "dossier_id", "dossier_number"),
    index("public_events_number", "office_id", "number", unique=True),
    index("public_events_at", "at"),
)

event_counts = Table(
    "event_counts",
    metadata,
    identifier("office_id"),
    identifier("subject"),
    must("number", BigInteger(), at_least(0)),
    key("subject"),
    of_office(),
)
"""The numbers of the newest event of each office, whose subject is its own id, and of each dossier."""
