"""Requests for documents: what the office asks of one client, item by item (RQ-1 to RQ-3).

This module has the values, and how requests are made. ``request_decisions.py`` has what the office does with what was
delivered, and ``deliveries.py`` what the client does. The module is long because an item's state and what may be done
with it follow from all of its values.
"""

import enum
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TypedDict
from uuid import uuid5

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.errors import Absent, Fault, FaultCode, Refused
from klantportaal.domain.events import (
    DocumentsRequested,
    RequestItemAdded,
    RequestSeen,
)
from klantportaal.domain.values import (
    NAME_LIMIT,
    AccountId,
    ClientId,
    DeliveryId,
    DossierId,
    ItemId,
    Language,
    OfficeId,
    RequestId,
    SubmissionId,
    Texts,
    is_blank,
    plain_line,
    plain_text,
)

ITEMS_LIMIT = 50
"""The most items of a request."""
FILES_LIMIT = 20
"""The most files of an item."""
EXPLANATION_LIMIT = 2000
"""The longest explanation of an item, in characters."""
REASON_LIMIT = 300
"""The longest reason, in characters: why an item does not apply, is returned or is withdrawn."""
NOTE_LIMIT = 500
"""The longest note with a delivery, in characters."""


class ItemState(enum.StrEnum):
    """The state of an item. It follows from what was delivered and decided."""

    OPEN = "open"
    DELIVERED = "delivered"
    NOT_APPLICABLE = "not_applicable"
    """The client declared that it does not apply. The office accepts or returns that."""
    RETURNED = "returned"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


UNANSWERED = frozenset({ItemState.OPEN, ItemState.RETURNED})
WAITING_FOR_OFFICE = frozenset({ItemState.DELIVERED, ItemState.NOT_APPLICABLE})


class RequestState(enum.StrEnum):
    """The state of a request. It follows from the states of its items."""

    WAITING = "waiting"
    """An item waits for the client."""
    DELIVERED = "delivered"
    """No item waits for the client, and at least one waits for the office."""
    DONE = "done"
    """No item waits any more, and at least one is accepted. An optional one may never have been delivered."""
    WITHDRAWN = "withdrawn"
    """Every item is withdrawn."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class NewItem:
    """An item as the office asks for it. A text is the same in both languages, or there is one for each."""

    title: str | Texts
    """What it is, in one line."""
    explanation: str | Texts = ""
    required: bool = True
    """Whether the request needs it. One that is optional can be delivered, and nobody waits for it."""
    files: int = 10
    """The most files."""
    due_on: date | None = None
    """The last day, in the office's time zone. It can still be delivered afterwards."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class NewRequest:
    """A request as the office makes it."""

    subject: str | Texts
    items: Sequence[NewItem]


