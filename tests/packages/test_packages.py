"""The sdist and the wheel: what is in them, and whether they work where there is nothing but Python (OF-1)."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import HeaderParser
from itertools import chain
from pathlib import Path

import pytest

from tests.packages.release import ROOT, URLS, Built
from tools import packages

BARE = ROOT / ".build" / "bare"
SMOKE = Path(__file__).with_name("smoke.py")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SYSTEM = "/usr/sbin:/usr/bin:/sbin:/bin"


def names_in(built: Built) -> tuple[set[str], set[str]]:
    """Give the files of the package in the sdist and in the wheel."""
    with tarfile.open(built.sdist) as archive:
        inside = {name.partition("/src/")[2] for name in archive.getnames() if "/src/klantportaal/" in name}
    with zipfile.ZipFile(built.wheel) as archive:
        return inside, {name for name in archive.namelist() if name.startswith("klantportaal/")}


def test_assets_are_inside(built: Built) -> None:
    """OF-1: sdist and wheel have the same files of the package: those of this folder, the built ones among them."""
    in_sdist, in_wheel = names_in(built)
    here = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src/klantportaal").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert in_sdist == in_wheel == here
    static = "klantportaal/adapters/web/static"
    named = json.loads((ROOT / "src" / static / "manifest.json").read_text())
    packed = [f"{named[name]}{suffix}" for name in ("portal.css", "portal.js") for suffix in (".br", ".gz")]
    for file in ("manifest.json", "icons.json", *named.values(), *packed):
        assert f"{static}/{file}" in in_wheel
    assert "LICENSES.txt" in named
    assert "klantportaal/adapters/pdf/fonts/LICENSE.txt" in in_wheel


def test_nothing_else_is_inside(built: Built) -> None:
    """OF-1: the sdist has no tests, no installed packages, and nothing of the machine that built it."""
    with tarfile.open(built.sdist) as archive:
        names = {"/".join(Path(name).parts[1:2]) for name in archive.getnames()}
        assert not any("node_modules" in name for name in archive.getnames())
    files = {"CHANGELOG.md", "LICENSE", "README.md", "PKG-INFO", "pyproject.toml", "hatch_build.py", ".gitignore"}
    assert names == {"src", "frontend", *files}


def test_the_metadata(built: Built) -> None:
    """OF-1: the wheel says where the project lives, as its releaser told, and lists every extra."""
    with zipfile.ZipFile(built.wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        told = HeaderParser().parsestr(archive.read(name).decode())
    assert dict(each.split(", ", 1) for each in told.get_all("Project-URL", [])) == URLS
    assert set(told.get_all("Provides-Extra", [])) == set(PROJECT["optional-dependencies"])
    assert (told["Name"], told["Version"], told["License-Expression"]) == (
        "klantportaal",
        PROJECT["version"],
        "Apache-2.0",
    )


def test_the_parts_are_listed(built: Built) -> None:
    """OF-1: two lists in the format CycloneDX name all that the portal and its extras need, with versions."""
    name = f"klantportaal-{PROJECT['version']}"
    python, assets = (json.loads((built.folder / f"{name}-{of}.cdx.json").read_text()) for of in ("python", "assets"))
    for each in (python, assets):
        assert each["bomFormat"] == "CycloneDX"
        assert all(part["version"] and part["purl"].startswith("pkg:") for part in each["components"])
    root = python["metadata"]["component"]
    assert (root["name"], root["version"], root["type"]) == ("klantportaal", PROJECT["version"], "library")
    listed = {part["name"].lower().replace("_", "-") for part in python["components"]}
    needed = [*PROJECT["dependencies"], *chain.from_iterable(PROJECT["optional-dependencies"].values())]
    assert {each.split(">=")[0].split("[")[0].lower() for each in needed} - {"klantportaal"} - listed == set()
    shipped = json.loads((ROOT / "frontend/package.json").read_text())["dependencies"]
    listed = {part["purl"].removeprefix("pkg:npm/").replace("%40", "@") for part in assets["components"]}
    assert {f"{name}@{version}" for name, version in shipped.items()} - listed == set()


# ---------------------------------------------------------------------- machines
@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_on_this_python(built: Built, kind: str, tmp_path: Path) -> None:
    """OF-1: with this Python and no Node.js in sight, wheel and sdist install, and a portal serves its pages."""
    place = tmp_path / "venv"
    versions = packages.tested_versions(tmp_path / "versions.txt")
    file = built.wheel if kind == "wheel" else built.sdist
    packages.run(packages.UV, "venv", "--quiet", "--python", sys.executable, place)
    packages.run(
        packages.UV, "pip", "install", "--quiet", "--python", place / "bin" / "python", "--constraint", versions,
        f"{file}[all]", PATH="",
    )  # fmt: skip
    assert (
        smoked([str(place / "bin" / "python"), str(shutil.copy(SMOKE, tmp_path))], tmp_path) == sys.version.split()[0]
    )


@pytest.mark.skipif(
    not (BARE / "usr/bin/python3").exists() and "KLANTPORTAAL_REQUIRE_BARE" not in os.environ,
    reason="there is no bare machine: tools/bare .build/bare",
)
@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_on_a_bare_machine(built: Built, kind: str) -> None:
    """OF-1: on a Debian with the newest Python and nothing else, the same."""
    assert not (BARE / "usr/bin/npm").exists()
    assert not (BARE / "usr/bin/gcc").exists()
    trial = BARE / "trial"
    shutil.rmtree(trial, ignore_errors=True)
    trial.mkdir()
    file = built.wheel if kind == "wheel" else built.sdist
    packages.tested_versions(trial / "versions.txt")
    for each in (file, SMOKE):
        shutil.copy(each, trial)
    inside = ["chroot", str(BARE)]
    plain = {"PATH": SYSTEM, "HOME": "/root", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    subprocess.run([*inside, "python3", "-m", "venv", "/trial/venv"], env=plain, check=True)
    pip = ["/trial/venv/bin/python", "-m", "pip", "install", "--quiet", "--constraint", "/trial/versions.txt"]
    subprocess.run([*inside, *pip, f"/trial/{file.name}[all]"], env=plain, check=True)
    version = smoked([*inside, "/trial/venv/bin/python", "/trial/smoke.py"], trial)
    assert tuple(map(int, version.split(".")[:2])) >= (3, 13)


def smoked(command: list[str], folder: Path) -> str:
    """Run the smoke script in a folder, without anything of this checkout, and return the version of its Python."""
    plain = {"PATH": SYSTEM if command[0] == "chroot" else "", "HOME": str(folder)}
    done = subprocess.run(command, cwd=folder, env=plain, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    version, python = done.stdout.split()
    assert version == PROJECT["version"]
    return python
