"""Dossiers and their parties."""

from collections.abc import Collection

from sqlalchemy import bindparam, delete, select, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import DOSSIERS, Record
from klantportaal.adapters.storage.sql.statements import (
    adding_once,
    change,
    changing,
    is_party,
    its,
    matching,
)
from klantportaal.adapters.storage.sql.types import IDENTIFIER
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import ClientId, DossierId, OfficeId

_dossiers = schema.dossiers
_parties = schema.dossier_parties
_DOSSIER = select(*DOSSIERS.columns).where(
    _dossiers.c.office_id == bindparam("office_id"), _dossiers.c.id == bindparam("dossier_id")
)
_VISIBLE = _DOSSIER.where(is_party())
_PARTIES = select(_parties.c.client_id).where(matching(_parties, "office_id", "dossier_id"))
_ADD = adding_once(_dossiers)
_SAVE = changing(_dossiers, "opened_at")
_SAVE_COPIES = (
    update(_parties)
    .where(its(_parties, "office_id", "dossier_id"))
    .values({name: bindparam(name) for name in ("status", "changed_at", "search")})
)
# Copies the columns of the dossier, and locks its row until the end: a change of the dossier waits, and then updates
# the new party too.
_ADD_PARTY = adding_once(_parties).from_select(
    ["office_id", "dossier_id", "client_id", "status", "changed_at", "search"],
    select(
        _dossiers.c.office_id,
        _dossiers.c.id,
        bindparam("party", type_=IDENTIFIER),
        _dossiers.c.status,
        _dossiers.c.changed_at,
        _dossiers.c.search,
    )
    .where(its(_dossiers, "office_id", "id"))
    .with_for_update(read=True),
)
_REMOVE_PARTY = delete(_parties).where(matching(_parties, "office_id", "dossier_id", "client_id"))


class SqlDossiers(Repository):
    """Dossiers and their parties."""

    def get(self, office_id: OfficeId, dossier_id: DossierId) -> Dossier:
        """Return a dossier.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return DOSSIERS.value(self._one(_DOSSIER, {"office_id": office_id, "dossier_id": dossier_id}, "dossier"))

    def visible_to(self, actor: Actor, dossier_id: DossierId) -> Dossier:
        """Return a dossier that the actor's client is a party to.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        seen = {"office_id": actor.office_id, "client_id": actor.client_id, "dossier_id": dossier_id}
        return DOSSIERS.value(self._one(_VISIBLE, seen, "dossier"))

    def parties(self, office_id: OfficeId, dossier_id: DossierId) -> frozenset[ClientId]:
        """Return the clients that are parties to a dossier."""
        rows = self._all(_PARTIES, {"office_id": office_id, "dossier_id": dossier_id})
        return frozenset(ClientId(client_id) for (client_id,) in rows)

    def add(self, dossier: Dossier, parties: Collection[ClientId]) -> None:
        """Insert a dossier with its parties.

        Raises:
            Refused: the office has the number.
        """
        if self._count(_ADD, _record(dossier)) == 0:
            raise Refused([Fault(code=FaultCode.NUMBER_TAKEN, field="number")])
        for client_id in parties:
            self.add_party(dossier, client_id)

    def save(self, dossier: Dossier) -> None:
        """Save a changed dossier, and its copies in the rows of the parties.

        Raises:
            Conflict: it was changed in the meantime.
        """
        record = _record(dossier)
        change(self._runner, _SAVE, record)
        copies = {name: record[name] for name in ("status", "changed_at", "search")}
        whose = {"its_office_id": dossier.office_id, "its_dossier_id": dossier.id}
        self._run(_SAVE_COPIES, {**whose, **copies})

    def add_party(self, dossier: Dossier, client_id: ClientId) -> None:
        """Make a client a party."""
        party = {"its_office_id": dossier.office_id, "its_id": dossier.id, "party": client_id}
        self._run(_ADD_PARTY, party)

    def remove_party(self, dossier: Dossier, client_id: ClientId) -> None:
        """Delete a party. Its rows of published documents go too (ON DELETE CASCADE)."""
        party = {"office_id": dossier.office_id, "dossier_id": dossier.id, "client_id": client_id}
        self._run(_REMOVE_PARTY, party)


def _record(dossier: Dossier) -> Record:
    return {**DOSSIERS.record(dossier), "search": dossier.search}
