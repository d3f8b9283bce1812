"""What a client delivers, declares and takes back (RQ-2, RQ-3)."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from klantportaal.domain import deliveries, request_decisions, requests
from klantportaal.domain.errors import Absent, FaultCode, Refused
from klantportaal.domain.events import DeliveryTakenBack, ItemDelivered, ItemNotApplicable
from klantportaal.domain.requests import (
    NOTE_LIMIT,
    REASON_LIMIT,
    DeliveredFile,
    Delivery,
    DocumentRequest,
    ItemState,
    NewItem,
    RequestedItem,
    RequestState,
)
from klantportaal.domain.uploads import Submission, SubmissionKind
from klantportaal.domain.values import ItemId, SubmissionId, UploadId
from tests.domain.given import (
    ACCOUNT_ID,
    AT,
    CLIENT_ID,
    DOSSIER_ID,
    HANDLER,
    OFFICE_ID,
    OTHER_ACCOUNT_ID,
    fault,
    refusal,
)
from tests.domain.requesting import REQUEST_ID, TODAY, declared, delivered, delivery_id, made, staged, states

UNKNOWN = ItemId(UUID(int=99))
ABOUT: dict[str, Any] = {"request_id": REQUEST_ID, "dossier_id": DOSSIER_ID, "account_id": ACCOUNT_ID, "at": AT}


def take_back(request: DocumentRequest, id: int = 1, number: int = 0) -> tuple[DocumentRequest, list[SubmissionId]]:
    """Take a delivery back."""
    item_id = request.items[number].id
    after, ids, _fact = deliveries.take_back(request, item_id, delivery_id(id), account_id=ACCOUNT_ID, at=AT)
    return after, list(ids)


def accepted(request: DocumentRequest) -> DocumentRequest:
    """Accept the first item."""
    return request_decisions.accept_item(request, request.items[0].id, handler=HANDLER, at=AT)[0]


def returned(request: DocumentRequest) -> DocumentRequest:
    """Return the first item."""
    return request_decisions.return_item(request, request.items[0].id, "Onleesbaar.", handler=HANDLER, at=AT)[0]


def withdrawn(request: DocumentRequest) -> DocumentRequest:
    """Withdraw the first item."""
    return request_decisions.withdraw_item(request, request.items[0].id, "Vergissing.", handler=HANDLER, at=AT)[0]


# ------------------------------------------------------------------ delivering
def test_delivering() -> None:
    """RQ-2: staged files become submissions that say which request and item they answer, with a note."""
    request = made()
    item = request.items[0]
    [upload] = staged(1)
    after, submissions, fact = deliveries.deliver(
        request,
        item.id,
        [upload],
        id=delivery_id(1),
        account_id=ACCOUNT_ID,
        author="Jan",
        note=" Zie\r\nblad 2. ",
        at=AT,
    )
    assert submissions == [
        Submission(
            id=SubmissionId(upload.id),
            office_id=OFFICE_ID,
            client_id=CLIENT_ID,
            dossier_id=DOSSIER_ID,
            account_id=ACCOUNT_ID,
            kind=SubmissionKind.REQUEST,
            message_id=None,
            request_id=REQUEST_ID,
            delivery_id=delivery_id(1),
            item_id=item.id,
            request_subject=request.subject,
            item_title=item.title,
            file=upload.file,
            delivered_at=AT,
        )
    ]
    file = DeliveredFile(id=submissions[0].id, name="stuk-1.pdf", size=1, sha256=upload.file.sha256)
    assert after.items[0].deliveries == (
        Delivery(
            id=delivery_id(1),
            account_id=ACCOUNT_ID,
            delivered_by="Jan",
            delivered_at=AT,
            files=(file,),
            note="Zie\nblad 2.",
        ),
    )
    assert states(after) == [ItemState.DELIVERED, ItemState.OPEN]
    assert fact == ItemDelivered(item_id=item.id, delivery_id=delivery_id(1), files=1, **ABOUT)


def test_room() -> None:
    """RQ-2: an item takes as many files as it may have, over all deliveries that were not returned."""
    request = delivered(made(), staged(1))[0]
    too_many = [fault(FaultCode.TOO_MANY_FILES, "files", name="stuk-3.pdf", limit=2)]
    assert refusal(lambda: delivered(request, staged(2, 3), id=2)) == too_many
    full = delivered(request, staged(2), id=2)[0]
    too_many = [fault(FaultCode.TOO_MANY_FILES, "files", name="stuk-3.pdf", limit=2)]
    assert refusal(lambda: delivered(full, staged(3), id=3)) == too_many
    assert len(delivered(returned(full), staged(3, 4), id=3)[0].items[0].current_files) == 2


def test_what_is_not_delivered() -> None:
    """RQ-2: nothing is delivered without a file, with a note that is too long, or after the office decided."""
    request = made()
    assert refusal(lambda: delivered(request, [])) == [fault(FaultCode.MISSING, "files")]
    too_long = [fault(FaultCode.TOO_LONG, "note", limit=NOTE_LIMIT)]
    assert refusal(lambda: delivered(request, staged(1), note="x" * (NOTE_LIMIT + 1))) == too_long
    over = {
        ItemState.ACCEPTED: accepted(delivered(request, staged(1))[0]),
        ItemState.WITHDRAWN: withdrawn(request),
    }
    for state, decided in over.items():
        wrong = [fault(FaultCode.WRONG_STATE, "item", state=state)]
        assert refusal(partial(delivered, decided, staged(2), id=2)) == wrong
        assert refusal(partial(declared, decided, id=2)) == wrong
        with pytest.raises(Refused):
            deliveries.require_deliverable(decided.items[0], 0, "stuk.pdf")
    with pytest.raises(Absent):
        deliveries.deliver(
            request, UNKNOWN, staged(1), id=delivery_id(1), account_id=ACCOUNT_ID, author="Jan", note="", at=AT
        )


def test_room_for_staging() -> None:
    """RQ-1: no more files are staged for an item than it may have."""
    item = made().items[0]
    deliveries.require_deliverable(item, 1, "stuk.pdf")
    faults = refusal(lambda: deliveries.require_deliverable(item, 2, "stuk.pdf"))
    assert faults == [fault(FaultCode.TOO_MANY_FILES, "files", name="stuk.pdf", limit=2)]


# ------------------------------------------------------------------ not applicable
def test_not_applicable() -> None:
    """RQ-2: an item is declared not applicable with a reason; the office decides on that too."""
    request = made()
    item_id = request.items[0].id
    after, fact = deliveries.declare_not_applicable(
        request, item_id, " Wij huren. ", id=delivery_id(1), account_id=ACCOUNT_ID, author="Jan", at=AT
    )
    assert states(after) == [ItemState.NOT_APPLICABLE, ItemState.OPEN]
    assert after.items[0].deliveries[0].note == "Wij huren."
    assert fact == ItemNotApplicable(item_id=item_id, delivery_id=delivery_id(1), **ABOUT)
    assert states(accepted(after))[0] is ItemState.ACCEPTED
    assert states(returned(after))[0] is ItemState.RETURNED
    assert states(declared(returned(after), id=2))[0] is ItemState.NOT_APPLICABLE
    with pytest.raises(Absent):
        deliveries.declare_not_applicable(
            request, UNKNOWN, "Nee.", id=delivery_id(1), account_id=ACCOUNT_ID, author="Jan", at=AT
        )


def test_a_reason_is_needed() -> None:
    """RQ-2: not applicable needs a reason, in at most 300 characters."""
    assert refusal(lambda: declared(made(), reason="\u200b")) == [fault(FaultCode.MISSING, "reason")]
    too_long = [fault(FaultCode.TOO_LONG, "reason", limit=REASON_LIMIT)]
    assert refusal(lambda: declared(made(), reason="x" * (REASON_LIMIT + 1))) == too_long


def test_files_after_all() -> None:
    """RQ-2: files that are delivered after a declaration replace it; beside files nothing is declared."""
    request = delivered(declared(made()), staged(1), id=2)[0]
    assert [each.id for each in request.items[0].deliveries] == [delivery_id(2)]
    wrong = [fault(FaultCode.WRONG_STATE, "item", state=ItemState.DELIVERED)]
    assert refusal(lambda: declared(request, id=3)) == wrong
    kept = delivered(returned(declared(made())), staged(1), id=2)[0]
    assert [each.id for each in kept.items[0].deliveries] == [delivery_id(1), delivery_id(2)]


# ------------------------------------------------------------------ taking back
def test_taking_back() -> None:
    """RQ-3: a delivery that is not opened is taken back with its files; other deliveries stay."""
    request, [first] = delivered(made(), staged(1))
    request = delivered(request, staged(2), id=2)[0]
    item_id = request.items[0].id
    after, ids, fact = deliveries.take_back(request, item_id, delivery_id(1), account_id=ACCOUNT_ID, at=AT)
    assert (ids, [each.id for each in after.items[0].deliveries]) == ([first.id], [delivery_id(2)])
    assert fact == DeliveryTakenBack(item_id=item_id, delivery_id=delivery_id(1), **ABOUT)
    assert states(take_back(after, 2)[0])[0] is ItemState.OPEN
    with pytest.raises(Absent):
        take_back(after, 1)
    assert states(take_back(declared(made()))[0]) == states(made())


def test_what_is_not_taken_back() -> None:
    """RQ-3: what the office opened, returned or accepted is not taken back, and the refusal says which."""
    request = delivered(made(), staged(1))[0]
    opened = request_decisions.open_item(request, request.items[0].id, at=AT)[0]
    for kept in (opened, withdrawn(opened)):
        assert refusal(partial(take_back, kept)) == [fault(FaultCode.DELIVERY_OPENED, "delivery")]
    for kept in (returned(request), returned(opened), withdrawn(returned(request))):
        assert refusal(partial(take_back, kept)) == [fault(FaultCode.DELIVERY_RETURNED, "delivery")]
    wrong = fault(FaultCode.WRONG_STATE, "item", state=ItemState.ACCEPTED)
    assert refusal(partial(take_back, accepted(request))) == [wrong]


def test_taking_back_what_is_no_longer_needed() -> None:
    """RQ-3: what the office withdrew without opening it is taken back; the item stays withdrawn."""
    request, [file] = delivered(made(), staged(1))
    for kept, ids in ((withdrawn(request), [file.id]), (withdrawn(declared(made())), [])):
        assert kept.items[0].may_take_back(kept.items[0].deliveries[0])
        after, taken = take_back(kept)
        assert (taken, after.items[0].deliveries) == (ids, ())
        assert (states(after), after.items[0].reason) == (states(kept), kept.items[0].reason)


# ------------------------------------------------------------------ the same form again
def test_the_same_form_again() -> None:
    """AT-5: of a form that is sent again, only the files that it did not deliver are delivered, under one other id."""
    request = delivered(made(NewItem(title="Stuk")), staged(1, 2))[0]
    item = request.items[0]
    again = [attrs.evolve(each, id=UploadId(UUID(int=7))) for each in staged(1)]
    assert deliveries.still_to_deliver(item, delivery_id(1), again) == (delivery_id(1), [])
    assert deliveries.still_to_deliver(item, delivery_id(1), []) == (delivery_id(1), [])
    assert deliveries.still_to_deliver(item, delivery_id(2), staged(3)) == (delivery_id(2), staged(3))
    further_id, further = deliveries.still_to_deliver(item, delivery_id(1), [*again, *staged(3, 4)])
    assert (further, further_id == delivery_id(1)) == (staged(3, 4), False)
    assert deliveries.still_to_deliver(item, delivery_id(1), staged(4, 3))[0] == further_id
    more = deliveries.deliver(
        request, item.id, further, id=further_id, account_id=ACCOUNT_ID, author="Jan", note="", at=AT
    )[0]
    assert deliveries.still_to_deliver(more.items[0], delivery_id(1), staged(3, 4))[1] == []


def test_gone() -> None:
    """AT-2: files that expired, or that were listed and are not there any more, are named."""
    request, [submission] = delivered(made(), staged(1))
    late = staged(2, expires_at=AT)
    listed = {UploadId(submission.id): "stuk-1.pdf", late[0].id: "stuk-2.pdf", UploadId(UUID(int=8)): "weg.pdf"}
    assert deliveries.gone(request.items[0], listed, late, at=AT) == ["stuk-2.pdf", "weg.pdf"]
    assert deliveries.gone(request.items[0], {}, staged(3), at=AT) == []


# ------------------------------------------------------------------ any order of acts
class Asked(RuleBasedStateMachine):
    """The acts of an office and of two accounts of a client, in any order, allowed and not allowed."""

    request: DocumentRequest

    @initialize(items=st.lists(st.tuples(st.integers(1, 3), st.booleans()), min_size=1, max_size=3))
    def ask(self, items: list[tuple[int, bool]]) -> None:
        """Ask for some items, of which some are optional."""
        self.request = made(*(NewItem(title="Stuk", files=files, required=required) for files, required in items))
        self.numbers = iter(range(1, 10_000))
        self.accepted: dict[ItemId, RequestedItem] = {}
        self.withdrawn: dict[ItemId, RequestedItem] = {}
        self.expected: dict[ItemId, set[SubmissionId]] = {}
        """The files of each item that were delivered, and not taken back or returned."""
        self.declared: dict[ItemId, bool] = {}
        self.ever_returned: set[ItemId] = set()
        self.opened: set[SubmissionId] = set()

    def _item(self, data: st.DataObject) -> RequestedItem:
        return data.draw(st.sampled_from(self.request.items))

    def _tried(self, act: Any) -> Any:
        """Do something; gives None if it is refused, and then nothing changed."""
        try:
            return act()
        except Refused:
            return None

    @rule(title=st.sampled_from(["Nog iets", ""]), required=st.booleans())
    def add(self, title: str, required: bool) -> None:
        """Ask for one more item."""
        item = NewItem(title=title, files=1, required=required)
        if (found := self._tried(lambda: requests.add_item(self.request, item, today=TODAY, at=AT))) is not None:
            assert title
            self.request = found[0]

    @rule(data=st.data(), many=st.integers(0, 3), account=st.sampled_from([ACCOUNT_ID, OTHER_ACCOUNT_ID]))
    def deliver(self, data: st.DataObject, many: int, account: Any) -> None:
        """Deliver some files."""
        item, number = self._item(data), next(self.numbers)
        uploads = staged(*(next(self.numbers) for _each in range(many)), account_id=account)
        found = self._tried(
            lambda: deliveries.deliver(
                self.request, item.id, uploads, id=delivery_id(number), account_id=account, author="", note="", at=AT
            )
        )
        before = self.expected.get(item.id, set())
        decided = item.id in self.accepted or item.id in self.withdrawn
        assert (found is None) == (decided or not 0 < many <= item.files - len(before))
        if found is not None:
            self.request = found[0]
            self.expected[item.id] = before | {each.id for each in found[1]}
            self.declared[item.id] = False

    @rule(data=st.data(), reason=st.sampled_from(["Wij huren.", ""]))
    def declare(self, data: st.DataObject, reason: str) -> None:
        """Declare that an item does not apply."""
        item, number = self._item(data), next(self.numbers)
        found = self._tried(
            lambda: deliveries.declare_not_applicable(
                self.request, item.id, reason, id=delivery_id(number), account_id=ACCOUNT_ID, author="", at=AT
            )
        )
        if found is not None:
            assert reason
            self.request = found[0]
            self.declared[item.id] = True

    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        """Take a delivery back."""
        item = self._item(data)
        if not item.deliveries:
            return
        delivery = data.draw(st.sampled_from(item.deliveries))
        found = self._tried(
            lambda: deliveries.take_back(self.request, item.id, delivery.id, account_id=OTHER_ACCOUNT_ID, at=AT)
        )
        is_kept = item.id in self.accepted or delivery.returned is not None or delivery.opened_at is not None
        assert (found is None) == is_kept == (not item.may_take_back(delivery))
        if found is not None:
            taken = set(found[1])
            assert not taken & self.opened
            self.request = found[0]
            if item.id in self.withdrawn:
                self.withdrawn[item.id] = self.request.item(item.id)
            self.expected[item.id] = self.expected.get(item.id, set()) - taken
            self.declared[item.id] = self.declared.get(item.id, False) and bool(taken)

    @rule(data=st.data())
    def open(self, data: st.DataObject) -> None:
        """Open what was delivered for an item, or one file of it."""
        item = self._item(data)
        files = [file for each in item.deliveries for file in each.files]
        if files and data.draw(st.sampled_from([True, False])):
            file = data.draw(st.sampled_from(files))
            self.request, _fact = request_decisions.open_file(self.request, file.id, at=AT)
            self.opened.add(file.id)
        else:
            self.request, _fact = request_decisions.open_item(self.request, item.id, at=AT)
            self.opened |= {file.id for file in files}

    @rule(data=st.data())
    def accept(self, data: st.DataObject) -> None:
        """Accept an item."""
        item = self._item(data)
        found = self._tried(lambda: request_decisions.accept_item(self.request, item.id, handler=HANDLER, at=AT))
        if found is not None:
            assert item.id not in {*self.accepted, *self.withdrawn}
            assert self.expected.get(item.id) or self.declared.get(item.id)
            self.request = found[0]
            self.accepted[item.id] = self.request.item(item.id)

    @rule(data=st.data())
    def return_(self, data: st.DataObject) -> None:
        """Return an item."""
        item = self._item(data)
        found = self._tried(
            lambda: request_decisions.return_item(self.request, item.id, "Nee.", handler=HANDLER, at=AT)
        )
        if found is not None:
            assert item.id not in {*self.accepted, *self.withdrawn}
            self.request = found[0]
            self.expected[item.id], self.declared[item.id] = set(), False
            self.ever_returned.add(item.id)

    @rule(data=st.data(), whole=st.sampled_from([False, False, False, True]))
    def withdraw(self, data: st.DataObject, whole: bool) -> None:
        """Withdraw an item, or the whole request."""
        item = self._item(data)
        ids = [each.id for each in self.request.items] if whole else [item.id]
        found = self._tried(
            lambda: (
                request_decisions.withdraw(self.request, "Nee.", handler=HANDLER, at=AT)
                if whole
                else request_decisions.withdraw_item(self.request, item.id, "Nee.", handler=HANDLER, at=AT)
            )
        )
        if found is not None:
            self.request = found[0]
            self.withdrawn |= {id: self.request.item(id) for id in ids if id not in {*self.accepted, *self.withdrawn}}

    @rule(days=st.integers(0, 2))
    def remind(self, days: int) -> None:
        """Remind the client."""
        at: datetime = (self.request.reminded_at or AT) + timedelta(days=days)
        was, waits = self.request.reminded_at, self.request.waiting
        found = self._tried(lambda: request_decisions.remind(self.request, at=at))
        assert (found is not None) == (waits > 0 and (was is None or days > 0))
        if found is not None:
            self.request = found[0]

    @invariant()
    def what_is_decided_stays(self) -> None:
        """RQ-3: an accepted item never changes, except that the office opens it; nothing comes after withdrawal."""
        for id, then in {**self.accepted, **self.withdrawn}.items():
            now = self.request.item(id)
            assert _closed(now) == _closed(then)

    @invariant()
    def nothing_is_lost(self) -> None:
        """RQ-2: every file that was delivered, and not taken back or returned, is there, once."""
        for item in self.request.items:
            files = [each.id for each in item.current_files]
            assert (set(files), len(files)) == (self.expected.get(item.id, set()), len(set(files)))
            assert len(files) <= item.files
            ids = [each.id for each in item.deliveries]
            assert len(ids) == len(set(ids))

    @invariant()
    def what_is_open_is_counted(self) -> None:
        """RQ-1: the state of each item, and what waits for whom, is as the history says."""
        wanted = [self._state(each.id) for each in self.request.items]
        assert states(self.request) == wanted
        assert [each.id for each in self.request.waiting_items] == self._awaited()
        assert self.request.delivered == wanted.count(ItemState.DELIVERED) + wanted.count(ItemState.NOT_APPLICABLE)
        assert self.request.total == len(wanted) - wanted.count(ItemState.WITHDRAWN)
        assert (self.request.state is RequestState.WAITING) == (self.request.waiting > 0)
        if self.request.state is RequestState.DONE:
            assert self.accepted
            must = {each.id for each in self.request.items if each.required}
            assert must <= {*self.accepted, *self.withdrawn}

    def _awaited(self) -> list[ItemId]:
        """List the items that the client has to deliver: optional ones only where that is all there is."""
        states = {each.id: self._state(each.id) for each in self.request.items}
        standing = {id for id, state in states.items() if state is not ItemState.WITHDRAWN}
        answered = {id for id in standing if states[id] not in (ItemState.OPEN, ItemState.RETURNED)}
        must = {each.id for each in self.request.items if each.required}
        awaited = must if answered or must & standing else standing
        return [
            id
            for id, state in states.items()
            if state is ItemState.RETURNED or (state is ItemState.OPEN and id in awaited)
        ]

    def _state(self, id: ItemId) -> ItemState:
        if id in self.withdrawn:
            return ItemState.WITHDRAWN
        if id in self.accepted:
            return ItemState.ACCEPTED
        if self.expected.get(id):
            return ItemState.DELIVERED
        if self.declared.get(id):
            return ItemState.NOT_APPLICABLE
        return ItemState.RETURNED if id in self.ever_returned else ItemState.OPEN


def _closed(item: RequestedItem) -> RequestedItem:
    """Forget what the office opened."""
    return attrs.evolve(item, deliveries=tuple(attrs.evolve(each, opened_at=None) for each in item.deliveries))


TestAsked = Asked.TestCase
TestAsked.settings = settings(max_examples=60, stateful_step_count=25)
