"""Assignments: one client's copy of a questionnaire, from assigning it to its result (QU-1 to QU-4)."""

import enum
from collections.abc import Mapping
from datetime import date, datetime
from uuid import uuid5

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Fault, FaultCode, Refused
from klantportaal.domain.events import (
    QuestionnaireAssigned,
    QuestionnaireCompleted,
    QuestionnairePageSaved,
    QuestionnaireRebased,
    QuestionnaireStarted,
    QuestionnaireWithdrawn,
    ResultFiled,
)
from klantportaal.domain.questionnaires import answering, given, revision_change, signatures
from klantportaal.domain.questionnaires.answering import Answering, Given
from klantportaal.domain.questionnaires.definition import Answers, Definition, ProfileValue
from klantportaal.domain.uploads import Submission, SubmissionKind
from klantportaal.domain.values import (
    NAME_LIMIT,
    AccountId,
    AssignmentId,
    ClientId,
    DossierId,
    Language,
    OfficeId,
    SubmissionId,
    Texts,
    is_blank,
    plain_line,
)


class AssignmentState(enum.StrEnum):
    """The state of an assignment."""

    OPEN = "open"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


@attrs.frozen(kw_only=True, field_transformer=checked)
class Assignment:
    """One client's copy of a questionnaire, in a dossier; counted under ``Acties`` while it is open (HO-2)."""

    id: AssignmentId
    office_id: OfficeId
    client_id: ClientId
    dossier_id: DossierId
    questionnaire: str
    """Its id. *revision* and *digest* pin the document; a newer revision changes nothing here (property 7)."""
    revision: int
    digest: str
    subject: Texts
    assigned_at: datetime
    assigned_by: str
    """The case handler's name."""
    due_on: date | None = None
    """The last day, in the office's time zone. It can still be completed afterwards."""
    state: AssignmentState = AssignmentState.OPEN
    started_at: datetime | None = None
    given: Given | None = attrs.field(default=None, repr=False)
    """What the office answered, until it is started or withdrawn."""
    answering: Answering | None = attrs.field(default=None, repr=False)
    """None before it is started and after it is withdrawn. After completion its answers are the result."""
    progress: int = 0
    """The percentage at the client's last save. Nothing that the office does changes it."""
    saved_at: datetime | None = None
    """When a page was last saved."""
    ended_at: datetime | None = None
    """When it was completed or withdrawn."""
    completed_by: AccountId | None = None
    completed_in: Language | None = None
    """The language in which it was completed, and of its PDF."""
    submission_id: SubmissionId | None = None
    """Its PDF under ``Door mij aangeleverd``, once that is filed (QU-4)."""
    version: int = 1


def assign(
    definition: Definition,
    *,
    id: AssignmentId,
    office_id: OfficeId,
    client_id: ClientId,
    dossier_id: DossierId,
    is_party: bool,
    subject: str,
    due_on: date | None,
    handler: str,
    today: date,
    at: datetime,
    submitted: Mapping[str, object] | None = None,
) -> tuple[Assignment, QuestionnaireAssigned]:
    """Assign a questionnaire to a client of a dossier (QU-1), with the answers that the office gives: *submitted*.

    Without a subject, its title is the subject.

    Raises:
        Refused: the client is no party to the dossier, the subject is too long, the due date has passed, or the
            definition does not take an answer: the field is ``given.`` with that of the answer.
    """
    subject = plain_line(subject)
    answers, found = _given(definition, submitted or {}, today)
    if not is_party:
        found.append(Fault(code=FaultCode.NOT_A_PARTY, field="client_id"))
    if len(subject) > NAME_LIMIT:
        found.append(Fault(code=FaultCode.TOO_LONG, field="subject", params={"limit": NAME_LIMIT}))
    if due_on is not None and due_on < today:
        found.append(Fault(code=FaultCode.DATE_PASSED, field="due_on"))
    if found:
        raise Refused(found)
    assignment = Assignment(
        id=id,
        office_id=office_id,
        client_id=client_id,
        dossier_id=dossier_id,
        questionnaire=definition.id,
        revision=definition.revision,
        digest=definition.digest,
        subject={
            language: heading.title if is_blank(subject) else subject for language, heading in definition.texts.items()
        },
        assigned_at=at,
        assigned_by=handler,
        due_on=due_on,
        given=Given(answers) if answers else None,
    )
    return assignment, QuestionnaireAssigned(assignment_id=id, dossier_id=dossier_id, client_id=client_id, at=at)


