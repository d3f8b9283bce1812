"""Webhooks that are kept in memory and never sent, for tests and experiments."""

from klantportaal.domain.webhook_deliveries import WebhookProblem
from klantportaal.forking import Lock
from klantportaal.ports.webhooks import WebhookPost, WebhookUnanswered


class MemoryWebhookSender:
    """Keeps what is posted in memory instead of sending it. Each endpoint answers 204, unless it is told otherwise."""

    def __init__(self) -> None:
        self._posts: list[WebhookPost] = []
        self._answers: dict[str, int | WebhookProblem] = {}
        self._lock = Lock()

    @property
    def posts(self) -> list[WebhookPost]:
        """What was posted, oldest first, also what was not taken."""
        with self._lock:
            return list(self._posts)

    def answer(self, url: str, answer: int | WebhookProblem) -> None:
        """Set the status that an endpoint answers from now on, or why no answer comes."""
        self._answers[url] = answer

    def send(self, post: WebhookPost) -> int:
        """Keep a post, and answer."""
        with self._lock:
            self._posts.append(post)
        answer = self._answers.get(post.url, 204)
        if isinstance(answer, WebhookProblem):
            raise WebhookUnanswered(answer)
        return answer