@attrs.frozen(kw_only=True, field_transformer=checked)
class Decision:
    """What the office decided: that an item is accepted, returned or withdrawn."""

    at: datetime
    by: str
    """The case handler's name."""
    reason: str = ""
    """What the client reads. Empty for an item that is accepted."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class DeliveredFile:
    """A file of a delivery."""

    id: SubmissionId
    name: str
    size: int
    """Bytes."""
    sha256: bytes
    """32 bytes."""


@attrs.frozen(kw_only=True, field_transformer=checked)
class Delivery:
    """What an account gave for an item at once: files, or without files the reason why it does not apply."""

    id: DeliveryId
    """From the form, so that a form that is sent twice delivers once (AT-5)."""
    account_id: AccountId
    delivered_by: str
    """The name of the account at that time."""
    delivered_at: datetime
    files: tuple[DeliveredFile, ...] = ()
    note: str = ""
    """What the client wrote with it, or the reason why the item does not apply."""
    opened_at: datetime | None = None
    """When the office first opened it. From then on it cannot be taken back."""
    returned: Decision | None = None


@attrs.frozen(kw_only=True, field_transformer=checked)
class RequestedItem:
    """One item of a request."""

    id: ItemId
    title: Texts
    explanation: Texts
    required: bool
    files: int
    """The most files, without those that were returned."""
    due_on: date | None
    deliveries: tuple[Delivery, ...] = ()
    """Oldest first, those that were returned included."""
    accepted: Decision | None = None
    withdrawn: Decision | None = None
    added_at: datetime | None = None
    """When the office added it to a request that stood already. None for those that the request was made with."""
    taken_back_at: datetime | None = None
    """When the client last took a delivery back."""

    @property
    def current(self) -> tuple[Delivery, ...]:
        """The deliveries that the office has not returned."""
        return tuple(each for each in self.deliveries if each.returned is None)

    @property
    def unopened(self) -> tuple[Delivery, ...]:
        """The deliveries that wait for the office, which has neither opened nor decided on them (OF-4)."""
        return () if self.is_decided else tuple(each for each in self.current if each.opened_at is None)

    @property
    def current_files(self) -> tuple[DeliveredFile, ...]:
        """The files that the office has not returned."""
        return tuple(file for each in self.current for file in each.files)

    @property
    def is_decided(self) -> bool:
        """Whether the office accepted or withdrew it."""
        return self.accepted is not None or self.withdrawn is not None

    @property
    def is_answered(self) -> bool:
        """Whether something was delivered or declared for it that the office did not return."""
        return bool(self.current)

    @property
    def room(self) -> int:
        """The number of files that can still be delivered. None can if the office decided."""
        return 0 if self.is_decided else self.files - len(self.current_files)

    def may_take_back(self, delivery: Delivery) -> bool:
        """Tell whether the client may take a delivery back (RQ-3)."""
        return self.why_kept(delivery) is None

    def why_kept(self, delivery: Delivery) -> Fault | None:
        """Say why the client may not take a delivery back. None if it may (RQ-3).

        It may until the office opened or decided on the delivery, also if the office withdrew the item unopened.
        """
        if self.accepted is not None:
            return Fault(code=FaultCode.WRONG_STATE, field="item", params={"state": self.state})
        if delivery.returned is not None:
            return Fault(code=FaultCode.DELIVERY_RETURNED, field="delivery")
        if delivery.opened_at is not None:
            return Fault(code=FaultCode.DELIVERY_OPENED, field="delivery")
        return None

    @property
    def state(self) -> ItemState:
        """The state, which follows from what was delivered and decided."""
        if self.withdrawn is not None:
            return ItemState.WITHDRAWN
        if self.accepted is not None:
            return ItemState.ACCEPTED
        if self.current:
            return ItemState.DELIVERED if self.current_files else ItemState.NOT_APPLICABLE
        return ItemState.RETURNED if self.deliveries else ItemState.OPEN

    @property
    def reason(self) -> str:
        """Why the item was returned or withdrawn. Empty in other states."""
        if self.withdrawn is not None:
            return self.withdrawn.reason
        last = self.deliveries[-1].returned if self.state is ItemState.RETURNED else None
        return "" if last is None else last.reason


@attrs.frozen(kw_only=True, field_transformer=checked)
class DocumentRequest:
    """What the office asks of one client in one dossier. It stands under ``Acties`` while an item waits (RQ-1)."""

    id: RequestId
    office_id: OfficeId
    client_id: ClientId
    dossier_id: DossierId
    subject: Texts
    made_at: datetime
    made_by: str
    """The case handler's name."""
    items: tuple[RequestedItem, ...]
    """In the order of the office. None is ever removed."""
    reminded_at: datetime | None = None
    seen_at: datetime | None = None
    """When an account of the client first opened it, or delivered for it. None if nobody did (RM-1)."""
    version: int = 1

    @property
    def waiting_items(self) -> tuple[RequestedItem, ...]:
        """The items that wait for the client: what the request needs, and what the office returned.

        A request that needs nothing, because all of it is optional, waits until one item is answered.
        """
        needs = any(each.withdrawn is None and (each.required or each.is_answered) for each in self.items)
        return tuple(
            each
            for each in self.items
            if each.state is ItemState.RETURNED or (each.state is ItemState.OPEN and (each.required or not needs))
        )

    @property
    def waiting(self) -> int:
        """The number of items that wait for the client."""
        return len(self.waiting_items)

    @property
    def delivered(self) -> int:
        """The number of items that wait for the office."""
        return sum(each.state in WAITING_FOR_OFFICE for each in self.items)

    @property
    def total(self) -> int:
        """The number of items that are not withdrawn."""
        return sum(each.withdrawn is None for each in self.items)

    @property
    def state(self) -> RequestState:
        """The state, which follows from those of the items."""
        if self.waiting:
            return RequestState.WAITING
        if self.delivered:
            return RequestState.DELIVERED
        return RequestState.DONE if self.total else RequestState.WITHDRAWN

    @property
    def due_on(self) -> date | None:
        """The earliest due date of the items that wait for the client."""
        return min((each.due_on for each in self.waiting_items if each.due_on is not None), default=None)

    @property
    def waiting_since(self) -> datetime | None:
        """Since when an item waits for the client: it was asked for, or returned. None if none does."""
        return min((self._asked_at(each) for each in self.waiting_items), default=None)

    @property
    def delivered_since(self) -> datetime | None:
        """Since when an item waits for the office. None if none does."""
        waiting = (each for each in self.items if each.state in WAITING_FOR_OFFICE)
        return min((delivery.delivered_at for each in waiting for delivery in each.current), default=None)

    def _asked_at(self, item: RequestedItem) -> datetime:
        """Give when an item was returned last, or else asked for."""
        returned = [each.returned.at for each in item.deliveries if each.returned is not None]
        return max(returned, default=item.added_at or self.made_at)

    def item(self, item_id: ItemId) -> RequestedItem:
        """Give an item. Raises: Absent."""
        for each in self.items:
            if each.id == item_id:
                return each
        raise Absent("requested item")


