"""What the office asks for, and what it decides (RQ-1, RQ-3)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import attrs
import pytest

from klantportaal.domain import quarantine, request_decisions, requests
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Absent, Conflict, Fault, FaultCode, Refused
from klantportaal.domain.events import (
    DeliveryOpened,
    DocumentsRequested,
    ItemAccepted,
    ItemReturned,
    RequestItemAdded,
    RequestItemWithdrawn,
    RequestReminded,
    RequestWithdrawn,
)
from klantportaal.domain.quarantine import QuarantinedFile, QuarantineState
from klantportaal.domain.requests import (
    EXPLANATION_LIMIT,
    FILES_LIMIT,
    ITEMS_LIMIT,
    REASON_LIMIT,
    DocumentRequest,
    ItemState,
    NewItem,
    NewRequest,
    RequestState,
)
from klantportaal.domain.scanning import ScanPolicy
from klantportaal.domain.values import NAME_LIMIT, FileKey, ItemId, Language, SubmissionId, UploadId
from tests.domain.given import AT, CLIENT_ID, DOSSIER_ID, HANDLER, OFFICE_ID, fault, refusal
from tests.domain.requesting import MUST, REPORT, REQUEST_ID, SLIP, TODAY, declared, delivered, made, staged, states

UNKNOWN = ItemId(UUID(int=99))
ABOUT: dict[str, Any] = {"request_id": REQUEST_ID, "dossier_id": DOSSIER_ID, "client_id": CLIENT_ID, "at": AT}
DECIDING: dict[str, Callable[[DocumentRequest, ItemId], object]] = {
    "accept": lambda request, id: request_decisions.accept_item(request, id, handler=HANDLER, at=AT),
    "return": lambda request, id: request_decisions.return_item(request, id, "Onleesbaar.", handler=HANDLER, at=AT),
    "withdraw": lambda request, id: request_decisions.withdraw_item(request, id, "Vergissing.", handler=HANDLER, at=AT),
}


def make(new: NewRequest, *, is_party: bool = True) -> tuple[DocumentRequest, DocumentsRequested]:
    """Make a request."""
    return requests.make(
        new,
        id=REQUEST_ID,
        office_id=OFFICE_ID,
        client_id=CLIENT_ID,
        dossier_id=DOSSIER_ID,
        is_party=is_party,
        handler=HANDLER,
        today=TODAY,
        at=AT,
    )


def asked(**fields: Any) -> list[Fault]:
    """List the faults of a request with one item that has these fields."""
    return refusal(lambda: make(NewRequest(subject="Stukken", items=[attrs.evolve(SLIP, **fields)])))


def accepted(request: DocumentRequest, number: int = 0) -> DocumentRequest:
    """Accept an item."""
    return request_decisions.accept_item(request, request.items[number].id, handler=HANDLER, at=AT)[0]


def withdrawn(request: DocumentRequest, number: int = 0, reason: str = "Vergissing.") -> DocumentRequest:
    """Withdraw an item."""
    return request_decisions.withdraw_item(request, request.items[number].id, reason, handler=HANDLER, at=AT)[0]


def returned(request: DocumentRequest, number: int = 0, reason: str = "Onleesbaar.") -> DocumentRequest:
    """Return an item."""
    return request_decisions.return_item(request, request.items[number].id, reason, handler=HANDLER, at=AT)[0]


# ------------------------------------------------------------------ asking
def test_asking() -> None:
    """RQ-1: a request has items, each with what it is, an explanation, whether it must, how many files and a due date.

    A text that is given once is the same in both languages.
    """
    both = {Language.DUTCH: " Taxatie\trapport ", Language.ENGLISH: "Valuation report"}
    request, fact = make(NewRequest(subject=" Stukken ", items=[SLIP, attrs.evolve(REPORT, title=both)]))
    slip, report = request.items
    assert request.subject == dict.fromkeys(Language, "Stukken")
    assert slip.title == dict.fromkeys(Language, "Loonstrook")
    assert slip.explanation == dict.fromkeys(Language, "Van de laatste maand.")
    assert (slip.required, slip.files, slip.due_on) == (True, 2, TODAY)
    assert report.title == {Language.DUTCH: "Taxatie rapport", Language.ENGLISH: "Valuation report"}
    assert (report.required, report.files, report.due_on) == (False, 10, None)
    assert slip.id != report.id
    assert (request.state, request.waiting, request.delivered, request.total) == (RequestState.WAITING, 1, 0, 2)
    assert request.due_on == TODAY
    assert fact == DocumentsRequested(items=2, **ABOUT)


def test_nobody_waits_for_what_is_optional() -> None:
    """RQ-1: a request is done without its optional items; what the office returned waits, also if it is optional."""
    optional = attrs.evolve(REPORT, due_on=TODAY)
    request = made(attrs.evolve(SLIP, due_on=None), optional)
    slip, report = request.items
    assert (request.waiting_items, request.due_on) == ((slip,), None)
    ready = delivered(request, staged(1))[0]
    assert (ready.state, ready.waiting, ready.waiting_since) == (RequestState.DELIVERED, 0, None)
    done = accepted(ready)
    assert (done.state, states(done)) == (RequestState.DONE, [ItemState.ACCEPTED, ItemState.OPEN])
    closed, _fact = request_decisions.withdraw(done, "Niet meer nodig.", handler=HANDLER, at=AT)
    assert (closed.state, states(closed)) == (RequestState.DONE, [ItemState.ACCEPTED, ItemState.WITHDRAWN])
    after_all = delivered(done, staged(2), item=1, id=2)[0]
    assert (after_all.state, after_all.delivered) == (RequestState.DELIVERED, 1)
    back = returned(after_all, 1)
    assert (back.state, [each.id for each in back.waiting_items]) == (RequestState.WAITING, [report.id])
    assert back.due_on == TODAY
    assert accepted(declared(back, item=1, id=3), 1).state is RequestState.DONE


def test_a_request_of_optional_items_waits_for_one_answer() -> None:
    """RQ-1: a request that needs nothing waits until one item is answered, so that it is seen, and then no longer."""
    request = made(REPORT, REPORT)
    assert request.waiting_items == request.items
    for answered in (delivered(request, staged(1))[0], declared(request, item=1)):
        assert (answered.state, answered.waiting) == (RequestState.DELIVERED, 0)
    left = withdrawn(made(SLIP, REPORT))
    assert (left.state, left.waiting_items) == (RequestState.WAITING, left.items[1:])
    assert withdrawn(left, 1).state is RequestState.WITHDRAWN


def test_all_faults_at_once() -> None:
    """RQ-1: a request is refused with one fault for each broken rule, by item."""
    late = attrs.evolve(SLIP, due_on=TODAY - timedelta(days=1))
    new = NewRequest(subject=" ", items=[SLIP, attrs.evolve(late, title="", files=0)])
    assert refusal(lambda: make(new, is_party=False)) == [
        fault(FaultCode.NOT_A_PARTY, "client_id"),
        fault(FaultCode.MISSING, "subject"),
        fault(FaultCode.MISSING, "items[1].title"),
        fault(FaultCode.TOO_SMALL, "items[1].files", limit=1),
        fault(FaultCode.DATE_PASSED, "items[1].due_on"),
    ]


@pytest.mark.parametrize("number", [0, ITEMS_LIMIT + 1, 500])
def test_the_number_of_items(number: int) -> None:
    """RQ-1: a request has 1 to 50 items."""
    faults = refusal(lambda: make(NewRequest(subject="Stukken", items=[SLIP] * number)))
    too_many = fault(FaultCode.TOO_MANY, "items", limit=ITEMS_LIMIT)
    assert faults == ([too_many] if number else [fault(FaultCode.MISSING, "items")])
    assert len(make(NewRequest(subject="Stukken", items=[SLIP] * ITEMS_LIMIT))[0].items) == ITEMS_LIMIT


@pytest.mark.parametrize("number", [-1, 0, FILES_LIMIT + 1, 200])
def test_the_number_of_files(number: int) -> None:
    """RQ-1: an item may have 1 to 20 files."""
    too_large = fault(FaultCode.TOO_LARGE, "items[0].files", limit=FILES_LIMIT)
    too_small = fault(FaultCode.TOO_SMALL, "items[0].files", limit=1)
    assert asked(files=number) == [too_large if number > FILES_LIMIT else too_small]
    assert made(attrs.evolve(SLIP, files=FILES_LIMIT)).items[0].files == FILES_LIMIT


def test_texts() -> None:
    """RQ-1: a text is given once or in both languages, not blank and not too long."""
    one = {Language.DUTCH: "Loonstrook"}
    long = "x" * (NAME_LIMIT + 1)
    assert asked(title=one) == [fault(FaultCode.LANGUAGE_MISSING, "items[0].title.en")]
    assert asked(title={**one, Language.ENGLISH: "\u200b"}) == [fault(FaultCode.MISSING, "items[0].title")]
    assert asked(title=long) == [fault(FaultCode.TOO_LONG, "items[0].title", limit=NAME_LIMIT)]
    assert asked(explanation=one) == [fault(FaultCode.LANGUAGE_MISSING, "items[0].explanation.en")]
    explanation = "x" * (EXPLANATION_LIMIT + 1)
    too_long = fault(FaultCode.TOO_LONG, "items[0].explanation", limit=EXPLANATION_LIMIT)
    assert asked(explanation=explanation) == [too_long]
    assert refusal(lambda: make(NewRequest(subject=long, items=[SLIP]))) == [
        fault(FaultCode.TOO_LONG, "subject", limit=NAME_LIMIT)
    ]


def test_one_more_item() -> None:
    """RQ-1: an item that is added comes last, and the other items stay as they are."""
    before = delivered(made(), staged(1))[0]
    after, fact = requests.add_item(before, NewItem(title="Paspoort"), today=TODAY, at=AT)
    assert after.items[:2] == before.items
    assert after.items[2].title == dict.fromkeys(Language, "Paspoort")
    assert len({each.id for each in after.items}) == 3
    assert fact == RequestItemAdded(item_id=after.items[2].id, **ABOUT)
    faults = refusal(lambda: requests.add_item(before, NewItem(title=""), today=TODAY, at=AT))
    assert faults == [fault(FaultCode.MISSING, "title")]


def test_no_more_items() -> None:
    """RQ-1: nothing is added to a request that is over, or that has the most items already."""
    over = withdrawn(made(SLIP)), accepted(delivered(made(SLIP), staged(1))[0])
    for request in over:
        faults = refusal(partial(requests.add_item, request, REPORT, today=TODAY, at=AT))
        assert faults == [fault(FaultCode.WRONG_STATE, "request", state=request.state)]
    full = made(*[SLIP] * ITEMS_LIMIT)
    faults = refusal(lambda: requests.add_item(full, REPORT, today=TODAY, at=AT))
    assert faults == [fault(FaultCode.TOO_MANY, "items", limit=ITEMS_LIMIT)]


# ------------------------------------------------------------------ states
def test_states() -> None:
    """RQ-1: a request waits while an item waits for the client, then for the office, until every item is decided."""
    request = made(SLIP, MUST)
    request = delivered(request, staged(1))[0]
    assert (request.state, request.waiting, request.delivered) == (RequestState.WAITING, 1, 1)
    assert request.due_on is None
    request = declared(request, item=1, id=2)
    assert states(request) == [ItemState.DELIVERED, ItemState.NOT_APPLICABLE]
    assert (request.state, request.waiting, request.delivered) == (RequestState.DELIVERED, 0, 2)
    back = returned(request)
    assert (back.state, back.due_on, states(back)[0]) == (RequestState.WAITING, TODAY, ItemState.RETURNED)
    done = accepted(accepted(request), 1)
    assert (done.state, done.delivered, done.total) == (RequestState.DONE, 0, 2)
    assert accepted(withdrawn(request, 1)).state is RequestState.DONE
    gone = withdrawn(withdrawn(request), 1)
    assert (gone.state, gone.total) == (RequestState.WITHDRAWN, 0)


# ------------------------------------------------------------------ deciding
def test_accepting_is_final() -> None:
    """RQ-3: an accepted item is never changed again."""
    request = delivered(made(), staged(1))[0]
    after, fact = request_decisions.accept_item(request, request.items[0].id, handler=HANDLER, at=AT)
    assert after.items[0].state is ItemState.ACCEPTED
    assert after.items[0].reason == ""
    assert after.items[1] == request.items[1]
    assert fact == ItemAccepted(item_id=request.items[0].id, **ABOUT)
    wrong = [fault(FaultCode.WRONG_STATE, "item", state=ItemState.ACCEPTED)]
    for decide in DECIDING.values():
        assert refusal(partial(decide, after, after.items[0].id)) == wrong
    assert request_decisions.withdraw(after, "Vergissing.", handler=HANDLER, at=AT)[0].items[0] == after.items[0]


def test_nothing_is_accepted_that_nobody_could_read() -> None:
    """RQ-3, AT-3: an item is not accepted while a file of it is in quarantine; files of other items do not count."""
    request = delivered(made(), staged(1, 2))[0]
    first, second = request.items[0].current_files
    policy = ScanPolicy()

    def held(id: SubmissionId, name: str, state: QuarantineState = QuarantineState.WAITING) -> QuarantinedFile:
        file = StoredFile(key=FileKey(name), name=name, media_type="application/pdf", size=1, sha256=bytes(32))
        waiting, _fact = quarantine.quarantine(
            file, policy, office_id=request.office_id, dossier_id=DOSSIER_ID, upload_id=UploadId(id), at=AT
        )
        return attrs.evolve(waiting, state=state)

    accept = partial(request_decisions.accept_item, request, request.items[0].id, handler=HANDLER, at=AT)
    files = [
        held(first.id, "a.pdf"),
        held(second.id, "b.pdf", state=QuarantineState.ENCRYPTED),
        held(SubmissionId(uuid4()), "c.pdf"),
    ]
    assert refusal(partial(accept, quarantined=files)) == [
        fault(FaultCode.FILE_NOT_SCANNED, "files", name="a.pdf"),
        fault(FaultCode.FILE_ENCRYPTED, "files", name="b.pdf"),
    ]
    assert accept(quarantined=files[2:])[0].items[0].state is ItemState.ACCEPTED


def test_returning() -> None:
    """RQ-3: a returned item has the reason, and can be delivered and returned again."""
    request = delivered(made(), staged(1))[0]
    after, fact = request_decisions.return_item(request, request.items[0].id, " Te\nvaag. ", handler=HANDLER, at=AT)
    assert (after.items[0].state, after.items[0].reason) == (ItemState.RETURNED, "Te vaag.")
    assert (after.items[0].current, len(after.items[0].deliveries)) == ((), 1)
    assert fact == ItemReturned(item_id=request.items[0].id, **ABOUT)
    again = delivered(after, staged(2, 3), id=2)[0]
    assert (again.items[0].state, again.items[0].reason) == (ItemState.DELIVERED, "")
    assert [each.name for each in again.items[0].current_files] == ["stuk-2.pdf", "stuk-3.pdf"]
    twice = returned(again, reason="Ook deze.")
    assert twice.items[0].reason == "Ook deze."
    assert [each.returned and each.returned.reason for each in twice.items[0].deliveries] == ["Te vaag.", "Ook deze."]


def test_withdrawing() -> None:
    """RQ-1: a withdrawn item has the reason, and what was delivered for it stays."""
    request = delivered(made(), staged(1))[0]
    after, fact = request_decisions.withdraw_item(request, request.items[0].id, "Vergissing.", handler=HANDLER, at=AT)
    assert (after.items[0].state, after.items[0].reason) == (ItemState.WITHDRAWN, "Vergissing.")
    assert after.items[0].deliveries == request.items[0].deliveries
    assert fact == RequestItemWithdrawn(item_id=request.items[0].id, **ABOUT)
    wrong = [fault(FaultCode.WRONG_STATE, "item", state=ItemState.WITHDRAWN)]
    for decide in DECIDING.values():
        assert refusal(partial(decide, after, after.items[0].id)) == wrong


def test_withdrawing_all() -> None:
    """RQ-1: withdrawing a request withdraws what is not decided yet, once."""
    request = withdrawn(delivered(made(SLIP, REPORT, SLIP), staged(1))[0], 1, "Al eerder.")
    after, fact = request_decisions.withdraw(request, "Niet meer nodig.", handler=HANDLER, at=AT)
    assert [each.reason for each in after.items] == ["Niet meer nodig.", "Al eerder.", "Niet meer nodig."]
    assert (after.state, fact) == (RequestState.WITHDRAWN, RequestWithdrawn(**ABOUT))
    for over in (after, accepted(delivered(made(SLIP), staged(1))[0])):
        faults = refusal(partial(request_decisions.withdraw, over, "Nogmaals.", handler=HANDLER, at=AT))
        assert faults == [fault(FaultCode.WRONG_STATE, "request", state=over.state)]


@pytest.mark.parametrize("state", ["open", "returned"])
def test_nothing_to_decide(state: str) -> None:
    """RQ-3: an item that waits for the client is neither accepted nor returned."""
    request = made() if state == "open" else returned(delivered(made(), staged(1))[0])
    for name in ("accept", "return"):
        faults = refusal(partial(DECIDING[name], request, request.items[0].id))
        assert faults == [fault(FaultCode.WRONG_STATE, "item", state=state)]


def test_reasons() -> None:
    """RQ-3: a reason is asked for, in at most 300 characters."""
    request = delivered(made(), staged(1))[0]
    for decide in (withdrawn, returned):
        assert refusal(partial(decide, request, reason=" ")) == [fault(FaultCode.MISSING, "reason")]
        too_long = [fault(FaultCode.TOO_LONG, "reason", limit=REASON_LIMIT)]
        assert refusal(partial(decide, request, reason="x" * (REASON_LIMIT + 1))) == too_long


@pytest.mark.parametrize("decide", DECIDING.values(), ids=DECIDING.keys())
def test_an_unknown_item(decide: Callable[[DocumentRequest, ItemId], object]) -> None:
    """OF-2: an item of another request is absent."""
    with pytest.raises(Absent):
        decide(made(), UNKNOWN)


def test_what_was_shown() -> None:
    """RQ-3: a decision about a version that has changed since is a conflict; without a version it is not compared."""
    request = made()
    request_decisions.require_version(request, None)
    request_decisions.require_version(request, request.version)
    with pytest.raises(Conflict):
        request_decisions.require_version(request, request.version + 1)


# ------------------------------------------------------------------ reminding
def test_reminding() -> None:
    """RQ-1: a client is reminded of what waits, at most once a day by the calendar of the offices."""
    before_midnight = AT.replace(hour=22, minute=59)  # 23:59 in Amsterdam
    reminded, fact = request_decisions.remind(made(), at=before_midnight)
    assert reminded.reminded_at == before_midnight
    assert fact == RequestReminded(**{**ABOUT, "at": before_midnight})
    again = [fault(FaultCode.REMINDED_TODAY, "request")]
    assert refusal(lambda: request_decisions.remind(reminded, at=before_midnight)) == again
    tomorrow = before_midnight + timedelta(minutes=1)
    assert request_decisions.remind(reminded, at=tomorrow)[0].reminded_at == tomorrow
    nothing = delivered(made(SLIP), staged(1))[0]
    with pytest.raises(Refused):
        request_decisions.remind(nothing, at=AT)


# ------------------------------------------------------------------ opening
def test_opening_an_item() -> None:
    """RQ-3: opening an item marks each of its deliveries once, with the first time."""
    request = delivered(delivered(made(), staged(1))[0], staged(2), id=2)[0]
    item_id = request.items[0].id
    opened, fact = request_decisions.open_item(request, item_id, at=AT)
    assert [each.opened_at for each in opened.items[0].deliveries] == [AT, AT]
    assert fact == DeliveryOpened(request_id=REQUEST_ID, item_id=item_id, dossier_id=DOSSIER_ID, at=AT)
    assert request_decisions.open_item(opened, item_id, at=AT + timedelta(hours=1)) == (opened, None)
    with pytest.raises(Absent):
        request_decisions.open_item(request, UNKNOWN, at=AT)


def test_opening_a_file() -> None:
    """RQ-3: opening a file marks its own delivery only."""
    request, [first] = delivered(made(), staged(1))
    request = delivered(request, staged(2), id=2)[0]
    opened, fact = request_decisions.open_file(request, first.id, at=AT)
    assert [each.opened_at for each in opened.items[0].deliveries] == [AT, None]
    assert fact is not None
    assert request_decisions.open_file(opened, first.id, at=AT) == (opened, None)
    with pytest.raises(Absent):
        request_decisions.open_file(request, SubmissionId(UUID(int=98)), at=AT)
