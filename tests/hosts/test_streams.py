"""Files through real servers of both hosts: constant memory, wrong lengths, slow clients and disconnects."""

import json
import math
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import urlopen

import attrs
import pytest

from klantportaal.adapters.fastapi.upload_threads import UPLOADS_AT_ONCE, UPLOADS_OF_ONE
from klantportaal.domain.uploads import MEBIBYTE
from tests.hosts.serving import ARCHIVED, DOCUMENT, LARGE, PREFIX, STRICT, STRICT_PREFIX, Known

GROWTH = 8 * MEBIBYTE
"""The number of bytes that a large file may use more than a small one."""
BLOCK = b"\x7f" * MEBIBYTE
HEAD = b'--grens\r\nContent-Disposition: form-data; name="file"; filename="akte.pdf"\r\n\r\n%PDF-'
TAIL = b"\r\n--grens--\r\n"
PATIENCE = 60.0
"""The timeout in seconds, for a server on a busy machine."""


@attrs.frozen(kw_only=True)
class Server:
    """A running server, with raw sockets to talk to it."""

    known: Known
    proxy: int | None = None
    """The port of a proxy in front of it."""

    def connect(self, head: str, *, cookie: str | None = None) -> socket.socket:
        """Send the start of a request: *head* is its request line and its specific headers."""
        connection = socket.create_connection(("127.0.0.1", self.proxy or self.known.port), timeout=30)
        own = f"http://127.0.0.1:{self.known.port}"
        always = f"Host: x\r\nOrigin: {own}\r\nCookie: {cookie or self.known.cookie}\r\nConnection: close\r\n\r\n"
        connection.sendall(f"{head}\r\n{always}".encode())
        return connection

    def begin_upload(self, length: int, *, prefix: str = PREFIX, cookie: str | None = None) -> socket.socket:
        """Start to upload a body with a ``Content-Length`` of *length*."""
        path = f"{prefix}/dossiers/{self.known.dossier}/bijlagen?concept={self.known.draft}"
        own, other, crowd = (self.known.cookie, self.known.seal), self.known.other_seal, self.known.crowd
        seal = dict([own, (self.known.other_cookie, other), *crowd])[cookie or self.known.cookie]
        kind = f"Content-Type: multipart/form-data; boundary=grens\r\nAccept: application/json\r\nX-Shown-For: {seal}"
        return self.connect(f"POST {path} HTTP/1.1\r\n{kind}\r\nContent-Length: {length}", cookie=cookie)

    def begin_download(self) -> socket.socket:
        """Request the large document."""
        return self.connect(f"GET {PREFIX}/dossiers/{self.known.dossier}/documenten/{self.known.document} HTTP/1.1")

    def upload(self, size: int, *, prefix: str = PREFIX, cookie: str | None = None) -> int:
        """Upload a file of *size* bytes. Return the status."""
        with self.begin_upload(len(HEAD) - 5 + size + len(TAIL), prefix=prefix, cookie=cookie) as connection:
            connection.sendall(HEAD)
            left = size - 5
            while left:
                left -= connection.send(BLOCK[:left])
            connection.sendall(TAIL)
            return int(received(connection).split()[1])

    def standing(self) -> Mapping[str, int]:
        """Get the state of the server's process."""
        with urlopen(f"http://127.0.0.1:{self.known.port}/stand", timeout=30) as response:
            standing: Mapping[str, int] = json.load(response)
        return standing

    def comes_to(self, *, at_least: bool = False, **expected: int) -> bool:
        """Wait until the state has the expected values, or at least those. Return false after a timeout."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            standing = self.standing()
            if all(
                standing[name] == value or (at_least and standing[name] > value) for name, value in expected.items()
            ):
                return True
            time.sleep(0.05)
        return False


def received(connection: socket.socket) -> bytes:
    """Read a response to its end, which its ``Content-Length`` tells. Without one, it ends with the connection.

    It does not read on after that, as browsers do not: a server resets the connection if a byte comes after it closed.
    No server can prevent that, and the response is whole by then.
    """
    answer, end = b"", math.inf
    while len(answer) < end and (came := connection.recv(65536)):
        answer += came
        head, blank, _body = answer.partition(b"\r\n\r\n")
        if length := re.search(rb"(?i)\r\ncontent-length: *(\d+)", head) if blank else None:
            end = len(head + blank) + int(length[1])
    return answer


def archive_received(connection: socket.socket) -> int:
    """Read an archive, check that it has its end, and return its length. The rest is thrown away."""
    buffer, length, end = bytearray(MEBIBYTE), 0, b""
    while count := connection.recv_into(buffer):
        length += count
        end = (end + bytes(buffer[max(0, count - 64) : count]))[-64:]
    assert b"PK\x05\x06" in end
    return length


def length_received(connection: socket.socket, stop_after: int | None = None) -> int:
    """Read a response, or its start, and return its length. The data is thrown away."""
    buffer, length = bytearray(MEBIBYTE), 0
    while (stop_after is None or length < stop_after) and (count := connection.recv_into(buffer)):
        length += count
    return length


@contextmanager
def running(host: str, folder: Path) -> Iterator[Server]:
    """Run a host in its own process."""
    command = [sys.executable, "-m", "tests.hosts.serving", host, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Server(known=Known(**json.loads(process.stdout.readline())))
        finally:
            process.stdin.close()
            process.wait(PATIENCE)


@pytest.fixture(scope="module", params=["flask", "fastapi"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of either host, warmed up with a small file."""
    with running(request.param, tmp_path_factory.mktemp(request.param)) as server:
        assert server.upload(MEBIBYTE) == 201
        yield server


