"""What the office does with a request: accept, return, withdraw, remind, and open what was delivered (RQ-3)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import attrs

from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, Refused
from klantportaal.domain.events import (
    DeliveryOpened,
    ItemAccepted,
    ItemReturned,
    RequestItemWithdrawn,
    RequestReminded,
    RequestWithdrawn,
)
from klantportaal.domain.quarantine import QuarantinedFile, unreadable
from klantportaal.domain.requests import (
    WAITING_FOR_OFFICE,
    Decision,
    DocumentRequest,
    RequestedItem,
    about,
    reason_of,
    replaced,
    require_undecided,
    wrong_state,
)
from klantportaal.domain.values import DeliveryId, ItemId, SubmissionId, day


def require_version(request: DocumentRequest, version: int | None) -> None:
    """Require that nothing changed since *version* was shown. None does not compare.

    Raises:
        Conflict: the request changed since.
    """
    if version is not None and version != request.version:
        raise Conflict


def accept_item(
    request: DocumentRequest,
    item_id: ItemId,
    *,
    quarantined: Collection[QuarantinedFile] = (),
    handler: str,
    at: datetime,
) -> tuple[DocumentRequest, ItemAccepted]:
    """Accept what was delivered for an item, or that it does not apply (RQ-3). This is final.

    Args:
        request: the request.
        item_id: the item of it.
        quarantined: the files of the request that are in quarantine.
        handler: the case handler's name.
        at: the time.

    Raises:
        Absent: the request has no such item.
        Refused: nothing waits for the office there; or one fault for each file of the item that is in quarantine.
    """
    item = _undecided(request, item_id)
    current: set[UUID] = {each.id for each in item.current_files}
    if faults := unreadable(each for each in quarantined if each.upload_id in current):
        raise Refused(faults)
    accepted = attrs.evolve(item, accepted=Decision(at=at, by=handler))
    return replaced(request, accepted), ItemAccepted(item_id=item_id, **about(request), at=at)


def return_item(
    request: DocumentRequest, item_id: ItemId, reason: str, *, handler: str, at: datetime
) -> tuple[DocumentRequest, ItemReturned]:
    """Return an item to the client, with a reason that it reads (RQ-3).

    Raises:
        Absent: the request has no such item.
        Refused: nothing waits for the office there, or the reason is missing or too long.
    """
    item = _undecided(request, item_id)
    decision = Decision(at=at, by=handler, reason=reason_of(reason))
    deliveries = tuple(
        attrs.evolve(each, returned=decision) if each.returned is None else each for each in item.deliveries
    )
    returned = replaced(request, attrs.evolve(item, deliveries=deliveries))
    return returned, ItemReturned(item_id=item_id, **about(request), at=at)


def withdraw_item(
    request: DocumentRequest, item_id: ItemId, reason: str, *, handler: str, at: datetime
) -> tuple[DocumentRequest, RequestItemWithdrawn]:
    """Withdraw an item, with a reason that the client reads. Files that were delivered stay delivered.

    Raises:
        Absent: the request has no such item.
        Refused: it is accepted or withdrawn already, or the reason is missing or too long.
    """
    item = request.item(item_id)
    require_undecided(item)
    withdrawn = attrs.evolve(item, withdrawn=Decision(at=at, by=handler, reason=reason_of(reason)))
    return replaced(request, withdrawn), RequestItemWithdrawn(item_id=item_id, **about(request), at=at)


def withdraw(
    request: DocumentRequest, reason: str, *, handler: str, at: datetime
) -> tuple[DocumentRequest, RequestWithdrawn]:
    """Withdraw every item that is not accepted, with a reason that the client reads.

    Raises:
        Refused: every item is accepted or withdrawn already, or the reason is missing or too long.
    """
    if all(each.is_decided for each in request.items):
        raise wrong_state("request", request.state)
    decision = Decision(at=at, by=handler, reason=reason_of(reason))
    items = tuple(each if each.is_decided else attrs.evolve(each, withdrawn=decision) for each in request.items)
    return attrs.evolve(request, items=items), RequestWithdrawn(**about(request), at=at)


def remind(request: DocumentRequest, *, at: datetime) -> tuple[DocumentRequest, RequestReminded]:
    """Ask to remind the client of a request, at most once a day. The reminder goes by day (RM-1).

    Raises:
        Refused: no item waits for the client, or it was reminded today already.
    """
    if not request.waiting:
        raise wrong_state("request", request.state)
    if request.reminded_at is not None and day(request.reminded_at) == day(at):
        raise Refused([Fault(code=FaultCode.REMINDED_TODAY, field="request")])
    return attrs.evolve(request, reminded_at=at), RequestReminded(**about(request), at=at)


def open_item(
    request: DocumentRequest, item_id: ItemId, *, at: datetime
) -> tuple[DocumentRequest, DeliveryOpened | None]:
    """Mark what was delivered for an item as opened by the office (RQ-3). What is opened already stays as it is.

    Raises:
        Absent: the request has no such item.
    """
    item = request.item(item_id)
    return _opened(request, item, {each.id for each in item.deliveries}, at=at)


def open_file(
    request: DocumentRequest, submission_id: SubmissionId, *, at: datetime
) -> tuple[DocumentRequest, DeliveryOpened | None]:
    """Mark the delivery of one file as opened by the office (RQ-3).

    Raises:
        Absent: no delivery of the request has such a file: it was taken back.
    """
    for item in request.items:
        for delivery in item.deliveries:
            if submission_id in {file.id for file in delivery.files}:
                return _opened(request, item, {delivery.id}, at=at)
    raise Absent("delivered file")


def open_declarations(request: DocumentRequest, *, at: datetime) -> tuple[DocumentRequest, Sequence[DeliveryOpened]]:
    """Mark as opened what was declared not applicable (RQ-3). Deliveries of files are opened with their files."""
    facts = []
    for item in request.items:
        declared = {each.id for each in item.deliveries if not each.files}
        request, fact = _opened(request, item, declared, at=at)
        if fact is not None:
            facts.append(fact)
    return request, facts


def _opened(
    request: DocumentRequest, item: RequestedItem, chosen: Collection[DeliveryId], *, at: datetime
) -> tuple[DocumentRequest, DeliveryOpened | None]:
    deliveries = tuple(
        attrs.evolve(each, opened_at=at) if each.opened_at is None and each.id in chosen else each
        for each in item.deliveries
    )
    if deliveries == item.deliveries:
        return request, None
    opened = replaced(request, attrs.evolve(item, deliveries=deliveries))
    return opened, DeliveryOpened(request_id=request.id, item_id=item.id, dossier_id=request.dossier_id, at=at)


def _undecided(request: DocumentRequest, item_id: ItemId) -> RequestedItem:
    """Give an item that waits for the office. Raises: Absent, Refused."""
    item = request.item(item_id)
    if item.state not in WAITING_FOR_OFFICE:
        raise wrong_state("item", item.state)
    return item
