"""Sends mail over SMTP, through a mail server of the vendor."""

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
"""Permanent error replies about our commands or our sign-in, not about the address (RFC 4954 6)."""


class SmtpSender:
    """Sends each mail over a new connection.

    Args:
        host: the host name of the server. Its certificate must be valid for this name.
        port: usually 587 for ``starttls``, 465 for ``tls``, 25 for ``none``.
        sender: the address of the sender. The name of the office is its display name.
        username: the user that signs in to the server. None: no sign-in.
        password: the password of this user.
        tls: ``starttls`` upgrades the connection to TLS before the sign-in and the mail. ``tls`` uses TLS from the
            first byte. ``none`` uses no TLS and no sign-in, for a server on the same machine. There is no fallback from
            one to another.
        context: how certificates are checked. Default: against the certificate authorities of the system.
        timeout: seconds for the whole of sending, from connecting until the server has accepted the mail. Keep it below
            the dispatcher's lease.

    Raises:
        ValueError: *sender* is not one e-mail address, or there is a username without TLS.
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
        """Send a mail. A second call with the same key sends it again, with the same Message-ID."""
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
            # The server has accepted the mail by now, so an error of QUIT does not matter.
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
    """An SMTP connection with a deadline for all replies together."""

    def __init__(self, host: str, port: int, *, until: float, **settings: Any) -> None:
        self._until = until
        super().__init__(host, port, **settings)

    def getreply(self) -> tuple[int, bytes]:
        """Wait for the next reply, for no longer than the time that is left."""
        if self.sock is not None:
            self.sock.settimeout(max(self._until - monotonic(), 0.001))
        return super().getreply()


class _HurriedOverTls(_Hurried, smtplib.SMTP_SSL):
    """An SMTP connection with a deadline, over TLS from the first byte."""


def _hand_over(envelope: building.Envelope, server: smtplib.SMTP) -> None:
    """Send the message over an open connection.

    Raises:
        Undeliverable: the server permanently refuses the recipient or the message, or lacks SMTPUTF8 that it needs.
        MailUnavailable: the server refuses temporarily, or refuses the sender or our commands.
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
    """Check a reply of the server to the recipient or the message.

    Raises:
        Undeliverable: the reply is a permanent error about the address.
        MailUnavailable: the reply is any other error.
    """
    if _is_good(code):
        return
    if 500 <= code <= 599 and code not in _OF_US:
        raise Undeliverable(_told(code, text))
    raise MailUnavailable(_told(code, text))


def _is_good(code: int) -> bool:
    return 200 <= code <= 299


def _told(code: int, text: bytes | str) -> str:
    return building.told([str(code), text if isinstance(text, str) else text.decode("utf-8", "replace")])
