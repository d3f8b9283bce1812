"""Files that are answers: first an account's upload, at last a submission of the client (AT-2, QU-4)."""

from datetime import datetime
from uuid import UUID, uuid5

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.questionnaires.answering import files_in
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.definition import Definition
from klantportaal.domain.uploads import StagedUpload, Submission, SubmissionKind
from klantportaal.domain.values import AccountId, AnswerFileId, AssignmentId, DraftId, OfficeId, SubmissionId


@attrs.frozen(kw_only=True, field_transformer=checked)
class AnswerFile:
    """A file that was saved as an answer: no longer an upload of one account, not yet a submission."""

    id: AnswerFileId
    office_id: OfficeId
    assignment_id: AssignmentId
    account_id: AccountId
    """Who uploaded it."""
    file: StoredFile
    kept_at: datetime


def draft_of(assignment_id: AssignmentId, question: str) -> DraftId:
    """Give the id of the draft under which an account stages files for a question."""
    return DraftId(uuid5(assignment_id, f"upload/{question}"))


def kept(upload: StagedUpload, assignment: Assignment, *, at: datetime) -> AnswerFile:
    """Turn a staged file into an answer. It does not expire, and all accounts of the client see it."""
    return AnswerFile(
        id=AnswerFileId(upload.id),
        office_id=upload.office_id,
        assignment_id=assignment.id,
        account_id=upload.account_id,
        file=upload.file,
        kept_at=at,
    )


def delivered(answer: AnswerFile, assignment: Assignment, *, at: datetime) -> Submission:
    """Turn an answer into a submission, which is listed under ``Door mij aangeleverd``."""
    return Submission(
        id=SubmissionId(answer.id),
        office_id=answer.office_id,
        client_id=assignment.client_id,
        dossier_id=assignment.dossier_id,
        account_id=answer.account_id,
        kind=SubmissionKind.ATTACHMENT,
        message_id=None,
        assignment_id=assignment.id,
        file=answer.file,
        delivered_at=at,
    )


def files_of(assignment: Assignment, definition: Definition) -> frozenset[AnswerFileId]:
    """Give the ids of the files among the answers of an assignment."""
    held = () if assignment.answering is None else files_in(definition, assignment.answering.raw)
    return frozenset(AnswerFileId(UUID(id)) for id in held)
