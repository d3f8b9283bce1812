"""Sending webhooks to real servers, among them those that hang, lie, lead elsewhere or do not stop (WH-2, WH-4)."""

import json
import logging
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
import trustme
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from klantportaal.adapters.connecting import Addresses, look_up_name
from klantportaal.adapters.webhooks.poster import WebhookPoster
from klantportaal.domain.public_events import EventType, PublicEvent
from klantportaal.domain.values import DossierId, EventId, OfficeId
from klantportaal.domain.webhook_deliveries import WebhookProblem
from klantportaal.domain.webhooks import WebhookSettings, secret_of
from klantportaal.ports.webhooks import WebhookPost, WebhookUnanswered
from klantportaal.testing.contracts.webhooks import WebhookSenderContract
from tests.support.receivers import Receiver, running, saying

HOST = "hooks.example.nl"
SECRET, FORMER = secret_of("A" * 43), secret_of("B" * 42 + "A")
EVENT = PublicEvent(
    id=EventId(UUID(int=1)),
    office_id=OfficeId(UUID(int=2)),
    number=7,
    type=EventType.MESSAGE_SENT,
    at=datetime(2026, 11, 30, 12, 0, 0, 250000, tzinfo=UTC),
    dossier_id=DossierId(UUID(int=3)),
    dossier_number=4,
    data={"message_id": str(UUID(int=5)), "client_id": str(UUID(int=6)), "account_id": str(UUID(int=8))},
)
INSIDE = WebhookSettings(networks=("127.0.0.0/8", "::1/128"), timeout=timedelta(seconds=2))


def post(url: str, **changes: Any) -> WebhookPost:
    """Make what is sent."""
    return WebhookPost(**{"url": url, "secrets": (SECRET,), "event": EVENT, "at": datetime.now(UTC), **changes})


def at(*addresses: str, port: int | None = None) -> Any:
    """Make what looks up a name, and finds these addresses. Each call is counted in ``calls``."""

    def look_up(host: str, asked: int) -> Addresses:
        calls.append((host, asked))
        return [each for address in addresses for each in look_up_name(address, port or asked)]

    calls: list[tuple[str, int]] = []
    look_up.calls = calls  # type: ignore[attr-defined]
    return look_up


def problem(poster: WebhookPoster, url: str) -> WebhookProblem:
    """Send, and give why no answer came."""
    with pytest.raises(WebhookUnanswered) as error:
        poster.send(post(url))
    return error.value.problem


def local(receiver: Receiver) -> str:
    """Give the address of a server without TLS."""
    return f"http://127.0.0.1:{receiver.port}/hook"


