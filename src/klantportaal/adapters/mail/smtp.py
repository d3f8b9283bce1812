"""Sends mail over SMTP, through a mail server of the vendor."""

import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from typing import Annotated, Any, Literal

from klantportaal.adapters.mail import building
from klantportaal.adapters.mail.hurried import Hurried, HurriedOverTls
from klantportaal.domain.boundary import checked_call
from klantportaal.domain.mail_replies import is_final, status
from klantportaal.domain.ranges import Range
from klantportaal.forking import Lock, at_fork, notice
from klantportaal.ports.mail import (
    DestinationUnavailable,
    Mail,
    MailServerUnavailable,
    MailUnavailable,
    Undeliverable,
)

_CLOSING = 421
"""The server closes the connection, or asks to wait, whoever the mail is for (RFC 5321 3.8)."""
_WITHOUT_SIGN_IN = frozenset({503, 530, 534, 535, 538})
"""Replies about a sign-in that is missing or not good enough (RFC 4954 6)."""


class SmtpSender:
    """Sends mails over connections that are kept open while there is more to send.

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
        timeout: seconds for all of sending, from the lookup of the server's address until it has accepted the mail.
            Keep it below the dispatcher's lease.

    Raises:
        ValueError: *sender* is not one e-mail address, *port* or *timeout* is out of range, or there is a username
            without TLS.
    """

    @checked_call
    def __init__(
        self,
        host: str,
        port: Annotated[int, Range(1, 65535)],
        *,
        sender: str,
        username: str | None = None,
        password: str | None = None,
        tls: Literal["starttls", "tls", "none"] = "starttls",
        context: ssl.SSLContext | None = None,
        timeout: Annotated[float, Range(0, 3600, above=True)] = 30.0,
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
        self._idle: list[Hurried] = []
        self._lock = Lock()
        at_fork(in_child=self._drop)

    def send(self, mail: Mail, *, key: str) -> None:
        """Send a mail. A second call with the same key sends it again, with the same Message-ID.

        If the server makes delivery reports (RFC 3461), it gets the key as envelope id.
        """
        envelope = building.build(mail, key=key, sender=self._sender)
        server = self._begin(envelope, monotonic() + self._timeout)
        try:
            _hand_over(envelope, server)
        except OSError as error:  # Those of smtplib are OSErrors too.
            server.close()
            raise DestinationUnavailable(building.told([type(error).__name__, str(error)])) from error
        except (Undeliverable, MailUnavailable):
            _leave(server)
            raise
        with self._lock:
            self._idle.append(server)

    def probe(self) -> None:
        """Connect, sign in and name the sender, as for a mail. No mail is sent.

        Raises:
            MailServerUnavailable: the server cannot be used. The message says what to check.
        """
        server = self._connect(monotonic() + self._timeout)
        try:
            _name_sender(self._sender, [], server)
        finally:
            _leave(server)

    def close(self) -> None:
        """Send QUIT on the connections that are kept open, and close them."""
        notice()
        for server in self._taken():
            _leave(server)

    def _drop(self) -> None:
        """Close the connections in a forked child. The parent still uses its own copies."""
        for server in self._taken():
            server.close()

    def _taken(self) -> list[Hurried]:
        with self._lock:
            taken, self._idle = self._idle, []
        return taken

    def _begin(self, envelope: building.Envelope, until: float) -> Hurried:
        """Give a connection on which the server accepted the sender of a mail: one that is open, or a new one.

        Raises:
            Undeliverable: the server cannot send to such an address.
            MailServerUnavailable: there is none.
        """
        notice()
        with self._lock:
            server = self._idle.pop() if self._idle else None
        if server is not None:
            server.until = until
            with suppress(MailServerUnavailable):  # Servers close a connection after some time, or after some mails.
                return _begun(envelope, server)
        return _begun(envelope, self._connect(until))

    def _connect(self, until: float) -> Hurried:
        """Open a connection, and sign in."""
        where = f"{self._host}:{self._port}"
        server: Hurried | None = None
        try:
            server = self._open(until)
            self._prepare(server)
        except (OSError, UnicodeError) as error:
            if server is not None:
                server.close()
            raise MailServerUnavailable(_advice(where, error)) from error
        return server

    def _open(self, until: float) -> Hurried:
        settings: dict[str, Any] = {
            "until": until,
            "local_hostname": self._greeting_name,
            "timeout": self._timeout,
        }
        if self._tls == "tls":
            return HurriedOverTls(self._host, self._port, context=self._context, **settings)
        return Hurried(self._host, self._port, **settings)

    def _prepare(self, server: Hurried) -> None:
        server.ehlo_or_helo_if_needed()
        if self._tls == "starttls":
            server.starttls(context=self._context)
            server.ehlo()
        if self._username is not None:
            server.login(self._username, self._password)


_CHECK_SERVER = "Check the host, the port, the kind of TLS, and whether the server works."


def _advice(where: str, error: Exception) -> str:
    """Say why there is no connection, and what to check. No mail was sent yet, so the text has no recipient."""
    if isinstance(error, ssl.SSLError):
        check = "Check the kind of TLS, and whether the certificate is for this name and from a known authority."
        return building.told([f"{where} is not trusted ({error}).", check])
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return building.told([f"{where} refuses the sign-in ({_said(error)}).", "Check the username and the password."])
    said = _said(error) if isinstance(error, smtplib.SMTPResponseException) else str(error)
    return building.told([f"{where} does not work ({type(error).__name__}: {said}).", _CHECK_SERVER])


def _leave(server: Hurried) -> None:
    """Send QUIT, wait at most a second for the reply, and close the connection."""
    server.until = monotonic() + 1
    with suppress(OSError):
        server.quit()
    server.close()


def _begun(envelope: building.Envelope, server: Hurried) -> Hurried:
    """Begin a mail on a connection. If that fails, the connection is closed."""
    try:
        _begin_mail(envelope, server)
    except BaseException:
        server.close()
        raise
    return server


def _begin_mail(envelope: building.Envelope, server: smtplib.SMTP) -> None:
    """Name the sender.

    Raises:
        Undeliverable: the server cannot send to the address, because it lacks SMTPUTF8.
        MailServerUnavailable: see ``_name_sender``.
    """
    options = ["SMTPUTF8", "BODY=8BITMIME"] if envelope.international else []
    if options and not server.has_extn("smtputf8"):
        raise Undeliverable("the mail server cannot send to addresses with such letters")
    if server.has_extn("dsn"):
        options += ["RET=HDRS", f"ENVID={envelope.id}"]
    _name_sender(envelope.sender, options, server)


def _name_sender(sender: str, options: Sequence[str], server: smtplib.SMTP) -> None:
    """Name the sender. Raises: MailServerUnavailable, if the server does not accept it or is gone."""
    try:
        code, text = server.mail(sender, options)
    except OSError as error:
        raise MailServerUnavailable(
            building.told([f"the mail server is gone ({type(error).__name__}: {error}).", _CHECK_SERVER])
        ) from error
    if not _is_good(code):
        check = "Check that the user may send from this address, and that the server is not full."
        raise MailServerUnavailable(
            building.told([f"the mail server does not accept the sender ({_told(code, text)}).", check])
        )


def _hand_over(envelope: building.Envelope, server: smtplib.SMTP) -> None:
    """Name the recipient, and send the message.

    Raises:
        Undeliverable: the recipient does not exist.
        MailServerUnavailable: the server asks to wait, or to sign in.
        MailUnavailable: the server refuses for any other reason.
        OSError: it does not answer.
    """
    notify = ["NOTIFY=FAILURE"] if server.has_extn("dsn") else []
    _require_good(*server.rcpt(envelope.recipient, notify), to_recipient=True)
    try:
        reply = server.data(envelope.content)
    except smtplib.SMTPDataError as error:
        if _is_good(error.smtp_code):  # It did not ask for the message, so it has none, whatever it says.
            raise MailUnavailable(_said(error)) from error
        reply = error.smtp_code, _words(error)
    _require_good(*reply, to_recipient=False)


def _require_good(code: int, text: bytes, *, to_recipient: bool) -> None:
    """Check a reply of the server to the recipient or the message."""
    if _is_good(code):
        return
    if code == _CLOSING or code in _WITHOUT_SIGN_IN:
        raise MailServerUnavailable(
            f"the mail server asks to wait, or to sign in ({code} {status(text.decode('utf-8', 'replace')) or ''}). "
            "Check its limits, and the username and the password."
        )
    if is_final(code, text.decode("utf-8", "replace"), to_recipient=to_recipient):
        raise Undeliverable(_told(code, text))
    raise MailUnavailable(_told(code, text))


def _is_good(code: int) -> bool:
    return 200 <= code <= 299


def _told(code: int, text: bytes) -> str:
    return building.told([str(code), text.decode("utf-8", "replace")])


def _said(error: smtplib.SMTPResponseException) -> str:
    return _told(error.smtp_code, _words(error))


def _words(error: smtplib.SMTPResponseException) -> bytes:
    return error.smtp_error if isinstance(error.smtp_error, bytes) else error.smtp_error.encode()
