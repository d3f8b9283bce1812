"""Mail over SMTP, to whichever server the vendor has for it."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any, Literal

from klantportaal.adapters.mail import building
from klantportaal.domain.boundary import checked_call
from klantportaal.ports.mail import Mail, MailUnavailable, Undeliverable

_OF_US = frozenset({503, 530, 534, 535, 538})
"""Permanent replies that are about how we talk or sign in, not about the address (RFC 4954 6)."""


class SmtpSender:
    """Sends each mail over a connection of its own.

    Args:
        host: the server's name; its certificate must be for it.
        port: usually 587 for ``starttls``, 465 for ``tls``, 25 for ``none``.
        sender: the address that mails come from; the office's name stands before it.
        username: who signs in to the server; nobody where none is given.
        password: that user's.
        tls: ``starttls`` turns the connection into a safe one before anything is said, ``tls`` begins as one, ``none``
            is for a server on the same machine, and does not sign in. There is no falling back from one to another.
        context: how certificates are checked; against the authorities that the system trusts, where none is given.
        timeout: seconds that sending may take from the first packet to the server's word that it has the mail. Keep it
            below the dispatcher's lease.
    """

    @checked_call
    def __init__(
        self,
        host: str,
        port: int,
        *,
        sender: str,
        username: str | None = None,
        password: str | None = None,
        tls: Literal["starttls", "tls", "none"] = "starttls",
        context: ssl.SSLContext | None = None,
        timeout: float = 30.0,
    ) -> None:
        if username is not None and tls == "none":
            raise ValueError("a password is only sent over TLS")
        self._host = host
        self._port = port
        self._sender = sender
        self._greeting_name = building.require_sender(sender)
        self._username = username
        self._password = password or ""
        self._tls = tls
        self._context = context or ssl.create_default_context()
        self._timeout = timeout

    def send(self, mail: Mail, *, key: str) -> None:
        """Hand a mail to the server; the same key has the same Message-ID, and is sent again when asked."""
        envelope = building.build(mail, key=key, sender=self._sender)
        try:
            with self._connected() as server:
                _hand_over(envelope, server)
        except smtplib.SMTPResponseException as error:
            raise MailUnavailable(_told(error.smtp_code, error.smtp_error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailUnavailable(building.told([type(error).__name__, str(error)])) from error

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server = self._connect()
        try:
            server.ehlo_or_helo_if_needed()
            if self._tls == "starttls":
                server.starttls(context=self._context)
                server.ehlo()
            if self._username is not None:
                server.login(self._username, self._password)
            yield server
            # The server has the mail by now: how the good-bye goes changes nothing.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
        finally:
            server.close()

    def _connect(self) -> smtplib.SMTP:
        until = monotonic() + self._timeout
        if self._tls == "tls":
            return _HurriedOverTls(
                self._host,
                self._port,
                until=until,
                local_hostname=self._greeting_name,
                timeout=self._timeout,
                context=self._context,
            )
        return _Hurried(self._host, self._port, until=until, local_hostname=self._greeting_name, timeout=self._timeout)


class _Hurried(smtplib.SMTP):
    """A conversation that must be over by a moment, however slowly the server talks."""

    def __init__(self, host: str, port: int, *, until: float, **settings: Any) -> None:
        self._until = until
        super().__init__(host, port, **settings)

    def getreply(self) -> tuple[int, bytes]:
        """Wait for the next reply, only as long as there is time left."""
        if self.sock is not None:
            self.sock.settimeout(max(self._until - monotonic(), 0.001))
        return super().getreply()


class _HurriedOverTls(_Hurried, smtplib.SMTP_SSL):
    """The same, over TLS from the first byte."""


def _hand_over(envelope: building.Envelope, server: smtplib.SMTP) -> None:
    """Give the server the message.

    Raises:
        Undeliverable: it refuses the address, or the message to it, for good.
        MailUnavailable: it refuses for now, or refuses us.
    """
    options = ["SMTPUTF8", "BODY=8BITMIME"] if envelope.international else []
    if options and not server.has_extn("smtputf8"):
        raise Undeliverable("the mail server cannot send to addresses with such letters")
    code, text = server.mail(envelope.sender, options)
    if not _is_good(code):
        raise MailUnavailable(_told(code, text))
    _require_good(*server.rcpt(envelope.recipient))
    try:
        reply = server.data(envelope.to_bytes())
    except smtplib.SMTPDataError as error:
        _require_good(error.smtp_code, error.smtp_error)
        raise
    _require_good(*reply)


def _require_good(code: int, text: bytes | str) -> None:
    """Judge what the server says of the address."""
    if _is_good(code):
        return
    if 500 <= code <= 599 and code not in _OF_US:
        raise Undeliverable(_told(code, text))
    raise MailUnavailable(_told(code, text))


def _is_good(code: int) -> bool:
    return 200 <= code <= 299


def _told(code: int, text: bytes | str) -> str:
    return building.told([str(code), text if isinstance(text, str) else text.decode("utf-8", "replace")])
