"""The first tables. The module is as long as its list of tables; it is never edited after a release."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.types import TypeEngine

from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT, NUMBER

revision = "0001"
down_revision = None

_FILLED = "{} <> ''"
_BYTES_32 = "length({}) = 32"
_BYTES_40 = "length({}) = 40"
_HEX_64 = "length({}) = 64"


def upgrade(op: Operations) -> None:
    """Make each table after those it refers to, then the triggers that protect the audit trail and index texts.

    On SQLite, a table that is little more than its key has no rowid: its rows stand in the order of the key.
    """
    _key_records(op)
    _offices(op)
    _clients(op)
    _persons(op)
    _accounts(op)
    _links(op)
    _address_changes(op)
    _sessions(op)
    _throttles(op)
    _refusals(op)
    _two_steps(op)
    _verifications(op)
    _case_handlers(op)
    _api_keys(op)
    _idempotent_requests(op)
    _external_ids(op)
    _dossiers(op)
    _dossier_parties(op)
    _documents(op)
    _document_parties(op)
    _document_downloads(op)
    _messages(op)
    _message_reads(op)
    _questionnaires(op)
    _questionnaire_drafts(op)
    _questionnaire_fragments(op)
    _assignments(op)
    _answer_files(op)
    _request_templates(op)
    _progress_templates(op)
    _requests(op)
    _reminders(op)
    _public_events(op)
    _webhooks(op)
    _webhook_deliveries(op)
    _drafts(op)
    _uploads(op)
    _submissions(op)
    _quarantine(op)
    _receipts(op)
    _usages(op)
    _tasks(op)
    _lanes(op)
    _workers(op)
    _sms_sends(op)
    _entries(op)
    _chains(op)
    _protect_trail(op)
    _index_texts(op)


def _must(name: str, type_: TypeEngine[Any], check: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, type_, *_checks(name, check), nullable=False)


def _may(name: str, type_: TypeEngine[Any], check: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, type_, *_checks(name, check), nullable=True)


def _checks(name: str, check: str | None) -> list[sa.CheckConstraint]:
    return [] if check is None else [sa.CheckConstraint(check.format(name), name=name)]


def _one_of(*words: str) -> str:
    return f"{{}} IN ({', '.join(map(repr, words))})"


def _file(prefix: str = "file", column: Callable[..., sa.Column[Any]] = _must) -> list[sa.Column[Any]]:
    return [
        *(column(f"{prefix}_{name}", sa.Text(), _FILLED) for name in ("key", "name", "media_type")),
        column(f"{prefix}_size", sa.BigInteger(), "{} >= 0"),
        column(f"{prefix}_sha256", sa.LargeBinary(), _BYTES_32),
    ]


def _of_office() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["office_id"], ["offices.id"])


def _belongs(
    table: str, *columns: str, to: tuple[str, ...] = ("id",), ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    referred = [f"{table}.{column}" for column in ("office_id", *to)]
    return sa.ForeignKeyConstraint(["office_id", *columns], referred, ondelete=ondelete)


def _together(name: str, first: str, *others: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(" AND ".join(f"({first} IS NULL) = ({other} IS NULL)" for other in others), name=name)


def _only(where: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}


def _key_records(op: Operations) -> None:
    op.create_table(
        "key_records",
        _must("use", sa.Text(), _one_of("passwords", "codes", "seals", "vault")),
        _must("number", sa.Integer(), "{} >= 1"),
        _must("key_id", sa.Text(), "length({}) = 16"),
        _must("since", MOMENT),
        sa.PrimaryKeyConstraint("use", "number"),
    )


def _offices(op: Operations) -> None:
    op.create_table(
        "offices",
        _must("id", IDENTIFIER),
        _must("key", sa.Text(), _FILLED),
        _must("base_url", sa.Text(), _FILLED),
        _must("profile", sa.Text(), _FILLED),
        *_file("logo", _may),
        *_file("dark_logo", _may),
        _must("two_step_required", sa.Boolean()),
        _may("vendor_sign_in", sa.Text()),
        _must("address_changes", sa.Boolean()),
        _may("notices", sa.Text()),
        _may("reminders", sa.Text()),
        _must("version", sa.Integer(), "{} >= 1"),
        sa.PrimaryKeyConstraint("id"),
        _together("logo", "logo_key", "logo_name", "logo_media_type", "logo_size", "logo_sha256"),
        _together(
            "dark_logo", "dark_logo_key", "dark_logo_name", "dark_logo_media_type", "dark_logo_size", "dark_logo_sha256"
        ),
    )
    op.create_index("offices_base_url", "offices", ["base_url"], unique=True)
    op.create_index("offices_key", "offices", ["key"], unique=True)


def _clients(op: Operations) -> None:
    op.create_table(
        "clients",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("kind", sa.Text(), _one_of("person", "company")),
        _must("name", sa.Text(), _FILLED),
        _must("made_at", MOMENT),
        _may("closed_at", MOMENT),
        _must("version", sa.Integer(), "{} >= 1"),
        _must("search", sa.Text()),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _of_office(),
    )


def _persons(op: Operations) -> None:
    op.create_table(
        "persons",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("email", sa.Text(), _FILLED),
        _must("language", sa.Text(), _one_of("nl", "en")),
        _must("made_at", MOMENT),
        _may("password_hash", sa.Text()),
        _may("vendor_subject_issuer", sa.Text(), _FILLED),
        _may("vendor_subject_name", sa.Text(), _FILLED),
        _must("epoch", sa.Integer(), "{} >= 1"),
        _may("first_signed_in_at", MOMENT),
        _may("last_account_id", IDENTIFIER),
        _may("freed_at", MOMENT),
        _must("version", sa.Integer(), "{} >= 1"),
        _must("address", sa.Text(), _FILLED),
        _must("search", sa.Text()),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _of_office(),
        _together("vendor_subject", "vendor_subject_issuer", "vendor_subject_name"),
    )
    op.create_index(
        "persons_subject",
        "persons",
        ["office_id", "vendor_subject_issuer", "vendor_subject_name"],
        unique=True,
        **_only("freed_at IS NULL"),
    )
    op.create_index("persons_address", "persons", ["office_id", "address"], unique=True, **_only("freed_at IS NULL"))


def _accounts(op: Operations) -> None:
    op.create_table(
        "accounts",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("person_id", IDENTIFIER),
        _must("client_id", IDENTIFIER),
        _must("role", sa.Text(), _one_of("main", "extra")),
        _must("name", sa.Text(), _FILLED),
        _must("state", sa.Text(), _one_of("invited", "active", "closed", "deleted")),
        _must("made_at", MOMENT),
        _may("first_used_at", MOMENT),
        _may("invited_at", MOMENT),
        _must("version", sa.Integer(), "{} >= 1"),
        _must("notifications_documents", sa.Boolean()),
        _must("notifications_questionnaires", sa.Boolean()),
        _must("notifications_messages", sa.Boolean()),
        _must("search", sa.Text()),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _belongs("clients", "client_id"),
        _belongs("persons", "person_id"),
    )
    op.create_index("accounts_client", "accounts", ["office_id", "client_id"])
    op.create_index(
        "accounts_once", "accounts", ["office_id", "client_id", "person_id"], unique=True, **_only("state != 'deleted'")
    )
    op.create_index("accounts_person", "accounts", ["office_id", "person_id", "id"])


def _links(op: Operations) -> None:
    op.create_table(
        "links",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("person_id", IDENTIFIER),
        _must("purpose", sa.Text(), _one_of("invitation", "password", "address")),
        _must("fingerprint", sa.LargeBinary(), _BYTES_32),
        _must("epoch", sa.Integer(), "{} >= 1"),
        _must("made_at", MOMENT),
        _must("expires_at", MOMENT),
        _may("used_at", MOMENT),
        _may("voided_at", MOMENT),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _belongs("persons", "person_id"),
    )
    op.create_index("links_expiry", "links", ["expires_at"])
    op.create_index("links_fingerprint", "links", ["office_id", "fingerprint"], unique=True)
    op.create_index("links_person", "links", ["office_id", "person_id", "purpose", "made_at", "id"])


def _address_changes(op: Operations) -> None:
    op.create_table(
        "address_changes",
        _must("office_id", IDENTIFIER),
        _must("person_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("email", sa.Text(), _FILLED),
        _must("epoch", sa.Integer(), "{} >= 1"),
        _must("session_id", IDENTIFIER),
        _must("asked_at", MOMENT),
        sa.PrimaryKeyConstraint("office_id", "person_id"),
        _belongs("persons", "person_id"),
    )
    op.create_index("address_changes_asked", "address_changes", ["asked_at"])


def _sessions(op: Operations) -> None:
    op.create_table(
        "sessions",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("person_id", IDENTIFIER),
        _must("account_id", IDENTIFIER),
        _must("fingerprint", sa.LargeBinary(), _BYTES_32),
        _must("epoch", sa.Integer(), "{} >= 1"),
        _must("language", sa.Text(), _one_of("nl", "en")),
        _must("device", sa.Text()),
        _may("network_address", sa.Text()),
        _must("started_at", MOMENT),
        _must("seen_at", MOMENT),
        _must("confirmed_at", MOMENT),
        _must("ends_at", MOMENT),
        _may("ended_at", MOMENT),
        _may("admission", sa.Text()),
        _may("refresh", sa.LargeBinary(), _BYTES_32),
        _may("access_ends_at", MOMENT),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _belongs("accounts", "account_id"),
        _belongs("persons", "person_id"),
        _together("app", "refresh", "access_ends_at"),
    )
    op.create_index("sessions_account", "sessions", ["office_id", "account_id"])
    op.create_index("sessions_end", "sessions", ["ends_at"])
    op.create_index("sessions_fingerprint", "sessions", ["office_id", "fingerprint"], unique=True)
    op.create_index("sessions_person", "sessions", ["office_id", "person_id"])


def _throttles(op: Operations) -> None:
    op.create_table(
        "throttles",
        _must("office_id", IDENTIFIER),
        _must("subject", sa.LargeBinary(), _BYTES_32),
        _must("failures", sa.Integer(), "{} >= 0"),
        _must("newest_at", MOMENT),
        sa.PrimaryKeyConstraint("office_id", "subject"),
        _of_office(),
    )
    op.create_index("throttles_newest", "throttles", ["newest_at"])


def _refusals(op: Operations) -> None:
    op.create_table(
        "refusals",
        _must("office_id", IDENTIFIER),
        _must("origin", sa.LargeBinary(), _BYTES_32),
        _must("what", sa.Text(), _FILLED),
        _may("since", MOMENT),
        _must("count", sa.Integer(), "{} >= 0"),
        _may("newest_at", MOMENT),
        _may("person_id", IDENTIFIER),
        _may("network_address", sa.Text()),
        sa.PrimaryKeyConstraint("office_id", "origin", "what"),
        _of_office(),
    )
    op.create_index("refusals_since", "refusals", ["since"])


def _two_steps(op: Operations) -> None:
    op.create_table(
        "two_steps",
        _must("office_id", IDENTIFIER),
        _must("person_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("method", sa.Text(), _one_of("sms", "totp")),
        _may("number", sa.Text(), _FILLED),
        _may("secret", sa.LargeBinary()),
        _must("last_step", sa.BigInteger(), "{} >= 0"),
        _must("recovery", sa.LargeBinary(), _BYTES_40),
        _must("since", MOMENT),
        sa.PrimaryKeyConstraint("office_id", "person_id"),
        _belongs("persons", "person_id"),
    )


def _verifications(op: Operations) -> None:
    op.create_table(
        "verifications",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("person_id", IDENTIFIER),
        _must("purpose", sa.Text(), _one_of("sign_in", "enrolment", "change", "recovery")),
        _must("method", sa.Text(), _one_of("sms", "totp")),
        _may("number", sa.Text(), _FILLED),
        _may("secret", sa.LargeBinary()),
        _must("epoch", sa.Integer(), "{} >= 1"),
        _may("two_step_id", IDENTIFIER),
        _may("session_id", IDENTIFIER),
        _may("fingerprint", sa.LargeBinary(), _BYTES_32),
        _must("made_at", MOMENT),
        _must("expires_at", MOMENT),
        _must("attempts", sa.Integer(), "{} >= 0"),
        _may("code", sa.LargeBinary(), _BYTES_40),
        _may("code_made_at", MOMENT),
        _may("used_at", MOMENT),
        _may("admission", sa.Text()),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _belongs("persons", "person_id"),
    )
    op.create_index("verifications_expiry", "verifications", ["expires_at"])
    op.create_index("verifications_fingerprint", "verifications", ["office_id", "fingerprint"], unique=True)
    op.create_index("verifications_session", "verifications", ["office_id", "session_id", "purpose"], unique=True)


def _case_handlers(op: Operations) -> None:
    op.create_table(
        "case_handlers",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("name", sa.Text(), _FILLED),
        _must("role", sa.Text()),
        _must("telephone", sa.Text()),
        _must("email", sa.Text()),
        *_file("picture", _may),
        _must("version", sa.Integer(), "{} >= 1"),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _of_office(),
        _together("picture", "picture_key", "picture_name", "picture_media_type", "picture_size", "picture_sha256"),
    )
    op.create_index("case_handlers_picture", "case_handlers", ["picture_key"])


def _api_keys(op: Operations) -> None:
    op.create_table(
        "api_keys",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("name", sa.Text(), _FILLED),
        _must("fingerprint", sa.LargeBinary(), _BYTES_32),
        _must("scopes", sa.Text()),
        _must("made_at", MOMENT),
        _must("expires_at", MOMENT),
        _may("revoked_at", MOMENT),
        _may("used_at", MOMENT),
        _may("minute_at", MOMENT),
        _must("minute_requests", sa.Integer(), "{} >= 0"),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _of_office(),
    )
    op.create_index("api_keys_fingerprint", "api_keys", ["office_id", "fingerprint"], unique=True)


def _idempotent_requests(op: Operations) -> None:
    op.create_table(
        "idempotent_requests",
        _must("office_id", IDENTIFIER),
        _must("caller_id", IDENTIFIER),
        _must("name", sa.LargeBinary(), _BYTES_32),
        _must("body", sa.LargeBinary(), _BYTES_32),
        _must("attempt", IDENTIFIER),
        _must("begun_at", MOMENT),
        _may("made_at", MOMENT),
        _may("answer", sa.Text()),
        sa.PrimaryKeyConstraint("office_id", "caller_id", "name"),
        _of_office(),
    )
    op.create_index("idempotent_requests_begun", "idempotent_requests", ["begun_at"])


def _external_ids(op: Operations) -> None:
    op.create_table(
        "external_ids",
        _must("office_id", IDENTIFIER),
        _must("kind", sa.Text(), _one_of("client", "dossier", "document", "message")),
        _must("name", sa.Text(), _FILLED),
        _must("thing_id", IDENTIFIER),
        _must("contents", sa.LargeBinary(), _BYTES_32),
        sa.PrimaryKeyConstraint("office_id", "kind", "name"),
        _of_office(),
    )
    op.create_index("external_ids_thing", "external_ids", ["office_id", "thing_id"])


def _dossiers(op: Operations) -> None:
    op.create_table(
        "dossiers",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("number", sa.Text(), _FILLED),
        _must("description", sa.Text(), _FILLED),
        _must("status", sa.Text(), _FILLED),
        _must("opened_at", MOMENT),
        _must("changed_at", MOMENT),
        _may("handler_id", IDENTIFIER),
        _must("notice_addresses", sa.Text()),
        _must("version", sa.Integer(), "{} >= 1"),
        _must("search", sa.Text()),
        _may("step", sa.Text()),
        _may("progress", sa.Text()),
        _together("progress", "progress", "step"),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _of_office(),
        _belongs("case_handlers", "handler_id"),
    )
    op.create_index("dossiers_handler", "dossiers", ["office_id", "handler_id"], **_only("handler_id IS NOT NULL"))
    op.create_index("dossiers_list", "dossiers", ["office_id", "changed_at", "id", "search"])
    op.create_index("dossiers_number", "dossiers", ["office_id", "number"], unique=True)


def _dossier_parties(op: Operations) -> None:
    op.create_table(
        "dossier_parties",
        _must("office_id", IDENTIFIER),
        _must("dossier_id", IDENTIFIER),
        _must("client_id", IDENTIFIER),
        _must("status", sa.Text(), _FILLED),
        _must("changed_at", MOMENT),
        _must("search", sa.Text()),
        _may("third_party", sa.Text()),
        _may("third_party_since", MOMENT),
        _may("third_party_expected_on", sa.Date()),
        _may("waiting_for", sa.Text(), _one_of("client", "office", "third_party")),
        _may("waiting_since", MOMENT),
        _may("waiting_count", sa.Integer(), "{} >= 1"),
        _may("waiting_due_on", sa.Date()),
        sa.PrimaryKeyConstraint("office_id", "dossier_id", "client_id"),
        _belongs("clients", "client_id"),
        _belongs("dossiers", "dossier_id"),
        _together("third_party", "third_party", "third_party_since"),
        _together("waiting", "waiting_for", "waiting_since", "waiting_count"),
        sqlite_with_rowid=False,
    )
    op.create_index("dossier_parties_home", "dossier_parties", ["office_id", "client_id", "status"])
    op.create_index(
        "dossier_parties_list",
        "dossier_parties",
        ["office_id", "client_id", "changed_at", "dossier_id", "status", "search"],
    )
    op.create_index(
        "dossier_parties_waiting",
        "dossier_parties",
        ["office_id", "waiting_for", "waiting_since", "dossier_id", "client_id"],
    )


def _documents(op: Operations) -> None:
    op.create_table(
        "documents",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("dossier_id", IDENTIFIER),
        _must("kind", sa.Text(), _one_of("document", "correspondence")),
        _must("title", sa.Text(), _FILLED),
        *_file(),
        _must("published_at", MOMENT),
        _must("published_by", sa.Text()),
        _must("state", sa.Text(), _one_of("waiting", "available", "replaced", "withdrawn", "cancelled")),
        _must("edition", sa.Integer(), "{} >= 1"),
        _may("replaces", IDENTIFIER),
        _may("ended_at", MOMENT),
        _may("reason", sa.Text()),
        _must("version", sa.Integer(), "{} >= 1"),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _belongs("dossiers", "dossier_id"),
        _belongs("documents", "replaces"),
    )
    op.create_index("documents_dossier", "documents", ["office_id", "dossier_id", "id"])
    op.create_index("documents_file", "documents", ["file_key"])
    op.create_index(
        "documents_waiting",
        "documents",
        ["office_id", "replaces"],
        **_only("state = 'waiting' AND replaces IS NOT NULL"),
    )


def _document_parties(op: Operations) -> None:
    op.create_table(
        "document_parties",
        _must("office_id", IDENTIFIER),
        _must("document_id", IDENTIFIER),
        _must("client_id", IDENTIFIER),
        _must("dossier_id", IDENTIFIER),
        _must("kind", sa.Text(), _one_of("document", "correspondence")),
        _must("available", sa.Boolean()),
        _must("shown", sa.Boolean()),
        _must("published_at", MOMENT),
        _must("readers", sa.Integer(), "{} >= 0"),
        sa.PrimaryKeyConstraint("office_id", "document_id", "client_id"),
        _belongs("documents", "document_id"),
        _belongs("dossier_parties", "dossier_id", "client_id", to=("dossier_id", "client_id"), ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "document_parties_newest",
        "document_parties",
        ["office_id", "client_id", "document_id", "available", "dossier_id"],
    )
    op.create_index(
        "document_parties_tab",
        "document_parties",
        ["office_id", "client_id", "dossier_id", "kind", "document_id", "available", "shown"],
    )
    op.create_index(
        "document_parties_unseen",
        "document_parties",
        ["office_id", "available", "published_at", "document_id", "client_id"],
        **_only("readers = 0"),
    )


def _document_downloads(op: Operations) -> None:
    op.create_table(
        "document_downloads",
        _must("office_id", IDENTIFIER),
        _must("dossier_id", IDENTIFIER),
        _must("account_id", IDENTIFIER),
        _must("document_id", IDENTIFIER),
        _may("at", MOMENT),
        _must("times", sa.Integer(), "{} >= 0"),
        _may("looked_at", MOMENT),
        _must("looks", sa.Integer(), "{} >= 0"),
        sa.PrimaryKeyConstraint("office_id", "dossier_id", "account_id", "document_id"),
        _belongs("accounts", "account_id"),
        _belongs("documents", "document_id"),
        sqlite_with_rowid=False,
    )


def _messages(op: Operations) -> None:
    op.create_table(
        "messages",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("dossier_id", IDENTIFIER),
        _must("client_id", IDENTIFIER),
        _must("direction", sa.Text(), _one_of("inbound", "outbound")),
        _must("thread_id", IDENTIFIER),
        _may("answers", IDENTIFIER),
        _must("subject", sa.Text(), "{} <> '' OR taken_back_at IS NOT NULL"),
        _must("body", sa.Text(), "{} <> '' OR taken_back_at IS NOT NULL"),
        _must("author", sa.Text()),
        _may("account_id", IDENTIFIER),
        _may("draft_id", IDENTIFIER),
        _must("sent_at", MOMENT),
        _may("handled_at", MOMENT),
        _may("handled_by", sa.Text()),
        _may("opened_at", MOMENT),
        _may("opened_by", sa.Text()),
        _may("taken_back_at", MOMENT),
        _may("taken_back_by", sa.Text()),
        _may("read_at", MOMENT),
        _must("version", sa.Integer(), "{} >= 1"),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _belongs("accounts", "account_id"),
        _belongs("messages", "answers"),
        _belongs("clients", "client_id"),
        _belongs("dossiers", "dossier_id"),
        _together("handled", "handled_at", "handled_by"),
        _together("opened", "opened_at", "opened_by"),
        _together("taken_back", "taken_back_at", "taken_back_by"),
    )
    op.create_index(
        "messages_box", "messages", ["office_id", "client_id", "dossier_id", "id", "direction", "taken_back_at"]
    )
    op.create_index("messages_dossier", "messages", ["office_id", "dossier_id", "id"])
    op.create_index(
        "messages_draft",
        "messages",
        ["office_id", "account_id", "draft_id"],
        unique=True,
        **_only("draft_id IS NOT NULL"),
    )
    op.create_index(
        "messages_handled",
        "messages",
        ["office_id", "id"],
        **_only("direction = 'outbound' AND handled_at IS NOT NULL"),
    )
    op.create_index(
        "messages_newest",
        "messages",
        ["office_id", "client_id", "id", "dossier_id"],
        **_only("direction = 'inbound' AND taken_back_at IS NULL"),
    )
    op.create_index(
        "messages_inbox", "messages", ["office_id", "id"], **_only("direction = 'outbound' AND handled_at IS NULL")
    )
    op.create_index("messages_thread", "messages", ["office_id", "thread_id", "id"])
    op.create_index(
        "messages_unhandled",
        "messages",
        ["office_id", "client_id", "dossier_id"],
        **_only("direction = 'outbound' AND handled_at IS NULL"),
    )
    op.create_index(
        "messages_unseen",
        "messages",
        ["office_id", "sent_at", "id"],
        **_only("direction = 'inbound' AND taken_back_at IS NULL AND read_at IS NULL"),
    )


def _message_reads(op: Operations) -> None:
    op.create_table(
        "message_reads",
        _must("office_id", IDENTIFIER),
        _must("dossier_id", IDENTIFIER),
        _must("account_id", IDENTIFIER),
        _must("message_id", IDENTIFIER),
        _must("at", MOMENT),
        sa.PrimaryKeyConstraint("office_id", "dossier_id", "account_id", "message_id"),
        _belongs("accounts", "account_id"),
        _belongs("messages", "message_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("message_reads_message", "message_reads", ["office_id", "message_id"])


def _questionnaires(op: Operations) -> None:
    op.create_table(
        "questionnaires",
        _must("office_id", IDENTIFIER),
        _must("digest", sa.Text(), _HEX_64),
        _must("questionnaire", sa.Text(), _FILLED),
        _must("revision", sa.Integer(), "{} >= 1"),
        _must("titles", sa.Text()),
        _must("fragments", sa.Text()),
        _must("published_at", MOMENT),
        _must("published_by", sa.Text()),
        _must("document", sa.Text(), _FILLED),
        _may("source", sa.Text(), _FILLED),
        sa.PrimaryKeyConstraint("office_id", "digest"),
        _of_office(),
    )
    op.create_index(
        "questionnaires_revision", "questionnaires", ["office_id", "questionnaire", "revision"], unique=True
    )


def _questionnaire_drafts(op: Operations) -> None:
    op.create_table(
        "questionnaire_drafts",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("questionnaire", sa.Text()),
        _must("titles", sa.Text()),
        _must("fragments", sa.Text()),
        _must("saved_at", MOMENT),
        _must("saved_by", sa.Text()),
        _must("version", sa.Integer(), "{} >= 1"),
        _must("document", sa.Text(), _FILLED),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _of_office(),
    )


def _questionnaire_fragments(op: Operations) -> None:
    op.create_table(
        "questionnaire_fragments",
        _must("office_id", IDENTIFIER),
        _must("id", sa.Text(), _FILLED),
        _must("titles", sa.Text()),
        _must("fragments", sa.Text()),
        _must("saved_at", MOMENT),
        _must("saved_by", sa.Text()),
        _must("version", sa.Integer(), "{} >= 1"),
        _must("document", sa.Text(), _FILLED),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _of_office(),
    )


def _assignments(op: Operations) -> None:
    op.create_table(
        "assignments",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("client_id", IDENTIFIER),
        _must("dossier_id", IDENTIFIER),
        _must("questionnaire", sa.Text(), _FILLED),
        _must("revision", sa.Integer(), "{} >= 1"),
        _must("digest", sa.Text(), _HEX_64),
        _must("subject", sa.Text()),
        _must("assigned_at", MOMENT),
        _must("assigned_by", sa.Text()),
        _may("due_on", sa.Date()),
        _must("state", sa.Text(), _one_of("open", "completed", "withdrawn")),
        _may("started_at", MOMENT),
        _must("progress", sa.Integer(), "{} BETWEEN 0 AND 100"),
        _may("saved_at", MOMENT),
        _may("ended_at", MOMENT),
        _may("completed_by", IDENTIFIER),
        _may("completed_in", sa.Text(), _one_of("nl", "en")),
        _may("submission_id", IDENTIFIER),
        _must("version", sa.Integer(), "{} >= 1"),
        _may("given", sa.Text()),
        _may("answering", sa.Text()),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _belongs("clients", "client_id"),
        _belongs("accounts", "completed_by"),
        _belongs("questionnaires", "digest", to=("digest",)),
        _belongs("dossiers", "dossier_id"),
    )
    op.create_index("assignments_dossier", "assignments", ["office_id", "dossier_id", "id"])
    op.create_index(
        "assignments_open", "assignments", ["office_id", "client_id", "dossier_id"], **_only("state = 'open'")
    )
    op.create_index(
        "assignments_due",
        "assignments",
        ["office_id", "client_id", "due_on", "assigned_at", "id"],
        **_only("state = 'open'"),
    )
    op.create_index("assignments_state", "assignments", ["office_id", "state", "id"])
    op.create_index(
        "assignments_unseen",
        "assignments",
        ["office_id", "assigned_at", "id"],
        **_only("state = 'open' AND started_at IS NULL"),
    )


def _answer_files(op: Operations) -> None:
    op.create_table(
        "answer_files",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("assignment_id", IDENTIFIER),
        _must("account_id", IDENTIFIER),
        *_file(),
        _must("kept_at", MOMENT),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _belongs("accounts", "account_id"),
        _belongs("assignments", "assignment_id"),
    )
    op.create_index("answer_files_assignment", "answer_files", ["office_id", "assignment_id"])
    op.create_index("answer_files_file", "answer_files", ["file_key"])


def _request_templates(op: Operations) -> None:
    op.create_table(
        "request_templates",
        _must("office_id", IDENTIFIER),
        _must("digest", sa.Text(), _HEX_64),
        _must("template", sa.Text(), _FILLED),
        _must("revision", sa.Integer(), "{} >= 1"),
        _must("titles", sa.Text()),
        _must("published_at", MOMENT),
        _must("published_by", sa.Text()),
        _must("document", sa.Text(), _FILLED),
        sa.PrimaryKeyConstraint("office_id", "digest"),
        _of_office(),
    )
    op.create_index(
        "request_templates_revision", "request_templates", ["office_id", "template", "revision"], unique=True
    )


def _progress_templates(op: Operations) -> None:
    op.create_table(
        "progress_templates",
        _must("office_id", IDENTIFIER),
        _must("digest", sa.Text(), _HEX_64),
        _must("template", sa.Text(), _FILLED),
        _must("revision", sa.Integer(), "{} >= 1"),
        _must("titles", sa.Text()),
        _must("published_at", MOMENT),
        _must("published_by", sa.Text()),
        _must("document", sa.Text(), _FILLED),
        sa.PrimaryKeyConstraint("office_id", "digest"),
        _of_office(),
    )
    op.create_index(
        "progress_templates_revision", "progress_templates", ["office_id", "template", "revision"], unique=True
    )


def _requests(op: Operations) -> None:
    op.create_table(
        "requests",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("client_id", IDENTIFIER),
        _must("dossier_id", IDENTIFIER),
        _must("subject", sa.Text()),
        _must("made_at", MOMENT),
        _must("made_by", sa.Text()),
        _may("reminded_at", MOMENT),
        _may("seen_at", MOMENT),
        _must("version", sa.Integer(), "{} >= 1"),
        _must("state", sa.Text(), _one_of("waiting", "delivered", "done", "withdrawn")),
        _must("total", sa.Integer(), "{} >= 0"),
        _must("waiting", sa.Integer(), "{} >= 0"),
        _must("delivered", sa.Integer(), "{} >= 0"),
        _may("due_on", sa.Date()),
        _may("waiting_since", MOMENT),
        _may("delivered_since", MOMENT),
        _must("items", sa.Text()),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _belongs("clients", "client_id"),
        _belongs("dossiers", "dossier_id"),
    )
    op.create_index(
        "requests_answered", "requests", ["office_id", "client_id", "dossier_id"], **_only("state = 'delivered'")
    )
    op.create_index("requests_client", "requests", ["office_id", "client_id", "dossier_id", "id"])
    op.create_index("requests_delivered", "requests", ["office_id", "id"], **_only("delivered > 0"))
    op.create_index("requests_dossier", "requests", ["office_id", "dossier_id", "id"])
    op.create_index("requests_state", "requests", ["office_id", "state", "id"])
    op.create_index(
        "requests_handed_in", "requests", ["office_id", "client_id", "made_at", "id"], **_only("state = 'delivered'")
    )
    op.create_index(
        "requests_unseen",
        "requests",
        ["office_id", "made_at", "id"],
        **_only("state = 'waiting' AND seen_at IS NULL"),
    )
    op.create_index(
        "requests_waiting", "requests", ["office_id", "client_id", "dossier_id"], **_only("state = 'waiting'")
    )
    op.create_index(
        "requests_due",
        "requests",
        ["office_id", "client_id", "due_on", "made_at", "id"],
        **_only("state = 'waiting'"),
    )


def _reminders(op: Operations) -> None:
    op.create_table(
        "reminders",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("person_id", IDENTIFIER),
        _must("sent_at", MOMENT),
        _must("things", sa.Text()),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _belongs("persons", "person_id"),
    )
    op.create_index("reminders_sent", "reminders", ["office_id", "sent_at", "id"])
    op.create_index("reminders_person", "reminders", ["office_id", "person_id", "sent_at"])
    op.create_table(
        "reminder_looks",
        _must("office_id", IDENTIFIER),
        _must("person_id", IDENTIFIER),
        _may("look_at", MOMENT),
        sa.PrimaryKeyConstraint("office_id", "person_id"),
        _belongs("persons", "person_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("reminder_looks_due", "reminder_looks", ["look_at"], **_only("look_at IS NOT NULL"))
    op.create_table(
        "reminders_off",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _of_office(),
        sqlite_with_rowid=False,
    )


_EVENT_TYPES = (
    "account.activated",
    "sign_in.blocked",
    "message.sent",
    "message.taken_back",
    "item.delivered",
    "item.not_applicable",
    "delivery.taken_back",
    "questionnaire.completed",
    "document.looked_at",
    "document.downloaded",
    "document.not_received",
    "archive.downloaded",
    "archive.not_received",
    "waiting.changed",
    "mail.refused",
    "mail.bounced",
    "office.notified",
    "webhook.disabled",
)


def _public_events(op: Operations) -> None:
    op.create_table(
        "public_events",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("number", sa.BigInteger(), "{} >= 1"),
        _must("type", sa.Text(), _one_of(*_EVENT_TYPES)),
        _must("at", MOMENT),
        _may("dossier_id", IDENTIFIER),
        _may("dossier_number", sa.BigInteger(), "{} >= 1"),
        _must("data", sa.Text()),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _of_office(),
        _belongs("dossiers", "dossier_id"),
        _together("dossier", "dossier_id", "dossier_number"),
    )
    op.create_index("public_events_number", "public_events", ["office_id", "number"], unique=True)
    op.create_index("public_events_at", "public_events", ["at"])
    op.create_table(
        "event_counts",
        _must("office_id", IDENTIFIER),
        _must("subject", IDENTIFIER),
        _must("number", sa.BigInteger(), "{} >= 0"),
        sa.PrimaryKeyConstraint("office_id", "subject"),
        _of_office(),
        sqlite_with_rowid=False,
    )


def _webhooks(op: Operations) -> None:
    op.create_table(
        "webhooks",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("url", sa.Text(), _FILLED),
        _must("types", sa.Text()),
        _must("state", sa.Text(), _one_of("on", "off", "disabled")),
        _may("failure", sa.Text(), _one_of("gone", "failing")),
        _must("made_at", MOMENT),
        _must("switched_at", MOMENT),
        _must("secret", sa.LargeBinary(), "length({}) > 0"),
        _may("former_secret", sa.LargeBinary(), "length({}) > 0"),
        _may("former_until", MOMENT),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _of_office(),
        _together("former", "former_secret", "former_until"),
    )


def _webhook_deliveries(op: Operations) -> None:
    op.create_table(
        "webhook_deliveries",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("webhook_id", IDENTIFIER),
        _must("event_id", IDENTIFIER),
        _must("event_type", sa.Text(), _one_of(*_EVENT_TYPES)),
        _must("made_at", MOMENT),
        _must("state", sa.Text(), _one_of("waiting", "delivered", "failed", "dropped")),
        _may("due_at", MOMENT),
        _must("attempts", sa.Integer(), "{} >= 0"),
        _may("attempted_at", MOMENT),
        _may("ended_at", MOMENT),
        _may("status", sa.Integer(), "{} >= 100"),
        _may(
            "problem",
            sa.Text(),
            _one_of(
                "status",
                "redirect",
                "timed_out",
                "unknown_host",
                "unreachable",
                "tls",
                "not_public",
                "not_http",
            ),
        ),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _of_office(),
        _together("attempt", "attempted_at", "ended_at"),
    )
    op.create_index("webhook_deliveries_webhook", "webhook_deliveries", ["office_id", "webhook_id", "id"])
    op.create_index(
        "webhook_deliveries_arrived",
        "webhook_deliveries",
        ["office_id", "webhook_id", "attempted_at"],
        **_only("state = 'delivered'"),
    )
    op.create_index("webhook_deliveries_made", "webhook_deliveries", ["made_at"])


def _drafts(op: Operations) -> None:
    op.create_table(
        "drafts",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("account_id", IDENTIFIER),
        _must("dossier_id", IDENTIFIER),
        _may("answers", IDENTIFIER),
        _must("subject", sa.Text()),
        _must("body", sa.Text()),
        _must("saved_at", MOMENT),
        _must("expires_at", MOMENT),
        _must("version", sa.Integer(), "{} >= 1"),
        sa.PrimaryKeyConstraint("office_id", "account_id", "id"),
        _belongs("accounts", "account_id"),
        _belongs("dossiers", "dossier_id"),
        _belongs("messages", "answers"),
    )
    op.create_index("drafts_list", "drafts", ["office_id", "account_id", "dossier_id"])
    op.create_index("drafts_expiry", "drafts", ["expires_at"])


def _uploads(op: Operations) -> None:
    op.create_table(
        "uploads",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("account_id", IDENTIFIER),
        _must("dossier_id", IDENTIFIER),
        _must("draft_id", IDENTIFIER),
        *_file(),
        _must("staged_at", MOMENT),
        _must("expires_at", MOMENT),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _belongs("accounts", "account_id"),
        _belongs("dossiers", "dossier_id"),
    )
    op.create_index("uploads_draft", "uploads", ["office_id", "account_id", "draft_id"])
    op.create_index("uploads_expiry", "uploads", ["expires_at"])
    op.create_index("uploads_file", "uploads", ["file_key"])


def _submissions(op: Operations) -> None:
    op.create_table(
        "submissions",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("client_id", IDENTIFIER),
        _must("dossier_id", IDENTIFIER),
        _must("account_id", IDENTIFIER),
        _must("kind", sa.Text(), _one_of("attachment", "questionnaire", "request")),
        _may("message_id", IDENTIFIER),
        _may("assignment_id", IDENTIFIER),
        _may("request_id", IDENTIFIER),
        _may("delivery_id", IDENTIFIER),
        _may("item_id", IDENTIFIER),
        _may("request_subject", sa.Text()),
        _may("item_title", sa.Text()),
        _may("question_label", sa.Text()),
        _may("row_name", sa.Text()),
        *_file(),
        _must("delivered_at", MOMENT),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _belongs("accounts", "account_id"),
        _belongs("assignments", "assignment_id"),
        _belongs("clients", "client_id"),
        _belongs("dossiers", "dossier_id"),
        _belongs("messages", "message_id"),
        _belongs("requests", "request_id"),
        _together("request", "request_id", "delivery_id", "item_id", "request_subject", "item_title"),
    )
    op.create_index("submissions_dossier", "submissions", ["office_id", "dossier_id", "id"])
    op.create_index("submissions_file", "submissions", ["file_key"])
    op.create_index(
        "submissions_assignment", "submissions", ["office_id", "assignment_id"], **_only("assignment_id IS NOT NULL")
    )
    op.create_index(
        "submissions_request", "submissions", ["office_id", "request_id"], **_only("request_id IS NOT NULL")
    )
    op.create_index(
        "submissions_message", "submissions", ["office_id", "message_id"], **_only("message_id IS NOT NULL")
    )
    op.create_index("submissions_tab", "submissions", ["office_id", "client_id", "dossier_id", "delivered_at", "id"])


def _quarantine(op: Operations) -> None:
    op.create_table(
        "quarantine",
        _must("office_id", IDENTIFIER),
        *_file(),
        _must("dossier_id", IDENTIFIER),
        _may("account_id", IDENTIFIER),
        _may("upload_id", IDENTIFIER),
        _may("document_id", IDENTIFIER),
        _must("take_encrypted", sa.Boolean()),
        _must("take_too_large", sa.Boolean()),
        _must("state", sa.Text(), _one_of("waiting", "infected", "encrypted", "too_large")),
        _must("since", MOMENT),
        _may("ended_at", MOMENT),
        _must("found", sa.Text()),
        sa.PrimaryKeyConstraint("office_id", "file_key"),
        _of_office(),
        _belongs("accounts", "account_id"),
        _belongs("documents", "document_id"),
        _belongs("dossiers", "dossier_id"),
    )
    op.create_index("quarantine_ended", "quarantine", ["ended_at"], **_only("ended_at IS NOT NULL"))
    op.create_index("quarantine_waiting", "quarantine", ["since"], **_only("state = 'waiting'"))


def _receipts(op: Operations) -> None:
    op.create_table(
        "receipts",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("dossier_id", IDENTIFIER),
        _must("client_id", IDENTIFIER),
        _must("dossier_number", sa.Text(), _FILLED),
        _must("client_name", sa.Text(), _FILLED),
        _must("delivered_by", sa.Text()),
        _must("delivered_at", MOMENT),
        _must("files", sa.Text()),
        _must("fingerprint", sa.LargeBinary(), _BYTES_32),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _belongs("clients", "client_id"),
        _belongs("dossiers", "dossier_id"),
    )


def _usages(op: Operations) -> None:
    op.create_table(
        "usages",
        _must("office_id", IDENTIFIER),
        _must("day", sa.Date()),
        _must("whose", IDENTIFIER),
        _must("messages", sa.Integer(), "{} >= 0"),
        _must("files", sa.Integer(), "{} >= 0"),
        _must("bytes", sa.BigInteger(), "{} >= 0"),
        _must("refused", sa.Integer(), "{} >= 0"),
        sa.PrimaryKeyConstraint("office_id", "day", "whose"),
        _of_office(),
    )
    op.create_index("usages_day", "usages", ["day"])


def _tasks(op: Operations) -> None:
    op.create_table(
        "tasks",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("lane", sa.Text(), _one_of("sms", "awaited", "notification", "pdf", "scan", "webhook")),
        _must(
            "kind",
            sa.Text(),
            _one_of(
                "invitation",
                "account_added",
                "password_link",
                "password_set",
                "two_step_on",
                "two_step_changed",
                "two_step_off",
                "two_step_reset",
                "recovery_code_used",
                "address_link",
                "address_in_use",
                "address_change_asked",
                "address_changed",
                "file_rejected",
                "notification",
                "office_notice",
                "receipt",
                "reminder",
                "invitation_reminder",
                "webhook_disabled",
                "result",
                "scan",
                "webhook",
                "sms_code",
            ),
        ),
        _must("key", sa.Text(), _FILLED),
        _may("person_id", IDENTIFIER),
        _may("account_id", IDENTIFIER),
        _may("address", sa.Text()),
        _must("payload", sa.Text(), _FILLED),
        _must("made_at", MOMENT),
        _must("due_at", MOMENT),
        _must("attempts", sa.Integer(), "{} >= 0"),
        _must("state", sa.Text(), _one_of("waiting", "done", "refused", "bounced")),
        _may("problem", sa.Text()),
        _may("leased_until", MOMENT),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _of_office(),
        _belongs("accounts", "account_id"),
        _belongs("persons", "person_id"),
    )
    op.create_index(
        "tasks_address",
        "tasks",
        ["office_id", "address", "state", "made_at", "id"],
        **_only("address IS NOT NULL"),
    )
    op.create_index(
        "tasks_companions",
        "tasks",
        ["office_id", "account_id", "id"],
        **_only("state = 'waiting' AND kind = 'notification'"),
    )
    op.create_index("tasks_due", "tasks", ["lane", "due_at", "id"], **_only("state = 'waiting'"))
    op.create_index("tasks_done", "tasks", ["made_at"], **_only("state = 'done'"))
    op.create_index("tasks_once", "tasks", ["office_id", "key"], unique=True)
    op.create_index(
        "tasks_person", "tasks", ["office_id", "person_id", "made_at", "id"], **_only("person_id IS NOT NULL")
    )
    op.create_index("tasks_problems", "tasks", ["office_id", "id"], **_only("problem IS NOT NULL AND state <> 'done'"))


def _lanes(op: Operations) -> None:
    op.create_table(
        "lanes",
        _must("lane", sa.Text(), _one_of("sms", "awaited", "notification", "pdf", "scan", "webhook")),
        _may("succeeded_at", MOMENT),
        _may("failed_at", MOMENT),
        _may("problem", sa.Text()),
        sa.PrimaryKeyConstraint("lane"),
    )


def _workers(op: Operations) -> None:
    op.create_table(
        "workers",
        _must("name", sa.Text(), "{} <> ''"),
        _must("process", IDENTIFIER),
        _must("until", MOMENT),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("workers_until", "workers", ["until"])


def _sms_sends(op: Operations) -> None:
    op.create_table(
        "sms_sends",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("person_id", IDENTIFIER),
        _must("client_id", IDENTIFIER),
        _must("number", sa.Text(), _FILLED),
        _must("at", MOMENT),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _of_office(),
        _belongs("clients", "client_id"),
        _belongs("persons", "person_id"),
    )
    op.create_index("sms_sends_at", "sms_sends", ["at"])
    op.create_index("sms_sends_day", "sms_sends", ["office_id", "at"])


def _entries(op: Operations) -> None:
    op.create_table(
        "entries",
        _must("office_id", IDENTIFIER),
        _must("id", IDENTIFIER),
        _must("at", MOMENT),
        _must("what", sa.Text(), _FILLED),
        _must("which", sa.Text(), _FILLED),
        _may("person_id", IDENTIFIER),
        _may("account_id", IDENTIFIER),
        _may("client_id", IDENTIFIER),
        _may("handler", sa.Text()),
        _may("network_address", sa.Text()),
        _must("signature", sa.LargeBinary(), _BYTES_40),
        _may("number", NUMBER, "{} >= 1"),
        _may("digest", sa.LargeBinary(), _BYTES_40),
        sa.PrimaryKeyConstraint("office_id", "id"),
        _of_office(),
        _together("seal", "number", "digest"),
        sqlite_strict=True,
    )
    op.create_index("entries_at", "entries", ["office_id", "at", "id"])
    op.create_index("entries_number", "entries", ["office_id", "number"], unique=True, **_only("number IS NOT NULL"))
    op.create_index("entries_unsealed", "entries", ["office_id", "id", "at"], **_only("number IS NULL"))
    op.create_index("entries_what", "entries", ["office_id", "what", "at", "id"])


def _chains(op: Operations) -> None:
    op.create_table(
        "chains",
        _must("office_id", IDENTIFIER),
        _must("number", NUMBER, "{} >= 0"),
        _must("digest", sa.LargeBinary(), "length({}) = CASE number WHEN 0 THEN 0 ELSE 40 END"),
        sa.PrimaryKeyConstraint("office_id"),
        _of_office(),
        sqlite_strict=True,
    )


# ------------------------------------------------------------------ the audit trail is append-only
_KEPT = (
    *("office_id", "id", "at", "what", "which"),
    *("person_id", "account_id", "client_id", "handler", "network_address", "signature"),
)
_REFUSAL = "the audit trail is append-only"


def _protect_trail(op: Operations) -> None:
    """Refuse every change of an entry except its seal, and let chains only grow (SI-5)."""
    {"sqlite": _protect_on_sqlite, "postgresql": _protect_on_postgresql}[op.get_bind().dialect.name](op)


def _protect_on_sqlite(op: Operations) -> None:
    for name, act, condition in _refused("IS"):
        when = f"WHEN {condition}" if condition else ""
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} {when} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END")


def _protect_on_postgresql(op: Operations) -> None:
    op.execute(
        "CREATE FUNCTION refuse_to_change_the_trail() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    refuse = "EXECUTE FUNCTION refuse_to_change_the_trail()"
    for name, act, condition in _refused("IS NOT DISTINCT FROM"):
        when = f"WHEN ({condition})" if condition else ""
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} FOR EACH ROW {when} {refuse}")
    for table in ("entries", "chains"):
        op.execute(f"CREATE TRIGGER {table}_stay_full BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}")


def _refused(same: str) -> tuple[tuple[str, str, str], ...]:
    """List what is refused: the trigger's name, the act, and a condition unless it is refused always.

    Args:
        same: the operator by which two values are the same, nulls too.
    """
    kept = " AND ".join(f'NEW."{name}" {same} OLD."{name}"' for name in _KEPT)
    sealing = f"OLD.number IS NULL AND OLD.digest IS NULL AND {kept}"
    growing = "NEW.office_id = OLD.office_id AND NEW.number > OLD.number"
    return (
        ("entries_stay_as_they_are", "UPDATE ON entries", f"NOT ({sealing})"),
        ("entries_never_go", "DELETE ON entries", ""),
        ("chains_only_grow", "UPDATE ON chains", f"NOT ({growing})"),
        ("chains_never_go", "DELETE ON chains", ""),
    )


# ------------------------------------------------------------------ texts are indexed by their trigrams
_SEARCHED = ("accounts", "clients", "dossiers", "persons")
_SAME = "OLD.office_id = NEW.office_id AND OLD.id = NEW.id AND OLD.search = NEW.search"


def _index_texts(op: Operations) -> None:
    """Keep the trigrams of each text that the office searches, so that an index finds its parts (DO-2).

    Triggers do this, so that a text that is changed or deleted, by whomever, leaves the index in the same transaction.
    """
    {"sqlite": _index_on_sqlite, "postgresql": _index_on_postgresql}[op.get_bind().dialect.name](op)


def _index_on_sqlite(op: Operations) -> None:
    """Use FTS5, which numbers what it indexes and keeps no text. VACUUM changes the number of no row."""
    for table in _SEARCHED:
        op.execute(
            f"CREATE TABLE {table}_numbers"
            f" (number INTEGER PRIMARY KEY, office_id BLOB NOT NULL, id BLOB NOT NULL, UNIQUE (office_id, id))"
        )
        op.execute(
            f"CREATE VIRTUAL TABLE {table}_trigrams USING"
            f" fts5(search, content='', columnsize=0, detail=none, tokenize='trigram case_sensitive 1')"
        )
        number = (
            f"SELECT number, {{0}}.search FROM {table}_numbers WHERE office_id = {{0}}.office_id AND id = {{0}}.id;"
        )
        add = (
            f"INSERT INTO {table}_numbers (office_id, id) VALUES (NEW.office_id, NEW.id);"
            f" INSERT INTO {table}_trigrams (rowid, search) {number.format('NEW')}"
        )
        remove = (
            f"INSERT INTO {table}_trigrams ({table}_trigrams, rowid, search)"
            f" {number.format('OLD').replace('SELECT', 'SELECT ' + repr('delete') + ',')}"
            f" DELETE FROM {table}_numbers WHERE office_id = OLD.office_id AND id = OLD.id;"
        )
        op.execute(f"CREATE TRIGGER {table}_come AFTER INSERT ON {table} BEGIN {add} END")
        op.execute(f"CREATE TRIGGER {table}_change AFTER UPDATE ON {table} WHEN NOT ({_SAME}) BEGIN {remove} {add} END")
        op.execute(f"CREATE TRIGGER {table}_go AFTER DELETE ON {table} BEGIN {remove} END")


def _index_on_postgresql(op: Operations) -> None:
    """Use an index on arrays. It needs no extension, which a backup of the schema would lack.

    The arrays are in tables of their own: PostgreSQL would index them again whenever another column changes.
    """
    op.execute(
        "CREATE FUNCTION trigrams(text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS "
        "$$ SELECT array_agg(DISTINCT substr($1, i, 3)) FROM generate_series(1, length($1) - 2) i $$"
    )
    op.execute(
        "CREATE FUNCTION index_text() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP <> 'INSERT' THEN "
        "EXECUTE format('DELETE FROM %I.%I WHERE office_id = $1 AND id = $2', TG_TABLE_SCHEMA, TG_ARGV[0])"
        " USING OLD.office_id, OLD.id; END IF; "
        "IF TG_OP <> 'DELETE' THEN "
        "EXECUTE format('INSERT INTO %1$I.%2$I VALUES ($1, $2, %1$I.trigrams($3))', TG_TABLE_SCHEMA, TG_ARGV[0])"
        " USING NEW.office_id, NEW.id, NEW.search; END IF; "
        "RETURN NULL; END $$"
    )
    for table in _SEARCHED:
        op.execute(
            f"CREATE TABLE {table}_trigrams"
            f" (office_id uuid NOT NULL, id uuid NOT NULL, trigrams text[], PRIMARY KEY (office_id, id))"
        )
        # Without fastupdate, because each search would read the list of pending entries.
        op.execute(
            f"CREATE INDEX {table}_trigrams_found ON {table}_trigrams USING gin (trigrams) WITH (fastupdate = off)"
        )
        index = f"FOR EACH ROW {{}} EXECUTE FUNCTION index_text('{table}_trigrams')"
        op.execute(f"CREATE TRIGGER {table}_come_or_go AFTER INSERT OR DELETE ON {table} {index.format('')}")
        changed = f"WHEN (NOT ({_SAME}))"
        op.execute(f"CREATE TRIGGER {table}_change AFTER UPDATE ON {table} {index.format(changed)}")
