"""Published questionnaires, their drafts and fragments, assignments, and the files that are answers."""

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, delete, exists, func, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import (
    ANSWER_FILES,
    ASSIGNMENTS,
    QUESTIONNAIRE_DRAFTS,
    QUESTIONNAIRE_FRAGMENTS,
    QUESTIONNAIRES,
    Line,
    fragments_in,
)
from klantportaal.adapters.storage.sql.running import Runner
from klantportaal.adapters.storage.sql.statements import (
    adding,
    adding_once,
    change,
    changing,
    in_own_dossier,
    matching,
    scope,
    storable,
)
from klantportaal.domain.errors import Absent, Conflict
from klantportaal.domain.questionnaires.answer_files import AnswerFile
from klantportaal.domain.questionnaires.assignments import Assignment
from klantportaal.domain.questionnaires.drafts import QuestionnaireDraft
from klantportaal.domain.questionnaires.office_fragments import QuestionnaireFragment
from klantportaal.domain.questionnaires.publishing import REVISION_LIMIT, Published
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AnswerFileId, AssignmentId, OfficeId, QuestionnaireDraftId

_questionnaires = schema.questionnaires
_ADD = adding_once(_questionnaires)
_REVISIONS = select(*QUESTIONNAIRES.columns).where(matching(_questionnaires, "office_id", "questionnaire"))
_NEWEST = _REVISIONS.order_by(_questionnaires.c.revision.desc()).limit(1)
_REVISION = _REVISIONS.where(matching(_questionnaires, "revision"))
_DOCUMENT = select(_questionnaires.c.document).where(matching(_questionnaires, "office_id", "digest"))

_drafts = schema.questionnaire_drafts
# On PostgreSQL a second count waits for this lock. SQLite has one writer at a time.
_ONE_AT_A_TIME = (
    select(schema.offices.c.id).where(schema.offices.c.id == bindparam("office_id")).with_for_update(key_share=True)
)
_COUNT = select(func.count()).where(matching(_drafts, "office_id"))
_ADD_DRAFT, _SAVE_DRAFT = adding(_drafts), changing(_drafts)
_DRAFT = select(*QUESTIONNAIRE_DRAFTS.columns).where(matching(_drafts, "office_id", "id")).with_for_update()
_REMOVE = delete(_drafts).where(matching(_drafts, "office_id", "id", "version"))

_fragments = schema.questionnaire_fragments
_FRAGMENTS = select(*QUESTIONNAIRE_FRAGMENTS.columns).where(matching(_fragments, "office_id"))
_ADD_FRAGMENT, _SAVE_FRAGMENT = adding_once(_fragments), changing(_fragments)
_REMOVE_FRAGMENT = delete(_fragments).where(matching(_fragments, "office_id", "id", "version"))

_assignments = schema.assignments
# Locked until the end, so that what is read beside it, such as its files, belongs to this version of it. SQLite has one
# writer at a time, and FOR NO KEY UPDATE is left out.
_ASSIGNMENT = (
    select(*ASSIGNMENTS.columns)
    .where(matching(_assignments, "office_id", "id"))
    .with_for_update(key_share=True, of=_assignments)
)
_VISIBLE = _ASSIGNMENT.where(
    matching(_assignments, "client_id"),
    exists(select(schema.dossier_parties.c.dossier_id).where(in_own_dossier(_assignments))),
)
_ADD_ASSIGNMENT = adding(_assignments)
_WITH_EACH_PAGE = ("answering", "progress", "saved_at")
_SELDOM = (
    *("revision", "digest", "state", "started_at", "ended_at", "completed_by", "completed_in", "submission_id"),
    "given",
)
# Who is asked what never changes. A saved page changes three columns, which are in no index and refer to nothing.
_FIXED = ("client_id", "dossier_id", "questionnaire", "subject", "assigned_at", "assigned_by", "due_on")
_SAVE_ALL = changing(_assignments, *_FIXED)
_SAVE_PAGE = changing(_assignments, *_FIXED, *_SELDOM)

_files = schema.answer_files
_FILES = select(*ANSWER_FILES.columns).where(matching(_files, "office_id", "assignment_id"))
_KEEP = adding(_files)
_DROP = delete(_files).where(matching(_files, "office_id"), _files.c.id.in_(bindparam("ids", expanding=True)))


class SqlQuestionnaires(Repository):
    """The published revisions of questionnaires."""

    def add(self, published: Published) -> None:
        """Insert a revision.

        Raises:
            Conflict: the office has this revision, or this digest, already.
        """
        if self._count(_ADD, QUESTIONNAIRES.record(published)) == 0:
            raise Conflict

    def newest(self, office_id: OfficeId, questionnaire: str) -> Published | None:
        """Find the highest revision of a questionnaire."""
        if not storable(questionnaire):
            return None
        row = self._first(_NEWEST, {"office_id": office_id, "questionnaire": questionnaire})
        return None if row is None else QUESTIONNAIRES.value(row)

    def revision(self, office_id: OfficeId, questionnaire: str, revision: int) -> Published:
        """Return one revision of a questionnaire.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        if not storable(questionnaire) or not 1 <= revision <= REVISION_LIMIT:
            raise Absent("questionnaire")
        which = {"office_id": office_id, "questionnaire": questionnaire, "revision": revision}
        return QUESTIONNAIRES.value(self._one(_REVISION, which, "questionnaire"))

    def document(self, office_id: OfficeId, digest: str) -> str:
        """Return the document with a digest.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        if not storable(digest):
            raise Absent("questionnaire")
        document: str = self._one(_DOCUMENT, {"office_id": office_id, "digest": digest}, "questionnaire")[0]
        return document


