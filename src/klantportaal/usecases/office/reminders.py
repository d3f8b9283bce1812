"""Setting when clients are reminded, switching that off, and seeing what was sent and what nobody opened (RM-1)."""

from collections.abc import Collection, Sequence
from uuid import UUID

import attrs

from klantportaal.domain import offices, unseen
from klantportaal.domain.accounts import AccountRole, Client
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import Absent, Fault, FaultCode, Refused
from klantportaal.domain.events import RemindersSwitched
from klantportaal.domain.reminders import ReminderRules
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.unseen import DAYS, Days
from klantportaal.domain.values import AssignmentId, ClientId, DossierId, ItemId, Language, PersonId, RequestId, day
from klantportaal.ports.clock import Clock
from klantportaal.ports.pdf import PdfWriter, PostalLetter
from klantportaal.ports.reading import PAGE, PageSize, ReminderKey, ReminderRow, UnseenKey, UnseenRow
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared.logos import Logos
from klantportaal.usecases.shared.recording import Recorder

IDS_LIMIT = 1000
"""The most ids to ask about at once."""


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeReminders:
    """The reminders of an office."""

    _storage: Storage
    _clock: Clock
    _recorder: Recorder
    _pdf: PdfWriter
    _logos: Logos

    def rules(self, actor: OfficeActor) -> ReminderRules | None:
        """Give when clients are reminded. None if they are not. Raises: Absent."""
        return self._storage.read.office(actor.office_id).reminders

    def change(self, actor: OfficeActor, rules: ReminderRules | None) -> None:
        """Change when clients are reminded, also of what they were asked before. It takes effect within a minute.

        If the rules are unchanged, nothing happens.

        Args:
            actor: the office.
            rules: when clients are reminded. None: they are not.

        Raises:
            Absent: there is no such office.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            office = uow.offices.get(actor.office_id)
            changed, fact = offices.change_reminders(office, rules, at=now)
            if changed == office:
                return
            uow.offices.save(changed)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def switch_client(self, actor: OfficeActor, client_id: ClientId, *, on: bool) -> None:
        """Switch all reminders for a client off, or on again. Other clients of the same persons are not concerned.

        Raises:
            Absent: the office has no such client.
        """
        fact = RemindersSwitched(on=on, client_id=client_id, at=self._clock.now())
        with self._storage.begin() as uow:
            client = uow.clients.get(actor.office_id, client_id)
            if uow.reminders.switch(actor.office_id, client.id, on=on):
                self._switched(uow, actor, client.id, fact)

    def switch_questionnaire(self, actor: OfficeActor, assignment_id: AssignmentId, *, on: bool) -> None:
        """Switch the reminders of an assigned questionnaire off, or on again.

        Raises:
            Absent: the office has no such questionnaire.
        """
        fact = RemindersSwitched(on=on, assignment_id=assignment_id, at=self._clock.now())
        with self._storage.begin() as uow:
            assignment = uow.assignments.get(actor.office_id, assignment_id)
            if uow.reminders.switch(actor.office_id, assignment.id, on=on):
                self._switched(uow, actor, assignment.client_id, fact)

    def switch_request(self, actor: OfficeActor, request_id: RequestId, *, on: bool) -> None:
        """Switch the reminders of all items of a request off, or on again. ``requests.remind`` still works.

        Raises:
            Absent: the office has no such request.
        """
        fact = RemindersSwitched(on=on, request_id=request_id, at=self._clock.now())
        with self._storage.begin() as uow:
            request = uow.requests.take(actor.office_id, request_id)
            if uow.reminders.switch(actor.office_id, request.id, on=on):
                self._switched(uow, actor, request.client_id, fact)

    def switch_item(self, actor: OfficeActor, request_id: RequestId, item_id: ItemId, *, on: bool) -> None:
        """Switch the reminders of one item of a request off, or on again. ``requests.remind`` still works.

        Raises:
            Absent: the office has no such request, or the request no such item.
        """
        fact = RemindersSwitched(on=on, request_id=request_id, item_id=item_id, at=self._clock.now())
        with self._storage.begin() as uow:
            request = uow.requests.take(actor.office_id, request_id)
            if uow.reminders.switch(actor.office_id, request.item(item_id).id, on=on):
                self._switched(uow, actor, request.client_id, fact)

    def switched_off(self, actor: OfficeActor, ids: Collection[UUID]) -> Sequence[UUID]:
        """Give those of some ids whose reminders the office switched off, in order.

        Args:
            actor: the office.
            ids: those of clients, questionnaires, requests and items, at most 1000.

        Raises:
            Refused: there are too many ids.
        """
        if len(ids) > IDS_LIMIT:
            raise Refused([Fault(code=FaultCode.TOO_MANY, field="ids", params={"limit": IDS_LIMIT})])
        with self._storage.begin() as uow:
            return sorted(uow.reminders.switched_off(actor.office_id, ids))

    def _switched(self, uow: UnitOfWork, actor: OfficeActor, client_id: ClientId, fact: RemindersSwitched) -> None:
        """Record a switch, and look again at the persons of the client."""
        persons: set[PersonId] = {each.person_id for each in uow.accounts.of_clients(actor.office_id, [client_id])}
        uow.reminders.look(actor.office_id, persons, at=fact.at)
        self._recorder.record(uow, actor, fact)
        uow.commit()

    def sent(
        self, actor: OfficeActor, *, after: ReminderKey | None = None, size: PageSize = PAGE
    ) -> Sequence[ReminderRow]:
        """List one page of the reminders that were sent, newest first.

        ``clients.mail_problems`` has those that did not arrive.
        """
        return self._storage.read.office_reminders(actor, after=after, size=size)

    def unseen(
        self, actor: OfficeActor, *, days: Days = DAYS, after: UnseenKey | None = None, size: PageSize = PAGE
    ) -> Sequence[UnseenRow]:
        """List one page of what no account of a party has opened, downloaded or looked at, oldest first.

        These are documents, letters, messages, requests for documents that still wait for the client, and
        questionnaires that wait and that nobody started. What was withdrawn, replaced or taken back, and what is for a
        closed client, is left out.

        Args:
            actor: the office.
            days: only what is at least so many days old.
            after: the key of the last row of the page before.
            size: the number of rows of a page.
        """
        until = unseen.until(self._clock.now(), days)
        return self._storage.read.office_unseen(actor, until=until, after=after, size=size)

    def letter(
        self,
        actor: OfficeActor,
        dossier_id: DossierId,
        client_id: ClientId,
        address: str,
        *,
        language: Language | None = None,
    ) -> bytes:
        """Make the PDF of a letter to a party, ready to be posted, about all that it has not opened in a dossier.

        It has the office's name and address, the dossier number, how much waits of each kind and since when, and the
        address of the portal. It has no contents, and no link that grants anything.

        Args:
            actor: the office.
            dossier_id: the dossier.
            client_id: the party.
            address: the postal address of the client, without its name: 1 to 5 lines. The portal does not keep it.
            language: the language of the letter. None: that of the client's main account.

        Raises:
            Absent: the office has no such dossier or client, or the client has opened everything there.
            Refused: the address has no lines, too many, or one that is too long.
            Unavailable: the logo of the office cannot be read now.
        """
        lines = unseen.postal_address(address)
        with self._storage.begin() as uow:
            office, dossier = uow.offices.get(actor.office_id), uow.dossiers.get(actor.office_id, dossier_id)
            client = uow.clients.get(actor.office_id, client_id)
            chosen = language or _language_of(uow, client)
        found = self._storage.read.office_unseen_of(actor, dossier_id, client_id)
        if not found:
            raise Absent("unseen thing")
        return self._pdf.write_letter(
            PostalLetter(
                language=chosen,
                office=office.profile,
                client_name=client.name,
                address=tuple(lines),
                dossier_number=dossier.number,
                unseen=tuple(found),
                url=office.base_url,
                written_on=day(self._clock.now()),
                logo=self._logos.of(office),
            )
        )


def _language_of(uow: UnitOfWork, client: Client) -> Language:
    """Give the language of the main account of a client: the newest, if it had another one before."""
    accounts = uow.accounts.of_clients(client.office_id, [client.id])
    main = max((each for each in accounts if each.role is AccountRole.MAIN), key=lambda each: each.id)
    return uow.persons.get(client.office_id, main.person_id).language
