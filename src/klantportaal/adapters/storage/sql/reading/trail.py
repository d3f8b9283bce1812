"""The audit trail, for the office and the sealer."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, or_, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader, newer_than, older_than
from klantportaal.adapters.storage.sql.rows import LINE_COLUMNS, Record, read_line
from klantportaal.adapters.storage.sql.statements import matching, storable
from klantportaal.domain.sealing import NONE_YET, Line, Seal
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import EntryId, OfficeId
from klantportaal.ports.reading import TrailQuery

_entries, _chains = schema.entries, schema.chains
_LINES = select(*LINE_COLUMNS).where(matching(_entries, "office_id")).limit(bindparam("size"))
_SEALED = _LINES.where(_entries.c.number > bindparam("after")).order_by(_entries.c.number)
_FIRST_UNSEALED = _LINES.where(_entries.c.number.is_(None)).order_by(_entries.c.id)
_NEXT_UNSEALED = _FIRST_UNSEALED.where(_entries.c.id > bindparam("after"))
_AT = select(_entries.c.at).where(matching(_entries, "office_id", "id"))
_HEAD = select(_chains.c.number, _chains.c.digest).where(matching(_chains, "office_id"))
_OFFICES = select(_entries.c.office_id).distinct().where(_entries.c.number.is_(None)).order_by(_entries.c.office_id)


class TrailReading(Reader):
    """Reads the audit trail."""

    def office_trail(self, actor: OfficeActor, query: TrailQuery) -> Sequence[Line]:
        """Return entries in the order of their times, each with its seal."""
        if query.what is not None and not storable(query.what):
            return []
        page: Record = {"office_id": actor.office_id, "size": query.size}
        if query.after is not None:
            last = self._all(_AT, {"office_id": actor.office_id, "id": query.after})
            if not last:
                return []
            page = {**page, "after_id": query.after, "after_moment": last[0][0]}
        return [read_line(row) for row in self._all(_asked(query), page)]

    def office_sealed(self, actor: OfficeActor, *, after: int, size: int) -> Sequence[Line]:
        """Return the sealed entries in the order of their numbers."""
        page = {"office_id": actor.office_id, "after": after, "size": size}
        return [read_line(row) for row in self._all(_SEALED, page)]

    def office_unsealed(self, actor: OfficeActor, *, after: EntryId | None, size: int) -> Sequence[Line]:
        """Return the entries without a seal, lowest id first."""
        page: Record = {"office_id": actor.office_id, "size": size}
        if after is None:
            return [read_line(row) for row in self._all(_FIRST_UNSEALED, page)]
        return [read_line(row) for row in self._all(_NEXT_UNSEALED, {**page, "after": after})]

    def office_head(self, actor: OfficeActor) -> Seal:
        """Return the end of the office's chain."""
        for number, digest in self._all(_HEAD, {"office_id": actor.office_id}):
            return Seal(number=number, digest=digest)
        return NONE_YET

    def unsealed(self) -> Sequence[OfficeId]:
        """Return the offices with entries without a seal."""
        return [OfficeId(office_id) for (office_id,) in self._all(_OFFICES, {})]


def _asked(query: TrailQuery) -> Select[Any]:
    """Make the statement for a query. It is made at each call, since calls are rare."""
    order = (_entries.c.at, _entries.c.id)
    statement = _LINES.order_by(*(order if query.oldest_first else (each.desc() for each in order)))
    if query.after is not None:
        statement = statement.where(newer_than(*order) if query.oldest_first else older_than(*order))
    if query.what is not None:
        statement = statement.where(_entries.c.what == query.what)
    if query.account is not None:
        about = _entries.c.which.contains(str(query.account), autoescape=True)
        statement = statement.where(or_(_entries.c.account_id == query.account, about))
    if query.person is not None:
        about = _entries.c.which.contains(str(query.person), autoescape=True)
        statement = statement.where(or_(_entries.c.person_id == query.person, about))
    if query.since is not None:
        statement = statement.where(_entries.c.at >= query.since)
    if query.until is not None:
        statement = statement.where(_entries.c.at < query.until)
    return statement
