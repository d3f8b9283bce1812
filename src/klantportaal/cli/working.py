"""The worker: a process that does the background work, under its own name."""

import logging
import os
import re
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import click

from klantportaal.adapters import telemetry
from klantportaal.adapters.health import wsgi
from klantportaal.cli.session import Session, TryLater, told
from klantportaal.domain.errors import Unavailable
from klantportaal.domain.workers import Worker
from klantportaal.log_events import EventLog
from klantportaal.portal import Portal
from klantportaal.usecases.shared.repetitions import Failures

BEAT = 5.0
"""Seconds between two heartbeats of a worker."""
SWEEP_AGAIN = 60.0
"""Seconds after which a sweep that failed is tried again."""
_LOG = EventLog(__name__)


def work(
    session: Session, name: str | None, *, heartbeat: Path | None, health_port: int | None, sweep_every: float
) -> None:
    """Work until SIGTERM or SIGINT.

    Args:
        session: opens the portal, and prints.
        name: of the worker. None: that of the host and the process.
        heartbeat: a file whose modification time is updated at each heartbeat.
        health_port: the port of ``/live`` and ``/ready``. None: they are not served.
        sweep_every: the seconds between two sweeps.

    Raises:
        TryLater: another worker has the name.
        ClickException: a thread has ended, or another worker has taken the name.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_told: stopping.set())
    with (
        session.portal(migrate=None) as portal,
        _named(portal, name or _own_name()) as worker,
        _answering(portal, health_port) as port,
    ):
        if telemetry.installed() is not None:
            from klantportaal.adapters.telemetry.health import observe_health

            observe_health(portal)
        portal.background.dispatcher.start()
        sweeping = threading.Thread(target=sweep_on, args=(portal, sweep_every, stopping), daemon=True)
        sweeping.start()
        said = {"worker": os.getpid(), "name": worker.name, "port": port}
        where = "" if port is None else f", and answers http://127.0.0.1:{port}/ready"
        session.output.value(said, f"worker {worker.name} works until SIGTERM{where}")
        while not stopping.is_set():
            if not sweeping.is_alive() and not stopping.is_set():
                raise click.ClickException("the thread of the worker that sweeps has ended")
            _beat(portal, worker, heartbeat)
            stopping.wait(BEAT)
        sweeping.join(BEAT)  # Another worker continues a sweep that takes too long.


def _own_name() -> str:
    host = re.sub(r"[^A-Za-z0-9]+", "-", socket.gethostname()).strip("-")[:80]
    return f"{host or 'worker'}-{os.getpid()}"


@contextmanager
def _named(portal: Portal, name: str) -> Iterator[Worker]:
    """Hold a name while the context is open. The dispatcher stops before the name is free."""
    workers = portal.background.workers
    worker = workers.start(name)
    if worker is None:
        raise TryLater(
            f"a worker with the name {name} runs already: give this one another --name; "
            "if that one was killed, its name is free after half a minute"
        )
    try:
        yield worker
    finally:
        portal.background.dispatcher.stop()
        try:
            workers.end(worker)
        except Unavailable as error:
            text = "the name of worker %(worker)s is free only after half a minute: %(reason)s"
            _LOG.log(logging.WARNING, "worker_name_kept", text, worker=name, reason=error)


def _beat(portal: Portal, worker: Worker, heartbeat: Path | None) -> None:
    """Check all threads, renew the name, and update the heartbeat file.

    The file is updated while the database is away too: the threads go on, and a restart would not mend that.
    """
    if not portal.background.dispatcher.is_working():
        raise click.ClickException("a thread of the worker has ended")
    with suppress(Unavailable):  # The dispatcher logs this.
        if portal.background.workers.renew(worker) is None:
            raise click.ClickException(f"another worker took the name {worker.name}: this one did not renew it in time")
    if heartbeat is not None:
        heartbeat.touch()


def sweep_on(portal: Portal, every: float, stopping: threading.Event) -> None:
    """Sweep every so many seconds until *stopping*. After an error, sweep again a minute later.

    Runs in its own thread, because a sweep may take longer than a heartbeat.
    """
    failures = Failures()
    while not stopping.is_set():
        try:
            portal.background.sweeper.run_once()
        except Exception as error:  # noqa: BLE001 - the cause may pass, and a worker does more than sweeping
            if (times := failures.add("sweep")) is not None:
                text = "sweeping cannot go on for now, failure %(failures)d in a row"
                _LOG.log(logging.ERROR, "sweeping_fails", text, error=error, failures=times)
            stopping.wait(SWEEP_AGAIN)
        else:
            failures.end("sweep")
            stopping.wait(every)


@contextmanager
def _answering(portal: Portal, port: int | None) -> Iterator[int | None]:
    """Serve ``/live`` and ``/ready`` in a thread while the context is open. Give the port."""
    if port is None:
        yield None
        return
    with told(), make_server("127.0.0.1", port, wsgi(portal), handler_class=_Quiet) as server:
        threading.Thread(target=server.serve_forever, name="klantportaal-health", daemon=True).start()
        yield server.server_port
        server.shutdown()


class _Quiet(WSGIRequestHandler):
    """Logs no request."""

    def log_message(self, *_told: object) -> None:
        """Log nothing."""
