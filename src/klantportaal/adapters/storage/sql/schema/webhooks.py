"""Tables of the endpoints of webhooks, and of the deliveries to them."""

from sqlalchemy import Integer, LargeBinary, Table, Text

from klantportaal.adapters.storage.sql.schema.columns import (
    FILLED,
    at_least,
    identifier,
    index,
    key,
    may,
    metadata,
    must,
    of_office,
    together,
)
from klantportaal.adapters.storage.sql.types import MOMENT, AsJson, Choice
from klantportaal.domain.public_events import EventType
from klantportaal.domain.webhook_deliveries import WebhookDeliveryState, WebhookProblem
from klantportaal.domain.webhooks import WebhookFailure, WebhookState

webhooks = Table(
    "webhooks",
    metadata,
    identifier("office_id"),
    identifier(),
    must("url", Text(), FILLED),
    must("types", AsJson(tuple[EventType, ...])),
    must("state", Choice(WebhookState)),
    may("failure", Choice(WebhookFailure)),
    must("made_at", MOMENT),
    must("switched_at", MOMENT),
    must("secret", LargeBinary(), "length({}) > 0"),
    may("former_secret", LargeBinary(), "length({}) > 0"),
    may("former_until", MOMENT),
    key("id"),
    of_office(),
    together("former", "former_secret", "former_until"),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    identifier("office_id"),
    identifier(),
    identifier("webhook_id"),
    identifier("event_id"),
    must("event_type", Choice(EventType)),
    must("made_at", MOMENT),
    must("state", Choice(WebhookDeliveryState)),
    may("due_at", MOMENT),
    must("attempts", Integer(), at_least(0)),
    may("attempted_at", MOMENT),
    may("ended_at", MOMENT),
    may("status", Integer(), at_least(100)),
    may("problem", Choice(WebhookProblem)),
    key("id"),
    of_office(),
    together("attempt", "attempted_at", "ended_at"),
    index("webhook_deliveries_webhook", "office_id", "webhook_id", "id"),
    index("webhook_deliveries_arrived", "office_id", "webhook_id", "attempted_at", where="state = 'delivered'"),
    index("webhook_deliveries_made", "made_at"),
)
"""They refer neither to their endpoint, which may be removed before them, nor to their event, which is written last."""
