"""What all commands share: the portal, the output and the exit codes.

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
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import attrs
import click

from klantportaal.adapters.storage.sql import DatabaseUnfit
from klantportaal.cli.output import Output
from klantportaal.domain.errors import FileDamaged, PortalError, StorageDamaged, Unavailable
from klantportaal.opening import open_portal
from klantportaal.portal import Portal

WRONG = 1
LATER = 3
_TOLD = (DatabaseUnfit, PortalError, ValueError, OSError, NotImplementedError)
"""The errors whose words say what is wrong, and hold no secret."""


class Unusable(click.ClickException):
    """The command, a word or a secret is wrong. The command ends with a sentence that says so."""

    exit_code = 2


class FoundWrong(click.ClickException):
    """What is stored is damaged. The command ends with a sentence that says so."""

    exit_code = WRONG


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
    def portal(self, *, migrate: bool | None = False) -> Iterator[Portal]:
        """Open the portal, and close it at the end.

        Args:
            migrate: whether to migrate the database of the variables. None: as ``KLANTPORTAAL_MIGRATE`` says. The
                vendor's own assembly decides that itself.

        Raises:
            Unusable, TryLater: the portal cannot be opened or used.
        """
        with told():
            portal = self.make(migrate=migrate)
            try:
                yield portal
            finally:
                portal.close()

    def make(self, *, migrate: bool | None = False) -> Portal:
        """Open the portal. Raises: Unusable, and what opening it raises."""
        return open_portal.from_environment(migrate=migrate) if self.named is None else _named(self.named)

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
    except (FileDamaged, StorageDamaged) as error:
        raise FoundWrong(str(error)) from error
    except _TOLD as error:
        raise Unusable(str(error) or type(error).__name__) from error


def _named(named: str) -> Portal:
    """Import the vendor's own portal: an object, or a function that makes one.

    Raises:
        Unusable: there is none of that name, or the vendor's code fails.
    """
    module, _colon, name = named.partition(":")
    if "" not in sys.path:
        sys.path.insert(0, "")  # As python -m does: the vendor's module is in the current folder.
    try:
        found = getattr(importlib.import_module(module), name or "portal")
    except (ImportError, AttributeError, ValueError) as error:
        raise Unusable(f"--portal: {error}; write module:name, of a Portal or of what makes one") from error
    except Exception as error:
        raise _failing(named, error) from error
    try:
        portal = found if isinstance(found, Portal) else found() if callable(found) else None
    except _TOLD:
        raise
    except Exception as error:
        raise _failing(named, error) from error
    if not isinstance(portal, Portal):
        raise Unusable(f"--portal: {named} is no Portal, and makes none")
    return portal


def _failing(named: str, error: Exception) -> Unusable:
    """Name an error of the vendor's code. Its words may hold a secret."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return Unusable(f"--portal: {named} ends with {type(error).__name__}, in {place.filename}, line {place.lineno}")
