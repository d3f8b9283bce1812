"""Repositories of messages, uploads, submissions and receipts."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

import attrs

from klantportaal.adapters.storage.memory.tables import Tables, change, drop, owned, put
from klantportaal.domain.errors import Absent, Conflict
from klantportaal.domain.messages import Direction, Message
from klantportaal.domain.quotas import DayUsage
from klantportaal.domain.receipts import Receipt
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import StagedUpload, Submission, is_waiting
from klantportaal.domain.values import (
    AccountId,
    AssignmentId,
    DossierId,
    DraftId,
    MessageId,
    OfficeId,
    ReceiptId,
    SubmissionId,
    UploadId,
)


@attrs.frozen
class Messages:
    """The messages of clients and offices."""

    _tables: Tables

    def get(self, office_id: OfficeId, message_id: MessageId) -> Message:
        """Return a message."""
        return owned(self._tables.messages, office_id, message_id, "message")

    def take(self, office_id: OfficeId, message_id: MessageId) -> Message:
        """Return a message. One unit of work runs at a time, so there is nothing to lock."""
        return self.get(office_id, message_id)

    def is_read(self, message: Message) -> bool:
        """Tell whether any account has read an inbound message."""
        return any(read == message.id for read, _account in self._tables.reads)

    def visible_to(self, actor: Actor, dossier_id: DossierId, message_id: MessageId) -> Message:
        """Return a message of the actor's client in a dossier it is a party to."""
        message = self.get(actor.office_id, message_id)
        if message.dossier_id != dossier_id or not self._tables.sees_message(actor, message):
            raise Absent("message")
        return message

    def of_draft(self, actor: Actor, draft_id: DraftId) -> MessageId | None:
        """Find the message that the actor's account already sent from a draft (AT-5)."""
        wanted = (actor.office_id, actor.account_id, draft_id)
        for message in self._tables.messages.values():
            if (message.office_id, message.account_id, message.draft_id) == wanted:
                return message.id
        return None

    def add(self, message: Message) -> None:
        """Insert a message."""
        if message.draft_id is not None:
            draft = (message.office_id, message.account_id, message.draft_id)
            if any(
                (each.office_id, each.account_id, each.draft_id) == draft for each in self._tables.messages.values()
            ):
                raise Conflict
        self._tables.messages[message.id] = message

    def save(self, message: Message) -> None:
        """Store that a message was opened, handled or taken back."""
        put(self._tables.messages, message.id, message)

    def mark_read(self, actor: Actor, message_id: MessageId, *, at: datetime) -> bool:
        """Mark an inbound message that the actor sees as read by its account; True the first time (ME-4)."""
        message = self._tables.messages.get(message_id)
        if message is None or message.direction is not Direction.INBOUND or message.taken_back_at is not None:
            return False
        if not self._tables.sees_message(actor, message):
            return False
        mark = (message_id, actor.account_id)
        first = mark not in self._tables.reads
        self._tables.reads.setdefault(mark, at)
        return first


@attrs.frozen
class Uploads:
    """The files that are staged for a message or a questionnaire."""

    _tables: Tables

    def count(self, actor: Actor, draft_id: DraftId) -> tuple[int, int]:
        """Count what the actor's account staged, for this draft and in all."""
        drafts = [upload.draft_id for upload in self._of_account(actor)]
        return drafts.count(draft_id), len(drafts)

    def of_draft(self, actor: Actor, dossier_id: DossierId, draft_id: DraftId) -> Sequence[StagedUpload]:
        """Return what the actor's account staged for a draft in a dossier, oldest first, including expired uploads."""
        wanted = (dossier_id, draft_id)
        return [upload for upload in self._of_account(actor) if (upload.dossier_id, upload.draft_id) == wanted]

    def of_account(self, office_id: OfficeId, account_id: AccountId) -> Sequence[StagedUpload]:
        """Return all that an account staged, including expired uploads."""
        whose = (office_id, account_id)
        return [each for each in self._tables.uploads.values() if (each.office_id, each.account_id) == whose]

    def get(self, actor: Actor, dossier_id: DossierId, upload_id: UploadId) -> StagedUpload:
        """Return a staged file of the actor's account."""
        upload = self._tables.uploads.get(upload_id)
        if upload is None or upload.dossier_id != dossier_id or not _staged_by(upload, actor):
            raise Absent("waiting file")
        return upload

    def add(self, upload: StagedUpload) -> None:
        """Insert a staged file."""
        self._tables.uploads[upload.id] = upload

    def prolong(self, actor: Actor, draft_id: DraftId, *, at: datetime, until: datetime) -> None:
        """Let what the actor's account staged for a draft wait longer, without what has expired."""
        for upload in self._of_account(actor):
            if upload.draft_id == draft_id and at < upload.expires_at < until:
                change(self._tables.uploads, upload.id, expires_at=until)

    def remove(self, office_id: OfficeId, upload_ids: Collection[UploadId]) -> int:
        """Delete staged files, and return how many there were."""
        there = [
            each for each in self._tables.uploads.values() if each.office_id == office_id and each.id in upload_ids
        ]
        for upload in there:
            del self._tables.uploads[upload.id]
        return len(there)

    def expired(self, *, at: datetime, limit: int) -> Sequence[StagedUpload]:
        """Return some expired uploads of all offices."""
        return [upload for upload in self._tables.uploads.values() if not is_waiting(upload, at=at)][:limit]

    def _of_account(self, actor: Actor) -> list[StagedUpload]:
        uploads = (upload for upload in self._tables.uploads.values() if _staged_by(upload, actor))
        return sorted(uploads, key=lambda upload: upload.id)


