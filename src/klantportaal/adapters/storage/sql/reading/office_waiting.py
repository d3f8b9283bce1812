"""Who has to do something in the dossiers of an office, those that wait longest first (PG-2)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Select, Subquery, bindparam, select, tuple_, union_all

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader
from klantportaal.adapters.storage.sql.rows import WAITS, Line, waiting_of
from klantportaal.adapters.storage.sql.statements import in_own_dossier, matching, open_client
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT, Choice
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import ClientId, DossierId
from klantportaal.domain.waiting import WaitingFor
from klantportaal.ports.reading import PAGE, WaitingDossier, WaitingKey

_parties, _dossiers, _clients = schema.dossier_parties, schema.dossiers, schema.clients
_KEY = (_parties.c.waiting_since, _parties.c.dossier_id, _parties.c.client_id)
# A first page starts after a key that no row is after, so first and later pages are one statement.
_LEAST = UUID(int=0)
_FIRST = WaitingKey(since=datetime(1970, 1, 1, tzinfo=UTC), dossier_id=DossierId(_LEAST), client_id=ClientId(_LEAST))
_after = tuple_(
    bindparam("since", type_=MOMENT),
    bindparam("dossier_id", type_=IDENTIFIER),
    bindparam("client_id", type_=IDENTIFIER),
)


def _longest(number: int) -> Subquery:
    """Select the keys of those that wait longest, of one kind: parameter ``whom_0`` and so on. An index gives them.

    Closed clients are left out.
    """
    return (
        select(_parties.c.office_id, *_KEY)
        .join_from(_parties, _clients, open_client(_parties))
        .where(
            matching(_parties, "office_id"),
            _parties.c.waiting_for == bindparam(f"whom_{number}", type_=Choice(WaitingFor)),
            tuple_(*_KEY) > _after,
        )
        .order_by(*_KEY)
        .limit(bindparam("size"))
        .subquery(f"longest_{number}")
    )


def _listing(kinds: int) -> Select[tuple[object, ...]]:
    """Make the statement that returns a page of as many kinds."""
    longest = union_all(*(select(each) for each in map(_longest, range(kinds)))).subquery("longest")
    in_order = (longest.c.waiting_since, longest.c.dossier_id, longest.c.client_id)
    page = select(longest).order_by(*in_order).limit(bindparam("size")).subquery("page")
    return (
        select(
            _dossiers.c.id,
            _dossiers.c.number,
            _dossiers.c.description,
            _dossiers.c.status,
            _clients.c.id,
            _clients.c.name,
            *WAITS,
        )
        .join_from(page, _parties, in_own_dossier(page))
        .join(_dossiers, (_dossiers.c.office_id == page.c.office_id) & (_dossiers.c.id == page.c.dossier_id))
        .join(_clients, (_clients.c.office_id == page.c.office_id) & (_clients.c.id == page.c.client_id))
        .order_by(page.c.waiting_since, page.c.dossier_id, page.c.client_id)
    )


_LISTINGS = {kinds: _listing(kinds) for kinds in (1, len(WaitingFor))}


class OfficeWaitingReading(Reader):
    """Reads who has to do something."""

    def office_waiting(
        self, actor: OfficeActor, *, whom: WaitingFor | None = None, after: WaitingKey | None = None, size: int = PAGE
    ) -> Sequence[WaitingDossier]:
        """Return the parties for whom somebody has to do something, those that wait longest first."""
        kinds = tuple(WaitingFor) if whom is None else (whom,)
        key = after or _FIRST
        page = {
            "office_id": actor.office_id,
            "since": key.since,
            "dossier_id": key.dossier_id,
            "client_id": key.client_id,
            "size": size,
            **{f"whom_{number}": kind for number, kind in enumerate(kinds)},
        }
        return [_row(row) for row in self._all(_LISTINGS[len(kinds)], page)]


def _row(row: Line) -> WaitingDossier:
    dossier_id, number, description, status, client_id, client_name, *waits = row
    waiting = waiting_of(waits)
    assert waiting is not None  # noqa: S101 - the statement selects rows of one kind or another
    return WaitingDossier(
        dossier_id=dossier_id,
        number=number,
        description=description,
        status=status,
        client_id=client_id,
        client_name=client_name,
        waiting=waiting,
    )
