"""Requests for documents, from asking to accepting (RQ-1 to RQ-3)."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import attrs
import pytest

from klantportaal.domain.auditing import By
from klantportaal.domain.documents import StoredFile
from klantportaal.domain.errors import Absent, Conflict, FaultCode, FileDamaged, NotSignedIn, Refused
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.requests import (
    DocumentRequest,
    ItemState,
    NewItem,
    NewRequest,
    RequestedItem,
    RequestState,
)
from klantportaal.domain.sessions import Actor
from klantportaal.domain.uploads import SubmissionKind
from klantportaal.domain.values import DeliveryId, DossierId, ItemId, Language, RequestId, UploadId, day
from klantportaal.ports.mail import Mail
from klantportaal.ports.reading import SubmissionRow, UploadRow
from klantportaal.usecases.client.requests import Requests
from klantportaal.usecases.office.requests import OfficeRequests
from klantportaal.usecases.shared.downloading import Download, Downloads
from tests.usecases.request_template import TEMPLATE
from tests.usecases.world import PDF, World, in_blocks


@attrs.frozen
class Case:
    """A request of two items to one client."""

    world: World
    actor: Actor
    dossier: DossierId
    id: RequestId

    @property
    def office(self) -> OfficeRequests:
        """The calls of the office."""
        return self.world.portal.office.requests

    @property
    def client(self) -> Requests:
        """The calls of the client."""
        return self.world.portal.client.requests

    @property
    def request(self) -> DocumentRequest:
        """The request as the client sees it."""
        return self.client.get(self.actor, self.id).request

    def item(self, number: int = 0) -> RequestedItem:
        """Give an item by its number."""
        return self.request.items[number]

    def stage(
        self, name: str = "strook.pdf", *, number: int = 0, content: bytes = PDF, by: Actor | None = None
    ) -> UploadRow:
        """Stage a file for an item."""
        actor, item_id = by or self.actor, self.item(number).id
        return self.client.stage(actor, self.id, item_id, name=name, blocks=in_blocks(content))

    def deliver(
        self,
        *names: str,
        number: int = 0,
        by: Actor | None = None,
        delivery_id: DeliveryId | None = None,
        note: str = "",
    ) -> DeliveryId:
        """Stage files for an item and deliver them."""
        actor = by or self.actor
        for name in names or ("strook.pdf",):
            self.stage(name, number=number, by=actor)
        delivery_id = delivery_id or self.client.new_delivery()
        return self.client.deliver(actor, self.id, self.item(number).id, delivery_id, note=note)

    def staged(self, number: int = 0, by: Actor | None = None) -> list[UploadRow]:
        """List the staged files of an item."""
        return list(self.client.staged(by or self.actor, self.id, self.item(number).id))

    def submissions(self) -> list[SubmissionRow]:
        """List what stands under ``Door mij aangeleverd``."""
        return list(self.world.portal.client.dossiers.submissions(self.actor, self.dossier))


@pytest.fixture
def case(world: World, jan: Actor) -> Case:
    """A request for a payslip, at most two files, and a valuation report."""
    dossier = world.dossier(jan)
    items = [
        NewItem(title="Loonstrook", files=2, due_on=day(world.clock.now()) + timedelta(days=14)),
        NewItem(title={Language.DUTCH: "Taxatierapport", Language.ENGLISH: "Valuation report"}),
    ]
    request = NewRequest(subject="Stukken voor de hypotheek", items=items)
    id = world.portal.office.requests.make(world.handler, dossier, jan.client_id, request)
    return Case(world, jan, dossier, id)


def stored(case: Case) -> list[str]:
    """List the keys of all stored files."""
    return list(case.world.files.keys(before=case.world.clock.now() + timedelta(days=1)))


def codes(refusal: pytest.ExceptionInfo[Refused]) -> list[tuple[FaultCode, str | None]]:
    """Give the codes and fields of a refusal."""
    return [(each.code, each.field) for each in refusal.value.faults]


# ------------------------------------------------------------------ asking
def test_a_request_waits(case: Case) -> None:
    """RQ-1: a request stands under `Acties` and in its dossier, and counts there, while an item waits."""
    world, jan = case.world, case.actor
    [row] = case.client.waiting(jan)
    assert (row.id, row.waiting, row.total, row.state) == (case.id, 2, 2, RequestState.WAITING)
    assert row.due_on == case.item().due_on
    assert world.portal.client.home.counts(jan).open_actions == 1
    assert world.portal.client.dossiers.open(jan, case.dossier).dossier.open_actions == 1
    case.deliver()
    case.client.declare_not_applicable(jan, case.id, case.item(1).id, case.client.new_delivery(), "Wij huren.")
    assert list(case.client.waiting(jan, case.dossier)) == []
    assert world.portal.client.home.counts(jan).open_actions == 0
    assert [each.id for each in case.client.list(jan, case.dossier)] == [case.id]
    assert [each.id for each in case.office.delivered(world.handler)] == [case.id]


def test_what_is_due_first_comes_first(case: Case) -> None:
    """RQ-1: the requests that wait are listed by due date, then by age; those without a date come last."""
    today = day(case.world.clock.now())
    dates = [None, today + timedelta(days=20), None, today + timedelta(days=2)]
    made = [
        case.office.make(
            case.world.handler,
            case.dossier,
            case.actor.client_id,
            NewRequest(subject="Stuk", items=[NewItem(title="Stuk", due_on=due_on)]),
        )
        for due_on in dates
    ]
    expected = [made[3], case.id, made[1], made[0], made[2]]
    assert [each.id for each in case.client.waiting(case.actor)] == expected


def test_the_whole_life(case: Case) -> None:
    """RQ-1 to RQ-3: two items are delivered, one comes back and is delivered again, and all is accepted."""
    handler = case.world.handler
    first, second = case.item(0).id, case.item(1).id
    case.deliver("strook.pdf", note="Die van april.")
    case.client.declare_not_applicable(case.actor, case.id, second, case.client.new_delivery(), "Wij huren.")
    assert [each.state for each in case.request.items] == [ItemState.DELIVERED, ItemState.NOT_APPLICABLE]
    case.office.return_item(handler, case.id, first, "Onleesbaar.")
    case.office.accept_item(handler, case.id, second)
    assert (case.item().state, case.item().reason) == (ItemState.RETURNED, "Onleesbaar.")
    case.deliver("strook-2.pdf", "strook-3.pdf")
    case.office.accept_item(handler, case.id, first)
    assert case.request.state is RequestState.DONE
    assert [each.id for each in case.office.list(handler, state=RequestState.DONE)] == [case.id]
    assert sorted(each.name for each in case.submissions()) == ["strook-2.pdf", "strook-3.pdf", "strook.pdf"]
    assert [what for what in case.world.audit() if "Item" in what or "Request" in what] == [
        "DocumentsRequested",
        "ItemDelivered",
        "ItemNotApplicable",
        "ItemReturned",
        "ItemAccepted",
        "ItemDelivered",
        "ItemAccepted",
    ]


def test_asking_somebody_else(case: Case, piet: Actor) -> None:
    """RQ-1, OF-2: a request is for a party of a dossier of the office, and within the limits of the rules."""
    world, item = case.world, NewItem(title="Stuk")
    new = NewRequest(subject="Stukken", items=[item])
    with pytest.raises(Refused) as refusal:
        case.office.make(world.handler, case.dossier, piet.client_id, new)
    assert codes(refusal) == [(FaultCode.NOT_A_PARTY, "client_id")]
    with pytest.raises(Refused) as refusal:
        case.office.make(world.handler, case.dossier, case.actor.client_id, NewRequest(subject="", items=[item] * 500))
    assert codes(refusal) == [(FaultCode.MISSING, "subject"), (FaultCode.TOO_MANY, "items")]
    with pytest.raises(Absent):
        case.office.make(world.other_office(), case.dossier, case.actor.client_id, new)
    assert [each.id for each in case.office.list(world.handler)] == [case.id]


def test_a_request_of_a_template(case: Case) -> None:
    """RQ-1: a request is made of the newest revision of a template, or of the one that is named."""
    world, office = case.world, case.office
    row = office.publish_template(world.handler, json.dumps(TEMPLATE))
    assert office.publish_template(world.handler, json.dumps(TEMPLATE)) == row
    newer = office.publish_template(
        world.handler, json.dumps({**TEMPLATE, "revision": 2, "items": TEMPLATE["items"][:1]})
    )
    assert list(office.templates(world.handler, "hypotheek")) == [newer, row]
    assert json.loads(office.template_document(world.handler, row.digest)) == TEMPLATE
    make = partial(office.make_from_template, world.handler, case.dossier, case.actor.client_id)
    newest = office.get(world.handler, make("hypotheek", subject="Uw hypotheek")).request
    assert (len(newest.items), newest.subject) == (1, dict.fromkeys(Language, "Uw hypotheek"))
    assert newest.items[0].due_on == day(world.clock.now()) + timedelta(days=14)
    first = office.get(world.handler, make("hypotheek", revision=1)).request
    assert [each.title[Language.ENGLISH] for each in first.items] == ["Payslip", "Valuation report"]
    for unknown in (partial(make, "onbekend"), partial(make, "hypotheek", revision=3)):
        with pytest.raises(Absent):
            unknown()
    assert world.audit().count("RequestTemplatePublished") == 2


def test_adding_and_withdrawing(case: Case) -> None:
    """RQ-1: an item is added to a request, an item is withdrawn, and at last the whole request, with their reasons."""
    handler = case.world.handler
    added = case.office.add_item(handler, case.id, NewItem(title="Paspoort"))
    assert [each.id for each in case.request.items][2] == added
    case.office.withdraw_item(handler, case.id, added, "Hebben wij al.")
    case.office.withdraw(handler, case.id, "Gaat niet door.")
    assert [each.reason for each in case.request.items] == ["Gaat niet door.", "Gaat niet door.", "Hebben wij al."]
    assert list(case.client.waiting(case.actor)) == []
    for act in (case.deliver, case.stage):
        with pytest.raises(Refused) as refusal:
            act()
        assert codes(refusal) == [(FaultCode.WRONG_STATE, "item")]


# ------------------------------------------------------------------ staging
def test_staged_for_one_account(case: Case) -> None:
    """AT-2: a staged file is visible to its own account and item only, until it is delivered; it can be removed."""
    extra = case.world.extra_account(case.actor, "extra@example.nl")
    row = case.stage()
    assert case.staged() == [row]
    assert case.staged(1) == case.staged(by=extra) == []
    assert case.submissions() == []
    with pytest.raises(Absent):
        case.client.unstage(extra, case.id, row.id)
    case.client.unstage(case.actor, case.id, row.id)
    assert case.staged() == []


def test_room_for_staging(case: Case) -> None:
    """RQ-1: no more files are staged than the item may have; the same file again is the same one (AT-5)."""
    rows = [case.stage("strook-1.pdf"), case.stage("strook-2.pdf")]
    assert case.stage("strook-2.pdf") == rows[1]
    with pytest.raises(Refused) as refusal:
        case.stage("strook-3.pdf")
    assert [(each.code, each.params) for each in refusal.value.faults] == [
        (FaultCode.TOO_MANY_FILES, {"name": "strook-3.pdf", "limit": 2})
    ]
    assert case.staged() == rows


def test_what_is_no_file_of_the_portal(case: Case) -> None:
    """AT-3: a file for an item is refused as an attachment is."""
    with pytest.raises(Refused) as refusal:
        case.stage("virus.exe", content=b"MZ" + bytes(100))
    assert codes(refusal) == [(FaultCode.FILE_TYPE_FORBIDDEN, "files")]
    with pytest.raises(Absent):
        case.client.stage(case.actor, case.id, ItemId(case.id), name="a.pdf", blocks=[PDF])


# ------------------------------------------------------------------ delivering
def test_delivered_files_are_listed(case: Case) -> None:
    """RQ-2: what is delivered stands under `Door mij aangeleverd` with its request and item, and can be downloaded."""
    case.deliver("strook.pdf")
    [row] = case.submissions()
    request = case.request
    assert (row.kind, row.request_id, row.item_id) == (SubmissionKind.REQUEST, case.id, request.items[0].id)
    assert (row.request_subject, row.item_title) == (request.subject, request.items[0].title)
    download = case.world.portal.client.dossiers.download_submission(case.actor, case.dossier, row.id)
    assert b"".join(download.blocks) == PDF
    assert case.staged() == []


def test_the_same_form_twice(case: Case) -> None:
    """AT-5: the same form sent again delivers each of its files once, and further files as another delivery."""
    id = case.client.new_delivery()
    listed = {UploadId(case.stage("strook.pdf").id): "strook.pdf"}
    deliver = partial(case.client.deliver, case.actor, case.id, case.item().id, id)
    assert deliver(files=listed) == deliver(files=listed) == id
    case.stage("strook.pdf")
    assert deliver(files=listed) == id
    assert (len(case.submissions()), case.staged()) == (1, [])
    assert len(stored(case)) == 1
    case.stage("strook.pdf")
    case.stage("strook-2.pdf")
    further = deliver(files=listed)
    assert further != id
    case.stage("strook-2.pdf")
    assert deliver() == further
    assert [[file.name for file in each.files] for each in case.item().deliveries] == [["strook.pdf"], ["strook-2.pdf"]]


def test_two_accounts_share_a_request(case: Case) -> None:
    """RQ-2: deliveries of two accounts stand beside each other, up to the files of the item."""
    extra = case.world.extra_account(case.actor, "extra@example.nl")
    case.deliver("strook-1.pdf")
    case.deliver("strook-2.pdf", by=extra)
    assert [each.delivered_by for each in case.item().deliveries] == ["Jan Jansen", "Extra Account"]
    with pytest.raises(Refused) as refusal:
        case.deliver("strook-3.pdf", by=extra)
    assert codes(refusal) == [(FaultCode.TOO_MANY_FILES, "files")]
    assert [each.name for each in case.staged(by=extra)] == ["strook-3.pdf"]


def test_what_expired(case: Case) -> None:
    """AT-2: a file that expired is named, and nothing is delivered; what is there can be delivered after that."""
    row = case.stage("oud.pdf")
    case.world.later(hours=24, seconds=1)
    jan = case.world.sign_in()
    with pytest.raises(Refused) as refusal:
        case.client.deliver(jan, case.id, case.item().id, case.client.new_delivery(), files={row.id: "oud.pdf"})
    assert [(each.code, each.params) for each in refusal.value.faults] == [(FaultCode.UPLOAD_GONE, {"name": "oud.pdf"})]
    case.deliver("nieuw.pdf", by=jan)
    with pytest.raises(Refused) as refusal:
        case.client.deliver(jan, case.id, case.item().id, case.client.new_delivery(), files={row.id: "oud.pdf"})
    assert codes(refusal) == [(FaultCode.UPLOAD_GONE, "files")]


def test_a_form_without_files(case: Case) -> None:
    """RQ-2: a delivery needs a file."""
    with pytest.raises(Refused) as refusal:
        case.client.deliver(case.actor, case.id, case.item().id, case.client.new_delivery())
    assert codes(refusal) == [(FaultCode.MISSING, "files")]


def test_a_file_that_goes_meanwhile(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: if a staged file is removed while it is delivered, nothing is delivered after a second attempt."""
    case.stage()
    with case.world.storage.begin() as uow:
        uploads = type(uow.uploads)
    monkeypatch.setattr(uploads, "remove", lambda *_arguments: 0)
    with pytest.raises(Conflict):
        case.client.deliver(case.actor, case.id, case.item().id, case.client.new_delivery())
    assert (case.item().state, case.submissions()) == (ItemState.OPEN, [])


