"""The receivers of webhooks in several languages accept good requests, once, and refuse forged ones (WH-2)."""

import os
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask import Flask, Response

from examples.receivers.python_receiver import newest, receiver
from klantportaal.domain.webhooks import secret_of
from klantportaal.testing import webhooks
from klantportaal.testing.webhooks import WebhookRequest
from tests.conftest import lacking

SECRET = secret_of("k" * 42 + "w")
EXAMPLES = Path(__file__).parents[2] / "examples/receivers"
Send = Callable[[WebhookRequest], int]
Kept = Callable[[], list[tuple[int, str]]]
Running = Callable[[Path], AbstractContextManager[tuple[Send, Kept]]]
"""Runs a receiver in a folder, and gives what sends to it, and what gives the numbers and types that it kept."""


@contextmanager
def in_python(folder: Path) -> Iterator[tuple[Send, Kept]]:
    """Run the receiver in Python."""
    database = folder / "events.sqlite3"
    client = receiver(SECRET, str(database)).test_client()
    yield (
        lambda each: client.post("/hook", headers=dict(each.headers), data=each.body).status_code,
        lambda: in_table(database),
    )
    assert newest(str(database), str(webhooks.event().dossier_id)) == '[2, "klantportaal.message.sent"]'


@contextmanager
def in_php(folder: Path) -> Iterator[tuple[Send, Kept]]:
    """Run the receiver in PHP."""
    php = shutil.which("php")
    if php is None:
        lacking("no php", required_by="KLANTPORTAAL_REQUIRE_PHP")
    database, port = folder / "events.sqlite3", free_port()
    command = [php, "-S", f"127.0.0.1:{port}", str(EXAMPLES / "receiver.php")]
    with served(command, port, WEBHOOK_DATABASE=str(database)) as send:
        yield send, lambda: in_table(database)


@contextmanager
def in_csharp(folder: Path) -> Iterator[tuple[Send, Kept]]:
    """Compile the receiver in C#, and run it."""
    mcs, mono = shutil.which("mcs"), shutil.which("mono")
    if mcs is None or mono is None:
        lacking("no mono", required_by="KLANTPORTAAL_REQUIRE_MONO")
    program, events, port = folder / "receiver.exe", folder / "events", free_port()
    compiled = ["-warnaserror", "-r:System.Runtime.Serialization", f"-out:{program}", str(EXAMPLES / "Receiver.cs")]
    subprocess.run([mcs, *compiled], check=True)
    with served([mono, str(program), str(port)], port, WEBHOOK_FOLDER=str(events)) as send:
        yield send, lambda: in_files(events)


def in_table(database: Path) -> list[tuple[int, str]]:
    """Read what a receiver keeps in SQLite."""
    with closing(sqlite3.connect(database)) as tables:
        return sorted(tables.execute("SELECT number, type FROM events"))


def in_files(folder: Path) -> list[tuple[int, str]]:
    """Read what a receiver keeps as files, each with the dossier, the number and the type of an event."""
    lines = [each.read_text().split() for each in folder.iterdir()]
    assert {dossier for dossier, _number, _type in lines} == {str(webhooks.event().dossier_id)}
    return sorted((int(number), type_) for _dossier, number, type_ in lines)


def free_port() -> int:
    """Find a port that nobody uses."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port: int = free.getsockname()[1]
    return port


@contextmanager
def served(command: Sequence[str], port: int, **words: str) -> Iterator[Send]:
    """Run a receiver in a process of its own, with the secret and other words in its environment."""
    environment = {**os.environ, "WEBHOOK_SECRET": SECRET, **words}
    server = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)

    def send(request: WebhookRequest) -> int:
        with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            connection.request("POST", "/hook", request.body, dict(request.headers))
            return connection.getresponse().status

    try:
        for _each in range(300):
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield send
    finally:
        server.kill()
        server.wait()


@pytest.mark.parametrize("running", [in_python, in_php, in_csharp])
def test_a_receiver(running: Running, tmp_path: Path) -> None:
    """WH-2: a receiver refuses what is forged, altered, old or unsigned, and keeps each event once, in its place."""
    with running(tmp_path) as (send, kept):
        assert webhooks.check(SECRET, send) == []
        assert kept() == [(1, "klantportaal.message.sent"), (2, "klantportaal.message.sent")]


def test_a_receiver_that_verifies_nothing() -> None:
    """WH-2: the kit finds a receiver that accepts everything, one that accepts nothing, and one that fails."""
    counts = []
    for status in (204, 401, 500):
        app = Flask("receiver")
        app.add_url_rule("/hook", view_func=lambda status=status: Response(status=status), methods=["POST"])
        client = app.test_client()
        told = webhooks.check(SECRET, lambda each, client=client: client.post("/hook", data=each.body).status_code)  # type: ignore[misc]
        counts.append(len(told))
    good = sum(each.is_good for each in webhooks.requests(SECRET))
    assert counts == [13, good + 4, 13 + good + 4]
