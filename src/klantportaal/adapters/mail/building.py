"""The message that goes over the wire, made from a mail: one sender, one recipient, one text in two forms."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

import attrs
from email_validator import EmailNotValidError, EmailSyntaxError, ValidatedEmail, validate_email

from klantportaal.domain.values import plain_line, plain_text
from klantportaal.ports.mail import Mail, Undeliverable

_ENCODED_WORD = "=?"
"""What begins an encoded word (RFC 2047 2); the standard library decodes such words in what was meant as plain text."""


@attrs.frozen(kw_only=True)
class Envelope:
    """A message, and from whom to whom it goes."""

    message: EmailMessage
    sender: str
    recipient: str
    international: bool
    """An address has letters before its @ that only a server with SMTPUTF8 (RFC 6531) takes."""

    def to_bytes(self) -> bytes:
        """Give what goes over the wire, with CRLF at the end of each line."""
        return self.message.as_bytes(policy=SMTPUTF8 if self.international else SMTP)


def build(mail: Mail, *, key: str, sender: str) -> Envelope:
    """Make the message for a mail; whatever the mail says, it has one sender and one recipient.

    Raises:
        Undeliverable: the recipient, or where it is to answer, is not exactly one e-mail address.
    """
    recipient, reply_to, own = _one_address(mail.to), _one_address(mail.reply_to), _parsed(sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = _as_header(own, _header_text(mail.sender_name))
    message["To"] = _as_header(recipient)
    message["Reply-To"] = _as_header(reply_to)
    message["Subject"] = _header_text(mail.subject)
    message["Date"] = datetime.now(UTC)
    message["Message-ID"] = message_id(key, own)
    message["Auto-Submitted"] = "auto-generated"
    # Quoted-printable goes through every server, also those that take seven bits only.
    message.set_content(plain_text(mail.text), cte="quoted-printable")
    message.add_alternative(plain_text(mail.html), subtype="html", cte="quoted-printable")
    # Set last: what begins with Content- moves into the first part when a message gets a second one.
    message["Content-Language"] = mail.language.value
    return Envelope(
        message=message,
        sender=_on_the_wire(own),
        recipient=_on_the_wire(recipient),
        international=any(each.ascii_email is None for each in (own, recipient, reply_to)),
    )


def require_one_address(mail: Mail) -> None:
    """Let through only a mail to exactly one e-mail address.

    Raises:
        Undeliverable: it is to none, or to several.
    """
    _one_address(mail.to)


def message_id(key: str, sender: ValidatedEmail) -> str:
    """Derive a Message-ID from a key: always the same, and telling nothing of the key."""
    return f"<{digest(key)}@{sender.ascii_domain}>"


def digest(key: str) -> str:
    """Give the 32 hexadecimal digits under which a key is known outside."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def require_sender(address: str) -> str:
    """Let through only one e-mail address, for settings; give the name of its domain, as ASCII.

    Raises:
        ValueError: it is not one.
    """
    return _parsed(address).ascii_domain


def told(parts: Iterable[str]) -> str:
    """Put what a server said on one clean line of at most 300 characters, for people to read."""
    return plain_line(" ".join(parts))[:300]


def _one_address(text: str) -> ValidatedEmail:
    try:
        return _parsed(text)
    except EmailNotValidError:
        raise Undeliverable(told([f"not one e-mail address: {text}"])) from None


def _parsed(text: str) -> ValidatedEmail:
    """Read exactly one e-mail address: no lists, display names, comments, line ends or encoded words."""
    if _ENCODED_WORD in text:
        raise EmailSyntaxError("an encoded word is no part of an address")
    return validate_email(text, check_deliverability=False, test_environment=True)


def _header_text(text: str) -> str:
    """Clean what a header is to say; it never reads as an encoded word, which would be decoded, line ends and all."""
    return plain_line(text).replace(_ENCODED_WORD, "= ?")


def _on_the_wire(address: ValidatedEmail) -> str:
    """Spell an address in ASCII where it can be: the domain as IDNA has it, which every server understands."""
    return address.ascii_email or address.normalized


def _as_header(address: ValidatedEmail, name: str = "") -> Address:
    local, _at, domain = _on_the_wire(address).rpartition("@")
    return Address(display_name=name, username=local, domain=domain)
