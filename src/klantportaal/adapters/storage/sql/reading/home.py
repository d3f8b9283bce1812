"""The home page: what is new, what waits, and the numbers on its tiles (NW-1, HO-2)."""

from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    FromClause,
    Select,
    Subquery,
    Table,
    Text,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy import type_coerce as as_type

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.actions import OPEN_ACTIONS
from klantportaal.adapters.storage.sql.reading.base import Reader
from klantportaal.adapters.storage.sql.reading.parts import unmarked
from klantportaal.adapters.storage.sql.reading.requests import WAITING_REQUESTS
from klantportaal.adapters.storage.sql.rows import WAITS, Line, waiting_of
from klantportaal.adapters.storage.sql.statements import in_own_dossier, matching, scope, written
from klantportaal.adapters.storage.sql.types import IDENTIFIER, AsJson
from klantportaal.domain.messages import Direction
from klantportaal.domain.offices import IN_PROGRESS
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.requests import RequestState
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import Texts
from klantportaal.ports.reading import (
    LATEST,
    NEWS,
    NEWS_WINDOW,
    WAITING,
    DossierRow,
    HomeCounts,
    HomeNews,
    NewsKind,
    NewsRow,
    WaitingKind,
    WaitingRow,
    home_news,
)

_parties, _dossiers, _documents = schema.dossier_parties, schema.dossiers, schema.documents
_published, _downloads = schema.document_parties, schema.document_downloads
_messages, _reads = schema.messages, schema.message_reads
_assignments, _requests = schema.assignments, schema.requests

_mine = matching(_parties, "office_id", "client_id")
_in_progress = _parties.c.status == IN_PROGRESS
_open_actions = OPEN_ACTIONS.scalar_subquery() + WAITING_REQUESTS.scalar_subquery()
_COUNTS = select(func.count().filter(_in_progress), func.count().filter(~_in_progress), _open_actions).where(_mine)

_DOSSIER, _OLDER = "dossier", "older"
_WAITING_KINDS = frozenset(WaitingKind)
_NEWS_AND_ONE = NEWS + 1
"""One row more than home shows tells whether there is more."""
_account_id = bindparam("account_id", type_=IDENTIFIER)
_NULLS = {
    "title": cast(null(), Text()),
    "subject": cast(null(), AsJson(Texts)),
    "due_on": cast(null(), Date()),
    "status": cast(null(), Text()),
    "step": cast(null(), _dossiers.c.step.type),
    **{column.name: cast(null(), column.type) for column in WAITS},
}


def _its_dossier(table: FromClause) -> ColumnElement[bool]:
    return (_dossiers.c.office_id == table.c.office_id) & (_dossiers.c.id == table.c.dossier_id)


def _itself(table: Table, found: Subquery) -> ColumnElement[bool]:
    return (table.c.office_id == found.c.office_id) & (table.c.id == found.c.id)


def _unmarked(
    table: Table, id: Column[Any], marks: Table, thing: str, *conditions: ColumnElement[bool], most: int
) -> Subquery:
    """Select the newest things of the client that the account did not mark, by their ids.

    Only the client's newest things are looked at, in an index, so that the cost does not grow with what a client has.
    A former party still has its messages, so the row of the party is looked up too.
    """
    newest = (
        select(table.c.office_id, table.c.client_id, table.c.dossier_id, id.label("id"))
        .where(matching(table, "office_id", "client_id"), *conditions)
        .order_by(id.desc())
        .limit(NEWS_WINDOW)
        .subquery("newest")
    )
    return (
        select(newest)
        .join(_parties, in_own_dossier(newest))
        .where(unmarked(marks, newest, thing, newest.c.id, _account_id))
        .order_by(newest.c.id.desc())
        .limit(most)
        .subquery("unread")
    )


def _older(table: Table, id: Column[Any], *conditions: ColumnElement[bool]) -> Subquery:
    """Select the newest thing of the client that is not looked at, by its id. An index gives it."""
    return (
        select(table.c.office_id, table.c.dossier_id, id.label("id"))
        .where(matching(table, "office_id", "client_id"), *conditions)
        .order_by(id.desc())
        .limit(1)
        .offset(NEWS_WINDOW)
        .subquery("older")
    )


_unread_documents = _unmarked(
    _published, _published.c.document_id, _downloads, "document_id", _published.c.available, most=NEWS_WINDOW
)
# A document that waited in quarantine is newer than its id.
_new_documents = (
    select(_unread_documents)
    .join(_documents, _itself(_documents, _unread_documents))
    .order_by(_documents.c.published_at.desc(), _documents.c.id.desc())
    .limit(_NEWS_AND_ONE)
    .subquery("page")
)
_is_inbound = (_messages.c.direction == written(Direction.INBOUND)) & _messages.c.taken_back_at.is_(None)
_new_messages = _unmarked(_messages, _messages.c.id, _reads, "message_id", _is_inbound, most=_NEWS_AND_ONE)
_older_things = (
    _older(_published, _published.c.document_id, _published.c.available),
    _older(_messages, _messages.c.id, _is_inbound),
)


