"""Downloads through real servers, with raw sockets: every complete download is recorded (DC-2, DC-4)."""

import json
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from klantportaal.domain.uploads import MEBIBYTE
from tests.hosts.serving import DOCUMENT, PREFIX
from tests.hosts.test_streams import Server, length_received, received, running


@pytest.fixture(scope="module", params=["flask", "gunicorn", "fastapi"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """A running server, and the folder of its files."""
    folder = tmp_path_factory.mktemp(request.param)
    with running(request.param, folder) as server:
        yield server, folder


@pytest.fixture
def server(place: tuple[Server, Path]) -> Server:
    """The server."""
    return place[0]


@pytest.fixture
def document(place: tuple[Server, Path]) -> Path:
    """The file of the document, on the disk."""
    return max((each for each in place[1].rglob("*") if each.is_file()), key=lambda each: each.stat().st_size)


def ask(server: Server, *headers: str, method: str = "GET") -> socket.socket:
    """Ask for the document."""
    path = f"{PREFIX}/dossiers/{server.known.dossier}/documenten/{server.known.document}"
    return server.connect("\r\n".join([f"{method} {path} HTTP/1.1", *headers]))


def head_of(connection: socket.socket) -> tuple[int, dict[str, str], int]:
    """Read the start of a response. Return its status, its headers, and how much of the body came along."""
    start = b""
    while b"\r\n\r\n" not in start:
        start += connection.recv(4096)
    head, _end, body = start.partition(b"\r\n\r\n")
    line, *lines = head.decode().split("\r\n")
    fields = (each.partition(": ") for each in lines)
    return int(line.split()[1]), {name.lower(): value for name, _colon, value in fields}, len(body)


def reset(connection: socket.socket) -> None:
    """Hang up at once, so that the server's next send fails."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def balanced(server: Server) -> bool:
    """Tell whether the mark agrees with the trail, once no file is being read."""
    assert server.comes_to(reading=0)
    standing = server.standing()
    return (standing["downloads"] == 1) is (standing["ended"] > standing["taken_back"])


@contextmanager
def broken_storage(server: Server) -> Iterator[None]:
    """Break the server's storage."""
    for state in ("stuk", "heel"):
        with urlopen(f"http://127.0.0.1:{server.known.port}/opslag/{state}", timeout=30) as response:
            assert json.load(response) == {"state": state}
        if state == "stuk":
            yield


def test_asking_for_the_headers(server: Server) -> None:
    """DC-2: HEAD begins no download."""
    with ask(server, method="HEAD") as connection:
        status, headers, body = head_of(connection)
    assert (status, headers["content-length"], headers["accept-ranges"], body) == (200, str(DOCUMENT), "bytes", 0)
    assert (server.standing()["began"], server.standing()["downloads"]) == (0, 0)


def test_a_client_that_hangs_up(server: Server) -> None:
    """DC-2: a client that hangs up halfway has begun a download, and nothing is left open."""
    before = server.standing()
    with ask(server) as connection:
        assert length_received(connection, stop_after=DOCUMENT // 10) < DOCUMENT
        reset(connection)
    assert server.comes_to(reading=0, began=before["began"] + 1, ended=before["ended"], downloads=0)


def test_a_database_that_fails_before_the_last_block(server: Server) -> None:
    """DC-2: if the end cannot be recorded, the connection is broken off: the file is incomplete, and not marked."""
    before = server.standing()
    with ask(server) as connection:
        status, headers, length = head_of(connection)
        assert (status, headers["content-length"]) == (200, str(DOCUMENT))
        with broken_storage(server):
            length += length_received(connection)
    assert 0 < length < DOCUMENT
    assert server.comes_to(reading=0, ended=before["ended"], downloads=0)


def test_a_database_that_fails_at_the_start(server: Server) -> None:
    """DC-2: if the beginning cannot be recorded, a page says so, and nothing of the file is sent."""
    with broken_storage(server), ask(server) as connection:
        assert b" 503 " in received(connection)[:20]


def test_a_file_that_is_damaged(server: Server, document: Path) -> None:
    """DC-4: a damaged file is never sent completely; the next request gets a page, until the file is repaired."""
    stat = document.stat()
    with document.open("r+b") as file:
        file.seek(DOCUMENT // 2)
        kept = file.read(1)
        file.seek(DOCUMENT // 2)
        file.write(bytes([kept[0] ^ 1]))
    os.utime(document, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with ask(server) as connection:
        _status, _headers, length = head_of(connection)
        assert length + length_received(connection) < DOCUMENT
    for more in ([], ["Range: bytes=0-1"]):
        with ask(server, *more) as connection:
            assert b" 500 " in received(connection)[:20]
    with document.open("r+b") as file:
        file.seek(DOCUMENT // 2)
        file.write(kept)
    assert server.comes_to(reading=0, downloads=0)


def test_a_part_of_the_file(server: Server, document: Path) -> None:
    """DC-2: a part comes byte for byte, marks nothing, and is an entry of its own."""
    parts = server.standing()["parts"]
    with ask(server, f"Range: bytes={MEBIBYTE - 3}-{MEBIBYTE + 3}") as connection:
        answer = received(connection)
    with document.open("rb") as file:
        file.seek(MEBIBYTE - 3)
        assert answer.partition(b"\r\n\r\n")[2] == file.read(7)
    assert b" 206 " in answer[:20]
    assert server.comes_to(parts=parts + 1, downloads=0)


def test_hanging_up_near_the_end(server: Server) -> None:
    """DC-2: a client that hangs up around the last block is marked if that block could be sent, and else not."""
    with ask(server) as connection:
        _status, _headers, length = head_of(connection)
        while length < DOCUMENT - 16 * MEBIBYTE:
            length += len(connection.recv(MEBIBYTE))
        ended = server.standing()["ended"]
        while length < DOCUMENT - MEBIBYTE and server.standing()["ended"] == ended:
            length += len(connection.recv(MEBIBYTE))
        reset(connection)
    assert balanced(server)


def test_who_has_the_whole_file_is_on_record(server: Server) -> None:
    """DC-2: when the last byte arrives, the mark and its entry are already stored."""
    before = server.standing()
    with ask(server) as connection:
        _status, _headers, length = head_of(connection)
        while length < DOCUMENT:
            length += len(connection.recv(MEBIBYTE))
        now = server.standing()
        assert (now["began"], now["ended"], now["downloads"]) == (before["began"] + 1, before["ended"] + 1, 1)
        assert connection.recv(1) == b""
    assert balanced(server)


def test_a_range_that_is_the_whole_file(server: Server) -> None:
    """DC-2: a range from the first byte on is a download."""
    ended = server.standing()["ended"]
    with ask(server, "Range: bytes=0-") as connection:
        status, headers, length = head_of(connection)
        assert (status, headers["content-range"]) == (206, f"bytes 0-{DOCUMENT - 1}/{DOCUMENT}")
        assert length + length_received(connection) == DOCUMENT
    assert server.comes_to(ended=ended + 1)
