"""The tables. Every key begins with the office, so that the database can be split by office.

Only `key_records`, `lanes` and `workers` belong to no office.

A column has the name of its field; the fields of a file have the prefix ``file_``. Some columns are copies for reads,
written in the same transaction: `dossier_parties` repeats what a client's list filters, searches and sorts by, and
who has to do something (PG-2), `document_parties` what its tabs count.

CHECK constraints refuse what the types refuse (`columns`). On PostgreSQL no table names its schema: connections have it
as their ``search_path``.
"""

from klantportaal.adapters.storage.sql.schema.api_keys import api_keys, idempotent_requests
from klantportaal.adapters.storage.sql.schema.columns import metadata
from klantportaal.adapters.storage.sql.schema.dossiers import (
    case_handlers,
    document_downloads,
    document_parties,
    documents,
    dossier_parties,
    dossiers,
)
from klantportaal.adapters.storage.sql.schema.external_ids import external_ids
from klantportaal.adapters.storage.sql.schema.keys import key_records
from klantportaal.adapters.storage.sql.schema.messages import (
    drafts,
    message_reads,
    messages,
    receipts,
    submissions,
    uploads,
    usages,
)
from klantportaal.adapters.storage.sql.schema.people import (
    accounts,
    address_changes,
    clients,
    links,
    offices,
    persons,
    refusals,
    sessions,
    throttles,
)
from klantportaal.adapters.storage.sql.schema.public_events import event_counts, public_events
from klantportaal.adapters.storage.sql.schema.quarantine import quarantine
from klantportaal.adapters.storage.sql.schema.questionnaires import (
    answer_files,
    assignments,
    questionnaire_drafts,
    questionnaire_fragments,
    questionnaires,
)
from klantportaal.adapters.storage.sql.schema.reminders import reminder_looks, reminders, reminders_off
from klantportaal.adapters.storage.sql.schema.requests import progress_templates, request_templates, requests
from klantportaal.adapters.storage.sql.schema.two_steps import two_steps, verifications
from klantportaal.adapters.storage.sql.schema.webhooks import webhook_deliveries, webhooks
from klantportaal.adapters.storage.sql.schema.work import chains, entries, lanes, sms_sends, tasks, workers

VERSION_TABLE = "klantportaal_version"
"""Holds the revision of the tables. Alembic's default name is for the vendor's own migrations."""
REVISION = "0001"
"""The newest migration. A test compares it with the migrations, which are slow to import."""
SEARCHED = ("accounts", "clients", "dossiers", "persons")
"""The tables with a text that the office searches. Migrations make an index of its trigrams, which triggers keep: the
table ``…_trigrams``, which is one of FTS5 on SQLite. There the table ``…_numbers`` numbers the rows."""

__all__ = [
    "REVISION",
    "SEARCHED",
    "VERSION_TABLE",
    "accounts",
    "address_changes",
    "answer_files",
    "api_keys",
    "assignments",
    "case_handlers",
    "chains",
    "clients",
    "document_downloads",
    "document_parties",
    "documents",
    "dossier_parties",
    "dossiers",
    "drafts",
    "entries",
    "event_counts",
    "external_ids",
    "idempotent_requests",
    "key_records",
    "lanes",
    "links",
    "message_reads",
    "messages",
    "metadata",
    "offices",
    "persons",
    "progress_templates",
    "public_events",
    "quarantine",
    "questionnaire_drafts",
    "questionnaire_fragments",
    "questionnaires",
    "receipts",
    "refusals",
    "reminder_looks",
    "reminders",
    "reminders_off",
    "request_templates",
    "requests",
    "sessions",
    "sms_sends",
    "submissions",
    "tasks",
    "throttles",
    "two_steps",
    "uploads",
    "usages",
    "verifications",
    "webhook_deliveries",
    "webhooks",
    "workers",
]
