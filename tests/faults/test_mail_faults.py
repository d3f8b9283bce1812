"""Mail servers that refuse, are down, hang or cannot be trusted: no mail is lost, and none is sent unencrypted."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import attrs
import pytest

from klantportaal.adapters.mail.folder import FolderSender
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.mail.smtp import SmtpSender
from klantportaal.ports.mail import DestinationUnavailable, MailServerUnavailable, MailUnavailable, Undeliverable
from klantportaal.testing.contracts.mail import MAIL
from klantportaal.testing.contracts.mail_messages import read_message
from tests.support import smtp
from tests.support.children import fork
from tests.support.effort import ENDLESS

SENDER = "portaal@kantoor.test"
LOGIN = ("portaal", "geheim van de mail")


@pytest.fixture
def server() -> Iterator[smtp.Server]:
    """A mail server that accepts everything."""
    with smtp.running() as server:
        yield server


_SENDERS: list[SmtpSender] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """Close the senders of a test."""
    yield
    while _SENDERS:
        _SENDERS.pop().close()


def sending(port: int, *, host: str = smtp.HOST, **settings: Any) -> SmtpSender:
    """Make a sender. It is closed after the test."""
    _SENDERS.append(SmtpSender(host, port, **{"sender": SENDER, **settings}))
    return _SENDERS[-1]


def plain(port: int, **settings: Any) -> SmtpSender:
    """Make a sender that talks to a server on this machine without TLS."""
    return sending(port, tls="none", **settings)


def recite(listening: socket.socket, replies: list[str]) -> list[str]:
    """Send fixed replies to one client. Return the commands that it sent."""
    connection, _address = listening.accept()
    commands = []
    with connection, connection.makefile("rw", newline="\r\n") as lines:
        for reply in replies:
            lines.write(f"{reply}\n")
            lines.flush()
            commands.append(lines.readline().strip())
    return [command for command in commands if command]


@attrs.frozen
class Dripping:
    """A server that never ends its first reply."""

    port: int
    trusting: ssl.SSLContext
    said: threading.Event
    """Set once the client has closed the connection."""


@contextmanager
def dripping(said: bytes, *, tls: bool, seconds: float = 0.1) -> Iterator[Dripping]:
    """Run a server that says the same again and again, until the client closes the connection."""
    certificate, trusting = smtp.certificates()
    left = threading.Event()

    def talk() -> None:
        connection, _address = listening.accept()
        with suppress(OSError), connection:
            speaking = certificate.wrap_socket(connection, server_side=True) if tls else connection
            with speaking:
                while True:
                    speaking.sendall(said)
                    left.wait(seconds)
        left.set()

    with socket.create_server((smtp.HOST, 0)) as listening, ThreadPoolExecutor(1) as threads:
        talking = threads.submit(talk)
        yield Dripping(listening.getsockname()[1], trusting, left)
        talking.result()


class TestRefusals:
    """A server that refuses the mail."""

    @pytest.mark.parametrize(
        "command,reply,error",
        [
            ("RCPT", "550 5.1.1 No such user", Undeliverable),
            ("RCPT", "553 5.1.3 Bad address syntax", Undeliverable),
            ("RCPT", "550 no such user", Undeliverable),
            ("DATA", "550 5.1.1 No such user", Undeliverable),
            ("DATA", "550 not here", MailUnavailable),
            ("DATA", "552 5.2.2 Mailbox full", MailUnavailable),
            ("RCPT", "552 5.2.2 Over quota", MailUnavailable),
            ("DATA", "554 5.7.1 Message refused by DMARC", MailUnavailable),
            ("RCPT", "554 5.7.1 Relay access denied", MailUnavailable),
            ("RCPT", "550 5.7.1 Blocked by a list", MailUnavailable),
            ("RCPT", "550 relay not permitted", MailUnavailable),
            ("RCPT", "550 Sender verify failed", MailUnavailable),
            ("RCPT", "450 4.2.1 Greylisted", MailUnavailable),
            ("DATA", "451 4.3.0 Try again later", MailUnavailable),
        ],
    )
    def test_what_says_that_nobody_is_there_is_final(
        self, server: smtp.Server, command: str, reply: str, error: type[Exception]
    ) -> None:
        """AL-2: A refusal is final if it says that the recipient does not exist. All others are retried."""
        server.behaviour.replies[command] = reply
        with pytest.raises(Exception, match=r"\w") as caught:
            plain(server.port).send(MAIL, key="k1")
        assert (type(caught.value), str(caught.value)) == (error, reply)
        assert server.messages == []

    @pytest.mark.parametrize(
        "command,reply,told",
        [
            ("MAIL", "553 5.7.1 Sender not owned by user", "553 5.7.1 Sender not owned by user"),
            ("MAIL", "452 4.3.1 Insufficient storage", "452 4.3.1 Insufficient storage"),
            ("RCPT", "421 4.3.2 Shutting down for jan.jansen@klant.test", "421 4.3.2"),
            ("RCPT", "530 5.7.0 Authentication required", "530 5.7.0"),
        ],
    )
    def test_what_is_about_all_mail(self, server: smtp.Server, command: str, reply: str, told: str) -> None:
        """AL-6: A refusal that is not about the recipient makes all mail wait, and names no recipient."""
        server.behaviour.replies[command] = reply
        with pytest.raises(MailServerUnavailable, match="Check") as caught:
            plain(server.port).send(MAIL, key="k1")
        assert told in str(caught.value)
        assert "jan" not in str(caught.value)
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
            assert [command[:4] for command in talking.result()] == ["ehlo", "mail", "rcpt", "data", "quit"]
        assert str(caught.value) == reply

    def test_a_server_that_never_asked_for_the_message(self) -> None:
        """AL-2: A server that answers DATA with success did not take the message, so the mail is retried."""
        replies = ["220 hello", "250 hello", "250 sender", "250 recipient", "250 2.0.0 queued", "221 bye"]
        with socket.create_server((smtp.HOST, 0)) as listening, ThreadPoolExecutor(1) as threads:
            talking = threads.submit(recite, listening, replies)
            with pytest.raises(MailUnavailable, match=r"250 2\.0\.0 queued"):
                plain(listening.getsockname()[1]).send(MAIL, key="k1")
            assert [command[:4] for command in talking.result()] == ["ehlo", "mail", "rcpt", "data", "quit"]

    @pytest.mark.parametrize(
        "replies",
        [
            ["421 4.3.2 too many connections"],
            ["554 5.3.2 not now"],
            ["220 hello", "421 4.3.2 shutting down"],
            ["220 hello", "250 hello", "421 4.3.2 shutting down"],
            ["220 hello", "250 hello", "451 4.7.1 slow down"],
            ["220 hello", "250 hello", "550 relay not permitted"],
            ["220 hello", "250 hello", "550 5.1.1 no such user"],
            ["220 hello", "250 hello", "250 sender", "421 4.7.0 enough"],
            ["220 hello", "250 hello", "250 sender", "503 sign in first"],
            ["220 hello", "250 hello", "250 sender", "250 recipient", "421 4.3.2 shutting down"],
            ["220 hello", "250 hello", "250 sender", "250 recipient", "354 go on", "421 4.3.2 shutting down"],
            [],
            ["220 hello"],
            ["220 hello", "250 hello"],
            ["no reply of SMTP"],
        ],
        ids=lambda replies: " / ".join(replies) or "nothing",
    )
    def test_a_server_that_ends_it_anywhere(self, replies: list[str]) -> None:
        """AL-2, AL-6: Wherever a server says that it is closing, or goes, all mail waits, and nobody is named."""
        with socket.create_server((smtp.HOST, 0)) as listening, ThreadPoolExecutor(1) as threads:
            talking = threads.submit(recite, listening, replies)
            with pytest.raises(MailServerUnavailable, match="Check") as caught:
                plain(listening.getsockname()[1]).send(MAIL, key="k1")
            with suppress(OSError):  # The sender may have gone first.
                talking.result()
        assert MAIL.to not in str(caught.value)

    @pytest.mark.parametrize("reply", ["454 4.7.0 TLS not available", "501 no", "554 5.7.3 no", "250 yes"])
    def test_a_server_that_begins_no_tls(self, reply: str) -> None:
        """SI-5, AL-2: Unless a server begins TLS, nothing is sent unencrypted, and all mail waits."""
        with socket.create_server((smtp.HOST, 0)) as listening, ThreadPoolExecutor(1) as threads:
            talking = threads.submit(recite, listening, ["220 hello", "250-hello\r\n250 STARTTLS", reply])
            with pytest.raises(MailServerUnavailable, match="Check"):
                sending(listening.getsockname()[1]).send(MAIL, key="k1")
            assert [command[:8].lower() for command in talking.result()][:2] == ["ehlo kan", "starttls"]

    @pytest.mark.parametrize("at", ["MAIL", "DATA"])
    def test_a_server_that_hangs_anywhere(self, at: str) -> None:
        """AL-2: A server that stops answering in the middle costs one timeout, and the mail is retried."""
        before = ["220 hello", "250 hello", "250 sender", "250 recipient", "354 go on"]
        released = threading.Event()

        def stop() -> None:
            connection, _address = listening.accept()
            with connection, connection.makefile("rw", newline="\r\n") as lines:
                for reply in before if at == "DATA" else before[:2]:
                    lines.write(f"{reply}\n")
                    lines.flush()
                    lines.readline()
                released.wait(60)

        with socket.create_server((smtp.HOST, 0)) as listening, ThreadPoolExecutor(1) as threads:
            talking = threads.submit(stop)
            with pytest.raises(DestinationUnavailable if at == "DATA" else MailServerUnavailable):
                plain(listening.getsockname()[1], timeout=0.5).send(MAIL, key="k1")
            released.set()
            talking.result()

    def test_what_the_server_says_is_cleaned(self, server: smtp.Server) -> None:
        """OF-1: The server's reply becomes one short line without control characters."""
        server.behaviour.replies["RCPT"] = "550-5.1.1 No\x07 such\x1b[31m user\r\n550 " + "x" * 400
        with pytest.raises(Undeliverable) as caught:
            plain(server.port).send(MAIL, key="k1")
        assert str(caught.value) == ("550 5.1.1 No such[31m user " + "x" * 400)[:300]

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


