"""Builds a MIME message from a mail: one sender, one recipient, one text as plain text and as HTML, and a logo."""

import base64
import re
from binascii import b2a_qp
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache

import attrs
from email_validator import EmailNotValidError, EmailSyntaxError, ValidatedEmail, validate_email

from klantportaal.adapters.outgoing_folder import digest
from klantportaal.domain.values import plain_line, plain_text
from klantportaal.ports.mail import LOGO_ID, Mail, Undeliverable

_LINE_END = "\r\n"
_ENCODED_WORD = "=?"
"""The start of an encoded word (RFC 2047 2)."""
_SHORT = 60
_BOUNDARY = "=_parts"
"""Separates the two texts. Nothing that is quoted-printable contains it (RFC 2045 6.7, note 2), nor base64."""
_PAGE_BOUNDARY = "=_page"
"""Separates the HTML and its logo (RFC 2387)."""
_OWN_KEY = re.compile(r"[a-z_]{1,24}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:-[a-z0-9-]{1,24})?")
"""A kind of mail, the id of its task, and perhaps a number (`klantportaal.domain.outgoing.mail_key`)."""


@attrs.frozen(kw_only=True)
class Envelope:
    """A message with the addresses of its SMTP envelope."""

    id: str
    """The key of the mail, as far as it may be shown: at most 100 characters of "xtext" (RFC 3461 4.4)."""
    content: bytes = attrs.field(repr=False)
    """The message, with CRLF line ends."""
    sender: str
    recipient: str
    international: bool
    """Whether an address has non-ASCII characters before its @. Then the server must support SMTPUTF8 (RFC 6531)."""


def build(mail: Mail, *, key: str, sender: str) -> Envelope:
    """Build the message of a mail. No content of the mail can add a sender or a recipient.

    The standard library's `EmailMessage` needs ten times as long, and its folding (Python 3.11) decodes encoded words,
    line ends included.

    Args:
        mail: the mail to build.
        key: the key of the mail; the Message-ID is derived from it.
        sender: the e-mail address of the sender, a valid one.

    Raises:
        Undeliverable: the recipient or the reply address is not exactly one e-mail address.
    """
    recipient, reply_to, own = _one_address(mail.to, _parsed), _one_address(mail.reply_to, _repeated), _repeated(sender)
    headers = {
        "From": _named(mail.sender_name, _on_the_wire(own)),
        "To": _on_the_wire(recipient),
        "Reply-To": _on_the_wire(reply_to),
        "Subject": _unstructured(mail.subject),
        "Date": format_datetime(datetime.now(UTC)),
        "Message-ID": message_id(key, own),
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{_BOUNDARY}"',
        "Content-Language": mail.language.value,
    }
    head = "".join(f"{name}: {value}{_LINE_END}" for name, value in headers.items())
    parts = (_part(_BOUNDARY, "plain", mail.text), _page(mail))
    return Envelope(
        id=shown_key(key),
        content=_LINE_END.join([head, *parts, f"--{_BOUNDARY}--", ""]).encode(),
        sender=_on_the_wire(own),
        recipient=_on_the_wire(recipient),
        international=any(each.ascii_email is None for each in (own, recipient, reply_to)),
    )


def _page(mail: Mail) -> str:
    """Write the HTML, with its logo if there is one."""
    if mail.logo is None:
        return _part(_BOUNDARY, "html", mail.html)
    return _LINE_END.join(
        [
            f"--{_BOUNDARY}",
            f'Content-Type: multipart/related; type="text/html"; boundary="{_PAGE_BOUNDARY}"',
            "",
            _part(_PAGE_BOUNDARY, "html", mail.html),
            f"--{_PAGE_BOUNDARY}",
            "Content-Type: image/png",
            "Content-Transfer-Encoding: base64",
            f"Content-ID: <{LOGO_ID}>",
            'Content-Disposition: inline; filename="logo.png"',
            "",
            _based(mail.logo),
            f"--{_PAGE_BOUNDARY}--",
        ]
    )


