"""Writes the pages of the test kit for adapters: what it gives to tests, and each promise that its contracts test."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from klantportaal import testing
from klantportaal.testing import contracts
from klantportaal.testing.contracts.promises import Contract, Without
from tools.site.markup import heading

CONTRACTS = """
Inherit the class of your port, and define its fixtures: :doc:`/how-to/own-adapter` shows it. The sentences under a
class are what its tests check. A test that fails tells its sentence.
"""


def pages() -> dict[str, str]:
    """Write the two pages."""
    helpers = [heading(testing.__name__, "="), f"{inspect.getdoc(testing)}\n", *map(_helpers, _modules(testing))]
    promises = [heading(contracts.__name__, "="), CONTRACTS, f".. autoclass:: {Without.__module__}.Without\n"]
    promises += [_contracts(each) for each in _modules(contracts) if list(_classes(each))]
    return {"testing": "\n".join(helpers), "contracts": "\n".join(promises)}


def _modules(package: ModuleType) -> list[ModuleType]:
    """Give the modules of a package in order. The contracts are on a page of their own."""
    names = sorted(each.name for each in pkgutil.iter_modules(package.__path__, f"{package.__name__}."))
    return [importlib.import_module(name) for name in names if name != contracts.__name__]


def _helpers(module: ModuleType) -> str:
    """Write what a module has for tests: its classes and functions."""
    written = [heading(module.__name__, "-"), f"{inspect.getdoc(module)}\n"]
    for name, thing in vars(module).items():
        if name[0] != "_" and getattr(thing, "__module__", "") == module.__name__ and callable(thing):
            written.append(f".. auto{'class' if isinstance(thing, type) else 'function'}:: {module.__name__}.{name}\n")
    return "\n".join(written)


def _classes(module: ModuleType) -> Iterator[type[Contract]]:
    """Yield the contract classes that a module defines."""
    for thing in vars(module).values():
        is_own = getattr(thing, "__module__", "") == module.__name__
        if is_own and isinstance(thing, type) and issubclass(thing, Contract) and thing is not Contract:
            yield thing


def _contracts(module: ModuleType) -> str:
    """Write what a module says of its fixtures, and the promises of each of its classes."""
    written = [heading(module.__name__, "-"), f"{inspect.getdoc(module)}\n"]
    for kind in _classes(module):
        written.append(f".. py:class:: {module.__name__}.{kind.__name__}\n\n   {inspect.getdoc(kind)}\n")
        for part in kind.__mro__[:-1]:
            if promises := list(_promises(part)):
                title = "" if part is kind else f"   .. rubric:: {part.__name__.removesuffix('Contract')}\n\n"
                written.append(title + "\n".join(promises) + "\n")
    return "\n".join(written)


def _promises(kind: type) -> Iterator[str]:
    """Yield the promise of each test of a class, as an item of a list."""
    for name, test in vars(kind).items():
        if name.startswith("test_"):
            yield f"   - {' '.join((inspect.getdoc(test) or '').split())}"
