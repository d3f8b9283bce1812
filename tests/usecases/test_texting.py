"""Sending codes by SMS: when they are made, how many, and how fast (TS-2)."""

import threading
from datetime import datetime, timedelta
from uuid import UUID

import attrs
import pytest

from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.sms.memory import MemorySmsSender
from klantportaal.adapters.sms.texts import JinjaSmsWriter
from klantportaal.domain.outgoing import Lane, Task, TaskKind
from klantportaal.domain.profile import Notifications, Profile
from klantportaal.domain.sessions import Actor
from klantportaal.domain.texting import E164, SmsSettings
from klantportaal.domain.values import ClientId, Language, PersonId, TaskId
from klantportaal.ports.mail import Mail
from klantportaal.ports.sms import Sms
from klantportaal.ports.storage import UnitOfWork
from klantportaal.usecases.background.dispatcher import Dispatcher
from klantportaal.usecases.background.outbox import OutboxWork
from klantportaal.usecases.background.sms import Awaited, CodeSms
from tests.usecases.world import World

NUMBER = E164("+31612345678")
PATIENCE = 10.0


class CountingMinting:
    """Makes the codes 000001, 000002 and so on, for the person in a task."""

    def __init__(self) -> None:
        self.minted = 0
        self.numbers: dict[PersonId, E164] = {}
        """The numbers of persons that do not use ``NUMBER``."""
        self.gone = False
        """If true, nobody waits for a code any more."""

    def awaited(self, uow: UnitOfWork, task: Task, *, at: datetime) -> Awaited | None:
        """Find the person that waits for the code."""
        person = uow.persons.get(task.office_id, PersonId(UUID(task.payload["person"])))
        number, client_id = self.numbers.get(person.id, NUMBER), ClientId(UUID(task.payload["client"]))
        life = timedelta(minutes=5)
        return None if self.gone else Awaited(person=person, client_id=client_id, number=number, life=life)

    def mint(self, uow: UnitOfWork, task: Task, *, at: datetime) -> str:
        """Make the next code."""
        self.minted += 1
        return f"{self.minted:06}"


class Texts:
    """The sending of SMSs for a portal on memory."""

    def __init__(self, world: World, settings: SmsSettings | None = None) -> None:
        self.world = world
        self.gateway = MemorySmsSender()
        self.minting = CountingMinting()
        dispatching = world.portal.background.dispatcher._dispatching
        self.dispatching: OutboxWork = attrs.evolve(
            dispatching,
            code_sms=CodeSms(
                storage=world.storage,
                clock=world.clock,
                sender=self.gateway,
                writer=JinjaSmsWriter(),
                sms_codes=self.minting,
                recorder=dispatching._recorder,
                settings=settings or SmsSettings(),
            ),
        )

    def ask(self, actor: Actor) -> None:
        """Ask for a code."""
        now = self.world.clock.now()
        id = TaskId(self.world.ids.new())
        task = Task(
            id=id,
            office_id=actor.office_id,
            kind=TaskKind.SMS_CODE,
            key=f"sms-{id}",
            person_id=None,
            account_id=None,
            payload={"person": str(actor.person_id), "client": str(actor.client_id)},
            made_at=now,
            due_at=now,
        )
        with self.world.storage.begin() as uow:
            uow.outbox.add(task)
            uow.commit()

    def deliver(self) -> list[Sms]:
        """Send what is due, and return the SMSs that were sent."""
        before = len(self.gateway.sent)
        self.dispatching.run_once()
        return self.gateway.sent[before:]

    def audit(self) -> list[str]:
        """List the audit entries about SMSs."""
        return [what for what in self.world.audit() if what in ("SmsWithheld", "NumberRefused")]


@pytest.fixture
def texts(world: World) -> Texts:
    """The sending of SMSs for the portal."""
    return Texts(world)


def test_a_code_goes_out(texts: Texts, jan: Actor) -> None:
    """TS-2: a code is sent once, in the account's language, with the office's name and its lifetime."""
    texts.world.portal.client.profile.save(jan, Profile(language=Language.ENGLISH, notifications=Notifications()))
    texts.ask(jan)
    (sms,) = texts.deliver()
    assert sms.to == NUMBER
    assert sms.text == (
        "Notariskantoor Van der Meer: your code is 000001. It is valid for 5 minutes. "
        "Do not give the code to anyone, not even us.\n@portaal.vandermeer.example.nl #000001"
    )
    texts.world.later(minutes=3)
    assert texts.deliver() == []


