"""The message as sent: whatever a mail contains, it has one sender, one recipient and the right headers."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.adapters.mail import building
from klantportaal.adapters.outgoing_folder import digest
from klantportaal.domain.values import Language, plain_line
from klantportaal.ports.mail import Undeliverable
from klantportaal.testing.contracts.mail import MAIL
from klantportaal.testing.contracts.mail_messages import read_message

SENDER = "portaal@büro.test"
HEADERS = [
    *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
    *("MIME-Version", "Content-Type", "Content-Language"),
]
LINES = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from('\r\n\0,;:<>"\\@=?_. ')), max_size=120
) | st.sampled_from(["=?utf-8?q?=0D=0ABcc=3A_x=40y=2Etest?=", "=?utf-8?b?DQpCY2M6IHhAeS50ZXN0?=", "==??utf-8?q?=0A?="])


def parsed(raw: bytes) -> EmailMessage:
    """Parse a message."""
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_the_headers_are_these() -> None:
    """ON-1: a mail is marked as automatic, so that nobody replies automatically; the sender's domain is in ASCII."""
    before = datetime.now(UTC)
    envelope = building.build(MAIL, key="k1", sender=SENDER)
    message = parsed(envelope.content)
    assert message.keys() == HEADERS
    assert message["From"] == "Notariskantoor De Vries & Zoon <portaal@xn--bro-hoa.test>"
    assert message["Message-ID"] == f"<{digest('k1')}@xn--bro-hoa.test>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "nl"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert before - timedelta(seconds=1) <= parsedate_to_datetime(message["Date"]) <= datetime.now(UTC)
    assert (envelope.sender, envelope.recipient) == ("portaal@xn--bro-hoa.test", MAIL.to)


@given(name=LINES, subject=LINES, text=LINES, html=LINES)
def test_no_text_changes_the_message(name: str, subject: str, text: str, html: str) -> None:
    """OF-3: no text adds a header, recipient, part or line; all text that can be shown arrives."""
    mail = attrs.evolve(MAIL, sender_name=name, subject=subject, text=text, html=html, language=Language.ENGLISH)
    raw = building.build(mail, key=name, sender=SENDER).content
    message = parsed(raw)
    assert message.keys() == HEADERS
    assert len(list(message.iter_parts())) == 2
    arrived = read_message(raw)
    assert (arrived.to, arrived.reply_to) == ((MAIL.to,), (MAIL.reply_to,))
    assert words(arrived.sender_name) == words(plain_line(name))
    assert words(arrived.subject) == words(plain_line(subject))
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    raw.decode("ascii")


@pytest.mark.parametrize(
    "address",
    ["=?utf-8?q?=0D=0ABcc=3A_x?=@klant.test", "a@klant.test, b@klant.test", "", "a@klant.test\nBcc: b@klant.test"],
)
def test_no_address_changes_the_message(address: str) -> None:
    """OF-3: recipient and contact address are always exactly one address."""
    with pytest.raises(Undeliverable):
        building.build(attrs.evolve(MAIL, to=address), key="k1", sender=SENDER)
    with pytest.raises(Undeliverable):
        building.build(attrs.evolve(MAIL, reply_to=address), key="k1", sender=SENDER)


def words(text: str) -> list[str]:
    """Split a text at white space, of which folding may change the amount."""
    return text.split()
