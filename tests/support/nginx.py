"""A real nginx in front of a host, with the configuration of the how-to on production."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.demo import free_port

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "production.md"
CONFIGURATION = """
daemon off;
pid {folder}/pid;
error_log {folder}/errors;
worker_processes 1;
events {{ worker_connections 2048; }}
http {{
    {log}
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/responses;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        {server}
    }}
}}
"""


def is_there() -> bool:
    """Tell whether this machine has nginx."""
    return shutil.which("nginx") is not None


def configuration(of: str) -> str:
    """Read what the how-to configures for *of*: ``Flask``, ``FastAPI`` or ``Log``."""
    blocks = re.findall(r"```nginx\n# (\w+)[^\n]*\n(.*?)```", HOW_TO.read_text(), re.DOTALL)
    return str(dict(blocks)[of])


@contextmanager
def proxy(of: str, port: int, folder: Path) -> Iterator[int]:
    """Run nginx in front of a host on *port*. Yield its own port. Its log of requests is ``access.log`` in *folder*."""
    own = free_port()
    server = configuration(of).replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    log = configuration("Log").replace("/var/log/nginx", str(folder))
    written = folder / "nginx.conf"
    written.write_text(CONFIGURATION.format(folder=folder, port=own, server=server, log=log))
    command = ["nginx", "-e", str(folder / "errors"), "-p", str(folder), "-c", str(written)]
    with subprocess.Popen(command) as process:
        try:
            _await(process, own)
            yield own
        finally:
            process.terminate()


def _await(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Wait until nginx listens. Raises: RuntimeError, if it ends instead."""
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("nginx does not listen")
