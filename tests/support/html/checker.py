"""Runs the Nu HTML checker, a program in Java."""

import json
import shutil
import subprocess
from pathlib import Path

import attrs

CHECKER = Path(__file__).parent / "node_modules/vnu-jar/build/dist/vnu.jar"


@attrs.frozen(kw_only=True)
class Found:
    """Something that is not right with a page."""

    page: str
    """The name of the file, without its ending."""
    text: str
    extract: str
    """The piece of the page that it is about."""


def is_there() -> bool:
    """Tell whether the checker and Java are installed."""
    return CHECKER.exists() and shutil.which("java") is not None


def check(folder: Path) -> list[Found]:
    """Check each page in a folder. Return the errors and the warnings."""
    command = ["java", "-jar", str(CHECKER), "--format", "json", "--exit-zero-always", "--skip-non-html", str(folder)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return [
        Found(page=Path(each["url"]).stem, text=each["message"], extract=each.get("extract", ""))
        for each in json.loads(said)["messages"]
    ]