def test_declared_once(case: Case) -> None:
    """AT-5: the same declaration sent again changes nothing."""
    id = case.client.new_delivery()
    for _each in range(2):
        case.client.declare_not_applicable(case.actor, case.id, case.item().id, id, "Wij huren.")
    assert len(case.item().deliveries) == 1
    assert case.world.audit().count("ItemNotApplicable") == 1


def test_a_form_that_delivered_declares_nothing_in_silence(case: Case) -> None:
    """AT-5, RQ-2: a page that went back after its files were delivered is told that its declaration comes too late.

    If the office returned the files, the declaration stands beside them, once.
    """
    id, declare = case.deliver(), case.client.declare_not_applicable
    with pytest.raises(Refused) as told:
        declare(case.actor, case.id, case.item().id, id, "Wij huren.")
    assert codes(told) == [(FaultCode.WRONG_STATE, "item")]
    case.office.return_item(case.world.handler, case.id, case.item().id, "Onleesbaar.")
    for _each in range(2):
        declare(case.actor, case.id, case.item().id, id, "Wij huren.")
    assert case.item().state is ItemState.NOT_APPLICABLE
    assert len({each.id for each in case.item().deliveries}) == len(case.item().deliveries) == 2


def test_a_closed_account_delivers_nothing(case: Case) -> None:
    """XA-3: an account that was closed meanwhile neither delivers nor takes back."""
    id = case.deliver()
    case.stage("strook-2.pdf")
    case.world.portal.office.clients.close_account(case.world.handler, case.actor.account_id)
    acts: list[Callable[[], object]] = [
        partial(case.client.deliver, case.actor, case.id, case.item().id, case.client.new_delivery()),
        partial(case.client.take_back, case.actor, case.id, case.item().id, id),
    ]
    for act in acts:
        with pytest.raises(NotSignedIn):
            act()


