"""``ClamdScanner`` on a real clamd, and on servers that only pretend to be one (AT-3)."""

import io
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue

import pytest
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st

from klantportaal.adapters.scanner import clamd_session
from klantportaal.adapters.scanner.clamd import PATIENCE, ClamdScanner
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.scanning import CLEAN, TEST_FILE, ScanOutcome, ScanVerdict
from klantportaal.ports.files import BLOCK
from klantportaal.testing.contracts.promises import Without
from klantportaal.testing.contracts.scanner import Broken, ScannerContract, read
from klantportaal.usecases.shared.scanner_files import infected_beside_protected
from tests.conftest import clamd_or_lacking
from tests.contracts.fixtures.silence import closed_port, silent_port
from tests.support import children
from tests.support.clamd import FOUND, HOST, MARKER, Clamd

MEBIBYTE = 2**20
EICAR = ScanVerdict(outcome=ScanOutcome.INFECTED, found=FOUND)
PROTECTED = Path(__file__).with_name("protected.docx")
"""A document of Word with the password ``geheim``, made by msoffcrypto-tool."""
SMALL = {"StreamMaxLength": "1M", "MaxFileSize": "2M", "MaxScanSize": "2M"}
"""Limits of a clamd that are soon reached."""


def said(scanner: ClamdScanner, *blocks: bytes) -> ScanVerdict:
    """Scan a file, require that it passes unchanged, and give the verdict."""
    passed, verdict = read(scanner.scan(blocks))
    assert passed == b"".join(blocks)
    return verdict


def trouble(scanner: ClamdScanner, *blocks: bytes) -> str:
    """Scan a file that cannot be scanned, and give what is said about it."""
    with pytest.raises(Unavailable) as told:
        read(scanner.scan(blocks))
    return str(told.value)


def by_port(server: Clamd, **more: float) -> ClamdScanner:
    """Make a scanner that uses the port of a clamd."""
    return ClamdScanner.tcp(HOST, server.port, **more)


def by_socket(server: Clamd, **more: float) -> ClamdScanner:
    """Make a scanner that uses the socket of a clamd."""
    return ClamdScanner.unix(server.path, **more)


WAYS = pytest.mark.parametrize("way", [by_port, by_socket])
Way = Callable[..., ClamdScanner]


class TestByPort(ScannerContract):
    """The contract, over TCP."""

    @pytest.fixture
    def scanner(self, clamd_server: Clamd) -> ClamdScanner:
        """Return a scanner."""
        return by_port(clamd_server)

    @pytest.fixture
    def away(self) -> ClamdScanner:
        """Return a scanner of a port at which nobody listens."""
        return ClamdScanner.tcp(HOST, closed_port())

    @pytest.fixture
    def slow(self) -> Iterator[ClamdScanner]:
        """Return a scanner of a port that takes connections, and says nothing."""
        with silent_port() as port:
            yield ClamdScanner.tcp(HOST, port, patience=0.3)

    @pytest.fixture
    def refusing(self) -> Iterator[ClamdScanner]:
        """Return a scanner of a clamd that answers with an error."""
        with pretending(always(RUBBISH["an error"])) as scanner:
            yield scanner


class TestBySocket(ScannerContract):
    """The contract, over a Unix socket."""

    @pytest.fixture
    def scanner(self, clamd_server: Clamd) -> ClamdScanner:
        """Return a scanner."""
        return by_socket(clamd_server)

    @pytest.fixture
    def away(self, tmp_path: Path) -> ClamdScanner:
        """Return a scanner of a socket that is not there."""
        return ClamdScanner.unix(tmp_path / "nowhere.ctl")

    @pytest.fixture
    def slow(self, tmp_path: Path) -> Iterator[ClamdScanner]:
        """Return a scanner of a socket that takes connections, and says nothing."""
        with socket.socket(socket.AF_UNIX) as silent:
            silent.bind(str(tmp_path / "silent.ctl"))
            silent.listen()
            yield ClamdScanner.unix(tmp_path / "silent.ctl", patience=0.3)

    @pytest.fixture
    def refusing(self) -> Without:
        """Say why it is not tested here."""
        return Without("clamd answers with the same error over TCP")