def _staged_by(upload: StagedUpload, actor: Actor) -> bool:
    return (upload.office_id, upload.account_id) == (actor.office_id, actor.account_id)


@attrs.frozen
class Usages:
    """What clients sent in a day."""

    _tables: Tables

    def hold(self, actor: Actor, day: date) -> DayUsage:
        """Return what the actor's client and its office sent in a day."""
        return self._tables.usage(actor, day)

    def save(self, actor: Actor, usage: DayUsage) -> None:
        """Store a changed usage."""
        self._tables.usages[actor.office_id, usage.day, actor.client_id] = usage.client
        self._tables.usages[actor.office_id, usage.day, None] = usage.office

    def forget(self, *, before: date, limit: int) -> int:
        """Delete the usage of all offices on the days before a day."""
        return drop(self._tables.usages, limit, lambda key, _usage: key[1] < before)


@attrs.frozen
class Submissions:
    """The files that clients delivered."""

    _tables: Tables

    def add(self, submissions: Sequence[Submission]) -> None:
        """Insert submissions, in the given order."""
        self._tables.submissions.update({submission.id: submission for submission in submissions})

    def of_assignment(self, office_id: OfficeId, assignment_id: AssignmentId) -> Sequence[Submission]:
        """Return what was delivered with a questionnaire, by id."""
        wanted = (office_id, assignment_id)
        found = [each for each in self._tables.submissions.values() if (each.office_id, each.assignment_id) == wanted]
        return sorted(found, key=lambda each: each.id)

    def of_message(self, office_id: OfficeId, message_id: MessageId) -> Sequence[Submission]:
        """Return the attachments of a message."""
        wanted = (office_id, message_id)
        return [each for each in self._tables.submissions.values() if (each.office_id, each.message_id) == wanted]

    def remove(self, office_id: OfficeId, submission_ids: Collection[SubmissionId]) -> Sequence[Submission]:
        """Delete submissions that were taken back, and return them."""
        submissions = self._tables.submissions
        there = [each for each in submissions.values() if each.office_id == office_id and each.id in submission_ids]
        for submission in there:
            del submissions[submission.id]
        return there

    def message_of(self, office_id: OfficeId, submission_id: SubmissionId) -> MessageId | None:
        """Return the message that a submission was sent with."""
        submission = self._tables.submissions.get(submission_id)
        return None if submission is None or submission.office_id != office_id else submission.message_id

    def remove_of_message(self, office_id: OfficeId, message_id: MessageId) -> Sequence[Submission]:
        """Delete the attachments of a message, and return what they were."""
        removed = self.of_message(office_id, message_id)
        for submission in removed:
            del self._tables.submissions[submission.id]
        return removed


@attrs.frozen
class Receipts:
    """The receipts of what clients delivered."""

    _tables: Tables

    def add(self, receipt: Receipt) -> None:
        """Insert a receipt."""
        if receipt.id in self._tables.receipts:
            raise Conflict
        self._tables.receipts[receipt.id] = receipt

    def get(self, office_id: OfficeId, receipt_id: ReceiptId) -> Receipt:
        """Return a receipt."""
        return owned(self._tables.receipts, office_id, receipt_id, "receipt")

    def remove(self, office_id: OfficeId, receipt_id: ReceiptId) -> None:
        """Delete the receipt of a delivery that was taken back, if there is one."""
        receipt = self._tables.receipts.get(receipt_id)
        if receipt is not None and receipt.office_id == office_id:
            del self._tables.receipts[receipt_id]
