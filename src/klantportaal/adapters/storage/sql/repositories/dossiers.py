"""Dossiers and their parties."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, case, delete, select, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import CASE_HANDLERS, DOSSIERS, Record
from klantportaal.adapters.storage.sql.statements import (
    adding,
    adding_once,
    change,
    changing,
    is_party,
    its,
    matching,
)
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT
from klantportaal.domain.case_handlers import CaseHandler
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import CaseHandlerId, ClientId, DossierId, OfficeId

_dossiers = schema.dossiers
_parties = schema.dossier_parties
_DOSSIER = select(*DOSSIERS.columns).where(
    _dossiers.c.office_id == bindparam("office_id"), _dossiers.c.id == bindparam("dossier_id")
)
_VISIBLE = _DOSSIER.where(is_party())
_PARTIES = select(_parties.c.client_id).where(matching(_parties, "office_id", "dossier_id"))
_ADD = adding_once(_dossiers)
_SAVE = changing(_dossiers, "opened_at")
_changed_at = bindparam("changed_at", type_=MOMENT)
_SAVE_COPIES = (
    update(_parties)
    .where(its(_parties, "office_id", "dossier_id"))
    .values(
        status=bindparam("status"),
        search=bindparam("search"),
        changed_at=case((_parties.c.changed_at < _changed_at, _changed_at), else_=_parties.c.changed_at),
    )
)
_MARK_CHANGED = (
    update(_parties)
    .where(its(_parties, "office_id", "dossier_id", "client_id"), _parties.c.changed_at < _changed_at)
    .values(changed_at=_changed_at)
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

_handlers = schema.case_handlers
_HANDLER = select(*CASE_HANDLERS.columns).where(matching(_handlers, "office_id", "id"))
_HOLD_HANDLER = select(_handlers.c.id).where(matching(_handlers, "office_id", "id")).with_for_update()
_ADD_HANDLER = adding(_handlers)
_SAVE_HANDLER = changing(_handlers)
_LEAVE_HANDLER = (
    update(_dossiers)
    .where(its(_dossiers, "office_id", "handler_id"))
    .values(handler_id=None, version=_dossiers.c.version + 1)
)
_REMOVE_HANDLER = delete(_handlers).where(matching(_handlers, "office_id", "id"))


class SqlCaseHandlers(Repository):
    """Case handlers."""

    def get(self, office_id: OfficeId, handler_id: CaseHandlerId) -> CaseHandler:
        """Return a case handler.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return CASE_HANDLERS.value(self._one(_HANDLER, {"office_id": office_id, "id": handler_id}, "case handler"))

    def add(self, handler: CaseHandler) -> None:
        """Insert a case handler."""
        self._run(_ADD_HANDLER, CASE_HANDLERS.record(handler))

    def save(self, handler: CaseHandler) -> None:
        """Store a change.

        Raises:
            Conflict: it was changed in the meantime.
        """
        change(self._runner, _SAVE_HANDLER, CASE_HANDLERS.record(handler))

    def remove(self, handler: CaseHandler) -> None:
        """Delete a case handler, also from its dossiers.

        It is locked first: a dossier that is given it at the same time waits, and then finds none.
        """
        self._first(_HOLD_HANDLER, {"office_id": handler.office_id, "id": handler.id})
        self._run(_LEAVE_HANDLER, {"its_office_id": handler.office_id, "its_handler_id": handler.id})
        self._run(_REMOVE_HANDLER, {"office_id": handler.office_id, "id": handler.id})


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

    def mark_changed(
        self, office_id: OfficeId, dossier_id: DossierId, client_ids: Collection[ClientId], *, at: datetime
    ) -> None:
        """Update the rows of the parties, in the order of their ids, unless a row has a later time."""
        whose = {"its_office_id": office_id, "its_dossier_id": dossier_id, "changed_at": at}
        for client_id in sorted(client_ids):
            self._run(_MARK_CHANGED, {**whose, "its_client_id": client_id})

    def add_party(self, dossier: Dossier, client_id: ClientId) -> None:
        """Make a client a party."""
        party = {"its_office_id": dossier.office_id, "its_id": dossier.id, "party": client_id}
        self._run(_ADD_PARTY, party)

    def remove_party(self, dossier: Dossier, client_id: ClientId) -> None:
        """Delete a party. Its rows of published documents go too (ON DELETE CASCADE)."""
        party = {"office_id": dossier.office_id, "dossier_id": dossier.id, "client_id": client_id}
        self._run(_REMOVE_PARTY, party)


def _record(dossier: Dossier) -> Record:
    return {**DOSSIERS.record(dossier), "search": dossier.search, "step": dossier.step}
