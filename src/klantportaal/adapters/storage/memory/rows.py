"""Makes rows of pages from rows of tables, and sorts them newest first."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

import attrs

from klantportaal.adapters.storage.memory.tables import Tables
from klantportaal.domain.accounts import Account, Client
from klantportaal.domain.documents import Document
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.messages import Message, is_unopened
from klantportaal.domain.outgoing import UNDELIVERED, Task, TaskState
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.drafts import QuestionnaireDraft
from klantportaal.domain.questionnaires.publishing import Published
from klantportaal.domain.requests import DocumentRequest
from klantportaal.domain.sessions import Actor, Session
from klantportaal.domain.templates import PublishedTemplate
from klantportaal.domain.uploads import StagedUpload, Submission
from klantportaal.domain.values import MessageId, PersonId, ReceiptId
from klantportaal.domain.waiting import Waiting
from klantportaal.ports.reading import (
    AssignmentRow,
    DocumentRow,
    DossierKey,
    DossierRow,
    ExtraAccountRow,
    MessageRow,
    MessageView,
    NewsKind,
    NewsRow,
    OpenAction,
    QuestionnaireDraftRow,
    RequestRow,
    RequestView,
    RevisionRow,
    SessionRow,
    SubmissionKey,
    SubmissionRow,
    TemplateRow,
    UploadRow,
    WaitingDossier,
    WaitingKind,
    WaitingRow,
)


class _Identified(Protocol):
    @property
    def id(self) -> UUID: ...


Thing = TypeVar("Thing", bound=_Identified)


def newest(things: Iterable[Thing]) -> list[Thing]:
    """Sort by id, newest first: ids grow with time."""
    return sorted(things, key=lambda thing: thing.id, reverse=True)


def newest_deliveries(submissions: Iterable[Submission], *, after: SubmissionKey | None = None) -> list[Submission]:
    """Sort by time of delivery, newest first. An id can be older than the delivery. Give those after a position."""
    found = sorted(submissions, key=lambda each: (each.delivered_at, each.id), reverse=True)
    return [each for each in found if after is None or (each.delivered_at, each.id) < (after.delivered_at, after.id)]


def dossiers(candidates: Iterable[DossierRow], *, after: DossierKey | None) -> list[DossierRow]:
    """Sort dossiers, newest change first. Return those after the last row of the page before, if there was one."""
    rows = sorted(candidates, key=lambda row: (row.changed_at, row.id), reverse=True)
    return [row for row in rows if after is None or (row.changed_at, row.id) < (after.changed_at, after.id)]


def office_dossier(dossier: Dossier) -> DossierRow:
    """Make the row of a dossier, as the office sees it."""
    return DossierRow(
        id=dossier.id,
        number=dossier.number,
        description=dossier.description,
        status=dossier.status,
        changed_at=dossier.changed_at,
    )


def party_dossier(tables: Tables, actor: Actor, dossier: Dossier) -> DossierRow:
    """Make the row of a dossier, as a party sees it: with the last change that it can see (DO-2)."""
    return attrs.evolve(office_dossier(dossier), changed_at=tables.party_changes[dossier.id, actor.client_id])


def waiting_party(dossier: Dossier, client: Client, waiting: Waiting) -> WaitingDossier:
    """Make the row of a party, in the office's list of who has to do something (PG-2)."""
    return WaitingDossier(
        dossier_id=dossier.id,
        number=dossier.number,
        description=dossier.description,
        status=dossier.status,
        client_id=client.id,
        client_name=client.name,
        waiting=waiting,
    )


def news(tables: Tables, kind: NewsKind, thing: Document | Message, title: str, at: datetime) -> NewsRow:
    """Make the row of something new on the home page."""
    return NewsRow(
        kind=kind,
        id=thing.id,
        dossier_id=thing.dossier_id,
        dossier_number=tables.dossiers[thing.dossier_id].number,
        title=title,
        at=at,
    )


def waiting(tables: Tables, kind: WaitingKind, asked: Assignment | DocumentRequest, asked_at: datetime) -> WaitingRow:
    """Make the row of something that waits for the client on the home page."""
    return WaitingRow(
        kind=kind,
        id=asked.id,
        dossier_id=asked.dossier_id,
        dossier_number=tables.dossiers[asked.dossier_id].number,
        subject=asked.subject,
        asked_at=asked_at,
        due_on=asked.due_on,
    )


