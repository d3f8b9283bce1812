"""Tables of dossiers, their parties and documents."""

from sqlalchemy import Boolean, Integer, Table, Text

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
)
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT, Choice
from klantportaal.domain.documents import DocumentKind, DocumentState

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
    must("version", Integer(), at_least(1)),
    must("search", Text()),
    key("id"),
    of_office(),
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
    key("dossier_id", "client_id"),
    belongs("dossiers", "dossier_id"),
    belongs("clients", "client_id"),
    # Read backwards. Both databases answer from the index alone, and look up only the rows of a page.
    index("dossier_parties_list", "office_id", "client_id", "changed_at", "dossier_id", "status", "search"),
    index("dossier_parties_home", "office_id", "client_id", "status"),
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
    key("document_id", "client_id"),
    belongs("documents", "document_id"),
    # Nothing can be published for a client that is removed as a party at the same time.
    belongs("dossier_parties", "dossier_id", "client_id", to=("dossier_id", "client_id"), ondelete="CASCADE"),
    index("document_parties_tab", "office_id", "client_id", "dossier_id", "kind", "document_id", "available"),
)

document_downloads = Table(
    "document_downloads",
    metadata,
    identifier("office_id"),
    identifier("dossier_id"),
    identifier("account_id"),
    identifier("document_id"),
    must("at", MOMENT),
    must("times", Integer(), at_least(1)),
    key("dossier_id", "account_id", "document_id"),
    belongs("accounts", "account_id"),
    belongs("documents", "document_id"),
)
