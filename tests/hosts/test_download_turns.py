"""The turns of downloads: slow readers do not take threads or memory from others (AL-7)."""

import gc
import select
import socket
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from uuid import UUID

import anyio
import pytest
from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import Message

from klantportaal.adapters.fastapi.download_turns import take_turn
from klantportaal.adapters.fastapi.downloads import in_turn
from klantportaal.adapters.flask import download_turns
from klantportaal.adapters.flask.download_turns import WAITING_OF_ONE, DownloadTurns, Turn
from klantportaal.adapters.web.http.download_limits import DOWNLOADS_OF_ONE
from klantportaal.adapters.web.http.errors import TooManyDownloads
from tests.hosts.serving import DOCUMENT, PREFIX
from tests.hosts.test_streams import Server, length_received, received, running
from tests.support import children
from tests.support.slow_clients import told

MANY = 50
PATIENCE = 30.0
"""The timeout in seconds of these tests."""
JAN, PIET = UUID(int=1), UUID(int=2)


@pytest.fixture(params=["flask", "gunicorn", "fastapi"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server."""
    with running(request.param, tmp_path_factory.mktemp(request.param)) as server:
        yield server


def ask(server: Server, *headers: str, cookie: str | None = None, document: str = "", last: str = "") -> socket.socket:
    """Ask for the document, or for another one, or for an address below it."""
    path = f"{PREFIX}/dossiers/{server.known.dossier}/documenten/{document or server.known.document}{last}"
    return server.connect("\r\n".join([f"GET {path} HTTP/1.1", *headers]), cookie=cookie)


def status(connection: socket.socket) -> int:
    """Read the status of a response, and no more than its first bytes. Hang up if it is not a file.

    gunicorn waits for that, one connection after another: so nothing is waited for here.
    """
    status = int(connection.recv(16).split()[1])
    if status != 200:
        connection.close()
    return status


def statuses(connections: list[socket.socket], count: int) -> dict[socket.socket, int]:
    """Wait until some responses have begun. Return their statuses."""
    begun: dict[socket.socket, int] = {}
    while len(begun) < count:
        ready, _, _ = select.select([each for each in connections if each not in begun], [], [], PATIENCE)
        assert ready
        begun.update({each: status(each) for each in ready})
    return begun


def page(server: Server) -> int:
    """Open a page. Return its status."""
    with server.connect(f"GET {PREFIX}/home HTTP/1.1") as connection:
        return int(received(connection).split()[1])


# ------------------------------------------------------------------ through real servers
def test_many_slow_downloads_of_one_client(server: Server, request: pytest.FixtureRequest) -> None:
    """AL-7: of fifty downloads of one client a few run; pages and the downloads of others do not wait for them.

    Under FastAPI the others wait without a thread. Under Flask they are refused, because each would keep one.
    """
    is_fastapi = "fastapi" in request.node.name
    with ExitStack() as stack:
        connections = [stack.enter_context(ask(server)) for _number in range(MANY)]
        begun = statuses(connections, DOWNLOADS_OF_ONE if is_fastapi else MANY)
        running_now = [each for each, status in begun.items() if status == 200]
        assert len(running_now) == DOWNLOADS_OF_ONE
        assert set(begun.values()) == ({200} if is_fastapi else {200, 429})
        assert server.comes_to(reading=DOWNLOADS_OF_ONE, began=DOWNLOADS_OF_ONE)
        assert page(server) == 200
        with ask(server, cookie=server.known.other_cookie) as other:
            assert length_received(other) > DOCUMENT
        assert told([each for each in connections if each not in begun]) == []
        running_now[0].close()
        waiting = [each for each in connections if each not in begun] or [stack.enter_context(ask(server))]
        assert list(statuses(waiting, 1).values()) == [200]
    assert server.comes_to(reading=0)


def test_what_needs_no_turn_for_long(server: Server, request: pytest.FixtureRequest) -> None:
    """AL-7: responses without a file end their turn at once, and HEAD needs none. The pages that show a file need one.

    Under FastAPI these wait for it, and are answered when downloads end. Under Flask they are refused.
    """
    for _number in range(DOWNLOADS_OF_ONE + 1):
        for more, document, expected in (
            ([f"Range: bytes={DOCUMENT}-"], "", 416),
            ([], "0" * 32, 404),
            (["Sec-Purpose: prefetch"], "", 503),
        ):
            with ask(server, *more, document=document) as connection:
                assert int(received(connection).split()[1]) == expected
    with ExitStack() as stack:
        held = [stack.enter_context(ask(server)) for _number in range(DOWNLOADS_OF_ONE)]
        assert list(statuses(held, DOWNLOADS_OF_ONE).values()) == [200] * DOWNLOADS_OF_ONE
        path = f"{PREFIX}/dossiers/{server.known.dossier}/documenten/{server.known.document}"
        with server.connect(f"HEAD {path} HTTP/1.1") as head:
            assert int(received(head).split()[1]) == 200
        looks = [stack.enter_context(ask(server, last=each)) for each in ("/bekijken", "/inhoud")]
        if "fastapi" in request.node.name:
            assert page(server) == 200
            assert told(looks) == []
            for each in held:
                each.close()
            answers = [200, 404]  # It is no file that a browser shows.
        else:
            answers = [429, 429]
        assert [int(received(each).split()[1]) for each in looks] == answers


# ------------------------------------------------------------------ Flask
def test_a_turn_that_comes_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-7: a download that comes too early waits for a while, and gets the turn of one that ends."""
    monkeypatch.setattr(download_turns, "PATIENCE", PATIENCE)
    turns = DownloadTurns()
    held = [turns.take(JAN) for _number in range(DOWNLOADS_OF_ONE)]
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(turns.take, JAN) for _number in range(WAITING_OF_ONE)]
        for turn in held[:WAITING_OF_ONE]:
            turn.end()
            turn.end()
        got = [each.result(PATIENCE) for each in waiting]
    monkeypatch.setattr(download_turns, "PATIENCE", 0)
    with pytest.raises(TooManyDownloads):
        turns.take(JAN)
    turns.take(PIET)
    got[0].end()
    turns.take(JAN)


def test_only_a_few_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-7: of the downloads that wait with a thread, those beyond a number are refused at once."""
    monkeypatch.setattr(download_turns, "PATIENCE", PATIENCE)
    turns = DownloadTurns()
    held = [turns.take(JAN) for _number in range(DOWNLOADS_OF_ONE)]
    with ThreadPoolExecutor() as pool:
        asked = [pool.submit(turns.take, JAN) for _number in range(WAITING_OF_ONE + 3)]
        refused = [each for each in _done(asked, 3) if each.exception(PATIENCE)]
        for turn in held:
            turn.end()
        taken = [each.result(PATIENCE) for each in asked if each not in refused]
    assert (len(refused), len(taken)) == (3, WAITING_OF_ONE)


def _done(asked: list[Future[Turn]], count: int) -> list[Future[Turn]]:
    """Wait until some are done."""
    done: set[Future[Turn]] = set()
    while len(done) < count:
        more, _not_done = wait([each for each in asked if each not in done], PATIENCE, FIRST_COMPLETED)
        assert more
        done |= more
    return list(done)


def test_a_response_that_is_never_sent() -> None:
    """AL-7: a response that an application throws away ends its turn."""
    turns = DownloadTurns()
    held = turns.take(JAN)
    for _number in range(DOWNLOADS_OF_ONE * 2):
        turns.take(JAN)
        gc.collect()
    held.end()


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_has_its_own_turns() -> None:
    """AL-2, AL-7: the turns that a parent has given are free in its child."""
    turns = DownloadTurns()
    held = [turns.take(JAN) for _number in range(DOWNLOADS_OF_ONE)]
    assert children.fork(lambda: turns.take(JAN) is not None).result()
    assert len(held) == DOWNLOADS_OF_ONE


# ------------------------------------------------------------------ FastAPI
def request_of(*messages: Message) -> Request:
    """Make a GET request that receives messages."""
    left = list(messages)

    async def receive() -> Message:
        if not left:
            await anyio.sleep_forever()
        return left.pop(0)

    return Request({"type": "http", "method": "GET", "headers": []}, receive)


def test_a_client_that_left_while_it_waited() -> None:
    """AL-7, DC-2: nothing is opened for a client that hangs up before its turn comes, and its turn ends."""
    opened: list[str] = []

    def open_file() -> Response:
        opened.append("opened")
        return Response()

    async def leave() -> None:
        with anyio.fail_after(PATIENCE):
            held = await take_turn(JAN)
            for _number in range(DOWNLOADS_OF_ONE):
                with pytest.raises(ClientDisconnect):
                    await in_turn(request_of({"type": "http.disconnect"}), JAN, open_file)
            await in_turn(request_of(), JAN, open_file)
            held.end()

    anyio.run(leave)
    assert opened == ["opened"]
