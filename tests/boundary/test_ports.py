"""Wrong results of a vendor's adapters are reported by port and method, and nothing is written (AL-5)."""

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import pytest

from klantportaal.adapters.anchors.memory import MemoryAnchors
from klantportaal.adapters.clock import SystemClock
from klantportaal.adapters.files.disk import DiskFiles
from klantportaal.adapters.files.memory import MemoryFiles
from klantportaal.adapters.flask import blueprint
from klantportaal.adapters.mail.memory import MemorySender
from klantportaal.adapters.mail.smtp import SmtpSender
from klantportaal.adapters.mail.texts import JinjaMailWriter
from klantportaal.adapters.sms.apprise import AppriseSmsSender
from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.documents import DocumentKind, Publication
from klantportaal.domain.scanning import CLEAN, ScanVerdict
from klantportaal.embedded import portal as embedded_portal
from klantportaal.portal import Portal
from klantportaal.ports.scanner import Scanner
from klantportaal.settings import Settings
from klantportaal.testing.fakes import (
    CountingCodes,
    CountingIds,
    CountingTokens,
    FewPasswords,
    PlainPasswords,
    PlainPdf,
    PlainSeals,
    PlainVault,
)
from tests.boundary import calls
from tests.usecases.matrix.scene import Things
from tests.usecases.world import PASSWORD, PDF, World

PNG = b"\x89PNG\r\n\x1a\n" + bytes(5000)


RESULTS: Mapping[str, tuple[str, str, object, Callable[[Things], object], str]] = {
    "a naive moment": (
        "clock",
        "now",
        datetime(2026, 3, 2),  # noqa: DTZ001 - which makes it wrong
        lambda of: of.world.invite("nieuw@example.nl"),
        "Clock.now: its result must be a datetime with time zone, not a datetime without time zone",
    ),
    "an id that is text": (
        "ids",
        "new",
        "abc",
        lambda of: of.world.invite("nieuw@example.nl"),
        "Ids.new: its result must be a UUID, not str",
    ),
    "no verdict": (
        "passwords",
        "verify",
        None,
        lambda of: of.world.portal.client.sign_in.sign_in(of.world.visitor, "koper@example.nl", PASSWORD),
        "Passwords.verify: its result must be a Verdict, not None",
    ),
    "a hash of bytes": (
        "passwords",
        "hash",
        b"hash",
        lambda of: of.world.portal.client.profile.change_password(
            of.owner, current=PASSWORD, password="Klaproos8", repeated="Klaproos8"
        ),
        "Passwords.hash: its result must be a str, not bytes",
    ),
    "a file's size alone": (
        "files",
        "write",
        7,
        lambda of: of.world.publish(of.dossier, of.owner),
        "Files.write: its result must be a Written, not int",
    ),
    "a file's bytes at once": (
        "files",
        "read",
        PDF,
        lambda of: of.world.portal.client.dossiers.download(of.owner, of.dossier, of.document),
        "Files.read: its result must be a Blocks (something with __next__, close), not bytes",
    ),
}


