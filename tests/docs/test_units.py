"""The units of systemd that the how-to on workers refers to."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import lacking

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "examples/production/systemd").glob("*.service"))
BIN = "/srv/portal/venv/bin/"


def complaints(folder: Path) -> str:
    """Let systemd look at the units in a folder. Return what it says of them: nothing, if all is well."""
    if shutil.which("systemd-analyze") is None:
        lacking("no systemd-analyze", required_by="KLANTPORTAAL_REQUIRE_SYSTEMD")
    units = [str(each) for each in sorted(folder.glob("*.service"))]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    return "\n".join(
        line for line in (done.stdout + done.stderr).splitlines() if str(folder) in line or "klantportaal" in line
    )


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, in a folder of their own. Their programs are not on this machine, so another one stands for them."""
    for unit in UNITS:
        (tmp_path / unit.name).write_text(re.sub(rf"{BIN}\w+", "/bin/true", unit.read_text()))
    return tmp_path


def test_the_units(units: Path) -> None:
    """AL-6: systemd finds nothing wrong with the units of hosts, workers and the migration."""
    assert len(UNITS) >= 3
    assert complaints(units) == ""


def test_a_wrong_unit_is_noticed(units: Path) -> None:
    """AL-6: the check above notices a key that systemd does not know, and a program that is not there."""
    worker = units / "klantportaal-worker@.service"
    right = worker.read_text()
    worker.write_text(right.replace("TimeoutStopSec", "TimeoutStopping"))
    assert "TimeoutStopping" in complaints(units)
    worker.write_text(right.replace("/bin/true", "/nowhere/klantportaal"))
    assert "/nowhere/klantportaal" in complaints(units)


def test_variables_without_systemd() -> None:
    """AL-6: what the example says for a shell gives a command each variable of the file, also one with an ``&``."""
    folder = ROOT / "examples/production"
    (block,) = re.findall(r"```\n(mapfile .*?)```", (folder / "README.md").read_text(), re.DOTALL)
    reading, _migrate, *_others = str(block).splitlines()
    done = subprocess.run(
        ["bash", "-c", f'{reading}\nenv -i "${{PORTAL[@]}}" env'],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = (folder / "portal.env").read_text().splitlines()
    assert done.stdout.splitlines() == [each for each in lines if each and not each.startswith("#")]
    assert any("&" in each for each in done.stdout.splitlines())


def test_what_the_how_to_says_of_the_units() -> None:
    """AL-6: the how-to on workers names settings that the unit of the worker has, and the unit runs a worker."""
    unit = (ROOT / "examples/production/systemd/klantportaal-worker@.service").read_text()
    page = (ROOT / "docs/how-to/workers.md").read_text()
    for setting in re.findall(
        r"^- `([^`]+)`", page.split("## With systemd")[1].split("## In a container")[0], re.MULTILINE
    ):
        assert setting in unit
    assert f"ExecStart={BIN}klantportaal worker" in unit
