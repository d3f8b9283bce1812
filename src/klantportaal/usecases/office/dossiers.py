"""Opening and changing dossiers, their parties, whom they wait for, and their archives (OF-1, DO-1, PG-2, NW-4)."""

from collections.abc import Collection, Sequence
from datetime import date

import attrs

from klantportaal.domain import dossiers, office_notices, public_events, waiting
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import PartyAdded
from klantportaal.domain.external_ids import ExternalKind
from klantportaal.domain.offices import IN_PROGRESS, StatusCode
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import (
    CaseHandlerId,
    ClientId,
    DossierId,
    FileKey,
    Language,
    Texts,
    day,
)
from klantportaal.domain.waiting import WaitingFor
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import (
    PAGE,
    DossierKey,
    DossierRow,
    OfficeDossier,
    PageSize,
    QuarantineRow,
    WaitingDossier,
    WaitingKey,
)
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage
from klantportaal.usecases.office.party_contents import OfficeContents
from klantportaal.usecases.shared.archive_members import DossierContents
from klantportaal.usecases.shared.archiving import Archive, Archives
from klantportaal.usecases.shared.external_ids import find, made_before, named, with_names
from klantportaal.usecases.shared.recording import Recorder


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeDossiers:
    """The dossiers of an office."""

    _storage: Storage
    _clock: Clock
    _ids: Ids
    _recorder: Recorder
    _archives: Archives

    def open(
        self,
        actor: OfficeActor,
        *,
        number: str,
        description: str,
        parties: Collection[ClientId],
        status: StatusCode = IN_PROGRESS,
        external_id: str | None = None,
    ) -> DossierId:
        """Open a dossier for one or more clients.

        A dossier that was opened with the same external id and contents before is given again (EX-2).

        Raises:
            Absent: the office has no such client.
            Refused: one fault for each field that breaks a rule; ``NUMBER_TAKEN`` if a dossier has the number;
                ``EXTERNAL_ID_TAKEN`` if one has the external id and was opened with other contents.
        """
        now = self._clock.now()
        chosen = frozenset(parties)
        if not chosen:
            raise Refused([Fault(code=FaultCode.MISSING, field="parties")])
        with self._storage.begin() as uow:
            office = uow.offices.get(actor.office_id)
            id = DossierId(self._ids.new())
            contents = (number, description, chosen, status)
            if made := made_before(
                uow, external_id, *contents, kind=ExternalKind.DOSSIER, office_id=actor.office_id, id=id
            ):
                return DossierId(made)
            dossier, opened = dossiers.open_dossier(
                number, description, office=office, id=id, status=status, external_id=external_id, at=now
            )
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

    def give_handler(self, actor: OfficeActor, dossier_id: DossierId, handler_id: CaseHandlerId | None) -> None:
        """Let the clients of a dossier see the card of a case handler, or of none. If it is unchanged, nothing happens.

        Raises:
            Absent: the office has no such dossier, or no such case handler.
        """
        with self._storage.begin() as uow:
            dossier = uow.dossiers.get(actor.office_id, dossier_id)
            if handler_id is not None:
                uow.case_handlers.get(actor.office_id, handler_id)
            if dossier.handler_id == handler_id:
                return
            changed, fact = dossiers.give_handler(dossier, handler_id, at=self._clock.now())
            uow.dossiers.save(changed)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def set_notice_addresses(self, actor: OfficeActor, dossier_id: DossierId, addresses: Sequence[str]) -> None:
        """Say who is told by mail what clients send in a dossier, in place of the addresses of the office (OF-4).

        With no address, those of the office count again. Nobody is told while ``profile.set_notices`` is off. If the
        addresses are unchanged, nothing happens.

        Raises:
            Absent: the office has no such dossier.
            Refused: one of them is no e-mail address, or there are too many.
        """
        with self._storage.begin() as uow:
            dossier = uow.dossiers.get(actor.office_id, dossier_id)
            changed, fact = office_notices.change_dossier_notices(dossier, tuple(addresses), at=self._clock.now())
            if changed == dossier:
                return
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
            party = uow.waiting.hold(actor.office_id, dossier_id, client_id)
            uow.dossiers.remove_party(dossier, client_id)
            uow.dossiers.save(dossier)  # Unchanged, but of two removals at the same time, one now fails with Conflict.
            self._recorder.record(uow, actor, removed)
            if party is not None and party.kept is not None:
                told = public_events.waiting_changed(dossier_id, client_id, None)
                self._recorder.announce(uow, actor.office_id, [told], at=removed.at)
            uow.commit()

    def await_third_party(
        self,
        actor: OfficeActor,
        dossier_id: DossierId,
        name: str | Texts,
        *,
        expected_on: date | None = None,
        clients: Collection[ClientId] | None = None,
    ) -> None:
        """Name a third party that the office waits for, such as a bank or a registry (PG-2).

        The parties of the dossier read it where neither they nor the office have to do something. A name that was given
        before is replaced.

        Args:
            actor: the office that waits.
            dossier_id: the dossier.
            name: as it is said within a sentence, with its article: ``het Kadaster``. The same in both languages, or
                one for each.
            expected_on: the day on which it is expected to have done its part.
            clients: the parties that read it; None means all that the dossier has now.

        Raises:
            Absent: the office has no such dossier.
            Refused: the name is missing, too long or not in both languages; the day has passed; or a client is no
                party.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            uow.dossiers.get(actor.office_id, dossier_id)
            third_party, fact = waiting.await_third_party(
                name,
                dossier_id=dossier_id,
                client_ids=clients,
                parties=uow.dossiers.parties(actor.office_id, dossier_id),
                expected_on=expected_on,
                today=day(now),
                at=now,
            )
            uow.waiting.name(actor.office_id, dossier_id, fact.client_ids, third_party)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def clear_third_party(
        self, actor: OfficeActor, dossier_id: DossierId, *, clients: Collection[ClientId] | None = None
    ) -> None:
        """Wait no longer for a third party (PG-2). If the office waits for none, nothing is shown differently.

        Raises:
            Absent: the office has no such dossier.
            Refused: a client is no party.
        """
        with self._storage.begin() as uow:
            uow.dossiers.get(actor.office_id, dossier_id)
            parties = uow.dossiers.parties(actor.office_id, dossier_id)
            fact = waiting.clear_third_party(
                dossier_id=dossier_id, client_ids=clients, parties=parties, at=self._clock.now()
            )
            uow.waiting.name(actor.office_id, dossier_id, fact.client_ids, None)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def waiting(
        self,
        actor: OfficeActor,
        *,
        whom: WaitingFor | None = None,
        after: WaitingKey | None = None,
        size: PageSize = PAGE,
    ) -> Sequence[WaitingDossier]:
        """List one page of the parties for whom somebody has to do something, those that wait longest first (PG-2).

        Closed clients are left out.

        Args:
            actor: the office.
            whom: who has to do something; None means whoever.
            after: the key of the last row of the page before.
            size: the number of rows.
        """
        return self._storage.read.office_waiting(actor, whom=whom, after=after, size=size)

    def list(self, actor: OfficeActor, *, search: str = "", after: DossierKey | None = None) -> Sequence[DossierRow]:
        """List one page of the office's dossiers, most recently changed first."""
        rows = self._storage.read.office_dossiers(actor, search=search, after=after)
        return named(self._storage, actor, rows, lambda row: row.id)

    def quarantine(
        self, actor: OfficeActor, *, after: FileKey | None = None, size: PageSize = PAGE
    ) -> Sequence[QuarantineRow]:
        """List the files that nobody can read: they wait for the virus scanner, or it rejected them (AT-3).

        They are files that clients sent and documents of the office, by the key of the file.

        Args:
            actor: the office.
            after: the key of the last file of the page before.
            size: the number of files of a page.
        """
        return self._storage.read.office_quarantine(actor, after=after, size=size)

    def get(self, actor: OfficeActor, dossier_id: DossierId) -> OfficeDossier:
        """Give one dossier with everything in it. Raises: Absent."""
        found = self._storage.read.office_dossier(actor, dossier_id)
        documents, messages = found.documents, found.messages
        things = [dossier_id, *(each.document.id for each in documents), *(each.message.id for each in messages)]
        names = self._storage.read.office_external_ids(actor, things)
        return attrs.evolve(
            found,
            documents=tuple(with_names(documents, names, lambda each: each.document.id)),
            messages=tuple(with_names(messages, names, lambda each: each.message.id)),
            external_id=names.get(dossier_id),
        )

    def find(self, actor: OfficeActor, external_id: str) -> DossierId:
        """Find a dossier by the external id that it was opened with (EX-1). Raises: Absent."""
        return DossierId(find(self._storage, actor, ExternalKind.DOSSIER, external_id))

    def archive(self, actor: OfficeActor, dossier_id: DossierId, *, language: Language = Language.DUTCH) -> Archive:
        """Give what all parties may see of a dossier as one ZIP file, with a folder for each party (NW-4).

        The folder of a party has what its own archive has. This marks nothing as downloaded. The trail has the archive.
        What clients sent counts as opened before it is written: deliveries (RQ-3) and messages (ME-6).

        Raises:
            Absent: the office has no such dossier.
        """
        dossier = self._storage.read.office_dossier(actor, dossier_id)
        parties = OfficeContents(
            storage=self._storage, clock=self._clock, recorder=self._recorder, actor=actor, dossier=dossier
        )
        contents = DossierContents(
            office=self._storage.read.office(actor.office_id),
            number=dossier.dossier.number,
            description=dossier.dossier.description,
            progress=dossier.dossier.progress,
            parties=[parties.of(party) for party in dossier.parties],
            in_folders=True,
        )
        return self._archives.open(contents, by=actor, dossier_id=dossier_id, language=language)
