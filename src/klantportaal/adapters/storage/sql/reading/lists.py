"""The client's list of dossiers."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

import attrs
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    ScalarSelect,
    Subquery,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    func,
    null,
    select,
    union_all,
)

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.actions import OPEN_ACTIONS_IN_DOSSIER
from klantportaal.adapters.storage.sql.reading.base import BEFORE_ALL_IDS, BEFORE_ALL_MOMENTS, Reader, older_than
from klantportaal.adapters.storage.sql.reading.parts import DOSSIER_ROW, PARTY_DOSSIER_ROW, dossier_row, unmarked
from klantportaal.adapters.storage.sql.reading.requests import WAITING_REQUESTS_IN_DOSSIER
from klantportaal.adapters.storage.sql.rows import (
    CASE_HANDLERS,
    FILE_FIELDS,
    WAITS,
    Line,
    Record,
    stored_file,
    waiting_of,
)
from klantportaal.adapters.storage.sql.statements import contains, in_own_dossier, matching, sought, storable
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.messages import Direction
from klantportaal.domain.offices import StatusCode
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId
from klantportaal.ports.reading import DossierList, DossierQuery, DossierRow

_parties, _dossiers = schema.dossier_parties, schema.dossiers
_published, _downloads = schema.document_parties, schema.document_downloads
_messages, _reads = schema.messages, schema.message_reads
_mine = matching(_parties, "office_id", "client_id")

# The statuses in use, found by jumping from one to the next in the index: reading all of the client's rows costs forty
# times as much.
_first = select(func.min(_parties.c.status).label("status")).where(_mine).cte("used", recursive=True)
_next = select(func.min(_parties.c.status)).where(_mine, _parties.c.status > _first.c.status).scalar_subquery()
_used = _first.union_all(select(_next).where(_first.c.status.is_not(None)))


@cache
def _listing(slots: int) -> CompoundSelect[Any]:
    """Make the statement that returns a page of dossiers with one of some statuses, and the statuses in use.

    The index alone answers filter, search and paging; only the rows of the page are looked up. A row without an id
    holds a status in use.
    """
    page = (
        select(_parties.c.office_id, _parties.c.client_id, _parties.c.dossier_id, _parties.c.changed_at)
        .where(
            _mine,
            _parties.c.status.in_([bindparam(f"status_{slot}", type_=Text()) for slot in range(slots)]),
            contains(_parties.c.search),
            older_than(_parties.c.changed_at, _parties.c.dossier_id),
        )
        .order_by(_parties.c.changed_at.desc(), _parties.c.dossier_id.desc())
        .limit(bindparam("size"))
        .subquery("page")
    )
    # The row of the party is looked up again, for those of the page only: the index has not all of its columns.
    rows = (
        select(*DOSSIER_ROW[:-1], page.c.changed_at, _unread(page), _dossiers.c.step, *WAITS)
        .join_from(page, _dossiers, (_dossiers.c.office_id == page.c.office_id) & (_dossiers.c.id == page.c.dossier_id))
        .join(_parties, in_own_dossier(page))
    )
    more = (column.type for column in (_dossiers.c.step, *WAITS))
    types: tuple[Any, ...] = (IDENTIFIER, Text(), Text(), MOMENT, Integer(), *more)
    nothing = [cast(null(), type_) for type_ in types]
    in_use = select(*nothing[:3], _used.c.status, *nothing[3:]).where(_used.c.status.is_not(None))
    return union_all(rows, in_use)


def _unread(page: Subquery) -> ColumnElement[int]:
    """Count what an account has not downloaded or read, in each dossier of a page."""
    account_id = bindparam("account_id", type_=IDENTIFIER)
    documents = _published.c.available & unmarked(
        _downloads, _published, "document_id", _published.c.document_id, account_id
    )
    messages = and_(
        _messages.c.direction == Direction.INBOUND,
        _messages.c.taken_back_at.is_(None),
        unmarked(_reads, _messages, "message_id", _messages.c.id, account_id),
    )
    return _count_in(page, _published, documents) + _count_in(page, _messages, messages)


def _count_in(page: Subquery, table: Table, condition: ColumnElement[bool]) -> ScalarSelect[int]:
    """Count the rows of a table that are the client's, for each dossier of a page."""
    itself = and_(*(table.c[column] == page.c[column] for column in ("office_id", "client_id", "dossier_id")))
    return select(func.count()).select_from(table).where(itself, condition).correlate(page).scalar_subquery()


