"""Endpoints of webhooks, and the deliveries to them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.repositories.base import Repository
from klantportaal.adapters.storage.sql.rows import WEBHOOK_DELIVERIES, WEBHOOKS
from klantportaal.adapters.storage.sql.running import Runner
from klantportaal.adapters.storage.sql.statements import adding, forgetting, its, matching, written
from klantportaal.domain.public_events import EventType
from klantportaal.domain.values import OfficeId, WebhookDeliveryId, WebhookId
from klantportaal.domain.webhook_deliveries import WebhookDelivery, WebhookDeliveryState
from klantportaal.domain.webhooks import Webhook, WebhookState

_webhooks = schema.webhooks
_ITS = ("office_id", "id")
_ADD = adding(_webhooks)
_HOLD = select(*WEBHOOKS.columns).where(matching(_webhooks, *_ITS)).with_for_update()
_CHANGES = ("url", "types", "state", "failure", "switched_at", "secret", "former_secret", "former_until")
_SAVE = update(_webhooks).where(its(_webhooks, *_ITS)).values({name: bindparam(name) for name in _CHANGES})
_REMOVE = delete(_webhooks).where(matching(_webhooks, *_ITS))
# On PostgreSQL a second count waits for this lock. SQLite has one writer at a time.
_ONE_AT_A_TIME = (
    select(schema.offices.c.id).where(schema.offices.c.id == bindparam("office_id")).with_for_update(key_share=True)
)
_COUNT = select(func.count()).where(matching(_webhooks, "office_id"))
_ON = (
    select(_webhooks.c.id, _webhooks.c.types)
    .where(matching(_webhooks, "office_id"), _webhooks.c.state == WebhookState.ON)
    .order_by(_webhooks.c.id)
)

_deliveries = schema.webhook_deliveries
_ADD_DELIVERY = adding(_deliveries)
_HOLD_DELIVERY = select(*WEBHOOK_DELIVERIES.columns).where(matching(_deliveries, *_ITS)).with_for_update()
_OUTCOME = ("state", "due_at", "attempts", "attempted_at", "ended_at", "status", "problem")
_SAVE_DELIVERY = update(_deliveries).where(its(_deliveries, *_ITS)).values({name: bindparam(name) for name in _OUTCOME})
_ARRIVED = (
    select(_deliveries.c.id)
    .where(
        matching(_deliveries, "office_id", "webhook_id"),
        _deliveries.c.state == written(WebhookDeliveryState.DELIVERED),
        _deliveries.c.attempted_at >= bindparam("since"),
    )
    .limit(1)
)
_FORGET = forgetting(_deliveries, _deliveries.c.made_at < bindparam("before"), first=_deliveries.c.made_at)


class SqlWebhooks(Repository):
    """Endpoints. Those of an office that are on are read once in a unit of work, as each event asks for them."""

    def __init__(self, runner: Runner) -> None:
        super().__init__(runner)
        self._on: dict[OfficeId, Sequence[tuple[WebhookId, tuple[EventType, ...]]]] = {}

    def add(self, webhook: Webhook) -> None:
        """Insert an endpoint."""
        self._on.clear()
        self._run(_ADD, WEBHOOKS.record(webhook))

    def hold(self, office_id: OfficeId, webhook_id: WebhookId) -> Webhook:
        """Return an endpoint, and lock it.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        return WEBHOOKS.value(self._one(_HOLD, {"office_id": office_id, "id": webhook_id}, "webhook"))

    def save(self, webhook: Webhook) -> None:
        """Store a change."""
        self._on.clear()
        record = WEBHOOKS.record(webhook)
        changes = {name: record[name] for name in _CHANGES}
        self._run(_SAVE, {"its_office_id": webhook.office_id, "its_id": webhook.id, **changes})

    def remove(self, webhook: Webhook) -> None:
        """Delete an endpoint."""
        self._on.clear()
        self._run(_REMOVE, {"office_id": webhook.office_id, "id": webhook.id})

    def count(self, office_id: OfficeId) -> int:
        """Count the endpoints of an office, and lock the office."""
        self._first(_ONE_AT_A_TIME, {"office_id": office_id})
        number: int = self._one(_COUNT, {"office_id": office_id}, "office")[0]
        return number

    def listening(self, office_id: OfficeId, what: EventType) -> Sequence[WebhookId]:
        """Return the endpoints that are told of a type."""
        if office_id not in self._on:
            self._on[office_id] = [(id, types) for id, types in self._all(_ON, {"office_id": office_id})]
        return [id for id, types in self._on[office_id] if what in types]


class SqlWebhookDeliveries(Repository):
    """Deliveries."""

    def add(self, deliveries: Sequence[WebhookDelivery]) -> None:
        """Insert deliveries."""
        if deliveries:
            self._count_each(_ADD_DELIVERY, [WEBHOOK_DELIVERIES.record(each) for each in deliveries])

    def hold(self, office_id: OfficeId, delivery_id: WebhookDeliveryId) -> WebhookDelivery:
        """Return a delivery, and lock it.

        Raises:
            Absent: there is none, or the caller may not see it.
        """
        row = self._one(_HOLD_DELIVERY, {"office_id": office_id, "id": delivery_id}, "delivery")
        return WEBHOOK_DELIVERIES.value(row)

    def save(self, delivery: WebhookDelivery) -> None:
        """Store what came of an attempt."""
        record = WEBHOOK_DELIVERIES.record(delivery)
        outcome = {name: record[name] for name in _OUTCOME}
        self._run(_SAVE_DELIVERY, {"its_office_id": delivery.office_id, "its_id": delivery.id, **outcome})

    def any_arrived(self, office_id: OfficeId, webhook_id: WebhookId, *, since: datetime) -> bool:
        """Tell whether an attempt succeeded that began at a moment or later."""
        return self._first(_ARRIVED, {"office_id": office_id, "webhook_id": webhook_id, "since": since}) is not None

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete old deliveries of all offices."""
        return self._count(_FORGET, {"before": before, "limit": limit})
