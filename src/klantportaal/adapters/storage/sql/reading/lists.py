"""The home page, and the client's list of dossiers."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

import attrs
from sqlalchemy import CompoundSelect, Text, bindparam, cast, func, null, select, union_all

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.actions import OPEN_ACTIONS, OPEN_ACTIONS_IN_DOSSIER
from klantportaal.adapters.storage.sql.reading.base import BEFORE_ALL_IDS, BEFORE_ALL_MOMENTS, Reader, older_than
from klantportaal.adapters.storage.sql.reading.parts import DOSSIER_ROW, dossier_row
from klantportaal.adapters.storage.sql.rows import Record
from klantportaal.adapters.storage.sql.statements import contains, is_party, matching, sought, storable
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT
from klantportaal.domain.offices import IN_PROGRESS, StatusCode
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId
from klantportaal.ports.reading import DossierList, DossierQuery, DossierRow, HomeCounts

_parties, _dossiers = schema.dossier_parties, schema.dossiers
_mine = matching(_parties, "office_id", "client_id")
_in_progress = _parties.c.status == IN_PROGRESS
_HOME = select(
    func.count().filter(_in_progress), func.count().filter(~_in_progress), OPEN_ACTIONS.scalar_subquery()
).where(_mine)

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
        select(_parties.c.office_id, _parties.c.dossier_id)
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
    rows = select(*DOSSIER_ROW).join_from(
        page, _dossiers, (_dossiers.c.office_id == page.c.office_id) & (_dossiers.c.id == page.c.dossier_id)
    )
    nothing = [cast(null(), type_) for type_ in (IDENTIFIER, Text(), Text(), MOMENT)]
    in_use = select(*nothing[:3], _used.c.status, nothing[3]).where(_used.c.status.is_not(None))
    return union_all(rows, in_use)


def _slots(statuses: Collection[StatusCode]) -> Record:
    """Fill slots with statuses, and repeat the last. There are 1, 2, 4, … slots, so few statements are made."""
    asked = sorted(status for status in statuses if storable(status)) or [""]
    slots = 1 << (len(asked) - 1).bit_length()
    return {f"status_{slot}": asked[min(slot, len(asked) - 1)] for slot in range(slots)}


_DOSSIER = select(*DOSSIER_ROW, OPEN_ACTIONS_IN_DOSSIER.scalar_subquery()).where(
    _dossiers.c.office_id == bindparam("office_id"), _dossiers.c.id == bindparam("dossier_id"), is_party()
)


class ListReading(Reader):
    """Reads the home page and the list of dossiers."""

    def home(self, actor: Actor) -> HomeCounts:
        """Count what the tiles show, in one statement."""
        mine = {"office_id": actor.office_id, "client_id": actor.client_id}
        in_progress, other, open_actions = self._one(_HOME, mine, "client")
        return HomeCounts(in_progress=in_progress, other=other, open_actions=open_actions)

    def dossiers(self, actor: Actor, query: DossierQuery) -> DossierList:
        """Return the dossiers that the client is a party to, in one statement."""
        slots = _slots(query.statuses)
        page = {
            "office_id": actor.office_id,
            "client_id": actor.client_id,
            "search": sought(query.search),
            "after_moment": query.after.changed_at if query.after else BEFORE_ALL_MOMENTS,
            "after_id": query.after.id if query.after else BEFORE_ALL_IDS,
            "size": query.size + 1,
        }
        found = self._all(_listing(len(slots)), page | slots)
        rows = [dossier_row(row) for row in found if row[0] is not None]
        rows.sort(key=_newest_change, reverse=True)
        statuses = frozenset(row[3] for row in found if row[0] is None)
        return DossierList(rows=tuple(rows[: query.size]), more=len(rows) > query.size, statuses=statuses)

    def dossier(self, actor: Actor, dossier_id: DossierId) -> DossierRow:
        """Return a dossier with the number of its open questionnaires, in one statement."""
        seen = {"office_id": actor.office_id, "client_id": actor.client_id, "dossier_id": dossier_id}
        *row, open_actions = self._one(_DOSSIER, seen, "dossier")
        return attrs.evolve(dossier_row(row), open_actions=open_actions)


def _newest_change(row: DossierRow) -> tuple[datetime, DossierId]:
    return row.changed_at, row.id