def growth(server: Server, act: Callable[[], object]) -> int:
    """Return by how many bytes an action raises the peak memory of the server."""
    before = server.standing()["peak"]
    act()
    return server.standing()["peak"] - before


def test_largest_upload(server: Server) -> None:
    """AT-3: The largest allowed file is accepted, and uses no more memory than a small one."""
    staged = server.standing()["staged"]
    assert growth(server, lambda: server.upload(LARGE)) < GROWTH
    assert server.standing()["staged"] == staged + 1


def test_too_large_upload(server: Server) -> None:
    """AT-3: A file that is too large is refused while it streams. Nothing of it stays in memory or on disk."""
    before = server.standing()
    answers: list[int] = []
    assert growth(server, lambda: answers.append(server.upload(8 * STRICT, prefix=STRICT_PREFIX))) < GROWTH
    assert answers == [422]
    assert server.comes_to(staged=before["staged"], files=before["files"])


def test_uploads_that_break_off(server: Server) -> None:
    """AL-2: Uploads that break off leave no file. Many open uploads of one client do not block another client."""
    before = server.standing()
    with ExitStack() as connections:
        for _ in range(UPLOADS_AT_ONCE + 1):
            connections.enter_context(server.begin_upload(LARGE)).sendall(HEAD + BLOCK)
        assert server.comes_to(files=before["files"] + UPLOADS_OF_ONE, at_least=True)
        assert server.upload(1000, cookie=server.known.other_cookie) == 201
    assert server.comes_to(staged=before["staged"], files=before["files"] + 1)
    assert server.upload(1000) == 201


def test_slow_strangers(server: Server) -> None:
    """ST-2, AL-2: endless forms of visitors take no turn from a client that sends one after its session ended."""
    path = f"{PREFIX}/dossiers/{server.known.dossier}/berichten/nieuw"
    kind = "Content-Type: multipart/form-data; boundary=grens"
    head = f"POST {path} HTTP/1.1\r\n{kind}\r\nContent-Length: "
    seal, field = server.known.seal, '--grens\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    own = f"{field.format('shown_for', seal)}{field.format('body', 'hallo')}--grens--\r\n".encode()
    with ExitStack() as connections:
        for _ in range(UPLOADS_OF_ONE):
            slow = connections.enter_context(server.connect(f"{head}{LARGE}", cookie="x=y"))
            slow.sendall(field.format("a", "x" * 20_000).encode())
        with server.connect(f"{head}{len(own)}", cookie="x=y") as connection:
            connection.settimeout(5)
            connection.sendall(own)
            answer = received(connection)
    assert (b" 401 " in answer[:20], b'name="kept"' in answer) == (True, True)


def test_slow_upload(server: Server) -> None:
    """AT-1: A slow upload is accepted like any other, and blocks nobody."""
    staged = server.standing()["staged"]
    body = HEAD + b"langzaam" + TAIL
    with server.begin_upload(len(body)) as connection:
        for at in range(0, len(body), 40):
            assert server.standing()["staged"] == staged
            connection.sendall(body[at : at + 40])
            time.sleep(0.02)
        assert b" 201 " in received(connection)[:20]
    assert server.standing()["staged"] == staged + 1


def test_upload_longer_than_said(server: Server) -> None:
    """AL-1: Bytes after the ``Content-Length`` are not read, so the form has no end and is refused."""
    before = server.standing()
    with server.begin_upload(len(HEAD)) as connection:
        connection.sendall(HEAD + b"more" + TAIL)
        assert b" 400 " in received(connection)[:20]
    assert server.comes_to(staged=before["staged"], files=before["files"])


def test_download_left_halfway(server: Server) -> None:
    """DC-2: A download that breaks off is not recorded."""
    with server.begin_download() as connection:
        assert length_received(connection, stop_after=DOCUMENT // 10) < DOCUMENT
        assert server.standing()["downloads"] == 0
    time.sleep(0.3)
    assert server.standing()["downloads"] == 0


def test_whole_download(server: Server) -> None:
    """DC-2, DC-4: A download is recorded when the last byte was sent. Memory use stays constant."""
    lengths: list[int] = []

    def download() -> None:
        with server.begin_download() as connection:
            lengths.append(length_received(connection))

    assert growth(server, download) < GROWTH
    assert lengths[0] > DOCUMENT
    assert server.comes_to(downloads=1)


def test_archive_of_two_gibibytes(server: Server) -> None:
    """NW-4, DC-2: An archive of more than 2 GiB comes whole and is recorded. Memory use stays constant."""
    lengths: list[int] = []

    def take() -> None:
        with server.connect(f"GET {PREFIX}/dossiers/{server.known.heavy_dossier}/alles HTTP/1.1") as connection:
            lengths.append(archive_received(connection))

    assert growth(server, take) < GROWTH
    assert lengths[0] > ARCHIVED * DOCUMENT > 2048 * MEBIBYTE
    assert server.comes_to(archives=1)