def test_nobody_waits_any_more(texts: Texts, jan: Actor) -> None:
    """TS-2: if nobody waits for a code any more, none is made, counted or sent."""
    texts.ask(jan)
    texts.minting.gone = True
    assert texts.deliver() == []
    texts.minting.gone = False
    texts.world.later(minutes=1)
    assert texts.deliver() == []
    assert texts.minting.minted == 0
    assert texts.audit() == []


def test_three_in_a_quarter_of_an_hour(texts: Texts, jan: Actor) -> None:
    """TS-2: a fourth code within 15 minutes is neither made nor sent; after 15 minutes there is room again."""
    for _each in range(4):
        texts.ask(jan)
    assert len(texts.deliver()) == 3
    assert (texts.minting.minted, texts.audit()) == (3, ["SmsWithheld"])
    texts.world.later(minutes=14, seconds=59)
    texts.ask(jan)
    assert texts.deliver() == []
    texts.world.later(seconds=1)
    texts.ask(jan)
    assert len(texts.deliver()) == 1


def test_a_number_and_an_account_have_a_budget_each(texts: Texts, jan: Actor, piet: Actor) -> None:
    """TS-2: the limit applies to the number and to the account separately, so changing one gives no extra SMSs."""
    for number in ("+31612345671", "+31612345672", "+31612345673", "+31612345674"):
        texts.minting.numbers[jan.person_id] = E164(number)
        texts.ask(jan)
        texts.deliver()
    assert [sms.to[-1] for sms in texts.gateway.sent] == ["1", "2", "3"]
    texts.minting.numbers[piet.person_id] = E164("+31612345671")
    for _each in range(3):
        texts.ask(piet)
    assert len(texts.deliver()) == 2


def test_an_office_has_a_day_s_budget(world: World, jan: Actor, piet: Actor) -> None:
    """TS-2: the number of SMSs per day is limited for the whole office."""
    texts = Texts(world, SmsSettings(daily=2))
    texts.minting.numbers[piet.person_id] = E164("+31687654321")
    for actor in (jan, piet, piet, jan):
        texts.ask(actor)
    assert len(texts.deliver()) == 2
    world.later(hours=23, minutes=59)
    texts.ask(jan)
    assert texts.deliver() == []
    world.later(minutes=1)
    texts.ask(jan)
    assert len(texts.deliver()) == 1


def test_no_account_uses_up_what_its_office_has(world: World, jan: Actor, piet: Actor) -> None:
    """TS-2: one account gets at most thirty SMSs a day, so other accounts still get theirs."""
    texts, sent = Texts(world, SmsSettings(daily=40)), 0
    texts.minting.numbers[piet.person_id] = E164("+31687654321")
    for _ in range(20):
        for _each in range(3):
            texts.ask(jan)
        sent += len(texts.deliver())
        world.later(minutes=15)
    texts.ask(piet)
    assert (sent, len(texts.deliver())) == (30, 1)


def test_a_gateway_that_was_down(texts: Texts, jan: Actor) -> None:
    """TS-2: a failed SMS is retried with a new code each time, and counts once for the limit."""
    texts.gateway.down = True
    texts.ask(jan)
    for seconds in (15, 30):
        assert texts.deliver() == []
        texts.world.later(seconds=seconds)
    texts.gateway.down = False
    (sms,) = texts.deliver()
    assert "000003" in sms.text
    for _each in range(3):
        texts.ask(jan)
    assert len(texts.deliver()) == 2


def test_a_code_too_late_is_dropped(texts: Texts, jan: Actor) -> None:
    """TS-2: a code that cannot be sent within five minutes is dropped from the outbox."""
    texts.gateway.down = True
    texts.ask(jan)
    for _each in range(30):
        texts.deliver()
        texts.world.later(seconds=10)
    assert 4 <= texts.minting.minted <= 6
    texts.gateway.down = False
    for _each in range(2):
        texts.world.later(days=1)
        assert texts.deliver() == []
    assert texts.dispatching.run_once() == 0


def test_a_code_just_in_time(texts: Texts, jan: Actor) -> None:
    """TS-2: a code is sent if less than five minutes have passed, and not later."""
    texts.ask(jan)
    texts.world.later(minutes=4, seconds=59)
    assert len(texts.deliver()) == 1
    texts.ask(jan)
    texts.world.later(minutes=5)
    assert texts.deliver() == []


