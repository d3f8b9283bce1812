"""The page about other languages, from a key to a published document: its commands run, with curl, on a real server."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from klantportaal import OfficeProfile, open_portal
from tests.conftest import lacking
from tests.support import running_hosts

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "from-another-language.md"
PLACE = "https://example.nl/portaal/office/v1"
EXPECTED = ["Kantoor", "Jan Jansen", "name: missing", "email: not_an_address", "0"]


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """The variables of the commands: a portal in a folder."""
    words = {
        "DATABASE": f"sqlite://{tmp_path}/portal.sqlite3",
        "FILES": f"file://{tmp_path}/files",
        "MAIL": f"folder://{tmp_path}/mail",
        "PEPPER": "ab" * 32,
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, **{f"KLANTPORTAAL_{name}": word for name, word in words.items()}}


@pytest.fixture
def place(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the API, on a server of its own."""
    for name, word in variables.items():
        monkeypatch.setenv(name, word)
    with closing(open_portal.from_environment()) as portal:
        profile = OfficeProfile(name="Kantoor", contact_address="info@kantoor.nl")
        portal.offices.ensure("kantoor", "https://example.nl/portaal", profile)
        with running_hosts.HOSTS["flask"](portal) as host:
            yield f"{host}{running_hosts.OFFICE}"


def test_from_a_key_to_a_document(place: str, variables: dict[str, str], tmp_path: Path) -> None:
    """AP-6: the commands of the page make a key, publish a document, and read it back."""
    for tool in ("curl", "jq"):
        if shutil.which(tool) is None:
            lacking(f"no {tool}", required_by="KLANTPORTAAL_REQUIRE_CURL")
    blocks = re.findall(r"```bash\n(.*?)```", PAGE.read_text(), re.DOTALL)
    script = "\n".join(["set -euo pipefail", *blocks]).replace(PLACE, place)
    ran = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr + ran.stdout
    *told, count = ran.stdout.splitlines()
    assert told == EXPECTED
    assert int(count) > 60
    assert (tmp_path / "key.txt").stat().st_mode & 0o077 == 0
