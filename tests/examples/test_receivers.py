"""The receivers of webhooks in several languages accept good requests, once, and refuse forged ones (WH-2)."""

import os
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
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
PHP = Path(__file__).parents[2] / "examples/receivers/receiver.php"
Send = Callable[[WebhookRequest], int]
Running = Callable[[Path], AbstractContextManager[Send]]


@contextmanager
def in_python(database: Path) -> Iterator[Send]:
    """Run the receiver in Python."""
    client = receiver(SECRET, str(database)).test_client()
    yield lambda each: client.post("/hook", headers=dict(each.headers), data=each.body).status_code


@contextmanager
def in_php(database: Path) -> Iterator[Send]:
    """Run the receiver in PHP."""
    php = shutil.which("php")
    if php is None:
        lacking("no php", required_by="KLANTPORTAAL_REQUIRE_PHP")
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    words = {**os.environ, "WEBHOOK_SECRET": SECRET, "WEBHOOK_DATABASE": str(database)}
    command = [php, "-S", f"127.0.0.1:{port}", str(PHP)]
    server = subprocess.Popen(command, env=words, stderr=subprocess.DEVNULL)

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


@pytest.mark.parametrize("running", [in_python, in_php])
def test_a_receiver(running: Running, tmp_path: Path) -> None:
    """WH-2: a receiver refuses what is forged, altered, old or unsigned, and keeps each event once, in its place."""
    database = tmp_path / "events.sqlite3"
    with running(database) as send:
        assert webhooks.check(SECRET, send) == []
    with closing(sqlite3.connect(database)) as tables:
        kept = sorted(tables.execute("SELECT number, type FROM events"))
    assert kept == [(1, "klantportaal.message.sent"), (2, "klantportaal.message.sent")]
    assert newest(str(database), str(webhooks.event().dossier_id)) == '[2, "klantportaal.message.sent"]'


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
