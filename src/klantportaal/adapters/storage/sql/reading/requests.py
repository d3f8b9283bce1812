"""Requests for documents, as the client and the office see them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader, after_action, after_id, by_due_date, newer_than
from klantportaal.adapters.storage.sql.reading.parts import (
    DOSSIER_ROW,
    PARTY_DOSSIER_ROW,
    REQUEST_ROWS,
    dossier_row,
    request_row,
)
from klantportaal.adapters.storage.sql.rows import REQUESTS, Line, Record
from klantportaal.adapters.storage.sql.statements import in_own_dossier, matching, scope, written
from klantportaal.domain.requests import RequestState
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.domain.values import DossierId, RequestId, SubmissionId
from klantportaal.ports.reading import PAGE, ActionKey, RequestRow, RequestView

_requests, _parties = schema.requests, schema.dossier_parties
_clients, _dossiers, _submissions = schema.clients, schema.dossiers, schema.submissions
_waiting = matching(_requests, "office_id", "client_id") & (_requests.c.state == written(RequestState.WAITING))
_own = REQUEST_ROWS.join(_parties, in_own_dossier(_requests))
WAITING_REQUESTS = select(func.count()).select_from(_requests.join(_parties, in_own_dossier(_requests))).where(_waiting)
"""The number of requests that wait for the client: parameters ``office_id`` and ``client_id``."""
WAITING_REQUESTS_IN_DOSSIER = (
    select(func.count()).select_from(_requests).where(_waiting, matching(_requests, "dossier_id"))
)
"""The same in one of its dossiers: parameter ``dossier_id`` too."""
_order = (_requests.c.due_on, _requests.c.made_at, _requests.c.id)
_WAITING = by_due_date(_own.where(_waiting), *_order)
_WAITING_IN_DOSSIER = by_due_date(_own.where(_waiting, matching(_requests, "dossier_id")), *_order)
_delivered = matching(_requests, "office_id", "client_id") & (_requests.c.state == written(RequestState.DELIVERED))
_DELIVERED_BY_CLIENT = (
    _own.where(_delivered, newer_than(_requests.c.made_at, _requests.c.id))
    .order_by(_requests.c.made_at, _requests.c.id)
    .limit(bindparam("size"))
)


def _page(rows: Select[tuple[Any, ...]], *conditions: ColumnElement[bool]) -> Select[tuple[Any, ...]]:
    return (
        rows.where(matching(_requests, "office_id"), *conditions, _requests.c.id < bindparam("after"))
        .order_by(_requests.c.id.desc())
        .limit(bindparam("size"))
    )


_IN_DOSSIER = _page(_own, matching(_requests, "client_id", "dossier_id"))
_in_dossier, _in_state = matching(_requests, "dossier_id"), matching(_requests, "state")
_OFFICE = {
    (False, False): _page(REQUEST_ROWS),
    (False, True): _page(REQUEST_ROWS, _in_state),
    (True, False): _page(REQUEST_ROWS, _in_dossier),
    (True, True): _page(REQUEST_ROWS, _in_dossier, _in_state),
}
"""By whether a dossier is asked for, and whether a state is."""
# Written into the statement: the partial index is not used for a parameter.
_DELIVERED = _page(REQUEST_ROWS, _requests.c.delivered > literal_column("0"))
_its_dossier = (_dossiers.c.office_id == _requests.c.office_id) & (_dossiers.c.id == _requests.c.dossier_id)
_its_client = (_clients.c.office_id == _requests.c.office_id) & (_clients.c.id == _requests.c.client_id)


def _view_of(dossier: Sequence[ColumnElement[Any]]) -> Select[tuple[Any, ...]]:
    """Select one request, with the columns of its dossier."""
    return (
        select(*REQUESTS.columns, *dossier, _clients.c.name)
        .join_from(_requests, _dossiers, _its_dossier)
        .join(_clients, _its_client)
        .where(matching(_requests, "office_id", "id"))
    )


_held = schema.quarantine
_HELD = (
    select(_submissions.c.id, _held.c.state)
    .join_from(
        _submissions,
        _held,
        (_held.c.office_id == _submissions.c.office_id) & (_held.c.file_key == _submissions.c.file_key),
    )
    .where(matching(_submissions, "office_id", "request_id"))
)
_VIEW = _view_of(DOSSIER_ROW)
_OWN_VIEW = (
    _view_of(PARTY_DOSSIER_ROW).join(_parties, in_own_dossier(_requests)).where(matching(_requests, "client_id"))
)

_ITS_REQUEST = select(_submissions.c.request_id).where(matching(_submissions, "office_id", "id"))


class RequestReading(Reader):
    """Reads requests for documents."""

    def waiting_requests(
        self,
        actor: Actor,
        dossier_id: DossierId | None = None,
        *,
        after: ActionKey | None = None,
        size: int = PAGE,
    ) -> Sequence[RequestRow]:
        """Return the requests that wait for the client, by due date."""
        page = scope(actor, **after_action(after), size=size)
        if dossier_id is None:
            rows = self._all(_WAITING, page)
        else:
            rows = self._all(_WAITING_IN_DOSSIER, page | {"dossier_id": dossier_id})
        return sorted(map(request_row, rows), key=lambda request: request.key.order)[:size]

    def delivered_requests(
        self, actor: Actor, *, after: ActionKey | None = None, size: int = PAGE
    ) -> Sequence[RequestRow]:
        """Return the requests that wait for the office alone, oldest first."""
        page = scope(actor, **after_action(after), size=size)
        return [request_row(row) for row in self._all(_DELIVERED_BY_CLIENT, page)]

    def requests(
        self, actor: Actor, dossier_id: DossierId, *, after: RequestId | None = None, size: int = PAGE
    ) -> Sequence[RequestRow]:
        """Return the client's requests in a dossier, newest first."""
        page = scope(actor, dossier_id=dossier_id, after=after_id(after), size=size)
        return [request_row(row) for row in self._all(_IN_DOSSIER, page)]

    def request(self, actor: Actor, request_id: RequestId) -> RequestView:
        """Return a request to the client in a dossier it is a party to, in whatever state.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return self._view(self._one(_OWN_VIEW, scope(actor, id=request_id), "request"))

    def office_requests(
        self,
        actor: OfficeActor,
        *,
        dossier_id: DossierId | None = None,
        state: RequestState | None = None,
        after: RequestId | None = None,
        size: int = PAGE,
    ) -> Sequence[RequestRow]:
        """Return requests, newest first."""
        asked: Record = {"office_id": actor.office_id, "after": after_id(after), "size": size}
        if dossier_id is not None:
            asked["dossier_id"] = dossier_id
        if state is not None:
            asked["state"] = state
        rows = self._all(_OFFICE[dossier_id is not None, state is not None], asked)
        return [request_row(row) for row in rows]

    def office_delivered_requests(
        self, actor: OfficeActor, *, after: RequestId | None = None, size: int = PAGE
    ) -> Sequence[RequestRow]:
        """Return the requests with an item that waits for the office, newest first."""
        page = {"office_id": actor.office_id, "after": after_id(after), "size": size}
        return [request_row(row) for row in self._all(_DELIVERED, page)]

    def office_request(self, actor: OfficeActor, request_id: RequestId) -> RequestView:
        """Return a request.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return self._view(self._one(_VIEW, {"office_id": actor.office_id, "id": request_id}, "request"))

    def office_submission_request(self, actor: OfficeActor, submission_id: SubmissionId) -> RequestId | None:
        """Return the request that a submission answers.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        row = self._one(_ITS_REQUEST, {"office_id": actor.office_id, "id": submission_id}, "delivered file")
        return None if row[0] is None else RequestId(row[0])

    def _view(self, row: Line) -> RequestView:
        """Make a view, with the states of its files in quarantine, if any file was delivered."""
        *dossier, client_name = row[REQUESTS.width :]
        request = REQUESTS.value(row)
        held: Sequence[Line] = ()
        if any(delivery.files for item in request.items for delivery in item.deliveries):
            held = self._all(_HELD, {"office_id": request.office_id, "request_id": request.id})
        return RequestView(
            request=request,
            dossier=dossier_row(dossier),
            client_name=client_name,
            quarantine={SubmissionId(id): state for id, state in held},
        )
