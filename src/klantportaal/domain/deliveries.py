"""What a client does with a request for documents: deliver, declare not applicable, take back (RQ-2, RQ-3)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import uuid5

import attrs

from klantportaal.domain.errors import Absent, Fault, FaultCode, Refused
from klantportaal.domain.events import DeliveryTakenBack, ItemDelivered, ItemNotApplicable
from klantportaal.domain.requests import (
    NOTE_LIMIT,
    UNANSWERED,
    DeliveredFile,
    Delivery,
    DocumentRequest,
    RequestedItem,
    reason_of,
    replaced,
    require_undecided,
    wrong_state,
)
from klantportaal.domain.uploads import StagedUpload, Submission, SubmissionKind, file_fault, is_waiting
from klantportaal.domain.values import (
    AccountId,
    DeliveryId,
    DraftId,
    ItemId,
    RequestId,
    SubmissionId,
    UploadId,
    plain_text,
)


def draft_of(request_id: RequestId, item_id: ItemId) -> DraftId:
    """Give the id of the draft under which an account stages files for an item."""
    return DraftId(uuid5(request_id, f"upload/{item_id}"))


def find(item: RequestedItem, delivery_id: DeliveryId) -> Delivery | None:
    """Find a delivery of an item. None if there is none, or it was taken back."""
    return next((each for each in item.deliveries if each.id == delivery_id), None)


def require_deliverable(item: RequestedItem, staged: int, name: str) -> None:
    """Require that one more file may be staged for an item.

    Args:
        item: the item.
        staged: the number of files that the account staged for it.
        name: the name of the new file, for the fault.

    Raises:
        Refused: the item is accepted or withdrawn, or as many files are staged as it may have.
    """
    require_undecided(item)
    if staged >= item.files:
        raise Refused([file_fault(FaultCode.TOO_MANY_FILES, name, limit=item.files)])


def deliver(
    request: DocumentRequest,
    item_id: ItemId,
    uploads: Sequence[StagedUpload],
    *,
    id: DeliveryId,
    account_id: AccountId,
    author: str,
    note: str,
    at: datetime,
) -> tuple[DocumentRequest, Sequence[Submission], ItemDelivered]:
    """Deliver staged files for an item (RQ-2). They come beside those that were delivered before.

    A declaration that the item does not apply, which the office did not decide on, is dropped.

    Raises:
        Absent: the request has no such item.
        Refused: the item is accepted or withdrawn; there are no files, or more than the item may have; or the note is
            too long.
    """
    item = request.item(item_id)
    require_undecided(item)
    note = plain_text(note).strip()
    if len(note) > NOTE_LIMIT:
        raise Refused([Fault(code=FaultCode.TOO_LONG, field="note", params={"limit": NOTE_LIMIT})])
    if not uploads:
        raise Refused([Fault(code=FaultCode.MISSING, field="files")])
    if len(uploads) > item.room:
        raise Refused([file_fault(FaultCode.TOO_MANY_FILES, uploads[item.room].file.name, limit=item.files)])
    submissions = [_submission(each, request, item, id, at=at) for each in uploads]
    delivery = Delivery(
        id=id,
        account_id=account_id,
        delivered_by=author,
        delivered_at=at,
        files=tuple(_delivered_file(each) for each in submissions),
        note=note,
    )
    standing = (each for each in item.deliveries if each.returned is not None or each.files)
    delivered = _seen(replaced(request, attrs.evolve(item, deliveries=(*standing, delivery))), at=at)
    fact = ItemDelivered(
        request_id=request.id,
        item_id=item_id,
        delivery_id=id,
        dossier_id=request.dossier_id,
        account_id=account_id,
        files=len(submissions),
        at=at,
    )
    return delivered, submissions, fact


def declare_not_applicable(
    request: DocumentRequest,
    item_id: ItemId,
    reason: str,
    *,
    id: DeliveryId,
    account_id: AccountId,
    author: str,
    at: datetime,
) -> tuple[DocumentRequest, ItemNotApplicable]:
    """Declare that an item does not apply, with a reason (RQ-2).

    Raises:
        Absent: the request has no such item.
        Refused: the item has an answer or was withdrawn, or the reason is missing or too long.
    """
    item = request.item(item_id)
    if item.state not in UNANSWERED:
        raise wrong_state("item", item.state)
    declaration = Delivery(id=id, account_id=account_id, delivered_by=author, delivered_at=at, note=reason_of(reason))
    declared = _seen(replaced(request, attrs.evolve(item, deliveries=(*item.deliveries, declaration))), at=at)
    fact = ItemNotApplicable(
        request_id=request.id,
        item_id=item_id,
        delivery_id=id,
        dossier_id=request.dossier_id,
        account_id=account_id,
        at=at,
    )
    return declared, fact


def take_back(
    request: DocumentRequest, item_id: ItemId, delivery_id: DeliveryId, *, account_id: AccountId, at: datetime
) -> tuple[DocumentRequest, Sequence[SubmissionId], DeliveryTakenBack]:
    """Take back a delivery that the office has not opened (RQ-3). Gives the ids of its files too.

    This also holds for an item that the office withdrew: what it no longer needs, it need not get.

    Raises:
        Absent: the request has no such item, or the item no such delivery.
        Refused: the office opened, accepted or returned it.
    """
    item = request.item(item_id)
    delivery = find(item, delivery_id)
    if delivery is None:
        raise Absent("delivery")
    if (fault := item.why_kept(delivery)) is not None:
        raise Refused([fault])
    left = tuple(each for each in item.deliveries if each.id != delivery_id)
    taken = replaced(request, attrs.evolve(item, deliveries=left, taken_back_at=at))
    fact = DeliveryTakenBack(
        request_id=request.id,
        item_id=item_id,
        delivery_id=delivery_id,
        dossier_id=request.dossier_id,
        account_id=account_id,
        at=at,
    )
    return taken, [file.id for file in delivery.files], fact


def still_to_deliver(
    item: RequestedItem, delivery_id: DeliveryId, staged: Sequence[StagedUpload]
) -> tuple[DeliveryId, Sequence[StagedUpload]]:
    """Give the staged files that a form did not deliver before, and the id of their delivery (AT-5).

    Files that the form delivered before have the same name, size and SHA-256. Further files are another delivery: a
    browser that goes back to a page shows it with the old id. The same further files always get the same id.
    """
    while staged and (standing := find(item, delivery_id)) is not None:
        had = {(each.name, each.size, each.sha256) for each in standing.files}
        staged = [each for each in staged if (each.file.name, each.file.size, each.file.sha256) not in had]
        added = "".join(sorted(f"\0{each.file.name}\0{each.file.sha256.hex()}" for each in staged))
        delivery_id = DeliveryId(uuid5(delivery_id, added)) if staged else delivery_id
    return delivery_id, staged


def declaration_id(item: RequestedItem, delivery_id: DeliveryId) -> DeliveryId | None:
    """Give the id of a declaration that the item does not apply. None if the form declared that before (AT-5).

    If the form delivered files before, as a browser that goes back shows it, the declaration has an id of its own.
    """
    standing = find(item, delivery_id)
    if standing is None or not standing.files:
        return delivery_id if standing is None else None
    own = DeliveryId(uuid5(delivery_id, "not applicable"))
    return own if find(item, own) is None else None


def gone(
    item: RequestedItem, listed: Mapping[UploadId, str], staged: Sequence[StagedUpload], *, at: datetime
) -> Sequence[str]:
    """Name the files that expired, and the listed ones that are neither staged nor delivered (AT-2)."""
    known = {each.id for each in staged} | {UploadId(file.id) for each in item.deliveries for file in each.files}
    expired = [each.file.name for each in staged if not is_waiting(each, at=at)]
    return [*expired, *(name for id, name in listed.items() if id not in known)]


def _seen(request: DocumentRequest, *, at: datetime) -> DocumentRequest:
    """Count a request as seen by its client: whoever answers it has seen it (RM-1)."""
    return attrs.evolve(request, seen_at=request.seen_at or at)


def _submission(
    upload: StagedUpload, request: DocumentRequest, item: RequestedItem, delivery_id: DeliveryId, *, at: datetime
) -> Submission:
    return Submission(
        id=SubmissionId(upload.id),
        office_id=upload.office_id,
        client_id=request.client_id,
        dossier_id=request.dossier_id,
        account_id=upload.account_id,
        kind=SubmissionKind.REQUEST,
        message_id=None,
        request_id=request.id,
        delivery_id=delivery_id,
        item_id=item.id,
        request_subject=request.subject,
        item_title=item.title,
        file=upload.file,
        delivered_at=at,
    )


def _delivered_file(submission: Submission) -> DeliveredFile:
    file = submission.file
    return DeliveredFile(id=submission.id, name=file.name, size=file.size, sha256=file.sha256)