# ------------------------------------------------------------------ taking back, opening
def test_taking_back(case: Case) -> None:
    """RQ-3: until the office opened it, any account takes a delivery back, with its files."""
    extra = case.world.extra_account(case.actor, "extra@example.nl")
    id = case.deliver("strook.pdf")
    case.client.take_back(extra, case.id, case.item().id, id)
    assert (case.item().state, case.submissions()) == (ItemState.OPEN, [])
    assert stored(case) == []
    with pytest.raises(Absent):
        case.client.take_back(case.actor, case.id, case.item().id, id)
    assert case.world.audit()[-1] == "DeliveryTakenBack"


def test_taking_back_what_was_withdrawn(case: Case) -> None:
    """RQ-3: what the office withdrew without opening it goes, with its files; the item stays withdrawn."""
    id = case.deliver("paspoort.pdf")
    case.office.withdraw(case.world.handler, case.id, "De koop gaat niet door.")
    case.client.take_back(case.actor, case.id, case.item().id, id)
    assert (case.item().state, case.item().reason) == (ItemState.WITHDRAWN, "De koop gaat niet door.")
    assert (case.submissions(), stored(case)) == ([], [])


@pytest.mark.parametrize("how", ["open_item", "fetch", "messages.fetch", "archive"])
def test_opened(case: Case, how: str) -> None:
    """RQ-3: once the office opened a delivery, in whatever way, it is not taken back."""
    world, id = case.world, case.deliver("strook.pdf")
    file = case.item().current_files[0].id
    ways: dict[str, Callable[[], object]] = {
        "open_item": partial(case.office.open_item, world.handler, case.id, case.item().id),
        "fetch": partial(case.office.fetch, world.handler, case.id, file),
        "archive": lambda: b"".join(world.portal.office.dossiers.archive(world.handler, case.dossier).blocks),
        "messages.fetch": partial(world.portal.office.messages.fetch, world.handler, file),
    }
    ways[how]()
    assert case.item().deliveries[0].opened_at == world.clock.now()
    with pytest.raises(Refused) as refusal:
        case.client.take_back(case.actor, case.id, case.item().id, id)
    assert codes(refusal) == [(FaultCode.DELIVERY_OPENED, "delivery")]
    case.office.open_item(world.handler, case.id, case.item().id)
    assert b"".join(case.office.fetch(world.handler, case.id, file).blocks) == PDF
    assert world.audit().count("DeliveryOpened") == 1
    assert world.audit()[-1] == "SubmissionDownloaded"


