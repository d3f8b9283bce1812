"""The tables. Every key begins with the office, so that the database can be split by office.

Only `key_records` and `lanes` belong to no office.

A column has the name of its field; the fields of a file have the prefix ``file_``. Some columns are copies for reads,
written in the same transaction: `dossier_parties` repeats what a client's list filters, searches and sorts by, and
`document_parties` what its tabs count.

CHECK constraints refuse what the types refuse (`columns`). On PostgreSQL no table names its schema: connections have it
as their ``search_path``.
"""

from klantportaal.adapters.storage.sql.schema.columns import metadata
from klantportaal.adapters.storage.sql.schema.dossiers import (
    document_downloads,
    document_parties,
    documents,
    dossier_parties,
    dossiers,
)
from klantportaal.adapters.storage.sql.schema.keys import key_records
from klantportaal.adapters.storage.sql.schema.messages import (
    drafts,
    message_reads,
    messages,
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
from klantportaal.adapters.storage.sql.schema.questionnaires import answer_files, assignments, questionnaires
from klantportaal.adapters.storage.sql.schema.two_steps import two_steps, verifications
from klantportaal.adapters.storage.sql.schema.work import chains, entries, lanes, sms_sends, tasks

VERSION_TABLE = "klantportaal_version"
"""Holds the revision of the tables. Alembic's usual name is left to the vendor's own."""
REVISION = "0001"
"""The newest migration. A test compares it with the migrations, which take long to import."""
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
    "assignments",
    "chains",
    "clients",
    "document_downloads",
    "document_parties",
    "documents",
    "dossier_parties",
    "dossiers",
    "drafts",
    "entries",
    "key_records",
    "lanes",
    "links",
    "message_reads",
    "messages",
    "metadata",
    "offices",
    "persons",
    "questionnaires",
    "refusals",
    "sessions",
    "sms_sends",
    "submissions",
    "tasks",
    "throttles",
    "two_steps",
    "uploads",
    "usages",
    "verifications",
]
