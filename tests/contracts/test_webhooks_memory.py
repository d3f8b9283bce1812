"""The contract of senders of webhooks, for the one in memory."""

from collections.abc import Mapping, Sequence

import attrs
import pytest

from klantportaal.adapters.webhooks.memory import MemoryWebhookSender
from klantportaal.domain.webhook_deliveries import WebhookProblem
from klantportaal.testing.contracts.promises import Without
from klantportaal.testing.contracts.webhooks import WebhookSenderContract

URL = "https://example.nl/hook?key=geheim-van-de-ontvanger"


@attrs.frozen
class InMemory:
    """An endpoint for which a sender in memory answers."""

    sender: MemoryWebhookSender
    url: str = URL

    def answer(self, status: int) -> None:
        """Answer with a status from now on."""
        self.sender.answer(self.url, status)

    def received(self) -> Sequence[tuple[Mapping[str, str], bytes]]:
        """Give the id of each event that was posted, as a header."""
        return [({"webhook-id": str(post.event.id)}, b"") for post in self.sender.posts if post.url == self.url]


class TestMemoryWebhookSender(WebhookSenderContract):
    """The contract for the sender in memory."""

    @pytest.fixture
    def sender(self) -> MemoryWebhookSender:
        """Return a sender."""
        return MemoryWebhookSender()

    @pytest.fixture
    def guarded(self) -> Without:
        """It has no network to be kept from."""
        return Without("it connects to nothing")

    @pytest.fixture
    def endpoint(self, sender: MemoryWebhookSender) -> InMemory:
        """Return an endpoint in memory."""
        return InMemory(sender)

    @pytest.fixture
    def signed(self) -> Without:
        """It keeps the event and the secrets as they are."""
        return Without("nothing leaves the process, so nothing is signed")

    @pytest.fixture
    def unreachable(self, sender: MemoryWebhookSender) -> str:
        """Return an address that nobody can reach."""
        sender.answer(f"{URL}-weg", WebhookProblem.UNREACHABLE)
        return f"{URL}-weg"

    @pytest.fixture
    def silent(self, sender: MemoryWebhookSender) -> str:
        """Return an address that does not answer in time."""
        sender.answer(f"{URL}-stil", WebhookProblem.TIMED_OUT)
        return f"{URL}-stil"
