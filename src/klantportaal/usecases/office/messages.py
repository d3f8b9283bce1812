"""Sending messages to clients, and reading the messages and files of clients (OF-1)."""

from collections.abc import Sequence
from functools import partial

import attrs

from klantportaal.domain import messages
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import Absent, Fault, FaultCode, Refused
from klantportaal.domain.events import SubmissionDownloaded
from klantportaal.domain.messages import Message, MessageLimits, MessageText
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import ClientId, DossierId, MessageId, SubmissionId
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import InboxRow
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared.downloading import Download, Downloads
from klantportaal.usecases.shared.recording import Recorder


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeMessages:
    """The messages between an office and its clients."""

    _storage: Storage
    _downloads: Downloads
    _clock: Clock
    _ids: Ids
    _recorder: Recorder
    _limits: MessageLimits

    def send(
        self,
        actor: OfficeActor,
        dossier_id: DossierId,
        client_id: ClientId,
        text: MessageText,
        *,
        answers: MessageId | None = None,
    ) -> MessageId:
        """Send a message to one client of a dossier, or answer a message of the client (ME-1).

        The other parties of the dossier never see the message.

        Raises:
            Absent: the office has no such dossier, or the client wrote no such message in it.
            Refused: the client is not a party to the dossier, or one fault for each missing or overlong field.
        """
        with self._storage.begin() as uow:
            uow.dossiers.get(actor.office_id, dossier_id)
            if client_id not in uow.dossiers.parties(actor.office_id, dossier_id):
                raise Refused([Fault(code=FaultCode.NOT_A_PARTY, field="client")])
            message, sent = messages.send_from_office(
                text,
                id=MessageId(self._ids.new()),
                office_id=actor.office_id,
                dossier_id=dossier_id,
                client_id=client_id,
                handler=actor.handler,
                answers=self._answered(uow, actor, dossier_id, client_id, answers) if answers else None,
                limits=self._limits,
                at=self._clock.now(),
            )
            uow.messages.add(message)
            self._recorder.record(uow, actor, sent)
            uow.commit()
        return message.id

    def _answered(
        self, uow: UnitOfWork, actor: OfficeActor, dossier_id: DossierId, client_id: ClientId, answers: MessageId
    ) -> Message:
        """Find the message to answer. It must be of the same dossier and client (ME-1). Raises: Absent."""
        answered = uow.messages.get(actor.office_id, answers)
        if (answered.dossier_id, answered.client_id) != (dossier_id, client_id):
            raise Absent("message")
        return answered

    def inbox(self, actor: OfficeActor, *, handled: bool = False, after: MessageId | None = None) -> Sequence[InboxRow]:
        """List one page of the clients' messages that are handled or are not, newest first."""
        return self._storage.read.office_inbox(actor, handled=handled, after=after)

    def handle(self, actor: OfficeActor, message_id: MessageId) -> None:
        """Mark a client's message as handled.

        Raises:
            Absent: the office has no such message.
            Refused: the office wrote the message itself, or the message is handled already.
        """
        with self._storage.begin() as uow:
            message = uow.messages.get(actor.office_id, message_id)
            handled, fact = messages.handle(message, handler=actor.handler, at=self._clock.now())
            uow.messages.save(handled)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def fetch(self, actor: OfficeActor, submission_id: SubmissionId) -> Download:
        """Download a file that a client submitted. Raises: Absent, FileDamaged."""
        file = self._storage.read.office_submission_file(actor, submission_id)
        return self._downloads.open(
            file,
            by=actor,
            ended=partial(SubmissionDownloaded, submission_id=submission_id),
            submission_id=submission_id,
        )
