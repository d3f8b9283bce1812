"""Children that a test forks for real, each with a deadline."""

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
"""How long a child may take, unless a test says otherwise."""


@attrs.frozen(kw_only=True)
class Child:
    """A forked process, and where it says what came of its work."""

    pid: int
    said: int
    deadline: float

    def result(self) -> Any:
        """Wait for the child, and give what its work returned.

        Raises:
            AssertionError: the work failed, or the child had to be killed as it was not done in time.
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
            os.kill(self.pid, signal.SIGKILL)  # It has said all there is to say; a zombie takes no harm.
            os.waitpid(self.pid, 0)
        outcome = json.loads(said)
        assert "error" not in outcome, outcome["error"]
        return outcome["result"]


def fork(work: Callable[[], object], *, seconds: float = SECONDS, told: bool = True) -> Child:
    """Do something in a forked child; what it returns has to fit in JSON.

    Where Python is not to be *told* of the fork, it happens in C, as uWSGI has it.
    """
    reading, writing = os.pipe()
    pid = os.fork() if told else ctypes.PyDLL(None).fork()
    if pid == 0:
        _work(work, writing)
    os.close(writing)
    return Child(pid=pid, said=reading, deadline=time.monotonic() + seconds)


def results(children: list[Child]) -> list[Any]:
    """Give what came of the work of several children, in their order; none of them is left behind."""
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
    """Work, and leave nothing of the test run to be tidied away by the child."""
    try:
        outcome = {"result": work()}
    except BaseException:  # noqa: BLE001 - whatever it is, the parent is to know
        outcome = {"error": traceback.format_exc()}
    try:
        with open(writing, "wb", closefd=False) as file:
            file.write(json.dumps(outcome).encode())
    finally:
        os._exit(0)
