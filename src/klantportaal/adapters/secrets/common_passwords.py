"""The passwords that many people have: 30,000 of those that leaked most often, from the package zxcvbn (PW-3)."""

import functools
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path


class CommonPasswords:
    """Looks passwords up in zxcvbn's list, which is in lower case; it is read when the first one is asked for."""

    def holds(self, password: str) -> bool:
        """Tell whether the list has it, in lower case."""
        return password in _listed()


@functools.cache
def _listed() -> frozenset[str]:
    """Read the list, once a process: 25 ms, and 8 MB that stay.

    Its module alone: importing the package ranks its lists of names and films too, which nobody here asks for, and
    takes more than twice as much.
    """
    package = find_spec("zxcvbn")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("zxcvbn, which klantportaal depends on, is not installed", name="zxcvbn")
    spec = spec_from_file_location("zxcvbn_lists", Path(package.origin).with_name("frequency_lists.py"))
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("zxcvbn has no frequency_lists", name="zxcvbn.frequency_lists")
    lists = module_from_spec(spec)
    spec.loader.exec_module(lists)
    return frozenset(lists.FREQUENCY_LISTS["passwords"])
