"""Reading and writing messages, with attachments (ME-1 to ME-6, AT-1 to AT-5)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from klantportaal.domain import drafts, messages, quarantine, uploads
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Conflict, FaultCode, Refused
from klantportaal.domain.events import MessageRead, MessageSent
from klantportaal.domain.messages import Direction, Message, MessageLimits, MessageText
from klantportaal.domain.quotas import Room
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import StagedUpload, Submission, UploadLimits
from klantportaal.domain.values import DossierId, DraftId, MessageId, ReceiptId, UploadId
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.reading import Conversation, MessageView, UploadRow
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared import file_removal
from klantportaal.usecases.shared.daily_usage import DailyUsage
from klantportaal.usecases.shared.receipt_codes import ReceiptCodes
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more


@attrs.frozen(kw_only=True)
class _Sending:
    """What is sent, as ``Messages.send`` was told."""

    dossier_id: DossierId
    draft_id: DraftId
    text: MessageText
    answers: MessageId | None
    version: int | None
    files: Mapping[UploadId, str]


@checked_calls
@attrs.frozen(kw_only=True)
class Messages:
    """The messages between a client and its office, per dossier."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _ids: Ids
    _recorder: Recorder
    _limits: MessageLimits
    _upload_limits: UploadLimits
    _daily_usage: DailyUsage
    _receipt_codes: ReceiptCodes

    def peek(self, actor: Actor, dossier_id: DossierId, message_id: MessageId) -> MessageView:
        """Give a message without marking it as read.

        Raises:
            Absent: the client has no such message in this dossier.
        """
        return self._storage.read.message(actor, dossier_id, message_id)

    @once_more
    def read(self, actor: Actor, dossier_id: DossierId, message_id: MessageId) -> MessageView:
        """Give a message. A message from the office is marked as read by this account (ME-4).

        It has the time of the first reading, which is None the first time.

        Raises:
            Absent: the client has no such message in this dossier.
        """
        view = self.peek(actor, dossier_id, message_id)
        if not view.unread:
            return view
        self._mark_read(actor, [view.id])
        # The office may have taken it back until it was marked (ME-6).
        return attrs.evolve(self.peek(actor, dossier_id, message_id), read_at=None)

    def peek_conversation(self, actor: Actor, dossier_id: DossierId, message_id: MessageId) -> Conversation:
        """Give the conversation of a message, without marking anything as read. See ``read_conversation``.

        Raises:
            Absent: see ``read_conversation``.
        """
        return self._storage.read.conversation(actor, dossier_id, message_id)

    @once_more
    def read_conversation(self, actor: Actor, dossier_id: DossierId, message_id: MessageId) -> Conversation:
        """Give the conversation of a message, oldest message first (ME-6).

        At most ``CONVERSATION`` messages are given: the newest, or, if the message is older than those, those up to it.
        Each message of the office that is given is marked as read by this account. It has the time of the first
        reading, which is None the first time.

        Raises:
            Absent: the client has no such message in this dossier.
        """
        conversation, first = self.peek_conversation(actor, dossier_id, message_id), set[MessageId]()
        while unread := [each.id for each in conversation.messages if each.unread]:
            first.update(unread)
            self._mark_read(actor, unread)
            # Read again: until it was marked, the office may have taken a message back, or sent another.
            conversation = self.peek_conversation(actor, dossier_id, message_id)
        shown = [attrs.evolve(each, read_at=None) if each.id in first else each for each in conversation.messages]
        return attrs.evolve(conversation, messages=tuple(shown))

    def _mark_read(self, actor: Actor, message_ids: Sequence[MessageId]) -> None:
        now = self._clock.now()
        with self._storage.begin() as uow:
            for message_id in message_ids:
                if uow.messages.mark_read(actor, message_id, at=now):
                    fact = MessageRead(message_id=message_id, account_id=actor.account_id, at=now)
                    self._recorder.record(uow, actor, fact)
            uow.commit()

    @once_more
    def take_back(self, actor: Actor, dossier_id: DossierId, message_id: MessageId) -> None:
        """Take back a message of the client, with its attachments, until the office has opened one of them (ME-6).

        Any account of the client may. The text, the files and their receipt are deleted. A line with the time stays.

        Raises:
            Absent: the client has no such message in this dossier.
            NotSignedIn: the account was closed or deleted, or its password changed, at the same time.
            Refused: the office wrote it, or has opened it, or it was taken back before.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            uow.accounts.hold(actor)
            uow.messages.visible_to(actor, dossier_id, message_id)
            message = uow.messages.take(actor.office_id, message_id)
            side = Direction.OUTBOUND
            gone, taken_back = messages.take_back(message, side=side, by=actor.name, is_read=False, at=now)
            uow.messages.save(gone)
            removed = uow.submissions.remove_of_message(actor.office_id, message_id)
            uow.receipts.remove(actor.office_id, ReceiptId(message_id))
            self._recorder.record(uow, actor, taken_back)
            uow.commit()
        file_removal.remove(self._files, [each.file for each in removed])

    def new_draft(self) -> DraftId:
        """Create the id of a draft, for staging files and for sending the message exactly once (AT-5)."""
        return DraftId(self._ids.new())

    def uploads(self, actor: Actor, dossier_id: DossierId, draft_id: DraftId) -> Sequence[UploadRow]:
        """List the files that are staged for a draft.

        Raises:
            Absent: the client is not a party to the dossier.
        """
        self._storage.read.dossier(actor, dossier_id)
        return self._storage.read.uploads(actor, dossier_id, draft_id, at=self._clock.now())

    def room(self, actor: Actor) -> Room:
        """Tell how many messages, files and bytes the actor's client may still send today."""
        return self._daily_usage.room(actor)

    @once_more
    def send(
        self,
        actor: Actor,
        dossier_id: DossierId,
        draft_id: DraftId,
        text: MessageText,
        *,
        answers: MessageId | None = None,
        version: int | None = None,
        files: Mapping[UploadId, str] | None = None,
    ) -> MessageId:
        """Send a message or an answer, with the files staged for its draft. This deletes the draft, if it was saved.

        Sending is idempotent (AT-5): the same text with the same draft id is sent once, and so is each of its files.
        Another text, or a further file, with that draft id is sent as another message.

        Args:
            actor: who sends it.
            dossier_id: the dossier.
            draft_id: an id from ``new_draft``.
            text: the text as typed. For an answer, its subject is ignored.
            answers: the message that it answers, if any.
            version: the version of the draft that the page showed, and 0 if it knew of none. None: do not compare.
            files: the names of the files that the page listed, by the id from ``attachments.stage`` or ``uploads``. The
                message is not sent without them.

        Raises:
            Absent: the client has no such dossier, or no such message to answer.
            Conflict: the draft was saved with another text since *version*. Nothing was sent, and it is still there.
            NotSignedIn: the account was closed or deleted, or its password changed, at the same time.
            Refused: one fault for each missing or overlong field, or one for each file that expired, is gone or was
                rejected by the scanner; or a quota of the day is used up.
        """
        sending = _Sending(
            dossier_id=dossier_id, draft_id=draft_id, text=text, answers=answers, version=version, files=files or {}
        )
        with self._daily_usage.noting(actor):
            return self._send_once(actor, sending, name=draft_id)

    def _send_once(self, actor: Actor, sending: _Sending, *, name: DraftId) -> MessageId:
        """Send a draft under *name*, or give the message that was sent under it. For another text, use a new name."""
        try:
            return self._send(actor, sending, name=name)
        except Conflict:  # Probably the draft was sent before. Only then it is looked up.
            sent = self._sent_under(actor, name)
            if sent is None:
                raise
        further: Sequence[StoredFile] = ()
        if messages.is_sent_as(sent, sending.text, dossier_id=sending.dossier_id, answers=sending.answers):
            further = self._further(actor, sending.draft_id, sent)
            if not further:
                return sent.id
        return self._send_once(actor, sending, name=messages.drafted_anew(name, sending.text, further))

    def _sent_under(self, actor: Actor, name: DraftId) -> Message | None:
        with self._storage.begin() as uow:
            sent = uow.messages.of_draft(actor, name)
            return None if sent is None else uow.messages.get(actor.office_id, sent)

    def _further(self, actor: Actor, draft_id: DraftId, sent: Message) -> Sequence[StoredFile]:
        """Give the files that are staged for a sent draft and did not go with its message.

        Files that did go with it came in twice, with a form that was sent twice. They are removed here (AT-5).
        """
        with self._storage.begin() as uow:
            uow.drafts.find(actor, sent.dossier_id, draft_id)  # Locks the staged files: nobody sends them meanwhile.
            staged = uow.uploads.of_draft(actor, sent.dossier_id, draft_id)
            further = drafts.not_delivered(staged, uow.submissions.of_message(actor.office_id, sent.id))
            again = [each for each in staged if each not in further]
            uow.uploads.remove(actor.office_id, [each.id for each in again])
            uow.commit()
        file_removal.remove(self._files, [each.file for each in again])
        return [each.file for each in further]

    def _send(self, actor: Actor, sending: _Sending, *, name: DraftId) -> MessageId:
        now = self._clock.now()
        with self._storage.begin() as uow:
            dossier = uow.dossiers.visible_to(actor, sending.dossier_id)
            # Locks it: a save that arrives meanwhile waits (ST-1).
            kept = uow.drafts.find(actor, sending.dossier_id, sending.draft_id)
            uow.accounts.hold(actor)
            if kept is not None and sending.version is not None:
                drafts.require_seen(kept, sending.text, version=sending.version)
            message, sent = self._message(uow, actor, sending, name, now)
            staged = self._timely(uow, actor, sending, name, now)
            uow.messages.add(message)
            if kept is not None:
                uow.drafts.remove(actor.office_id, actor.account_id, sending.draft_id)
            delivered = self._deliver(uow, staged, message, now)
            if delivered:
                self._receipt_codes.issue(
                    uow,
                    delivered,
                    id=message.id,
                    dossier=dossier,
                    client_name=actor.client_name,
                    delivered_by=actor.name,
                )
            self._daily_usage.spend(uow, actor, messages=1)
            self._recorder.record(uow, actor, sent)
            uow.commit()
        return message.id

    def _message(
        self, uow: UnitOfWork, actor: Actor, sending: _Sending, name: DraftId, now: datetime
    ) -> tuple[Message, MessageSent]:
        place, answers = sending.dossier_id, sending.answers
        return messages.send(
            sending.text,
            id=MessageId(self._ids.new()),
            draft_id=name,
            office_id=actor.office_id,
            dossier_id=place,
            client_id=actor.client_id,
            account_id=actor.account_id,
            author=actor.name,
            answers=uow.messages.visible_to(actor, place, answers) if answers else None,
            limits=self._limits,
            at=now,
        )

    def _timely(
        self, uow: UnitOfWork, actor: Actor, sending: _Sending, name: DraftId, now: datetime
    ) -> Sequence[StagedUpload]:
        """Give the files staged for a draft. Remove expired files.

        Raises:
            Refused: one fault for each missing file, or one for each that was rejected.
        """
        staged = uow.uploads.of_draft(actor, sending.dossier_id, sending.draft_id)
        late = [each for each in staged if not uploads.is_waiting(each, at=now)]
        gone = self._gone(uow, actor, sending, name, staged)
        if late or gone:
            uow.uploads.remove(actor.office_id, [each.id for each in late])
            uow.commit()
            names = [*(each.file.name for each in late), *gone]
            raise Refused([uploads.file_fault(FaultCode.UPLOAD_GONE, each) for each in names])
        held = uow.quarantine.among(actor.office_id, [each.file.key for each in staged])
        if rejected := quarantine.faults_of(held):
            raise Refused(rejected)
        return staged

    def _gone(
        self, uow: UnitOfWork, actor: Actor, sending: _Sending, name: DraftId, staged: Sequence[StagedUpload]
    ) -> Sequence[str]:
        """Name the listed files that are not staged any more, and did not go with a message of this draft either."""
        missing = sending.files.keys() - {each.id for each in staged}
        if not missing or uow.messages.of_draft(actor, name) is not None:  # That message was sent: it comes twice.
            return []
        sent = uow.messages.of_draft(actor, sending.draft_id)
        delivered = [] if sent is None else uow.submissions.of_message(actor.office_id, sent)
        missing -= {UploadId(each.id) for each in delivered}
        return [shown for id, shown in sending.files.items() if id in missing]

    def _deliver(
        self, uow: UnitOfWork, staged: Sequence[StagedUpload], message: Message, now: datetime
    ) -> Sequence[Submission]:
        """Turn staged files into attachments of the message, in the same transaction (AT-2)."""
        delivered = uploads.deliver(
            staged, client_id=message.client_id, message_id=message.id, limits=self._upload_limits, at=now
        )
        if delivered:
            uow.submissions.add(delivered)
            ids = [UploadId(each.id) for each in delivered]
            if uow.uploads.remove(message.office_id, ids) != len(ids):
                raise Conflict
        return delivered
