"""The demo as `make demo` starts it, in its own process."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HOSTS = ("flask", "fastapi")
ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""The seconds that a start may take on a busy machine."""


def command(host: str, port: int | str, folder: Path) -> subprocess.Popen[str]:
    """Start the demo."""
    environment = {**os.environ, "HOST": host, "PORT": str(port), "DEMO": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "examples.demo"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def free_port() -> int:
    """Find a port that is not in use."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def running(host: str, port: int, folder: Path, *, end: signal.Signals = signal.SIGINT) -> Iterator[list[str]]:
    """Run the demo from its first response until *end*, such as Ctrl-C; the output it yields is complete after that."""
    process, said = command(host, port, folder), list[str]()
    # Read all the time: a host blocks once its unread output fills the pipe (64 kB).
    reading = threading.Thread(target=lambda: said.extend(process.communicate()))
    try:
        await_answer(process, port)
        reading.start()
        yield said
        process.send_signal(end)
        reading.join(PATIENCE)
        assert process.returncode == 0, said
    finally:
        process.kill()
        process.wait()


def await_answer(process: subprocess.Popen[str], port: int) -> None:
    """Wait until a started process takes connections on a port; fail the test if it ends, or takes too long."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    process.kill()
    pytest.fail(f"the started process does not answer: {process.communicate()}")