@pytest.mark.parametrize("how", ["fetch", "messages.fetch", "download_submission"])
@pytest.mark.parametrize("is_taken_back", [True, False])
def test_a_file_that_goes_while_it_is_opened(
    case: Case, monkeypatch: pytest.MonkeyPatch, how: str, *, is_taken_back: bool
) -> None:
    """RQ-3, DC-4: a file that is taken back while it is opened is absent. A file that is gone otherwise is damaged."""
    world, id = case.world, case.deliver("strook.pdf")
    file = case.item().current_files[0].id
    opened = Downloads.open

    def gone(self: Downloads, file: StoredFile, **rest: Any) -> Download:
        if is_taken_back:
            case.client.take_back(case.actor, case.id, case.item().id, id)
        case.world.files.contents.pop(file.key, None)
        return opened(self, file, **rest)

    monkeypatch.setattr(Downloads, "open", gone)
    ways: dict[str, Callable[[], object]] = {
        "fetch": partial(case.office.fetch, world.handler, case.id, file),
        "messages.fetch": partial(world.portal.office.messages.fetch, world.handler, file),
        "download_submission": partial(
            world.portal.client.dossiers.download_submission, case.actor, case.dossier, file
        ),
    }
    with pytest.raises(Absent if is_taken_back else FileDamaged):
        ways[how]()
    assert "DeliveryOpened" not in world.audit()


