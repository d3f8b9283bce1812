"""Rows that clients and offices both read."""

from collections.abc import Callable
from typing import TypeVar

import attrs
from sqlalchemy import select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.rows import Line
from klantportaal.ports.reading import DossierRow, SubmissionRow

View = TypeVar("View", bound=attrs.AttrsInstance)

_dossiers = schema.dossiers
DOSSIER_ROW = (_dossiers.c.id, _dossiers.c.number, _dossiers.c.description, _dossiers.c.status, _dossiers.c.changed_at)
"""What `dossier_row` is made of."""

_submissions, _accounts = schema.submissions, schema.accounts
_account = (_accounts.c.office_id == _submissions.c.office_id) & (_accounts.c.id == _submissions.c.account_id)
SUBMISSION_ROWS = select(
    _submissions.c.id,
    _submissions.c.kind,
    _submissions.c.file_name,
    _submissions.c.file_size,
    _submissions.c.delivered_at,
    _accounts.c.name,
    _submissions.c.message_id,
).join_from(_submissions, _accounts, _account)
"""What `submission_row` is made of."""


def by_position(cls: type[View]) -> Callable[[Line], View]:
    """Make what turns a row into a view whose fields it has selected, in their order."""
    names = tuple(field.name for field in attrs.fields(cls))

    def view(row: Line) -> View:
        return cls(**dict(zip(names, row, strict=True)))

    return view


def dossier_row(row: Line) -> DossierRow:
    """Make a row of a list of dossiers; spelled out, as a page has many."""
    id, number, description, status, changed_at = row
    return DossierRow(id=id, number=number, description=description, status=status, changed_at=changed_at)


submission_row = by_position(SubmissionRow)
