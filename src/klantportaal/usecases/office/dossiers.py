"""Opening and changing dossiers, and adding and removing their parties (OF-1, DO-1)."""

from collections.abc import Collection, Sequence

import attrs

from klantportaal.domain import dossiers
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import PartyAdded
from klantportaal.domain.offices import IN_PROGRESS, StatusCode
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import ClientId, DossierId
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import DossierKey, DossierRow, OfficeDossier
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.recording import Recorder


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeDossiers:
    """The dossiers of an office."""

    _storage: Storage
    _clock: Clock
    _ids: Ids
    _recorder: Recorder

    def open(
        self,
        actor: OfficeActor,
        *,
        number: str,
        description: str,
        parties: Collection[ClientId],
        status: StatusCode = IN_PROGRESS,
    ) -> DossierId:
        """Open a dossier for one or more clients.

        Raises:
            Absent: the office has no such client.
            Refused: one fault for each field that breaks a rule; ``NUMBER_TAKEN`` if a dossier has the number.
        """
        now = self._clock.now()
        chosen = frozenset(parties)
        if not chosen:
            raise Refused([Fault(code=FaultCode.MISSING, field="parties")])
        with self._storage.begin() as uow:
            office = uow.offices.get(actor.office_id)
            id = DossierId(self._ids.new())
            dossier, opened = dossiers.open_dossier(number, description, office=office, id=id, status=status, at=now)
            clients = [uow.clients.get(actor.office_id, client_id) for client_id in sorted(chosen)]
            uow.dossiers.add(dossier, [client.id for client in clients])
            added = [PartyAdded(dossier_id=id, client_id=client.id, at=now) for client in clients]
            self._recorder.record(uow, actor, opened, *added)
            uow.commit()
        return id

    def change(
        self,
        actor: OfficeActor,
        dossier_id: DossierId,
        *,
        description: str | None = None,
        status: StatusCode | None = None,
    ) -> None:
        """Change the description or the status of a dossier. An argument that is None leaves the value unchanged.

        Raises:
            Absent: the office has no such dossier.
            Refused: one fault for each field that breaks a rule.
        """
        with self._storage.begin() as uow:
            office = uow.offices.get(actor.office_id)
            dossier = uow.dossiers.get(actor.office_id, dossier_id)
            changed, fact = dossiers.change_dossier(
                dossier, office=office, description=description, status=status, at=self._clock.now()
            )
            uow.dossiers.save(changed)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def add_party(self, actor: OfficeActor, dossier_id: DossierId, client_id: ClientId) -> None:
        """Add a client as a party to a dossier. If the client is a party already, nothing happens.

        Raises:
            Absent: the office has no such dossier, or no such client.
        """
        with self._storage.begin() as uow:
            dossier = uow.dossiers.get(actor.office_id, dossier_id)
            client = uow.clients.get(actor.office_id, client_id)
            parties = uow.dossiers.parties(actor.office_id, dossier_id)
            added = dossiers.add_party(dossier, client.id, parties, at=self._clock.now())
            if added is None:
                return
            uow.dossiers.add_party(dossier, client.id)
            self._recorder.record(uow, actor, added)
            uow.commit()

    def remove_party(self, actor: OfficeActor, dossier_id: DossierId, client_id: ClientId) -> None:
        """Remove a client as a party to a dossier. The client can no longer see the dossier (DO-1).

        Raises:
            Absent: the office has no such dossier.
            Refused: the client is not a party, or is the last party.
            Conflict: the dossier or its parties changed at the same time.
        """
        with self._storage.begin() as uow:
            dossier = uow.dossiers.get(actor.office_id, dossier_id)
            parties = uow.dossiers.parties(actor.office_id, dossier_id)
            removed = dossiers.remove_party(dossier, client_id, parties, at=self._clock.now())
            uow.dossiers.remove_party(dossier, client_id)
            uow.dossiers.save(dossier)  # Unchanged, but of two removals at the same time, one now fails with Conflict.
            self._recorder.record(uow, actor, removed)
            uow.commit()

    def list(self, actor: OfficeActor, *, search: str = "", after: DossierKey | None = None) -> Sequence[DossierRow]:
        """List one page of the office's dossiers, most recently changed first."""
        return self._storage.read.office_dossiers(actor, search=search, after=after)

    def get(self, actor: OfficeActor, dossier_id: DossierId) -> OfficeDossier:
        """Give one dossier with everything in it. Raises: Absent."""
        return self._storage.read.office_dossier(actor, dossier_id)
