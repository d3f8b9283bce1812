"""The object store of the example of production: its script, without a container."""

import os
import re
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from klantportaal.adapters.files.objects import ObjectFiles
from klantportaal.testing.contracts.files import KEY, whole
from tests.conftest import lacking
from tests.support.demo import ROOT, free_port
from tests.support.radosgw import PROGRAMS

EXAMPLE = ROOT / "examples" / "production"
COMMAND = ["bash", str(EXAMPLE / "store.sh")]
CONTENT = bytes(range(256)) * 20_000


def new_keys() -> dict[str, str]:
    """Make keys of the kind that portal.env tells to make."""
    return {"AWS_ACCESS_KEY_ID": secrets.token_hex(10), "AWS_SECRET_ACCESS_KEY": secrets.token_hex(20)}


def variables(folder: Path) -> dict[str, str]:
    """Make the variables of a small store in a folder, at free ports, with new keys."""
    if missing := [each for each in (*PROGRAMS, "ceph-authtool", "curl") if shutil.which(each) is None]:
        lacking(f"no {', '.join(missing)}: run tools/radosgw", required_by="KLANTPORTAAL_REQUIRE_RADOSGW")
    return {
        "PATH": os.environ["PATH"],
        "STORE_FOLDER": str(folder),
        "STORE_SIZE": "1G",
        "STORE_LISTEN": f"127.0.0.1:{free_port()}",
        "STORE_MONITOR": str(free_port()),
        **new_keys(),
    }


@contextmanager
def running(environment: Mapping[str, str], log: Path) -> Iterator["subprocess.Popen[str]"]:
    """Run the script from its saying that it is ready on. Kill it and all its parts at the end."""
    with (
        log.open("a") as said,
        subprocess.Popen(
            COMMAND, env=environment, stdout=subprocess.PIPE, stderr=said, text=True, start_new_session=True
        ) as process,
    ):
        try:
            assert process.stdout is not None
            assert "The object store is ready.\n" in iter(process.stdout.readline, ""), log.read_text()[-2000:]
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def check(environment: Mapping[str, str]) -> int:
    """Ask the script whether the bucket can be reached, as the health check of the container does."""
    return subprocess.run([*COMMAND, "check"], env=environment, capture_output=True, check=False).returncode


def files_of(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> ObjectFiles:
    """Open the files as the word of portal.env says, with the keys of a store, at its port."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, environment[name])
    (word,) = re.findall(r"^KLANTPORTAAL_FILES=(.*)$", (EXAMPLE / "portal.env").read_text(), re.MULTILINE)
    return ObjectFiles(word.replace("127.0.0.1:7480", environment["STORE_LISTEN"]))


def test_files_survive_a_crash_and_new_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AL-2: what the store acknowledged is there after all its parts were killed. Only its present keys are taken."""
    environment, log = variables(tmp_path / "store"), tmp_path / "log"
    renewed = {**environment, **new_keys()}
    with running(environment, log):
        files_of(environment, monkeypatch).write(KEY, [CONTENT])
        assert check(environment) == 0
    with running(renewed, log) as process:
        assert whole(files_of(renewed, monkeypatch), KEY) == CONTENT
        assert check(renewed) == 0
        assert check(environment) != 0
        process.terminate()
        assert process.wait(120) == 0


def test_without_keys_nothing_is_made(tmp_path: Path) -> None:
    """Keys that lack are named, and nothing is made."""
    environment = {**variables(tmp_path / "store"), "AWS_SECRET_ACCESS_KEY": ""}
    done = subprocess.run(COMMAND, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "AWS_SECRET_ACCESS_KEY: openssl rand -hex 20" in done.stderr
    assert not (tmp_path / "store").exists()
