"""Mails that tell the office what clients sent and completed (OF-4)."""

from collections.abc import Callable
from functools import partial

import attrs
import pytest

from klantportaal.domain.errors import Absent, Refused
from klantportaal.domain.messages import MessageText
from klantportaal.domain.offices import OfficeNotices
from klantportaal.domain.outgoing import TaskKind, TaskState
from klantportaal.domain.requests import NewItem, NewRequest
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, ItemId, Language, MessageId, RequestId
from klantportaal.ports.mail import Mail
from tests.domain.test_bounces import KEY, changed
from tests.usecases import intake
from tests.usecases.world import PDF, World, in_blocks

NOTICES = OfficeNotices(page="https://kantoor.example.nl/post", addresses=("post@example.nl", "balie@example.nl"))
TEXT = MessageText(subject="Geheim", body="Geheim")


@pytest.fixture
def dossier(world: World, jan: Actor) -> DossierId:
    """A dossier of Jan's, at an office that wants to be told."""
    world.portal.office.profile.set_notices(world.handler, NOTICES)
    return world.dossier(jan)


def send(world: World, actor: Actor, dossier: DossierId) -> MessageId:
    """Let a client send a message."""
    calls = world.portal.client.messages
    return calls.send(actor, dossier, calls.new_draft(), TEXT)


def told(world: World) -> dict[str, Mail]:
    """Let five minutes pass, and return the mails to the office."""
    world.later(minutes=5)
    return {mail.to: mail for mail in world.deliver() if "example.nl/post" in mail.text}


def rows(mail: Mail) -> list[str]:
    """Give the lines of a mail that say what arrived."""
    return [line.strip(" -*") for line in mail.text.splitlines() if "Dossier" in line]


def test_what_clients_send_and_complete(world: World, jan: Actor, piet: Actor, dossier: DossierId) -> None:
    """OF-4: all within five minutes is one mail to each address: dossier, who, and how many of what; no contents."""
    send(world, jan, dossier)
    world.later(minutes=4)
    send(world, jan, dossier)
    world.complete(jan, world.ask(jan, dossier), intake.ALL)
    send(world, piet, world.dossier(piet, number="2026-002"))
    world.later(minutes=1)
    mails = {mail.to: mail for mail in world.deliver() if mail.to in NOTICES.addresses}
    assert set(mails) == set(NOTICES.addresses)
    for mail in mails.values():
        assert rows(mail) == [
            "Dossier 2026-001, Jan Jansen: 2 berichten, 1 ingevulde vragenlijst",
            f"Dossier 2026-002, {piet.client_name}: 1 bericht",
        ]
        assert "Geheim" not in mail.subject + mail.text + mail.html
    assert told(world) == {}


def test_a_batch_of_mails(world: World, jan: Actor, piet: Actor, dossier: DossierId) -> None:
    """OF-4, PR-2: of what is leased at once, each address of the office and each account gets exactly one mail."""
    shared = world.dossier(jan, piet, number="2026-002")
    for _each in range(2):
        for actor in (jan, piet):
            send(world, actor, shared)
            world.write_to(shared, actor)
        send(world, jan, dossier)
    world.later(minutes=5)
    accounts = ("jan@example.nl", "piet@example.nl")
    assert sorted(mail.to for mail in world.deliver()) == sorted((*NOTICES.addresses, *accounts))
    world.later(minutes=60)
    assert world.deliver() == []


def test_off_unless_it_is_set(world: World, jan: Actor) -> None:
    """OF-4: nobody is told by default, nor after it was switched off, also of what was sent before."""
    dossier = world.dossier(jan)
    send(world, jan, dossier)
    assert told(world) == {}
    for _each in range(2):
        world.portal.office.profile.set_notices(world.handler, NOTICES)
    assert world.audit().count("OfficeNoticesChanged") == 1
    send(world, jan, dossier)
    world.portal.office.profile.set_notices(world.handler, None)
    assert told(world) == {}


def test_addresses_of_a_dossier(world: World, jan: Actor, dossier: DossierId) -> None:
    """OF-4: the addresses of a dossier replace those of the office, from then on, also for what is not told yet."""
    calls = world.portal.office.dossiers
    for _each in range(2):
        calls.set_notice_addresses(world.handler, dossier, ["smit@example.nl"])
    assert world.audit().count("DossierNoticesChanged") == 1
    send(world, jan, dossier)
    assert set(told(world)) == {"smit@example.nl"}
    send(world, jan, dossier)
    calls.set_notice_addresses(world.handler, dossier, [])
    assert told(world) == {}
    send(world, jan, dossier)
    assert set(told(world)) == set(NOTICES.addresses)
    with pytest.raises(Refused):
        calls.set_notice_addresses(world.handler, dossier, ["geen adres"])
    with pytest.raises(Absent):
        calls.set_notice_addresses(world.other_office(), dossier, [])


def test_what_is_known_is_not_told(world: World, jan: Actor, dossier: DossierId) -> None:
    """OF-4, ME-6: a message that the office opened, or that was taken back, is left out when the mail is made."""
    opened = send(world, jan, dossier)
    world.portal.office.messages.read(world.handler, opened)
    assert told(world) == {}
    send(world, jan, dossier)
    world.portal.client.messages.take_back(jan, dossier, send(world, jan, dossier))
    assert [rows(mail) for mail in told(world).values()] == [["Dossier 2026-001, Jan Jansen: 1 bericht"]] * 2


def ask(world: World, actor: Actor, dossier: DossierId) -> tuple[RequestId, ItemId]:
    """Let the office ask for a document."""
    request = NewRequest(subject="Stukken", items=[NewItem(title="Loonstrook")])
    id = world.portal.office.requests.make(world.handler, dossier, actor.client_id, request)
    return id, world.portal.client.requests.get(actor, id).request.items[0].id


