"""Wrong adapters, each with the contract test that catches it. ``tests/contracts/test_wrong_adapters.py`` runs them.

A class here is the test of an adapter that breaks one promise, as a vendor would write it. pytest collects none of them
by itself.
"""

from collections.abc import Callable
from typing import TypeVar

import attrs

Wrong = TypeVar("Wrong", bound=type)


@attrs.frozen
class Catch:
    """The test that must fail, and what its message must say."""

    test: str
    """The name of the test, with its parameters in brackets."""
    promise: str


CATCHES: dict[type, Catch] = {}
"""The catch of each wrong adapter."""


def caught_by(test: str, promise: str) -> Callable[[Wrong], Wrong]:
    """Tell which test of its contract catches a wrong adapter, and the words of the promise in its message."""

    def note(wrong: Wrong) -> Wrong:
        CATCHES[wrong] = Catch(test, promise)
        return wrong

    return note