def _given(definition: Definition, submitted: Mapping[str, object], today: date) -> tuple[Answers, list[Fault]]:
    """Tidy the answers that the office gives, and list their faults."""
    answers = given.tidy(definition, submitted)
    pages = {question.id: page for page, question in definition.questions() if page.for_each is None}
    found = [Fault(code=FaultCode.UNKNOWN_QUESTION, field=str(id)) for id in submitted if id not in pages]
    for page in definition.pages:
        own = {id: answer for id, answer in submitted.items() if pages.get(id) is page}
        found += answering.unknown_keys(page, own, {})
    found += given.given_faults(definition, answers, as_of=today)
    found += answering.size_faults(answers)
    return answers, [attrs.evolve(fault, field=f"given.{fault.field}" if fault.field else "given") for fault in found]


def start(
    assignment: Assignment,
    definition: Definition,
    known: Mapping[ProfileValue, str],
    *,
    account_id: AccountId,
    today: date,
    at: datetime,
) -> tuple[Assignment, QuestionnaireStarted | None]:
    """Start an assignment; one that was started stays as it is (QU-2).

    Raises:
        Refused: it was completed or withdrawn.
    """
    require_open(assignment)
    if assignment.answering is not None:
        return assignment, None
    begun = answering.start(definition, known, as_of=today, given=assignment.given)
    started = attrs.evolve(assignment, started_at=at, answering=begun, given=None)
    return started, QuestionnaireStarted(assignment_id=assignment.id, account_id=account_id, at=at)


def save(
    assignment: Assignment,
    definition: Definition,
    page_id: str,
    submitted: Mapping[str, object],
    *,
    version: int,
    account_id: AccountId,
    at: datetime,
) -> tuple[Assignment, QuestionnairePageSaved | None]:
    """Save a page with ``Volgende`` (QU-2); the same save again changes nothing.

    Raises:
        Refused, Conflict, Absent: as ``answering.save``; or it is not started, or not open any more.
    """
    before, page = require_started(assignment), definition.page(page_id)
    if page is not None:
        submitted = signatures.signed(page, submitted, before.raw, at=at)
    after, shown = answering.saved_and_shown(definition, before, page_id, submitted, version=version)
    if after is before:
        return assignment, None
    saved = attrs.evolve(assignment, answering=after, progress=answering.done(shown, after), saved_at=at)
    fact = QuestionnairePageSaved(assignment_id=assignment.id, saves=after.version, account_id=account_id, at=at)
    return saved, fact


def complete(
    assignment: Assignment,
    definition: Definition,
    *,
    version: int,
    account_id: AccountId,
    language: Language,
    at: datetime,
) -> tuple[Assignment, QuestionnaireCompleted | None]:
    """Complete an assignment; one that was completed stays as it is (property 9).

    Raises:
        Refused, Conflict: as ``answering.complete``; or it is not started, or was withdrawn.
    """
    if assignment.state is AssignmentState.COMPLETED:
        return assignment, None
    after = answering.complete(definition, require_started(assignment), version=version)
    completed = attrs.evolve(
        assignment,
        answering=after,
        state=AssignmentState.COMPLETED,
        progress=100,
        ended_at=at,
        completed_by=account_id,
        completed_in=language,
    )
    fact = QuestionnaireCompleted(
        assignment_id=assignment.id, dossier_id=assignment.dossier_id, account_id=account_id, at=at
    )
    return completed, fact


