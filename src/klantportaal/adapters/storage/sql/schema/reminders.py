"""Tables of reminders: when to look at a person, what was sent, and what is switched off."""

from sqlalchemy import Table

from klantportaal.adapters.storage.sql.schema.columns import (
    belongs,
    identifier,
    index,
    key,
    may,
    metadata,
    must,
    of_office,
)
from klantportaal.adapters.storage.sql.types import MOMENT, AsJson
from klantportaal.domain.reminders import OpenThing

reminders = Table(
    "reminders",
    metadata,
    identifier("office_id"),
    identifier(),
    identifier("person_id"),
    must("sent_at", MOMENT),
    must("things", AsJson(tuple[OpenThing, ...])),
    key("id"),
    belongs("persons", "person_id"),
    index("reminders_sent", "office_id", "sent_at", "id"),
    index("reminders_person", "office_id", "person_id", "sent_at"),
)

reminder_looks = Table(
    "reminder_looks",
    metadata,
    identifier("office_id"),
    identifier("person_id"),
    may("look_at", MOMENT),
    key("person_id"),
    belongs("persons", "person_id"),
    index("reminder_looks_due", "look_at", where="look_at IS NOT NULL"),
)

reminders_off = Table(
    "reminders_off",
    metadata,
    identifier("office_id"),
    identifier(),
    key("id"),
    of_office(),
)
"""The ids of clients, questionnaires and requests of which nobody is reminded."""