# ------------------------------------------------------------------ verdicts
def zipped(*parts: bytes) -> bytes:
    """Pack some parts."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writing:
        for number, part in enumerate(parts):
            writing.writestr(str(number), part)
    return archive.getvalue()


def nested() -> bytes:
    """Make an archive in an archive and so on, deeper than clamd can be configured to unpack."""
    content = b""
    for _level in range(101):
        content = zipped(content)
    return content


def encrypted_zip() -> bytes:
    """Make an archive whose part is marked as encrypted (APPNOTE.TXT 4.4.4, bit 0)."""
    archive = bytearray(zipped(b"geheim"))
    archive[archive.index(b"PK\x03\x04") + 6] |= 1
    archive[archive.index(b"PK\x01\x02") + 8] |= 1
    return bytes(archive)


def pdf(*, owner: str = "", user: str | None = None) -> bytes:
    """Make a PDF with a password of its owner, and perhaps one that opens it."""
    document = FPDF()
    document.add_page()
    if owner:
        document.set_encryption(owner_password=owner, user_password=user)
    return bytes(document.output())


def test_what_is_found_has_a_name(clamd_server: Clamd) -> None:
    """AT-3: a virus is found by itself, in a larger file and in an archive, with clamd's name for it."""
    scanner = by_socket(clamd_server)
    assert said(scanner, TEST_FILE) == said(scanner, zipped(b"x", TEST_FILE)) == EICAR
    block = b"x" * (BLOCK - 7)
    assert said(scanner, block, block, MARKER, block).found == "Test.Marker.UNOFFICIAL"
    assert said(scanner, (block + MARKER) * 3).found == "Test.Marker.UNOFFICIAL"
    assert said(scanner, *(bytes([each]) for each in TEST_FILE)) == EICAR


def test_what_is_protected_with_a_password(clamd_server: Clamd) -> None:
    """AT-3: an archive and a PDF that need a password are told, also in an archive; a virus beside it goes first."""
    scanner = by_socket(clamd_server)
    for content in (encrypted_zip(), pdf(owner="geheim", user="open"), zipped(encrypted_zip())):
        assert said(scanner, content).outcome is ScanOutcome.ENCRYPTED
    assert said(scanner, zipped(encrypted_zip(), TEST_FILE)) == EICAR
    assert said(scanner, *infected_beside_protected()) == EICAR
    assert said(scanner, pdf()) == said(scanner, pdf(owner="geheim")) == CLEAN


def test_a_clamd_that_stops_at_a_password() -> None:
    """AT-3: with the line that the how-to forbids, clamd does not look for a virus beside what has a password."""
    with clamd_or_lacking(HeuristicScanPrecedence="yes") as server:
        verdict = said(by_socket(server), *infected_beside_protected())
    assert verdict.outcome is ScanOutcome.ENCRYPTED


def test_an_office_document_with_a_password(clamd_server: Clamd) -> None:
    """AT-3: an Office document that needs a password, which clamd calls OK, is encrypted, wherever it is split."""
    scanner, document = by_socket(clamd_server), PROTECTED.read_bytes()
    protected = ScanVerdict(outcome=ScanOutcome.ENCRYPTED, found="EncryptedPackage")
    at = document.index("EncryptedPackage".encode("utf-16-le"))
    for split in (4, 8, at, at + 1, at + 17, at + 31, at + 32):
        assert said(scanner, document[:split], b"", document[split:]) == protected
    assert said(scanner, *(bytes([each]) for each in document[: at + 32])) == protected
    assert said(scanner, document[1:]) == said(scanner, document[:at]) == said(scanner, b"x" + document) == CLEAN
    assert said(scanner, document, MARKER).outcome is ScanOutcome.INFECTED


