"""The tables of the first version: long, as a list of tables is, and never edited again."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables, each after those it refers to.

    On SQLite, those that are little more than their key are kept in their key's own order, without a rowid.
    """
    _offices()
    _clients()
    _accounts()
    _links()
    _sessions()
    _dossiers()
    _dossier_parties()
    _documents()
    _document_parties()
    _document_downloads()
    _messages()
    _message_reads()
    _uploads()
    _submissions()
    _assignments()
    _tasks()
    _entries()


def _must(type_: TypeEngine[Any], *names: str) -> Iterator[sa.Column[Any]]:
    return (sa.Column(name, type_, nullable=False) for name in names)


def _may(type_: TypeEngine[Any], *names: str) -> Iterator[sa.Column[Any]]:
    return (sa.Column(name, type_, nullable=True) for name in names)


def _belongs(
    table: str,
    *columns: str,
    to: tuple[str, ...] = ("id",),
    ondelete: str | None = None,
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["office_id", *columns],
        [f"{table}.{column}" for column in ("office_id", *to)],
        ondelete=ondelete,
    )


def _only(where: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}


def _offices() -> None:
    op.create_table(
        "offices",
        *_must(IDENTIFIER, "id"),
        *_must(sa.Text(), "base_url", "profile"),
        *_may(sa.Text(), "logo_key", "logo_name", "logo_media_type"),
        *_may(sa.BigInteger(), "logo_size"),
        *_may(sa.LargeBinary(), "logo_sha256"),
        *_must(sa.Integer(), "version"),
        sa.PrimaryKeyConstraint("id", name="offices_pk"),
    )


def _clients() -> None:
    op.create_table(
        "clients",
        *_must(IDENTIFIER, "office_id", "id"),
        *_must(sa.Text(), "kind", "name"),
        *_must(MOMENT, "made_at"),
        *_may(MOMENT, "closed_at"),
        *_must(sa.Integer(), "version"),
        *_must(sa.Text(), "search"),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="clients_office_id_fk"),
        sa.PrimaryKeyConstraint("office_id", "id", name="clients_pk"),
    )


def _accounts() -> None:
    op.create_table(
        "accounts",
        *_must(IDENTIFIER, "office_id", "id", "client_id"),
        *_must(sa.Text(), "role", "name", "email", "state", "language"),
        *_must(MOMENT, "made_at"),
        *_may(sa.Text(), "password_hash"),
        *_must(sa.Integer(), "epoch"),
        *_may(MOMENT, "first_signed_in_at"),
        *_must(sa.Integer(), "version"),
        *_must(sa.Boolean(), "notifications_documents", "notifications_questionnaires", "notifications_messages"),
        *_must(sa.Text(), "address", "search"),
        _belongs("clients", "client_id"),
        sa.PrimaryKeyConstraint("office_id", "id", name="accounts_pk"),
    )
    op.create_index("accounts_address", "accounts", ["office_id", "address"], unique=True)
    op.create_index("accounts_client", "accounts", ["office_id", "client_id"])


def _links() -> None:
    op.create_table(
        "links",
        *_must(IDENTIFIER, "office_id", "id", "account_id"),
        *_must(sa.Text(), "purpose"),
        *_must(sa.LargeBinary(), "fingerprint"),
        *_must(sa.Integer(), "epoch"),
        *_must(MOMENT, "made_at", "expires_at"),
        *_may(MOMENT, "used_at", "voided_at"),
        _belongs("accounts", "account_id"),
        sa.PrimaryKeyConstraint("office_id", "id", name="links_pk"),
    )
    op.create_index("links_account", "links", ["office_id", "account_id", "purpose", "id"])
    op.create_index("links_expiry", "links", ["expires_at"])
    op.create_index("links_fingerprint", "links", ["office_id", "fingerprint"], unique=True)


def _sessions() -> None:
    op.create_table(
        "sessions",
        *_must(IDENTIFIER, "office_id", "id", "account_id"),
        *_must(sa.LargeBinary(), "fingerprint"),
        *_must(sa.Integer(), "epoch"),
        *_must(sa.Text(), "language", "device"),
        *_must(MOMENT, "started_at", "seen_at", "ends_at"),
        *_may(MOMENT, "ended_at"),
        _belongs("accounts", "account_id"),
        sa.PrimaryKeyConstraint("office_id", "id", name="sessions_pk"),
    )
    op.create_index("sessions_account", "sessions", ["office_id", "account_id"])
    op.create_index("sessions_end", "sessions", ["ends_at"])
    op.create_index("sessions_fingerprint", "sessions", ["office_id", "fingerprint"], unique=True)


