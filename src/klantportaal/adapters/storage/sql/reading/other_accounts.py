"""The other accounts of a person, and what waits under each (PE-3)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, Table, bindparam, exists, func, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader
from klantportaal.adapters.storage.sql.reading.parts import by_position, unmarked
from klantportaal.adapters.storage.sql.statements import in_own_dossier, matching, scope, written
from klantportaal.domain.accounts import OPEN
from klantportaal.domain.messages import Direction
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.requests import RequestState
from klantportaal.domain.sessions import Actor
from klantportaal.ports.reading import OtherAccount

_accounts, _sessions, _parties = schema.accounts, schema.sessions, schema.dossier_parties
_others, _theirs = schema.accounts.alias("others"), schema.clients.alias("theirs")
_in_use = (
    (_theirs.c.office_id == _others.c.office_id)
    & (_theirs.c.id == _others.c.client_id)
    & _theirs.c.closed_at.is_(None)
    & _others.c.state.in_([written(state) for state in OPEN])
)
HAS_OTHERS = exists(
    select(_others.c.id)
    .join_from(_others, _theirs, _in_use)
    .where(
        _others.c.office_id == _sessions.c.office_id,
        _others.c.person_id == _sessions.c.person_id,
        _others.c.id != _sessions.c.account_id,
    )
    .correlate(_sessions)
)
"""Whether the person of a session has other open accounts, besides the one that the session acts for."""

_published, _downloads = schema.document_parties, schema.document_downloads
_messages, _reads = schema.messages, schema.message_reads
_assignments, _requests = schema.assignments, schema.requests


def _of_client(table: Table) -> ColumnElement[bool]:
    """Limit the rows of a table to the client of an account."""
    return (table.c.office_id == _others.c.office_id) & (table.c.client_id == _others.c.client_id)


_undownloaded = (
    select(func.count())
    .select_from(_published)
    .where(
        _of_client(_published),
        _published.c.available,
        unmarked(_downloads, _published, "document_id", _published.c.document_id, _others.c.id),
    )
)
_unread = (
    select(func.count())
    .select_from(_messages.join(_parties, in_own_dossier(_messages)))
    .where(
        _of_client(_messages),
        _messages.c.direction == written(Direction.INBOUND),
        unmarked(_reads, _messages, "message_id", _messages.c.id, _others.c.id),
        _messages.c.taken_back_at.is_(None),
    )
)
_open_actions = (
    select(func.count())
    .select_from(_assignments.join(_parties, in_own_dossier(_assignments)))
    .where(_of_client(_assignments), _assignments.c.state == written(AssignmentState.OPEN))
)
_waiting_requests = (
    select(func.count())
    .select_from(_requests.join(_parties, in_own_dossier(_requests)))
    .where(_of_client(_requests), _requests.c.state == written(RequestState.WAITING))
)


def _per_account(count: Select[Any]) -> ScalarSelect[int]:
    return count.correlate(_others).scalar_subquery()


_OTHERS = (
    select(
        _others.c.id,
        _theirs.c.name,
        _others.c.name,
        _per_account(_undownloaded) + _per_account(_unread),
        _per_account(_open_actions) + _per_account(_waiting_requests),
    )
    .join_from(_others, _theirs, _in_use)
    .where(matching(_others, "office_id", "person_id"), _others.c.id != bindparam("account_id"))
)
_row = by_position(OtherAccount)


class OtherAccountReading(Reader):
    """Reads the other accounts of a person."""

    def other_accounts(self, actor: Actor) -> Sequence[OtherAccount]:
        """Return the other open accounts of the actor's person, by the name of the client; one statement."""
        rows = map(_row, self._all(_OTHERS, scope(actor)))
        return sorted(rows, key=lambda row: (row.client_name.casefold(), row.account_id))
