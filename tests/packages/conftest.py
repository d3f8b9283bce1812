"""Fixtures: a release that was built."""

import os
import subprocess
import sys

import pytest

from tests.packages.release import ROOT, URLS, Built
from tools import packages


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build a release as `make packages` does, with addresses."""
    if not packages.CYCLONEDX.exists():
        pytest.skip("what builds a release is not installed: make test-packages")
    folder = tmp_path_factory.mktemp("released")
    urls = ",".join(f"{name}={address}" for name, address in URLS.items())
    command = [sys.executable, "-m", "tools.packages", str(folder)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "KLANTPORTAAL_URLS": urls}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return Built(folder=folder)
