"""Names each built file by its content, compresses it, and writes which file has which name.

Needs brotli.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

MANIFEST = "manifest.json"
"""The name of each file by the name that templates know. It is written last, so make takes it for a whole build."""
PACKED_ALREADY = {".png", ".woff2"}
ADDRESS = re.compile(r"""url\(["']?(?:\./)?([^"')]+)["']?\)""")
"""An address in a style sheet."""


def pack(folder: Path) -> None:
    """Give each file a name with its hash, and put a ``.br`` and a ``.gz`` beside it where that is smaller.

    Files of JSON are the portal's own to read, and stay as they are.

    Raises:
        KeyError: a style sheet names a file that is not there.
    """
    named: dict[str, str] = {}
    files = (file for file in folder.iterdir() if file.suffix != ".json")
    for file in sorted(files, key=lambda file: (file.suffix == ".css", file.name)):  # Style sheets name the others.
        content = _content(file, named)
        named[file.name] = f"{file.stem}.{hashlib.sha256(content).hexdigest()[:16]}{file.suffix}"
        file.unlink()
        (folder / named[file.name]).write_bytes(content)
        if file.suffix not in PACKED_ALREADY:
            _compress(content, folder / named[file.name])
    (folder / MANIFEST).write_text(json.dumps(named, indent=1, sort_keys=True) + "\n")


def _content(file: Path, named: Mapping[str, str]) -> bytes:
    """Read a file. In a style sheet, put the new names of other files in place of their own."""
    if file.suffix != ".css":
        return file.read_bytes()
    return ADDRESS.sub(lambda found: f'url("{named[found[1]]}")', file.read_text(encoding="utf-8")).encode()


def _compress(content: bytes, beside: Path) -> None:
    import brotli

    packed = {".br": brotli.compress(content, quality=11), ".gz": gzip.compress(content, 9, mtime=0)}
    for suffix, smaller in packed.items():
        if len(smaller) < len(content):
            beside.with_name(beside.name + suffix).write_bytes(smaller)