def waiting_dossier(tables: Tables, actor: Actor, dossier: Dossier) -> DossierRow:
    """Make the row of a dossier for a list or its own page: with its step, and who has to do something (PG-1, PG-2)."""
    waiting = tables.waiting.get((dossier.id, actor.client_id))
    return attrs.evolve(party_dossier(tables, actor, dossier), step=dossier.step, waiting=waiting)


def document(tables: Tables, actor: Actor, document: Document) -> DocumentRow:
    """Make the row of a document, as seen by an account."""
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
        downloaded_at=tables.downloads.get((document.id, actor.account_id)),
        looked_at=tables.looks.get((document.id, actor.account_id)),
    )


def message(tables: Tables, actor: Actor, message: Message) -> MessageRow:
    """Make the row of a message, as seen by an account."""
    return MessageRow(
        id=message.id,
        direction=message.direction,
        subject=message.subject,
        author=message.author,
        sent_at=message.sent_at,
        read_at=tables.reads.get((message.id, actor.account_id)),
        attachments=len(attachments(tables, message)),
        taken_back_at=message.taken_back_at,
    )


def message_view(tables: Tables, actor: Actor, message: Message) -> MessageView:
    """Make the view of a message, as seen by an account."""
    return MessageView(
        id=message.id,
        direction=message.direction,
        thread_id=message.thread_id,
        subject=message.subject,
        body=message.body,
        author=message.author,
        sent_at=message.sent_at,
        read_at=tables.reads.get((message.id, actor.account_id)),
        answers=message.answers,
        attachments=attachments(tables, message),
        taken_back_at=message.taken_back_at,
        can_take_back=is_unopened(message),
    )


def shown(thread: Iterable[Message], opened: Message, size: int) -> tuple[list[Message], MessageId | None]:
    """Choose the messages of a conversation, oldest first, and the next older one (``Reading.conversation``)."""
    newest_first = newest(thread)
    start = newest_first.index(opened)
    some = newest_first[start if start >= size else 0 :]
    return some[:size][::-1], some[size].id if len(some) > size else None


def newest_standing(thread: Iterable[Message]) -> MessageId | None:
    """Give the newest message that was not taken back."""
    return max((each.id for each in thread if each.taken_back_at is None), default=None)


def attachments(tables: Tables, message: Message) -> tuple[SubmissionRow, ...]:
    """Make the rows of the attachments of a message, in the order of their delivery."""
    came = [each for each in tables.submissions.values() if each.message_id == message.id]
    return tuple(submission(tables, each) for each in sorted(came, key=lambda each: each.id))


def submission(tables: Tables, submission: Submission) -> SubmissionRow:
    """Make the row of a submission."""
    delivered = submission.message_id or submission.delivery_id or submission.assignment_id
    receipt = None if delivered is None else tables.receipts.get(ReceiptId(delivered))
    return SubmissionRow(
        id=submission.id,
        kind=submission.kind,
        name=submission.file.name,
        size=submission.file.size,
        delivered_at=submission.delivered_at,
        delivered_by=tables.accounts[submission.account_id].name,
        client_id=submission.client_id,
        message_id=submission.message_id,
        assignment_id=submission.assignment_id,
        request_id=submission.request_id,
        item_id=submission.item_id,
        request_subject=submission.request_subject,
        item_title=submission.item_title,
        question_label=submission.question_label,
        row_name=submission.row_name,
        quarantine=tables.quarantine_state(submission.office_id, submission.file.key),
        receipt_id=None if receipt is None else receipt.id,
    )


def upload(tables: Tables, upload: StagedUpload) -> UploadRow:
    """Make the row of a staged file."""
    state = tables.quarantine_state(upload.office_id, upload.file.key)
    return UploadRow(id=upload.id, name=upload.file.name, size=upload.file.size, quarantine=state)


def open_action(assignment: Assignment, dossier: Dossier) -> OpenAction:
    """Make the row of an open questionnaire."""
    return OpenAction(
        id=assignment.id,
        dossier_id=dossier.id,
        dossier_number=dossier.number,
        dossier_description=dossier.description,
        subject=assignment.subject,
        assigned_at=assignment.assigned_at,
        due_on=assignment.due_on,
        started_at=assignment.started_at,
        saved_at=assignment.saved_at,
        progress=assignment.progress,
    )


def session(session: Session) -> SessionRow:
    """Make the row of an open session."""
    return SessionRow(
        id=session.id,
        device=session.device,
        network_address=session.network_address,
        started_at=session.started_at,
        seen_at=session.seen_at,
        is_app=session.access_ends_at is not None,
    )


