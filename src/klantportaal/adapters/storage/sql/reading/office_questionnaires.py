"""Questionnaires and assignments for the office; never unfinished answers, never a whole document."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader, after_id
from klantportaal.adapters.storage.sql.reading.parts import ASSIGNMENT_ROWS, assignment_row, by_position
from klantportaal.adapters.storage.sql.rows import QUESTIONNAIRE_DRAFTS, QUESTIONNAIRE_FRAGMENTS, Record, fragments_in
from klantportaal.adapters.storage.sql.statements import matching, storable
from klantportaal.domain.errors import Absent
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.questionnaires.drafts import QuestionnaireDraft
from klantportaal.domain.questionnaires.office_fragments import QuestionnaireFragment
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import AssignmentId, DossierId, QuestionnaireDraftId
from klantportaal.ports.reading import PAGE, AssignmentRow, QuestionnaireDraftRow, RevisionRow

_questionnaires, _drafts, _assignments = schema.questionnaires, schema.questionnaire_drafts, schema.assignments
_REVISIONS = select(
    _questionnaires.c.questionnaire,
    _questionnaires.c.revision,
    _questionnaires.c.digest,
    _questionnaires.c.titles,
    _questionnaires.c.fragments,
    _questionnaires.c.published_at,
    _questionnaires.c.published_by,
).where(matching(_questionnaires, "office_id"))
_REVISIONS_OF_ONE = _REVISIONS.where(matching(_questionnaires, "questionnaire"))
_DRAFTS = (
    select(_drafts.c.id, _drafts.c.questionnaire, _drafts.c.titles, _drafts.c.fragments, _drafts.c.saved_at)
    .add_columns(_drafts.c.saved_by, _drafts.c.version)
    .where(matching(_drafts, "office_id"))
    .order_by(_drafts.c.saved_at.desc(), _drafts.c.id.desc())
)
_DRAFT = select(*QUESTIONNAIRE_DRAFTS.columns).where(matching(_drafts, "office_id", "id"))
_SOURCE = select(func.coalesce(_questionnaires.c.source, _questionnaires.c.document)).where(
    matching(_questionnaires, "office_id", "digest")
)
_fragments = schema.questionnaire_fragments
_FRAGMENTS = select(*QUESTIONNAIRE_FRAGMENTS.columns).where(matching(_fragments, "office_id"))
_ASSIGNMENT = ASSIGNMENT_ROWS.where(matching(_assignments, "office_id", "id"))


def _page(*conditions: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    return (
        ASSIGNMENT_ROWS.where(matching(_assignments, "office_id"), *conditions, _assignments.c.id < bindparam("after"))
        .order_by(_assignments.c.id.desc())
        .limit(bindparam("size"))
    )


_in_dossier, _in_state = matching(_assignments, "dossier_id"), matching(_assignments, "state")
_ASSIGNMENTS = {
    (False, False): _page(),
    (False, True): _page(_in_state),
    (True, False): _page(_in_dossier),
    (True, True): _page(_in_dossier, _in_state),
}
"""By whether a dossier is asked for, and whether a state is."""
_revision_row = by_position(RevisionRow)
_draft_row = by_position(QuestionnaireDraftRow)


class OfficeQuestionnaireReading(Reader):
    """Reads questionnaires for the office."""

    def office_revisions(self, actor: OfficeActor, *, questionnaire: str | None = None) -> Sequence[RevisionRow]:
        """Return the published revisions of one questionnaire or of all, by questionnaire, newest revision first."""
        if questionnaire is not None and not storable(questionnaire):
            return []
        which = {"office_id": actor.office_id, "questionnaire": questionnaire}
        rows = self._all(_REVISIONS if questionnaire is None else _REVISIONS_OF_ONE, which)
        # Sorted here: databases differ in how they order letters and hyphens.
        return sorted(map(_revision_row, rows), key=lambda row: (row.questionnaire, -row.revision))

    def office_questionnaire_drafts(self, actor: OfficeActor) -> Sequence[QuestionnaireDraftRow]:
        """Return the drafts of questionnaires, the one that was saved last first."""
        return [_draft_row(row) for row in self._all(_DRAFTS, {"office_id": actor.office_id})]

    def office_questionnaire_draft(self, actor: OfficeActor, draft_id: QuestionnaireDraftId) -> QuestionnaireDraft:
        """Return a draft of a questionnaire.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        which = {"office_id": actor.office_id, "id": draft_id}
        return QUESTIONNAIRE_DRAFTS.value(self._one(_DRAFT, which, "questionnaire draft"))

    def office_questionnaire_source(self, actor: OfficeActor, digest: str) -> str:
        """Return a published document as it was written, with its fragments.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        if not storable(digest):
            raise Absent("questionnaire")
        source: str = self._one(_SOURCE, {"office_id": actor.office_id, "digest": digest}, "questionnaire")[0]
        return source

    def office_questionnaire_fragments(self, actor: OfficeActor) -> Sequence[QuestionnaireFragment]:
        """Return the fragments of the office by id."""
        return fragments_in(self._all(_FRAGMENTS, {"office_id": actor.office_id}))

    def office_assignments(
        self,
        actor: OfficeActor,
        *,
        dossier_id: DossierId | None = None,
        state: AssignmentState | None = None,
        after: AssignmentId | None = None,
        size: int = PAGE,
    ) -> Sequence[AssignmentRow]:
        """Return assignments, newest first."""
        asked: Record = {"office_id": actor.office_id, "after": after_id(after), "size": size}
        if dossier_id is not None:
            asked["dossier_id"] = dossier_id
        if state is not None:
            asked["state"] = state
        rows = self._all(_ASSIGNMENTS[dossier_id is not None, state is not None], asked)
        return [assignment_row(row) for row in rows]

    def office_assignment(self, actor: OfficeActor, assignment_id: AssignmentId) -> AssignmentRow:
        """Return an assignment.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return assignment_row(self._one(_ASSIGNMENT, {"office_id": actor.office_id, "id": assignment_id}, "assignment"))