def test_a_number_that_is_refused(texts: Texts, jan: Actor) -> None:
    """TS-1: an SMS to a refused number is not retried, and is recorded, but is no mail problem."""
    texts.gateway.refuse(NUMBER)
    texts.ask(jan)
    assert texts.deliver() == []
    assert texts.audit() == ["NumberRefused"]
    texts.world.later(minutes=1)
    assert texts.dispatching.run_once() == 0
    assert list(texts.world.portal.office.clients.mail_problems(texts.world.handler)) == []


def test_an_sms_says_nothing_of_mail(texts: Texts, jan: Actor) -> None:
    """AL-2: sending an SMS does not end a mail problem of the account."""
    texts.world.mail.refuse("jan@example.nl")
    texts.world.portal.client.onboarding.ask_link(texts.world.visitor, "jan@example.nl")
    texts.world.deliver()
    texts.world.later(minutes=1)
    texts.ask(jan)
    assert len(texts.deliver()) == 1
    assert len(texts.world.portal.office.clients.mail_problems(texts.world.handler)) == 1


def test_codes_go_ahead_of_mail(texts: Texts, jan: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """TS-2: a waiting code is always sent before a waiting mail."""
    order: list[str] = []
    mailing, texting = texts.world.mail.send, texts.gateway.send

    def mail(mail: Mail, *, key: str) -> None:
        order.append("mail")
        if order.count("mail") == 1:
            texts.ask(jan)
        mailing(mail, key=key)

    def text(sms: Sms, *, key: str) -> None:
        order.append("sms")
        texting(sms, key=key)

    monkeypatch.setattr(texts.world.mail, "send", mail)
    monkeypatch.setattr(texts.gateway, "send", text)
    for name in ("anna", "bert", "cees"):
        texts.world.invite(f"{name}@example.nl")
    texts.world.later(minutes=1)
    texts.ask(jan)
    texts.dispatching.run_once()
    assert order == ["sms", "mail", "sms", "mail", "mail"]


def test_a_slow_mail_server_holds_up_no_code(texts: Texts, jan: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """TS-2: a slow mail server does not delay codes."""
    hanging, released, sent = threading.Event(), threading.Event(), threading.Event()
    texting = texts.gateway.send

    def hang(_mail: Mail, *, key: str) -> None:
        hanging.set()
        released.wait(PATIENCE)

    def text(sms: Sms, *, key: str) -> None:
        texting(sms, key=key)
        sent.set()

    monkeypatch.setattr(MemorySender, "send", lambda _self, mail, *, key: hang(mail, key=key))
    monkeypatch.setattr(texts.gateway, "send", text)
    texts.world.invite("anna@example.nl")
    dispatcher = Dispatcher(
        texts.dispatching,
        texts.world.portal.background.sealer,
        texts.world.portal.background.sweeper._refusals,
        texts.world.portal.background.reminders,
        every=0.01,
        urgently=0.01,
    )
    dispatcher.start()
    try:
        assert hanging.wait(PATIENCE)
        texts.ask(jan)
        assert sent.wait(PATIENCE)
        assert not released.is_set()
    finally:
        released.set()
        dispatcher.stop()


def test_lanes(texts: Texts) -> None:
    """TS-2: a portal without SMS does not poll for codes."""
    assert list(World(sms=False).portal.background.dispatcher._dispatching.lanes) == [
        Lane.AWAITED,
        Lane.NOTIFICATION,
        Lane.PDF,
        Lane.WEBHOOK,
    ]
    assert list(texts.dispatching.lanes) == [Lane.SMS, Lane.AWAITED, Lane.NOTIFICATION, Lane.PDF, Lane.WEBHOOK]


def test_whoever_sends_has_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """TS-1: a portal with an SMS gateway and no writer of SMS texts does not start."""
    monkeypatch.setattr("tests.usecases.world.JinjaSmsWriter", lambda: None)
    with pytest.raises(ValueError, match="sms_writer"):
        World()
    assert World(sms=False).portal.client.two_step._sms_offered is False


def test_no_code_is_kept(texts: Texts, jan: Actor) -> None:
    """SI-5: neither the outbox nor the trail contains a code."""
    texts.ask(jan)
    texts.gateway.down = True
    texts.deliver()
    now = texts.world.clock.now() + timedelta(minutes=1)
    with texts.world.storage.begin() as uow:
        (task,) = uow.outbox.lease(Lane.SMS, at=now, until=now, limit=9)
        entries = uow.audit.entries(texts.world.handler)
    assert texts.minting.minted == 1
    assert "000001" not in f"{task} {entries}"
