"""Receipts of what clients delivered: showing, mailing and checking (RQ-4)."""

import hashlib
from collections.abc import Iterator
from uuid import UUID

import pytest

from klantportaal.domain.errors import Absent, Conflict, FaultCode, NotSignedIn, Refused, Unavailable
from klantportaal.domain.messages import MessageText
from klantportaal.domain.outgoing import Lane
from klantportaal.domain.receipts import ReceiptFile
from klantportaal.domain.requests import NewItem, NewRequest
from klantportaal.domain.sessions import Actor, Visitor
from klantportaal.domain.uploads import SubmissionKind, UploadLimits
from klantportaal.domain.values import DeliveryId, DossierId, ItemId, MessageId, ReceiptId, RequestId
from klantportaal.settings import Settings
from tests.usecases import test_answer_files as answer_files
from tests.usecases.intake import ASSETS, PERSON
from tests.usecases.world import PDF, World, in_blocks

OTHER = PDF + b"% changed"


def deliver(world: World, actor: Actor, dossier: DossierId, *contents: bytes) -> ReceiptId:
    """Send a message with files, and give the id of its receipt."""
    calls, draft = world.portal.client, world.portal.client.messages.new_draft()
    for number, content in enumerate(contents, start=1):
        calls.attachments.stage(actor, dossier, draft, name=f"bijlage {number}.pdf", blocks=in_blocks(content))
    sent = calls.messages.send(actor, dossier, draft, MessageText(subject="Stukken", body="Hierbij."))
    return ReceiptId(sent)


def code_of(world: World, actor: Actor, dossier: DossierId, receipt: ReceiptId) -> str:
    """Give the code in the address of a receipt."""
    return world.portal.client.receipts.get(actor, dossier, receipt).url.rpartition("/")[2]


def test_a_message_with_files_has_a_receipt(world: World, jan: Actor) -> None:
    """RQ-4: the receipt says who delivered which files when. A message without files has none."""
    dossier = world.dossier(jan)
    id, at = deliver(world, jan, dossier, PDF, OTHER), world.clock.now()
    view = world.portal.client.receipts.get(jan, dossier, id)
    assert view.receipt.files == tuple(
        ReceiptFile(name=f"bijlage {number}.pdf", size=len(content), sha256=hashlib.sha256(content).hexdigest())
        for number, content in enumerate((PDF, OTHER), start=1)
    )
    said = (view.receipt.dossier_number, view.receipt.client_name, view.receipt.delivered_by, view.receipt.delivered_at)
    assert said == ("2026-001", "Jan Jansen", "Jan Jansen", at)
    rows = world.portal.client.dossiers.submissions(jan, dossier)
    assert {row.receipt_id for row in rows} == {id}
    with pytest.raises(Absent):
        world.portal.client.receipts.get(jan, dossier, deliver(world, jan, dossier))


def test_sent_twice(world: World, jan: Actor) -> None:
    """RQ-4, AT-5: a form that is sent twice has one receipt."""
    dossier, draft, calls = world.dossier(jan), world.portal.client.messages.new_draft(), world.portal.client
    sent = set()
    for _ in range(2):
        calls.attachments.stage(jan, dossier, draft, name="pas.pdf", blocks=[PDF])
        sent.add(calls.messages.send(jan, dossier, draft, MessageText(subject="Stukken", body="Hierbij.")))
    (id,) = sent
    assert len(calls.receipts.get(jan, dossier, ReceiptId(id)).receipt.files) == 1


def test_a_receipt_stays_as_it_is(world: World, jan: Actor) -> None:
    """RQ-4: a receipt says what was true at its time, whatever changes afterwards."""
    dossier = world.dossier(jan)
    id = deliver(world, jan, dossier, PDF)
    before = world.portal.client.receipts.get(jan, dossier, id)
    world.later(days=900)
    world.portal.office.clients.correct(world.handler, jan.account_id, name="Jan Jansen-de Wit", email="jan@example.nl")
    assert world.portal.client.receipts.get(world.sign_in(), dossier, id) == before


def test_in_another_dossier(world: World, jan: Actor) -> None:
    """RQ-4, DO-1: a receipt is absent in another dossier of its client, and where it is no party any more."""
    dossier, other = world.dossier(jan), world.dossier(jan, number="2026-002")
    piet = world.onboard("piet@example.nl", name="Piet")
    world.portal.office.dossiers.add_party(world.handler, dossier, piet.client_id)
    id = deliver(world, jan, dossier, PDF)
    with pytest.raises(Absent):
        world.portal.client.receipts.get(jan, other, id)
    world.portal.office.dossiers.remove_party(world.handler, dossier, jan.client_id)
    with pytest.raises(Absent):
        world.portal.client.receipts.get(jan, dossier, id)


