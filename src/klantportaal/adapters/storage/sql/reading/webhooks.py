"""The endpoints of webhooks, and the deliveries to them."""

from collections.abc import Sequence

import attrs
from sqlalchemy import bindparam, exists, select

from klantportaal.adapters.storage.sql import schema
from klantportaal.adapters.storage.sql.reading.base import Reader, after_id
from klantportaal.adapters.storage.sql.rows import WEBHOOK_DELIVERIES
from klantportaal.adapters.storage.sql.statements import matching
from klantportaal.domain.sessions import OfficeActor
from klantportaal.domain.values import WebhookDeliveryId, WebhookId
from klantportaal.domain.webhook_deliveries import WebhookDelivery
from klantportaal.ports.reading import PAGE, WebhookRow

_webhooks, _deliveries = schema.webhooks, schema.webhook_deliveries
_NAMES = tuple(field.name for field in attrs.fields(WebhookRow))
_WEBHOOKS = (
    select(*(_webhooks.c[name] for name in _NAMES))
    .where(matching(_webhooks, "office_id"))
    .order_by(_webhooks.c.id.desc())
)
_ITS_WEBHOOK = (_webhooks.c.office_id == _deliveries.c.office_id) & (_webhooks.c.id == _deliveries.c.webhook_id)
_DELIVERIES = (
    select(*WEBHOOK_DELIVERIES.columns)
    .where(
        matching(_deliveries, "office_id", "webhook_id"),
        _deliveries.c.id < bindparam("after"),
        exists(select(_webhooks.c.id).where(_ITS_WEBHOOK)),
    )
    .order_by(_deliveries.c.id.desc())
    .limit(bindparam("size"))
)


class WebhookReading(Reader):
    """Reads endpoints and their deliveries."""

    def office_webhooks(self, actor: OfficeActor) -> Sequence[WebhookRow]:
        """Return the endpoints of the office, newest first."""
        rows = self._all(_WEBHOOKS, {"office_id": actor.office_id})
        return [WebhookRow(**dict(zip(_NAMES, row, strict=True))) for row in rows]

    def office_webhook_deliveries(
        self, actor: OfficeActor, webhook_id: WebhookId, *, after: WebhookDeliveryId | None = None, size: int = PAGE
    ) -> Sequence[WebhookDelivery]:
        """Return the deliveries to an endpoint, newest first."""
        page = {"office_id": actor.office_id, "webhook_id": webhook_id, "after": after_id(after), "size": size}
        return [WEBHOOK_DELIVERIES.value(row) for row in self._all(_DELIVERIES, page)]