def _dossiers() -> None:
    op.create_table(
        "dossiers",
        *_must(IDENTIFIER, "office_id", "id"),
        *_must(sa.Text(), "number", "description", "status"),
        *_must(MOMENT, "opened_at", "changed_at"),
        *_must(sa.Integer(), "version"),
        *_must(sa.Text(), "search"),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="dossiers_office_id_fk"),
        sa.PrimaryKeyConstraint("office_id", "id", name="dossiers_pk"),
    )
    op.create_index("dossiers_list", "dossiers", ["office_id", "changed_at", "id", "search"])
    op.create_index("dossiers_number", "dossiers", ["office_id", "number"], unique=True)


def _dossier_parties() -> None:
    op.create_table(
        "dossier_parties",
        *_must(IDENTIFIER, "office_id", "dossier_id", "client_id"),
        *_must(sa.Text(), "status"),
        *_must(MOMENT, "changed_at"),
        *_must(sa.Text(), "search"),
        _belongs("clients", "client_id"),
        _belongs("dossiers", "dossier_id"),
        sa.PrimaryKeyConstraint("office_id", "dossier_id", "client_id", name="dossier_parties_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("dossier_parties_home", "dossier_parties", ["office_id", "client_id", "status"])
    op.create_index(
        "dossier_parties_list",
        "dossier_parties",
        ["office_id", "client_id", "changed_at", "dossier_id", "status", "search"],
    )


def _documents() -> None:
    op.create_table(
        "documents",
        *_must(IDENTIFIER, "office_id", "id", "dossier_id"),
        *_must(sa.Text(), "kind", "title", "file_key", "file_name", "file_media_type"),
        *_must(sa.BigInteger(), "file_size"),
        *_must(sa.LargeBinary(), "file_sha256"),
        *_must(MOMENT, "published_at"),
        *_must(sa.Text(), "published_by", "state"),
        *_must(sa.Integer(), "edition"),
        *_may(IDENTIFIER, "replaces"),
        *_may(MOMENT, "ended_at"),
        *_may(sa.Text(), "reason"),
        *_must(sa.Integer(), "version"),
        _belongs("dossiers", "dossier_id"),
        _belongs("documents", "replaces"),
        sa.PrimaryKeyConstraint("office_id", "id", name="documents_pk"),
    )
    op.create_index("documents_dossier", "documents", ["office_id", "dossier_id", "id"])
    op.create_index("documents_file", "documents", ["file_key"])


def _document_parties() -> None:
    op.create_table(
        "document_parties",
        *_must(IDENTIFIER, "office_id", "document_id", "client_id", "dossier_id"),
        *_must(sa.Text(), "kind"),
        *_must(sa.Boolean(), "available"),
        _belongs("documents", "document_id"),
        _belongs("dossier_parties", "dossier_id", "client_id", to=("dossier_id", "client_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("office_id", "document_id", "client_id", name="document_parties_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "document_parties_tab",
        "document_parties",
        ["office_id", "client_id", "dossier_id", "kind", "document_id", "available"],
    )


def _document_downloads() -> None:
    op.create_table(
        "document_downloads",
        *_must(IDENTIFIER, "office_id", "dossier_id", "account_id", "document_id"),
        *_must(MOMENT, "at"),
        _belongs("accounts", "account_id"),
        _belongs("documents", "document_id"),
        sa.PrimaryKeyConstraint("office_id", "dossier_id", "account_id", "document_id", name="document_downloads_pk"),
        sqlite_with_rowid=False,
    )


def _messages() -> None:
    op.create_table(
        "messages",
        *_must(IDENTIFIER, "office_id", "id", "dossier_id", "client_id"),
        *_must(sa.Text(), "direction"),
        *_must(IDENTIFIER, "thread_id"),
        *_may(IDENTIFIER, "answers"),
        *_must(sa.Text(), "subject", "body", "author"),
        *_may(IDENTIFIER, "account_id", "draft_id"),
        *_must(MOMENT, "sent_at"),
        *_may(MOMENT, "handled_at"),
        *_may(sa.Text(), "handled_by"),
        *_must(sa.Integer(), "version"),
        _belongs("accounts", "account_id"),
        _belongs("messages", "answers"),
        _belongs("clients", "client_id"),
        _belongs("dossiers", "dossier_id"),
        sa.PrimaryKeyConstraint("office_id", "id", name="messages_pk"),
    )
    op.create_index("messages_box", "messages", ["office_id", "client_id", "dossier_id", "id", "direction"])
    op.create_index("messages_dossier", "messages", ["office_id", "dossier_id", "id"])
    op.create_index(
        "messages_draft",
        "messages",
        ["office_id", "account_id", "draft_id"],
        unique=True,
        **_only("draft_id IS NOT NULL"),
    )
    op.create_index(
        "messages_inbox", "messages", ["office_id", "id"], **_only("direction = 'outbound' AND handled_at IS NULL")
    )


def _message_reads() -> None:
    op.create_table(
        "message_reads",
        *_must(IDENTIFIER, "office_id", "dossier_id", "account_id", "message_id"),
        *_must(MOMENT, "at"),
        _belongs("accounts", "account_id"),
        _belongs("messages", "message_id"),
        sa.PrimaryKeyConstraint("office_id", "dossier_id", "account_id", "message_id", name="message_reads_pk"),
        sqlite_with_rowid=False,
    )


def _uploads() -> None:
    op.create_table(
        "uploads",
        *_must(IDENTIFIER, "office_id", "id", "account_id", "dossier_id", "draft_id"),
        *_must(sa.Text(), "file_key", "file_name", "file_media_type"),
        *_must(sa.BigInteger(), "file_size"),
        *_must(sa.LargeBinary(), "file_sha256"),
        *_must(MOMENT, "staged_at", "expires_at"),
        _belongs("accounts", "account_id"),
        _belongs("dossiers", "dossier_id"),
        sa.PrimaryKeyConstraint("office_id", "id", name="uploads_pk"),
    )
    op.create_index("uploads_draft", "uploads", ["office_id", "account_id", "draft_id"])
    op.create_index("uploads_expiry", "uploads", ["expires_at"])
    op.create_index("uploads_file", "uploads", ["file_key"])


def _submissions() -> None:
    op.create_table(
        "submissions",
        *_must(IDENTIFIER, "office_id", "id", "client_id", "dossier_id", "account_id"),
        *_must(sa.Text(), "kind"),
        *_may(IDENTIFIER, "message_id"),
        *_must(sa.Text(), "file_key", "file_name", "file_media_type"),
        *_must(sa.BigInteger(), "file_size"),
        *_must(sa.LargeBinary(), "file_sha256"),
        *_must(MOMENT, "delivered_at"),
        _belongs("accounts", "account_id"),
        _belongs("clients", "client_id"),
        _belongs("dossiers", "dossier_id"),
        _belongs("messages", "message_id"),
        sa.PrimaryKeyConstraint("office_id", "id", name="submissions_pk"),
    )
    op.create_index("submissions_dossier", "submissions", ["office_id", "dossier_id", "id"])
    op.create_index("submissions_file", "submissions", ["file_key"])
    op.create_index(
        "submissions_message", "submissions", ["office_id", "message_id"], **_only("message_id IS NOT NULL")
    )
    op.create_index("submissions_tab", "submissions", ["office_id", "client_id", "dossier_id", "delivered_at", "id"])


def _assignments() -> None:
    op.create_table(
        "assignments",
        *_must(IDENTIFIER, "office_id", "id", "client_id", "dossier_id"),
        *_must(sa.Text(), "subject"),
        *_must(MOMENT, "assigned_at"),
        *_may(sa.Date(), "due_on"),
        *_must(sa.Text(), "state"),
        _belongs("clients", "client_id"),
        _belongs("dossiers", "dossier_id"),
        sa.PrimaryKeyConstraint("office_id", "id", name="assignments_pk"),
    )
    op.create_index(
        "assignments_open", "assignments", ["office_id", "client_id", "dossier_id"], **_only("state = 'open'")
    )


def _tasks() -> None:
    op.create_table(
        "tasks",
        *_must(IDENTIFIER, "office_id", "id"),
        *_must(sa.Text(), "kind", "key"),
        *_may(IDENTIFIER, "account_id"),
        *_must(sa.Text(), "payload"),
        *_must(MOMENT, "made_at", "due_at"),
        *_must(sa.Integer(), "attempts"),
        *_must(sa.Text(), "state"),
        *_may(sa.Text(), "problem"),
        *_may(MOMENT, "leased_until"),
        _belongs("accounts", "account_id"),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="tasks_office_id_fk"),
        sa.PrimaryKeyConstraint("office_id", "id", name="tasks_pk"),
    )
    op.create_index(
        "tasks_account", "tasks", ["office_id", "account_id", "made_at", "id"], **_only("account_id IS NOT NULL")
    )
    op.create_index("tasks_due", "tasks", ["due_at"], **_only("state = 'waiting'"))
    op.create_index("tasks_once", "tasks", ["office_id", "key"], unique=True)
    op.create_index("tasks_refused", "tasks", ["office_id", "account_id"], **_only("state = 'refused'"))


def _entries() -> None:
    op.create_table(
        "entries",
        *_must(IDENTIFIER, "office_id", "id"),
        *_must(MOMENT, "at"),
        *_must(sa.Text(), "what", "which"),
        *_may(IDENTIFIER, "account_id", "client_id"),
        *_may(sa.Text(), "handler", "network_address"),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="entries_office_id_fk"),
        sa.PrimaryKeyConstraint("office_id", "id", name="entries_pk"),
    )