def _waiting(table: Table, asked_at: Column[Any], *conditions: ColumnElement[bool]) -> Subquery:
    """Select what waits for the client, with the earliest due dates first. An index gives it in this order."""
    return (
        select(table.c.office_id, table.c.dossier_id, table.c.id, table.c.subject, table.c.due_on, asked_at.label("at"))
        .join_from(table, _parties, in_own_dossier(table))
        .where(matching(table, "office_id", "client_id"), *conditions)
        .order_by(table.c.due_on, asked_at, table.c.id)
        .limit(WAITING)
        .subquery("waiting")
    )


_is_open = _assignments.c.state == written(AssignmentState.OPEN)
_is_waiting = _requests.c.state == written(RequestState.WAITING)
# What has a due date, and what has none: databases differ in where an index has those without.
_waiting_things = tuple(
    (kind, _waiting(table, asked_at, is_open, has_date))
    for kind, table, asked_at, is_open in (
        (WaitingKind.QUESTIONNAIRE, _assignments, _assignments.c.assigned_at, _is_open),
        (WaitingKind.REQUEST, _requests, _requests.c.made_at, _is_waiting),
    )
    for has_date in (table.c.due_on.is_not(None), table.c.due_on.is_(None))
)
_latest = (
    select(_parties.c.office_id, _parties.c.client_id, _parties.c.dossier_id, _parties.c.changed_at)
    .where(_mine)
    .order_by(_parties.c.changed_at.desc(), _parties.c.dossier_id.desc())
    .limit(LATEST)
    .subquery("latest")
)


def _rows(kind: ColumnElement[Any], id: ColumnElement[Any], at: ColumnElement[Any], **more: Any) -> Select[Any]:
    """Select rows of one kind, in the columns that all kinds have."""
    columns = {**_NULLS, **more}
    return select(
        kind.label("kind"), id.label("id"), _dossiers.c.id, _dossiers.c.number, at.label("at"), *columns.values()
    )


_NEWS = union_all(
    _rows(as_type(_documents.c.kind, Text()), _documents.c.id, _documents.c.published_at, title=_documents.c.title)
    .join_from(_new_documents, _dossiers, _its_dossier(_new_documents))
    .join(_documents, _itself(_documents, _new_documents)),
    _rows(literal(NewsKind.MESSAGE.value), _messages.c.id, _messages.c.sent_at, title=_messages.c.subject)
    .join_from(_new_messages, _dossiers, _its_dossier(_new_messages))
    .join(_messages, _itself(_messages, _new_messages)),
    *(
        _rows(
            literal(kind.value), waiting.c.id, waiting.c.at, subject=waiting.c.subject, due_on=waiting.c.due_on
        ).join_from(waiting, _dossiers, _its_dossier(waiting))
        for kind, waiting in _waiting_things
    ),
    _rows(
        literal(_DOSSIER),
        _latest.c.dossier_id,
        _latest.c.changed_at,
        title=_dossiers.c.description,
        status=_dossiers.c.status,
        step=_dossiers.c.step,
        **{column.name: column for column in WAITS},
    )
    .join_from(_latest, _dossiers, _its_dossier(_latest))
    .join(_parties, in_own_dossier(_latest)),
    *(
        _rows(literal(_OLDER), each.c.id, cast(null(), _messages.c.sent_at.type)).join_from(
            each, _dossiers, _its_dossier(each)
        )
        for each in _older_things
    ),
)


class HomeReading(Reader):
    """Reads the home page."""

    def home(self, actor: Actor) -> HomeCounts:
        """Count what the tiles show, in one statement."""
        mine = {"office_id": actor.office_id, "client_id": actor.client_id}
        in_progress, other, open_actions = self._one(_COUNTS, mine, "client")
        return HomeCounts(in_progress=in_progress, other=other, open_actions=open_actions)

    def news(self, actor: Actor) -> HomeNews:
        """Return what is new, what waits and the latest dossiers, in one statement."""
        unread: list[NewsRow] = []
        waiting: list[WaitingRow] = []
        latest: list[DossierRow] = []
        older = False
        for row in self._all(_NEWS, scope(actor)):
            if row[0] == _DOSSIER:
                latest.append(_latest_row(row))
            elif row[0] == _OLDER:
                older = True
            elif row[0] in _WAITING_KINDS:
                waiting.append(_waiting_row(row))
            else:
                unread.append(_news_row(row))
        return home_news(unread, waiting, latest, older=older)


def _news_row(row: Line) -> NewsRow:
    kind, id, dossier_id, number, at, title, *_rest = row
    return NewsRow(kind=NewsKind(kind), id=id, dossier_id=dossier_id, dossier_number=number, title=title, at=at)


def _waiting_row(row: Line) -> WaitingRow:
    kind, id, dossier_id, number, at, _title, subject, due_on, *_rest = row
    return WaitingRow(
        kind=WaitingKind(kind),
        id=id,
        dossier_id=dossier_id,
        dossier_number=number,
        subject=subject,
        asked_at=at,
        due_on=due_on,
    )


def _latest_row(row: Line) -> DossierRow:
    _kind, id, _dossier_id, number, at, description, _subject, _due_on, status, step, *waits = row
    return DossierRow(
        id=id,
        number=number,
        description=description,
        status=status,
        changed_at=at,
        step=step,
        waiting=waiting_of(waits),
    )
