"""What clients sent in a day."""

from datetime import date

from sqlalchemy import and_, bindparam, or_, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader
from klantportaal.adapters.storage.sql.rows import Line
from klantportaal.adapters.storage.sql.statements import matching, scope
from klantportaal.domain.quotas import DayUsage, Usage
from klantportaal.domain.sessions import Actor, OfficeActor
from klantportaal.domain.values import ClientId
from klantportaal.ports.reading import PAGE, ClientUsage, OfficeUsage

_usages, _clients = schema.usages, schema.clients
_COUNTS = (_usages.c.messages, _usages.c.files, _usages.c.bytes, _usages.c.refused)
_USAGE = select(_usages.c.whose, *_COUNTS).where(
    matching(_usages, "office_id", "day"),
    or_(_usages.c.whose == bindparam("client_id"), _usages.c.whose == _usages.c.office_id),
)
_its_client = and_(_clients.c.office_id == _usages.c.office_id, _clients.c.id == _usages.c.whose)
_is_office = _usages.c.whose == _usages.c.office_id
# The row of the office is the first one.
_OF_OFFICE = (
    select(_usages.c.whose, _clients.c.name, *_COUNTS)
    .join_from(_usages, _clients, _its_client, isouter=True)
    .where(matching(_usages, "office_id", "day"))
    .order_by(_is_office.desc(), _usages.c.refused.desc(), _usages.c.bytes.desc(), _usages.c.whose)
    .limit(bindparam("limit"))
)


class UsageReading(Reader):
    """Reads what clients sent in a day."""

    def usage(self, actor: Actor, day: date) -> DayUsage:
        """Return what the actor's client and its office sent in a day; one statement."""
        rows = {whose: _usage(counts) for whose, *counts in self._all(_USAGE, scope(actor, day=day))}
        client, office = rows.get(actor.client_id, Usage()), rows.get(actor.office_id, Usage())
        return DayUsage(day=day, client_id=actor.client_id, client=client, office=office)

    def office_usage(self, actor: OfficeActor, day: date, *, size: int = PAGE) -> OfficeUsage:
        """Return what the clients of the office sent in a day; one statement."""
        rows = self._all(_OF_OFFICE, {"office_id": actor.office_id, "day": day, "limit": size + 1})
        if not rows:
            return OfficeUsage(day=day, sent=Usage(), clients=[])
        _whose, _name, *sent = rows[0]
        clients = [
            ClientUsage(client_id=ClientId(whose), name=name, sent=_usage(counts)) for whose, name, *counts in rows[1:]
        ]
        return OfficeUsage(day=day, sent=_usage(sent), clients=clients)


def _usage(counts: Line) -> Usage:
    messages, files, size, refused = counts
    return Usage(messages=messages, files=files, bytes=size, refused=refused)
