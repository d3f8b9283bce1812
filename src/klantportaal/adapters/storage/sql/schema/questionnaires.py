"""Tables of questionnaires, their drafts and fragments, assignments and the files that are answers."""

from sqlalchemy import Date, Integer, Table, Text

from klantportaal.adapters.storage.sql.schema.columns import (
    FILLED,
    HEX_64,
    PERCENTAGE,
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
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT, AsJson, Choice
from klantportaal.domain.questionnaires.answering import Answering, Given
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.values import Language, Texts

Ids = tuple[str, ...]

questionnaires = Table(
    "questionnaires",
    metadata,
    identifier("office_id"),
    must("digest", Text(), HEX_64),
    must("questionnaire", Text(), FILLED),
    must("revision", Integer(), at_least(1)),
    must("titles", AsJson(Texts)),
    must("fragments", AsJson(Ids)),
    must("published_at", MOMENT),
    must("published_by", Text()),
    # The last columns: they may be megabytes, and SQLite reads a row from its beginning.
    must("document", Text(), FILLED),
    may("source", Text(), FILLED),
    key("digest"),
    of_office(),
    index("questionnaires_revision", "office_id", "questionnaire", "revision", unique=True),
)

questionnaire_drafts = Table(
    "questionnaire_drafts",
    metadata,
    identifier("office_id"),
    identifier(),
    must("questionnaire", Text()),
    must("titles", AsJson(Texts)),
    must("fragments", AsJson(Ids)),
    must("saved_at", MOMENT),
    must("saved_by", Text()),
    must("version", Integer(), at_least(1)),
    must("document", Text(), FILLED),
    key("id"),
    of_office(),
)

questionnaire_fragments = Table(
    "questionnaire_fragments",
    metadata,
    identifier("office_id"),
    must("id", Text(), FILLED),
    must("titles", AsJson(Texts)),
    must("fragments", AsJson(Ids)),
    must("saved_at", MOMENT),
    must("saved_by", Text()),
    must("version", Integer(), at_least(1)),
    must("document", Text(), FILLED),
    key("id"),
    of_office(),
)

assignments = Table(
    "assignments",
    metadata,
    identifier("office_id"),
    identifier(),
    identifier("client_id"),
    identifier("dossier_id"),
    must("questionnaire", Text(), FILLED),
    must("revision", Integer(), at_least(1)),
    must("digest", Text(), HEX_64),
    must("subject", AsJson(Texts)),
    must("assigned_at", MOMENT),
    must("assigned_by", Text()),
    may("due_on", Date()),
    must("state", Choice(AssignmentState)),
    may("started_at", MOMENT),
    must("progress", Integer(), PERCENTAGE),
    may("saved_at", MOMENT),
    may("ended_at", MOMENT),
    may("completed_by", IDENTIFIER),
    may("completed_in", Choice(Language)),
    # No foreign key: submissions refer to assignments, and neither table can be made after the other.
    may("submission_id", IDENTIFIER),
    must("version", Integer(), at_least(1)),
    may("given", AsJson(Given)),
    may("answering", AsJson(Answering)),
    key("id"),
    belongs("clients", "client_id"),
    belongs("dossiers", "dossier_id"),
    belongs("questionnaires", "digest", to=("digest",)),
    belongs("accounts", "completed_by"),
    index("assignments_open", "office_id", "client_id", "dossier_id", where="state = 'open'"),
    index("assignments_due", "office_id", "client_id", "due_on", "assigned_at", "id", where="state = 'open'"),
    index("assignments_dossier", "office_id", "dossier_id", "id"),
    index("assignments_state", "office_id", "state", "id"),
    index("assignments_unseen", "office_id", "assigned_at", "id", where="state = 'open' AND started_at IS NULL"),
)

answer_files = Table(
    "answer_files",
    metadata,
    identifier("office_id"),
    identifier(),
    identifier("assignment_id"),
    identifier("account_id"),
    *file_columns(),
    must("kept_at", MOMENT),
    key("id"),
    belongs("assignments", "assignment_id"),
    belongs("accounts", "account_id"),
    index("answer_files_assignment", "office_id", "assignment_id"),
    index("answer_files_file", "file_key"),
)
