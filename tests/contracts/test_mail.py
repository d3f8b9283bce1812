"""The contracts of mail senders and writers, for each adapter; with a real SMTP server where needed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import pytest

from klantportaal.adapters.mail.folder import FolderSender
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.mail.smtp import SmtpSender
from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.testing.contracts.mail import MAIL, MailRefusalContract, MailSenderContract, MailWriterContract
from klantportaal.testing.contracts.mail_messages import Delivered, as_delivered, read_message
from tests.support import smtp

SENDER = "portaal@kantoor.test"


class TestMemorySender(MailSenderContract, MailRefusalContract):
    """The contract for the sender in memory."""

    @pytest.fixture
    def replying(self, sender: MemorySender) -> Callable[[str], None]:
        """Return a function that sets the reply about the recipient."""
        return lambda reply: sender.refuse(MAIL.to, reply) if reply else sender.accept(MAIL.to)

    @pytest.fixture
    def sender(self) -> MemorySender:
        """Return a sender."""
        return MemorySender()

    @pytest.fixture
    def delivered(self, sender: MemorySender) -> Callable[[], list[Delivered]]:
        """Return a function that lists the mails sent."""
        return lambda: [as_delivered(mail, message_id=key) for key, mail in sender.by_key.items()]


class TestFolderSender(MailSenderContract):
    """The contract for the sender to a folder."""

    @pytest.fixture
    def sender(self, tmp_path: Path) -> FolderSender:
        """Return a sender."""
        return FolderSender(tmp_path / "mail")

    @pytest.fixture
    def delivered(self, tmp_path: Path) -> Callable[[], list[Delivered]]:
        """Return a function that lists the mails in the folder."""
        return lambda: [read_message(path.read_bytes()) for path in sorted((tmp_path / "mail").glob("*"))]


class TestSmtpSender(MailSenderContract, MailRefusalContract):
    """The contract for SMTP, with each kind of TLS and without."""

    @pytest.fixture
    def replying(self, server: smtp.Server) -> Callable[[str], None]:
        """Return a function that sets the server's reply to RCPT."""
        return lambda reply: server.behaviour.replies.update(RCPT=reply or "250 OK")

    @pytest.fixture(params=get_args(smtp.Tls))
    def tls(self, request: pytest.FixtureRequest) -> smtp.Tls:
        """Return each kind of TLS in turn."""
        kind: smtp.Tls = request.param
        return kind

    @pytest.fixture
    def server(self, tls: smtp.Tls) -> Iterator[smtp.Server]:
        """Return a server."""
        with smtp.running(tls=tls) as server:
            yield server

    @pytest.fixture
    def sender(self, server: smtp.Server, tls: smtp.Tls) -> Iterator[SmtpSender]:
        """Return a sender."""
        sender = SmtpSender(smtp.HOST, server.port, sender=SENDER, tls=tls, context=server.trusting)
        yield sender
        sender.close()

    @pytest.fixture
    def delivered(self, server: smtp.Server) -> Callable[[], list[Delivered]]:
        """Return a function that lists the mails that the server received."""
        return lambda: [read_message(raw) for raw in server.messages]


class TestJinjaMailWriter(MailWriterContract):
    """The contract for the portal's own mail texts."""

    @pytest.fixture
    def writer(self) -> JinjaMailWriter:
        """Return a writer."""
        return JinjaMailWriter()
