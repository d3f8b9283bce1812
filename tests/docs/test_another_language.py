"""The page about other languages: its commands start a host and go from a key to a published document, with curl."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from tests.conftest import lacking

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "from-another-language.md"
SENT = "for _ in $(seq 300); do compgen -G 'mail/*' > /dev/null && break; sleep 0.1; done"
"""The host sends mails in the background, so it must not end before the first."""
EXPECTED = ["Client portal: office API", "Smit", "Jan Jansen", "name: missing", "email: not_an_address", "0"]


def test_from_nothing_to_a_document(tmp_path: Path) -> None:
    """AP-6: the commands of the page start a host, make a key, publish a document, and read it back."""
    for tool in ("curl", "jq"):
        if shutil.which(tool) is None:
            lacking(f"no {tool}", required_by="KLANTPORTAAL_REQUIRE_CURL")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    blocks = re.findall(r"```bash\n(.*?)```", PAGE.read_text(), re.DOTALL)
    script = "\n".join(["set -euo pipefail", "trap 'kill $(jobs -p)' EXIT", *blocks, SENT]).replace("8000", port)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr + ran.stdout
    *told, count = ran.stdout.splitlines()
    assert told == EXPECTED
    assert int(count) > 60
    assert (tmp_path / "key.txt").stat().st_mode & 0o077 == 0
    assert any((tmp_path / "mail").iterdir())