@WAYS
def test_a_file_over_a_limit(way: Way) -> None:
    """AT-3: a file over a limit of clamd is never clean. It passes as a whole, also if clamd closes the connection."""
    with clamd_or_lacking(**SMALL) as server:
        scanner = way(server)
        assert said(scanner, *[bytes(BLOCK)] * 4) == CLEAN
        for blocks in ([bytes(BLOCK)] * 5, [bytes(MEBIBYTE + 1)], [bytes(BLOCK)] * 400, [bytes(50 * MEBIBYTE)]):
            over = ScanVerdict(outcome=ScanOutcome.TOO_LARGE, found="StreamMaxLength")
            assert said(scanner, *blocks) == over
        assert said(scanner, TEST_FILE) == EICAR


def test_a_file_over_another_limit() -> None:
    """AT-3: a file within ``StreamMaxLength`` but over ``MaxFileSize``, and what is packed too large, are not clean.

    With the how-to's ``MaxFileSize``, which is no less than ``MaxScanSize``, one large part of an archive is told too.
    """
    with clamd_or_lacking(**{**SMALL, "StreamMaxLength": "50M"}) as server:
        scanner = by_socket(server)
        large = said(scanner, bytes(2 * MEBIBYTE + 1))
        assert (large.outcome, large.found) == (ScanOutcome.TOO_LARGE, "Heuristics.Limits.Exceeded.MaxFileSize")
        for parts in ([bytes(3 * MEBIBYTE)], [bytes([each]) * MEBIBYTE for each in range(3)]):
            packed = said(scanner, zipped(*parts))
            assert (packed.outcome, packed.found) == (ScanOutcome.TOO_LARGE, "Heuristics.Limits.Exceeded.MaxScanSize")
        assert said(scanner, zipped(bytes(MEBIBYTE))) == CLEAN
        assert said(scanner, nested()).outcome is ScanOutcome.TOO_LARGE


@pytest.mark.parametrize(
    "settings",
    [
        {"AlertExceedsMax": "no"},
        {"AlertEncrypted": "no"},
        {"AlertExceedsMax": "no", "AlertEncrypted": "no", "MaxRecursion": "100", **SMALL},
    ],
    ids="-".join,
)
def test_a_clamd_that_does_not_tell(settings: dict[str, str]) -> None:
    """AT-3: with a clamd that says "OK" of what it did not look at, no file passes. What to write is told."""
    with clamd_or_lacking(**settings) as server:
        passed: list[bytes] = []
        with pytest.raises(Unavailable) as told:
            passed.extend(by_port(server).scan([b"a letter"]))
        assert passed == []
    for name in ("AlertExceedsMax", "AlertEncrypted"):
        assert (f"{name} yes" in str(told.value)) == (settings.get(name) == "no")


def test_the_deepest_archives_are_told() -> None:
    """AT-3: a clamd that unpacks as deep as it can be configured to is recognised as one that tells its limits."""
    with clamd_or_lacking(MaxRecursion="100") as server:
        assert said(by_port(server), b"a letter") == CLEAN


# ------------------------------------------------------------------ many at once
def test_many_files_at_once(clamd_server: Clamd) -> None:
    """AT-3: files that are scanned at the same time, in threads, each have their own verdict."""
    scanner, files = by_port(clamd_server), [b"a letter" * 1000, TEST_FILE, encrypted_zip()] * 10
    with ThreadPoolExecutor(max_workers=8) as pool:
        verdicts = list(pool.map(lambda content: said(scanner, content).outcome, files))
    assert verdicts == [ScanOutcome.CLEAN, ScanOutcome.INFECTED, ScanOutcome.ENCRYPTED] * 10