def test_checking_a_file(world: World, jan: Actor) -> None:
    """RQ-4: whoever holds a receipt reads it, and learns under which name a file is on it; an altered file is not."""
    dossier, calls, visitor = world.dossier(jan), world.portal.client.receipts, world.visitor
    id = deliver(world, jan, dossier, PDF)
    code = code_of(world, jan, dossier, id)
    assert calls.look(visitor, id, code) == calls.get(jan, dossier, id).receipt
    for content, names in ((PDF, ("bijlage 1.pdf",)), (OTHER, ()), (b"", ())):
        assert calls.check(visitor, id, code, hashlib.sha256(content).hexdigest()) == names
        assert calls.check_file(visitor, id, code, name="x.pdf", blocks=in_blocks(content, 7)) == names
    assert len(world.portal.client.dossiers.submissions(jan, dossier)) == 1


def test_a_wrong_code(world: World, jan: Actor) -> None:
    """RQ-4: a wrong code, another receipt's, another office and an unknown receipt are one answer; no byte is read."""
    dossier, calls = world.dossier(jan), world.portal.client.receipts
    id, other = deliver(world, jan, dossier, PDF), deliver(world, jan, dossier, OTHER)
    code = code_of(world, jan, dossier, id)
    elsewhere = Visitor(office_id=world.other_office().office_id)

    unread: Iterator[bytes] = (pytest.fail("the file is read") for _each in [b""])
    told = set()
    for visitor, receipt, typed in (
        (world.visitor, id, code_of(world, jan, dossier, other)),
        (world.visitor, other, code),
        (world.visitor, id, code[:-1]),
        (world.visitor, id, ""),
        (world.visitor, id, "é"),
        (world.visitor, ReceiptId(UUID(int=7)), code),
        (elsewhere, id, code),
    ):
        for call in (
            lambda v=visitor, r=receipt, t=typed: calls.look(v, r, t),
            lambda v=visitor, r=receipt, t=typed: calls.check(v, r, t, "0" * 64),
            lambda v=visitor, r=receipt, t=typed: calls.check_file(v, r, t, name="x.pdf", blocks=unread),
        ):
            with pytest.raises(Absent) as error:
                call()
            told.add(str(error.value))
    assert len(told) == 1


def test_too_large_a_file() -> None:
    """RQ-4, AT-3: a file that is larger than any that can be delivered is refused while it comes in."""
    world = World(settings=Settings(uploads=UploadLimits(file_size=len(PDF))))
    jan = world.onboard()
    dossier = world.dossier(jan)
    id = deliver(world, jan, dossier, PDF)
    code = code_of(world, jan, dossier, id)
    with pytest.raises(Refused) as error:
        world.portal.client.receipts.check_file(world.visitor, id, code, name="x.pdf", blocks=[PDF, b"x"])
    assert [fault.code for fault in error.value.faults] == [FaultCode.FILE_TOO_LARGE]


def test_throttled_by_network_address(world: World, jan: Actor) -> None:
    """RQ-4, SI-2: checks from one network address are limited, and nobody else's are."""
    dossier, calls = world.dossier(jan), world.portal.client.receipts
    id = deliver(world, jan, dossier, PDF)
    code = code_of(world, jan, dossier, id)
    here, elsewhere = (Visitor(office_id=world.office, network_address=each) for each in ("192.0.2.1", "192.0.2.2"))
    for _ in range(world.portal.settings.throttling.receipt_checks):
        calls.check(here, id, code, "0" * 64)
    with pytest.raises(Unavailable):
        calls.check(here, id, code, "0" * 64)
    with pytest.raises(Unavailable):
        calls.check_file(here, id, code, name="x.pdf", blocks=[PDF])
    assert calls.look(here, id, code).id == id
    assert calls.check(elsewhere, id, code, hashlib.sha256(PDF).hexdigest())


def test_the_pdf(world: World, jan: Actor) -> None:
    """RQ-4: the PDF has what the receipt says, and the address for who is to check a file."""
    dossier = world.dossier(jan)
    id = deliver(world, jan, dossier, PDF)
    view, pdf = world.portal.client.receipts.get(jan, dossier, id), world.portal.client.receipts.pdf(jan, dossier, id)
    for said in (view.url, view.receipt.files[0].sha256, "bijlage 1.pdf", "2026-001"):
        assert said in pdf.decode()