class SqlQuestionnaireDrafts(Repository):
    """The drafts of questionnaires."""

    def count(self, office_id: OfficeId) -> int:
        """Count the drafts of an office, and lock the office."""
        self._first(_ONE_AT_A_TIME, {"office_id": office_id})
        number: int = self._one(_COUNT, {"office_id": office_id}, "office")[0]
        return number

    def add(self, draft: QuestionnaireDraft) -> None:
        """Insert a draft."""
        self._run(_ADD_DRAFT, QUESTIONNAIRE_DRAFTS.record(draft))

    def get(self, office_id: OfficeId, draft_id: QuestionnaireDraftId) -> QuestionnaireDraft:
        """Return a draft, and lock it.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        which = {"office_id": office_id, "id": draft_id}
        return QUESTIONNAIRE_DRAFTS.value(self._one(_DRAFT, which, "questionnaire draft"))

    def save(self, draft: QuestionnaireDraft) -> None:
        """Save a changed draft.

        Raises:
            Conflict: the row has another version.
        """
        change(self._runner, _SAVE_DRAFT, QUESTIONNAIRE_DRAFTS.record(draft))

    def remove(self, draft: QuestionnaireDraft) -> None:
        """Delete a draft.

        Raises:
            Conflict: the row has another version.
        """
        which = {"office_id": draft.office_id, "id": draft.id, "version": draft.version}
        if self._count(_REMOVE, which) != 1:
            raise Conflict


class SqlQuestionnaireFragments(Repository):
    """The fragments of offices' own."""

    def of_office(self, office_id: OfficeId) -> Sequence[QuestionnaireFragment]:
        """Return the fragments of an office by id, and lock the office."""
        self._first(_ONE_AT_A_TIME, {"office_id": office_id})
        return fragments_in(self._all(_FRAGMENTS, {"office_id": office_id}))

    def add(self, fragment: QuestionnaireFragment) -> None:
        """Insert a fragment.

        Raises:
            Conflict: the office has one with this id already.
        """
        if self._count(_ADD_FRAGMENT, QUESTIONNAIRE_FRAGMENTS.record(fragment)) == 0:
            raise Conflict

    def save(self, fragment: QuestionnaireFragment) -> None:
        """Save a changed fragment.

        Raises:
            Conflict: the row has another version.
        """
        change(self._runner, _SAVE_FRAGMENT, QUESTIONNAIRE_FRAGMENTS.record(fragment))

    def remove(self, fragment: QuestionnaireFragment) -> None:
        """Delete a fragment.

        Raises:
            Conflict: the row has another version.
        """
        which = {"office_id": fragment.office_id, "id": fragment.id, "version": fragment.version}
        if self._count(_REMOVE_FRAGMENT, which) != 1:
            raise Conflict


class SqlAssignments(Repository):
    """Assignments: questionnaires that clients fill in."""

    def __init__(self, runner: Runner) -> None:
        super().__init__(runner)
        self._standing: dict[AssignmentId, Assignment] = {}
        """The assignments that were read and locked, as they were read."""

    def add(self, assignment: Assignment) -> None:
        """Insert an assignment."""
        self._run(_ADD_ASSIGNMENT, ASSIGNMENTS.record(assignment))

    def get(self, office_id: OfficeId, assignment_id: AssignmentId) -> Assignment:
        """Return an assignment, and lock it.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return self._held(self._one(_ASSIGNMENT, {"office_id": office_id, "id": assignment_id}, "assignment"))

    def visible_to(self, actor: Actor, assignment_id: AssignmentId) -> Assignment:
        """Return an assignment of the actor's client in a dossier it is a party to, and lock it.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return self._held(self._one(_VISIBLE, scope(actor, id=assignment_id), "assignment"))

    def _held(self, row: Line) -> Assignment:
        assignment = ASSIGNMENTS.value(row)
        self._standing[assignment.id] = assignment
        return assignment

    def save(self, assignment: Assignment) -> None:
        """Save a changed assignment.

        Raises:
            Conflict: the row has another version.
        """
        standing = self._standing.pop(assignment.id, None)
        whole = standing is None or any(getattr(standing, name) != getattr(assignment, name) for name in _SELDOM)
        names = ("office_id", "id", "version", *_WITH_EACH_PAGE, *(_SELDOM if whole else ()))
        record = {name: getattr(assignment, name) for name in names}
        change(self._runner, _SAVE_ALL if whole else _SAVE_PAGE, record)

    def files(self, office_id: OfficeId, assignment_id: AssignmentId) -> Sequence[AnswerFile]:
        """Return the files that are, or were, answers."""
        rows = self._all(_FILES, {"office_id": office_id, "assignment_id": assignment_id})
        return [ANSWER_FILES.value(row) for row in rows]

    def keep(self, files: Sequence[AnswerFile]) -> None:
        """Insert files as answers.

        Raises:
            Conflict: there is one with the id.
        """
        if files:
            self._count_each(_KEEP, [ANSWER_FILES.record(each) for each in files])

    def drop(self, office_id: OfficeId, file_ids: Collection[AnswerFileId]) -> None:
        """Delete files that are no longer answers."""
        self._run(_DROP, {"office_id": office_id, "ids": list(file_ids)})
