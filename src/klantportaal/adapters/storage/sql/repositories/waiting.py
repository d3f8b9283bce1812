"""Who has to do something in a dossier, in the row of each party (PG-2)."""

from collections.abc import Collection, Sequence

from sqlalchemy import Date, bindparam, cast, exists, null, select, union_all, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import WAITS, Line, waiting_of
from klantportaal.adapters.storage.sql.statements import is_party, its, matching, written
from klantportaal.domain.messages import Direction
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.values import ClientId, DossierId, OfficeId
from klantportaal.domain.waiting import OpenInParty, ThirdParty, Waiting, WaitingFor, WaitingThing

_parties, _assignments, _requests = schema.dossier_parties, schema.assignments, schema.requests
_messages, _answers = schema.messages, schema.messages.alias("answers")
_OURS = ("office_id", "client_id", "dossier_id")

# Locked until the end: of two changes at once, the second one sees what the first one left open. What is open is read
# afterwards, by another statement: PostgreSQL would give it as it was before the lock.
_PARTY = (
    select(_parties.c.third_party_since, _parties.c.third_party_expected_on, *WAITS)
    .where(matching(_parties, *_OURS))
    .with_for_update(key_share=True, of=_parties)
)
_for_client, _for_office = written(WaitingFor.CLIENT), written(WaitingFor.OFFICE)
_never = cast(null(), Date())
_is_answered = exists(
    select(_answers.c.id).where(
        _answers.c.office_id == _messages.c.office_id,
        _answers.c.thread_id == _messages.c.thread_id,
        _answers.c.id > _messages.c.id,
        _answers.c.direction == written(Direction.INBOUND),
        _answers.c.taken_back_at.is_(None),
    )
)
_OPEN = union_all(
    select(_for_client, _assignments.c.assigned_at, _assignments.c.due_on).where(
        matching(_assignments, *_OURS), _assignments.c.state == written(AssignmentState.OPEN)
    ),
    select(_for_client, _requests.c.waiting_since, _requests.c.due_on).where(
        matching(_requests, *_OURS), _requests.c.waiting_since.is_not(None)
    ),
    select(_for_office, _requests.c.delivered_since, _never).where(
        matching(_requests, *_OURS), _requests.c.delivered_since.is_not(None)
    ),
    select(_for_office, _messages.c.sent_at, _never).where(
        matching(_messages, *_OURS),
        _messages.c.direction == written(Direction.OUTBOUND),
        _messages.c.handled_at.is_(None),
        _messages.c.taken_back_at.is_(None),
        ~_is_answered,
    ),
)
_OPEN_IN_PARTY = select(_OPEN.subquery()).where(is_party())
_SAVE = (
    update(_parties)
    .where(its(_parties, *_OURS))
    .values({name: bindparam(name) for name in ("waiting_for", "waiting_since", "waiting_count", "waiting_due_on")})
)
_NAME = (
    update(_parties)
    .where(its(_parties, *_OURS))
    .values({name: bindparam(name) for name in ("third_party", "third_party_since", "third_party_expected_on")})
)


class SqlWaiting(Repository):
    """Who has to do something for each party of a dossier."""

    def hold(self, office_id: OfficeId, dossier_id: DossierId, client_id: ClientId) -> OpenInParty | None:
        """Lock the row of a party, and return what is open in it. None if the client is no party."""
        whose = {"office_id": office_id, "dossier_id": dossier_id, "client_id": client_id}
        row = self._first(_PARTY, whose)
        if row is None:
            return None
        since, expected_on, *kept, name = row
        return OpenInParty(
            things=tuple(map(_thing, self._all(_OPEN, whose))),
            third_party=None if since is None else ThirdParty(name=name, since=since, expected_on=expected_on),
            kept=waiting_of([*kept, name]),
        )

    def things(self, office_id: OfficeId, dossier_id: DossierId, client_id: ClientId) -> Sequence[WaitingThing]:
        """Return what is open for a party. Nothing if the client is no party."""
        whose = {"office_id": office_id, "dossier_id": dossier_id, "client_id": client_id}
        return [_thing(row) for row in self._all(_OPEN_IN_PARTY, whose)]

    def save(self, office_id: OfficeId, dossier_id: DossierId, client_id: ClientId, waiting: Waiting | None) -> None:
        """Save who has to do something for a party."""
        self._run(
            _SAVE,
            {
                **_its(office_id, dossier_id, client_id),
                "waiting_for": waiting and waiting.whom,
                "waiting_since": waiting and waiting.since,
                "waiting_count": waiting and waiting.count,
                "waiting_due_on": waiting and waiting.due_on,
            },
        )

    def name(
        self,
        office_id: OfficeId,
        dossier_id: DossierId,
        client_ids: Collection[ClientId],
        third_party: ThirdParty | None,
    ) -> None:
        """Save whom the office waits for, in the rows of parties, in the order of their ids."""
        named = {
            "third_party": third_party and third_party.name,
            "third_party_since": third_party and third_party.since,
            "third_party_expected_on": third_party and third_party.expected_on,
        }
        for client_id in sorted(client_ids):
            self._run(_NAME, {**_its(office_id, dossier_id, client_id), **named})


def _thing(row: Line) -> WaitingThing:
    whom, since, due_on = row
    return WaitingThing(whom=whom, since=since, due_on=due_on)


def _its(office_id: OfficeId, dossier_id: DossierId, client_id: ClientId) -> dict[str, object]:
    return {"its_office_id": office_id, "its_dossier_id": dossier_id, "its_client_id": client_id}
