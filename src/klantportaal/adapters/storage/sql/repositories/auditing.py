"""The audit trail and its seals."""

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, select, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import ENTRIES, LINE_COLUMNS, Record, read_line
from klantportaal.adapters.storage.sql.statements import adding, adding_once, its, matching
from klantportaal.domain.auditing import Entry
from klantportaal.domain.errors import Conflict
from klantportaal.domain.sealing import NONE_YET, Line, Seal
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import EntryId, OfficeId

_entries, _chains = schema.entries, schema.chains
_APPEND = adding(_entries)
_ENTRIES = (
    select(*ENTRIES.columns)
    .where(matching(_entries, "office_id"))
    .order_by(_entries.c.id.desc())
    .limit(bindparam("limit"))
)
_BEGIN_CHAIN = adding_once(_chains)
# On PostgreSQL a second sealer waits for this lock. SQLite has one writer at a time.
_HEAD = select(_chains.c.number, _chains.c.digest).where(matching(_chains, "office_id")).with_for_update()
_SEALED = (
    select(*LINE_COLUMNS)
    .where(matching(_entries, "office_id"), _entries.c.number > bindparam("after"))
    .order_by(_entries.c.number)
    .limit(bindparam("limit"))
)
_UNSEALED = (
    select(*ENTRIES.columns)
    .where(matching(_entries, "office_id"), _entries.c.number.is_(None))
    .order_by(_entries.c.id)
    .limit(bindparam("limit"))
)
_NEXT_UNSEALED = _UNSEALED.where(_entries.c.id > bindparam("after"))
_SEAL = (
    update(_entries)
    .where(its(_entries, "office_id", "id"), _entries.c.number.is_(None))
    .values(number=bindparam("number"), digest=bindparam("digest"))
)
_MOVE_HEAD = (
    update(_chains)
    .where(its(_chains, "office_id", "number", "digest"))
    .values(number=bindparam("new_number"), digest=bindparam("new_digest"))
)


class SqlAudit(Repository):
    """The entries of the audit trail. No statement here changes or deletes one, save that it gets its seal, once."""

    def append(self, entries: Sequence[Entry]) -> None:
        """Insert entries."""
        if entries:
            self._count_each(_APPEND, [ENTRIES.record(entry) for entry in entries])

    def entries(self, actor: OfficeActor, *, limit: int = 1000) -> Sequence[Entry]:
        """Return the office's newest entries, the oldest of them first."""
        rows = self._all(_ENTRIES, {"office_id": actor.office_id, "limit": limit})
        return [ENTRIES.value(row) for row in reversed(rows)]

    def head(self, office_id: OfficeId) -> Seal:
        """Return the end of the office's chain, and lock it until the unit of work ends."""
        self._run(_BEGIN_CHAIN, _head_record(office_id, NONE_YET))
        number, digest = self._one(_HEAD, {"office_id": office_id}, "office")
        return Seal(number=number, digest=digest)

    def sealed(self, office_id: OfficeId, *, after: int, limit: int) -> Sequence[Line]:
        """Return sealed entries, lowest number first."""
        return [read_line(row) for row in self._all(_SEALED, {"office_id": office_id, "after": after, "limit": limit})]

    def unsealed(self, office_id: OfficeId, *, after: EntryId | None, limit: int) -> Sequence[Entry]:
        """Return entries without a seal, lowest id first."""
        asked: Record = {"office_id": office_id, "limit": limit}
        if after is None:
            return [ENTRIES.value(row) for row in self._all(_UNSEALED, asked)]
        return [ENTRIES.value(row) for row in self._all(_NEXT_UNSEALED, {**asked, "after": after})]

    def seal(self, office_id: OfficeId, seals: Mapping[EntryId, Seal], *, after: Seal) -> None:
        """Store the seals of some entries of an office.

        Raises:
            Conflict: the chain or an entry was sealed in the meantime.
        """
        head = max(seals.values(), key=lambda seal: seal.number)
        moved = {"new_number": head.number, "new_digest": head.digest}
        whose = {f"its_{name}": value for name, value in _head_record(office_id, after).items()}
        if self._count(_MOVE_HEAD, {**whose, **moved}) != 1:
            raise Conflict
        sealed = [_seal_record(office_id, *each) for each in seals.items()]
        if self._count_each(_SEAL, sealed) != len(sealed):
            raise Conflict


def _head_record(office_id: OfficeId, head: Seal) -> Record:
    return {"office_id": office_id, "number": head.number, "digest": head.digest}


def _seal_record(office_id: OfficeId, entry_id: EntryId, seal: Seal) -> Record:
    return {"its_office_id": office_id, "its_id": entry_id, "number": seal.number, "digest": seal.digest}
