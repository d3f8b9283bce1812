"""Every sender and writer of mail keeps every promise; over a real SMTP server where one is needed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import pytest

from klantportaal.adapters.mail.folder import FolderSender
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.mail.smtp import SmtpSender
from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.testing.contracts.mail import MailSenderContract, MailWriterContract
from klantportaal.testing.contracts.mail_messages import Delivered, as_delivered, read_message
from tests.support import smtp

SENDER = "portaal@kantoor.test"


class TestMemorySender(MailSenderContract):
    """Memory against the contract."""

    @pytest.fixture
    def sender(self) -> MemorySender:
        """Give a sender."""
        return MemorySender()

    @pytest.fixture
    def delivered(self, sender: MemorySender) -> Callable[[], list[Delivered]]:
        """Give what it sent."""
        return lambda: [as_delivered(mail, message_id=key) for key, mail in sender.by_key.items()]


class TestFolderSender(MailSenderContract):
    """The folder against the contract."""

    @pytest.fixture
    def sender(self, tmp_path: Path) -> FolderSender:
        """Give a sender."""
        return FolderSender(tmp_path / "mail")

    @pytest.fixture
    def delivered(self, tmp_path: Path) -> Callable[[], list[Delivered]]:
        """Give what stands in the folder."""
        return lambda: [read_message(path.read_bytes()) for path in sorted((tmp_path / "mail").glob("*"))]


class TestSmtpSender(MailSenderContract):
    """SMTP, with every kind of TLS and without, against the contract."""

    @pytest.fixture(params=get_args(smtp.Tls))
    def tls(self, request: pytest.FixtureRequest) -> smtp.Tls:
        """Give a kind of TLS."""
        kind: smtp.Tls = request.param
        return kind

    @pytest.fixture
    def server(self, tls: smtp.Tls) -> Iterator[smtp.Server]:
        """Give a server."""
        with smtp.running(tls=tls) as server:
            yield server

    @pytest.fixture
    def sender(self, server: smtp.Server, tls: smtp.Tls) -> SmtpSender:
        """Give a sender."""
        return SmtpSender(smtp.HOST, server.port, sender=SENDER, tls=tls, context=server.trusting)

    @pytest.fixture
    def delivered(self, server: smtp.Server) -> Callable[[], list[Delivered]]:
        """Give what the server got."""
        return lambda: [read_message(raw) for raw in server.messages]


class TestJinjaMailWriter(MailWriterContract):
    """The portal's own words against the contract."""

    @pytest.fixture
    def writer(self) -> JinjaMailWriter:
        """Give a writer."""
        return JinjaMailWriter()
