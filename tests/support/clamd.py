"""A real clamd, with the configuration of the how-to and signatures of the tests: nothing is downloaded."""

import contextlib
import getpass
import hashlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs

from klantportaal.domain.scanning import TEST_FILE
from tests.support.demo import free_port

HOST = "127.0.0.1"
HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "clamd.md"
MARKER = b"klantportaal, a marker that no other file has"
"""What the signature ``Test.Marker`` finds anywhere in a file."""
FOUND = "Test.Eicar.UNOFFICIAL"
"""What this clamd calls the EICAR file. It marks all signatures that are not ClamAV's own."""


def is_there() -> bool:
    """Tell whether this machine has clamd."""
    return shutil.which("clamd") is not None


def configuration() -> Mapping[str, str]:
    """Read what the how-to configures, by name, as it is written: clamd takes no comment behind a value."""
    (block,) = re.findall(r"```\n# /etc/clamav/clamd\.conf[^\n]*\n(.*?)```", HOW_TO.read_text(), re.DOTALL)
    lines = [line.split(maxsplit=1) for line in str(block).splitlines() if not line.startswith("#")]
    return dict(lines)


@attrs.define
class Clamd:
    """A clamd of the tests. It listens at a port and at a socket."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def path(self) -> Path:
        """The path of its socket."""
        return self.folder / "clamd.ctl"

    @property
    def word(self) -> str:
        """The word that names it."""
        return f"clamd://{HOST}:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = ["clamd", "-F", "-c", str(self.folder / "clamd.conf")]
        with (self.folder / "output").open("ab") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output)
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), timeout=5) as connection:
                connection.sendall(b"zPING\0")
                if connection.recv(100) == b"PONG\0":
                    return
            time.sleep(0.02)
        raise RuntimeError(f"clamd does not answer: {(self.folder / 'output').read_text()}")

    def kill(self) -> None:
        """Kill it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it do nothing in this context."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def running(**settings: str) -> Iterator[Clamd]:
    """Run a clamd at a free port, with the how-to's configuration and some settings of its own."""
    with tempfile.TemporaryDirectory(prefix="klantportaal-clamd-") as place:
        server = Clamd(folder=Path(place), port=free_port())
        (server.folder / "database").mkdir()
        try:
            _start_at_a_free_port(server, settings)
            yield server
        finally:
            server.kill()


def _start_at_a_free_port(server: Clamd, settings: Mapping[str, str]) -> None:
    """Start it at another port if somebody took the first one in the meantime."""
    _configure(server, settings)
    try:
        server.start()
    except RuntimeError:
        server.port = free_port()
        _configure(server, settings)
        server.start()


def _configure(server: Clamd, settings: Mapping[str, str]) -> None:
    database = server.folder / "database"
    digest = hashlib.md5(TEST_FILE, usedforsecurity=False).hexdigest()
    (database / "tests.hdb").write_text(f"{digest}:{len(TEST_FILE)}:Test.Eicar\n")
    (database / "tests.ndb").write_text(f"Test.Marker:0:*:{MARKER.hex()}\n")
    given = {
        **configuration(),
        "DatabaseDirectory": str(database),
        "LocalSocket": str(server.path),
        "TCPAddr": HOST,
        "TCPSocket": str(server.port),
        "TemporaryDirectory": str(server.folder),
        "User": getpass.getuser(),
        **settings,
    }
    (server.folder / "clamd.conf").write_text("".join(f"{name} {value}\n" for name, value in given.items()))
