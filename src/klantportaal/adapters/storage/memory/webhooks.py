"""The repositories of webhooks and of their deliveries, and their reads (WH-1, WH-2)."""

from collections.abc import Callable, Sequence
from datetime import datetime

import attrs

from klantportaal.adapters.storage.memory.tables import Tables, drop, owned
from klantportaal.domain.public_events import EventType
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import OfficeId, WebhookDeliveryId, WebhookId
from klantportaal.domain.webhook_deliveries import WebhookDelivery, WebhookDeliveryState
from klantportaal.domain.webhooks import Webhook, WebhookState
from klantportaal.ports.reading import PAGE, WebhookRow


@attrs.frozen
class Webhooks:
    """The endpoints of webhooks."""

    _tables: Tables

    def add(self, webhook: Webhook) -> None:
        """Insert an endpoint."""
        self._tables.webhooks[webhook.id] = webhook

    def hold(self, office_id: OfficeId, webhook_id: WebhookId) -> Webhook:
        """Return an endpoint. One unit of work runs at a time, so it needs no lock."""
        return owned(self._tables.webhooks, office_id, webhook_id, "webhook")

    def save(self, webhook: Webhook) -> None:
        """Store a change."""
        self._tables.webhooks[webhook.id] = webhook

    def remove(self, webhook: Webhook) -> None:
        """Delete an endpoint."""
        del self._tables.webhooks[webhook.id]

    def count(self, office_id: OfficeId) -> int:
        """Count the endpoints of an office."""
        return sum(each.office_id == office_id for each in self._tables.webhooks.values())

    def listening(self, office_id: OfficeId, what: EventType) -> Sequence[WebhookId]:
        """Return the endpoints that are told of a type."""
        return sorted(
            each.id
            for each in self._tables.webhooks.values()
            if each.office_id == office_id and each.state is WebhookState.ON and what in each.types
        )


@attrs.frozen
class WebhookDeliveries:
    """The deliveries to endpoints."""

    _tables: Tables

    def add(self, deliveries: Sequence[WebhookDelivery]) -> None:
        """Insert deliveries."""
        self._tables.webhook_deliveries.update({each.id: each for each in deliveries})

    def hold(self, office_id: OfficeId, delivery_id: WebhookDeliveryId) -> WebhookDelivery:
        """Return a delivery."""
        return owned(self._tables.webhook_deliveries, office_id, delivery_id, "delivery")

    def save(self, delivery: WebhookDelivery) -> None:
        """Store a change."""
        self._tables.webhook_deliveries[delivery.id] = delivery

    def any_arrived(self, office_id: OfficeId, webhook_id: WebhookId, *, since: datetime) -> bool:
        """Tell whether an attempt succeeded that began at a moment or later."""
        return any(
            each.state is WebhookDeliveryState.DELIVERED
            and (each.office_id, each.webhook_id) == (office_id, webhook_id)
            and each.attempted_at is not None
            and each.attempted_at >= since
            for each in self._tables.webhook_deliveries.values()
        )

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete old deliveries of all offices."""
        return drop(self._tables.webhook_deliveries, limit, lambda _id, each: each.made_at < before)


@attrs.frozen(slots=False)  # MemoryReading inherits from several such classes.
class WebhookReading:
    """Reads endpoints and their deliveries."""

    _committed: Callable[[], Tables]

    def office_webhooks(self, actor: OfficeActor) -> Sequence[WebhookRow]:
        """Return the endpoints of the office, newest first."""
        ours = [each for each in self._committed().webhooks.values() if each.office_id == actor.office_id]
        names = [field.name for field in attrs.fields(WebhookRow)]
        rows = [WebhookRow(**{name: getattr(each, name) for name in names}) for each in ours]
        return sorted(rows, key=lambda each: each.id, reverse=True)

    def office_webhook_deliveries(
        self, actor: OfficeActor, webhook_id: WebhookId, *, after: WebhookDeliveryId | None = None, size: int = PAGE
    ) -> Sequence[WebhookDelivery]:
        """Return the deliveries to an endpoint, newest first."""
        tables = self._committed()
        if (webhook := tables.webhooks.get(webhook_id)) is None or webhook.office_id != actor.office_id:
            return []
        sent = [each for each in tables.webhook_deliveries.values() if each.webhook_id == webhook_id]
        sent.sort(key=lambda each: each.id, reverse=True)
        return [each for each in sent if after is None or each.id < after][:size]
