"""Makes rows of pages from rows of tables, and sorts them newest first."""

from collections.abc import Iterable
from typing import Protocol, TypeVar
from uuid import UUID

from klantportaal.adapters.storage.memory.tables import Tables
from klantportaal.domain.accounts import Account
from klantportaal.domain.documents import Document
from klantportaal.domain.dossiers import Dossier
from klantportaal.domain.messages import Message
from klantportaal.domain.outgoing import UNDELIVERED, Task, TaskState
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.publishing import Published
from klantportaal.domain.sessions import Actor, Session
from klantportaal.domain.uploads import Submission
from klantportaal.domain.values import PersonId, searchable
from klantportaal.ports.reading import (
    AssignmentRow,
    DocumentRow,
    DossierKey,
    DossierRow,
    ExtraAccountRow,
    MessageRow,
    OpenAction,
    RevisionRow,
    SessionRow,
    SubmissionRow,
)


class _Identified(Protocol):
    @property
    def id(self) -> UUID: ...


Thing = TypeVar("Thing", bound=_Identified)


def newest(things: Iterable[Thing]) -> list[Thing]:
    """Sort by id, newest first: ids grow with time."""
    return sorted(things, key=lambda thing: thing.id, reverse=True)


def newest_deliveries(submissions: Iterable[Submission]) -> list[Submission]:
    """Sort by time of delivery, newest first. An id can be older than the delivery."""
    return sorted(submissions, key=lambda each: (each.delivered_at, each.id), reverse=True)


def dossiers(candidates: Iterable[Dossier], *, search: str, after: DossierKey | None) -> list[DossierRow]:
    """Find dossiers by a part of number or description (DO-2), newest change first.

    Args:
        candidates: the dossiers to search.
        search: the text to find, ignoring case and accents; empty finds all.
        after: the key of the last row of the page before; None for the first page.
    """
    wanted = searchable(search)
    found = [dossier(each) for each in candidates if wanted in each.search]
    if after is not None:
        found = [row for row in found if (row.changed_at, row.id) < (after.changed_at, after.id)]
    return sorted(found, key=lambda row: (row.changed_at, row.id), reverse=True)


def dossier(dossier: Dossier) -> DossierRow:
    """Make the row of a dossier."""
    return DossierRow(
        id=dossier.id,
        number=dossier.number,
        description=dossier.description,
        status=dossier.status,
        changed_at=dossier.changed_at,
    )


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
    )


def attachments(tables: Tables, message: Message) -> tuple[SubmissionRow, ...]:
    """Make the rows of the attachments of a message, in the order of their delivery."""
    came = [each for each in tables.submissions.values() if each.message_id == message.id]
    return tuple(submission(tables, each) for each in sorted(came, key=lambda each: each.id))


def submission(tables: Tables, submission: Submission) -> SubmissionRow:
    """Make the row of a submission."""
    return SubmissionRow(
        id=submission.id,
        kind=submission.kind,
        name=submission.file.name,
        size=submission.file.size,
        delivered_at=submission.delivered_at,
        delivered_by=tables.accounts[submission.account_id].name,
        message_id=submission.message_id,
        assignment_id=submission.assignment_id,
    )


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
    )


def revision(published: Published) -> RevisionRow:
    """Make the row of a published revision, without its document."""
    return RevisionRow(
        questionnaire=published.questionnaire,
        revision=published.revision,
        digest=published.digest,
        titles=published.titles,
        published_at=published.published_at,
        published_by=published.published_by,
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
