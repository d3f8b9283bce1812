"""Links that lead out of docs/: to the code and to other files of the repository, which the site does not have."""

import os
import re
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]
_LINK = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<target>(?:\.\./)+[^)#\s]+)(?:#[^)]*)?\)")


def outside_as_text(page: Path, text: str) -> str:
    """Write each link of a page that leads out of docs/ as its text, with the path in the repository."""

    def put(link: re.Match[str]) -> str:
        target = Path(os.path.normpath(page.parent / link["target"]))
        if target.is_relative_to(ROOT / "docs"):
            return link[0]
        path = target.relative_to(ROOT).as_posix()
        return f"`{path}`" if link["text"] in (path, target.name) else f"{link['text']} (`{path}`)"

    return _LINK.sub(put, text)


def _read(app: Sphinx, name: str, content: list[str]) -> None:
    page = Path(app.env.doc2path(name))
    if page.suffix == ".md":
        content[0] = outside_as_text(page, content[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Change the links of each page when Sphinx reads it."""
    app.connect("source-read", _read)
    return {"parallel_read_safe": True}