@pytest.mark.parametrize("told", [True, False])
def test_after_a_fork(clamd_server: Clamd, told: bool) -> None:
    """AT-3: a forked child scans, and a scan that its parent was in the middle of goes on in the parent."""
    scanner = by_port(clamd_server)
    half = scanner.scan([TEST_FILE[:20], TEST_FILE[20:]])
    next(half)
    child = children.fork(lambda: [str(said(scanner, each).outcome) for each in (TEST_FILE, b"a letter")], told=told)
    assert child.result() == ["infected", "clean"]
    assert read(half)[1] == EICAR


# ------------------------------------------------------------------ a clamd in trouble
@WAYS
def test_a_clamd_that_is_killed(way: Way) -> None:
    """AT-3: a clamd that ends in the middle of a file breaks its upload off. Once it runs again, files are scanned."""
    with clamd_or_lacking() as server:
        scanner = way(server)
        scan = scanner.scan([TEST_FILE, *[bytes(BLOCK)] * 100])
        next(scan)
        server.kill()
        with pytest.raises(Unavailable):
            read(scan)
        assert trouble(scanner, b"a letter") != ""
        server.start()
        assert (said(scanner, b"a letter"), said(scanner, TEST_FILE)) == (CLEAN, EICAR)


@WAYS
def test_a_clamd_that_stands_still(way: Way) -> None:
    """AT-3: a frozen clamd is given up after a time. Then it works again."""
    with clamd_or_lacking() as server:
        with server.frozen():
            assert trouble(way(server, patience=0.5), b"a letter").endswith("it does not answer in time")
        assert said(way(server), b"a letter") == CLEAN


def test_a_clamd_that_stands_still_halfway() -> None:
    """AT-3: a clamd that is frozen in the middle of a file is given up too."""
    with clamd_or_lacking() as server:
        scan = by_port(server, patience=5).scan([b"a letter"] * 2)
        next(scan)
        with server.frozen(), pytest.raises(Unavailable, match="in time"):
            read(scan)
        assert said(by_port(server), TEST_FILE) == EICAR


def test_the_time_of_a_client_does_not_count(clamd_server: Clamd, monkeypatch: pytest.MonkeyPatch) -> None:
    """AT-3: only waiting for clamd uses up its patience, not waiting for the blocks of a slow client."""
    now = 0.0

    def slowly() -> Iterator[bytes]:
        nonlocal now
        for block in (TEST_FILE[:20], TEST_FILE[20:]):
            now += 10 * PATIENCE
            yield block

    monkeypatch.setattr(clamd_session, "monotonic", lambda: now)
    assert read(by_port(clamd_server).scan(slowly()))[1] == EICAR


