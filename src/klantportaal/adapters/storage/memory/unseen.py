"""Reads what no account of a party has opened (RM-1)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import attrs

from klantportaal.adapters.storage.memory.tables import Tables
from klantportaal.domain.documents import Document, DocumentState
from klantportaal.domain.messages import Direction, Message
from klantportaal.domain.questionnaires.assignments import Assignment, AssignmentState
from klantportaal.domain.requests import DocumentRequest, RequestState
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.unseen import UnseenCount, UnseenKind
from klantportaal.domain.values import ClientId, DossierId, Language, Texts
from klantportaal.ports.reading import PAGE, UnseenKey, UnseenRow

Unseen = Document | Message | DocumentRequest | Assignment


@attrs.frozen(slots=False)  # MemoryReading inherits from several such classes.
class UnseenReading:
    """Reads what nobody has opened."""

    _committed: Callable[[], Tables]

    def office_unseen(
        self, actor: OfficeActor, *, until: datetime, after: UnseenKey | None = None, size: int = PAGE
    ) -> Sequence[UnseenRow]:
        """Return what no account of a party has opened: by time, then by id, then by client."""
        tables = self._committed()
        found = [
            each
            for each in _unseen(tables, actor)
            if each.since <= until and tables.clients[each.client_id].closed_at is None
        ]
        later = [each for each in found if after is None or attrs.astuple(each.key) > attrs.astuple(after)]
        return sorted(later, key=lambda each: attrs.astuple(each.key))[:size]

    def office_unseen_of(self, actor: OfficeActor, dossier_id: DossierId, client_id: ClientId) -> Sequence[UnseenCount]:
        """Return how much a party has not opened in a dossier, by kind."""
        whose = (dossier_id, client_id)
        found = [each for each in _unseen(self._committed(), actor) if (each.dossier_id, each.client_id) == whose]
        moments = {kind: [each.since for each in found if each.kind is kind] for kind in UnseenKind}
        return [UnseenCount(kind=kind, count=len(since), since=min(since)) for kind, since in moments.items() if since]


def _unseen(tables: Tables, actor: OfficeActor) -> Iterator[UnseenRow]:
    for document in tables.documents.values():
        if document.office_id == actor.office_id and document.state is DocumentState.AVAILABLE:
            for client_id in tables.audiences[document.id] - _readers(tables, document):
                yield _row(tables, UnseenKind(document.kind), document, client_id)
    read = {message_id for message_id, _account in tables.reads}
    for message in tables.messages.values():
        is_unseen = message.direction is Direction.INBOUND and not message.taken_back_at and message.id not in read
        if is_unseen and _is_own(tables, actor, message):
            yield _row(tables, UnseenKind.MESSAGE, message, message.client_id)
    for request in tables.requests.values():
        is_unseen = request.state is RequestState.WAITING and request.seen_at is None
        if is_unseen and _is_own(tables, actor, request):
            yield _row(tables, UnseenKind.REQUEST, request, request.client_id)
    for assignment in tables.assignments.values():
        is_unseen = assignment.state is AssignmentState.OPEN and assignment.started_at is None
        if is_unseen and _is_own(tables, actor, assignment):
            yield _row(tables, UnseenKind.QUESTIONNAIRE, assignment, assignment.client_id)


def _readers(tables: Tables, document: Document) -> set[ClientId]:
    """Give the clients with an account that downloaded a document or looked at it."""
    accounts = (account for document_id, account in tables.downloads if document_id == document.id)
    return {tables.accounts[account].client_id for account in accounts}


def _is_own(tables: Tables, actor: OfficeActor, thing: Message | DocumentRequest | Assignment) -> bool:
    """Tell whether something is of the office, and for a client that is a party."""
    return thing.office_id == actor.office_id and thing.client_id in tables.parties[thing.dossier_id]


def _row(tables: Tables, kind: UnseenKind, thing: Unseen, client_id: ClientId) -> UnseenRow:
    title, since = _title_and_time(thing)
    return UnseenRow(
        kind=kind,
        id=thing.id,
        dossier_id=thing.dossier_id,
        dossier_number=tables.dossiers[thing.dossier_id].number,
        client_id=client_id,
        client_name=tables.clients[client_id].name,
        title=title,
        since=since,
    )


def _title_and_time(thing: Unseen) -> tuple[Texts, datetime]:
    match thing:
        case Document():
            return dict.fromkeys(Language, thing.title), thing.published_at
        case Message():
            return dict.fromkeys(Language, thing.subject), thing.sent_at
        case Assignment():
            return thing.subject, thing.assigned_at
        case _:
            return thing.subject, thing.made_at