@pytest.mark.parametrize("late", [False, True])
def test_an_archive_that_cannot_have_it_opens_nothing(
    case: Case, monkeypatch: pytest.MonkeyPatch, *, late: bool
) -> None:
    """RQ-3, NW-4: a delivery whose file is damaged, or is taken back meanwhile, is not opened, and not in the ZIP."""
    world, id = case.world, case.deliver("strook.pdf")
    verified = Downloads.verified

    def verify(self: Downloads, file: StoredFile, by: By) -> Download:
        if not late:
            raise FileDamaged
        found = verified(self, file, by)
        case.client.take_back(case.actor, case.id, case.item().id, id)
        return found

    monkeypatch.setattr(Downloads, "verified", verify)
    content = b"".join(world.portal.office.dossiers.archive(world.handler, case.dossier).blocks)
    assert PDF not in content
    assert "DeliveryOpened" not in world.audit()
    if not late:
        case.client.take_back(case.actor, case.id, case.item().id, id)


def test_looking_opens_nothing(case: Case) -> None:
    """RQ-3: a list, or the request itself, opens nothing; neither does the client's own download."""
    id = case.deliver()
    case.office.get(case.world.handler, case.id)
    case.office.list(case.world.handler, dossier_id=case.dossier)
    case.world.portal.office.dossiers.get(case.world.handler, case.dossier)
    submission = case.submissions()[0].id
    b"".join(case.world.portal.client.dossiers.download_submission(case.actor, case.dossier, submission).blocks)
    case.client.take_back(case.actor, case.id, case.item().id, id)
    for fetch in (
        partial(case.office.fetch, case.world.handler, case.id, submission),
        partial(case.world.portal.office.messages.fetch, case.world.handler, submission),
    ):
        with pytest.raises(Absent):
            fetch()


