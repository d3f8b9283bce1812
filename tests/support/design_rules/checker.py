"""Runs Spectral, a program in JavaScript, with the rules of ``rules.yaml``."""

import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "frontend"))

import assemble

FOLDER = assemble.DESIGN_RULES
CHECKER = FOLDER / "node_modules/@stoplight/spectral-cli/dist/index.js"


def is_there() -> bool:
    """Tell whether Node.js and the checker are installed."""
    return CHECKER.exists() and (assemble.machine_has_node() or assemble.node_folder() is not None)


def check(document: Path) -> list[tuple[str, str]]:
    """Check an OpenAPI document. Return the rule and the message of each error and warning."""
    node, _npm = assemble.commands()
    found = document.with_suffix(".found.json")
    options = ["--ruleset", "rules.yaml", "--format", "json", "--output", str(found), "--quiet"]
    subprocess.run([*node, str(CHECKER), "lint", *options, str(document)], cwd=FOLDER, check=False, timeout=120)
    return [(each["code"], each["message"]) for each in json.loads(found.read_text())]
