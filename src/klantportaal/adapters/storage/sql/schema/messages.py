"""Tables of messages, staged uploads and submissions."""

from sqlalchemy import Integer, Table, Text

from klantportaal.adapters.storage.sql.schema.columns import (
    FILLED,
    at_least,
    belongs,
    file_columns,
    identifier,
    index,
    key,
    may,
    metadata,
    must,
    together,
)
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT, Choice
from klantportaal.domain.messages import Direction
from klantportaal.domain.uploads import SubmissionKind

messages = Table(
    "messages",
    metadata,
    identifier("office_id"),
    identifier(),
    identifier("dossier_id"),
    identifier("client_id"),
    must("direction", Choice(Direction)),
    identifier("thread_id"),
    may("answers", IDENTIFIER),
    must("subject", Text(), FILLED),
    must("body", Text(), FILLED),
    must("author", Text()),
    may("account_id", IDENTIFIER),
    may("draft_id", IDENTIFIER),
    must("sent_at", MOMENT),
    may("handled_at", MOMENT),
    may("handled_by", Text()),
    must("version", Integer(), at_least(1)),
    key("id"),
    belongs("dossiers", "dossier_id"),
    belongs("clients", "client_id"),
    belongs("accounts", "account_id"),
    belongs("messages", "answers"),
    together("handled", "handled_at", "handled_by"),
    index("messages_box", "office_id", "client_id", "dossier_id", "id", "direction"),
    index("messages_dossier", "office_id", "dossier_id", "id"),
    index("messages_draft", "office_id", "account_id", "draft_id", where="draft_id IS NOT NULL", unique=True),
    index("messages_inbox", "office_id", "id", where="direction = 'outbound' AND handled_at IS NULL"),
)

message_reads = Table(
    "message_reads",
    metadata,
    identifier("office_id"),
    identifier("dossier_id"),
    identifier("account_id"),
    identifier("message_id"),
    must("at", MOMENT),
    key("dossier_id", "account_id", "message_id"),
    belongs("accounts", "account_id"),
    belongs("messages", "message_id"),
)

uploads = Table(
    "uploads",
    metadata,
    identifier("office_id"),
    identifier(),
    identifier("account_id"),
    identifier("dossier_id"),
    identifier("draft_id"),
    *file_columns(),
    must("staged_at", MOMENT),
    must("expires_at", MOMENT),
    key("id"),
    belongs("accounts", "account_id"),
    belongs("dossiers", "dossier_id"),
    index("uploads_draft", "office_id", "account_id", "draft_id"),
    index("uploads_expiry", "expires_at"),
    index("uploads_file", "file_key"),
)

submissions = Table(
    "submissions",
    metadata,
    identifier("office_id"),
    identifier(),
    identifier("client_id"),
    identifier("dossier_id"),
    identifier("account_id"),
    must("kind", Choice(SubmissionKind)),
    may("message_id", IDENTIFIER),
    may("assignment_id", IDENTIFIER),
    *file_columns(),
    must("delivered_at", MOMENT),
    key("id"),
    belongs("clients", "client_id"),
    belongs("dossiers", "dossier_id"),
    belongs("accounts", "account_id"),
    belongs("messages", "message_id"),
    belongs("assignments", "assignment_id"),
    index("submissions_tab", "office_id", "client_id", "dossier_id", "delivered_at", "id"),
    index("submissions_dossier", "office_id", "dossier_id", "id"),
    index("submissions_message", "office_id", "message_id", where="message_id IS NOT NULL"),
    index("submissions_file", "file_key"),
)
