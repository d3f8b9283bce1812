"""Webhooks: endpoints of an office, what they are told, and what comes of it (WH-1 to WH-3)."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import uuid4

import attrs
import pytest

from klantportaal.domain.errors import Absent, FaultCode, Refused
from klantportaal.domain.messages import MessageText
from klantportaal.domain.offices import OfficeNotices
from klantportaal.domain.outgoing import Lane
from klantportaal.domain.public_events import EventType
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import DossierId, Language, WebhookDeliveryId, WebhookId
from klantportaal.domain.webhook_deliveries import WebhookDelivery, WebhookDeliveryState, WebhookProblem
from klantportaal.domain.webhooks import NewWebhook, WebhookFailure, WebhookSettings, WebhookState
from klantportaal.ports.webhooks import WebhookPost, WebhookSender
from klantportaal.settings import Settings
from klantportaal.testing.fakes import PlainVault
from tests.usecases.world import World

URL = "https://example.nl/hook?token=geheim"
NEW = NewWebhook(url=URL, types=(EventType.MESSAGE_SENT, EventType.WEBHOOK_DISABLED))
TEXT = MessageText(subject="Vertrouwelijk", body="Vertrouwelijk")
DAY = timedelta(days=1)
LEASE = timedelta(minutes=2)


def send(world: World, actor: Actor, dossier: DossierId) -> None:
    """Let a client send a message."""
    calls = world.portal.client.messages
    calls.send(actor, dossier, calls.new_draft(), TEXT)


def run(world: World) -> Sequence[WebhookPost]:
    """Do what is due of the webhooks, and give what was posted."""
    before = len(world.webhooks.posts)
    world.portal.background.dispatcher._dispatching.run_once(Lane.WEBHOOK)
    return world.webhooks.posts[before:]


def log(world: World, webhook: WebhookId) -> list[WebhookDelivery]:
    """Give the deliveries to an endpoint, oldest first."""
    return list(reversed(world.portal.office.webhooks.deliveries(world.handler, webhook, size=1000)))


def state(world: World) -> tuple[WebhookState, WebhookFailure | None]:
    """Give the state of the oldest endpoint."""
    row = world.portal.office.webhooks.list(world.handler)[-1]
    return row.state, row.failure


@pytest.fixture
def webhook(world: World) -> WebhookId:
    """An endpoint."""
    return world.portal.office.webhooks.make(world.handler, NEW).webhook_id


@pytest.fixture
def dossier(world: World, jan: Actor) -> DossierId:
    """A dossier of a client."""
    return world.dossier(jan)


def until_given_up(world: World) -> int:
    """Let time pass until nothing waits any more. Return the number of attempts."""
    attempts = len(run(world))
    for _each in range(200):
        world.clock.advance(timedelta(hours=1))
        attempts += len(run(world))
    return attempts


def test_a_delivery(world: World, jan: Actor, webhook: WebhookId, dossier: DossierId) -> None:
    """WH-2: an event is posted after its commit, signed, and the log has what came of it."""
    send(world, jan, dossier)
    [post] = run(world)
    events = world.portal.office.events.list(world.handler, size=1000).events
    sent = next(each for each in events if each.type is EventType.MESSAGE_SENT)
    assert (post.url, post.event, post.at) == (URL, sent, world.clock.now())
    assert run(world) == []
    [delivery] = log(world, webhook)
    assert delivery == WebhookDelivery(
        id=delivery.id,
        office_id=world.office,
        webhook_id=webhook,
        event_id=sent.id,
        event_type=EventType.MESSAGE_SENT,
        made_at=sent.at,
        state=WebhookDeliveryState.DELIVERED,
        due_at=None,
        attempts=1,
        attempted_at=world.clock.now(),
        ended_at=world.clock.now(),
        status=204,
    )
    assert "Vertrouwelijk" not in repr(post)
    lane = next(each for each in world.portal.health().outbox.lanes if each.lane is Lane.WEBHOOK)
    assert (lane.succeeded_at, lane.failing) == (world.clock.now(), 0)


def test_secrets(world: World, jan: Actor, dossier: DossierId) -> None:
    """WH-1: a secret is shown once. After a rotation both sign for a day, and then the new one alone."""
    calls = world.portal.office.webhooks
    made = calls.make(world.handler, NEW)
    assert (made.secret[:6], made.former_until) == ("whsec_", None)
    send(world, jan, dossier)
    assert [each.secrets for each in run(world)] == [(made.secret,)]
    rotated = calls.rotate_secret(world.handler, made.webhook_id)
    assert rotated.former_until == world.clock.now() + DAY
    send(world, jan, dossier)
    assert [each.secrets for each in run(world)] == [(rotated.secret, made.secret)]
    world.clock.advance(DAY)
    send(world, jan, dossier)
    assert [each.secrets for each in run(world)] == [(rotated.secret,)]
    at_once = calls.rotate_secret(world.handler, made.webhook_id, keep=timedelta(0))
    assert (calls.list(world.handler)[0].former_until, at_once.former_until) == (None, None)
    shown = f"{calls.list(world.handler)} {rotated} {world.webhooks.posts} {log(world, made.webhook_id)}"
    assert not any(each in shown for each in (made.secret, rotated.secret, at_once.secret))


def test_another_key(world: World, jan: Actor, dossier: DossierId, webhook: WebhookId) -> None:
    """WH-1: once something is sent, both secrets are encrypted under the newest key, and are the same."""
    world.portal.office.webhooks.rotate_secret(world.handler, webhook)
    send(world, jan, dossier)
    world.webhooks.answer(URL, 500)
    [before] = run(world)
    newer, older = PlainVault("newer", ""), PlainVault("")
    world.clock.advance(timedelta(seconds=10))
    sender = world.portal.background.dispatcher._dispatching._webhooks
    assert sender is not None
    object.__setattr__(sender, "_vault", newer)
    [again] = run(world)
    assert again.secrets == before.secrets
    with world.storage.begin() as uow:
        held = uow.webhooks.hold(world.office, webhook)
    assert held.former_secret is not None
    assert not any(map(newer.is_outdated, (held.secret, held.former_secret)))
    assert all(map(older.is_outdated, (held.secret, held.former_secret)))


def test_other_types(world: World, jan: Actor, dossier: DossierId, webhook: WebhookId) -> None:
    """WH-1: an endpoint is told of its types only; a change counts from then on, and moves what waits."""
    calls = world.portal.office.webhooks
    world.publish(dossier, jan)
    assert run(world) == []
    send(world, jan, dossier)
    elsewhere = NewWebhook(url="https://example.nl/other", types=(EventType.WAITING_CHANGED,))
    calls.change(world.handler, webhook, elsewhere)
    assert [(each.url, each.event.type) for each in run(world)] == [(elsewhere.url, EventType.MESSAGE_SENT)]
    send(world, jan, dossier)
    assert run(world) == []
    for row in world.portal.office.messages.inbox(world.handler):
        world.portal.office.messages.handle(world.handler, row.message.id)
    assert [each.event.type for each in run(world)] == [EventType.WAITING_CHANGED]


def test_retries(world: World, jan: Actor, dossier: DossierId, webhook: WebhookId) -> None:
    """WH-3: what an endpoint does not take is posted again with the same id, until it takes it."""
    world.webhooks.answer(URL, 500)
    send(world, jan, dossier)
    [first] = run(world)
    assert run(world) == []
    world.clock.advance(timedelta(seconds=5))
    [second] = run(world)
    [waiting] = log(world, webhook)
    assert (waiting.state, waiting.attempts) == (WebhookDeliveryState.WAITING, 2)
    assert (waiting.status, waiting.problem) == (500, WebhookProblem.STATUS)
    assert waiting.due_at == world.clock.now() + timedelta(seconds=20)
    world.webhooks.answer(URL, 200)
    world.clock.advance(timedelta(seconds=20))
    [third] = run(world)
    assert first.event == second.event == third.event
    [delivered] = log(world, webhook)
    assert (delivered.state, delivered.attempts, delivered.problem) == (WebhookDeliveryState.DELIVERED, 3, None)
    lane = next(each for each in world.portal.health().outbox.lanes if each.lane is Lane.WEBHOOK)
    assert (lane.failing, lane.problem) == (0, None)


def test_given_up(
    world: World, jan: Actor, dossier: DossierId, webhook: WebhookId, caplog: pytest.LogCaptureFixture
) -> None:
    """WH-3: an endpoint that takes nothing for three days is disabled. The office is told by mail, event and log."""
    other = world.portal.office.webhooks.make(world.handler, attrs.evolve(NEW, url="https://example.org/")).webhook_id
    world.webhooks.answer(URL, WebhookProblem.TIMED_OUT)
    send(world, jan, dossier)
    world.deliver()
    with caplog.at_level(logging.WARNING, logger="klantportaal"):
        assert 10 < until_given_up(world) < 20
    assert state(world) == (WebhookState.DISABLED, WebhookFailure.FAILING)
    [delivery] = log(world, webhook)
    assert (delivery.state, delivery.due_at) == (WebhookDeliveryState.FAILED, None)
    assert delivery.attempted_at is not None
    assert timedelta(days=3) <= delivery.attempted_at - delivery.made_at < timedelta(days=3, hours=2)
    [told] = [each.event for each in world.webhooks.posts if each.event.type is EventType.WEBHOOK_DISABLED]
    assert (told.data, told.dossier_id) == ({"webhook_id": str(webhook), "failure": "failing"}, None)
    assert [each.state for each in log(world, other)] == [WebhookDeliveryState.DELIVERED] * 2
    names = [vars(each).get("event") for each in caplog.records]
    assert names.count("webhook_disabled") == 1
    assert names.count("webhook_not_taken") == 4
    assert "geheim" not in caplog.text
    mail = next(each for each in world.deliver() if "webhook" in each.subject.lower())
    assert mail.to == "info@vandermeer.example.nl"
    assert "example.nl" in mail.text
    assert "geheim" not in mail.text
    assert "WebhookDisabled" in world.audit()


def test_gone(world: World, jan: Actor, dossier: DossierId, webhook: WebhookId) -> None:
    """WH-3: 410 disables an endpoint at once, and drops what waits. The mail goes to the addresses for notices."""
    notices = OfficeNotices(
        page="https://kantoor.example.nl", addresses=("post@example.nl", "it@example.nl"), language=Language.ENGLISH
    )
    world.portal.office.profile.set_notices(world.handler, notices)
    world.webhooks.answer(URL, 410)
    send(world, jan, dossier)
    send(world, jan, dossier)
    world.deliver()
    assert state(world) == (WebhookState.DISABLED, WebhookFailure.GONE)
    assert [each.state for each in log(world, webhook)] == [WebhookDeliveryState.FAILED, WebhookDeliveryState.DROPPED]
    mails = [each for each in (*world.mail.sent, *world.deliver()) if "webhook" in each.subject.lower()]
    assert sorted(each.to for each in mails) == ["it@example.nl", "post@example.nl"]
    assert "410" in mails[0].text
    assert "https://kantoor.example.nl" in mails[0].text


def test_a_mail_that_is_late(world: World, jan: Actor, dossier: DossierId, webhook: WebhookId) -> None:
    """WH-3: if the endpoint is on again, or removed, before the mail is made, there is none."""
    world.webhooks.answer(URL, 410)
    calls = world.portal.office.webhooks
    for undo in (partial(calls.switch, world.handler, webhook, on=True), partial(calls.remove, world.handler, webhook)):
        send(world, jan, dossier)
        run(world)
        undo()
        assert not [each for each in world.deliver() if "webhook" in each.subject.lower()]


def test_one_that_is_refused(world: World, jan: Actor, dossier: DossierId, webhook: WebhookId) -> None:
    """WH-3: an endpoint that refuses one event, and takes others, stays on."""
    world.webhooks.answer(URL, 422)
    send(world, jan, dossier)
    run(world)
    world.webhooks.answer(URL, 204)
    send(world, jan, dossier)
    run(world)
    world.webhooks.answer(URL, 422)
    until_given_up(world)
    assert state(world) == (WebhookState.ON, None)
    assert [each.state for each in log(world, webhook)] == [WebhookDeliveryState.FAILED, WebhookDeliveryState.DELIVERED]


def test_one_that_hangs(world: World, jan: Actor, dossier: DossierId, webhook: WebhookId) -> None:
    """WH-3: while an endpoint does not answer, one delivery at a time is tried. The others lose no attempt by that."""
    world.webhooks.answer(URL, WebhookProblem.TIMED_OUT)
    for _each in range(5):
        send(world, jan, dossier)
    assert len(run(world)) == 1
    world.clock.advance(timedelta(seconds=14))
    assert run(world) == []
    world.clock.advance(timedelta(seconds=1))
    assert len(run(world)) == 1
    assert sorted(each.attempts for each in log(world, webhook)) == [0, 0, 0, 1, 1]
    world.webhooks.answer(URL, 204)
    world.clock.advance(timedelta(seconds=30))
    assert len(run(world)) == 5
    assert {each.state for each in log(world, webhook)} == {WebhookDeliveryState.DELIVERED}


def test_off(world: World, jan: Actor, dossier: DossierId, webhook: WebhookId) -> None:
    """WH-1: what waits when an endpoint is switched off is dropped. What happens meanwhile can be told afterwards."""
    calls = world.portal.office.webhooks
    send(world, jan, dossier)
    start = world.clock.now()
    calls.switch(world.handler, webhook, on=False)
    assert run(world) == []
    [dropped] = log(world, webhook)
    assert (dropped.state, dropped.attempts) == (WebhookDeliveryState.DROPPED, 0)
    world.clock.advance(timedelta(seconds=1))
    send(world, jan, dossier)
    assert run(world) == []
    for refused in (
        lambda: calls.resend(world.handler, dropped.id),
        lambda: calls.resend_since(world.handler, webhook, start),
        lambda: calls.switch(world.handler, webhook, on=False),
    ):
        with pytest.raises(Refused) as error:
            refused()
        assert [each.code for each in error.value.faults] == [FaultCode.WRONG_STATE]
    calls.switch(world.handler, webhook, on=True)
    assert calls.resend_since(world.handler, webhook, world.clock.now()) == 1
    assert calls.resend_since(world.handler, webhook, start) == 2
    posts = run(world)
    assert [each.event.dossier_number for each in posts] == [3, 1, 3]
    assert calls.resend_since(world.handler, webhook, world.clock.now() + DAY) == 0


def test_resending_one(world: World, jan: Actor, dossier: DossierId, webhook: WebhookId) -> None:
    """WH-2: a delivery that arrived is sent again as another delivery of the same event."""
    send(world, jan, dossier)
    [first] = run(world)
    [delivery] = log(world, webhook)
    world.portal.office.webhooks.resend(world.handler, delivery.id)
    [again] = run(world)
    assert again.event == first.event
    assert len({each.id for each in log(world, webhook)}) == 2
    world.portal.office.webhooks.remove(world.handler, webhook)
    with pytest.raises(Absent):
        world.portal.office.webhooks.resend(world.handler, delivery.id)


def test_resending_many(
    world: World, jan: Actor, dossier: DossierId, webhook: WebhookId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WH-2: more events than fit in one transaction are all told again, each once, and none that comes meanwhile."""
    monkeypatch.setattr("klantportaal.usecases.office.webhooks.BATCH", 3)
    start = world.clock.now()
    for _each in range(7):
        send(world, jan, dossier)
    run(world)
    assert world.portal.office.webhooks.resend_since(world.handler, webhook, start) == 7
    assert len({each.event.id for each in run(world)}) == 7


