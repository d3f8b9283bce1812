"""Requests for documents."""

from sqlalchemy import Update, exists, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import REQUESTS, Record
from klantportaal.adapters.storage.sql.statements import (
    adding,
    change,
    changing,
    in_own_dossier,
    matching,
    scope,
)
from klantportaal.domain.requests import DocumentRequest
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import OfficeId, RequestId

_requests = schema.requests
_REQUEST = select(*REQUESTS.columns).where(matching(_requests, "office_id", "id"))
# Locked until the end, so that two accounts that deliver at once do so one after the other. SQLite has one writer at a
# time, and FOR NO KEY UPDATE is left out.
_LOCKED = _REQUEST.with_for_update(key_share=True, of=_requests)
_VISIBLE = _LOCKED.where(
    matching(_requests, "client_id"),
    exists(select(schema.dossier_parties.c.dossier_id).where(in_own_dossier(_requests))),
)
_ADD = adding(_requests)
_COPIES = ("state", "total", "waiting", "delivered", "due_on", "waiting_since", "delivered_since")
_CHANGING = ("items", "reminded_at", "seen_at", *_COPIES)
_SAVE = changing(_requests, "client_id", "dossier_id", "subject", "made_at", "made_by")
_MARK = _SAVE.values(version=_requests.c.version)


class SqlRequests(Repository):
    """Requests for documents."""

    def add(self, request: DocumentRequest) -> None:
        """Insert a request."""
        self._run(_ADD, _record(request))

    def get(self, office_id: OfficeId, request_id: RequestId) -> DocumentRequest:
        """Return a request.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return REQUESTS.value(self._one(_REQUEST, {"office_id": office_id, "id": request_id}, "request"))

    def take(self, office_id: OfficeId, request_id: RequestId) -> DocumentRequest:
        """Return a request, and lock it.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return REQUESTS.value(self._one(_LOCKED, {"office_id": office_id, "id": request_id}, "request"))

    def visible_to(self, actor: Actor, request_id: RequestId) -> DocumentRequest:
        """Return a request to the actor's client in a dossier it is a party to, and lock it.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return REQUESTS.value(self._one(_VISIBLE, scope(actor, id=request_id), "request"))

    def save(self, request: DocumentRequest) -> None:
        """Save a changed request.

        Raises:
            Conflict: the row has another version.
        """
        self._change(_SAVE, request)

    def mark(self, request: DocumentRequest) -> None:
        """Save that a request was opened, seen or reminded of, with the version that it had.

        Raises:
            Conflict: the row has another version.
        """
        self._change(_MARK, request)

    def _change(self, statement: Update, request: DocumentRequest) -> None:
        record = _record(request)
        change(self._runner, statement, {name: record[name] for name in ("office_id", "id", "version", *_CHANGING)})


def _record(request: DocumentRequest) -> Record:
    """Make the row of a request, with the copies for lists."""
    return {**REQUESTS.record(request), **{name: getattr(request, name) for name in _COPIES}}
