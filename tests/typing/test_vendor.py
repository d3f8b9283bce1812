"""The vendor's file for type checkers uses every call."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support import surface

VENDOR = Path(__file__).with_name("vendor.py")


def called(function: ast.FunctionDef) -> Iterator[str]:
    """Yield the names of the portal's calls in a function, also through variables for a part of the portal."""
    names = {"portal": ""}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            part = chain(node.value, names)
            if part is not None:
                names[node.targets[0].id] = f"{part}."
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and (call := chain(node.func, names)) is not None:
            yield call


def chain(node: ast.expr, names: dict[str, str]) -> str | None:
    """Return ``portal.office.clients`` as ``office.clients``; None for anything else."""
    match node:
        case ast.Attribute(ast.Name(name), attribute) if name in names:
            return f"{names[name]}{attribute}"
        case ast.Attribute(inner, attribute) if (before := chain(inner, names)) is not None:
            return f"{before}.{attribute}"
    return None


def test_every_call_is_used() -> None:
    """OF-1: the vendor's file uses every call of every side, so that type checkers check each."""
    functions = [node for node in ast.parse(VENDOR.read_text()).body if isinstance(node, ast.FunctionDef)]
    used = {call for function in functions for call in called(function)}
    assert surface.calls().keys() - used == set()