def test_by_mail_once_a_day(world: World, jan: Actor) -> None:
    """RQ-4: the receipt goes to the person's own address, at most once a day, however often it is asked for."""
    dossier = world.dossier(jan)
    id = deliver(world, jan, dossier, PDF)
    world.deliver()
    for _ in range(3):
        world.portal.client.receipts.mail(jan, dossier, id)
    (mail,) = world.deliver()
    assert mail.to == "jan@example.nl"
    assert world.portal.client.receipts.get(jan, dossier, id).url in mail.text
    assert hashlib.sha256(PDF).hexdigest() in mail.text
    world.portal.client.receipts.mail(jan, dossier, id)
    assert world.deliver() == []
    world.later(days=1)
    jan = world.sign_in()
    world.portal.client.receipts.mail(jan, dossier, id)
    assert len(world.deliver()) == 1


@pytest.mark.parametrize("lost", ["party", "account"])
def test_no_mail_to_who_may_not_see_it(world: World, jan: Actor, lost: str) -> None:
    """RQ-4, PR-2: who lost the dossier, or the account, before the mail is made gets none."""
    dossier = world.dossier(jan)
    piet = world.onboard("piet@example.nl", name="Piet")
    world.portal.office.dossiers.add_party(world.handler, dossier, piet.client_id)
    id = deliver(world, jan, dossier, PDF)
    world.deliver()
    world.portal.client.receipts.mail(jan, dossier, id)
    if lost == "party":
        world.portal.office.dossiers.remove_party(world.handler, dossier, jan.client_id)
    else:
        world.portal.office.clients.close_account(world.handler, jan.account_id)
    assert [mail for mail in world.deliver() if mail.to == "jan@example.nl"] == []


def ask(world: World, actor: Actor, dossier: DossierId) -> tuple[RequestId, ItemId]:
    """Ask a client for one document."""
    new = NewRequest(subject="Stukken", items=[NewItem(title="Paspoort")])
    id = world.portal.office.requests.make(world.handler, dossier, actor.client_id, new)
    return id, world.portal.client.requests.get(actor, id).request.items[0].id


def test_a_message_that_was_taken_back(world: World, jan: Actor) -> None:
    """RQ-4, ME-6: the receipt of a message goes with its files when it is taken back."""
    dossier, calls = world.dossier(jan), world.portal.client
    id = deliver(world, jan, dossier, PDF)
    calls.messages.take_back(jan, dossier, MessageId(id))
    with pytest.raises(Absent):
        calls.receipts.get(jan, dossier, id)


def test_a_delivery_has_a_receipt(world: World, jan: Actor) -> None:
    """RQ-4: what is delivered for a request has a receipt, which goes with its files when they are taken back."""
    dossier, calls = world.dossier(jan), world.portal.client
    request, item = ask(world, jan, dossier)
    calls.requests.stage(jan, request, item, name="pas.pdf", blocks=[PDF])
    id = calls.requests.deliver(jan, request, item, calls.requests.new_delivery())
    receipt = calls.receipts.get(jan, dossier, ReceiptId(id)).receipt
    assert [each.name for each in receipt.files] == ["pas.pdf"]
    assert (receipt.delivered_at, receipt.delivered_by) == (world.clock.now(), "Jan Jansen")
    calls.requests.take_back(jan, request, item, id)
    with pytest.raises(Absent):
        calls.receipts.get(jan, dossier, ReceiptId(id))


def test_an_id_that_a_browser_chose(world: World, jan: Actor) -> None:
    """RQ-4: a delivery of one's own under the id of somebody's receipt neither changes nor removes it."""
    piet = world.onboard("piet@example.nl", name="Piet")
    own, theirs, calls = world.dossier(jan), world.dossier(piet, number="2026-002"), world.portal.client
    id = deliver(world, jan, own, PDF)
    before = calls.receipts.get(jan, own, id)
    request, item = ask(world, piet, theirs)
    calls.requests.declare_not_applicable(piet, request, item, DeliveryId(id), "Heb ik niet.")
    calls.requests.take_back(piet, request, item, DeliveryId(id))
    calls.requests.stage(piet, request, item, name="pas.pdf", blocks=[OTHER])
    with pytest.raises(Conflict):
        calls.requests.deliver(piet, request, item, DeliveryId(id))
    assert calls.receipts.get(jan, own, id) == before


