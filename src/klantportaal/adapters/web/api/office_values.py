"""Answers of the office API that are not just what a call gives: secrets that are shown once, which JSON leaves out."""

from datetime import datetime

import attrs

from klantportaal.domain.values import WebhookId
from klantportaal.domain.webhooks import WebhookSecret


@attrs.frozen(kw_only=True)
class GivenSecret:
    """The secret of an endpoint. It is shown this once."""

    webhook_id: WebhookId
    secret: str
    """As the Standard Webhooks scheme writes it: ``whsec_`` and base 64."""
    former_until: datetime | None
    """Until when deliveries are signed with the former secret too. None if there is none."""


def given_secret(made: WebhookSecret) -> GivenSecret:
    """Show a secret that was just made."""
    return GivenSecret(webhook_id=made.webhook_id, secret=made.secret, former_until=made.former_until)