def revision(published: Published) -> RevisionRow:
    """Make the row of a published revision, without its document."""
    return RevisionRow(
        questionnaire=published.questionnaire,
        revision=published.revision,
        digest=published.digest,
        titles=published.titles,
        fragments=published.fragments,
        published_at=published.published_at,
        published_by=published.published_by,
    )


def questionnaire_draft(draft: QuestionnaireDraft) -> QuestionnaireDraftRow:
    """Make the row of a draft of a questionnaire, without its document."""
    return QuestionnaireDraftRow(
        id=draft.id,
        questionnaire=draft.questionnaire,
        titles=draft.titles,
        fragments=draft.fragments,
        saved_at=draft.saved_at,
        saved_by=draft.saved_by,
        version=draft.version,
    )


def assignment(tables: Tables, assignment: Assignment) -> AssignmentRow:
    """Make the row of an assignment: the progress of the client, without its answers."""
    return AssignmentRow(
        id=assignment.id,
        client_id=assignment.client_id,
        client_name=tables.clients[assignment.client_id].name,
        dossier_id=assignment.dossier_id,
        dossier_number=tables.dossiers[assignment.dossier_id].number,
        questionnaire=assignment.questionnaire,
        revision=assignment.revision,
        digest=assignment.digest,
        subject=assignment.subject,
        state=assignment.state,
        assigned_at=assignment.assigned_at,
        assigned_by=assignment.assigned_by,
        due_on=assignment.due_on,
        started_at=assignment.started_at,
        saved_at=assignment.saved_at,
        progress=assignment.progress,
        ended_at=assignment.ended_at,
        submission_id=assignment.submission_id,
    )


def request(tables: Tables, request: DocumentRequest) -> RequestRow:
    """Make the row of a request."""
    dossier = tables.dossiers[request.dossier_id]
    return RequestRow(
        id=request.id,
        client_id=request.client_id,
        client_name=tables.clients[request.client_id].name,
        dossier_id=dossier.id,
        dossier_number=dossier.number,
        dossier_description=dossier.description,
        subject=request.subject,
        made_at=request.made_at,
        made_by=request.made_by,
        state=request.state,
        total=request.total,
        waiting=request.waiting,
        delivered=request.delivered,
        due_on=request.due_on,
        reminded_at=request.reminded_at,
    )


def request_view(tables: Tables, request: DocumentRequest, dossier: DossierRow) -> RequestView:
    """Make the view of one request."""
    files = {each.id: each.file.key for each in tables.submissions.values() if each.request_id == request.id}
    states = {id: tables.quarantine_state(request.office_id, key) for id, key in files.items()}
    return RequestView(
        request=request,
        dossier=dossier,
        client_name=tables.clients[request.client_id].name,
        quarantine={id: state for id, state in states.items() if state is not None},
    )


def template(published: PublishedTemplate) -> TemplateRow:
    """Make the row of a published template, without its document."""
    return TemplateRow(
        template=published.template,
        revision=published.revision,
        digest=published.digest,
        titles=published.titles,
        published_at=published.published_at,
        published_by=published.published_by,
    )


def extra_account(tables: Tables, account: Account) -> ExtraAccountRow:
    """Make the row of an extra account, for the company's main account."""
    person = tables.persons[account.person_id]
    started = [each.started_at for each in tables.sessions.values() if each.account_id == account.id]
    newest = newest_settled(tables, person.id)
    problem = newest if newest is not None and newest.state in UNDELIVERED else None
    return ExtraAccountRow(
        id=account.id,
        name=account.name,
        email=person.email,
        state=account.state,
        made_at=account.made_at,
        invited_at=account.invited_at,
        first_used_at=account.first_used_at,
        last_used_at=max(started, default=None),
        undeliverable=problem is not None and problem.made_at >= account.made_at,
    )


def mail_problem(tables: Tables, person_id: PersonId) -> str | None:
    """Return the reply of the mail server if the newest mail to a person was refused or bounced."""
    newest = newest_settled(tables, person_id)
    return newest.problem if newest is not None and newest.state in UNDELIVERED else None


def newest_settled(tables: Tables, person_id: PersonId) -> Task | None:
    """Find the newest mail to a person that does not wait."""
    tasks = [each for each in tables.tasks.values() if each.person_id == person_id]
    return max((each for each in tasks if each.state is not TaskState.WAITING), key=task_age, default=None)


def task_age(task: Task) -> tuple[object, ...]:
    """Return a sort key for tasks, oldest first."""
    return task.made_at, task.id