# ------------------------------------------------------------------ deciding
def test_what_was_opened_is_decided(case: Case) -> None:
    """RQ-3: opening, fetching and reminding change nothing of what was shown, so the office can decide about it."""
    handler, item = case.world.handler, case.item(0).id
    case.deliver("strook.pdf")
    shown = case.request.version
    case.office.open_item(handler, case.id, item)
    case.office.remind(handler, case.id)
    b"".join(case.office.fetch(handler, case.id, case.submissions()[0].id).blocks)
    case.office.accept_item(handler, case.id, item, version=shown)
    assert case.item(0).state is ItemState.ACCEPTED


def test_what_was_shown_is_decided(case: Case) -> None:
    """RQ-3: a decision about a version that the client changed since is a conflict."""
    handler = case.world.handler
    case.deliver("strook.pdf")
    shown = case.request.version
    case.deliver("strook-2.pdf")
    for decide in (
        partial(case.office.accept_item, handler, case.id, case.item().id, version=shown),
        partial(case.office.return_item, handler, case.id, case.item().id, "Onleesbaar.", version=shown),
    ):
        with pytest.raises(Conflict):
            decide()
    case.office.accept_item(handler, case.id, case.item().id, version=case.request.version)
    assert case.item().state is ItemState.ACCEPTED