def deliver(world: World, actor: Actor, dossier: DossierId) -> RequestId:
    """Let the office ask for a document, and the client deliver it."""
    id, item = ask(world, actor, dossier)
    calls = world.portal.client.requests
    calls.stage(actor, id, item, name="strook.pdf", blocks=in_blocks(PDF))
    calls.deliver(actor, id, item, calls.new_delivery())
    return id


def decline(world: World, actor: Actor, dossier: DossierId) -> RequestId:
    """Let the office ask for a document, and the client declare that it does not apply."""
    id, item = ask(world, actor, dossier)
    calls = world.portal.client.requests
    calls.declare_not_applicable(actor, id, item, calls.new_delivery(), "Geheim")
    return id


def test_deliveries(world: World, jan: Actor, dossier: DossierId) -> None:
    """OF-4, RQ-2, RQ-3: what was delivered for a request is told, unless the office has opened it meanwhile."""
    deliver(world, jan, dossier)
    assert [rows(mail) for mail in told(world).values()] == [
        ["Dossier 2026-001, Jan Jansen: 1 aanlevering van stukken"]
    ] * 2
    request = world.portal.client.requests.get(jan, deliver(world, jan, dossier)).request
    (file,) = request.items[0].current_files
    world.portal.office.messages.fetch(world.handler, file.id).close()
    assert told(world) == {}


@pytest.mark.parametrize(
    "language, words",
    [(Language.DUTCH, "1 stuk niet van toepassing"), (Language.ENGLISH, "1 item not applicable")],
)
def test_what_does_not_apply(world: World, jan: Actor, dossier: DossierId, language: Language, words: str) -> None:
    """OF-4, RQ-2: what a client declares not applicable is told, without its reason, unless it was taken back."""
    world.portal.office.profile.set_notices(world.handler, attrs.evolve(NOTICES, language=language))
    decline(world, jan, dossier)
    for mail in (mails := told(world)).values():
        assert rows(mail) == [f"Dossier 2026-001, Jan Jansen: {words}"]
        assert "Geheim" not in mail.subject + mail.text + mail.html
    assert len(mails) == 2
    id = decline(world, jan, dossier)
    calls = world.portal.client.requests
    item = calls.get(jan, id).request.items[0]
    calls.take_back(jan, id, item.id, item.deliveries[0].id)
    assert told(world) == {}


@pytest.mark.parametrize("answer", [deliver, decline])
@pytest.mark.parametrize("how", ["accept_item", "return_item", "withdraw_item", "withdraw"])
def test_what_is_dealt_with_is_not_told(
    world: World,
    jan: Actor,
    dossier: DossierId,
    answer: Callable[[World, Actor, DossierId], RequestId],
    how: str,
) -> None:
    """OF-4, RQ-3: what the office accepted, returned or withdrew unopened is left out when the mail is made."""
    id, office, handler = answer(world, jan, dossier), world.portal.office.requests, world.handler
    item = office.get(handler, id).request.items[0].id
    ways: dict[str, Callable[[], object]] = {
        "accept_item": partial(office.accept_item, handler, id, item),
        "return_item": partial(office.return_item, handler, id, item, "Onleesbaar."),
        "withdraw_item": partial(office.withdraw_item, handler, id, item, "Niet meer nodig."),
        "withdraw": partial(office.withdraw, handler, id, "Niet meer nodig."),
    }
    ways[how]()
    assert office.get(handler, id).request.items[0].deliveries[0].opened_at is None
    assert told(world) == {}


def test_in_english(world: World, jan: Actor, dossier: DossierId) -> None:
    """OF-4: the office chooses the language of these mails."""
    english = OfficeNotices(page=NOTICES.page, addresses=("post@example.nl",), language=Language.ENGLISH)
    world.portal.office.profile.set_notices(world.handler, english)
    send(world, jan, dossier)
    (mail,) = told(world).values()
    assert rows(mail) == ["Dossier 2026-001, Jan Jansen: 1 message"]


def test_an_address_that_does_not_exist(world: World, jan: Actor, dossier: DossierId) -> None:
    """OF-4, AL-6: a refused mail is in ``mail_problems``, does not stop the others, and can be sent again."""
    world.mail.refuse("post@example.nl")
    send(world, jan, dossier)
    assert set(told(world)) == {"balie@example.nl"}
    (problem,) = world.portal.office.clients.mail_problems(world.handler)
    assert (problem.kind, problem.state, problem.email) == (
        TaskKind.OFFICE_NOTICE,
        TaskState.REFUSED,
        "post@example.nl",
    )
    assert problem.accounts == ()
    assert world.audit().count("MailRefused") == 1
    world.mail.accept("post@example.nl")
    world.portal.office.clients.send_mail_again(world.handler, problem.mail_id)
    assert [mail.to for mail in world.deliver()] == ["post@example.nl"]
    assert list(world.portal.office.clients.mail_problems(world.handler)) == []


def test_a_mail_that_bounced(world: World, jan: Actor, dossier: DossierId) -> None:
    """OF-4, AL-6: a bounce of a mail to the office is listed, with all that was merged into it."""
    send(world, jan, dossier)
    send(world, jan, dossier)
    told(world)
    (key, *_others) = [each for each in world.mail.by_key if each.startswith("office_notice")]
    assert world.portal.office.clients.bounced(world.handler, changed((KEY, key)))
    problems = world.portal.office.clients.mail_problems(world.handler)
    assert [each.state for each in problems] == [TaskState.BOUNCED] * 2
    assert len({each.email for each in problems}) == 1
