"""What all contract classes share: fixtures for situations in which adapters fail, and messages that name the promise.

The test of an adapter defines those of these fixtures that its contract class uses:

=============  ========================================================================================
``refusing``   an adapter whose server refuses each request for now
``away``       an adapter whose server cannot be reached
``full``       an adapter whose disk or server has no room
``slow``       an adapter whose server accepts the request and does not answer during the test
``reopened``   a function that opens the same place with another adapter, as another process does
=============  ========================================================================================

If an adapter cannot be in a situation, its fixture returns ``Without("the reason")``. The tests of that situation are
then skipped, and pytest reports the fixture and the reason.
"""

import functools
import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, NoReturn, TypeVar

import attrs
import pytest

Adapter = TypeVar("Adapter")
Result = TypeVar("Result")

SITUATIONS = ("refusing", "away", "full", "slow", "reopened")
"""The fixtures of this module."""
_OPTIONAL = (*SITUATIONS, "measured", "signed", "guarded")
"""The fixtures that may return ``Without``."""
PATIENCE = 60.0
"""The default of ``Contract.patience``."""


@attrs.frozen
class Without:
    """Says that an adapter cannot be in a situation, and why. The tests of the situation are skipped, with the reason.

    Raises:
        ValueError: there is no reason.
    """

    reason: str

    def __attrs_post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("say why the adapter cannot be in this situation")


class Contract:
    """The base of all contract classes. The message of a failed test names the broken promise."""

    patience: ClassVar[float] = PATIENCE
    """The seconds after which the test of a slow server fails. Must be more than the time limit of the adapter."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name, test in list(vars(cls).items()):
            if name.startswith("test_") and inspect.isfunction(test):
                setattr(cls, name, _named(f"{cls.__name__}.{name}", test))

    @pytest.fixture(autouse=True)
    def _skipped_without(self, request: pytest.FixtureRequest) -> None:
        """Skip the test if the adapter cannot be in a situation that the test needs."""
        for name in request.fixturenames:
            if name in _OPTIONAL:
                found = request.getfixturevalue(name)
                if isinstance(found, Without):
                    pytest.skip(f"{name}: {found.reason}")

    @pytest.fixture
    def refusing(self) -> Any:
        """Return an adapter whose server refuses each request for now, or ``Without``."""
        _missing(self, "refusing")

    @pytest.fixture
    def away(self) -> Any:
        """Return an adapter whose server cannot be reached, or ``Without``."""
        _missing(self, "away")

    @pytest.fixture
    def full(self) -> Any:
        """Return an adapter whose disk or server has no room, or ``Without``."""
        _missing(self, "full")

    @pytest.fixture
    def slow(self) -> Any:
        """Return an adapter whose server does not answer during the test, or ``Without``."""
        _missing(self, "slow")

    @pytest.fixture
    def reopened(self) -> Any:
        """Return a function that opens the same place with another adapter, or ``Without``."""
        _missing(self, "reopened")


def _missing(contract: object, name: str) -> NoReturn:
    pytest.fail(
        f"{type(contract).__name__} needs a fixture {name!r} (see klantportaal.testing.contracts.promises). "
        f'If its adapter cannot be in that situation, the fixture returns Without("the reason").',
        pytrace=False,
    )


def _named(name: str, test: Callable[..., None]) -> Callable[..., None]:
    """Wrap a test: its failure gets a note with the promise, which is the docstring of the test."""

    @functools.wraps(test)
    def wrapped(*arguments: Any, **fixtures: Any) -> None:
        __tracebackhide__ = True
        try:
            test(*arguments, **fixtures)
        except (Exception, pytest.fail.Exception) as error:
            error.add_note(f"Broken promise: {inspect.cleandoc(test.__doc__ or '')} ({name})")
            raise

    return wrapped


@contextmanager
def promised(promise: str, error: type[Exception]) -> Iterator[list[Exception]]:
    """Require that the block raises *error*. Otherwise the test fails with a message that begins with the promise.

    After the block, the list contains the error.
    """
    __tracebackhide__ = True
    caught: list[Exception] = []
    try:
        yield caught
    except error as expected:
        caught.append(expected)
        return
    except Exception as other:  # noqa: BLE001 - the message names it, whatever it is
        found = f"{type(other).__name__} ({other})"
    else:
        found = "nothing"
    pytest.fail(f"{promise}. It must raise {error.__name__}, and it raised {found}.")


def given_up(promise: str, call: Callable[[], Result], *, patience: float) -> Result:
    """Make a call whose server does not answer, in a thread. Return its result, or raise its exception.

    The adapter ends the call by a time limit of its own, which is not measured. If the call has not ended after
    *patience* seconds, the test fails with a message that begins with the promise.
    """
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001 - raised again below, in the test's own thread
            errors.append(error)

    calling = threading.Thread(target=run, daemon=True)
    calling.start()
    calling.join(patience)
    if calling.is_alive():
        pytest.fail(f"{promise}. After {patience} seconds the call still waits for the server.")
    if errors:
        raise errors[0]
    return results[0]


def another(reopened: Callable[[], Adapter], adapter: Adapter) -> Adapter:
    """Open the place of an adapter with another one. The test fails if it is the same one."""
    found = reopened()
    assert found is not adapter, "the fixture `reopened` returned the adapter itself: it must make another one"
    return found