def test_removed(world: World, jan: Actor, dossier: DossierId, webhook: WebhookId) -> None:
    """WH-1: once an endpoint is removed, nothing is sent to it any more."""
    send(world, jan, dossier)
    world.portal.office.webhooks.remove(world.handler, webhook)
    assert run(world) == []
    assert world.portal.office.webhooks.list(world.handler) == []
    with pytest.raises(Absent):
        log(world, webhook)


def test_removed_meanwhile(world: World, jan: Actor, dossier: DossierId, webhook: WebhookId) -> None:
    """WH-3: an endpoint that is removed while it answers 410 is not disabled, and nobody is told."""

    class Removing:
        """An endpoint whose office removes it meanwhile."""

        def send(self, _post: WebhookPost) -> int:
            """Answer 410."""
            world.portal.office.webhooks.remove(world.handler, webhook)
            return 410

    sending(world, Removing())
    send(world, jan, dossier)
    run(world)
    assert not [each for each in world.deliver() if "webhook" in each.subject.lower()]


def sending(world: World, sender: WebhookSender) -> None:
    """Use another sender."""
    work = world.portal.background.dispatcher._dispatching._webhooks
    assert work is not None
    object.__setattr__(work, "_sender", sender)


class Stopped(BaseException):
    """The process was killed."""