@pytest.fixture(scope="module")
def certificates() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make the TLS context of a server named HOST, and that of a client that trusts it."""
    authority, server = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(server)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    return server, trusting


@pytest.fixture
def secured(certificates: tuple[ssl.SSLContext, ssl.SSLContext]) -> Iterator[Receiver]:
    """A server with TLS."""
    with running(context=certificates[0]) as receiver:
        yield receiver


class TestWebhookPoster(WebhookSenderContract):
    """The contract of senders of webhooks."""

    @pytest.fixture
    def sender(self) -> WebhookPoster:
        """Return one that sends to this machine."""
        return WebhookPoster(INSIDE)

    @pytest.fixture
    def guarded(self) -> WebhookPoster:
        """Return one with the default settings."""
        return WebhookPoster(WebhookSettings())


def test_what_is_sent() -> None:
    """WH-2: the body is CloudEvents 1.0 in JSON, with ids and numbers only, and the headers are those of the scheme."""
    with running() as receiver:
        assert WebhookPoster(INSIDE).send(post(f"{local(receiver)}?from=portal")) == 204
    [received] = receiver.received
    assert received.path == "/hook?from=portal"
    assert received.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert received.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert received.headers["webhook-id"] == str(EVENT.id)
    assert json.loads(received.body) == {
        "specversion": "1.0",
        "id": str(EVENT.id),
        "source": f"urn:uuid:{EVENT.office_id}",
        "type": "klantportaal.message.sent",
        "time": "2026-11-30T12:00:00.250000+00:00",
        "subject": str(EVENT.dossier_id),
        "datacontenttype": "application/json",
        "data": {"number": 7, "dossier_id": str(EVENT.dossier_id), "dossier_number": 4, **EVENT.data},
    }
    assert len(received.body) < 1000


def test_an_event_about_no_dossier() -> None:
    """WH-2: an event about no dossier has neither a subject nor a number in it."""
    event = attrs.evolve(EVENT, dossier_id=None, dossier_number=None, data={})
    with running() as receiver:
        WebhookPoster(INSIDE).send(post(local(receiver), event=event))
    body = json.loads(receiver.received[0].body)
    assert "subject" not in body
    assert body["data"] == {"number": 7, "dossier_id": None, "dossier_number": None}


def test_signatures() -> None:
    """WH-1, WH-2: the library of the scheme verifies it with each secret, and with no other one."""
    with running() as receiver:
        WebhookPoster(INSIDE).send(post(local(receiver), secrets=(SECRET, FORMER)))
    [received] = receiver.received
    for secret in (SECRET, FORMER):
        verified = Webhook(secret).verify(received.body, dict(received.headers))
        assert verified["id"] == str(EVENT.id)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_of("C" * 42 + "A")).verify(received.body, dict(received.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(received.body.replace(b"sent", b"read"), dict(received.headers))


@pytest.mark.parametrize("status", [200, 204, 301, 307, 400, 410, 500, 503])
def test_statuses(status: int) -> None:
    """WH-2: the status is given as it is, and a redirect is not followed."""
    with running() as elsewhere:
        answer = f"HTTP/1.1 {status} X\r\nLocation: {local(elsewhere)}\r\nContent-Length: 0\r\n\r\n".encode()
        with running(saying(answer)) as receiver:
            assert WebhookPoster(INSIDE).send(post(local(receiver))) == status
    assert elsewhere.received == []
    assert len(receiver.received) == 1


def test_private_addresses() -> None:
    """WH-4: nothing is sent to loopback or a private address, and no connection is made."""
    poster = WebhookPoster(WebhookSettings())
    with running() as receiver, running(host="::1") as receiver6:
        for url in (
            f"https://127.0.0.1:{receiver.port}",
            f"https://[::1]:{receiver6.port}",
            f"https://[::ffff:127.0.0.1]:{receiver.port}",
            f"https://localhost:{receiver.port}",
            f"https://2130706433:{receiver.port}",
            f"https://0x7f.1:{receiver.port}",
            "https://10.0.0.1",
            "https://169.254.169.254/latest/meta-data",
        ):
            assert problem(poster, url) is WebhookProblem.NOT_PUBLIC
    assert (receiver.connections, receiver6.connections) == (0, 0)


def test_a_name_that_leads_inside() -> None:
    """WH-4: a name whose addresses are all private receives nothing, whatever it is written as."""
    for addresses in (("127.0.0.1",), ("10.0.0.1", "::1"), ("::ffff:169.254.169.254",), ("fe80::1",)):
        look_up = at(*addresses)
        assert (
            problem(WebhookPoster(WebhookSettings(), look_up=look_up), f"https://{HOST}") is WebhookProblem.NOT_PUBLIC
        )
        assert look_up.calls == [(HOST, 443)]


def test_a_name_is_looked_up_once(secured: Receiver, certificates: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    """WH-4: a name that leads to 127.0.0.1 at the second look-up is looked up once, so nothing is sent there.

    The first answer is the only one that counts: the connection goes to the address that was judged, and TLS checks
    the certificate for the name.
    """
    answers = [["127.0.0.1"], ["127.0.0.2"]]
    asked: list[str] = []

    def look_up(host: str, port: int) -> Addresses:
        asked.append(host)
        return look_up_name(answers.pop(0)[0], port)

    settings = attrs.evolve(INSIDE, networks=("127.0.0.1/32",))
    poster = WebhookPoster(settings, context=certificates[1], look_up=look_up)
    assert poster.send(post(f"https://{HOST}:{secured.port}/hook")) == 204
    assert asked == [HOST]
    assert secured.received[0].headers["host"] == f"{HOST}:{secured.port}"
    assert problem(poster, f"https://{HOST}:{secured.port}/hook") is WebhookProblem.NOT_PUBLIC


def test_the_second_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """WH-4: after the look-up nothing asks the system for the name again, such as when it connects."""

    def refuse(*_arguments: object, **_options: object) -> Sequence[Any]:
        raise AssertionError("looked up again")

    with running() as receiver:
        poster = WebhookPoster(INSIDE, look_up=lambda _host, port: addresses)
        addresses = look_up_name("127.0.0.1", receiver.port)
        with monkeypatch.context() as patched:
            patched.setattr(socket, "getaddrinfo", refuse)
            patched.setattr(socket, "gethostbyname", refuse)
            assert poster.send(post(f"http://{HOST}:{receiver.port}/hook")) == 204


def test_only_what_was_judged(secured: Receiver, certificates: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    """WH-4: of several addresses, the refused ones are left out, and one that is closed leads to the next."""
    settings = attrs.evolve(INSIDE, networks=("127.0.0.1/32", "127.0.0.3/32"))
    look_up = at("10.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.1")
    poster = WebhookPoster(settings, context=certificates[1], look_up=look_up)
    assert poster.send(post(f"https://{HOST}:{secured.port}/")) == 204


def test_certificates(secured: Receiver, certificates: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    """WH-4: the certificate must be one of a known authority, and for the name of the endpoint."""
    known = WebhookPoster(INSIDE, context=certificates[1], look_up=at("127.0.0.1"))
    assert problem(known, f"https://other.example.nl:{secured.port}/") is WebhookProblem.TLS
    unknown = WebhookPoster(INSIDE, look_up=at("127.0.0.1"))
    assert problem(unknown, f"https://{HOST}:{secured.port}/") is WebhookProblem.TLS
    assert secured.received == []
    with running() as plain:
        assert problem(known, f"https://{HOST}:{plain.port}/") is WebhookProblem.TLS


def test_without_tls_inside_only() -> None:
    """WH-4: without TLS nothing is sent to a public address, even if some networks are let through."""
    poster = WebhookPoster(INSIDE, look_up=at("93.184.215.14"))
    assert problem(poster, f"http://{HOST}/") is WebhookProblem.NOT_PUBLIC


def hang(connection: socket.socket, _received: object) -> None:
    """Say nothing, until the other side goes."""
    connection.recv(1)


def drip(connection: socket.socket, _received: object) -> None:
    """Say one byte of a header ten times a second, for ever."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.1)