def test_a_code_is_no_link(world: World, jan: Actor) -> None:
    """RQ-4, ON-4: the code of a receipt is not the token of the link in a mail with the same id."""
    id = deliver(world, jan, world.dossier(jan), PDF)
    for token in world.portal.client.receipts._receipt_codes._tokens.derived(id):
        with pytest.raises(Absent):
            world.portal.client.receipts.look(world.visitor, id, token)


def test_a_closed_account_asks_for_no_mail(world: World, jan: Actor) -> None:
    """RQ-4, XA-3: an account that was closed meanwhile asks for no mail."""
    dossier = world.dossier(jan)
    id = deliver(world, jan, dossier, PDF)
    world.portal.office.clients.close_account(world.handler, jan.account_id)
    with pytest.raises(NotSignedIn):
        world.portal.client.receipts.mail(jan, dossier, id)
    assert "ReceiptMailAsked" not in world.audit()


def test_no_mail_of_what_was_taken_back(world: World, jan: Actor) -> None:
    """RQ-4: the mail with a receipt is dropped, and not tried again, if the delivery was taken back meanwhile."""
    dossier = world.dossier(jan)
    id = deliver(world, jan, dossier, PDF)
    world.deliver()
    world.portal.client.receipts.mail(jan, dossier, id)
    world.portal.client.messages.take_back(jan, dossier, MessageId(id))
    assert world.deliver() == []
    world.later(days=1)
    with world.storage.begin() as uow:
        assert uow.outbox.lease(Lane.AWAITED, at=world.clock.now(), until=world.clock.now(), limit=9) == []


def test_a_questionnaire_has_a_receipt(world: World, jan: Actor) -> None:
    """RQ-4, QU-4: once its PDF is made, a questionnaire has a receipt of the PDF and of the files in its answers."""
    dossier, calls = world.dossier(jan), world.portal.client
    id = world.ask(jan, dossier)
    world.fill_in(jan, id, {"persoon": PERSON})
    file = answer_files.stage(world, jan, id)
    world.fill_in(jan, id, {"huwelijk": answer_files.marriage(file)})
    world.complete(jan, id, {"bezit": ASSETS})
    completed_at = world.clock.now()
    assert [row.receipt_id for row in calls.dossiers.submissions(jan, dossier)] == [None]
    world.later(minutes=1)
    world.deliver()
    rows = calls.dossiers.submissions(jan, dossier)
    assert {row.receipt_id for row in rows} == {ReceiptId(id)}
    view = calls.receipts.get(jan, dossier, ReceiptId(id))
    receipt = view.receipt
    assert [each.name for each in receipt.files] == ["Uw gegevens 2026-001.pdf", "akte.pdf"]
    assert (receipt.client_name, receipt.delivered_by, receipt.delivered_at) == (
        "Jan Jansen",
        "Jan Jansen",
        completed_at,
    )
    pdf = next(row for row in rows if row.kind is SubmissionKind.QUESTIONNAIRE)
    digest = hashlib.sha256(b"".join(calls.dossiers.download_submission(jan, dossier, pdf.id).blocks)).hexdigest()
    code = code_of(world, jan, dossier, ReceiptId(id))
    assert list(calls.receipts.check(world.visitor, ReceiptId(id), code, digest)) == ["Uw gegevens 2026-001.pdf"]
    calls.receipts.mail(jan, dossier, ReceiptId(id))
    assert "Uw gegevens 2026-001.pdf" in world.deliver()[-1].text


def test_a_delivered_file_has_the_receipt_of_its_delivery(world: World, jan: Actor) -> None:
    """RQ-4, RQ-2: each file of a request leads to the receipt of the delivery that it came with."""
    dossier, calls = world.dossier(jan), world.portal.client
    new = NewRequest(subject="Stukken", items=[NewItem(title="Loonstrook")])
    request = world.portal.office.requests.make(world.handler, dossier, jan.client_id, new)
    (item,) = calls.requests.get(jan, request).request.items
    delivered = []
    for content in (PDF, OTHER):
        calls.requests.stage(jan, request, item.id, name="strook.pdf", blocks=in_blocks(content))
        delivered.append(calls.requests.deliver(jan, request, item.id, calls.requests.new_delivery()))
    rows = calls.dossiers.submissions(jan, dossier)
    assert {row.receipt_id for row in rows} == {ReceiptId(each) for each in delivered}
    for row in rows:
        assert row.receipt_id is not None
        (file,) = calls.receipts.get(jan, dossier, row.receipt_id).receipt.files
        assert (file.name, file.size) == (row.name, row.size)
