"""A complete digital client portal for offices, to import into one's own product.

Open a portal with ``klantportaal.embedded.portal`` (SQLite and files in one folder), with ``klantportaal.open_portal``
(each part is named by a word, such as the URL of a PostgreSQL database), or with ``Portal.assemble`` (your own ports).
Mount its pages with ``klantportaal.adapters.flask`` or ``klantportaal.adapters.fastapi``.

The types that calls take, return and raise are in this package: ``from klantportaal import NewClient, Refused``. Other
modules:

- ``embedded``: opens a portal in one folder
- ``questionnaires``: definitions, the visible questions, and the page to go to
- ``trail``: the types of the audit trail
- ``serialisation``: converts values to JSON and back
- ``text``: reads addresses and typed text as the portal does
- ``ports``, ``adapters``, ``testing``: the protocols of adapters, the adapters of the portal, and tests for your own
"""

from typing import TYPE_CHECKING

_MODULES = ("embedded", "questionnaires", "serialisation", "text", "trail")
_OPENING = {"DatabaseUnfit": "adapters.storage.sql", "WrongWords": "opening", "open_portal": "opening"}
"""Names of modules that import adapters, which values and errors do not need."""

if TYPE_CHECKING:
    from klantportaal._public import *  # noqa: F403 - the list is in that module, once
    from klantportaal.adapters.storage.sql import DatabaseUnfit as DatabaseUnfit
    from klantportaal.opening import WrongWords as WrongWords
    from klantportaal.opening import open_portal as open_portal

    __version__: str
else:  # Hidden from type checkers: with a __getattr__ they accept any name.

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used (PEP 562), so that importing the package costs nothing."""
        if name == "__version__":
            from importlib.metadata import version

            return version(__name__)
        if name == "__all__":
            return __dir__()
        if not name.startswith("_"):
            from importlib import import_module

            if name in _MODULES:
                return import_module(f"{__name__}.{name}")
            if name in _OPENING:
                return getattr(import_module(f"{__name__}.{_OPENING[name]}"), name)
            from klantportaal import _public

            if name in _public.__all__:
                return getattr(_public, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names. Editors and consoles offer them."""
    from klantportaal import _public

    return sorted([*_public.__all__, *_MODULES, *_OPENING])
