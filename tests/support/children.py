"""Child processes that a test really forks, each with a deadline."""

import ctypes
import json
import os
import select
import signal
import time
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

import attrs

SECONDS = 60.0
"""The default time limit of a child."""


@attrs.frozen(kw_only=True)
class Child:
    """A forked process, and the pipe with the outcome of its work."""

    pid: int
    said: int
    deadline: float

    def result(self) -> Any:
        """Wait for the child, and return what its work returned.

        Raises:
            AssertionError: the work failed, or the child exceeded its deadline and was killed.
        """
        said = b""
        try:
            while select.select([self.said], [], [], max(self.deadline - time.monotonic(), 0))[0]:
                block = os.read(self.said, 65536)
                if not block:
                    break
                said += block
            else:
                raise AssertionError("a forked child hung")
        finally:
            os.close(self.said)
            os.kill(self.pid, signal.SIGKILL)  # Its outcome is complete; killing a zombie is harmless.
            os.waitpid(self.pid, 0)
        outcome = json.loads(said)
        assert "error" not in outcome, outcome["error"]
        return outcome["result"]


def fork(work: Callable[[], object], *, seconds: float = SECONDS, told: bool = True) -> Child:
    """Run *work* in a forked child; its result must fit in JSON.

    Unless *told*, the fork is made in C, without Python's hooks, as uWSGI does.
    """
    reading, writing = os.pipe()
    pid = os.fork() if told else ctypes.PyDLL(None).fork()
    if pid == 0:
        _work(work, writing)
    os.close(writing)
    return Child(pid=pid, said=reading, deadline=time.monotonic() + seconds)


def results(children: list[Child]) -> list[Any]:
    """Return the results of several children, in their order, after waiting for all of them."""
    outcomes: list[Any] = []
    for child in children:
        try:
            outcomes.append(child.result())
        except AssertionError as error:
            outcomes.append(error)
    for outcome in outcomes:
        if isinstance(outcome, AssertionError):
            raise outcome
    return outcomes


def _work(work: Callable[[], object], writing: int) -> NoReturn:
    """Run the work and exit at once, so that the child runs no clean-up of the test run."""
    try:
        outcome = {"result": work()}
    except BaseException:  # noqa: BLE001 - any error is reported to the parent
        outcome = {"error": traceback.format_exc()}
    try:
        with open(writing, "wb", closefd=False) as file:
            file.write(json.dumps(outcome).encode())
    finally:
        os._exit(0)