@pytest.mark.parametrize("behaviour", [hang, drip])
def test_endpoints_that_hang(behaviour: Any) -> None:
    """WH-4: a server that hangs, or that says one byte after the other, takes no longer than the time limit."""
    begun = time.monotonic()
    with running(behaviour) as receiver:
        assert problem(WebhookPoster(INSIDE), local(receiver)) is WebhookProblem.TIMED_OUT
    assert 1.9 < time.monotonic() - begun < 10


def slow(_host: str, _port: int) -> Addresses:
    """Look up nothing for a while."""
    time.sleep(3)
    return []


def test_a_server_that_accepts_nothing() -> None:
    """WH-4: the time limit is for TLS and for the look-up too."""
    settings = attrs.evolve(INSIDE, timeout=timedelta(milliseconds=300))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://{HOST}:{silent.getsockname()[1]}/"
        poster = WebhookPoster(settings, look_up=at("127.0.0.1"))
        assert problem(poster, url) is WebhookProblem.TIMED_OUT
        assert problem(WebhookPoster(settings, look_up=slow), url) is WebhookProblem.TIMED_OUT


def gigabyte(connection: socket.socket, _received: object) -> None:
    """Send a gigabyte, if anybody takes it."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
    for _each in range(1024):
        connection.sendall(bytes(1024 * 1024))
        taken.append(1)


taken: list[int] = []


def test_a_gigabyte() -> None:
    """WH-4: the body of an answer is not read, whatever its length."""
    taken.clear()
    begun = time.monotonic()
    with running(gigabyte) as receiver:
        assert WebhookPoster(INSIDE).send(post(local(receiver))) == 200
    assert time.monotonic() - begun < 2
    assert len(taken) < 64


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000,
        b"\x16\x03\x01" * 30_000,
    ],
    ids=["ssh", "many headers", "long header", "continue", "tls"],
)
def test_what_is_no_answer(answer: bytes) -> None:
    """WH-4: what is no answer of HTTP, or has a head that does not end, is read to a limit."""
    with running(saying(answer)) as receiver:
        assert problem(WebhookPoster(INSIDE), local(receiver)) is WebhookProblem.NOT_HTTP


def test_no_server() -> None:
    """WH-4: a server that refuses or ends the connection, and a name without an address, are told apart."""
    with running() as receiver:
        url = local(receiver)
    assert problem(WebhookPoster(INSIDE), url) is WebhookProblem.UNREACHABLE
    with running(saying(b"")) as receiver:
        assert problem(WebhookPoster(INSIDE), local(receiver)) is WebhookProblem.UNREACHABLE

    def unknown(_host: str, _port: int) -> Addresses:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    assert problem(WebhookPoster(INSIDE, look_up=unknown), f"https://{HOST}/") is WebhookProblem.UNKNOWN_HOST


def test_nothing_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """WH-4: neither the address, nor a secret, nor what a server says is in an error or a log."""
    with caplog.at_level(logging.DEBUG), running(saying(b"Geheim\r\n")) as receiver:
        sent = post(f"http://127.0.0.1:{receiver.port}/geheim")
        with pytest.raises(WebhookUnanswered) as error:
            WebhookPoster(INSIDE).send(sent)
    told = f"{error.value} {error.value.__cause__} {caplog.text} {sent!r}"
    assert not any(each in told for each in ("geheim", "Geheim", SECRET, str(receiver.port)))


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """WH-2: without the extra, the portal has no sender, and whoever asks for one is told what to install."""
    assert WebhookPoster.if_installed(WebhookSettings()) is not None
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert WebhookPoster.if_installed(WebhookSettings()) is None
    monkeypatch.setitem(__import__("sys").modules, "standardwebhooks.webhooks", None)
    with pytest.raises(ModuleNotFoundError, match=r"klantportaal\[webhooks\]"):
        WebhookPoster(WebhookSettings())