class TestReports:
    """A server that reports what it could not deliver (RFC 3461)."""

    KEY = "invitation-0199f1c2-7d3e-7aaa-8bbb-123456789abc"

    @pytest.mark.parametrize("dsn", [True, False])
    def test_a_server_that_reports_is_told_the_key(self, dsn: bool) -> None:
        """AL-6: A server with DSN gets the key as envelope id, and reports failures only. Others are not asked."""
        offer = "250-hello\r\n250 DSN" if dsn else "250 hello"
        replies = ["220 hello", offer, "250 sender", "550 5.1.1 unknown", "221 bye"]
        with socket.create_server((smtp.HOST, 0)) as listening, ThreadPoolExecutor(1) as threads:
            talking = threads.submit(recite, listening, replies)
            with pytest.raises(Undeliverable):
                plain(listening.getsockname()[1]).send(MAIL, key=self.KEY)
            _ehlo, sender, recipient, _quit = talking.result()
        told = f" RET=HDRS ENVID={self.KEY}" if dsn else ""
        assert sender.lower() == f"mail from:<{SENDER}>{told}".lower()
        assert recipient.lower() == f"rcpt to:<{MAIL.to}>{' NOTIFY=FAILURE' if dsn else ''}".lower()

    def test_the_message_id_has_the_key(self, server: smtp.Server) -> None:
        """AL-6: The Message-ID has the portal's own key, so that a report that quotes it identifies the mail."""
        plain(server.port).send(MAIL, key=self.KEY)
        assert read_message(server.messages[0]).message_id == f"<{self.KEY}@kantoor.test>"


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

    @pytest.mark.parametrize("said", [b"2", b"250-more\r\n"])
    @pytest.mark.parametrize("tls", [False, True])
    def test_a_server_that_drips_has_one_timeout_in_all(self, said: bytes, tls: bool) -> None:
        """AL-2: The timeout is for the whole exchange, however slowly the server talks. So a lease can be longer."""
        with dripping(said, tls=tls) as server:
            with pytest.raises(MailServerUnavailable, match=r"timed out|the time for sending is over"):
                sending(server.port, tls="tls" if tls else "none", context=server.trusting, timeout=1).send(
                    MAIL, key="k1"
                )
            # It drips ten times a second: with a timeout for each byte it would never end.
            assert server.said.wait(60)

    def test_a_handshake_that_drips_has_one_timeout_in_all(self) -> None:
        """AL-2: The timeout holds for the handshake of TLS, too."""
        with dripping(b"\x16", tls=False) as server, pytest.raises(MailServerUnavailable):
            sending(server.port, tls="tls", timeout=1).send(MAIL, key="k1")

    def test_a_server_that_never_stops_talking_is_left(self) -> None:
        """AL-2: A server cannot fill the memory with a reply without end."""
        said = b"250-" + b"x" * 400 + b"\r\n"
        with (
            dripping(said, tls=False, seconds=0) as server,
            pytest.raises(MailServerUnavailable, match="does not stop talking"),
        ):
            plain(server.port).send(MAIL, key="k1")

    def test_a_name_that_is_never_found_has_a_timeout(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """AL-2: The timeout holds for looking up the server's address."""
        released = threading.Event()
        monkeypatch.setattr("socket.getaddrinfo", lambda *_all, **_named: [released.wait(60)][1:])
        try:
            with pytest.raises(MailServerUnavailable, match="could not be looked up in time"):
                plain(25, timeout=0.2).send(MAIL, key="k1")
        finally:
            released.set()

    def test_a_domain_that_hangs_is_told_from_a_server_that_does(self, server: smtp.Server) -> None:
        """AL-2: If the server hangs at the recipient, only the recipient's domain is to blame."""
        server.behaviour.hangs_for = "klant.test"
        with pytest.raises(DestinationUnavailable):
            plain(server.port, timeout=1).send(MAIL, key="k1")
        plain(server.port).send(attrs.evolve(MAIL, to="piet@ander.test"), key="k2")
        assert len(server.messages) == 1

    def test_a_mail_that_may_have_arrived_is_the_same_mail(self, server: smtp.Server) -> None:
        """ON-6: If the connection breaks after the message, the mail is sent again with the same Message-ID."""
        server.behaviour.hang_up_after_data = True
        with pytest.raises(MailUnavailable):
            plain(server.port).send(MAIL, key="k1")
        server.behaviour.hang_up_after_data = False
        plain(server.port).send(MAIL, key="k1")
        first, second = map(read_message, server.messages)
        assert first == second

    def test_one_connection_serves_several_mails(self, server: smtp.Server) -> None:
        """AL-2: The connection stays open for the next mail, and is closed when nothing is left to send."""
        sender = plain(server.port)
        for number in range(5):
            sender.send(MAIL, key=f"k{number}")
        sender.close()
        sender.send(MAIL, key="last")
        assert (len(server.messages), server.connections) == (6, 2)

    @pytest.mark.parametrize("reply", ["421 4.7.0 Too many mails", "451 4.7.1 Enough for this connection"])
    def test_a_connection_that_the_server_ends_is_replaced(self, server: smtp.Server, reply: str) -> None:
        """AL-2: If the server takes no more mail on an open connection, the next mail goes over a new one."""
        server.behaviour.mails_a_connection = (1, reply)
        sender = plain(server.port)
        for number in range(3):
            sender.send(MAIL, key=f"k{number}")
        assert (len(server.messages), server.connections) == (3, 3)

    def test_a_connection_that_broke_is_replaced(self) -> None:
        """AL-2: If an open connection is gone, the next mail goes over a new one."""
        with smtp.running() as server:
            sender = plain(server.port)
            sender.send(MAIL, key="k1")
        with smtp.running(port=server.port) as server:
            sender.send(MAIL, key="k2")
            assert len(server.messages) == 1

    def test_a_forked_child_opens_its_own_connection(self, server: smtp.Server) -> None:
        """AL-2: A child does not use its parent's connection, which stays open."""
        sender = plain(server.port)
        sender.send(MAIL, key="k1")

        def work() -> None:
            sender.send(MAIL, key="k2")
            sender.close()

        fork(work).result()
        sender.send(MAIL, key="k3")
        assert (len(server.messages), server.connections) == (3, 2)

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
            sender = sending(
                server.port,
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