# ------------------------------------------------------------------ mail
def mails(world: World) -> list[str]:
    """Send what is due five minutes from now, and return the texts of the mails."""
    world.later(minutes=5)
    return [each.text for each in world.deliver()]


def test_the_client_is_notified(case: Case) -> None:
    """RQ-3, PR-2: a request, a further item and a returned item are notified of, merged, without contents."""
    case.office.add_item(case.world.handler, case.id, NewItem(title="Paspoort"))
    [text] = mails(case.world)
    assert "Dossier 2026-001: een of meer nieuwe verzoeken om stukken" in text
    assert not any(word in text for word in ("Paspoort", "hypotheek", "Loonstrook"))
    case.deliver()
    assert mails(case.world) == []
    case.office.return_item(case.world.handler, case.id, case.item().id, "Onleesbaar.")
    [text] = mails(case.world)
    assert "Onleesbaar" not in text


def test_no_mail_for_who_may_not_see_it_or_wants_none(case: Case) -> None:
    """PR-2: nobody is notified of what was withdrawn, or who switched it off."""
    case.office.withdraw(case.world.handler, case.id, "Vergissing.")
    assert mails(case.world) == []
    off = Profile(language=Language.DUTCH, notifications=Notifications(questionnaires=False))
    case.world.portal.client.profile.save(case.actor, off)
    case.office.make(
        case.world.handler,
        case.dossier,
        case.actor.client_id,
        NewRequest(subject="Stuk", items=[NewItem(title="Stuk")]),
    )
    assert mails(case.world) == []


def test_reminding(case: Case) -> None:
    """RQ-1, RM-1: the office reminds of a request now, at most once a day, by a reminder that is listed as one."""
    world = case.world
    mails(world)
    case.office.remind(world.handler, case.id)
    [mail] = reminded(world)
    assert (mail.subject[:12], "2 gevraagde stukken" in mail.text) == ("Herinnering:", True)
    [row] = world.portal.office.reminders.sent(world.handler)
    assert [each.id for each in row.reminder.things] == [case.item(0).id, case.item(1).id]
    with pytest.raises(Refused) as refusal:
        case.office.remind(world.handler, case.id)
    assert codes(refusal) == [(FaultCode.REMINDED_TODAY, "request")]
    world.later(days=1)
    case.office.remind(world.handler, case.id)
    assert len(reminded(world)) == 1


def reminded(world: World) -> list[Mail]:
    """Do the background work once, and return the mails."""
    world.portal.background.reminders.run_once()
    return world.deliver()


def test_one_reminder_a_day(case: Case) -> None:
    """RM-1: two requests that the office reminds of are one mail; after that, none that day, whatever asks for it."""
    world, calls = case.world, case.office
    mails(world)
    new = NewRequest(subject="Stuk", items=[NewItem(title="Stuk")])
    dossiers = [world.dossier(case.actor, number=number) for number in ("2026-901", "2026-902")]
    others = [calls.make(world.handler, dossier, case.actor.client_id, new) for dossier in dossiers]
    mails(world)
    calls.remind(world.handler, case.id)
    calls.remind(world.handler, others[0])
    [mail] = reminded(world)
    assert ["2026-001" in mail.text, "2026-901" in mail.text, "2026-902" in mail.text] == [True, True, False]
    with pytest.raises(Refused) as refusal:
        calls.remind(world.handler, others[1])
    assert codes(refusal) == [(FaultCode.REMINDED_TODAY, "request")]
    assert reminded(world) == []


def test_a_reminder_before_the_request(case: Case) -> None:
    """RM-1: a reminder of something that is done now is the one of that day, for a request that was made later too."""
    world, calls = case.world, case.office
    mails(world)
    calls.remind(world.handler, case.id)
    assert len(reminded(world)) == 1
    calls.withdraw(world.handler, case.id, "Niet nodig")
    world.later(minutes=30)
    new = NewRequest(subject="Stuk", items=[NewItem(title="Stuk")])
    later = calls.make(world.handler, world.dossier(case.actor, number="2026-901"), case.actor.client_id, new)
    with pytest.raises(Refused) as refusal:
        calls.remind(world.handler, later)
    assert codes(refusal) == [(FaultCode.REMINDED_TODAY, "request")]
    assert len(mails(world)) == 1  # That of the request.
    world.later(days=1)
    calls.remind(world.handler, later)
    assert len(reminded(world)) == 1