@contextmanager
def pretending(answer: Callable[[socket.socket], None]) -> Iterator[ClamdScanner]:
    """Run a server that is no clamd, with a scanner that takes it for one."""
    with socket.create_server((HOST, 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _address = listening.accept()
                    with connection, suppress(OSError):
                        answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield ClamdScanner.tcp(HOST, listening.getsockname()[1], patience=20)
        finally:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def always(data: bytes, *, stays: bool = True) -> Callable[[socket.socket], None]:
    """Answer the same, whatever is said, and stay until the other side ends."""

    def answer(connection: socket.socket) -> None:
        connection.recv(1)
        connection.sendall(data)
        if stays:
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass

    return answer


PROVEN = b"1: stream: Heuristics.Limits.Exceeded.MaxRecursion FOUND\0" + b"2: stream: Heuristics.Encrypted.Zip FOUND\0"
RUBBISH = {
    "a web server": b"HTTP/1.1 400 Bad Request\r\n\r\n<html>",
    "a mail server": b"220 mail.example.nl ESMTP\r\n",
    "nothing": b"",
    "noise": bytes(range(255, 0, -1)) * 40,
    "zeros": bytes(5000),
    "OK to everything": b"".join(b"%d: stream: OK\0" % number for number in range(1, 5)),
    "an error": b"1: stream: Can't allocate memory ERROR\0",
    "another number": b"7: stream: OK\0",
    "no number": b"stream: OK\0",
    "an answer that does not end": b"1: stream: " + b"x" * 100_000,
    "an unknown command": b"UNKNOWN COMMAND\0",
    "half an answer": b"1: stream: OK",
    "OK to its limits only": b"1: stream: OK\0" + b"2: stream: Heuristics.Encrypted.Zip FOUND\0",
    "a verdict before the file": PROVEN + b"3: stream: OK\0",
}


@pytest.mark.parametrize("kind", RUBBISH)
def test_rubbish(kind: str) -> None:
    """AT-3: a server that is no clamd never makes a file clean. What it said is told without control characters."""
    for stays in (True, False):
        with pretending(always(RUBBISH[kind], stays=stays)) as scanner:
            told = trouble(scanner, b"a letter")
            assert told.startswith(f"clamd at {HOST}:")
            assert told.isprintable()
            assert told.isascii()
            assert len(told) < 300


@pytest.mark.parametrize(
    "verdict", [b"3: stream: \xff\xfe\n[31m FOUNDED", b"3: OK", b"3: stream: OK ERROR", b"4: stream: OK"]
)
def test_rubbish_in_place_of_a_verdict(verdict: bytes) -> None:
    """AT-3: a server that proves that it is a clamd, and then gives no verdict, makes no file clean."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(PROVEN)
        heard = b""
        while not heard.endswith(b"a letter" + bytes(4)):
            heard += connection.recv(65536)
        connection.sendall(verdict + b"\0")

    with pretending(answer) as scanner:
        told = trouble(scanner, b"a letter")
    assert "it answers" in told
    assert told.isprintable()


def breaking_off() -> Iterator[bytes]:
    """Give one block, and then an error."""
    yield b"a letter"
    raise Broken


def test_a_scan_that_ends_halfway_leaves_nothing_open() -> None:
    """AT-3: a scan that is closed, or whose upload breaks off, closes its connection while others still refer to it."""
    ended: SimpleQueue[bool] = SimpleQueue()

    def answer(connection: socket.socket) -> None:
        connection.sendall(PROVEN)
        with suppress(OSError):
            while connection.recv(65536):
                pass
        ended.put(True)

    with pretending(answer) as scanner:
        closed, broken = scanner.scan([b"a", b"b"]), scanner.scan(breaking_off())
        next(closed)
        closed.close()
        assert ended.get(timeout=60)
        with pytest.raises(Broken):
            read(broken)
        assert ended.get(timeout=60)


@given(data=st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([*RUBBISH.values()])), max_size=3).map(b"".join))
def test_any_rubbish(data: bytes) -> None:
    """AT-3: whatever bytes come, the file is not clean, and nothing but ``Unavailable`` is raised."""
    with pretending(always(data, stays=False)) as scanner:
        assert trouble(scanner, b"a letter") != ""


def test_a_server_that_speaks_byte_by_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    """AT-3: the patience is for all of an answer, not for each byte of it."""
    ticks = iter(range(1_000_000))
    monkeypatch.setattr(clamd_session, "monotonic", lambda: float(next(ticks)))

    def trickling(connection: socket.socket) -> None:
        connection.sendall(b"1: stream: ")
        while True:
            connection.sendall(b"x")

    with pretending(trickling) as scanner:
        assert "in time" in trouble(scanner, b"a letter")


def test_no_such_machine() -> None:
    """AT-3: a name that is of no machine is told like a clamd that is down."""
    assert "clamd at nergens.invalid:3310 cannot scan" in trouble(ClamdScanner.tcp("nergens.invalid"), b"a letter")


@pytest.mark.parametrize("patience", [0, -1, float("nan"), float("inf"), 601])
def test_a_wrong_patience(patience: float) -> None:
    """AL-5: a patience that is none, or without an end, is refused."""
    with pytest.raises((ValueError, TypeError), match="patience"):
        ClamdScanner.tcp(HOST, patience=patience)
    with pytest.raises((ValueError, TypeError), match="patience"):
        ClamdScanner.unix("/run/clamd.ctl", patience=patience)
