"""Messages name pages of the documentation that a reader can find."""

import ast
import re
from email.message import Message
from pathlib import Path

import pytest

import klantportaal
from klantportaal import documentation

PACKAGE = Path(klantportaal.__file__).parent


def test_a_page_has_an_address_if_the_release_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """OF-1: a page is named by the address that the release has, and else by its name."""
    told = Message()
    monkeypatch.setattr(documentation, "metadata", lambda _name: told)
    assert documentation.page("how-to/audit") == "the page how-to/audit of the documentation"
    told["Project-URL"] = "Repository, https://code.example.nl"
    told["Project-URL"] = "Documentation, https://docs.example.nl/"
    assert documentation.page("how-to/audit") == "https://docs.example.nl/how-to/audit.html"


def test_pages_that_are_named_exist() -> None:
    """OF-1: each page that the code names is in the documentation."""
    sources = [each.read_text() for each in PACKAGE.rglob("*.py")]
    named = {name for source in sources for name in re.findall(r"[\"'](how-to/[a-z-]+)[\"']", source)}
    assert named >= {"how-to/audit", "how-to/existing-application"}
    pages = PACKAGE.parents[1] / "docs"
    assert [name for name in named if not (pages / f"{name}.md").exists()] == []


def test_no_message_names_a_file_that_is_not_installed() -> None:
    """OF-1: no text of the package names a file of the documentation, which the wheel does not have."""
    for file in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(file.read_text())
        documented = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and isinstance(node.body[0], ast.Expr)
        }
        texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
        for node in texts:
            assert id(node) in documented or "docs/" not in str(node.value), f"{file}:{node.lineno}"
