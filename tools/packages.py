"""Builds what is released into a folder: the sdist, the wheel, and the list of what both bring along (CycloneDX).

The wheel is built from the sdist, without Node.js in sight: so the sdist has all that is built with it.
Run as `python -m tools.packages FOLDER`. ``KLANTPORTAAL_URLS`` gives the addresses of the project (hatch_build.py).
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = ROOT / ".venv" / "bin" / "uv"
CYCLONEDX = ROOT / ".venv" / "packages" / "bin" / "cyclonedx-py"
LOCK = ROOT / "requirements" / "dev.txt"
EVERYTHING = "all,testing"


def run(*command: str | Path, **changed: str) -> None:
    """Run a command in the root of the project, with some variables changed. Raises: CalledProcessError."""
    subprocess.run(list(command), cwd=ROOT, env={**os.environ, **changed}, check=True)  # noqa: S603 - our own commands


def build(folder: Path) -> tuple[Path, Path]:
    """Build the sdist, and the wheel from it."""
    run(UV, "build", "--quiet", "--sdist", "--out-dir", folder, ROOT)
    (sdist,) = folder.glob("*.tar.gz")
    run(UV, "build", "--quiet", "--wheel", "--python", sys.executable, "--out-dir", folder, sdist, PATH="")
    (wheel,) = folder.glob("*.whl")
    return sdist, wheel


def tested_versions(place: Path) -> Path:
    """Write the versions that the tests run with, as constraints."""
    lines = LOCK.read_text().splitlines()
    place.write_text("\n".join(re.sub(r"\[.*?\]|\s*\\$", "", line) for line in lines if re.match(r"\w", line)))
    return place


def list_parts(wheel: Path, folder: Path, scratch: Path) -> None:
    """Write what the wheel and all of its extras bring along from PyPI, and what the assets are made of.

    The versions are those of the tests. What a vendor installs later may be newer.
    """
    name = wheel.name.removesuffix(".whl").rpartition("-py3")[0]
    run(UV, "venv", "--quiet", "--clear", "--python", sys.executable, scratch / "all")
    python = scratch / "all" / "bin" / "python"
    versions = tested_versions(scratch / "versions.txt")
    run(UV, "pip", "install", "--quiet", "--python", python, "--constraint", versions, f"{wheel}[{EVERYTHING}]")
    kind = ["--mc-type", "library", "--pyproject", "pyproject.toml", "--output-reproducible"]
    run(CYCLONEDX, "environment", *kind, "--output-file", folder / f"{name}-python.cdx.json", python)
    command = [sys.executable, "frontend/assemble.py", "--sbom"]
    made_of = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)  # noqa: S603 - our own command
    (folder / f"{name}-assets.cdx.json").write_bytes(made_of.stdout)


def main(folder: Path) -> None:
    """Build everything into a folder, which is emptied first."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    _sdist, wheel = build(folder)
    scratch = ROOT / ".build" / "packages"
    scratch.mkdir(parents=True, exist_ok=True)
    list_parts(wheel, folder, scratch)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