@pytest.mark.parametrize("case", RESULTS)
def test_wrong_results(case: str, in_memory: Things, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-5: the error names port and method; nothing is written, except the attempt of a password (SI-2)."""
    port, method, result, call, message = RESULTS[case]
    before = calls.everything_kept(in_memory, but="throttles")
    monkeypatch.setattr(getattr(in_memory.world, port), method, lambda *_args, **_kwargs: result)
    with pytest.raises(TypeError) as told:
        call(in_memory)
    monkeypatch.undo()
    assert str(told.value) == message
    assert calls.everything_kept(in_memory, but="throttles") == before


class Talking:
    """A scanner that returns text."""

    def scan(self, blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
        """Return text."""
        yield from blocks
        return "infected"  # type: ignore[return-value]


class Deciding:
    """A scanner that returns its verdict at once."""

    def scan(self, blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
        """Return a verdict."""
        return CLEAN  # type: ignore[return-value]


class Reading:
    """A scanner that makes text of a file."""

    def scan(self, blocks: Iterable[bytes]) -> Generator[bytes, None, ScanVerdict]:
        """Yield text."""
        yield from (block.decode("latin-1") for block in blocks)  # type: ignore[misc]
        return CLEAN


@pytest.mark.parametrize(
    "scanner, message",
    [
        (Talking(), "Scanner.scan: its verdict must be a ScanVerdict, not str"),
        (Deciding(), "Scanner.scan: its result must be a Generator, each part bytes, not ScanVerdict"),
        (Reading(), "blocks must be bytes, each of them, not str"),
    ],
)
def test_a_scanner_with_wrong_results(scanner: Scanner, message: str) -> None:
    """AL-5, AT-3: a scanner that returns text, a verdict at once, or other blocks is refused, and the file with it."""
    world = World(scanner=scanner)
    jan = world.onboard()
    dossier = world.dossier(jan)
    draft = world.portal.client.messages.new_draft()
    with pytest.raises(TypeError) as told:
        world.portal.client.attachments.stage(jan, dossier, draft, name="a.pdf", blocks=[PDF])
    assert str(told.value) == message
    assert world.files.contents == {}
    assert world.portal.client.messages.uploads(jan, dossier, draft) == []


def test_a_mail_writer_that_gives_text(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """AL-5, AL-2: a mail that is not a Mail is not sent; the error is logged, and the mail retried."""
    world = World()
    world.invite()
    write = JinjaMailWriter.write
    monkeypatch.setattr(JinjaMailWriter, "write", lambda _self, letter: letter.name)
    assert world.deliver() == []
    assert "MailWriter.write: its result must be a Mail, not str" in caplog.text
    monkeypatch.setattr(JinjaMailWriter, "write", write)
    world.later(minutes=1)
    assert len(world.deliver()) == 1


STREAMS: Mapping[str, Callable[[Things, Iterator[bytes]], object]] = {
    "publish": lambda of, blocks: of.world.portal.office.documents.publish(
        of.world.handler, of.dossier, publication(of), name="a.pdf", blocks=blocks
    ),
    "replace": lambda of, blocks: of.world.portal.office.documents.replace(
        of.world.handler, of.document, name="a.pdf", blocks=blocks
    ),
    "change_logo": lambda of, blocks: of.world.portal.office.profile.change_logo(
        of.world.handler, name="a.png", blocks=blocks
    ),
    "stage": lambda of, blocks: of.world.portal.client.attachments.stage(
        of.owner, of.dossier, of.draft, name="a.pdf", blocks=blocks
    ),
    "stage an answer": lambda of, blocks: of.world.portal.client.answer_files.stage(
        of.owner, of.assignment, "kopie", name="a.pdf", blocks=blocks
    ),
}


def publication(of: Things) -> Publication:
    """Make a publication for the company."""
    return Publication(kind=DocumentKind.DOCUMENT, title="Nota", for_clients=frozenset({of.owner.client_id}))


@pytest.mark.parametrize("wrong", ["text", None, 7], ids=repr)
@pytest.mark.parametrize("call", STREAMS)
def test_a_stream_of_something_else(call: str, wrong: Any, in_memory: Things) -> None:
    """AL-5: each block of a stream is checked when it is read."""
    before = calls.everything_kept(in_memory)
    sound = PNG if call == "change_logo" else PDF
    for blocks in ([wrong], [sound, wrong], [sound, sound, wrong]):
        with pytest.raises(TypeError, match="blocks must be bytes, each of them"):
            STREAMS[call](in_memory, iter(blocks))
    assert calls.everything_kept(in_memory) == before


PORTS: Mapping[str, Callable[[], object]] = {
    "storage": MemoryStorage,
    "files": MemoryFiles,
    "anchors": MemoryAnchors,
    "mail": MemorySender,
    "mail_writer": JinjaMailWriter,
    "pdf": PlainPdf,
    "clock": SystemClock,
    "ids": CountingIds,
    "tokens": CountingTokens,
    "passwords": PlainPasswords,
    "blocklist": FewPasswords,
    "seals": PlainSeals,
    "codes": CountingCodes,
    "vault": PlainVault,
}


@pytest.mark.parametrize("port", [*PORTS, "sms", "sms_writer", "scanner", "settings", "closing"])
def test_wrong_ports(port: str) -> None:
    """AL-5: an object that is not the port is refused by name; so is a class instead of an instance."""
    given: dict[str, Any] = {name: make() for name, make in PORTS.items()}
    for wrong in ("text", b"bytes", 7, object(), {}, PORTS.get(port, MemorySender)):
        if port == "closing" and callable(wrong):
            continue
        with pytest.raises(TypeError, match=rf"^Portal.assemble: {port} must be a"):
            Portal.assemble(**{**given, port: wrong})
    assert Portal.assemble(**given).settings == Settings()


CONSTRUCTORS: Mapping[str, tuple[Callable[[Any], object], str]] = {
    "a pepper that is text": (
        lambda tmp: embedded_portal(tmp, mail=MemorySender(), pepper="geheim" * 9),  # type: ignore[arg-type]
        "pepper must be bytes, not text: use bytes.fromhex(text) for hexadecimal digits, text.encode() otherwise",
    ),
    "a port that is text": (
        lambda _tmp: SmtpSender("mail.example.nl", "587", sender="a@example.nl"),  # type: ignore[arg-type]
        "SmtpSender: port must be an int, not str",
    ),
    "a way of encrypting that is none": (
        lambda _tmp: SmtpSender("mail.example.nl", 587, sender="a@example.nl", tls="ssl"),  # type: ignore[arg-type]
        "SmtpSender: tls must be 'starttls' or 'tls' or 'none', not str 'ssl'",
    ),
    "a folder that is text": (
        lambda _tmp: DiskFiles("files"),  # type: ignore[arg-type]
        "DiskFiles: folder must be a Path, not str",
    ),
    "a database that is a number": (
        lambda _tmp: SqlStorage.sqlite(7),  # type: ignore[arg-type]
        "SqlStorage.sqlite: path must be a str or a PathLike, not int",
    ),
    "proxies that are one text": (
        lambda _tmp: blueprint(World().portal, proxies="10.0.0.0/8"),
        "blueprint: proxies must be a Collection, each part a str, not str",
    ),
    "an office that is text": (
        lambda _tmp: blueprint(World().portal, office="kantoor"),  # type: ignore[arg-type]
        "blueprint: office must be an OfficeId (a UUID) or a callable or None, not str",
    ),
    "a portal that is another thing": (
        lambda _tmp: blueprint(World()),  # type: ignore[arg-type]
        "blueprint: portal must be a Portal, not World",
    ),
}


@pytest.mark.parametrize("case", CONSTRUCTORS)
def test_wrong_constructors(case: str, tmp_path: Any) -> None:
    """AL-5: wrong arguments for portals, adapters and hosts are refused by name too."""
    make, message = CONSTRUCTORS[case]
    with pytest.raises(TypeError) as told:
        make(tmp_path)
    assert str(told.value) == message


OUT_OF_RANGE: Mapping[str, tuple[Callable[[], object], str]] = {
    "no port": (lambda: SmtpSender("mail.example.nl", 0, sender="a@example.nl"), "SmtpSender: port must be at least 1"),
    "a large port": (lambda: SmtpSender("mail.example.nl", 65536, sender="a@example.nl"), "SmtpSender: port must be"),
    "no time for a mail": (
        lambda: SmtpSender("mail.example.nl", 587, sender="a@example.nl", timeout=0),
        "SmtpSender: timeout must be more than 0",
    ),
    "no time for an SMS": (
        lambda: AppriseSmsSender("messagebird://key/sender/{to}", timeout=-1),
        "AppriseSmsSender: timeout must be more than 0",
    ),
    "no connections": (
        lambda: SqlStorage.postgresql("postgresql://db/x", connections=0),
        "SqlStorage.postgresql: connections must be at least 1",
    ),
    "no patience with PostgreSQL": (
        lambda: SqlStorage.postgresql("postgresql://db/x", patience=0),
        "SqlStorage.postgresql: patience must be at least 0.001",
    ),
    "no patience with SQLite": (
        lambda: SqlStorage.sqlite("portal.sqlite3", patience=-1.5),
        "SqlStorage.sqlite: patience must be at least 0.001",
    ),
}


@pytest.mark.parametrize("case", OUT_OF_RANGE)
def test_numbers_out_of_range(case: str) -> None:
    """AL-5: an adapter refuses numbers that it cannot work with where it is made, by name."""
    make, message = OUT_OF_RANGE[case]
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        make()
