"""A complete digital client portal for offices, to import into one's own product.

Start with ``klantportaal.embedded.portal`` (SQLite and files in one folder) or ``klantportaal.open_portal`` (such as
PostgreSQL and a mail server, each named by a word), or assemble a ``Portal`` from ports of one's own; mount its pages
with ``klantportaal.adapters.flask`` or ``klantportaal.adapters.fastapi``.

What calls take, give and raise is here: ``from klantportaal import NewClient, Refused``. The rest, by subject:

- ``embedded``: opens a portal in one folder
- ``questionnaires``: what a questionnaire asks, what is visible of it, and where to go on
- ``trail``: what the audit trail holds
- ``serialisation``: between values and JSON
- ``text``: addresses and typed text, read as the portal reads them
- ``ports``, ``adapters``, ``testing``: what the portal asks of the world, what comes with it, and tests for your own
"""

from typing import TYPE_CHECKING

_MODULES = ("embedded", "questionnaires", "serialisation", "text", "trail")
_OPENING = ("WrongWords", "open_portal")
"""Names of a module that imports all adapters, which values and errors do not need."""

if TYPE_CHECKING:
    from klantportaal._public import *  # noqa: F403 - the list is in that module, once
    from klantportaal.opening import WrongWords as WrongWords
    from klantportaal.opening import open_portal as open_portal

    __version__: str
else:  # Out of sight of type checkers, which would take any name for one that it gives.

    def __getattr__(name: str) -> object:
        """Import what is public when it is first asked for (PEP 562), so that importing the package costs nothing."""
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
                return getattr(import_module(f"{__name__}.opening"), name)
            from klantportaal import _public

            if name in _public.__all__:
                return getattr(_public, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List what is public, as editors and consoles offer it."""
    from klantportaal import _public

    return sorted([*_public.__all__, *_MODULES, *_OPENING])
