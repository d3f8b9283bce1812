"""The contracts catch wrong adapters, with a message that names the broken promise."""

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from klantportaal import Portal
from tests.contracts import wrong
from tests.contracts.wrong import CATCHES, Catch
from tests.support.disks import NO_DISK

ROOT = Path(__file__).parents[2]
PORTS = sorted(each.name for each in pkgutil.iter_modules(wrong.__path__))
for _port in PORTS:
    importlib.import_module(f"{wrong.__name__}.{_port}")
OPTIONS = (
    *("-o", "addopts=", "-o", "python_classes=*", "-o", "python_files=*.py", "--import-mode=importlib"),
    *("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov", "-q"),
)
RUNS = 6
"""The number of runs of pytest. The start of one takes as long as many of its tests."""
RULE = re.compile(r"Broken promise: (?:[A-Z]{2}-\d|Property \d)")


@pytest.mark.parametrize("ports", [PORTS[first::RUNS] for first in range(RUNS)], ids="-".join)
def test_each_is_caught(ports: Sequence[str], tmp_path: Path) -> None:
    """Each wrong adapter of some ports fails a test of its contract, and the message names the promise and its rule."""
    modules = {f"{wrong.__name__}.{port}" for port in ports}
    catches = {
        (adapter.__module__, adapter.__name__): catch
        for adapter, catch in CATCHES.items()
        if adapter.__module__ in modules
    }
    said = outcomes(catches, tmp_path / "report.xml")
    assert [name for name in catches if name not in said] == [], "not caught"
    for name, catch in catches.items():
        if NO_DISK in said[name]:
            continue
        assert catch.promise in said[name]
        assert RULE.search(said[name])


def outcomes(catches: Mapping[tuple[str, str], Catch], report: Path) -> dict[tuple[str, str], str]:
    """Run, for each wrong adapter, the test that must catch it. Return what each failed or skipped test said.

    An adapter is named by its module and its class.
    """
    nodes = [f"{module.replace('.', '/')}.py::{name}::{catch.test}" for (module, name), catch in catches.items()]
    command = [sys.executable, "-m", "pytest", *OPTIONS, f"--junitxml={report}", *nodes]
    run = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert report.exists(), run.stdout + run.stderr
    cases = list(ET.parse(report).getroot().iter("testcase"))
    assert [error.text for case in cases for error in case.iter("error")] == []
    said: dict[tuple[str, str], str] = {}
    for case in cases:
        module, _dot, name = case.get("classname", "").rpartition(".")
        for found in (*case.iter("failure"), *case.iter("skipped")):
            said[module, name] = found.text or ""
    return said


def test_each_port_has_six() -> None:
    """There are at least six wrong adapters for each port that a portal is assembled of."""
    numbers = Counter(adapter.__module__.rpartition(".")[2] for adapter in CATCHES)
    assert {port: number for port, number in numbers.items() if number < 6} == {}
    assembled = set(inspect.signature(Portal.assemble).parameters) - {"settings", "closing"}
    assert sorted(numbers) == PORTS == sorted(assembled)
