"""What one party may see of a dossier, of what the office sees: as the party's own pages list it (NW-4).

What the party sent counts as opened before the archive has it: from then on it cannot be taken back (ME-6, RQ-3).
"""

from functools import partial

import attrs

from klantportaal.domain import messages
from klantportaal.domain.accounts import Client
from klantportaal.domain.archives import OpenQuestionnaire
from klantportaal.domain.documents import SHOWN
from klantportaal.domain.messages import Message
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.requests import DocumentRequest
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import MessageId, RequestId, SubmissionId
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import (
    DocumentRow,
    InboxRow,
    MessageRow,
    MessageView,
    OfficeDossier,
    PublishedRow,
)
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared import opening
from klantportaal.usecases.shared.archive_members import PartyContents
from klantportaal.usecases.shared.recording import Recorder


@attrs.frozen(kw_only=True)
class OfficeContents:
    """Gives the contents of the office's archive of one dossier, party by party."""

    storage: Storage
    clock: Clock
    recorder: Recorder
    actor: OfficeActor
    dossier: OfficeDossier
    _opened: dict[MessageId, Message] = attrs.field(factory=dict, init=False)
    """The messages that this archive opened: one with several files is opened once."""

    def of(self, party: Client) -> PartyContents:
        """Give the documents that were published for a party, and all else that is its own."""
        read, dossier = self.storage.read, self.dossier
        inbox = {row.message.id: row for row in dossier.messages if row.message.client_id == party.id}
        submissions = {row.id: row for row in dossier.submissions if row.client_id == party.id}

        def open_submission(id: SubmissionId) -> None:
            row = submissions[id]
            if row.request_id is not None:
                self._open_delivery(row.request_id, id)
            if row.message_id is not None:
                self._message(inbox[row.message_id].message)

        def message(id: MessageId) -> MessageView:
            return _message_view(self._message(inbox[id].message), inbox[id])

        return PartyContents(
            name=party.name,
            documents=[
                _document_row(row)
                for row in dossier.documents
                if party.id in row.audience and row.document.state in SHOWN
            ],
            submissions=[*submissions.values()],
            requests=[row for row in dossier.requests if row.client_id == party.id],
            questionnaires=[
                OpenQuestionnaire(subject=row.subject, assigned_at=row.assigned_at, due_on=row.due_on)
                for row in dossier.assignments
                if row.client_id == party.id and row.state is AssignmentState.OPEN
            ],
            messages=[_message_row(row) for row in inbox.values()],
            document_file=partial(read.office_document_file, self.actor),
            submission_file=partial(read.office_submission_file, self.actor),
            open_submission=open_submission,
            receipt=partial(read.receipt, self.actor.office_id),
            request=self._request,
            message=message,
        )

    def _open_delivery(self, request_id: RequestId, id: SubmissionId) -> None:
        now = self.clock.now()
        opening.open_file(self.storage, self.recorder, self.actor, request_id=request_id, submission_id=id, at=now)

    def _request(self, id: RequestId) -> DocumentRequest:
        """Give a request, of which the declarations then count as opened."""
        return opening.open_declarations(self.storage, self.recorder, self.actor, id, at=self.clock.now())

    def _message(self, message: Message) -> Message:
        """Give a message, which then counts as opened. Raises ``Absent`` if it was taken back meanwhile."""
        if not messages.is_unopened(message):
            return message
        if message.id not in self._opened:
            now = self.clock.now()
            self._opened[message.id] = opening.open_message(self.storage, self.recorder, self.actor, message.id, at=now)
        return self._opened[message.id]


def _document_row(row: PublishedRow) -> DocumentRow:
    document = row.document
    return DocumentRow(
        id=document.id,
        kind=document.kind,
        title=document.title,
        file_name=document.file.name,
        size=document.file.size,
        published_at=document.published_at,
        published_by=document.published_by,
        state=document.state,
        edition=document.edition,
        ended_at=document.ended_at,
        reason=document.reason,
        downloaded_at=None,
        looked_at=None,
    )


def _message_row(row: InboxRow) -> MessageRow:
    message = row.message
    return MessageRow(
        id=message.id,
        direction=message.direction,
        subject=message.subject,
        author=message.author,
        sent_at=message.sent_at,
        read_at=None,
        attachments=len(row.attachments),
        taken_back_at=message.taken_back_at,
    )


def _message_view(message: Message, row: InboxRow) -> MessageView:
    return MessageView(
        id=message.id,
        direction=message.direction,
        thread_id=message.thread_id,
        subject=message.subject,
        body=message.body,
        author=message.author,
        sent_at=message.sent_at,
        read_at=None,
        answers=message.answers,
        attachments=row.attachments,
    )
