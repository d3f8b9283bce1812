"""Clients that send slowly, through the servers and the proxy of the how-to on production (AL-7)."""

import re
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import attrs
import pytest

from klantportaal.adapters.fastapi.upload_threads import UPLOADS_AT_ONCE, UPLOADS_OF_ONE
from klantportaal.domain.uploads import MEBIBYTE
from tests.conftest import lacking
from tests.hosts.serving import (
    CROWD,
    CROWDED,
    CROWDED_PREFIX,
    FULL_PREFIX,
    IMPATIENT_PREFIX,
    LARGE,
    NARROW_PREFIX,
    PREFIX,
)
from tests.hosts.test_streams import BLOCK, HEAD, Server, received, running
from tests.support import nginx
from tests.support.slow_clients import drip, told

MANY = 300
PATIENCE = 30.0
"""The timeout in seconds of these tests."""
URL_ENCODED = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module", params=["flask", "gunicorn", "fastapi"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of either host."""
    with running(request.param, tmp_path_factory.mktemp(request.param)) as server:
        yield server


@pytest.fixture
def uvicorn(tmp_path: Path) -> Iterator[Server]:
    """A server of FastAPI."""
    with running("fastapi", tmp_path) as server:
        yield server


@pytest.fixture
def gunicorn(tmp_path: Path) -> Iterator[Server]:
    """A server of Flask, with sixteen threads."""
    with running("gunicorn", tmp_path) as server:
        yield server


def begin_form(server: Server, route: str, kind: str, begun: str, *, prefix: str) -> socket.socket:
    """Send the beginning of a form."""
    head = f"POST {prefix}/{route} HTTP/1.1\r\nContent-Type: {kind}\r\nContent-Length: 9000"
    connection = server.connect(head)
    connection.sendall(begun.encode())
    return connection


def typed(server: Server, kind: str) -> str:
    """Write the beginning of a form with a new message, without its end."""
    fields = {"shown_for": server.known.seal, "draft": server.known.draft, "subject": "Over de akte", "body": "Dag"}
    if kind == URL_ENCODED:
        return f"{urlencode(fields)}&rest=x"
    part = '--grens\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    return "".join(part.format(*each) for each in fields.items()) + part.format("rest", "x").strip()


def see(server: Server, *, prefix: str = CROWDED_PREFIX) -> int:
    """Open a page. Return its status."""
    with server.connect(f"GET {prefix}/home HTTP/1.1") as connection:
        return int(received(connection).split()[1])


def status(connection: socket.socket) -> int:
    """Read the status of a response."""
    return int(received(connection).split()[1])


def has_ended(connection: socket.socket) -> bool:
    """Discard what came on a non-blocking connection. Return whether the server closed it."""
    try:
        return not connection.recv(65536)
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


# ------------------------------------------------------------------ 408
@pytest.mark.parametrize("kind", [URL_ENCODED, "multipart/form-data; boundary=grens"])
@pytest.mark.parametrize("drips", [False, True])
def test_a_form_that_comes_too_slowly(server: Server, kind: str, drips: bool) -> None:
    """AL-7: a form that stops or comes byte by byte is broken off with 408, and shown again as far as it came."""
    route = f"dossiers/{server.known.dossier}/berichten/nieuw"
    with begin_form(server, route, kind, typed(server, kind), prefix=IMPATIENT_PREFIX) as connection:
        for _each in range(int(PATIENCE * 20)):
            if told([connection], within=0.05):
                break
            if drips:
                drip([connection])
        else:
            pytest.fail("it was not broken off while it dripped")
        answer = received(connection).decode()
    shown = re.search(r'<textarea[^>]*name="body"[^>]*>\s*(\w*)', answer)
    assert answer.startswith("HTTP/1.1 408")
    assert ("Dit duurde te lang" in answer or "te langzaam" in answer, 'value="Over de akte"' in answer) == (True, True)
    assert shown is not None
    assert shown[1] == "Dag"


def test_a_plain_form_that_comes_too_slowly(server: Server) -> None:
    """AL-7: a form without files, from a visitor who is not signed in, is broken off with 408."""
    with begin_form(server, "inloggen", URL_ENCODED, "email=jan", prefix=IMPATIENT_PREFIX) as connection:
        assert status(connection) == 408


def test_an_upload_that_comes_too_slowly(server: Server) -> None:
    """AL-7: an upload that stops is broken off with 408, and nothing of it is kept."""
    before = server.standing()
    with server.begin_upload(LARGE, prefix=IMPATIENT_PREFIX) as connection:
        connection.sendall(HEAD + BLOCK)
        assert status(connection) == 408
    assert server.comes_to(files=before["files"], staged=before["staged"])


# ------------------------------------------------------------------ threads
def test_forms_that_take_no_thread(uvicorn: Server) -> None:
    """AL-7: half-sent forms of an account take neither a thread nor a turn: its own upload is taken at once."""
    with ExitStack() as stack:
        for _number in range(UPLOADS_OF_ONE * 10):
            stack.enter_context(uvicorn.begin_upload(LARGE, prefix=CROWDED_PREFIX)).sendall(HEAD)
        assert uvicorn.upload(MEBIBYTE, prefix=CROWDED_PREFIX) == 201


