"""Columns and rows that several reads share."""

from collections.abc import Callable
from typing import Any, TypeVar

import attrs
from sqlalchemy import ColumnElement, FromClause, ScalarSelect, Table, case, exists, func, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.rows import Line
from klantportaal.domain.outgoing import UNDELIVERED, TaskState
from klantportaal.ports.reading import AssignmentRow, DossierRow, RequestRow, SubmissionRow

View = TypeVar("View", bound=attrs.AttrsInstance)

_dossiers = schema.dossiers
DOSSIER_ROW = (_dossiers.c.id, _dossiers.c.number, _dossiers.c.description, _dossiers.c.status, _dossiers.c.changed_at)
"""The columns of `dossier_row`, as the office sees a dossier."""
PARTY_DOSSIER_ROW = (*DOSSIER_ROW[:-1], schema.dossier_parties.c.changed_at)
"""The columns of `dossier_row`, as a party sees a dossier: with the last change that it can see (DO-2)."""

_submissions, _accounts = schema.submissions, schema.accounts
_account = (_accounts.c.office_id == _submissions.c.office_id) & (_accounts.c.id == _submissions.c.account_id)
_held, _receipts = schema.quarantine, schema.receipts


def in_quarantine(table: Table) -> ScalarSelect[Any]:
    """Select the state in quarantine of the file of a row; NULL if it can be read."""
    return (
        select(_held.c.state)
        .where(_held.c.office_id == table.c.office_id, _held.c.file_key == table.c.file_key)
        .scalar_subquery()
    )


def _its_receipt() -> ScalarSelect[Any]:
    """Select the receipt of the delivery of a submission. Its id is that of what was delivered."""
    delivered = func.coalesce(_submissions.c.message_id, _submissions.c.delivery_id, _submissions.c.assignment_id)
    return (
        select(_receipts.c.id)
        .where(_receipts.c.office_id == _submissions.c.office_id, _receipts.c.id == delivered)
        .scalar_subquery()
    )


SUBMISSION_ROWS = select(
    _submissions.c.id,
    _submissions.c.kind,
    _submissions.c.file_name,
    _submissions.c.file_size,
    _submissions.c.delivered_at,
    _accounts.c.name,
    _submissions.c.client_id,
    _submissions.c.message_id,
    _submissions.c.assignment_id,
    _submissions.c.request_id,
    _submissions.c.item_id,
    _submissions.c.request_subject,
    _submissions.c.item_title,
    _submissions.c.question_label,
    _submissions.c.row_name,
    in_quarantine(_submissions),
    _its_receipt(),
).join_from(_submissions, _accounts, _account)
"""The rows of `submission_row`."""

HAS_TWO_STEP = exists(
    select(schema.two_steps.c.person_id).where(
        schema.two_steps.c.office_id == _accounts.c.office_id, schema.two_steps.c.person_id == _accounts.c.person_id
    )
)
"""Whether the person of an account has two-step verification on."""

_assignments, _clients, _persons = schema.assignments, schema.clients, schema.persons
ITS_PERSON = (_persons.c.office_id == _accounts.c.office_id) & (_persons.c.id == _accounts.c.person_id)
"""Join the person of an account."""
ITS_CLIENT = (_clients.c.office_id == _accounts.c.office_id) & (_clients.c.id == _accounts.c.client_id)
"""Join the client of an account."""
ASSIGNMENT_ROWS = (
    select(
        _assignments.c.id,
        _assignments.c.client_id,
        _clients.c.name,
        _assignments.c.dossier_id,
        _dossiers.c.number,
        _assignments.c.questionnaire,
        _assignments.c.revision,
        _assignments.c.digest,
        _assignments.c.subject,
        _assignments.c.state,
        _assignments.c.assigned_at,
        _assignments.c.assigned_by,
        _assignments.c.due_on,
        _assignments.c.started_at,
        _assignments.c.saved_at,
        _assignments.c.progress,
        _assignments.c.ended_at,
        _assignments.c.submission_id,
    )
    .join_from(
        _assignments,
        _clients,
        (_clients.c.office_id == _assignments.c.office_id) & (_clients.c.id == _assignments.c.client_id),
    )
    .join(
        _dossiers, (_dossiers.c.office_id == _assignments.c.office_id) & (_dossiers.c.id == _assignments.c.dossier_id)
    )
)
"""The rows of `assignment_row`."""

_requests = schema.requests
REQUEST_ROWS = (
    select(
        _requests.c.id,
        _requests.c.client_id,
        _clients.c.name,
        _requests.c.dossier_id,
        _dossiers.c.number,
        _dossiers.c.description,
        _requests.c.subject,
        _requests.c.made_at,
        _requests.c.made_by,
        _requests.c.state,
        _requests.c.total,
        _requests.c.waiting,
        _requests.c.delivered,
        _requests.c.due_on,
        _requests.c.reminded_at,
    )
    .join_from(
        _requests, _clients, (_clients.c.office_id == _requests.c.office_id) & (_clients.c.id == _requests.c.client_id)
    )
    .join(_dossiers, (_dossiers.c.office_id == _requests.c.office_id) & (_dossiers.c.id == _requests.c.dossier_id))
)
"""The rows of `request_row`."""

_settled = schema.tasks.alias("settled")
_is_refused = _settled.c.state.in_(sorted(UNDELIVERED))


def _of_newest(refused: ColumnElement[bool]) -> ScalarSelect[Any]:
    """Select the problem of the newest settled mail to the person of an account, if a condition holds for it."""
    return (
        select(case((refused, _settled.c.problem)))
        .where(
            _settled.c.office_id == _accounts.c.office_id,
            _settled.c.person_id == _accounts.c.person_id,
            _settled.c.state != TaskState.WAITING,
        )
        .order_by(_settled.c.made_at.desc(), _settled.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


NEWEST_PROBLEM = _of_newest(_is_refused)
"""The answer of the mail server, if the newest settled mail to the person of an account was refused or bounced."""
PROBLEM_SINCE_MADE = _of_newest(_is_refused & (_settled.c.made_at >= _accounts.c.made_at))
"""The same, if that mail is not older than the account. An older one would tell that the person has others (PE-2)."""


def unmarked(
    marks: Table, table: FromClause, thing: str, id: ColumnElement[Any], account_id: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Require that an account has not marked a thing. A scalar subquery: an anti-join may be quadratic on PostgreSQL.

    Args:
        marks: the marks of accounts.
        table: the things, each in a dossier.
        thing: the column of *marks* with the id of the thing.
        id: the column of *table* with the id.
        account_id: the account, a column or a parameter.
    """
    mark = select(marks.c.account_id).where(
        marks.c.office_id == table.c.office_id,
        marks.c.dossier_id == table.c.dossier_id,
        marks.c.account_id == account_id,
        marks.c[thing] == id,
    )
    return mark.correlate_except(marks).scalar_subquery().is_(None)


def by_position(cls: type[View]) -> Callable[[Line], View]:
    """Make a function that turns a row into a view. The row has the fields of the view, in their order."""
    names = tuple(field.name for field in attrs.fields(cls))

    def view(row: Line) -> View:
        return cls(**dict(zip(names, row, strict=True)))

    return view


def dossier_row(row: Line) -> DossierRow:
    """Make a row of a list of dossiers. Spelled out for speed: a page has many."""
    id, number, description, status, changed_at = row
    return DossierRow(id=id, number=number, description=description, status=status, changed_at=changed_at)


submission_row = by_position(SubmissionRow)
assignment_row = by_position(AssignmentRow)
request_row = by_position(RequestRow)
