"""A real Caddy in front of a host, with the configuration of the how-to on servers."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.demo import free_port
from tests.support.nginx import await_listener

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "servers.md"
PAGES = Path(__file__).parents[2] / "examples" / "production" / "pages"
LARGEST = "526MiB"
OPTIONS = "{\n\tadmin off\n\tauto_https off\n}\n"


def is_there() -> bool:
    """Tell whether this machine has Caddy."""
    return shutil.which("caddy") is not None


def configuration(own: int, host: int, folder: Path, largest: str) -> str:
    """Read what the how-to configures, for these ports and this folder, without certificates."""
    block: str
    (block,) = re.findall(r"```caddy\n(.*?)```", HOW_TO.read_text(), re.DOTALL)
    changes = {
        "portaal.example.nl {": f"http://:{own} {{\n\tbind 127.0.0.1",
        "127.0.0.1:8000": f"127.0.0.1:{host}",
        "/var/log/caddy": str(folder),
        "/srv/portal/pages": str(PAGES),
        LARGEST: largest,
    }
    for written, here in changes.items():
        assert written in block
        block = block.replace(written, here)
    return OPTIONS + block


@contextmanager
def proxy(port: int, folder: Path, *, largest: str = LARGEST) -> Iterator[int]:
    """Run Caddy in front of a host on *port*. Yield its own port. Its log of requests is ``access.log`` in *folder*.

    *largest* takes the place of the largest body that the how-to has.
    """
    own = free_port()
    written = folder / "Caddyfile"
    written.write_text(configuration(own, port, folder, largest))
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(written)]
    with (folder / "errors").open("w") as errors, subprocess.Popen(command, env=environment, stderr=errors) as process:
        try:
            await_listener(process, own)
            yield own
        finally:
            process.terminate()
