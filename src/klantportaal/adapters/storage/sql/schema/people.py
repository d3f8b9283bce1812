"""Offices, whom they serve and who signs in."""

from sqlalchemy import Boolean, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from klantportaal.adapters.storage.sql.schema.columns import (
    belongs,
    file_columns,
    identifier,
    index,
    key,
    may,
    metadata,
    must,
    of_office,
)
from klantportaal.adapters.storage.sql.types import MOMENT, Choice
from klantportaal.domain.accounts import AccountRole, AccountState, ClientKind
from klantportaal.domain.onboarding import LinkPurpose
from klantportaal.domain.values import Language

offices = Table(
    "offices",
    metadata,
    identifier(),
    must("base_url", Text()),
    must("profile", Text()),
    *file_columns("logo", nullable=True),
    must("two_step_required", Boolean()),
    must("version", Integer()),
    PrimaryKeyConstraint("id"),
)

clients = Table(
    "clients",
    metadata,
    identifier("office_id"),
    identifier(),
    must("kind", Choice(ClientKind)),
    must("name", Text()),
    must("made_at", MOMENT),
    may("closed_at", MOMENT),
    must("version", Integer()),
    must("search", Text()),
    key("id"),
    of_office(),
)

accounts = Table(
    "accounts",
    metadata,
    identifier("office_id"),
    identifier(),
    identifier("client_id"),
    must("role", Choice(AccountRole)),
    must("name", Text()),
    must("email", Text()),
    must("state", Choice(AccountState)),
    must("language", Choice(Language)),
    must("made_at", MOMENT),
    may("password_hash", Text()),
    must("epoch", Integer()),
    may("first_signed_in_at", MOMENT),
    may("invited_at", MOMENT),
    must("version", Integer()),
    *(must(f"notifications_{notice}", Boolean()) for notice in ("documents", "questionnaires", "messages")),
    must("address", Text()),
    must("search", Text()),
    key("id"),
    belongs("clients", "client_id"),
    index("accounts_address", "office_id", "address", where="state != 'deleted'", unique=True),
    index("accounts_client", "office_id", "client_id"),
)

links = Table(
    "links",
    metadata,
    identifier("office_id"),
    identifier(),
    identifier("account_id"),
    must("purpose", Choice(LinkPurpose)),
    must("fingerprint", LargeBinary()),
    must("epoch", Integer()),
    must("made_at", MOMENT),
    must("expires_at", MOMENT),
    may("used_at", MOMENT),
    may("voided_at", MOMENT),
    key("id"),
    belongs("accounts", "account_id"),
    index("links_fingerprint", "office_id", "fingerprint", unique=True),
    index("links_account", "office_id", "account_id", "purpose", "id"),
    index("links_expiry", "expires_at"),
)

sessions = Table(
    "sessions",
    metadata,
    identifier("office_id"),
    identifier(),
    identifier("account_id"),
    must("fingerprint", LargeBinary()),
    must("epoch", Integer()),
    must("language", Choice(Language)),
    must("device", Text()),
    may("network_address", Text()),
    must("started_at", MOMENT),
    must("seen_at", MOMENT),
    must("confirmed_at", MOMENT),
    must("ends_at", MOMENT),
    may("ended_at", MOMENT),
    key("id"),
    belongs("accounts", "account_id"),
    index("sessions_fingerprint", "office_id", "fingerprint", unique=True),
    index("sessions_account", "office_id", "account_id"),
    index("sessions_end", "ends_at"),
)

throttles = Table(
    "throttles",
    metadata,
    identifier("office_id"),
    must("subject", LargeBinary()),
    must("failures", Integer()),
    must("newest_at", MOMENT),
    key("subject"),
    of_office(),
    index("throttles_newest", "newest_at"),
)
