"""A real SMTP server on this machine, whose behaviour a test sets."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Literal

import attrs
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "localhost"
Tls = Literal["none", "starttls", "tls"]


@attrs.define(kw_only=True)
class Behaviour:
    """How the server responds; can be changed while it runs."""

    replies: dict[str, str] = attrs.field(factory=dict)
    """Its replies to ``MAIL``, ``RCPT`` and ``DATA``, instead of 250."""
    seconds: float = 0
    """The seconds before each of those replies."""
    hang_up_after_data: bool = False
    """Whether it accepts the message, but disconnects before the reply."""
    hangs_for: str = "-"
    """It does not reply about recipients at this domain."""
    mails_a_connection: tuple[int, str] = (1_000_000, "")
    """After this many mails of a connection, it replies so to ``MAIL``."""
    silent_at_the_end: bool = False
    """Whether it does not reply to ``QUIT``."""


@attrs.define(kw_only=True)
class Server:
    """A running server, and the messages it received."""

    port: int
    trusting: ssl.SSLContext
    """The TLS context for clients, which trusts the server's certificate."""
    behaviour: Behaviour = attrs.field(factory=Behaviour)
    messages: list[bytes] = attrs.field(factory=list)
    envelopes: list[tuple[str | None, tuple[str, ...]]] = attrs.field(factory=list)
    """The sender and recipients of each message."""
    safe: list[bool] = attrs.field(factory=list)
    """Whether each message came over TLS."""
    signed_in: list[bool] = attrs.field(factory=list)
    """Whether the sender of each message was authenticated."""
    connections: int = 0
    """The number of connections so far."""
    arrived: Callable[[bytes], None] = lambda _message: None
    """Called with each message, before the server replies."""


class _Handler:
    """Replies as the behaviour says, and records messages."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._mails = 0

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept the sender."""
        self._mails += 1
        most, reply = self._server.behaviour.mails_a_connection
        if self._mails > most:
            return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return await self._reply("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept a recipient."""
        if address.endswith(self._server.behaviour.hangs_for):
            await asyncio.sleep(600)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return await self._reply("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Receive the message."""
        reply = await self._reply("DATA", "250 OK")
        if reply.startswith("250"):
            assert isinstance(envelope.original_content, bytes)
            await asyncio.get_running_loop().run_in_executor(None, self._server.arrived, envelope.original_content)
            self._server.messages.append(envelope.original_content)
            self._server.envelopes.append((envelope.mail_from, tuple(envelope.rcpt_tos)))
            assert server.transport is not None
            self._server.safe.append(server.transport.get_extra_info("sslcontext") is not None)
            self._server.signed_in.append(session.authenticated is True)
        if self._server.behaviour.hang_up_after_data:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return reply

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802 - the same
        """Close the conversation."""
        await asyncio.sleep(600 if self._server.behaviour.silent_at_the_end else 0)
        return "221 Bye"

    async def _reply(self, command: str, otherwise: str) -> str:
        await asyncio.sleep(self._server.behaviour.seconds)
        return self._server.behaviour.replies.get(command, otherwise)


def certificates() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make the TLS context of a server, and that of a client that trusts it."""
    authority = trustme.CA()
    certificate = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(certificate)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    return certificate, trusting


@contextmanager
def running(
    *, tls: Tls = "none", login: tuple[str, str] | None = None, utf8: bool = True, port: int = 0
) -> Iterator[Server]:
    """Run a server with this kind of TLS, with or without authentication and SMTPUTF8."""
    certificate, trusting = certificates()
    server = Server(port=0, trusting=trusting)

    def authenticate(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=(data.login.decode(), data.password.decode()) == login, handled=False)

    conversations: list[SMTP] = []

    def protocol() -> SMTP:
        server.connections += 1
        conversations.append(_made())
        return conversations[-1]

    def _made() -> SMTP:
        return SMTP(
            _Handler(server),
            hostname=HOST,
            loop=loop,
            enable_SMTPUTF8=utf8,
            tls_context=certificate if tls == "starttls" else None,
            require_starttls=tls == "starttls",
            authenticator=authenticate,
            auth_required=login is not None and tls == "starttls",
            auth_require_tls=tls == "starttls",
        )

    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(
        loop.create_server(protocol, HOST, port, ssl=certificate if tls == "tls" else None)
    )
    server.port = listening.sockets[0].getsockname()[1]
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listening.close()
        loop.run_until_complete(_end_all(conversations))
        loop.close()


async def _end_all(conversations: list[SMTP]) -> None:
    """End open conversations."""
    for each in conversations:
        if isinstance(each.transport, asyncio.WriteTransport):
            each.transport.abort()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    # One more turn of the event loop, in which closed connections are released.
    await asyncio.sleep(0.01)
