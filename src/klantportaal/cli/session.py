"""What all commands share: which portal they work on, how they print, and how they end.

==== ==========================================================================
exit when
==== ==========================================================================
0    all is well
1    the command found something wrong, such as a file that is damaged
2    the command, a word or a secret is wrong; nothing was done
3    something cannot be used now, such as the database; try again
==== ==========================================================================
"""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import attrs
import click

from klantportaal.adapters.storage.sql import DatabaseUnfit
from klantportaal.cli.output import Output
from klantportaal.domain.errors import PortalError, Unavailable
from klantportaal.opening import open_portal
from klantportaal.portal import Portal

WRONG = 1
LATER = 3


class Unusable(click.ClickException):
    """The command, a word or a secret is wrong. The command ends with a sentence that says so."""

    exit_code = 2


class TryLater(click.ClickException):
    """Something cannot be used now. The command ends with a sentence that says so."""

    exit_code = LATER


@attrs.frozen
class Session:
    """One call of the command line."""

    named: str | None
    """``module:name`` of the vendor's own assembly. None: the portal is opened by the environment."""
    output: Output

    @contextmanager
    def portal(self) -> Iterator[Portal]:
        """Open the portal, and close it at the end.

        Raises:
            Unusable, TryLater: the portal cannot be opened or used.
        """
        with told():
            portal = self.make()
            try:
                yield portal
            finally:
                portal.close()

    def make(self) -> Portal:
        """Open the portal. Raises: Unusable, and what opening it raises."""
        return open_portal.from_environment() if self.named is None else _named(self.named)

    def wrong(self) -> NoReturn:
        """End because the command found something wrong, and has printed it."""
        sys.exit(WRONG)


@contextmanager
def told() -> Iterator[None]:
    """Turn the portal's errors into a sentence and an exit code."""
    try:
        yield
    except Unavailable as error:
        raise TryLater(str(error) or "something cannot be reached now") from error
    except (DatabaseUnfit, PortalError, ValueError, OSError, NotImplementedError) as error:
        raise Unusable(str(error) or type(error).__name__) from error


def _named(named: str) -> Portal:
    """Import the vendor's own portal: an object, or a function that makes one.

    Raises:
        Unusable: there is none of that name.
    """
    module, _colon, name = named.partition(":")
    if "" not in sys.path:
        sys.path.insert(0, "")  # As python -m does: the vendor's module is in the current folder.
    try:
        found = getattr(importlib.import_module(module), name or "portal")
    except (ImportError, AttributeError, ValueError) as error:
        raise Unusable(f"--portal: {error}; write module:name, of a Portal or of what makes one") from error
    portal = found if isinstance(found, Portal) else found() if callable(found) else None
    if not isinstance(portal, Portal):
        raise Unusable(f"--portal: {named} is no Portal, and makes none")
    return portal