# ------------------------------------------------------------------ asking
def make(
    new: NewRequest,
    *,
    id: RequestId,
    office_id: OfficeId,
    client_id: ClientId,
    dossier_id: DossierId,
    is_party: bool,
    handler: str,
    today: date,
    at: datetime,
) -> tuple[DocumentRequest, DocumentsRequested]:
    """Ask a client of a dossier for documents (RQ-1).

    Raises:
        Refused: the client is no party to the dossier, a text is missing or too long, there are no items or too many,
            or an item may have no file or too many, or its due date has passed. One fault for each.
    """
    found = [] if is_party else [Fault(code=FaultCode.NOT_A_PARTY, field="client_id")]
    found += title_faults(new.subject, "subject")
    if not new.items:
        found.append(Fault(code=FaultCode.MISSING, field="items"))
    if len(new.items) > ITEMS_LIMIT:
        found.append(Fault(code=FaultCode.TOO_MANY, field="items", params={"limit": ITEMS_LIMIT}))
    for number, each in enumerate(new.items[:ITEMS_LIMIT]):
        found += item_faults(each, f"items[{number}].", today=today)
    if found:
        raise Refused(found)
    request = DocumentRequest(
        id=id,
        office_id=office_id,
        client_id=client_id,
        dossier_id=dossier_id,
        subject=one_line(new.subject),
        made_at=at,
        made_by=handler,
        items=tuple(_item(id, number, each) for number, each in enumerate(new.items)),
    )
    fact = DocumentsRequested(
        request_id=id, dossier_id=dossier_id, client_id=client_id, items=len(request.items), at=at
    )
    return request, fact


def add_item(
    request: DocumentRequest, new: NewItem, *, today: date, at: datetime
) -> tuple[DocumentRequest, RequestItemAdded]:
    """Ask for one more item (RQ-1). It is the last one of the items.

    Raises:
        Refused: the request is done or withdrawn, has the most items already, or the item is refused as in ``make``.
    """
    if request.state in (RequestState.DONE, RequestState.WITHDRAWN):
        raise wrong_state("request", request.state)
    if len(request.items) >= ITEMS_LIMIT:
        raise Refused([Fault(code=FaultCode.TOO_MANY, field="items", params={"limit": ITEMS_LIMIT})])
    if found := list(item_faults(new, "", today=today)):
        raise Refused(found)
    item = attrs.evolve(_item(request.id, len(request.items), new), added_at=at)
    added = attrs.evolve(request, items=(*request.items, item))
    return added, RequestItemAdded(item_id=item.id, **about(request), at=at)


