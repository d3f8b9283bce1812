"""Questionnaires: what offices publish, how far clients are, and the files that are answers.

The first version made the table ``assignments`` before there was any way to assign a questionnaire: whatever stands in
it is of no use to anybody, so it is dropped and made anew.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables, each after those it refers to, and let a delivery name the questionnaire it belongs to."""
    op.drop_table("assignments")
    _questionnaires()
    _assignments()
    _answer_files()
    # SQLite cannot give a table that stands another reference: there it is copied.
    with op.batch_alter_table("submissions") as submissions:
        submissions.add_column(sa.Column("assignment_id", IDENTIFIER, nullable=True))
        submissions.create_foreign_key(
            "submissions_office_id_assignment_id_fk",
            "assignments",
            ["office_id", "assignment_id"],
            ["office_id", "id"],
        )


def _must(type_: TypeEngine[Any], *names: str) -> Iterator[sa.Column[Any]]:
    return (sa.Column(name, type_, nullable=False) for name in names)


def _may(type_: TypeEngine[Any], *names: str) -> Iterator[sa.Column[Any]]:
    return (sa.Column(name, type_, nullable=True) for name in names)


def _belongs(table: str, column: str, *, to: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["office_id", column], [f"{table}.office_id", f"{table}.{to}"])


def _questionnaires() -> None:
    op.create_table(
        "questionnaires",
        *_must(IDENTIFIER, "office_id"),
        *_must(sa.Text(), "digest", "questionnaire"),
        *_must(sa.Integer(), "revision"),
        *_must(sa.Text(), "titles"),
        *_must(MOMENT, "published_at"),
        *_must(sa.Text(), "published_by", "document"),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="questionnaires_office_id_fk"),
        sa.PrimaryKeyConstraint("office_id", "digest", name="questionnaires_pk"),
    )
    op.create_index(
        "questionnaires_revision", "questionnaires", ["office_id", "questionnaire", "revision"], unique=True
    )


def _assignments() -> None:
    op.create_table(
        "assignments",
        *_must(IDENTIFIER, "office_id", "id", "client_id", "dossier_id"),
        *_must(sa.Text(), "questionnaire"),
        *_must(sa.Integer(), "revision"),
        *_must(sa.Text(), "digest", "subject"),
        *_must(MOMENT, "assigned_at"),
        *_must(sa.Text(), "assigned_by"),
        *_may(sa.Date(), "due_on"),
        *_must(sa.Text(), "state"),
        *_may(MOMENT, "started_at"),
        *_must(sa.Integer(), "progress"),
        *_may(MOMENT, "saved_at", "ended_at"),
        *_may(IDENTIFIER, "completed_by"),
        *_may(sa.Text(), "completed_in"),
        *_may(IDENTIFIER, "submission_id"),
        *_must(sa.Integer(), "version"),
        *_may(sa.Text(), "answering"),
        _belongs("accounts", "completed_by"),
        _belongs("clients", "client_id"),
        _belongs("dossiers", "dossier_id"),
        _belongs("questionnaires", "digest", to="digest"),
        sa.PrimaryKeyConstraint("office_id", "id", name="assignments_pk"),
    )
    op.create_index("assignments_dossier", "assignments", ["office_id", "dossier_id", "id"])
    opened = sa.text("state = 'open'")
    op.create_index(
        "assignments_open",
        "assignments",
        ["office_id", "client_id", "dossier_id"],
        sqlite_where=opened,
        postgresql_where=opened,
    )
    op.create_index("assignments_state", "assignments", ["office_id", "state", "id"])


def _answer_files() -> None:
    op.create_table(
        "answer_files",
        *_must(IDENTIFIER, "office_id", "id", "assignment_id", "account_id"),
        *_must(sa.Text(), "file_key", "file_name", "file_media_type"),
        *_must(sa.BigInteger(), "file_size"),
        *_must(sa.LargeBinary(), "file_sha256"),
        *_must(MOMENT, "kept_at"),
        _belongs("accounts", "account_id"),
        _belongs("assignments", "assignment_id"),
        sa.PrimaryKeyConstraint("office_id", "id", name="answer_files_pk"),
    )
    op.create_index("answer_files_assignment", "answer_files", ["office_id", "assignment_id"])
    op.create_index("answer_files_file", "answer_files", ["file_key"])
