"""Endpoints of webhooks, and the deliveries to them."""

from datetime import datetime, timedelta
from uuid import uuid4

import attrs
import pytest

from klantportaal.domain.errors import Absent
from klantportaal.domain.keys import KeyUse
from klantportaal.domain.public_events import EventType
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import EventId, KeyId, WebhookDeliveryId, WebhookId
from klantportaal.domain.webhook_deliveries import WebhookDelivery, WebhookDeliveryState, WebhookProblem
from klantportaal.domain.webhooks import Webhook, WebhookFailure, WebhookState
from klantportaal.ports.reading import WebhookRow
from klantportaal.ports.storage import Storage
from klantportaal.testing.builders import Scene
from klantportaal.testing.contracts.storage.base import HOUR, START, Cast, StorageTests, all_at_once, committing

SENT, READ = EventType.MESSAGE_SENT, EventType.DOCUMENT_LOOKED_AT


def endpoint(scene: Scene, desk: OfficeActor, *types: EventType) -> Webhook:
    """Make an endpoint of an office."""
    return Webhook(
        id=WebhookId(scene.ids.new()),
        office_id=desk.office_id,
        url="https://example.nl/hook?é='\"",
        types=types or (SENT,),
        made_at=START,
        switched_at=START,
        secret=b"\x01" * 8 + b"secret",
    )


def delivery(scene: Scene, to: Webhook, *, at: datetime = START) -> WebhookDelivery:
    """Make a delivery to an endpoint."""
    return WebhookDelivery(
        id=WebhookDeliveryId(scene.ids.new()),
        office_id=to.office_id,
        webhook_id=to.id,
        event_id=EventId(uuid4()),
        event_type=SENT,
        made_at=at,
        due_at=at,
    )


def arrived(waiting: WebhookDelivery, at: datetime) -> WebhookDelivery:
    """Let a delivery arrive."""
    arrival = {"attempts": 2, "attempted_at": at, "ended_at": at + HOUR, "status": 204}
    return attrs.evolve(waiting, state=WebhookDeliveryState.DELIVERED, due_at=None, **arrival)  # type: ignore[arg-type]


