"""Adding deliveries to endpoints of webhooks, with the task of the first attempt of each (WH-2)."""

from collections.abc import Sequence
from datetime import datetime

import attrs

from klantportaal.domain.public_events import EventType
from klantportaal.domain.values import EventId, OfficeId, TaskId, WebhookDeliveryId, WebhookId
from klantportaal.domain.webhook_deliveries import WebhookDelivery, attempt_task
from klantportaal.ports.secrets import Ids
from klantportaal.ports.storage import UnitOfWork


@attrs.frozen(kw_only=True)
class Told:
    """An event that an endpoint is told of."""

    webhook_id: WebhookId
    event_id: EventId
    event_type: EventType


def add(uow: UnitOfWork, ids: Ids, office_id: OfficeId, told: Sequence[Told], *, at: datetime) -> None:
    """Add a delivery for each of some events. They are sent once the unit of work is committed."""
    deliveries = [
        WebhookDelivery(
            id=WebhookDeliveryId(ids.new()),
            office_id=office_id,
            webhook_id=each.webhook_id,
            event_id=each.event_id,
            event_type=each.event_type,
            made_at=at,
            due_at=at,
        )
        for each in told
    ]
    uow.webhook_deliveries.add(deliveries)
    for each in deliveries:
        uow.outbox.add(attempt_task(each, id=TaskId(ids.new())))
