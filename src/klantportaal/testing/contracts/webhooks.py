"""Tests the promises of ``klantportaal.ports.webhooks`` for senders of webhooks. It needs the extra ``webhooks``.

Inherit ``WebhookSenderContract`` and provide these fixtures. The contract runs the server on this machine::

    class TestOurSender(WebhookSenderContract):
        @pytest.fixture
        def sender(self) -> OurSender:
            return OurSender(WebhookSettings(networks=("127.0.0.0/8",)))

        @pytest.fixture
        def guarded(self) -> OurSender:
            return OurSender(WebhookSettings())

A sender that connects to nothing, such as one in memory, replaces ``endpoint``, ``unreachable`` and ``silent`` too, and
returns ``Without("the reason")`` for ``guarded`` and ``signed``.
"""

import json
import logging
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

import attrs
import pytest

from klantportaal.domain.webhook_deliveries import WebhookProblem
from klantportaal.domain.webhooks import secret_of
from klantportaal.extras import extra
from klantportaal.ports.webhooks import WebhookPost, WebhookSender, WebhookUnanswered
from klantportaal.testing.contracts.promises import Contract, Without, given_up, promised
from klantportaal.testing.webhooks import event

with extra("webhooks", "the contract of webhooks"):
    from standardwebhooks.webhooks import Webhook

SECRET, FORMER = secret_of("A" * 43), secret_of("B" * 42 + "A")
_INSIDE_URL = "geheim-van-de-ontvanger"
"""What receivers put into their addresses to know who posts."""


class Endpoint(Protocol):
    """What webhooks are sent to. It answers 204, unless it is told otherwise."""

    @property
    def url(self) -> str:
        """The address."""
        ...

    def answer(self, status: int) -> None:
        """Answer with a status from now on."""
        ...

    def received(self) -> Sequence[tuple[Mapping[str, str], bytes]]:
        """Give the headers and the body of each request, oldest first."""
        ...


@attrs.define
class _Server:
    """A server on this machine."""

    url: str = ""
    _status: int = 204
    _received: list[tuple[Mapping[str, str], bytes]] = attrs.field(factory=list)

    def answer(self, status: int) -> None:
        """Answer with a status from now on."""
        self._status = status

    def take(self, headers: Mapping[str, str], body: bytes) -> int:
        """Keep a request, and give the status of the answer."""
        self._received.append((headers, body))
        return self._status

    def received(self) -> Sequence[tuple[Mapping[str, str], bytes]]:
        """Give the headers and the body of each request."""
        return self._received


class WebhookSenderContract(Contract):
    """The promises of a sender of webhooks, as tests."""

    @pytest.fixture
    def endpoint(self) -> Iterator[Endpoint]:
        """Run an endpoint."""
        found = _Server()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                self.send_response(found.take(dict(self.headers), self.rfile.read(length)))
                self.send_header("location", f"{found.url}/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                """Write nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        found.url = f"http://127.0.0.1:{server.server_port}/hook?key={_INSIDE_URL}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    @pytest.fixture
    def signed(self, endpoint: Endpoint) -> Endpoint | Without:
        """Return the endpoint that gets what was signed. By default it is ``endpoint``."""
        return endpoint

    @pytest.fixture
    def unreachable(self) -> str:
        """Return an address where no server listens."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
        return f"http://127.0.0.1:{port}/hook?key={_INSIDE_URL}"

    @pytest.fixture
    def silent(self) -> Iterator[str]:
        """Return the address of a server that does not answer."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/hook"

    def test_an_event_arrives_signed(self, sender: WebhookSender, signed: Endpoint) -> None:
        """WH-2: an event arrives once, as a CloudEvent under its id, and each secret verifies it."""
        told = event()
        assert sender.send(_post(signed.url)) == 204
        [(headers, body)] = signed.received()
        for secret in (SECRET, FORMER):
            assert Webhook(secret).verify(body, dict(headers))["id"] == str(told.id)
        written = json.loads(body)
        assert (written["specversion"], written["type"]) == ("1.0", f"klantportaal.{told.type}")
        assert written["data"] == {
            "number": told.number,
            "dossier_id": str(told.dossier_id),
            "dossier_number": told.dossier_number,
            **told.data,
        }

    @pytest.mark.parametrize("status", [200, 307, 400, 410, 503])
    def test_the_status_is_given(self, sender: WebhookSender, endpoint: Endpoint, status: int) -> None:
        """WH-4: the status is given as it is, and a redirect is not followed."""
        endpoint.answer(status)
        assert sender.send(_post(endpoint.url)) == status
        assert len(endpoint.received()) == 1

    def test_nothing_is_sent_inside(self, guarded: WebhookSender, endpoint: Endpoint) -> None:
        """WH-4: without a network in the settings, nothing is sent to a private address."""
        promise = "WH-4: nothing is sent to an address that the settings do not let through"
        for url in (endpoint.url, endpoint.url.replace("127.0.0.1", "localhost")):
            with promised(promise, WebhookUnanswered) as caught:
                guarded.send(_post(url))
            assert [each.problem for each in caught if isinstance(each, WebhookUnanswered)] == [
                WebhookProblem.NOT_PUBLIC
            ]
        assert list(endpoint.received()) == [], promise

    def test_a_server_that_is_away(self, sender: WebhookSender, unreachable: str) -> None:
        """WH-3: what no server took is told, so that it is sent again."""
        with promised("WH-3: an event that no server took is never reported as sent", WebhookUnanswered):
            sender.send(_post(unreachable))

    def test_a_silent_server_is_given_up(self, sender: WebhookSender, silent: str) -> None:
        """WH-4: a server that does not answer is given up within the time of the settings."""
        promise = "WH-4: `send` gives up in its own time limit"
        with promised(promise, WebhookUnanswered):
            given_up(promise, lambda: sender.send(_post(silent)), patience=self.patience)

    def test_the_address_is_not_told(
        self, sender: WebhookSender, endpoint: Endpoint, unreachable: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """WH-4: no log of any level and no error has the address or a secret: receivers put secrets into addresses."""
        caplog.set_level(logging.DEBUG)
        sender.send(_post(endpoint.url))
        with pytest.raises(WebhookUnanswered) as error:
            sender.send(_post(unreachable))
        told = f"{caplog.text} {error.value!r} {error.value.__cause__!r}"
        assert [each for each in (_INSIDE_URL, SECRET, FORMER) if each in told] == []


def _post(url: str) -> WebhookPost:
    return WebhookPost(url=url, secrets=(SECRET, FORMER), event=event(), at=datetime.now(UTC))
