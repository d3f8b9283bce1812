"""Repository of who has to do something in a dossier (PG-2)."""

from collections.abc import Collection, Iterator, Sequence

import attrs

from klantportaal.adapters.storage.memory.tables import Tables
from klantportaal.domain.messages import Direction, Message
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.values import ClientId, DossierId, OfficeId
from klantportaal.domain.waiting import OpenInParty, ThirdParty, Waiting, WaitingFor, WaitingThing


@attrs.frozen
class WaitingParties:
    """Who has to do something for each party of a dossier."""

    _tables: Tables

    def hold(self, office_id: OfficeId, dossier_id: DossierId, client_id: ClientId) -> OpenInParty | None:
        """Return what is open for a party. None if the client is no party."""
        if not self._is_party(office_id, dossier_id, client_id):
            return None
        party = (dossier_id, client_id)
        return OpenInParty(
            things=tuple(self._things(dossier_id, client_id)),
            third_party=self._tables.third_parties.get(party),
            kept=self._tables.waiting.get(party),
        )

    def things(self, office_id: OfficeId, dossier_id: DossierId, client_id: ClientId) -> Sequence[WaitingThing]:
        """Return what is open for a party. Nothing if the client is no party."""
        is_party = self._is_party(office_id, dossier_id, client_id)
        return list(self._things(dossier_id, client_id)) if is_party else []

    def save(self, office_id: OfficeId, dossier_id: DossierId, client_id: ClientId, waiting: Waiting | None) -> None:
        """Save who has to do something for a party."""
        if not self._is_party(office_id, dossier_id, client_id):
            return
        self._tables.waiting.pop((dossier_id, client_id), None)
        if waiting is not None:
            self._tables.waiting[dossier_id, client_id] = waiting

    def name(
        self,
        office_id: OfficeId,
        dossier_id: DossierId,
        client_ids: Collection[ClientId],
        third_party: ThirdParty | None,
    ) -> None:
        """Save whom the office waits for, for some parties."""
        for client_id in client_ids:
            if self._is_party(office_id, dossier_id, client_id):
                self._tables.third_parties.pop((dossier_id, client_id), None)
                if third_party is not None:
                    self._tables.third_parties[dossier_id, client_id] = third_party

    def _is_party(self, office_id: OfficeId, dossier_id: DossierId, client_id: ClientId) -> bool:
        dossier = self._tables.dossiers.get(dossier_id)
        ours = dossier is not None and dossier.office_id == office_id
        return ours and client_id in self._tables.parties[dossier_id]

    def _things(self, dossier_id: DossierId, client_id: ClientId) -> Iterator[WaitingThing]:
        whose = (dossier_id, client_id)
        for assignment in self._tables.assignments.values():
            if (assignment.dossier_id, assignment.client_id) == whose and assignment.state is AssignmentState.OPEN:
                yield WaitingThing(whom=WaitingFor.CLIENT, since=assignment.assigned_at, due_on=assignment.due_on)
        for request in self._tables.requests.values():
            if (request.dossier_id, request.client_id) == whose:
                if request.waiting_since is not None:
                    yield WaitingThing(whom=WaitingFor.CLIENT, since=request.waiting_since, due_on=request.due_on)
                if request.delivered_since is not None:
                    yield WaitingThing(whom=WaitingFor.OFFICE, since=request.delivered_since)
        for message in self._tables.messages.values():
            if (message.dossier_id, message.client_id) == whose and self._is_unanswered(message):
                yield WaitingThing(whom=WaitingFor.OFFICE, since=message.sent_at)

    def _is_unanswered(self, message: Message) -> bool:
        """Tell whether a message of a client is neither handled nor answered in its conversation."""
        if message.direction is Direction.INBOUND or message.handled_at or message.taken_back_at:
            return False
        thread = [each for each in self._tables.messages.values() if each.thread_id == message.thread_id]
        answers = (each for each in thread if each.direction is Direction.INBOUND and each.id > message.id)
        return all(each.taken_back_at is not None for each in answers)
