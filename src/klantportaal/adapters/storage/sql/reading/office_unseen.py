"""What no account of a party has opened, as the office sees it (RM-1)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    bindparam,
    func,
    literal_column,
    null,
    select,
    tuple_,
    type_coerce,
    union_all,
)

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader, newer_than
from klantportaal.adapters.storage.sql.rows import Line, Record
from klantportaal.adapters.storage.sql.statements import in_own_dossier, is_party, matching, open_client, written
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT, AsJson, Choice
from klantportaal.domain.messages import Direction
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.requests import RequestState
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.unseen import UnseenCount, UnseenKind
from klantportaal.domain.values import ClientId, DossierId, Language, Texts
from klantportaal.ports.reading import PAGE, UnseenKey, UnseenRow

_documents, _published = schema.documents, schema.document_parties
_messages, _requests, _assignments = schema.messages, schema.requests, schema.assignments
_parties, _dossiers, _clients = schema.dossier_parties, schema.dossiers, schema.clients
_PARTY = ("office_id", "client_id", "dossier_id")
# A first page starts after a key that no row is after, so first and later pages are one statement.
_LEAST = UUID(int=0)
_FIRST = UnseenKey(since=datetime(1970, 1, 1, tzinfo=UTC), id=_LEAST, client_id=ClientId(_LEAST))
_after = tuple_(
    bindparam("after_moment", type_=MOMENT),
    bindparam("after_id", type_=IDENTIFIER),
    bindparam("after_client", type_=IDENTIFIER),
)
# Written into the statements: partial indexes are not used for parameters.
_unseen_documents = _published.c.available & (_published.c.readers == literal_column("0"))
_unseen_messages = (
    (_messages.c.direction == written(Direction.INBOUND))
    & _messages.c.taken_back_at.is_(None)
    & _messages.c.read_at.is_(None)
)
_unseen_requests = (_requests.c.state == written(RequestState.WAITING)) & _requests.c.seen_at.is_(None)
_unseen_assignments = (_assignments.c.state == written(AssignmentState.OPEN)) & _assignments.c.started_at.is_(None)
_document_kind = type_coerce(_published.c.kind, Choice(UnseenKind)).label("kind")
_message_kind, _request_kind, _questionnaire_kind = (
    type_coerce(literal_column(f"'{kind}'"), Choice(UnseenKind)).label("kind")
    for kind in (UnseenKind.MESSAGE, UnseenKind.REQUEST, UnseenKind.QUESTIONNAIRE)
)


_NOTHING: ColumnElement[Any] = null()


def _oldest(
    table: Any,
    kind: ColumnElement[Any],
    id: ColumnElement[Any],
    since: ColumnElement[Any],
    *,
    title: ColumnElement[Any] = _NOTHING,
    subject: ColumnElement[Any] = _NOTHING,
) -> Select[Any]:
    """Select the oldest rows of one table. An index gives them."""
    return (
        select(
            table.c.office_id,
            kind,
            id.label("id"),
            table.c.dossier_id,
            table.c.client_id,
            _clients.c.name.label("client_name"),
            type_coerce(title, Text()).label("title"),
            type_coerce(subject, AsJson(Texts)).label("subject"),
            since.label("since"),
        )
        .join_from(table, _clients, open_client(table))
        .where(matching(table, "office_id"), since <= bindparam("until", type_=MOMENT))
        .order_by(since, id)
        .limit(bindparam("size"))
    )


_its_document = (_documents.c.office_id == _published.c.office_id) & (_documents.c.id == _published.c.document_id)
_KINDS = (
    _oldest(_published, _document_kind, _published.c.document_id, _published.c.published_at, title=_documents.c.title)
    .join(_documents, _its_document)
    .where(
        _unseen_documents,
        tuple_(_published.c.published_at, _published.c.document_id, _published.c.client_id) > _after,
    )
    .order_by(_published.c.client_id),
    _oldest(_messages, _message_kind, _messages.c.id, _messages.c.sent_at, title=_messages.c.subject)
    .join(_parties, in_own_dossier(_messages))
    .where(_unseen_messages, newer_than(_messages.c.sent_at, _messages.c.id)),
    _oldest(_requests, _request_kind, _requests.c.id, _requests.c.made_at, subject=_requests.c.subject)
    .join(_parties, in_own_dossier(_requests))
    .where(_unseen_requests, newer_than(_requests.c.made_at, _requests.c.id)),
    _oldest(
        _assignments,
        _questionnaire_kind,
        _assignments.c.id,
        _assignments.c.assigned_at,
        subject=_assignments.c.subject,
    )
    .join(_parties, in_own_dossier(_assignments))
    .where(_unseen_assignments, newer_than(_assignments.c.assigned_at, _assignments.c.id)),
)
_all = union_all(*(select(each.subquery(f"unseen_{number}")) for number, each in enumerate(_KINDS))).subquery("unseen")
_in_order = (_all.c.since, _all.c.id, _all.c.client_id)
_page = select(_all).order_by(*_in_order).limit(bindparam("size")).subquery("page")
_its_dossier = (_dossiers.c.office_id == _page.c.office_id) & (_dossiers.c.id == _page.c.dossier_id)
_UNSEEN = (
    select(
        _page.c.kind,
        _page.c.id,
        _page.c.dossier_id,
        _dossiers.c.number,
        _page.c.client_id,
        _page.c.client_name,
        _page.c.title,
        _page.c.subject,
        _page.c.since,
    )
    .join_from(_page, _dossiers, _its_dossier)
    .order_by(_page.c.since, _page.c.id, _page.c.client_id)
)


def _counted(table: Any, kind: ColumnElement[Any], since: ColumnElement[Any]) -> Select[Any]:
    return select(kind, func.count().label("number"), func.min(since).label("since")).where(matching(table, *_PARTY))


_COUNTS = union_all(
    _counted(_published, _document_kind, _published.c.published_at)
    .where(_unseen_documents)
    .group_by(_published.c.kind),
    _counted(_messages, _message_kind, _messages.c.sent_at).where(_unseen_messages, is_party()),
    _counted(_requests, _request_kind, _requests.c.made_at).where(_unseen_requests, is_party()),
    _counted(_assignments, _questionnaire_kind, _assignments.c.assigned_at).where(_unseen_assignments, is_party()),
)


class OfficeUnseenReading(Reader):
    """Reads what nobody has opened."""

    def office_unseen(
        self, actor: OfficeActor, *, until: datetime, after: UnseenKey | None = None, size: int = PAGE
    ) -> Sequence[UnseenRow]:
        """Return what no account of a party has opened: by time, then by id, then by client."""
        key = after or _FIRST
        page: Record = {
            "office_id": actor.office_id,
            "until": until,
            "after_moment": key.since,
            "after_id": key.id,
            "after_client": key.client_id,
            "size": size,
        }
        return [_row(row) for row in self._all(_UNSEEN, page)]

    def office_unseen_of(self, actor: OfficeActor, dossier_id: DossierId, client_id: ClientId) -> Sequence[UnseenCount]:
        """Return how much a party has not opened in a dossier, by kind."""
        party = {"office_id": actor.office_id, "dossier_id": dossier_id, "client_id": client_id}
        found = {
            kind: UnseenCount(kind=kind, count=count, since=since)
            for kind, count, since in self._all(_COUNTS, party)
            if count
        }
        return [found[kind] for kind in UnseenKind if kind in found]


def _row(row: Line) -> UnseenRow:
    kind, id, dossier_id, number, client_id, client_name, title, subject, since = row
    titles: Texts = subject or dict.fromkeys(Language, str(title))
    return UnseenRow(
        kind=kind,
        id=id,
        dossier_id=dossier_id,
        dossier_number=number,
        client_id=client_id,
        client_name=client_name,
        title=titles,
        since=since,
    )