def test_a_reminder_that_was_not_sent(case: Case) -> None:
    """RM-1: if all was done before the reminder of a day was sent, another goes at once that day, and no third one."""
    world, calls = case.world, case.office
    new = NewRequest(subject="Stuk", items=[NewItem(title="Stuk")])
    numbers = ("2026-901", "2026-902")
    others = [
        calls.make(world.handler, world.dossier(case.actor, number=number), case.actor.client_id, new)
        for number in numbers
    ]
    mails(world)
    calls.remind(world.handler, case.id)
    assert world.portal.background.reminders.run_once() == 1
    calls.withdraw(world.handler, case.id, "Niet nodig")
    assert reminded(world) == []
    world.later(minutes=30)
    calls.remind(world.handler, others[0])
    [mail] = reminded(world)
    assert (mail.subject[:12], "2026-901" in mail.text) == ("Herinnering:", True)
    with pytest.raises(Refused) as refusal:
        calls.remind(world.handler, others[1])
    assert codes(refusal) == [(FaultCode.REMINDED_TODAY, "request")]
    assert world.audit().count("PersonReminded") == 1


def test_no_reminder_at_night(case: Case) -> None:
    """RM-1: what the office reminds of at night goes in the morning, also with reminders switched off."""
    world = case.world
    mails(world)
    world.portal.office.reminders.change(world.handler, None)
    world.clock.advance(world.clock.now().replace(hour=2, minute=6) + timedelta(days=1) - world.clock.now())
    case.office.remind(world.handler, case.id)
    assert reminded(world) == []
    world.later(hours=6)
    assert len(reminded(world)) == 1


@pytest.mark.parametrize("why", ["no mails", "no party", "closed"])
def test_nobody_to_remind(case: Case, why: str) -> None:
    """RM-1: a reminder that nobody would get is refused by name, and changes nothing."""
    world = case.world
    mails(world)
    if why == "no mails":
        off = Profile(language=Language.DUTCH, notifications=Notifications(questionnaires=False))
        world.portal.client.profile.save(case.actor, off)
    elif why == "closed":
        world.portal.office.clients.close_account(world.handler, case.actor.account_id)
    else:
        other = world.onboard("piet@example.nl", name="Piet Pietersen")
        world.portal.office.dossiers.add_party(world.handler, case.dossier, other.client_id)
        world.portal.office.dossiers.remove_party(world.handler, case.dossier, case.actor.client_id)
    mails(world)
    with pytest.raises(Refused) as refusal:
        case.office.remind(world.handler, case.id)
    assert codes(refusal) == [(FaultCode.NOBODY_REMINDED, "request")]
    assert reminded(world) == []
    assert "RequestReminded" not in world.audit()


def test_no_reminder_when_taken_back(case: Case) -> None:
    """RM-1, RQ-3: what a client takes back on another day than a set one is reminded of on the next set day."""
    world = case.world
    mails(world)
    id = case.deliver()
    world.later(days=12)
    case.client.take_back(case.actor, case.id, case.item().id, id)
    assert reminded(world) == []
    world.later(days=1)
    assert len(reminded(world)) == 1


def test_told_after_midnight(world: World, jan: Actor) -> None:
    """RM-1, PR-2: what is asked before midnight, and told by a mail after it, is not reminded of that day."""
    dossier = world.dossier(jan)
    world.clock.advance(world.clock.now().replace(hour=22, minute=58) - world.clock.now())
    new = NewRequest(subject="Stuk", items=[NewItem(title="Stuk", due_on=day(world.clock.now()) + timedelta(days=2))])
    world.portal.office.requests.make(world.handler, dossier, jan.client_id, new)
    assert len(mails(world)) == 1
    world.later(hours=12)
    assert reminded(world) == []
    world.later(days=1)
    assert len(reminded(world)) == 1
