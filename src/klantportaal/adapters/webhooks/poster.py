"""Sends webhooks over HTTP/1.1, by the Standard Webhooks scheme. It needs the extra ``webhooks``.

Whoever makes an endpoint chooses where this process connects to. So a name is looked up once, its addresses are judged,
and the connection goes to one that may receive webhooks (WH-4). TLS checks the certificate for the name. Of the answer,
the body is not read.
"""

import http.client
import importlib.util
import ssl
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Self
from urllib.parse import SplitResult, urlsplit

from klantportaal.adapters.connecting import Addresses, LookUp, connected_to, look_up_name, resolved
from klantportaal.adapters.hurried_http import AnswerTooLong, HurriedConnection, HurriedSocket
from klantportaal.adapters.webhooks.cloud_events import MEDIA_TYPE, cloud_event
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.webhook_deliveries import WebhookProblem
from klantportaal.domain.webhooks import WebhookSettings, may_receive
from klantportaal.extras import extra
from klantportaal.ports.webhooks import WebhookPost, WebhookUnanswered

_PORTS = {"http": 80, "https": 443}


class WebhookPoster:
    """Posts events, each over a connection of its own.

    Args:
        settings: the time limit, and the networks that are let through: ``Settings.webhooks``.
        context: how certificates are checked. Default: against the certificate authorities of the system.
        look_up: looks up the addresses of a host, for a port. Default: as the system does.

    Raises:
        ModuleNotFoundError: the package of the extra ``webhooks`` is not installed.
    """

    @checked_call
    def __init__(
        self, settings: WebhookSettings, *, context: ssl.SSLContext | None = None, look_up: LookUp = look_up_name
    ) -> None:
        with extra("webhooks", "sending webhooks"):
            from standardwebhooks.webhooks import Webhook
        self._signer = Webhook
        self._settings = settings
        self._context = context or ssl.create_default_context()
        self._look_up = look_up

    @classmethod
    def if_installed(cls, settings: WebhookSettings) -> Self | None:
        """Give the adapter, if the package of the extra ``webhooks`` is installed. None otherwise."""
        return cls(settings) if importlib.util.find_spec("standardwebhooks") else None

    def send(self, post: WebhookPost) -> int:
        """Post an event, and give the status of the answer."""
        url, body = urlsplit(post.url), cloud_event(post.event)
        until = monotonic() + self._settings.timeout.total_seconds()

        def left() -> float:
            if (seconds := until - monotonic()) <= 0:
                raise TimeoutError
            return seconds

        addresses = self._addresses(url, left())
        server = HurriedConnection(url.netloc, lambda: self._connected(url, addresses, left))
        try:
            server.request("POST", _target(url), body.encode(), self._headers(url, post, body))
            with server.getresponse() as answer:
                return answer.status
        except TimeoutError:
            raise WebhookUnanswered(WebhookProblem.TIMED_OUT) from None
        except ssl.SSLError:
            raise WebhookUnanswered(WebhookProblem.TLS) from None
        except OSError:
            raise WebhookUnanswered(WebhookProblem.UNREACHABLE) from None
        except (http.client.HTTPException, AnswerTooLong):
            raise WebhookUnanswered(WebhookProblem.NOT_HTTP) from None
        finally:
            server.close()

    def _addresses(self, url: SplitResult, seconds: float) -> Addresses:
        """Look up the host of a URL, and give those of its addresses that may receive webhooks.

        Raises:
            WebhookUnanswered: there are none.
        """
        try:
            found = resolved(url.hostname or "", url.port or _PORTS[url.scheme], seconds, self._look_up)
        except TimeoutError:
            raise WebhookUnanswered(WebhookProblem.TIMED_OUT) from None
        except OSError:
            raise WebhookUnanswered(WebhookProblem.UNKNOWN_HOST) from None
        is_plain = url.scheme == "http"
        judged = [each for each in found if may_receive(each[4][0], self._settings, is_plain=is_plain)]
        if not judged:
            raise WebhookUnanswered(WebhookProblem.NOT_PUBLIC)
        return judged

    def _connected(self, url: SplitResult, addresses: Addresses, left: Callable[[], float]) -> HurriedSocket:
        """Connect to an address that was judged. No name is looked up again."""
        connection = connected_to(addresses, left)
        if url.scheme == "http":
            return HurriedSocket(connection, left)
        try:
            return HurriedSocket(self._context.wrap_socket(connection, server_hostname=url.hostname), left)
        except BaseException:
            connection.close()
            raise

    def _headers(self, url: SplitResult, post: WebhookPost, body: str) -> Mapping[str, str]:
        id = str(post.event.id)
        return {
            "Host": url.netloc,
            "Content-Type": f"{MEDIA_TYPE}; charset=utf-8",
            "User-Agent": "klantportaal",
            "Connection": "close",
            "webhook-id": id,
            "webhook-timestamp": str(int(post.at.timestamp())),
            "webhook-signature": " ".join(self._signer(each).sign(id, post.at, body) for each in post.secrets),
        }


def _target(url: SplitResult) -> str:
    """Give the path and the query of a URL."""
    return f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
