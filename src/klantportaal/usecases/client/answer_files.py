"""Files as answers: staged by one account, kept when the page is saved, submitted on completion (AT-2, QU-2, QU-4)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

import attrs

from klantportaal.domain import quarantine, uploads
from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, Refused
from klantportaal.domain.quarantine import QuarantineState
from klantportaal.domain.questionnaires import answer_files, assignments
from klantportaal.domain.questionnaires.answer_files import draft_of
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.definition import Answer, Answers, Definition, Page
from klantportaal.domain.questionnaires.replies import tidied
from klantportaal.domain.questionnaires.results import result
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import StagedUpload
from klantportaal.domain.values import AssignmentId, UploadId
from klantportaal.ports.clock import Clock
from klantportaal.ports.reading import UploadRow
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.client.attachments import Attachments
from klantportaal.usecases.shared import file_removal
from klantportaal.usecases.shared.definitions import Definitions


@checked_calls
@attrs.frozen(kw_only=True)
class AnswerFiles:
    """Stages files that answer a question of a questionnaire."""

    _storage: Storage
    _clock: Clock
    _attachments: Attachments
    _definitions: Definitions

    def stage(
        self, actor: Actor, assignment_id: AssignmentId, question_id: str, *, name: str, blocks: Iterable[bytes]
    ) -> UploadRow:
        """Stage one file for a question. Only this account sees it until the page is saved (AT-2).

        For a column of rows, *question_id* is that of the rows, a dot, and that of the column: ``owners.passport``. The
        page that is saved says in which row each file is. On the page of a row, ids end in the key of the row.

        Raises:
            Absent: the client has no such questionnaire, or the questionnaire has no such question for files.
            Refused: as for an attachment (AT-3); or the questionnaire is not being filled in.
            StorageFull: the file could not be stored; nothing of it is kept.
            Unavailable: the file could not be stored; or it could not be scanned, and the settings do not let it wait.
                Nothing of it is kept.
        """
        view = self._storage.read.assignment(actor, assignment_id)
        definition = self._definitions.outside(self._storage, actor.office_id, view.assignment.digest)
        begun = view.assignment.answering
        if not answer_files.asks_for(definition, {} if begun is None else begun.raw, question_id):
            raise Absent("question")
        assignments.require_started(view.assignment)
        draft = draft_of(assignment_id, question_id)
        return self._attachments.stage(actor, view.dossier.id, draft, name=name, blocks=blocks)

    def staged(self, actor: Actor, assignment_id: AssignmentId, question_id: str) -> Sequence[UploadRow]:
        """List the files that this account staged for a question and that no saved page has yet.

        For a column of rows, *question_id* is as in ``stage``: the files for all of its rows.

        Raises:
            Absent: the client has no such questionnaire.
        """
        dossier_id = self._storage.read.assignment(actor, assignment_id).dossier.id
        draft = draft_of(assignment_id, question_id)
        return self._storage.read.uploads(actor, dossier_id, draft, at=self._clock.now())

    def unstage(self, actor: Actor, assignment_id: AssignmentId, upload_id: UploadId) -> None:
        """Remove a staged file before the page is saved. Raises: Absent."""
        dossier_id = self._storage.read.assignment(actor, assignment_id).dossier.id
        self._attachments.unstage(actor, dossier_id, upload_id)


# ------------------------------------------------------------------ within the unit of work of a save
def staged_for(
    uow: UnitOfWork,
    actor: Actor,
    assignment: Assignment,
    page: Page | None,
    submitted: Mapping[str, object],
    *,
    at: datetime,
) -> Mapping[str, StagedUpload]:
    """Find the files that this account staged for the answered questions of a page, by id, without expired files.

    Files that were rejected are left out too: an answer with one of these has a file that is gone.
    """
    staged = [
        upload
        for place in dict.fromkeys(place for place, _field, ids in _lists(page, submitted) if ids)
        for upload in uow.uploads.of_draft(actor, assignment.dossier_id, draft_of(assignment.id, place))
        if uploads.is_waiting(upload, at=at)
    ]
    held = uow.quarantine.among(actor.office_id, [each.file.key for each in staged])
    rejected = {each.file.key for each in held if each.state is not QuarantineState.WAITING}
    return {str(upload.id): upload for upload in staged if upload.file.key not in rejected}


def resolved(
    assignment: Assignment, page: Page | None, submitted: Mapping[str, object], staged: Mapping[str, StagedUpload]
) -> Mapping[str, object]:
    """Replace the submitted file ids by files. For ids that are not of the question's own files, add one None."""
    answering = assignments.require_started(assignment)
    if page is None:
        return submitted
    own = {place: _own(assignment, page, place, answering.raw, staged) for place in answer_files.places(page)}
    return answer_files.with_files(page, submitted, lambda place, ids: _files(own[place], ids))