def item_faults(new: NewItem, path: str, *, today: date) -> Iterator[Fault]:
    """List the rules that an item breaks. *path* comes before the names of its fields."""
    yield from title_faults(new.title, f"{path}title")
    explanation = _texts(new.explanation)
    yield from _language_faults(explanation, f"{path}explanation")
    if any(len(plain_text(each)) > EXPLANATION_LIMIT for each in explanation.values()):
        yield Fault(code=FaultCode.TOO_LONG, field=f"{path}explanation", params={"limit": EXPLANATION_LIMIT})
    if new.files < 1:
        yield Fault(code=FaultCode.TOO_SMALL, field=f"{path}files", params={"limit": 1})
    if new.files > FILES_LIMIT:
        yield Fault(code=FaultCode.TOO_LARGE, field=f"{path}files", params={"limit": FILES_LIMIT})
    if new.due_on is not None and new.due_on < today:
        yield Fault(code=FaultCode.DATE_PASSED, field=f"{path}due_on")


def title_faults(title: str | Texts, field: str) -> list[Fault]:
    """Require one line of text, the same in both languages or one for each."""
    texts = _texts(title)
    if missing := _language_faults(texts, field):
        return missing
    if any(is_blank(each) for each in texts.values()):
        return [Fault(code=FaultCode.MISSING, field=field)]
    if any(len(plain_line(each)) > NAME_LIMIT for each in texts.values()):
        return [Fault(code=FaultCode.TOO_LONG, field=field, params={"limit": NAME_LIMIT})]
    return []


def _language_faults(texts: Texts, field: str) -> list[Fault]:
    absent = [each for each in Language if each not in texts]
    return [Fault(code=FaultCode.LANGUAGE_MISSING, field=f"{field}.{each}") for each in absent]


def _texts(text: str | Texts) -> Texts:
    return dict.fromkeys(Language, text) if isinstance(text, str) else text


def one_line(text: str | Texts) -> Texts:
    """Clean a text of one line, and give it in both languages."""
    return {language: plain_line(each) for language, each in _texts(text).items()}


def _item(request_id: RequestId, number: int, new: NewItem) -> RequestedItem:
    """Make an item that passed the checks. No item is ever removed, so its number is its own."""
    return RequestedItem(
        id=ItemId(uuid5(request_id, f"item/{number}")),
        title=one_line(new.title),
        explanation={language: plain_text(each).strip() for language, each in _texts(new.explanation).items()},
        required=new.required,
        files=new.files,
        due_on=new.due_on,
    )


# ------------------------------------------------------------------ opening
def see(request: DocumentRequest, *, account_id: AccountId, at: datetime) -> tuple[DocumentRequest, RequestSeen | None]:
    """Mark a request as opened by its client (RM-1). What was opened before stays as it is."""
    if request.seen_at is not None:
        return request, None
    fact = RequestSeen(request_id=request.id, dossier_id=request.dossier_id, account_id=account_id, at=at)
    return attrs.evolve(request, seen_at=at), fact


# ------------------------------------------------------------------ shared with decisions and deliveries
def replaced(request: DocumentRequest, item: RequestedItem) -> DocumentRequest:
    """Replace the item that has the same id."""
    return attrs.evolve(request, items=tuple(item if each.id == item.id else each for each in request.items))


def require_undecided(item: RequestedItem) -> None:
    """Require that an item is neither accepted nor withdrawn. Raises: Refused."""
    if item.is_decided:
        raise wrong_state("item", item.state)


def reason_of(reason: str) -> str:
    """Clean and check a reason. Raises: Refused, if it is missing or too long."""
    reason = plain_line(reason)
    if is_blank(reason):
        raise Refused([Fault(code=FaultCode.MISSING, field="reason")])
    if len(reason) > REASON_LIMIT:
        raise Refused([Fault(code=FaultCode.TOO_LONG, field="reason", params={"limit": REASON_LIMIT})])
    return reason


def wrong_state(field: str, state: ItemState | RequestState) -> Refused:
    """Make the refusal of what is not possible in a state."""
    return Refused([Fault(code=FaultCode.WRONG_STATE, field=field, params={"state": state})])


class About(TypedDict):
    """The fields that most events of a request have."""

    request_id: RequestId
    dossier_id: DossierId
    client_id: ClientId


def about(request: DocumentRequest) -> About:
    """Give the fields that most events of a request have."""
    return {"request_id": request.id, "dossier_id": request.dossier_id, "client_id": request.client_id}
