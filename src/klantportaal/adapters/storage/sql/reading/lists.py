"""Home, and the client's list of dossiers."""

from sqlalchemy import bindparam, func, select, true

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.actions import OPEN_ACTIONS
from klantportaal.adapters.storage.sql.reading.base import BEFORE_ALL_IDS, BEFORE_ALL_MOMENTS, Reader, older_than
from klantportaal.adapters.storage.sql.reading.parts import DOSSIER_ROW, dossier_row
from klantportaal.adapters.storage.sql.statements import ESCAPE, is_party, matching, pattern, storable
from klantportaal.domain.offices import IN_PROGRESS
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId
from klantportaal.ports.reading import DossierList, DossierQuery, DossierRow, HomeCounts

_parties, _dossiers = schema.dossier_parties, schema.dossiers
_mine = matching(_parties, "office_id", "client_id")
_in_progress = _parties.c.status == IN_PROGRESS
_HOME = select(
    func.count().filter(_in_progress), func.count().filter(~_in_progress), OPEN_ACTIONS.scalar_subquery()
).where(_mine)

# Filter, search and page come from the index alone; only the rows of the page are looked up.
_page = (
    select(_parties.c.office_id, _parties.c.dossier_id, _parties.c.changed_at)
    .where(
        _mine,
        _parties.c.status.in_(bindparam("statuses", expanding=True)),
        _parties.c.search.like(bindparam("search"), escape=ESCAPE),
        older_than(_parties.c.changed_at, _parties.c.dossier_id),
    )
    .order_by(_parties.c.changed_at.desc(), _parties.c.dossier_id.desc())
    .limit(bindparam("size"))
    .subquery("page")
)
_distinct = select(_parties.c.status).where(_mine).distinct().subquery("used")
_statuses = select(func.aggregate_strings(_distinct.c.status, "\n").label("used")).subquery("statuses")
_LIST = (
    select(_statuses.c.used, *DOSSIER_ROW)
    .select_from(
        _statuses.outerjoin(_page, true()).outerjoin(
            _dossiers, (_dossiers.c.office_id == _page.c.office_id) & (_dossiers.c.id == _page.c.dossier_id)
        )
    )
    .order_by(_page.c.changed_at.desc(), _page.c.dossier_id.desc())
)
_DOSSIER = select(*DOSSIER_ROW).where(
    _dossiers.c.office_id == bindparam("office_id"), _dossiers.c.id == bindparam("dossier_id"), is_party()
)


class ListReading(Reader):
    """Reads what a client has."""

    def home(self, actor: Actor) -> HomeCounts:
        """Count for the tiles; one statement."""
        mine = {"office_id": actor.office_id, "client_id": actor.client_id}
        in_progress, other, open_actions = self._one(_HOME, mine)
        return HomeCounts(in_progress=in_progress, other=other, open_actions=open_actions)

    def dossiers(self, actor: Actor, query: DossierQuery) -> DossierList:
        """List the dossiers that the client is a party to; one statement."""
        parameters = {
            "office_id": actor.office_id,
            "client_id": actor.client_id,
            "statuses": [status for status in query.statuses if storable(status)],
            "search": pattern(query.search),
            "after_moment": query.after.changed_at if query.after else BEFORE_ALL_MOMENTS,
            "after_id": query.after.id if query.after else BEFORE_ALL_IDS,
            "size": query.size + 1,
        }
        found = self._all(_LIST, parameters)
        rows = [dossier_row(row[1:]) for row in found if row[1] is not None]
        statuses = frozenset((found[0][0] or "").split("\n")) - {""}
        return DossierList(rows=tuple(rows[: query.size]), more=len(rows) > query.size, statuses=statuses)

    def dossier(self, actor: Actor, dossier_id: DossierId) -> DossierRow:
        """Raises: Absent."""
        seen = {"office_id": actor.office_id, "client_id": actor.client_id, "dossier_id": dossier_id}
        return dossier_row(self._one(_DOSSIER, seen))