def _own(
    assignment: Assignment, page: Page, place: str, raw: Answers, staged: Mapping[str, StagedUpload]
) -> Mapping[str, Answer]:
    """Give the files that may stand at a place, by id: those of the saved answers there, and the staged files."""
    draft = draft_of(assignment.id, place)
    kept = [file for at, _field, files in answer_files.lists_in(page, raw) if at == place for file in files]
    waiting = {id: each.file for id, each in staged.items() if each.draft_id == draft}
    return {
        **{str(file["id"]): file for file in kept if isinstance(file, Mapping)},
        **{id: {"id": id, "name": file.name, "size": file.size} for id, file in waiting.items()},
    }


def _files(own: Mapping[str, Answer], ids: Sequence[object]) -> list[Answer]:
    known = [id for id in ids if isinstance(id, str) and id in own]
    lost = [None] if len(known) < len(ids) else []
    return [*(own[id] for id in dict.fromkeys(known)), *lost]


@contextmanager
def telling_of_gone_files(page: Page | None, answers: Mapping[str, object]) -> Iterator[None]:
    """Change the fault of a list with a missing file, as ``resolved`` gives it, to ``UPLOAD_GONE``."""
    tidy = {each.id: tidied(each, answers[each.id]) for each in page.questions if each.id in answers} if page else {}
    listed = {field for _place, field, files in _lists(page, tidy) if None in files}
    try:
        yield
    except Refused as refusal:
        raise Refused([_gone(each) if each.field in listed else each for each in refusal.faults]) from None


def require_one_place(page: Page | None, saved: Assignment) -> None:
    """Require that no file stands at two places of a page. Raises: Refused."""
    raw = assignments.require_started(saved).raw
    if page is not None and (found := [*answer_files.faults_of_shared(page, raw)]):
        raise Refused(found)


def _gone(fault: Fault) -> Fault:
    return attrs.evolve(fault, code=FaultCode.UPLOAD_GONE) if fault.code is FaultCode.NOT_A_LIST else fault


def settle(
    uow: UnitOfWork,
    definition: Definition,
    before: Assignment,
    after: Assignment,
    staged: Mapping[str, StagedUpload],
    *,
    at: datetime,
) -> Sequence[StoredFile]:
    """Keep the staged files that became answers. Drop the files that are no answer any more, and return those."""
    old, new = answer_files.files_of(before, definition), answer_files.files_of(after, definition)
    if fresh := [staged[str(id)] for id in sorted(new - old)]:
        uow.assignments.keep([answer_files.kept(upload, after, at=at) for upload in fresh])
        if uow.uploads.remove(after.office_id, [upload.id for upload in fresh]) != len(fresh):
            raise Conflict
    return file_removal.drop(uow, after, keeping=new) if old - new else ()


def deliver(uow: UnitOfWork, definition: Definition, completed: Assignment, *, at: datetime) -> Sequence[StoredFile]:
    """Turn the files of the final answers into submissions. Drop the other files, and return those.

    Raises:
        Refused: one fault for each file of the final answers that was rejected by the scanner.
    """
    files = uow.assignments.files(completed.office_id, completed.id)
    if not files:
        return ()
    counting = answer_files.files_of(completed, definition)
    keys = [each.file.key for each in files if each.id in counting]
    if rejected := quarantine.faults_of(uow.quarantine.among(completed.office_id, keys)):
        raise Refused(rejected)
    names = answer_files.file_names(definition, result(completed, definition))
    uow.submissions.add(
        [answer_files.delivered(each, completed, names.get(each.id), at=at) for each in files if each.id in counting]
    )
    uow.assignments.drop(completed.office_id, [each.id for each in files])
    return [each.file for each in files if each.id not in counting]


def _lists(page: Page | None, answers: Mapping[str, object]) -> Iterator[tuple[str, str, Sequence[object]]]:
    return iter(()) if page is None else answer_files.lists_in(page, answers)
