"""A request for documents, and the files that a client stages for it."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import attrs

from klantportaal.domain import deliveries, requests
from klantportaal.domain.requests import DocumentRequest, ItemState, NewItem, NewRequest
from klantportaal.domain.uploads import StagedUpload, Submission
from klantportaal.domain.values import AccountId, DeliveryId, RequestId, UploadId, day
from tests.domain.given import ACCOUNT_ID, AT, CLIENT_ID, DOSSIER_ID, FILE, HANDLER, OFFICE_ID

REQUEST_ID = RequestId(UUID(int=50))
TODAY: date = day(AT)
SLIP = NewItem(title="Loonstrook", explanation="Van de laatste maand.", files=2, due_on=TODAY)
REPORT = NewItem(title="Taxatierapport", required=False)
MUST = attrs.evolve(REPORT, required=True)


def made(*items: NewItem, at: datetime = AT) -> DocumentRequest:
    """Make a request of some items, or of a payslip and a valuation report."""
    return requests.make(
        NewRequest(subject="Stukken voor de hypotheek", items=items or (SLIP, REPORT)),
        id=REQUEST_ID,
        office_id=OFFICE_ID,
        client_id=CLIENT_ID,
        dossier_id=DOSSIER_ID,
        is_party=True,
        handler=HANDLER,
        today=day(at),
        at=at,
    )[0]


def staged(*numbers: int, account_id: AccountId = ACCOUNT_ID, expires_at: datetime | None = None) -> list[StagedUpload]:
    """Stage one file for each number. A number gives a file its id, name, size and hash."""
    return [
        StagedUpload(
            id=UploadId(UUID(int=1000 + number)),
            office_id=OFFICE_ID,
            account_id=account_id,
            dossier_id=DOSSIER_ID,
            draft_id=deliveries.draft_of(REQUEST_ID, made().items[0].id),
            file=attrs.evolve(FILE, name=f"stuk-{number}.pdf", size=number, sha256=number.to_bytes(32)),
            staged_at=AT,
            expires_at=expires_at or datetime.max.replace(tzinfo=AT.tzinfo),
        )
        for number in numbers
    ]


def delivery_id(number: int) -> DeliveryId:
    """Give the id of a delivery."""
    return DeliveryId(UUID(int=2000 + number))


def delivered(
    request: DocumentRequest, uploads: Iterable[StagedUpload], *, item: int = 0, id: int = 1, note: str = ""
) -> tuple[DocumentRequest, list[Submission]]:
    """Deliver files for an item."""
    after, submissions, _fact = deliveries.deliver(
        request,
        request.items[item].id,
        list(uploads),
        id=delivery_id(id),
        account_id=ACCOUNT_ID,
        author="Jan Jansen",
        note=note,
        at=AT,
    )
    return after, list(submissions)


def declared(request: DocumentRequest, *, item: int = 0, id: int = 1, reason: str = "Wij huren.") -> DocumentRequest:
    """Declare that an item does not apply."""
    return deliveries.declare_not_applicable(
        request,
        request.items[item].id,
        reason,
        id=delivery_id(id),
        account_id=ACCOUNT_ID,
        author="Jan Jansen",
        at=AT,
    )[0]


def states(request: DocumentRequest) -> list[ItemState]:
    """List the states of the items."""
    return [each.state for each in request.items]
