"""An example of each public call: its first use in the vendor's file that type checkers check."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

VENDOR = Path(__file__).resolve().parents[2] / "tests" / "typing" / "vendor.py"


def examples() -> dict[str, str]:
    """Give the statement that uses each call first, by its name.

    Those of the portal have their name on it: ``office.clients.get``. Functions have their name with that of their
    module: ``klantportaal.text.day``. Their examples begin with the import.
    """
    source = VENDOR.read_text()
    tree = ast.parse(source)
    imported = _imported(tree)
    found: dict[str, str] = {}
    for function in tree.body:
        if isinstance(function, ast.FunctionDef):
            parts = _parts(function)
            for statement in _statements(function.body):
                text = _written_out(dedent(_lines(source, statement)), parts)
                for call in re.findall(r"\bportal\.([a-z_.]+)\(", text):
                    found.setdefault(call, text)
                for name, line in _functions(statement, imported):
                    found.setdefault(name, f"{line}\n\n{text}")
    return found


def _imported(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """Give what is imported of the package, by its name in the file: its whole name, and the line that imports it."""
    return {
        alias.asname or alias.name: (
            f"{each.module}.{alias.name}",
            ast.unparse(ast.ImportFrom(module=each.module, names=[alias], level=0)),
        )
        for each in tree.body
        if isinstance(each, ast.ImportFrom) and str(each.module).startswith("klantportaal")
        for alias in each.names
    }


def _functions(statement: ast.stmt, imported: dict[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the whole name of each imported call in a statement, and the line that imports it or its module."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Call):
            own, dot, rest = ast.unparse(node.func).partition(".")
            if own in imported:
                name, line = imported[own]
                yield f"{name}{dot}{rest}", line


def _parts(function: ast.FunctionDef) -> dict[str, str]:
    """Give the variables of a function that stand for a part of the portal, such as ``calls``, each with that part."""
    named = (each for each in ast.walk(function) if isinstance(each, ast.Assign))
    return {
        each.targets[0].id: ast.unparse(each.value)
        for each in named
        if isinstance(each.targets[0], ast.Name) and re.fullmatch(r"portal(\.\w+)+", ast.unparse(each.value))
    }


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a function, the inner ones before those that they are in."""
    for statement in body:
        for inner in ("body", "orelse", "handlers", "cases"):
            for each in getattr(statement, inner, []):
                yield from _statements(each.body if not isinstance(each, ast.stmt) else [each])
        yield statement


def _lines(source: str, statement: ast.stmt) -> str:
    return "\n".join(source.splitlines()[statement.lineno - 1 : statement.end_lineno])


def _written_out(text: str, parts: dict[str, str]) -> str:
    """Write the part of the portal instead of the variable that stands for it."""
    for name, part in parts.items():
        text = re.sub(rf"\b(?<!\.){name}\.", f"{part}.", text)
    return text
