"""What a notification tells an account, and where it leads (PR-2, NW-2).

This is decided when the mail is made. What was withdrawn, taken back or done meanwhile, what the account may not see
any more, and what it does not want to be told, is left out.
"""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import attrs

from klantportaal.domain.accounts import Account, Holding, may_act
from klantportaal.domain.destinations import Destination, NewThing, Place, destination
from klantportaal.domain.documents import DocumentKind, DocumentState
from klantportaal.domain.outgoing import Notice, Task
from klantportaal.domain.questionnaires.assignments import AssignmentState
from klantportaal.domain.requests import RequestState
from klantportaal.domain.values import AssignmentId, DocumentId, DossierId, MessageId, RequestId
from klantportaal.ports.mail import Awaiting
from klantportaal.ports.storage import UnitOfWork


@attrs.frozen(kw_only=True)
class News:
    """The contents of a notification."""

    awaiting: tuple[Awaiting, ...]
    """One item for each dossier, in the order of their numbers."""
    destination: Destination


def news_for(uow: UnitOfWork, to: Holding, tasks: Sequence[Task]) -> News | None:
    """Give what a notification tells of some tasks for one account. None if there is nothing to tell any more."""
    account, client = to
    if not may_act(account, client):
        return None
    things, notices = set[NewThing](), defaultdict[DossierId, set[Notice]](set)
    for task in tasks:
        notice = Notice(task.payload["notice"])
        if account.notifications.wants(notice) and (thing := _visible(uow, account, task)) is not None:
            things.add(thing)
            notices[thing.dossier_id].add(notice)
    if not things:
        return None
    awaiting = [
        Awaiting(dossier_number=uow.dossiers.get(account.office_id, dossier_id).number, notices=frozenset(found))
        for dossier_id, found in notices.items()
    ]
    awaiting.sort(key=lambda each: each.dossier_number)
    return News(awaiting=tuple(awaiting), destination=destination(things))


def _visible(uow: UnitOfWork, account: Account, task: Task) -> NewThing | None:
    """Give what a notification is about. None if the account may not see it any more, or if it does not stand."""
    dossier_id = DossierId(UUID(task.payload["dossier"]))
    if account.client_id not in uow.dossiers.parties(task.office_id, dossier_id):
        return None
    thing = UUID(task.payload["thing"])
    place = _place(uow, account, task, thing)
    return None if place is None else NewThing(place=place, dossier_id=dossier_id, id=thing)


def _place(uow: UnitOfWork, account: Account, task: Task, thing: UUID) -> Place | None:
    """Give the page of the subject of a notification. None if it was withdrawn, taken back or done meanwhile."""
    match Notice(task.payload["notice"]):
        case Notice.MESSAGES:
            stands = uow.messages.get(task.office_id, MessageId(thing)).taken_back_at is None
            return Place.MESSAGE if stands else None
        case Notice.QUESTIONNAIRES:
            stands = uow.assignments.get(task.office_id, AssignmentId(thing)).state is AssignmentState.OPEN
            return Place.QUESTIONNAIRE if stands else None
        case Notice.REQUESTS:
            stands = uow.requests.get(task.office_id, RequestId(thing)).state is RequestState.WAITING
            return Place.REQUEST if stands else None
        case _:  # A document or a letter.
            document_id = DocumentId(thing)
            document = uow.documents.get(task.office_id, document_id)
            is_for_it = account.client_id in uow.documents.audience(task.office_id, document_id)
            if document.state is not DocumentState.AVAILABLE or not is_for_it:
                return None
            return Place.LETTER if document.kind is DocumentKind.CORRESPONDENCE else Place.DOCUMENT
