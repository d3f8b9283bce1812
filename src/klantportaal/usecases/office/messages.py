"""Sending messages to clients, and reading the messages and files of clients (OF-1, ME-6)."""

from collections.abc import Sequence
from functools import partial

import attrs

from klantportaal.domain import messages
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import Absent, Fault, FaultCode, Refused
from klantportaal.domain.events import SubmissionDownloaded
from klantportaal.domain.external_ids import ExternalKind
from klantportaal.domain.messages import Direction, Message, MessageLimits, MessageText
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import ClientId, DossierId, MessageId, SubmissionId
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import InboxRow, OfficeConversation
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared import opening
from klantportaal.usecases.shared.downloading import Download, Downloads, open_found
from klantportaal.usecases.shared.external_ids import find, made_before, named
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more


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
        external_id: str | None = None,
    ) -> MessageId:
        """Send a message to one client of a dossier, or answer a message of the client (ME-1).

        The other parties of the dossier never see the message. A message that is answered counts as opened (ME-6). A
        message that was sent with the same external id and contents before is given again (EX-2).

        Raises:
            Absent: the office has no such dossier, or the client wrote no such message in it.
            Refused: the client is not a party to the dossier, or one fault for each missing or overlong field, or the
                answered message was taken back; or ``EXTERNAL_ID_TAKEN``: a message has the external id and was sent
                with other contents.
        """
        with self._storage.begin() as uow:
            uow.dossiers.get(actor.office_id, dossier_id)
            id = MessageId(self._ids.new())
            contents = (dossier_id, client_id, text, answers)
            if made := made_before(
                uow, external_id, *contents, kind=ExternalKind.MESSAGE, office_id=actor.office_id, id=id
            ):
                return MessageId(made)
            if client_id not in uow.dossiers.parties(actor.office_id, dossier_id):
                raise Refused([Fault(code=FaultCode.NOT_A_PARTY, field="client")])
            message, sent = messages.send_from_office(
                text,
                id=id,
                office_id=actor.office_id,
                dossier_id=dossier_id,
                client_id=client_id,
                handler=actor.handler,
                answers=self._answered(uow, actor, dossier_id, client_id, answers) if answers else None,
                limits=self._limits,
                external_id=external_id,
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
        answered = uow.messages.take(actor.office_id, answers)
        if (answered.dossier_id, answered.client_id) != (dossier_id, client_id):
            raise Absent("message")
        return self._opened(uow, actor, answered)

    def find(self, actor: OfficeActor, external_id: str) -> MessageId:
        """Find a message of the office by the external id that it was sent with (EX-1). Raises: Absent."""
        return MessageId(find(self._storage, actor, ExternalKind.MESSAGE, external_id))

    def inbox(self, actor: OfficeActor, *, handled: bool = False, after: MessageId | None = None) -> Sequence[InboxRow]:
        """List one page of the clients' messages that are handled or are not, newest first.

        Listing does not count as opening: until ``read``, a client can take its message back (ME-6).
        """
        rows = self._storage.read.office_inbox(actor, handled=handled, after=after)
        return named(self._storage, actor, rows, lambda row: row.message.id)

    def peek(self, actor: OfficeActor, message_id: MessageId) -> OfficeConversation:
        """Give the conversation of a message, with who read and opened what, and when (ME-6). Nothing is marked.

        Args:
            actor: the office.
            message_id: any message of the conversation, of either side. See ``read`` for which messages are given.

        Raises:
            Absent: the office has no such message.
        """
        found = self._storage.read.office_conversation(actor, message_id)
        rows = named(self._storage, actor, found.messages, lambda row: row.message.id)
        return attrs.evolve(found, messages=tuple(rows))

    @once_more
    def read(self, actor: OfficeActor, message_id: MessageId) -> OfficeConversation:
        """Open the conversation of a message. From then on, the client cannot take back what was shown (ME-6).

        At most ``CONVERSATION`` messages are given, oldest first: the newest, or, if the message is older than those,
        those up to it. Each message of the client that is given is marked as opened, by the first handler that does.

        Raises:
            Absent: the office has no such message.
        """
        conversation = self.peek(actor, message_id)
        while unopened := [row.message.id for row in conversation.messages if messages.is_unopened(row.message)]:
            with self._storage.begin() as uow:
                for each in unopened:
                    self._opened(uow, actor, uow.messages.take(actor.office_id, each))
                uow.commit()
            # Read again: until it was marked, the client may have taken a message back, or sent another.
            conversation = self.peek(actor, message_id)
        return conversation

    @once_more
    def take_back(self, actor: OfficeActor, message_id: MessageId) -> None:
        """Take back a message of the office, until an account of the client has read it (ME-6).

        The text is deleted. A line with the time stays. A notification that has not gone out is not sent.

        Raises:
            Absent: the office has no such message.
            Refused: the client wrote it, or an account of the client has read it, or it was taken back before.
        """
        with self._storage.begin() as uow:
            message = uow.messages.take(actor.office_id, message_id)
            is_read, now = uow.messages.is_read(message), self._clock.now()
            gone, fact = messages.take_back(message, side=Direction.INBOUND, by=actor.handler, is_read=is_read, at=now)
            uow.messages.save(gone)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def _opened(self, uow: UnitOfWork, actor: OfficeActor, message: Message) -> Message:
        """Mark a client's message as opened, if it is not yet."""
        return opening.opened_message(uow, self._recorder, actor, message, at=self._clock.now())

    def handle(self, actor: OfficeActor, message_id: MessageId) -> None:
        """Mark a client's message as handled. It counts as opened (ME-6).

        Raises:
            Absent: the office has no such message.
            Refused: the office wrote the message itself, or the message is handled already, or was taken back.
        """
        with self._storage.begin() as uow:
            message = uow.messages.take(actor.office_id, message_id)
            opened = self._opened(uow, actor, message)
            handled, fact = messages.handle(opened, handler=actor.handler, at=self._clock.now())
            uow.messages.save(handled)
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def fetch(self, actor: OfficeActor, submission_id: SubmissionId) -> Download:
        """Download a file that a client submitted.

        If it came with a message, that counts as opened (ME-6). If a request asked for it, its delivery does (RQ-3).

        Raises:
            Absent: the office has no such file, or it was taken back.
            FileWithheld: the file is in quarantine.
            FileDamaged: the stored file differs from the file that was submitted (DC-4).
        """
        request_id = self._storage.read.office_submission_request(actor, submission_id)
        ended = partial(SubmissionDownloaded, submission_id=submission_id)
        download = open_found(
            partial(self._storage.read.office_submission_file, actor, submission_id),
            partial(self._downloads.open, by=actor, ended=ended, submission_id=submission_id),
        )
        if request_id is not None:
            opening.open_file(
                self._storage,
                self._recorder,
                actor,
                request_id=request_id,
                submission_id=submission_id,
                at=self._clock.now(),
            )
        else:
            self._open_message_of(actor, submission_id)
        self._storage.read.office_submission_file(actor, submission_id)  # It may have been taken back just before.
        return download

    @once_more
    def _open_message_of(self, actor: OfficeActor, submission_id: SubmissionId) -> None:
        """Mark the message as opened that a file was sent with, if it was sent with one."""
        with self._storage.begin() as uow:
            message_id = uow.submissions.message_of(actor.office_id, submission_id)
            if message_id is not None:
                self._opened(uow, actor, uow.messages.take(actor.office_id, message_id))
                uow.commit()