def withdraw(assignment: Assignment, *, at: datetime) -> tuple[Assignment, QuestionnaireWithdrawn]:
    """Withdraw an assignment and erase its answers: the office never got them.

    Raises:
        Refused: it was completed or withdrawn already.
    """
    require_open(assignment)
    withdrawn = attrs.evolve(
        assignment, state=AssignmentState.WITHDRAWN, answering=None, given=None, progress=0, ended_at=at
    )
    fact = QuestionnaireWithdrawn(
        assignment_id=assignment.id, dossier_id=assignment.dossier_id, client_id=assignment.client_id, at=at
    )
    return withdrawn, fact


def rebase(
    assignment: Assignment, old: Definition, new: Definition, *, at: datetime
) -> tuple[Assignment, QuestionnaireRebased | None]:
    """Move an assignment to another revision of its questionnaire (property 7); to its own, nothing changes.

    The progress stays until the client saves again. The office chooses the conditions of the new revision, so a new
    progress would tell it which answers meet them.

    Raises:
        Refused: it was completed or withdrawn, or the revision is of another questionnaire.
    """
    require_open(assignment)
    if new.id != assignment.questionnaire:
        raise Refused([Fault(code=FaultCode.OTHER_QUESTIONNAIRE, field="questionnaire")])
    if new.digest == assignment.digest:
        return assignment, None
    before = assignment.answering
    after = None if before is None else revision_change.rebase(old, new, before)
    rebased = attrs.evolve(assignment, revision=new.revision, digest=new.digest, answering=after)
    fact = QuestionnaireRebased(
        assignment_id=assignment.id,
        dossier_id=assignment.dossier_id,
        client_id=assignment.client_id,
        revision=new.revision,
        digest=new.digest,
        at=at,
    )
    return rebased, fact


def file_result(
    assignment: Assignment, file: StoredFile, *, at: datetime
) -> tuple[Assignment, Submission, ResultFiled] | None:
    """File the PDF of a completed assignment in the dossier, once (QU-4, property 9); None if that is done."""
    if assignment.submission_id is not None or assignment.ended_at is None or assignment.completed_by is None:
        return None
    submission = Submission(
        id=SubmissionId(uuid5(assignment.id, "result")),
        office_id=assignment.office_id,
        client_id=assignment.client_id,
        dossier_id=assignment.dossier_id,
        account_id=assignment.completed_by,
        kind=SubmissionKind.QUESTIONNAIRE,
        message_id=None,
        assignment_id=assignment.id,
        file=file,
        delivered_at=assignment.ended_at,
    )
    filed = attrs.evolve(assignment, submission_id=submission.id)
    return filed, submission, ResultFiled(assignment_id=assignment.id, submission_id=submission.id, at=at)


def result_of(assignment: Assignment) -> Answering:
    """Give the answers of a completed assignment. Before completion they are the client's own.

    Raises:
        Refused: it is not completed.
    """
    if assignment.state is not AssignmentState.COMPLETED or assignment.answering is None:
        raise _wrong_state(assignment)
    return assignment.answering


def require_open(assignment: Assignment) -> None:
    """Require an open assignment. Raises: Refused."""
    if assignment.state is not AssignmentState.OPEN:
        raise _wrong_state(assignment)


def require_started(assignment: Assignment) -> Answering:
    """Give the answers so far of an assignment that is open and started. Raises: Refused."""
    require_open(assignment)
    if assignment.answering is None:
        raise Refused([Fault(code=FaultCode.WRONG_STATE, field="questionnaire", params={"state": "new"})])
    return assignment.answering


def _wrong_state(assignment: Assignment) -> Refused:
    return Refused([Fault(code=FaultCode.WRONG_STATE, field="questionnaire", params={"state": assignment.state})])