@lru_cache(maxsize=64)
def _based(logo: bytes) -> str:
    """Write a logo in base64, in lines of 76 characters (RFC 2045 6.8). Cached: many mails have one logo."""
    return _LINE_END.join(base64.encodebytes(logo).decode().split("\n"))


def _part(boundary: str, kind: str, text: str) -> str:
    """Write one of the two texts. Every server accepts quoted-printable, also one that accepts 7-bit data only."""
    lines = plain_text(text).split("\n")
    body = b2a_qp((_LINE_END.join(lines).removesuffix(_LINE_END) + _LINE_END).encode(), istext=True).decode()
    return _LINE_END.join(
        [
            f"--{boundary}",
            f'Content-Type: text/{kind}; charset="utf-8"',
            "Content-Transfer-Encoding: quoted-printable",
            "",
            body,
        ]
    )


def require_one_address(mail: Mail) -> None:
    """Check that the recipient of a mail is exactly one e-mail address.

    Raises:
        Undeliverable: the recipient is not one valid address.
    """
    _one_address(mail.to, _parsed)


def message_id(key: str, sender: ValidatedEmail) -> str:
    """Derive a Message-ID from a key. The same key gives the same id."""
    return f"<{shown_key(key)}@{sender.ascii_domain}>"


def shown_key(key: str) -> str:
    """Give the key for use outside the portal. The portal's own keys are unchanged, so a bounce tells its mail.

    The portal's keys have no secrets. Any other key is shown as its digest.
    """
    return key if _OWN_KEY.fullmatch(key) else digest(key)


def require_sender(address: str) -> str:
    """Check that a setting is one e-mail address, and give its domain in ASCII.

    Raises:
        ValueError: it is not one e-mail address.
    """
    return _parsed(address).ascii_domain


def told(parts: Iterable[str]) -> str:
    """Join the parts of a server's reply on one readable line of at most 300 characters."""
    return plain_line(" ".join(parts))[:300]


def _one_address(text: str, parse: Callable[[str], ValidatedEmail]) -> ValidatedEmail:
    try:
        return parse(text)
    except EmailNotValidError:
        raise Undeliverable(told([f"not one e-mail address: {text}"])) from None


def _parsed(text: str) -> ValidatedEmail:
    """Parse exactly one e-mail address: no lists, display names, comments, line ends or encoded words.

    Raises:
        EmailNotValidError: it is anything else.
    """
    if _ENCODED_WORD in text:
        raise EmailSyntaxError("an encoded word is no part of an address")
    return validate_email(text, check_deliverability=False, test_environment=True)


_repeated = lru_cache(maxsize=256)(_parsed)
"""Parse an address that many mails have: that of the sender, or of an office."""


def _named(name: str, address: str) -> str:
    """Format an address with a display name, if the name is not empty."""
    name = plain_line(name)
    if not name:
        return address
    if not _stands_as_it_is(name):
        return f"{_encoded(name)}{_LINE_END} <{address}>"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>'


def _unstructured(text: str) -> str:
    """Format text for an unstructured header, such as Subject."""
    text = plain_line(text)
    return text if _stands_as_it_is(text) else _encoded(text)


def _stands_as_it_is(text: str) -> bool:
    """Tell whether text needs no encoding: it is short and ASCII, and does not look like an encoded word."""
    return text.isascii() and len(text) <= _SHORT and _ENCODED_WORD not in text


@lru_cache(maxsize=256)
def _encoded(text: str) -> str:
    """Encode text as encoded words (RFC 2047). Mail clients show exactly the text. Cached: many mails share texts."""
    return Header(text, "utf-8", maxlinelen=_SHORT).encode(linesep=_LINE_END)


def _on_the_wire(address: ValidatedEmail) -> str:
    """Give an address in ASCII, with the domain in IDNA form, if it can be written so; else in Unicode."""
    return address.ascii_email or address.normalized
