"""Writing and publishing questionnaires, assigning them, and reading the answers (OF-1, QU-1, QU-4).

The module is long because it has every call of ``portal.office.questionnaires``.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import attrs

from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.errors import Absent
from klantportaal.domain.events import AnswersRead
from klantportaal.domain.questionnaires import (
    answer_files,
    assignments,
    drafts,
    office_fragments,
    publishing,
    results,
)
from klantportaal.domain.questionnaires.assignments import Assignment, AssignmentState
from klantportaal.domain.questionnaires.definition import Definition
from klantportaal.domain.questionnaires.document_changes import DocumentChange, changes_between
from klantportaal.domain.questionnaires.drafts import QuestionnaireDraft
from klantportaal.domain.questionnaires.fragments import office_uses
from klantportaal.domain.questionnaires.json_documents import parsed
from klantportaal.domain.questionnaires.office_fragments import QuestionnaireFragment
from klantportaal.domain.questionnaires.publishing import Checked, Office, Published
from klantportaal.domain.questionnaires.results import Result
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import AssignmentId, ClientId, DossierId, Language, QuestionnaireDraftId, day
from klantportaal.ports.clock import Clock
from klantportaal.ports.files import Files
from klantportaal.ports.reading import PAGE, AssignmentRow, PageSize, QuestionnaireDraftRow, RevisionRow
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared import file_removal
from klantportaal.usecases.shared.answer_reports import AnswerReports
from klantportaal.usecases.shared.definitions import Definitions
from klantportaal.usecases.shared.downloading import Download
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.retries import once_more

T = TypeVar("T")


@checked_calls
@attrs.frozen(kw_only=True)
class OfficeQuestionnaires:
    """The questionnaires of an office, their assignments and the answers."""

    _storage: Storage
    _files: Files
    _clock: Clock
    _ids: Ids
    _recorder: Recorder
    _definitions: Definitions
    _reports: AnswerReports

    # ------------------------------------------------------------------ definitions
    def publish(self, actor: OfficeActor, document: str | bytes) -> RevisionRow:
        """Publish a revision of a questionnaire from a JSON document. The fragments that it uses are written out.

        Publishing the newest revision again changes nothing and gives that revision.

        Raises:
            Refused: one fault for each error in the document, with the JSON path as field; or the revision is not
                higher than the newest one.
        """
        content = parsed(document)
        return _revision_row(self._publish(actor, publishing.check(content, self._used_in(actor, content))))

    def _used_in(self, actor: OfficeActor, content: Any) -> Office:
        """Give the fragments of the office's own that a document uses, by id."""
        is_using = isinstance(content, dict) and office_uses(content)
        return office_fragments.used_in(content, self.fragments(actor)) if is_using else publishing.NO_FRAGMENTS

    @once_more
    def _publish(self, actor: OfficeActor, read: Checked) -> Published:
        with self._storage.begin() as uow:
            published = self._publish_within(uow, actor, read)
            uow.commit()
        return published

    def _publish_within(self, uow: UnitOfWork, actor: OfficeActor, read: Checked) -> Published:
        published, fact = publishing.publish(
            read,
            office_id=actor.office_id,
            newest=uow.questionnaires.newest(actor.office_id, read.definition.id),
            handler=actor.handler,
            at=self._clock.now(),
        )
        if fact is not None:
            uow.questionnaires.add(published)
            self._recorder.record(uow, actor, fact)
        return published

    def revisions(self, actor: OfficeActor, questionnaire: str | None = None) -> Sequence[RevisionRow]:
        """List the revisions of one questionnaire, or of all questionnaires, newest first."""
        return self._storage.read.office_revisions(actor, questionnaire=questionnaire)

    def document(self, actor: OfficeActor, digest: str) -> str:
        """Give the published JSON document that has this digest. Raises: Absent."""
        return self._storage.read.document(actor.office_id, digest)

    def source(self, actor: OfficeActor, digest: str) -> str:
        """Give a published document as it was written: with its fragments, so that a new draft can begin with it.

        Raises:
            Absent: the office has no document with this digest.
        """
        return self._storage.read.office_questionnaire_source(actor, digest)

    def changes(self, actor: OfficeActor, *, older: str, newer: str) -> Sequence[DocumentChange]:
        """List what changed between two published documents, such as two revisions; nothing if they are equal.

        Args:
            actor: the office that published them.
            older: the digest of the one document.
            newer: the digest of the other one, to which the changes lead.

        Raises:
            Absent: the office has no document with one of the digests.
        """
        return changes_between(*(json.loads(self.document(actor, digest)) for digest in (older, newer)))

    # ------------------------------------------------------------------ drafts
    def start_draft(self, actor: OfficeActor, document: str | bytes | None = None) -> QuestionnaireDraft:
        """Start a draft of a questionnaire, from a JSON document that may have faults, or from nothing.

        Raises:
            Refused: the document is no JSON object, is too large, or the office has the most drafts already.
        """
        with self._storage.begin() as uow:
            draft, fact = drafts.start(
                document,
                id=QuestionnaireDraftId(self._ids.new()),
                office_id=actor.office_id,
                kept=uow.questionnaire_drafts.count(actor.office_id),
                handler=actor.handler,
                at=self._clock.now(),
            )
            uow.questionnaire_drafts.add(draft)
            self._recorder.record(uow, actor, fact)
            uow.commit()
        return draft

    def drafts(self, actor: OfficeActor) -> Sequence[QuestionnaireDraftRow]:
        """List the drafts of questionnaires, the one that was saved last first."""
        return self._storage.read.office_questionnaire_drafts(actor)

    def draft(self, actor: OfficeActor, draft_id: QuestionnaireDraftId) -> QuestionnaireDraft:
        """Give a draft with its document. Raises: Absent."""
        return self._storage.read.office_questionnaire_draft(actor, draft_id)

    def save_draft(
        self, actor: OfficeActor, draft_id: QuestionnaireDraftId, document: str | bytes, *, version: int
    ) -> QuestionnaireDraft:
        """Replace the document of a draft. It may have faults.

        Args:
            actor: the office.
            draft_id: the id of the draft.
            document: the new document.
            version: the version that was changed.

        Raises:
            Absent: the office has no such draft.
            Conflict: it was saved with another document since that version.
            Refused: the document is no JSON object, or is too large.
        """
        return self._save_draft(actor, draft_id, document, version=version)

    @once_more
    def _save_draft(
        self, actor: OfficeActor, draft_id: QuestionnaireDraftId, document: str | bytes, *, version: int
    ) -> QuestionnaireDraft:
        with self._storage.begin() as uow:
            draft = uow.questionnaire_drafts.get(actor.office_id, draft_id)
            saved, fact = drafts.save(draft, document, version=version, handler=actor.handler, at=self._clock.now())
            if fact is None:
                return draft
            uow.questionnaire_drafts.save(saved)
            self._recorder.record(uow, actor, fact)
            uow.commit()
        return attrs.evolve(saved, version=fact.saves)

    def discard_draft(self, actor: OfficeActor, draft_id: QuestionnaireDraftId, *, version: int) -> None:
        """Discard a draft.

        Args:
            actor: the office.
            draft_id: the id of the draft.
            version: the version that was seen.

        Raises:
            Absent: the office has no such draft.
            Conflict: it was saved since that version.
        """
        with self._storage.begin() as uow:
            draft = uow.questionnaire_drafts.get(actor.office_id, draft_id)
            drafts.require_version(draft, version)
            self._discard(uow, actor, draft)
            uow.commit()

    def publish_draft(self, actor: OfficeActor, draft_id: QuestionnaireDraftId, *, version: int) -> RevisionRow:
        """Publish a draft as the next revision. The draft is removed.

        A draft without a change since the newest revision gives that revision.

        Args:
            actor: the office.
            draft_id: the id of the draft.
            version: the version that was seen.

        Raises:
            Absent: the office has no such draft.
            Conflict: it was saved since that version.
            Refused: one fault for each error in the document, with the JSON path as field.
        """
        seen = self._storage.read.office_questionnaire_draft(actor, draft_id)
        drafts.require_version(seen, version)
        used = self._used_in(actor, json.loads(seen.document))
        return _revision_row(self._publish_draft(actor, seen, drafts.checked_document(seen, used)))

    @once_more
    def _publish_draft(self, actor: OfficeActor, seen: QuestionnaireDraft, read: Checked) -> Published:
        with self._storage.begin() as uow:
            newest = uow.questionnaires.newest(actor.office_id, seen.questionnaire)
            published = self._publish_within(uow, actor, drafts.next_revision(read, newest))
            self._discard(uow, actor, seen)
            uow.commit()
        return published

    def _discard(self, uow: UnitOfWork, actor: OfficeActor, draft: QuestionnaireDraft) -> None:
        uow.questionnaire_drafts.remove(draft)
        self._recorder.record(uow, actor, drafts.discard(draft, at=self._clock.now()))

    # ------------------------------------------------------------------ fragments
    def fragments(self, actor: OfficeActor) -> Sequence[QuestionnaireFragment]:
        """List the fragments of the office's own, with their documents, by id."""
        return self._storage.read.office_questionnaire_fragments(actor)

    def fragment(self, actor: OfficeActor, fragment_id: str) -> QuestionnaireFragment:
        """Give a fragment of the office's own with its document. Raises: Absent."""
        return _with_id(self.fragments(actor), fragment_id)

    def save_fragment(
        self, actor: OfficeActor, fragment_id: str, document: str | bytes, *, version: int = 0
    ) -> QuestionnaireFragment:
        """Add a fragment of the office's own, or replace its document. It may have faults.

        Published questionnaires stay as they are: they have the questions that the fragment had.

        Args:
            actor: the office.
            fragment_id: the id of the fragment: a document uses it as ``office:`` with this id.
            document: its ``texts`` and ``questions`` as JSON.
            version: the version that was changed. 0 for a new fragment.

        Raises:
            Absent: the office has no such fragment any more.
            Conflict: it was saved with another document since that version, or is not new.
            Refused: the document is no JSON object or is too large, the id is no id, or the office has the most
                fragments already.
        """
        return self._save_fragment(actor, fragment_id, document, version=version)

    @once_more
    def _save_fragment(
        self, actor: OfficeActor, fragment_id: str, document: str | bytes, *, version: int
    ) -> QuestionnaireFragment:
        with self._storage.begin() as uow:
            kept = uow.questionnaire_fragments.of_office(actor.office_id)
            standing = next((each for each in kept if each.id == fragment_id), None)
            saved, fact = office_fragments.save(
                standing,
                document,
                id=fragment_id,
                version=version,
                office_id=actor.office_id,
                kept=len(kept),
                handler=actor.handler,
                at=self._clock.now(),
            )
            if fact is None:
                return saved
            if standing is None:
                uow.questionnaire_fragments.add(saved)
            else:
                uow.questionnaire_fragments.save(saved)
            self._recorder.record(uow, actor, fact)
            uow.commit()
        return attrs.evolve(saved, version=fact.saves)

    def delete_fragment(self, actor: OfficeActor, fragment_id: str, *, version: int) -> None:
        """Delete a fragment of the office's own that no draft and no other fragment uses. What was published stays.

        Args:
            actor: the office.
            fragment_id: the id of the fragment.
            version: the version that was seen.

        Raises:
            Absent: the office has no such fragment.
            Conflict: it was saved since that version.
            Refused: one fault for each draft and fragment that uses it.
        """
        in_drafts = [each.questionnaire or str(each.id) for each in self.drafts(actor) if fragment_id in each.fragments]
        with self._storage.begin() as uow:
            kept = uow.questionnaire_fragments.of_office(actor.office_id)
            fragment = _with_id(kept, fragment_id)
            used_by = [*in_drafts, *(each.id for each in kept if fragment_id in each.fragments)]
            fact = office_fragments.delete(fragment, version=version, used_by=used_by, at=self._clock.now())
            uow.questionnaire_fragments.remove(fragment)
            self._recorder.record(uow, actor, fact)
            uow.commit()

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
        given: Mapping[str, object] | None = None,
    ) -> AssignmentId:
        """Assign a questionnaire to a client, in a dossier (QU-1).

        Args:
            actor: the office that assigns it.
            dossier_id: the dossier; the client must be a party to it.
            client_id: the client that fills it in.
            questionnaire: the id of the questionnaire.
            revision: the revision; None means the newest.
            subject: the title that the client sees; empty means the questionnaire's title, in the client's language.
            due_on: the due date. The client can still complete the questionnaire after it.
            given: the answers that the office knows already, by question id. The client sees them filled in, and may
                correct them unless the definition has ``fixed`` for the question.

        Raises:
            Absent: the office has no such dossier, client or questionnaire.
            Refused: the client is not a party to the dossier, the subject is too long, the due date has passed, or the
                questionnaire does not take an answer: the field is ``given.`` with that of the answer.
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
                submitted=given,
            )
            uow.assignments.add(assignment)
            self._recorder.record(uow, actor, fact)
            uow.commit()
        return assignment.id

    def withdraw(self, actor: OfficeActor, assignment_id: AssignmentId) -> None:
        """Withdraw an assignment. The answers so far are deleted.

        Raises:
            Absent: the office has no such assignment.
            Refused: the assignment was completed or withdrawn already.
        """
        self._withdraw(actor, assignment_id)

    @once_more
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
        """Move an assignment to another revision, and keep the answers that are still valid (property 7).

        The client must fill in again each page with new questions or with an answer that is no longer valid.

        Raises:
            Absent: the office has no such assignment, or no such revision.
            Refused: the assignment was completed or withdrawn.
        """
        self._rebase(actor, assignment_id, revision)

    @once_more
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
        """List one page of the assignments with their state, newest first."""
        return self._storage.read.office_assignments(actor, dossier_id=dossier_id, state=state, after=after, size=size)

    def get(self, actor: OfficeActor, assignment_id: AssignmentId) -> AssignmentRow:
        """Give one assignment with its state. Raises: Absent."""
        return self._storage.read.office_assignment(actor, assignment_id)

    def answers(self, actor: OfficeActor, assignment_id: AssignmentId) -> str:
        """Give the answers of a completed questionnaire as JSON, with the digest of its definition.

        Raises:
            Absent: the office has no such assignment.
            Refused: the questionnaire is not completed. Until then only the client can read the answers.
        """
        return self._read(actor, assignment_id, results.as_json)

    def result(self, actor: OfficeActor, assignment_id: AssignmentId) -> Result:
        """Give a completed questionnaire for people to read: each question that was asked, with its answer.

        Raises:
            Absent: the office has no such assignment.
            Refused: the questionnaire is not completed. Until then only the client can read the answers.
        """
        return self._read(actor, assignment_id, results.to_read)

    def _read(self, actor: OfficeActor, assignment_id: AssignmentId, how: Callable[[Assignment, Definition], T]) -> T:
        with self._storage.begin() as uow:
            assignment = uow.assignments.get(actor.office_id, assignment_id)
            definition = self._definitions.within(uow, actor.office_id, assignment.digest)
            read = how(assignment, definition)
            self._recorder.record(uow, actor, AnswersRead(assignment_id=assignment_id, at=self._clock.now()))
            uow.commit()
        return read

    def pdf(self, actor: OfficeActor, assignment_id: AssignmentId, *, language: Language | None = None) -> Download:
        """Give the PDF of a completed questionnaire.

        Args:
            actor: the office.
            assignment_id: the completed questionnaire.
            language: the language of the PDF. None: that in which it was completed, in which the PDF is stored. In the
                other one it is written anew.

        Raises:
            Absent: the office has no such assignment.
            Refused: the questionnaire is not completed.
            Unavailable: the PDF is not made yet, or the logo of the office cannot be read; try again later.
            FileDamaged: the stored file differs from the file that was submitted (DC-4).
        """
        with self._storage.begin() as uow:
            assignment = uow.assignments.get(actor.office_id, assignment_id)
            found = self._reports.find(uow, assignment, language)
            # Recorded before the download: a reader who stops before the last block has read the other blocks.
            self._recorder.record(uow, actor, AnswersRead(assignment_id=assignment_id, at=self._clock.now()))
            uow.commit()
        file = self._storage.read.office_submission_file(actor, found.submission_id)
        return self._reports.open(found, file, by=actor)

    def _definition(self, uow: UnitOfWork, actor: OfficeActor, questionnaire: str, revision: int | None) -> Definition:
        """Find a revision, or the newest one if *revision* is None. Raises: Absent."""
        if revision is None:
            published = uow.questionnaires.newest(actor.office_id, questionnaire)
        else:
            published = uow.questionnaires.revision(actor.office_id, questionnaire, revision)
        if published is None:
            raise Absent("questionnaire")
        return self._definitions.within(uow, actor.office_id, published.digest)


def _with_id(fragments: Sequence[QuestionnaireFragment], id: str) -> QuestionnaireFragment:
    """Find a fragment. Raises: Absent."""
    for each in fragments:
        if each.id == id:
            return each
    raise Absent("questionnaire fragment")


def _revision_row(published: Published) -> RevisionRow:
    return RevisionRow(
        questionnaire=published.questionnaire,
        revision=published.revision,
        digest=published.digest,
        titles=published.titles,
        fragments=published.fragments,
        published_at=published.published_at,
        published_by=published.published_by,
    )
