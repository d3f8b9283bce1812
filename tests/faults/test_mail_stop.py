"""Processes that are stopped while a mail is in flight: they wait for it, so that it is not sent again (AL-2)."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from klantportaal.adapters.clock import SystemClock
from klantportaal.domain.outgoing import Lane
from tests.faults.mailing import open_portal, open_storage
from tests.faults.stopping import LOCATION, PORT
from tests.faults.tally import Tally
from tests.faults.test_mail_crashes import invite
from tests.support import smtp

HOSTS = {
    "uvicorn": (
        ["uvicorn", "--factory", "tests.faults.stopping:fastapi_app", "--uds"],
        "Waiting for application shutdown",
    ),
    "gunicorn": (
        [
            *("gunicorn", "--config", "python:tests.faults.stopping", "--no-control-socket"),
            *("tests.faults.stopping:flask_app()", "--bind"),
        ],
        "Worker exiting",
    ),
}
"""The command of each server, and what it logs before it closes the portal."""


@pytest.fixture
def location(database: str) -> str:
    """The location of a migrated database."""
    with closing(open_storage(database)) as storage:
        storage.migrate()
    return database


@pytest.fixture
def flying(location: str) -> Iterator[tuple[smtp.Server, threading.Event, threading.Event]]:
    """A server that holds a mail in flight; whether it has one; and what lets it go on."""
    arrived, released = threading.Event(), threading.Event()

    def hold(_message: bytes) -> None:
        arrived.set()
        released.wait(60)

    with smtp.running() as server:
        server.arrived = hold
        yield server, arrived, released
        released.set()


@pytest.mark.parametrize("host", HOSTS)
def test_a_server_that_stops_waits_for_its_mail(
    host: str,
    location: str,
    named: str,
    tmp_path: Path,
    flying: tuple[smtp.Server, threading.Event, threading.Event],
) -> None:
    """AL-2: on SIGTERM, both hosts wait for a mail in flight and mark it as sent.

    In the tally, doubled are mails that came twice, or that wait to be sent again.
    """
    server, arrived, released = flying
    words, closing_now = HOSTS[host]
    address = str(tmp_path / "socket")
    command = [sys.executable, "-m", *words, address if host == "uvicorn" else f"unix:{address}"]
    with closing(open_portal(location)) as portal:
        invite(portal, "jan@example.nl")
    environment = {**os.environ, LOCATION: location, PORT: str(server.port)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert arrived.wait(60)
        process.send_signal(signal.SIGTERM)
        for line in process.stderr:
            if closing_now in line:
                released.set()
        assert released.is_set()
        assert process.wait(60) in {0, -signal.SIGTERM}
    later = SystemClock().now() + timedelta(days=1)
    with closing(open_storage(location)) as storage, storage.begin() as uow:
        waiting = [task for lane in Lane for task in uow.outbox.lease(lane, at=later, until=later, limit=9)]
    Tally(
        scenario=f"{host} stopped while it sends a mail ({named})",
        operations=1,
        faults=1,
        acknowledged=1,
        lost=max(0, 1 - len(server.messages)),
        doubled=max(0, len(server.messages) - 1) + len(waiting),
    ).require_whole()
