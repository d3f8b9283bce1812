"""The message that goes over the wire, made from a mail: one sender, one recipient, one text in two forms."""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import attrs
from email_validator import EmailNotValidError, EmailSyntaxError, ValidatedEmail, validate_email

from klantportaal.adapters.outgoing_folder import digest
from klantportaal.domain.values import plain_line, plain_text
from klantportaal.ports.mail import Mail, Undeliverable

# Headers stand as they are made here. The standard library's own folding (Python 3.11) decodes encoded words in plain
# text, line ends and all, and takes the quotes off a name with a comma when it encodes it.
_POLICY = SMTP.clone(refold_source="none")
_ENCODED_WORD = "=?"
"""What begins an encoded word (RFC 2047 2)."""
_SHORT = 60


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
        return self.message.as_bytes(policy=_POLICY.clone(utf8=self.international))


def build(mail: Mail, *, key: str, sender: str) -> Envelope:
    """Make the message for a mail; whatever the mail says, it has one sender and one recipient.

    Raises:
        Undeliverable: the recipient, or where it is to answer, is not exactly one e-mail address.
    """
    recipient, reply_to, own = _one_address(mail.to), _one_address(mail.reply_to), _parsed(sender)
    message = EmailMessage(policy=_POLICY)
    for name, value in {
        "From": _named(mail.sender_name, _on_the_wire(own)),
        "To": _on_the_wire(recipient),
        "Reply-To": _on_the_wire(reply_to),
        "Subject": _unstructured(mail.subject),
        "Date": format_datetime(datetime.now(UTC)),
        "Message-ID": message_id(key, own),
        "Auto-Submitted": "auto-generated",
    }.items():
        message.set_raw(name, value)
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


def _named(name: str, address: str) -> str:
    """Spell an address with the name of whose it is."""
    name = plain_line(name)
    if not name:
        return address
    if not _stands_as_it_is(name):
        return f"{_encoded(name)}{_POLICY.linesep} <{address}>"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>'


def _unstructured(text: str) -> str:
    """Spell text for a header that takes any."""
    text = plain_line(text)
    return text if _stands_as_it_is(text) else _encoded(text)


def _stands_as_it_is(text: str) -> bool:
    """Tell whether text needs no encoding: short, ASCII, and not to be taken for something encoded."""
    return text.isascii() and len(text) <= _SHORT and _ENCODED_WORD not in text


def _encoded(text: str) -> str:
    """Spell any text as encoded words (RFC 2047), which show as the text and are never taken for anything else."""
    return Header(text, "utf-8", maxlinelen=_SHORT).encode(linesep=_POLICY.linesep)


def _on_the_wire(address: ValidatedEmail) -> str:
    """Spell an address in ASCII where it can be: the domain as IDNA has it, which every server understands."""
    return address.ascii_email or address.normalized