class WebhooksContract(StorageTests):
    """Tests of endpoints, and of the deliveries to them."""

    def test_an_endpoint_comes_back_whole(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """WH-1: an endpoint comes back unchanged, within its office. A list has no secrets, and is newest first."""
        first, second = endpoint(scene, cast.desk, SENT, READ), endpoint(scene, cast.desk)
        with committing(storage) as uow:
            uow.webhooks.add(first)
            uow.webhooks.add(second)
            uow.webhooks.add(endpoint(scene, cast.foreign_desk))
        changed = attrs.evolve(
            first,
            url="https://example.nl/other",
            types=(READ,),
            state=WebhookState.DISABLED,
            failure=WebhookFailure.FAILING,
            switched_at=START + HOUR,
            secret=b"newer",
            former_secret=first.secret,
            former_until=START + 2 * HOUR,
        )
        with committing(storage) as uow:
            assert uow.webhooks.hold(cast.office.id, first.id) == first
            with pytest.raises(Absent):
                uow.webhooks.hold(cast.foreign_desk.office_id, first.id)
            with pytest.raises(Absent):
                uow.webhooks.hold(cast.office.id, WebhookId(uuid4()))
            assert uow.webhooks.count(cast.office.id) == 2
            uow.webhooks.save(changed)
            assert uow.webhooks.hold(cast.office.id, first.id) == changed
        row = WebhookRow(
            id=first.id,
            url=changed.url,
            types=(READ,),
            state=WebhookState.DISABLED,
            failure=WebhookFailure.FAILING,
            made_at=START,
            switched_at=START + HOUR,
            former_until=START + 2 * HOUR,
        )
        assert [each.id for each in storage.read.office_webhooks(cast.desk)] == [second.id, first.id]
        assert list(storage.read.office_webhooks(cast.desk))[1] == row
        assert len(storage.read.office_webhooks(cast.foreign_desk)) == 1
        with committing(storage) as uow:
            uow.webhooks.remove(second)
        assert list(storage.read.office_webhooks(cast.desk)) == [row]

    def test_who_listens(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """WH-2: endpoints that are on are told of their types, also of what changed in the same unit of work."""
        both, one, foreign = endpoint(scene, cast.desk, SENT, READ), endpoint(scene, cast.desk), cast.foreign_desk
        with committing(storage) as uow:
            assert list(uow.webhooks.listening(cast.office.id, SENT)) == []
            for each in (one, both, endpoint(scene, foreign, READ)):
                uow.webhooks.add(each)
            assert list(uow.webhooks.listening(cast.office.id, SENT)) == [both.id, one.id]
            assert list(uow.webhooks.listening(cast.office.id, READ)) == [both.id]
            assert len(uow.webhooks.listening(foreign.office_id, READ)) == 1
            assert list(uow.webhooks.listening(cast.office.id, EventType.MAIL_BOUNCED)) == []
        with committing(storage) as uow:
            assert list(uow.webhooks.listening(cast.office.id, SENT)) == [both.id, one.id]
            uow.webhooks.save(attrs.evolve(both, state=WebhookState.OFF))
            assert list(uow.webhooks.listening(cast.office.id, SENT)) == [one.id]
            uow.webhooks.remove(one)
            assert list(uow.webhooks.listening(cast.office.id, SENT)) == []

    def test_a_limit_holds(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """WH-1: of several that count and add at once, each sees those that were added before."""

        def add(_number: int) -> int:
            with committing(storage) as uow:
                counted = uow.webhooks.count(cast.office.id)
                uow.webhooks.add(endpoint(scene, cast.desk))
            return counted

        assert sorted(all_at_once(add, threads=4)) == [0, 1, 2, 3]

    def test_a_delivery_comes_back_whole(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """WH-2: a delivery comes back unchanged, within its office; the log of its endpoint is newest first."""
        webhook, other = endpoint(scene, cast.desk), endpoint(scene, cast.desk)
        sent = [delivery(scene, webhook) for _each in range(3)]
        with committing(storage) as uow:
            uow.webhooks.add(webhook)
            uow.webhooks.add(other)
            uow.webhook_deliveries.add(sent)
            uow.webhook_deliveries.add([delivery(scene, other)])
            uow.webhook_deliveries.add([])
        failed = attrs.evolve(
            sent[1],
            due_at=START + HOUR,
            attempts=1,
            attempted_at=START,
            ended_at=START + timedelta(seconds=3),
            problem=WebhookProblem.TIMED_OUT,
        )
        with committing(storage) as uow:
            assert uow.webhook_deliveries.hold(cast.office.id, sent[0].id) == sent[0]
            with pytest.raises(Absent):
                uow.webhook_deliveries.hold(cast.foreign_desk.office_id, sent[0].id)
            uow.webhook_deliveries.save(failed)
            uow.webhook_deliveries.save(arrived(sent[2], START))
        log = storage.read.office_webhook_deliveries
        assert list(log(cast.desk, webhook.id)) == [arrived(sent[2], START), failed, sent[0]]
        assert list(log(cast.desk, webhook.id, after=sent[2].id, size=1)) == [failed]
        assert list(log(cast.foreign_desk, webhook.id)) == []
        with committing(storage) as uow:
            uow.webhooks.remove(webhook)
        assert list(log(cast.desk, webhook.id)) == []

    def test_what_arrived_since(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """WH-3: an endpoint works if something arrived, counted from the beginning of the attempt."""
        webhook, other = endpoint(scene, cast.desk), endpoint(scene, cast.desk)
        sent, elsewhere = delivery(scene, webhook), delivery(scene, other)
        failed = {"attempts": 1, "attempted_at": START + HOUR, "ended_at": START + HOUR, "status": 500}
        with committing(storage) as uow:
            uow.webhook_deliveries.add([sent, elsewhere])
            uow.webhook_deliveries.save(arrived(elsewhere, START + HOUR))
            uow.webhook_deliveries.save(
                attrs.evolve(sent, state=WebhookDeliveryState.FAILED, due_at=None, **failed)  # type: ignore[arg-type]
            )
            assert not uow.webhook_deliveries.any_arrived(cast.office.id, webhook.id, since=START)
            uow.webhook_deliveries.save(arrived(sent, START + HOUR))
            for since, any_arrived in ((START, True), (START + HOUR, True), (START + 2 * HOUR, False)):
                told = uow.webhook_deliveries.any_arrived(cast.office.id, webhook.id, since=since)
                assert told is any_arrived
            foreign = cast.foreign_desk.office_id
            assert not uow.webhook_deliveries.any_arrived(foreign, webhook.id, since=START)

    def test_forgetting_deliveries(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """WH-2, AL-3: old deliveries are deleted, some at a time, whether their endpoint is there or not."""
        webhook = endpoint(scene, cast.desk)
        sent = [delivery(scene, webhook, at=START + hours * HOUR) for hours in range(4)]
        with committing(storage) as uow:
            uow.webhooks.add(webhook)
            uow.webhook_deliveries.add(sent)
            uow.webhook_deliveries.add([delivery(scene, attrs.evolve(webhook, id=WebhookId(uuid4())))])
        with committing(storage) as uow:
            assert uow.webhook_deliveries.forget(before=START + 2 * HOUR, limit=2) == 2
            assert uow.webhook_deliveries.forget(before=START + 2 * HOUR, limit=9) == 1
        assert list(storage.read.office_webhook_deliveries(cast.desk, webhook.id)) == [sent[3], sent[2]]

    def test_secrets_under_a_key(self, storage: Storage, scene: Scene, cast: Cast) -> None:
        """WH-1: the secrets of endpoints count among what was encrypted under a key, the former ones too."""
        webhook = endpoint(scene, cast.desk)
        former = {"former_secret": b"\x02" * 8 + b"former", "former_until": START}
        with committing(storage) as uow:
            uow.webhooks.add(webhook)
            uow.webhooks.add(attrs.evolve(endpoint(scene, cast.desk), **former))  # type: ignore[arg-type]
        kept = [storage.read.kept_under(KeyUse.VAULT, KeyId(f"0{each}" * 8)) for each in (1, 2, 3)]
        assert kept == [2, 1, 0]
