"""Mail servers that refuse, are down, hang or cannot be trusted: no mail is lost, and none is sent unencrypted."""

import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import pytest

from klantportaal.adapters.mail.folder import FolderSender
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.mail.smtp import SmtpSender
from klantportaal.ports.mail import MailUnavailable, Undeliverable
from klantportaal.testing.contracts.mail import MAIL
from klantportaal.testing.contracts.mail_messages import read_message
from tests.support import smtp
from tests.support.effort import ENDLESS

SENDER = "portaal@kantoor.test"
LOGIN = ("portaal", "geheim van de mail")


@pytest.fixture
def server() -> Iterator[smtp.Server]:
    """A mail server that accepts everything."""
    with smtp.running() as server:
        yield server


def plain(port: int, **settings: Any) -> SmtpSender:
    """Make a sender that talks to a server on this machine without TLS."""
    return SmtpSender(smtp.HOST, port, sender=SENDER, tls="none", **settings)


def recite(listening: socket.socket, replies: list[str]) -> list[str]:
    """Send fixed replies to one client. Return the commands that it sent."""
    connection, _address = listening.accept()
    commands = []
    with connection, connection.makefile("rw", newline="\r\n") as lines:
        for reply in replies:
            lines.write(f"{reply}\n")
            lines.flush()
            commands.append(lines.readline().split(" ")[0].split(":")[0].strip())
    return [command for command in commands if command]


class TestRefusals:
    """A server that refuses the mail."""

    @pytest.mark.parametrize(
        "command,reply,error",
        [
            ("RCPT", "550 5.1.1 No such user", Undeliverable),
            ("RCPT", "553 5.1.3 Bad address syntax", Undeliverable),
            ("DATA", "552 5.2.2 Mailbox full", Undeliverable),
            ("DATA", "554 5.7.1 Message refused", Undeliverable),
            ("RCPT", "450 4.2.1 Greylisted", MailUnavailable),
            ("RCPT", "421 4.3.2 Shutting down", MailUnavailable),
            ("RCPT", "530 5.7.0 Authentication required", MailUnavailable),
            ("DATA", "451 4.3.0 Try again later", MailUnavailable),
            ("MAIL", "553 5.7.1 Sender not owned by user", MailUnavailable),
            ("MAIL", "452 4.3.1 Insufficient storage", MailUnavailable),
        ],
    )
    def test_what_is_about_the_address_is_final(
        self, server: smtp.Server, command: str, reply: str, error: type[Exception]
    ) -> None:
        """OF-1: A permanent refusal of the address is final, with the server's words. Other refusals are retried."""
        server.behaviour.replies[command] = reply
        with pytest.raises(error) as caught:
            plain(server.port).send(MAIL, key="k1")
        assert str(caught.value) == reply
        assert server.messages == []

    @pytest.mark.parametrize(
        "reply,error", [("550 5.1.1 No such user", Undeliverable), ("451 4.7.1 Not now", MailUnavailable)]
    )
    def test_a_server_may_judge_before_the_message(self, reply: str, error: type[Exception]) -> None:
        """OF-1: A refusal of the address in response to DATA, before the message, is treated in the same way."""
        with socket.create_server((smtp.HOST, 0)) as listening, ThreadPoolExecutor(1) as threads:
            talking = threads.submit(
                recite, listening, ["220 hello", "250 hello", "250 sender", "250 recipient", reply]
            )
            with pytest.raises(error) as caught:
                plain(listening.getsockname()[1]).send(MAIL, key="k1")
            assert talking.result() == ["ehlo", "mail", "rcpt", "data"]
        assert str(caught.value) == reply

    def test_what_the_server_says_is_cleaned(self, server: smtp.Server) -> None:
        """OF-1: The server's reply becomes one short line without control characters."""
        server.behaviour.replies["RCPT"] = "550-No\x07 such\x1b[31m user\r\n550 " + "x" * 400
        with pytest.raises(Undeliverable) as caught:
            plain(server.port).send(MAIL, key="k1")
        assert str(caught.value) == ("550 No such[31m user " + "x" * 400)[:300]

    def test_the_memory_refuses_as_told(self) -> None:
        """OF-1: With ``MemorySender`` a test can refuse an address or take the server down."""
        sender = MemorySender()
        sender.refuse(MAIL.to)
        with pytest.raises(Undeliverable):
            sender.send(MAIL, key="k1")
        other = attrs.evolve(MAIL, to="piet@klant.test")
        sender.down = True
        with pytest.raises(MailUnavailable):
            sender.send(other, key="k2")
        sender.down = False
        sender.send(other, key="k2")
        assert sender.sent == [other]