def test_forms_that_hold_memory(uvicorn: Server) -> None:
    """AL-7: half-sent forms together hold a limited number of bytes. Other clients are not affected."""
    form = f"POST {NARROW_PREFIX}/inloggen HTTP/1.1\r\nContent-Type: {URL_ENCODED}\r\nContent-Length: 200000"
    with ExitStack() as stack:
        held = [stack.enter_context(uvicorn.connect(form)) for _number in range(20)]
        for each in held:
            each.sendall(b"x" * 100_000)
        broken_off: set[socket.socket] = set()
        while len(broken_off) < len(held) - MEBIBYTE // 100_000:
            ready, _, _ = select.select([each for each in held if each not in broken_off], [], [], PATIENCE)
            assert ready
            broken_off.update(ready)
        assert {status(each) for each in broken_off} == {408}
        assert see(uvicorn, prefix=NARROW_PREFIX) == 200
        assert uvicorn.upload(MEBIBYTE, prefix=NARROW_PREFIX) == 201
        assert len(broken_off.union(told(held))) < len(held)


@pytest.mark.parametrize("prefix", [CROWDED_PREFIX, FULL_PREFIX])
def test_accounts_that_hold_all_threads(uvicorn: Server, prefix: str) -> None:
    """AL-7: slow uploads of eight accounts in all threads are broken off one by one, for those who wait.

    Uploads that are not too slow are broken off after a while.
    """
    before = uvicorn.standing()["files"]
    with ExitStack() as stack:
        held = []
        for cookie, _seal in uvicorn.known.crowd[: UPLOADS_AT_ONCE // UPLOADS_OF_ONE]:
            for _number in range(UPLOADS_OF_ONE):
                held.append(stack.enter_context(uvicorn.begin_upload(LARGE, prefix=prefix, cookie=cookie)))
                held[-1].sendall(HEAD + BLOCK)
        assert len(held) == UPLOADS_AT_ONCE == CROWD * UPLOADS_OF_ONE
        assert uvicorn.comes_to(files=before + UPLOADS_AT_ONCE)
        assert told(held) == []
        assert uvicorn.upload(MEBIBYTE, prefix=prefix) == 201
        broken_off = told(held)
        assert [status(each) for each in broken_off] == [408] * len(broken_off) != []
        assert len(broken_off) < UPLOADS_AT_ONCE


def test_forms_in_all_threads_of_flask(gunicorn: Server) -> None:
    """AL-7: sixteen half-sent forms do not block a host with sixteen threads: those beyond a limit are broken off."""
    with ExitStack() as stack:
        held = [
            stack.enter_context(begin_form(gunicorn, "inloggen", URL_ENCODED, "email=", prefix=CROWDED_PREFIX))
            for _number in range(16)
        ]
        assert see(gunicorn) == 200
        broken_off: set[socket.socket] = set()
        while len(broken_off) < 16 - CROWDED.bodies_at_once:
            ready, _, _ = select.select([each for each in held if each not in broken_off], [], [], PATIENCE)
            assert ready
            broken_off.update(ready)
        assert [status(each) for each in broken_off] == [408] * (16 - CROWDED.bodies_at_once)
        assert see(gunicorn) == 200
        assert told([each for each in held if each not in broken_off]) == []


UNREAD = {
    "another site": f"POST {PREFIX}/inloggen HTTP/1.1\r\nSec-Fetch-Site: cross-site",
    "a page": f"GET {PREFIX}/inloggen HTTP/1.1",
    "no such method": f"PUT {PREFIX}/inloggen HTTP/1.1",
    "no such page": f"POST {PREFIX}/bestaat-niet HTTP/1.1",
}
"""Requests whose body no host reads."""


@pytest.mark.parametrize("head", UNREAD.values(), ids=UNREAD)
def test_bodies_that_nobody_reads(gunicorn: Server, head: str) -> None:
    """AL-7: sixteen connections that still send bodies that are not read are closed after their responses."""
    with ExitStack() as stack:
        address = "127.0.0.1", gunicorn.known.port
        held = [stack.enter_context(socket.create_connection(address)) for _number in range(16)]
        for each in held:
            each.sendall(f"{head}\r\nHost: x\r\nContent-Length: 9000\r\n\r\nab".encode())
            each.setblocking(False)
        for _each in range(int(PATIENCE * 20)):
            drip(held)
            told(held, within=0.05)
            held = [each for each in held if not has_ended(each)]
            if not held:
                break
        assert held == []
        assert see(gunicorn) == 200


@pytest.mark.parametrize("setup", ["uvicorn", "nginx and uvicorn", "nginx and gunicorn"])
def test_many_slow_clients(setup: str, tmp_path: Path) -> None:
    """AL-7: pages are served while 300 forms come byte by byte, with the servers and the proxy of the how-to."""
    is_flask = setup.endswith("gunicorn")
    with ExitStack() as stack:
        server = stack.enter_context(running("gunicorn" if is_flask else "fastapi", tmp_path))
        if setup.startswith("nginx"):
            if not nginx.is_there():
                lacking("no nginx", required_by="KLANTPORTAAL_REQUIRE_NGINX")
            proxy = stack.enter_context(nginx.proxy("Flask" if is_flask else "FastAPI", server.known.port, tmp_path))
            server = attrs.evolve(server, proxy=proxy)
        held = [
            stack.enter_context(begin_form(server, "inloggen", URL_ENCODED, "email=", prefix=CROWDED_PREFIX))
            for _number in range(MANY)
        ]
        for _round in range(3):
            drip(held)
            assert see(server) == 200
        assert told(held) == []
