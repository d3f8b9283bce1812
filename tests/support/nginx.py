"""A real nginx in front of a host, with the configuration of the how-to on production."""

import getpass
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.demo import free_port

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "production.md"
CONFIGURATION = """
daemon off;
user {user};
pid {folder}/pid;
error_log {folder}/errors;
worker_processes 1;
events {{ worker_connections 2048; }}
http {{
    access_log {folder}/distribution.log;  # As Debian's configuration has it, and compression too.
    gzip on;
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
def proxy(of: str, port: int, folder: Path, *, http: str = "", server: str = "") -> Iterator[int]:
    """Run nginx in front of a host on *port*. Yield its own port. Its log of requests is ``access.log`` in *folder*.

    *http* and *server* are more of its configuration, for these blocks.
    """
    server = (configuration(of) + server).replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    server, http = server.replace("/var/log/nginx", str(folder)), http + configuration("Log")
    with running(server, http, folder) as own:
        yield own


STRICTER = """
client_max_body_size {largest};
if (-f {folder}/down) {{ return 502; }}
{answers}
location / {{
    proxy_pass http://127.0.0.1:{port};
    proxy_set_header Host 127.0.0.1:{port};
    proxy_set_header Origin http://127.0.0.1:{port};
}}
"""


# As Kong and Amazon's API Gateway answer.
IN_JSON = """
error_page 413 @413;
error_page 502 @502;
location @413 { default_type application/json; return 413 '{"message": "Request size limit exceeded"}'; }
location @502 { default_type application/json; return 502 '{"message": "Bad gateway"}'; }
"""


@contextmanager
def stricter(port: int, folder: Path, *, largest: str, json: bool = False) -> Iterator[int]:
    """Run nginx with a lower limit than the host's. While *folder* has a file ``down``, it answers in the host's place.

    To the host, requests come from its own pages, so it needs no other base URL.

    Args:
        port: the port of the host.
        folder: the folder of nginx.
        largest: the size of the largest body, as nginx writes it.
        json: whether nginx answers in JSON, as gateways do, in place of its pages.
    """
    answers = IN_JSON if json else ""
    server = STRICTER.format(largest=largest, folder=folder, port=port, answers=answers)
    with running(server, "access_log off;", folder) as own:
        yield own


@contextmanager
def running(server: str, log: str, folder: Path) -> Iterator[int]:
    """Run nginx with the contents of a ``server``. Yield its port."""
    own = free_port()
    written = folder / "nginx.conf"
    written.write_text(CONFIGURATION.format(user=getpass.getuser(), folder=folder, port=own, server=server, log=log))
    command = ["nginx", "-e", str(folder / "errors"), "-p", str(folder), "-c", str(written)]
    with subprocess.Popen(command) as process:
        try:
            await_listener(process, own)
            yield own
        finally:
            process.terminate()


def await_listener(process: "subprocess.Popen[Any]", port: int) -> None:
    """Wait until a process listens. Raises: RuntimeError, if it ends instead."""
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the process does not listen")
