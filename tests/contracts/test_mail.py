"""The contracts of mail senders and writers, for each adapter; with a real SMTP server where needed."""

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from klantportaal.adapters.mail.folder import FolderSender
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.ports.mail import MailUnavailable
from klantportaal.testing.contracts.mail import MAIL, MailRefusalContract, MailSenderContract, MailWriterContract
from klantportaal.testing.contracts.mail_messages import Delivered, as_delivered
from klantportaal.testing.contracts.promises import Without
from tests.contracts.fixtures.mail import OverSmtp, ToFolder
from tests.support import smtp


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

    @pytest.fixture
    def reopened(self) -> Without:
        """Say why it cannot be opened anew."""
        return Without("mail in memory is for tests, and ends with the process")

    @pytest.fixture
    def full(self) -> Without:
        """Say why there is room."""
        return Without("mail in memory has no limit")

    @pytest.fixture
    def away(self) -> MemorySender:
        """Return a sender that is down."""
        sender = MemorySender()
        sender.down = True
        return sender

    @pytest.fixture
    def slow(self) -> Without:
        """Say why it is never silent."""
        return Without("memory always answers")

    @pytest.fixture
    def refusing(self, sender: MemorySender) -> MemorySender:
        """Return a sender that refuses the recipient for now."""
        sender.refuse(MAIL.to, "451 4.7.1 try again later")
        return sender


class TestFolderSender(ToFolder, MailSenderContract):
    """The contract for the sender to a folder."""

    @pytest.fixture
    def adapter(self) -> Callable[[Path], FolderSender]:
        """Return the adapter."""
        return FolderSender

    def test_no_part_of_a_mail_is_left(self, full: FolderSender, folder: Path) -> None:
        """AL-2: without room, no temporary file is left behind."""
        with pytest.raises(MailUnavailable):
            full.send(MAIL, key="k1")
        assert {path.name for path in folder.iterdir()} <= {"filler"}


class TestSmtpSender(OverSmtp, MailSenderContract, MailRefusalContract):
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


class TestJinjaMailWriter(MailWriterContract):
    """The contract for the portal's own mail texts."""

    @pytest.fixture
    def writer(self) -> JinjaMailWriter:
        """Return a writer."""
        return JinjaMailWriter()
