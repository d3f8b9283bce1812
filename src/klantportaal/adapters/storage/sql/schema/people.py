"""Tables of offices, clients, persons and accounts, and of what persons sign in with."""

from sqlalchemy import Boolean, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from klantportaal.adapters.storage.sql.schema.columns import (
    BYTES_32,
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
    of_office,
    together,
)
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT, Choice, RepeatedJson
from klantportaal.domain.accounts import AccountRole, AccountState, ClientKind
from klantportaal.domain.admission import Admission, VendorSignIn
from klantportaal.domain.offices import OfficeNotices
from klantportaal.domain.onboarding import LinkPurpose
from klantportaal.domain.reminders import ReminderRules
from klantportaal.domain.values import Language

offices = Table(
    "offices",
    metadata,
    identifier(),
    must("key", Text(), FILLED),
    must("base_url", Text(), FILLED),
    must("profile", Text(), FILLED),
    *file_columns("logo", nullable=True),
    *file_columns("dark_logo", nullable=True),
    must("two_step_required", Boolean()),
    may("vendor_sign_in", RepeatedJson(VendorSignIn)),
    must("address_changes", Boolean()),
    may("notices", RepeatedJson(OfficeNotices)),
    may("reminders", RepeatedJson(ReminderRules)),
    must("version", Integer(), at_least(1)),
    PrimaryKeyConstraint("id"),
    together("logo", "logo_key", "logo_name", "logo_media_type", "logo_size", "logo_sha256"),
    together(
        "dark_logo", "dark_logo_key", "dark_logo_name", "dark_logo_media_type", "dark_logo_size", "dark_logo_sha256"
    ),
    index("offices_base_url", "base_url", unique=True),
    index("offices_key", "key", unique=True),
)

clients = Table(
    "clients",
    metadata,
    identifier("office_id"),
    identifier(),
    must("kind", Choice(ClientKind)),
    must("name", Text(), FILLED),
    must("made_at", MOMENT),
    may("closed_at", MOMENT),
    must("version", Integer(), at_least(1)),
    must("search", Text()),
    key("id"),
    of_office(),
)

persons = Table(
    "persons",
    metadata,
    identifier("office_id"),
    identifier(),
    must("email", Text(), FILLED),
    must("language", Choice(Language)),
    must("made_at", MOMENT),
    may("password_hash", Text()),
    may("vendor_subject_issuer", Text(), FILLED),
    may("vendor_subject_name", Text(), FILLED),
    must("epoch", Integer(), at_least(1)),
    may("first_signed_in_at", MOMENT),
    # No foreign key: accounts refer to persons, and a table is made after those it refers to.
    may("last_account_id", IDENTIFIER),
    may("freed_at", MOMENT),
    must("version", Integer(), at_least(1)),
    must("address", Text(), FILLED),
    must("search", Text()),
    key("id"),
    of_office(),
    together("vendor_subject", "vendor_subject_issuer", "vendor_subject_name"),
    index(
        "persons_subject",
        "office_id",
        "vendor_subject_issuer",
        "vendor_subject_name",
        where="freed_at IS NULL",
        unique=True,
    ),
    index("persons_address", "office_id", "address", where="freed_at IS NULL", unique=True),
)

accounts = Table(
    "accounts",
    metadata,
    identifier("office_id"),
    identifier(),
    identifier("person_id"),
    identifier("client_id"),
    must("role", Choice(AccountRole)),
    must("name", Text(), FILLED),
    must("state", Choice(AccountState)),
    must("made_at", MOMENT),
    may("first_used_at", MOMENT),
    may("invited_at", MOMENT),
    must("version", Integer(), at_least(1)),
    *(must(f"notifications_{notice}", Boolean()) for notice in ("documents", "questionnaires", "messages")),
    must("search", Text()),
    key("id"),
    belongs("persons", "person_id"),
    belongs("clients", "client_id"),
    index("accounts_once", "office_id", "client_id", "person_id", where="state != 'deleted'", unique=True),
    index("accounts_client", "office_id", "client_id"),
    index("accounts_person", "office_id", "person_id", "id"),
)

links = Table(
    "links",
    metadata,
    identifier("office_id"),
    identifier(),
    identifier("person_id"),
    must("purpose", Choice(LinkPurpose)),
    must("fingerprint", LargeBinary(), BYTES_32),
    must("epoch", Integer(), at_least(1)),
    must("made_at", MOMENT),
    must("expires_at", MOMENT),
    may("used_at", MOMENT),
    may("voided_at", MOMENT),
    key("id"),
    belongs("persons", "person_id"),
    index("links_fingerprint", "office_id", "fingerprint", unique=True),
    index("links_person", "office_id", "person_id", "purpose", "made_at", "id"),
    index("links_expiry", "expires_at"),
)

address_changes = Table(
    "address_changes",
    metadata,
    identifier("office_id"),
    identifier("person_id"),
    identifier(),
    must("email", Text(), FILLED),
    must("epoch", Integer(), at_least(1)),
    identifier("session_id"),
    must("asked_at", MOMENT),
    key("person_id"),
    belongs("persons", "person_id"),
    index("address_changes_asked", "asked_at"),
)

sessions = Table(
    "sessions",
    metadata,
    identifier("office_id"),
    identifier(),
    identifier("person_id"),
    identifier("account_id"),
    must("fingerprint", LargeBinary(), BYTES_32),
    must("epoch", Integer(), at_least(1)),
    must("language", Choice(Language)),
    must("device", Text()),
    may("network_address", Text()),
    must("started_at", MOMENT),
    must("seen_at", MOMENT),
    must("confirmed_at", MOMENT),
    must("ends_at", MOMENT),
    may("ended_at", MOMENT),
    may("admission", RepeatedJson(Admission)),
    may("refresh", LargeBinary(), BYTES_32),
    may("access_ends_at", MOMENT),
    key("id"),
    belongs("persons", "person_id"),
    belongs("accounts", "account_id"),
    together("app", "refresh", "access_ends_at"),
    index("sessions_fingerprint", "office_id", "fingerprint", unique=True),
    index("sessions_person", "office_id", "person_id"),
    index("sessions_account", "office_id", "account_id"),
    index("sessions_end", "ends_at"),
)

throttles = Table(
    "throttles",
    metadata,
    identifier("office_id"),
    must("subject", LargeBinary(), BYTES_32),
    must("failures", Integer(), at_least(0)),
    must("newest_at", MOMENT),
    key("subject"),
    of_office(),
    index("throttles_newest", "newest_at"),
)

refusals = Table(
    "refusals",
    metadata,
    identifier("office_id"),
    must("origin", LargeBinary(), BYTES_32),
    must("what", Text(), FILLED),
    may("since", MOMENT),
    must("count", Integer(), at_least(0)),
    may("newest_at", MOMENT),
    may("person_id", IDENTIFIER),
    may("network_address", Text()),
    key("origin", "what"),
    of_office(),
    index("refusals_since", "since"),
)
"""The refusals that are not in the trail yet."""