class TestInternationalAddresses:
    """Addresses with non-ASCII characters before the @."""

    ZOE = attrs.evolve(MAIL, to="zoë@klant.test")

    def test_they_get_mail_where_the_server_can(self, server: smtp.Server) -> None:
        """SI-1: If the server supports SMTPUTF8, the address is sent as it is."""
        plain(server.port).send(self.ZOE, key="k1")
        assert server.envelopes == [(SENDER, ("zoë@klant.test",))]
        assert "\r\nTo: zoë@klant.test\r\n".encode() in server.messages[0]

    def test_they_are_refused_where_it_cannot(self) -> None:
        """OF-1: Without SMTPUTF8 the mail is undeliverable, which the office sees."""
        with smtp.running(utf8=False) as server:
            with pytest.raises(Undeliverable):
                plain(server.port).send(self.ZOE, key="k1")
            assert server.messages == []


class TestTrouble:
    """A server that is down, slow, or disconnects too early."""

    def test_a_server_that_was_down_gets_it_later(self) -> None:
        """AL-2: While the server is down, sending raises ``MailUnavailable``. Later the mail is sent."""
        with smtp.running() as server:
            sender = plain(server.port)
        with pytest.raises(MailUnavailable):
            sender.send(MAIL, key="k1")
        with smtp.running(port=server.port) as server:
            sender.send(MAIL, key="k1")
            assert len(server.messages) == 1

    def test_an_unknown_server_is_unavailable(self) -> None:
        """AL-2: An unknown host name is a temporary failure."""
        with pytest.raises(MailUnavailable):
            SmtpSender("nergens.invalid", 25, sender=SENDER, tls="none").send(MAIL, key="k1")

    def test_a_server_that_says_nothing_is_left(self) -> None:
        """AL-2: A server that accepts the connection but does not reply costs no more than the timeout."""
        with socket.create_server((smtp.HOST, 0)) as silent:
            began = time.monotonic()
            with pytest.raises(MailUnavailable):
                plain(silent.getsockname()[1], timeout=0.5).send(MAIL, key="k1")
        assert 0.4 < time.monotonic() - began < ENDLESS

    def test_a_slow_server_has_one_timeout_in_all(self, server: smtp.Server) -> None:
        """AL-2: The timeout is for the whole conversation, also if each step is shorter. So a lease can be longer."""
        server.behaviour.seconds = 1.5
        began = time.monotonic()
        with pytest.raises(MailUnavailable):
            plain(server.port, timeout=2).send(MAIL, key="k1")
        assert time.monotonic() - began < 5  # each of the six replies is in time

    def test_a_mail_that_may_have_arrived_is_the_same_mail(self, server: smtp.Server) -> None:
        """ON-6: If the connection breaks after the message, the mail is sent again with the same Message-ID."""
        server.behaviour.hang_up_after_data = True
        with pytest.raises(MailUnavailable):
            plain(server.port).send(MAIL, key="k1")
        server.behaviour.hang_up_after_data = False
        plain(server.port).send(MAIL, key="k1")
        first, second = map(read_message, server.messages)
        assert first == second

    def test_a_good_bye_changes_nothing(self, server: smtp.Server) -> None:
        """ON-6: An accepted mail counts as sent, also if the server does not reply to QUIT."""
        server.behaviour.silent_at_the_end = True
        plain(server.port, timeout=2).send(MAIL, key="k1")
        assert len(server.messages) == 1


