"""The port that sends webhooks."""

from datetime import datetime
from typing import Protocol

import attrs

from klantportaal.domain.boundary import checked
from klantportaal.domain.public_events import PublicEvent
from klantportaal.domain.webhook_deliveries import WebhookProblem


class WebhookUnanswered(Exception):
    """No answer came. The message has nothing of the address or the answer."""

    def __init__(self, problem: WebhookProblem) -> None:
        """Keep why."""
        super().__init__(problem.value)
        self.problem = problem


@attrs.frozen(kw_only=True, field_transformer=checked)
class WebhookPost:
    """What is sent once to one endpoint."""

    url: str = attrs.field(repr=False)
    """It may have a secret of the receiver in it. Never log it."""
    secrets: tuple[str, ...] = attrs.field(repr=False)
    """As the Standard Webhooks scheme writes them, the newest first. Each of them signs."""
    event: PublicEvent
    at: datetime
    """The time of the attempt."""


class WebhookSender(Protocol):
    """Sends webhooks."""

    def send(self, post: WebhookPost) -> int:
        """Post an event as CloudEvents 1.0 JSON, signed as the Standard Webhooks scheme says, and give the status.

        ``webhook-id`` is the id of the event, so that the receiver knows a repetition. Redirects are not followed, and
        the body of the answer is dropped. Nothing is sent to an address that the settings do not let through (WH-4):
        the name is looked up once, and the connection goes to what was found. All of it takes no longer than the
        settings allow. Neither the URL nor the answer may appear in a log or in an error message.

        Raises:
            WebhookUnanswered: no answer came, or nothing was sent.
        """
        ...
