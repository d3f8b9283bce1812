"""The table of files that nobody may read: they wait for the scanner, or were rejected."""

from sqlalchemy import Boolean, Table, Text

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
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT, Choice
from klantportaal.domain.quarantine import QuarantineState

quarantine = Table(
    "quarantine",
    metadata,
    identifier("office_id"),
    *file_columns(),
    identifier("dossier_id"),
    may("account_id", IDENTIFIER),
    may("upload_id", IDENTIFIER),
    may("document_id", IDENTIFIER),
    must("take_encrypted", Boolean()),
    must("take_too_large", Boolean()),
    must("state", Choice(QuarantineState)),
    must("since", MOMENT),
    may("ended_at", MOMENT),
    must("found", Text()),
    key("file_key"),
    of_office(),
    belongs("dossiers", "dossier_id"),
    belongs("accounts", "account_id"),
    belongs("documents", "document_id"),
    index("quarantine_ended", "ended_at", where="ended_at IS NOT NULL"),
    index("quarantine_waiting", "since", where="state = 'waiting'"),
)
"""A file that is released has no row. One file can be named by rows of several tables, one after another."""
