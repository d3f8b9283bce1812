"""Repositories of questionnaires, their drafts and fragments, and assignments."""

from collections.abc import Collection, Sequence

import attrs

from klantportaal.adapters.storage.memory.tables import Tables, owned, put
from klantportaal.domain.errors import Absent, Conflict
from klantportaal.domain.questionnaires.answer_files import AnswerFile
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.drafts import QuestionnaireDraft
from klantportaal.domain.questionnaires.office_fragments import QuestionnaireFragment
from klantportaal.domain.questionnaires.publishing import Published
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AnswerFileId, AssignmentId, OfficeId, QuestionnaireDraftId


@attrs.frozen
class Questionnaires:
    """The revisions of questionnaires that offices published."""

    _tables: Tables

    def add(self, published: Published) -> None:
        """Insert a revision."""
        for standing in self._of(published.office_id, published.questionnaire):
            if standing.revision == published.revision:
                raise Conflict
        key = (published.office_id, published.digest)
        if key in self._tables.questionnaires:
            raise Conflict
        self._tables.questionnaires[key] = published

    def newest(self, office_id: OfficeId, questionnaire: str) -> Published | None:
        """Find the highest revision of a questionnaire."""
        return max(self._of(office_id, questionnaire), key=lambda each: each.revision, default=None)

    def revision(self, office_id: OfficeId, questionnaire: str, revision: int) -> Published:
        """Return one revision of a questionnaire."""
        for published in self._of(office_id, questionnaire):
            if published.revision == revision:
                return published
        raise Absent("questionnaire")

    def document(self, office_id: OfficeId, digest: str) -> str:
        """Return the document of a published questionnaire."""
        return owned(self._tables.questionnaires, office_id, (office_id, digest), "questionnaire").document

    def source(self, office_id: OfficeId, digest: str) -> str:
        """Return a published document as it was written."""
        published = owned(self._tables.questionnaires, office_id, (office_id, digest), "questionnaire")
        return published.document if published.source is None else published.source

    def _of(self, office_id: OfficeId, questionnaire: str) -> list[Published]:
        wanted = (office_id, questionnaire)
        return [each for each in self._tables.questionnaires.values() if (each.office_id, each.questionnaire) == wanted]


@attrs.frozen
class QuestionnaireDrafts:
    """The drafts of questionnaires."""

    _tables: Tables

    def count(self, office_id: OfficeId) -> int:
        """Count the drafts of an office."""
        return sum(each.office_id == office_id for each in self._tables.questionnaire_drafts.values())

    def add(self, draft: QuestionnaireDraft) -> None:
        """Insert a draft."""
        self._tables.questionnaire_drafts[draft.id] = draft

    def get(self, office_id: OfficeId, draft_id: QuestionnaireDraftId) -> QuestionnaireDraft:
        """Return a draft."""
        return owned(self._tables.questionnaire_drafts, office_id, draft_id, "questionnaire draft")

    def save(self, draft: QuestionnaireDraft) -> None:
        """Store a change."""
        put(self._tables.questionnaire_drafts, draft.id, draft)

    def remove(self, draft: QuestionnaireDraft) -> None:
        """Delete a draft."""
        put(self._tables.questionnaire_drafts, draft.id, draft)
        del self._tables.questionnaire_drafts[draft.id]


@attrs.frozen
class QuestionnaireFragments:
    """The fragments of offices' own."""

    _tables: Tables

    def of_office(self, office_id: OfficeId) -> Sequence[QuestionnaireFragment]:
        """Return the fragments of an office by id."""
        ours = [each for each in self._tables.questionnaire_fragments.values() if each.office_id == office_id]
        return sorted(ours, key=lambda each: each.id)

    def add(self, fragment: QuestionnaireFragment) -> None:
        """Insert a fragment."""
        if (fragment.office_id, fragment.id) in self._tables.questionnaire_fragments:
            raise Conflict
        self._tables.questionnaire_fragments[fragment.office_id, fragment.id] = fragment

    def save(self, fragment: QuestionnaireFragment) -> None:
        """Store a change."""
        put(self._tables.questionnaire_fragments, (fragment.office_id, fragment.id), fragment)

    def remove(self, fragment: QuestionnaireFragment) -> None:
        """Delete a fragment."""
        put(self._tables.questionnaire_fragments, (fragment.office_id, fragment.id), fragment)
        del self._tables.questionnaire_fragments[fragment.office_id, fragment.id]


@attrs.frozen
class Assignments:
    """The questionnaires that are assigned to clients, and the files of their answers."""

    _tables: Tables

    def add(self, assignment: Assignment) -> None:
        """Insert an assignment."""
        self._tables.assignments[assignment.id] = assignment

    def get(self, office_id: OfficeId, assignment_id: AssignmentId) -> Assignment:
        """Return an assignment."""
        return owned(self._tables.assignments, office_id, assignment_id, "assignment")

    def visible_to(self, actor: Actor, assignment_id: AssignmentId) -> Assignment:
        """Return an assignment of the actor's client in a dossier it is a party to, in any state."""
        assignment = self.get(actor.office_id, assignment_id)
        if not self._tables.sees_assignment(actor, assignment):
            raise Absent("assignment")
        return assignment

    def save(self, assignment: Assignment) -> None:
        """Store a change."""
        put(self._tables.assignments, assignment.id, assignment)

    def files(self, office_id: OfficeId, assignment_id: AssignmentId) -> Sequence[AnswerFile]:
        """Return the files that are, or were, answers."""
        wanted = (office_id, assignment_id)
        return [each for each in self._tables.answer_files.values() if (each.office_id, each.assignment_id) == wanted]

    def keep(self, files: Sequence[AnswerFile]) -> None:
        """Insert files as answers."""
        for file in files:
            if file.id in self._tables.answer_files:
                raise Conflict
            self._tables.answer_files[file.id] = file

    def drop(self, office_id: OfficeId, file_ids: Collection[AnswerFileId]) -> None:
        """Delete files that are no longer answers."""
        for file in list(self._tables.answer_files.values()):
            if file.office_id == office_id and file.id in file_ids:
                del self._tables.answer_files[file.id]
