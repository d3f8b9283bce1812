"""A mail as its reader gets it, parsed from the bytes of the message."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address, AddressHeader, UniqueSingleAddressHeader
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr

import attrs

from klantportaal.ports.mail import LOGO_ID, Mail


@attrs.frozen(kw_only=True)
class Delivered:
    """A mail as its reader gets it."""

    sender_name: str
    reply_to: tuple[str, ...]
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    language: str
    message_id: str
    """The message id; for a sender that makes none, its own id of the mail."""
    logo: bytes | None = None
    """The picture that the HTML shows."""


def as_delivered(mail: Mail, *, message_id: str) -> Delivered:
    """Return the form in which a mail must arrive."""
    return Delivered(
        sender_name=mail.sender_name,
        reply_to=(mail.reply_to,),
        to=(mail.to,),
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        language=mail.language,
        message_id=message_id,
        logo=mail.logo,
    )


def read_message(raw: bytes) -> Delivered:
    """Parse a message as a mail reader does."""
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    (_sender,) = addresses_of(message, "From")
    text, html_part = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html_part is not None
    return Delivered(
        sender_name=shown_name(raw),
        reply_to=tuple(each.addr_spec for each in addresses_of(message, "Reply-To")),
        to=tuple(each.addr_spec for name in ("To", "Cc", "Bcc") for each in addresses_of(message, name)),
        subject=str(message["Subject"]),
        text=text.get_content().replace("\r\n", "\n"),
        html=html_part.get_content().replace("\r\n", "\n"),
        language=str(message["Content-Language"]),
        message_id=str(message["Message-ID"]),
        logo=_picture(message),
    )


def _picture(message: EmailMessage) -> bytes | None:
    """Read the picture to which the HTML refers by its Content-ID. It is none of the files of the mail."""
    assert list(message.iter_attachments()) == []
    pictures = [part for part in message.walk() if part.get_content_maintype() == "image"]
    if not pictures:
        return None
    (picture,) = pictures
    assert (picture.get_content_type(), picture["Content-ID"]) == ("image/png", f"<{LOGO_ID}>")
    content: bytes = picture.get_content()
    return content


def shown_name(raw: bytes) -> str:
    """Read the name of the sender.

    Uses the older parser: the newer one leaves gaps in names of several encoded words.
    """
    name, _address = parseaddr(str(message_from_bytes(raw)["From"]))
    return str(make_header(decode_header(name)))


def addresses_of(message: EmailMessage, name: str) -> tuple[Address, ...]:
    """Read the addresses of a header."""
    header = message[name]
    assert header is None or isinstance(header, AddressHeader | UniqueSingleAddressHeader)
    return () if header is None else header.addresses
