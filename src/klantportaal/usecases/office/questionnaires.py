"""What the office asks: publishing questionnaires, assigning them, and reading the answers (OF-1, QU-1, QU-4)."""

from collections.abc import Sequence
from datetime import date

import attrs

from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import Absent, Unavailable
from klantportaal.domain.events import AnswersRead, SubmissionDownloaded
from klantportaal.domain.questionnaires import answer_files, assignments, publishing, results
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.questionnaires.definition import Definition
from klantportaal.domain.questionnaires.publishing import Published
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import AssignmentId, ClientId, DossierId, day
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.reading import PAGE, AssignmentRow, PageSize, RevisionRow
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared import file_removal
from klantportaal.usecases.shared.definitions import Definitions
from klantportaal.usecases.shared.downloading import Download, download
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more_after_conflict


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeQuestionnaires:
    """Questionnaires from the office's side."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _ids: Ids
    _recorder: Recorder
    _definitions: Definitions

    # ------------------------------------------------------------------ definitions
    def publish(self, actor: OfficeActor, document: str | bytes) -> RevisionRow:
        """Publish a revision of a questionnaire, as a JSON document; the newest once more is no other.

        Raises:
            Refused: a fault for everything that is wrong with it, with its JSON path as field; or its revision is not
                higher than the newest.
        """
        definition, text = publishing.read(document)
        published = once_more_after_conflict(lambda: self._publish(actor, definition, text))
        return RevisionRow(
            questionnaire=published.questionnaire,
            revision=published.revision,
            digest=published.digest,
            titles=published.titles,
            published_at=published.published_at,
            published_by=published.published_by,
        )

    def _publish(self, actor: OfficeActor, definition: Definition, text: str) -> Published:
        with self._storage.begin() as uow:
            published, fact = publishing.publish(
                definition,
                text,
                office_id=actor.office_id,
                newest=uow.questionnaires.newest(actor.office_id, definition.id),
                handler=actor.handler,
                at=self._clock.now(),
            )
            if fact is not None:
                uow.questionnaires.add(published)
                self._recorder.record(uow, actor, fact)
                uow.commit()
        return published

    def revisions(self, actor: OfficeActor, questionnaire: str | None = None) -> Sequence[RevisionRow]:
        """List the revisions of one questionnaire, or of all, newest first."""
        return self._storage.read.office_revisions(actor, questionnaire=questionnaire)

    def document(self, actor: OfficeActor, digest: str) -> str:
        """Give the JSON document with a digest, as it was published. Raises: Absent."""
        return self._storage.read.document(actor.office_id, digest)

    # ------------------------------------------------------------------ assignments
    def assign(
        self,
        actor: OfficeActor,
        dossier_id: DossierId,
        client_id: ClientId,
        questionnaire: str,
        *,
        revision: int | None = None,
        subject: str = "",
        due_on: date | None = None,
    ) -> AssignmentId:
        """Give a client a questionnaire to fill in, in a dossier: the newest revision, unless another is named (QU-1).

        Without a *subject* it is called by its title, in the client's language. What is over the due date can still be
        completed.

        Raises:
            Absent: the office has no such dossier, client or questionnaire.
            Refused: the client is no party to the dossier, the subject is too long, or the due date has passed.
        """
        now = self._clock.now()
        with self._storage.begin() as uow:
            dossier = uow.dossiers.get(actor.office_id, dossier_id)
            client = uow.clients.get(actor.office_id, client_id)
            assignment, fact = assignments.assign(
                self._definition(uow, actor, questionnaire, revision),
                id=AssignmentId(self._ids.new()),
                office_id=actor.office_id,
                client_id=client.id,
                dossier_id=dossier.id,
                is_party=client.id in uow.dossiers.parties(actor.office_id, dossier.id),
                subject=subject,
                due_on=due_on,
                handler=actor.handler,
                today=day(now),
                at=now,
            )
            uow.assignments.add(assignment)
            self._recorder.record(uow, actor, fact)
            uow.commit()
        return assignment.id

    def withdraw(self, actor: OfficeActor, assignment_id: AssignmentId) -> None:
        """Take a questionnaire back; the answers so far are erased.

        Raises:
            Absent: the office has no such assignment.
            Refused: it was completed or withdrawn already.
        """
        once_more_after_conflict(lambda: self._withdraw(actor, assignment_id))

    def _withdraw(self, actor: OfficeActor, assignment_id: AssignmentId) -> None:
        with self._storage.begin() as uow:
            assignment = uow.assignments.get(actor.office_id, assignment_id)
            withdrawn, fact = assignments.withdraw(assignment, at=self._clock.now())
            uow.assignments.save(withdrawn)
            dropped = file_removal.drop(uow, withdrawn, keeping=())
            self._recorder.record(uow, actor, fact)
            uow.commit()
        file_removal.remove(self._files, dropped)

    def rebase(self, actor: OfficeActor, assignment_id: AssignmentId, revision: int) -> None:
        """Let a client go on with another revision, with the answers that still fit (property 7).

        Pages with new questions, or with an answer that does not fit any more, are to be filled in again.

        Raises:
            Absent: the office has no such assignment, or no such revision.
            Refused: it was completed or withdrawn.
        """
        once_more_after_conflict(lambda: self._rebase(actor, assignment_id, revision))

    def _rebase(self, actor: OfficeActor, assignment_id: AssignmentId, revision: int) -> None:
        with self._storage.begin() as uow:
            assignment = uow.assignments.get(actor.office_id, assignment_id)
            old = self._definitions.within(uow, actor.office_id, assignment.digest)
            new = self._definition(uow, actor, assignment.questionnaire, revision)
            rebased, fact = assignments.rebase(assignment, old, new, at=self._clock.now())
            if fact is None:
                return
            uow.assignments.save(rebased)
            dropped = file_removal.drop(uow, rebased, keeping=answer_files.files_of(rebased, new))
            self._recorder.record(uow, actor, fact)
            uow.commit()
        file_removal.remove(self._files, dropped)

    # ------------------------------------------------------------------ reading
    def list(
        self,
        actor: OfficeActor,
        *,
        dossier_id: DossierId | None = None,
        state: AssignmentState | None = None,
        after: AssignmentId | None = None,
        size: PageSize = PAGE,
    ) -> Sequence[AssignmentRow]:
        """List what clients were given to fill in, and how far they are; newest first."""
        return self._storage.read.office_assignments(actor, dossier_id=dossier_id, state=state, after=after, size=size)

    def get(self, actor: OfficeActor, assignment_id: AssignmentId) -> AssignmentRow:
        """Tell how far one is. Raises: Absent."""
        return self._storage.read.office_assignment(actor, assignment_id)

    def answers(self, actor: OfficeActor, assignment_id: AssignmentId) -> str:
        """Give the answers of a completed questionnaire as JSON, with the digest of its definition.

        Raises:
            Absent: the office has no such assignment.
            Refused: it is not completed; until then the answers are the client's own.
        """
        with self._storage.begin() as uow:
            assignment = uow.assignments.get(actor.office_id, assignment_id)
            definition = self._definitions.within(uow, actor.office_id, assignment.digest)
            document = results.as_json(assignment, definition)
            self._recorder.record(uow, actor, AnswersRead(assignment_id=assignment_id, at=self._clock.now()))
            uow.commit()
        return document

    def pdf(self, actor: OfficeActor, assignment_id: AssignmentId) -> Download:
        """Give the PDF of a completed questionnaire.

        Raises:
            Absent: the office has no such assignment.
            Refused: it is not completed.
            Unavailable: it is being made; try again.
            FileDamaged: it is not what was filed (DC-4).
        """
        with self._storage.begin() as uow:
            assignment = uow.assignments.get(actor.office_id, assignment_id)
            assignments.result_of(assignment)
            submission_id = assignment.submission_id
            if submission_id is None:
                raise Unavailable("the PDF is being made")
            # Here already: whoever stops before the last block has read the rest.
            self._recorder.record(uow, actor, AnswersRead(assignment_id=assignment_id, at=self._clock.now()))
            uow.commit()
        file = self._storage.read.office_submission_file(actor, submission_id)
        fact = SubmissionDownloaded(submission_id=submission_id, at=self._clock.now())
        return download(self._files, file, at_end=lambda: self._fetched(actor, fact))

    def _fetched(self, actor: OfficeActor, fact: SubmissionDownloaded) -> None:
        with self._storage.begin() as uow:
            self._recorder.record(uow, actor, fact)
            uow.commit()

    def _definition(self, uow: UnitOfWork, actor: OfficeActor, questionnaire: str, revision: int | None) -> Definition:
        """Find a revision, or the newest. Raises: Absent."""
        if revision is None:
            published = uow.questionnaires.newest(actor.office_id, questionnaire)
        else:
            published = uow.questionnaires.revision(actor.office_id, questionnaire, revision)
        if published is None:
            raise Absent("questionnaire")
        return self._definitions.within(uow, actor.office_id, published.digest)
