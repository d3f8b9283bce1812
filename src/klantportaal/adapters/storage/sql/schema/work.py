"""Tables of outgoing tasks and their lanes, of SMSs for their budgets, and of the audit trail.

An entry of the trail never changes, except that it gets its seal, once. Triggers refuse all else; migrations make them.
On SQLite, the tables of the trail are STRICT: a column takes no value of another type, whoever writes it.
"""

from sqlalchemy import Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from klantportaal.adapters.storage.sql.schema.columns import (
    BYTES_40,
    FILLED,
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
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT, NUMBER, Choice
from klantportaal.domain.outgoing import Lane, TaskKind, TaskState

tasks = Table(
    "tasks",
    metadata,
    identifier("office_id"),
    identifier(),
    must("lane", Choice(Lane)),
    must("kind", Choice(TaskKind)),
    must("key", Text(), FILLED),
    may("person_id", IDENTIFIER),
    may("account_id", IDENTIFIER),
    may("address", Text()),
    must("payload", Text(), FILLED),
    must("made_at", MOMENT),
    must("due_at", MOMENT),
    must("attempts", Integer(), at_least(0)),
    must("state", Choice(TaskState)),
    may("problem", Text()),
    may("leased_until", MOMENT),
    key("id"),
    of_office(),
    belongs("persons", "person_id"),
    belongs("accounts", "account_id"),
    index("tasks_address", "office_id", "address", "state", "made_at", "id", where="address IS NOT NULL"),
    index("tasks_done", "made_at", where="state = 'done'"),
    index("tasks_once", "office_id", "key", unique=True),
    index("tasks_due", "lane", "due_at", "id", where="state = 'waiting'"),
    index("tasks_companions", "office_id", "account_id", "id", where="state = 'waiting' AND kind = 'notification'"),
    index("tasks_person", "office_id", "person_id", "made_at", "id", where="person_id IS NOT NULL"),
    index("tasks_problems", "office_id", "id", where="problem IS NOT NULL AND state <> 'done'"),
)

lanes = Table(
    "lanes",
    metadata,
    must("lane", Choice(Lane)),
    may("succeeded_at", MOMENT),
    may("failed_at", MOMENT),
    may("problem", Text()),
    PrimaryKeyConstraint("lane"),
)
"""What came last of each lane of the outbox, for all offices. A row comes with the first result."""

workers = Table(
    "workers",
    metadata,
    must("name", Text(), FILLED),
    must("process", IDENTIFIER),
    must("until", MOMENT),
    PrimaryKeyConstraint("name"),
    index("workers_until", "until"),
)
"""The names of workers, for all offices."""

sms_sends = Table(
    "sms_sends",
    metadata,
    identifier("office_id"),
    identifier(),
    identifier("person_id"),
    identifier("client_id"),
    must("number", Text(), FILLED),
    must("at", MOMENT),
    key("id"),
    of_office(),
    belongs("persons", "person_id"),
    belongs("clients", "client_id"),
    index("sms_sends_at", "at"),
    index("sms_sends_day", "office_id", "at"),
)

entries = Table(
    "entries",
    metadata,
    identifier("office_id"),
    identifier(),
    must("at", MOMENT),
    must("what", Text(), FILLED),
    must("which", Text(), FILLED),
    may("person_id", IDENTIFIER),
    may("account_id", IDENTIFIER),
    may("client_id", IDENTIFIER),
    may("handler", Text()),
    may("network_address", Text()),
    must("signature", LargeBinary(), BYTES_40),
    may("number", NUMBER, at_least(1)),
    may("digest", LargeBinary(), BYTES_40),
    key("id"),
    of_office(),
    together("seal", "number", "digest"),
    index("entries_at", "office_id", "at", "id"),
    index("entries_what", "office_id", "what", "at", "id"),
    # Partial, to stay small: a new entry is in the second index only, until it is sealed.
    index("entries_number", "office_id", "number", unique=True, where="number IS NOT NULL"),
    # With the time, so that the oldest is found without reading the entries.
    index("entries_unsealed", "office_id", "id", "at", where="number IS NULL"),
)

# A chain without seals has number 0 and an empty digest.
_HEAD = "length({}) = CASE number WHEN 0 THEN 0 ELSE 40 END"

chains = Table(
    "chains",
    metadata,
    identifier("office_id"),
    must("number", NUMBER, at_least(0)),
    must("digest", LargeBinary(), _HEAD),
    key(),
    of_office(),
)
"""The end of each office's chain of seals."""
