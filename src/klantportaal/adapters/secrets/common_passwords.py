"""The list of common passwords: the 30,000 that leaked most often, from the package zxcvbn (PW-3)."""

import functools
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path


class CommonPasswords:
    """Looks up passwords in the list of zxcvbn, which is in lower case. The first lookup loads the list."""

    def holds(self, password: str) -> bool:
        """Tell whether the list contains a password, given in lower case."""
        return password in _listed()


@functools.cache
def _listed() -> frozenset[str]:
    """Load the list once per process. This takes 25 ms, and 8 MB of memory from then on.

    Only the module with the lists is loaded. Importing the whole package also ranks its lists of names and films, which
    the portal does not use, and takes more than twice as much.
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