class Killed:
    """A sender whose process is killed after the post arrived."""

    def __init__(self, sender: WebhookSender) -> None:
        self._sender = sender

    def send(self, post: WebhookPost) -> int:
        """Post, and stop."""
        self._sender.send(post)
        raise Stopped


def test_killed_in_the_middle(world: World, jan: Actor, dossier: DossierId, webhook: WebhookId) -> None:
    """WH-2, AL-2: a process that stops while it sends has lost nothing: after the lease it is sent again."""
    send(world, jan, dossier)
    sending(world, Killed(world.webhooks))
    with pytest.raises(Stopped):
        run(world)
    sending(world, world.webhooks)
    assert run(world) == []
    world.clock.advance(LEASE)
    [again] = run(world)
    assert [each.event for each in world.webhooks.posts] == [again.event] * 2
    assert [each.attempts for each in log(world, webhook)] == [1]


def test_killed_before_the_task_is_done(
    world: World, jan: Actor, dossier: DossierId, webhook: WebhookId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WH-2: if the outcome is stored and the task is not marked as done, the attempt is not made again."""
    send(world, jan, dossier)
    work = world.portal.background.dispatcher._dispatching

    def stop(*_arguments: object) -> None:
        raise Stopped

    with monkeypatch.context() as patched:
        patched.setattr(type(work), "_keep", stop)
        with pytest.raises(Stopped):
            run(world)
    world.clock.advance(LEASE)
    assert run(world) == []
    assert [each.state for each in log(world, webhook)] == [WebhookDeliveryState.DELIVERED]


def test_deleted_before_it_is_sent(world: World, jan: Actor, dossier: DossierId, webhook: WebhookId) -> None:
    """WH-2: a delivery or an event that was deleted meanwhile is not sent, and the lane goes on."""
    send(world, jan, dossier)
    send(world, jan, dossier)
    with world.storage.begin() as uow:
        assert uow.webhook_deliveries.forget(before=world.clock.now() + DAY, limit=1) == 1
        uow.events.forget(before=world.clock.now() + DAY, limit=100)
        uow.commit()
    assert run(world) == []
    assert [each.state for each in log(world, webhook)] == [WebhookDeliveryState.DROPPED]


def test_swept(world: World, jan: Actor, dossier: DossierId, webhook: WebhookId) -> None:
    """WH-2, AL-3: deliveries are kept for 30 days."""
    send(world, jan, dossier)
    run(world)
    world.clock.advance(30 * DAY)
    world.portal.background.sweeper.run_once()
    assert len(log(world, webhook)) == 1
    world.clock.advance(timedelta(seconds=1))
    world.portal.background.sweeper.run_once()
    assert log(world, webhook) == []


def test_too_many() -> None:
    """WH-1: an office has a number of endpoints at most."""
    world = World(settings=Settings(webhooks=WebhookSettings(most=2)))
    for _each in range(2):
        world.portal.office.webhooks.make(world.handler, NEW)
    with pytest.raises(Refused) as error:
        world.portal.office.webhooks.make(world.handler, NEW)
    assert [each.code for each in error.value.faults] == [FaultCode.TOO_MANY]
    assert world.portal.office.webhooks.make(world.other_office(), NEW).secret


def test_no_sender(world: World, jan: Actor, dossier: DossierId) -> None:
    """WH-1: a portal without a sender makes no endpoints, and has no lane for them."""
    bare = World(webhooks=False)
    with pytest.raises(Refused) as error:
        bare.portal.office.webhooks.make(bare.handler, NEW)
    assert [each.code for each in error.value.faults] == [FaultCode.WEBHOOKS_NOT_OFFERED]
    lanes = [each.portal.background.dispatcher._dispatching.lanes for each in (bare, world)]
    assert [Lane.WEBHOOK in each for each in lanes] == [False, True]


def test_other_office(world: World, jan: Actor, dossier: DossierId, webhook: WebhookId) -> None:
    """OF-2, WH-1: for another office an endpoint and its deliveries do not exist."""
    send(world, jan, dossier)
    run(world)
    [delivery] = log(world, webhook)
    calls, other = world.portal.office.webhooks, world.other_office()
    assert list(calls.list(other)) == []
    for attempt in (
        lambda: calls.deliveries(other, webhook),
        lambda: calls.change(other, webhook, NEW),
        lambda: calls.rotate_secret(other, webhook),
        lambda: calls.switch(other, webhook, on=False),
        lambda: calls.remove(other, webhook),
        lambda: calls.resend(other, delivery.id),
        lambda: calls.resend_since(other, webhook, world.clock.now()),
        lambda: calls.resend(world.handler, WebhookDeliveryId(uuid4())),
    ):
        with pytest.raises(Absent):
            attempt()
