"""What waits for a client, and what its account has set."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader
from klantportaal.adapters.storage.sql.reading.parts import by_position
from klantportaal.adapters.storage.sql.statements import matching, scope, written
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.sessions import Actor
from klantportaal.ports.reading import OpenAction, ProfileView

_assignments, _parties, _dossiers = schema.assignments, schema.dossier_parties, schema.dossiers
_in_own_dossier = (
    (_parties.c.office_id == _assignments.c.office_id)
    & (_parties.c.dossier_id == _assignments.c.dossier_id)
    & (_parties.c.client_id == _assignments.c.client_id)
)
_open = matching(_assignments, "office_id", "client_id") & (_assignments.c.state == written(AssignmentState.OPEN))
OPEN_ACTIONS = select(func.count()).select_from(_assignments.join(_parties, _in_own_dossier)).where(_open)
"""How many questionnaires wait for the client: parameters ``office_id`` and ``client_id``."""
_ACTIONS = (
    select(
        _assignments.c.id,
        _assignments.c.dossier_id,
        _dossiers.c.number,
        _dossiers.c.description,
        _assignments.c.subject,
        _assignments.c.assigned_at,
        _assignments.c.due_on,
    )
    .select_from(
        _assignments.join(_parties, _in_own_dossier).join(
            _dossiers,
            (_dossiers.c.office_id == _assignments.c.office_id) & (_dossiers.c.id == _assignments.c.dossier_id),
        )
    )
    .where(_open)
    .order_by(_assignments.c.assigned_at, _assignments.c.id)
)

_accounts, _clients = schema.accounts, schema.clients
_PROFILE = (
    select(
        _accounts.c.name,
        _accounts.c.email,
        _clients.c.name,
        _accounts.c.language,
        _accounts.c.notifications_documents,
        _accounts.c.notifications_questionnaires,
        _accounts.c.notifications_messages,
    )
    .join_from(_accounts, _clients)
    .where(_accounts.c.id == bindparam("account_id"), matching(_accounts, "office_id", "client_id"))
)

_ACTION = by_position(OpenAction)


class ActionReading(Reader):
    """Reads what waits for a client, and what its account has set."""

    def open_actions(self, actor: Actor) -> Sequence[OpenAction]:
        """List the questionnaires that wait in the client's dossiers, oldest first."""
        rows = self._all(_ACTIONS, {"office_id": actor.office_id, "client_id": actor.client_id})
        return [_ACTION(row) for row in rows]

    def profile(self, actor: Actor) -> ProfileView:
        """Raises: Absent."""
        name, email, client_name, language, documents, questionnaires, messages = self._one(_PROFILE, scope(actor))
        notifications = Notifications(documents=documents, questionnaires=questionnaires, messages=messages)
        profile = Profile(language=language, notifications=notifications)
        return ProfileView(name=name, email=email, client_name=client_name, profile=profile)
