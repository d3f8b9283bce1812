"""Builds the site into .build/docs, with every warning as an error. Further arguments go to Sphinx."""

import sys
from pathlib import Path

from sphinx.cmd.build import main

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"

if __name__ == "__main__":
    strict = ["--fail-on-warning", "--keep-going", "--quiet", "--jobs", "auto"]
    places = ["--conf-dir", str(ROOT / "tools" / "site"), "--doctree-dir", str(BUILD / "doctrees")]
    sys.exit(main([*strict, *places, *sys.argv[1:], str(ROOT / "docs"), str(BUILD / "docs")]))
