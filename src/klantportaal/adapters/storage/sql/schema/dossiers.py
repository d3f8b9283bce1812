"""Tables of dossiers, their parties and documents."""

from sqlalchemy import Boolean, Date, Integer, Table, Text

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
    of_office,
    together,
)
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT, AsJson, Choice, RepeatedJson
from klantportaal.domain.documents import DocumentKind, DocumentState
from klantportaal.domain.progress import CurrentStep, Progress
from klantportaal.domain.values import Texts
from klantportaal.domain.waiting import WaitingFor

case_handlers = Table(
    "case_handlers",
    metadata,
    identifier("office_id"),
    identifier(),
    must("name", Text(), FILLED),
    must("role", RepeatedJson(Texts)),
    must("telephone", Text()),
    must("email", Text()),
    *file_columns("picture", nullable=True),
    must("version", Integer(), at_least(1)),
    key("id"),
    of_office(),
    index("case_handlers_picture", "picture_key"),
    together("picture", "picture_key", "picture_name", "picture_media_type", "picture_size", "picture_sha256"),
)

dossiers = Table(
    "dossiers",
    metadata,
    identifier("office_id"),
    identifier(),
    must("number", Text(), FILLED),
    must("description", Text(), FILLED),
    must("status", Text(), FILLED),
    must("opened_at", MOMENT),
    must("changed_at", MOMENT),
    may("handler_id", IDENTIFIER),
    must("notice_addresses", AsJson(tuple[str, ...])),
    must("version", Integer(), at_least(1)),
    must("search", Text()),
    may("step", AsJson(CurrentStep)),
    # The last column: it has the texts of all steps, and SQLite reads a row from its beginning.
    may("progress", AsJson(Progress)),
    together("progress", "progress", "step"),
    key("id"),
    of_office(),
    belongs("case_handlers", "handler_id"),
    index("dossiers_handler", "office_id", "handler_id", where="handler_id IS NOT NULL"),
    index("dossiers_number", "office_id", "number", unique=True),
    index("dossiers_list", "office_id", "changed_at", "id", "search"),
)

dossier_parties = Table(
    "dossier_parties",
    metadata,
    identifier("office_id"),
    identifier("dossier_id"),
    identifier("client_id"),
    must("status", Text(), FILLED),
    must("changed_at", MOMENT),
    must("search", Text()),
    may("third_party", AsJson(Texts)),
    may("third_party_since", MOMENT),
    may("third_party_expected_on", Date()),
    # Who has to do something, as `waiting.waiting_in` works it out. Its third party is the one above.
    may("waiting_for", Choice(WaitingFor)),
    may("waiting_since", MOMENT),
    may("waiting_count", Integer(), at_least(1)),
    may("waiting_due_on", Date()),
    key("dossier_id", "client_id"),
    belongs("dossiers", "dossier_id"),
    belongs("clients", "client_id"),
    together("third_party", "third_party", "third_party_since"),
    together("waiting", "waiting_for", "waiting_since", "waiting_count"),
    # Read backwards. Both databases answer from the index alone, and look up only the rows of a page.
    index("dossier_parties_list", "office_id", "client_id", "changed_at", "dossier_id", "status", "search"),
    index("dossier_parties_home", "office_id", "client_id", "status"),
    index("dossier_parties_waiting", "office_id", "waiting_for", "waiting_since", "dossier_id", "client_id"),
)

documents = Table(
    "documents",
    metadata,
    identifier("office_id"),
    identifier(),
    identifier("dossier_id"),
    must("kind", Choice(DocumentKind)),
    must("title", Text(), FILLED),
    *file_columns(),
    must("published_at", MOMENT),
    must("published_by", Text()),
    must("state", Choice(DocumentState)),
    must("edition", Integer(), at_least(1)),
    may("replaces", IDENTIFIER),
    may("ended_at", MOMENT),
    may("reason", Text()),
    must("version", Integer(), at_least(1)),
    key("id"),
    belongs("dossiers", "dossier_id"),
    belongs("documents", "replaces"),
    index("documents_dossier", "office_id", "dossier_id", "id"),
    index("documents_file", "file_key"),
    index("documents_waiting", "office_id", "replaces", where="state = 'waiting' AND replaces IS NOT NULL"),
)

document_parties = Table(
    "document_parties",
    metadata,
    identifier("office_id"),
    identifier("document_id"),
    identifier("client_id"),
    identifier("dossier_id"),
    must("kind", Choice(DocumentKind)),
    must("available", Boolean()),
    must("shown", Boolean()),
    must("published_at", MOMENT),
    # The number of accounts of the client that downloaded it or looked at it.
    must("readers", Integer(), at_least(0)),
    key("document_id", "client_id"),
    belongs("documents", "document_id"),
    # Nothing can be published for a client that is removed as a party at the same time.
    belongs("dossier_parties", "dossier_id", "client_id", to=("dossier_id", "client_id"), ondelete="CASCADE"),
    index("document_parties_newest", "office_id", "client_id", "document_id", "available", "dossier_id"),
    index("document_parties_tab", "office_id", "client_id", "dossier_id", "kind", "document_id", "available", "shown"),
    index(
        "document_parties_unseen",
        *("office_id", "available", "published_at", "document_id", "client_id"),
        where="readers = 0",
    ),
)

document_downloads = Table(
    "document_downloads",
    metadata,
    identifier("office_id"),
    identifier("dossier_id"),
    identifier("account_id"),
    identifier("document_id"),
    # A row is there for what was downloaded or looked at: it is read then (NW-3).
    may("at", MOMENT),
    must("times", Integer(), at_least(0)),
    may("looked_at", MOMENT),
    must("looks", Integer(), at_least(0)),
    key("dossier_id", "account_id", "document_id"),
    belongs("accounts", "account_id"),
    belongs("documents", "document_id"),
)