class TestTrust:
    """A server must prove its identity before it gets any mail."""

    @pytest.mark.parametrize("tls", ["starttls", "tls"])
    def test_mail_goes_over_tls_after_signing_in(self, tls: smtp.Tls) -> None:
        """SI-5: Mail is sent over TLS, after signing in."""
        with smtp.running(tls=tls, login=LOGIN) as server:
            sender = SmtpSender(
                smtp.HOST,
                server.port,
                sender=SENDER,
                username=LOGIN[0],
                password=LOGIN[1],
                tls=tls,
                context=server.trusting,
            )
            sender.send(MAIL, key="k1")
            assert (server.safe, server.signed_in) == ([True], [True])
            assert server.envelopes == [(SENDER, (MAIL.to,))]

    @pytest.mark.parametrize("password", [None, "verkeerd"])
    def test_a_wrong_password_is_not_the_address_fault(self, password: str | None) -> None:
        """AL-2: A wrong password of the vendor is a temporary failure. The address is not given up."""
        with smtp.running(tls="starttls", login=LOGIN) as server:
            sender = SmtpSender(
                smtp.HOST, server.port, sender=SENDER, username="portaal", password=password, context=server.trusting
            )
            with pytest.raises(MailUnavailable) as caught:
                sender.send(MAIL, key="k1")
            assert "535" in str(caught.value)
            assert server.messages == []

    @pytest.mark.parametrize("tls", ["starttls", "tls"])
    def test_a_stranger_s_certificate_is_refused(self, tls: smtp.Tls) -> None:
        """SI-5: A server with an untrusted certificate gets no mail and no password."""
        with smtp.running(tls=tls) as server:
            with pytest.raises(MailUnavailable, match=r"(?i)certificate"):
                SmtpSender(smtp.HOST, server.port, sender=SENDER, tls=tls).send(MAIL, key="k1")
            assert server.messages == []

    @pytest.mark.parametrize("tls", ["starttls", "tls"])
    def test_a_certificate_for_another_name_is_refused(self, tls: smtp.Tls) -> None:
        """SI-5: A certificate for another host name is refused."""
        with smtp.running(tls=tls) as server:
            sender = SmtpSender("127.0.0.1", server.port, sender=SENDER, tls=tls, context=server.trusting)
            with pytest.raises(MailUnavailable, match=r"(?i)certificate"):
                sender.send(MAIL, key="k1")
            assert server.messages == []

    def test_there_is_no_falling_back(self, server: smtp.Server) -> None:
        """SI-5: If STARTTLS is not offered, nothing is sent unencrypted."""
        with pytest.raises(MailUnavailable, match="STARTTLS"):
            SmtpSender(smtp.HOST, server.port, sender=SENDER, context=server.trusting).send(MAIL, key="k1")
        assert server.messages == []

    def test_certificates_are_checked_unless_somebody_says_otherwise(self) -> None:
        """SI-5: By default certificates and host names are checked against the system's authorities."""
        context = SmtpSender(smtp.HOST, 587, sender=SENDER)._context
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)

    @pytest.mark.parametrize(
        "settings",
        [
            {"sender": "Kantoor <portaal@kantoor.test>"},
            {"sender": "a@kantoor.test, b@kantoor.test"},
            {"sender": SENDER, "tls": "ssl"},
            {"sender": SENDER, "tls": "none", "username": "portaal", "password": "geheim"},
        ],
    )
    def test_wrong_settings_are_told_at_once(self, settings: dict[str, Any]) -> None:
        """SI-5: Invalid senders, unknown kinds of TLS and a password without TLS are refused at the start."""
        with pytest.raises((TypeError, ValueError), match=r"\w"):
            SmtpSender(smtp.HOST, 25, **settings)


class TestFolder:
    """A folder for mail."""

    def test_mail_is_for_the_owner_s_eyes(self, tmp_path: Path) -> None:
        """ON-4: Only the owner can read the files, because they contain links that set passwords."""
        FolderSender(tmp_path / "mail").send(MAIL, key="k1")
        (path,) = (tmp_path / "mail").iterdir()
        assert (path.parent.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o700, 0o600)

    def test_names_tell_the_order(self, tmp_path: Path) -> None:
        """ON-6: The file names sort in the order of sending."""
        for number in range(5):
            FolderSender(tmp_path).send(attrs.evolve(MAIL, subject=str(number)), key=f"k{number}")
        assert [read_message(path.read_bytes()).subject for path in sorted(tmp_path.glob("*.eml"))] == list("01234")

    def test_a_folder_that_cannot_be_written_is_unavailable(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """AL-2: If the disk is full, no partial file is left, and the mail can be sent later."""
        sender = FolderSender(tmp_path)

        def fail(*_: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr("os.fsync", fail)
            with pytest.raises(MailUnavailable, match="No space left"):
                sender.send(MAIL, key="k1")
        assert list(tmp_path.iterdir()) == []
        sender.send(MAIL, key="k1")
        assert len(list(tmp_path.glob("*.eml"))) == 1