def _slots(statuses: Collection[StatusCode]) -> Record:
    """Fill slots with statuses, and repeat the last one. There are 1, 2, 4, … slots, so few statements are made."""
    asked = sorted(status for status in statuses if storable(status)) or [""]
    slots = 1 << (len(asked) - 1).bit_length()
    return {f"status_{slot}": asked[min(slot, len(asked) - 1)] for slot in range(slots)}


_handlers = schema.case_handlers
_its_dossier = (_dossiers.c.office_id == _parties.c.office_id) & (_dossiers.c.id == _parties.c.dossier_id)
_its_handler = (_handlers.c.office_id == _dossiers.c.office_id) & (_handlers.c.id == _dossiers.c.handler_id)
_opened = matching(_parties, "office_id", "client_id", "dossier_id")
_DOSSIER = (
    select(
        *PARTY_DOSSIER_ROW,
        OPEN_ACTIONS_IN_DOSSIER.scalar_subquery() + WAITING_REQUESTS_IN_DOSSIER.scalar_subquery(),
        *WAITS,
        _dossiers.c.progress,
        *CASE_HANDLERS.columns,
    )
    .join_from(_parties, _dossiers, _its_dossier)
    .outerjoin(_handlers, _its_handler)
    .where(_opened)
)
_PICTURE = (
    select(*(_handlers.c[f"picture_{name}"] for name in FILE_FIELDS))
    .join_from(_parties, _dossiers, _its_dossier)
    .join(_handlers, _its_handler)
    .where(_opened, _handlers.c.picture_key.is_not(None))
)


class ListReading(Reader):
    """Reads the list of dossiers, and one of them."""

    def dossiers(self, actor: Actor, query: DossierQuery) -> DossierList:
        """Return the dossiers that the client is a party to, in one statement."""
        slots = _slots(query.statuses)
        page = {
            "office_id": actor.office_id,
            "client_id": actor.client_id,
            "account_id": actor.account_id,
            "search": sought(query.search),
            "after_moment": query.after.changed_at if query.after else BEFORE_ALL_MOMENTS,
            "after_id": query.after.id if query.after else BEFORE_ALL_IDS,
            "size": query.size + 1,
        }
        found = self._all(_listing(len(slots)), page | slots)
        rows = [_listed(row) for row in found if row[0] is not None]
        rows.sort(key=_newest_change, reverse=True)
        statuses = frozenset(row[3] for row in found if row[0] is None)
        return DossierList(rows=tuple(rows[: query.size]), more=len(rows) > query.size, statuses=statuses)

    def dossier(self, actor: Actor, dossier_id: DossierId) -> DossierRow:
        """Return a dossier with the number of its open actions and its case handler, in one statement."""
        seen = {"office_id": actor.office_id, "client_id": actor.client_id, "dossier_id": dossier_id}
        row = self._one(_DOSSIER, seen, "dossier")
        base, waits = len(PARTY_DOSSIER_ROW), len(PARTY_DOSSIER_ROW) + 1 + len(WAITS)
        progress, *handler = row[waits:]
        return attrs.evolve(
            dossier_row(row[:base]),
            open_actions=row[base],
            waiting=waiting_of(row[base + 1 : waits]),
            step=None if progress is None else progress.at,
            progress=progress,
            handler=None if handler[0] is None else CASE_HANDLERS.value(handler),
        )

    def case_handler_picture(self, actor: Actor, dossier_id: DossierId) -> StoredFile:
        """Find the picture of the case handler of a dossier.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        seen = {"office_id": actor.office_id, "client_id": actor.client_id, "dossier_id": dossier_id}
        return stored_file(self._one(_PICTURE, seen, "picture"))


def _listed(row: Line) -> DossierRow:
    """Make a row of the list. Spelled out for speed: a page has many."""
    id, number, description, status, changed_at, unread, step, *waits = row
    return DossierRow(
        id=id,
        number=number,
        description=description,
        status=status,
        changed_at=changed_at,
        unread=unread,
        step=step,
        waiting=waiting_of(waits),
    )


def _newest_change(row: DossierRow) -> tuple[datetime, DossierId]:
    return row.changed_at, row.id
