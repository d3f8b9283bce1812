"""A client's open questionnaires, and the settings of a person."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader, after_action, by_due_date
from klantportaal.adapters.storage.sql.reading.parts import (
    HAS_TWO_STEP,
    ITS_CLIENT,
    ITS_PERSON,
    PARTY_DOSSIER_ROW,
    by_position,
    dossier_row,
)
from klantportaal.adapters.storage.sql.rows import ASSIGNMENTS
from klantportaal.adapters.storage.sql.statements import in_own_dossier, matching, scope, storable, written
from klantportaal.domain.errors import Absent
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import AssignmentId, DossierId, OfficeId
from klantportaal.ports.reading import PAGE, ActionKey, AssignmentView, OpenAction, ProfileView

_assignments, _parties, _dossiers = schema.assignments, schema.dossier_parties, schema.dossiers
_in_own_dossier = in_own_dossier(_assignments)
_its_dossier = (_dossiers.c.office_id == _assignments.c.office_id) & (_dossiers.c.id == _assignments.c.dossier_id)
_open = matching(_assignments, "office_id", "client_id") & (_assignments.c.state == written(AssignmentState.OPEN))
OPEN_ACTIONS = select(func.count()).select_from(_assignments.join(_parties, _in_own_dossier)).where(_open)
"""The number of open questionnaires of the client: parameters ``office_id`` and ``client_id``."""
OPEN_ACTIONS_IN_DOSSIER = (
    select(func.count()).select_from(_assignments).where(_open, matching(_assignments, "dossier_id"))
)
"""The same in one of its dossiers: parameter ``dossier_id`` too."""
_ACTIONS = (
    select(
        _assignments.c.id,
        _assignments.c.dossier_id,
        _dossiers.c.number,
        _dossiers.c.description,
        _assignments.c.subject,
        _assignments.c.assigned_at,
        _assignments.c.due_on,
        _assignments.c.started_at,
        _assignments.c.saved_at,
        _assignments.c.progress,
    )
    .select_from(_assignments.join(_parties, _in_own_dossier).join(_dossiers, _its_dossier))
    .where(_open)
)
_order = (_assignments.c.due_on, _assignments.c.assigned_at, _assignments.c.id)
_PAGE = by_due_date(_ACTIONS, *_order)
_PAGE_IN_DOSSIER = by_due_date(_ACTIONS.where(matching(_assignments, "dossier_id")), *_order)
_ASSIGNMENT = (
    select(*ASSIGNMENTS.columns, *PARTY_DOSSIER_ROW)
    .select_from(_assignments.join(_parties, _in_own_dossier).join(_dossiers, _its_dossier))
    .where(matching(_assignments, "office_id", "client_id", "id"))
)
_questionnaires = schema.questionnaires
_DOCUMENT = select(_questionnaires.c.document).where(matching(_questionnaires, "office_id", "digest"))

_accounts, _clients, _persons = schema.accounts, schema.clients, schema.persons
_PROFILE = (
    select(
        _accounts.c.name,
        _persons.c.email,
        _clients.c.name,
        _persons.c.language,
        _accounts.c.notifications_documents,
        _accounts.c.notifications_questionnaires,
        _accounts.c.notifications_messages,
        HAS_TWO_STEP,
        schema.persons.c.password_hash.is_not(None),
    )
    .join_from(_accounts, _clients, ITS_CLIENT)
    .join(_persons, ITS_PERSON)
    .where(_accounts.c.id == bindparam("account_id"), matching(_accounts, "office_id", "client_id", "person_id"))
)

_ACTION = by_position(OpenAction)


class ActionReading(Reader):
    """Reads a client's open questionnaires, and the settings of a person."""

    def open_actions(
        self,
        actor: Actor,
        dossier_id: DossierId | None = None,
        *,
        after: ActionKey | None = None,
        size: int = PAGE,
    ) -> Sequence[OpenAction]:
        """Return the open questionnaires in the client's dossiers, or in one, by due date."""
        page = scope(actor, **after_action(after), size=size)
        if dossier_id is None:
            rows = self._all(_PAGE, page)
        else:
            rows = self._all(_PAGE_IN_DOSSIER, page | {"dossier_id": dossier_id})
        return sorted(map(_ACTION, rows), key=lambda action: action.key.order)[:size]

    def assignment(self, actor: Actor, assignment_id: AssignmentId) -> AssignmentView:
        """Return a questionnaire of the client in a dossier it is a party to, in whatever state.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        row = self._one(_ASSIGNMENT, scope(actor, id=assignment_id), "assignment")
        return AssignmentView(assignment=ASSIGNMENTS.value(row), dossier=dossier_row(row[ASSIGNMENTS.width :]))

    def document(self, office_id: OfficeId, digest: str) -> str:
        """Return the document of a published questionnaire.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        if not storable(digest):
            raise Absent("questionnaire")
        document: str = self._one(_DOCUMENT, {"office_id": office_id, "digest": digest}, "questionnaire")[0]
        return document

    def profile(self, actor: Actor) -> ProfileView:
        """Return the settings of the actor's person, with the notifications of its account.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        row = self._one(_PROFILE, scope(actor), "account")
        name, email, client_name, language, documents, questionnaires, messages, has_two_step, has_password = row
        notifications = Notifications(documents=documents, questionnaires=questionnaires, messages=messages)
        profile = Profile(language=language, notifications=notifications)
        return ProfileView(
            name=name,
            email=email,
            client_name=client_name,
            profile=profile,
            has_two_step=has_two_step,
            has_password=has_password,
        )
