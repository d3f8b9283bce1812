"""Fork handling: a forked child does not use the connections, locks and threads of its parent, but makes its own.

A forked child has a copy of its parent's memory, but only the thread that forked. So both processes have the same
connections, locks that other threads held are never released, and other threads do not exist. An object with
connections or threads registers hooks with `at_fork`. Locks are the `Lock` and `Semaphore` of this module.

``os.register_at_fork`` registers hooks for the whole process, so this module calls it once. It works for ``os.fork``
and everything that uses it: gunicorn, multiprocessing, gevent. A server that forks outside Python, such as uWSGI, does
not call the hooks. For these servers `notice` compares the process id before a connection is used.
"""

import ctypes
import itertools
import logging
import os
import threading
from collections.abc import Callable
from weakref import WeakMethod

from klantportaal.log_events import EventLog

_LOG = EventLog(__name__)
Method = Callable[[], None]
"""A bound method."""


class _Hooks:
    """Methods to call at one moment of each fork. They are held by weak references."""

    def __init__(self) -> None:
        self._methods: dict[int, WeakMethod[Method]] = {}
        self._numbers = itertools.count()

    def add(self, method: Method) -> None:
        """Register a method."""
        number = next(self._numbers)
        self._methods[number] = WeakMethod(method, lambda _gone: self._methods.pop(number, None))

    def call(self) -> None:
        """Call all methods. An error is logged, and the other methods are still called."""
        for reference in list(self._methods.values()):
            if (method := reference()) is not None:
                try:
                    method()
                except Exception as error:  # noqa: BLE001 - a fork cannot report an error
                    text = "a fork is not prepared for, or not dealt with, as it should be"
                    _LOG.log(logging.ERROR, "fork_fails", text, error=error)


class _Forks:
    """The forks of this process."""

    def __init__(self) -> None:
        self.before, self.in_parent, self.in_child = _Hooks(), _Hooks(), _Hooks()
        self._begin()

    def _begin(self) -> None:
        self._one_at_a_time = threading.Lock()  # noqa: TID251 - renewed here
        self._noticing = threading.Lock()  # noqa: TID251 - the same
        self._process = os.getpid()

    def prepare(self) -> None:
        """Run the hooks before a fork. Forks of other threads wait until this fork is done."""
        self._one_at_a_time.acquire()
        self.before.call()

    def go_on(self) -> None:
        """Run the hooks in the parent, and release the lock."""
        self.in_parent.call()
        self._one_at_a_time.release()

    def begin_anew(self) -> None:
        """Run the hooks in the child, and make new locks."""
        self.in_child.call()
        self._begin()

    def notice(self) -> None:
        """Run the hooks in the child if this process is a child of a fork outside Python."""
        if self._process != os.getpid():
            with self._noticing:
                if self._process != os.getpid():
                    self.begin_anew()


_FORKS = _Forks()
os.register_at_fork(before=_FORKS.prepare, after_in_parent=_FORKS.go_on, after_in_child=_FORKS.begin_anew)
notice = _FORKS.notice
"""Run the child's hooks after a fork outside Python. Call it before you use an inherited connection or thread."""


def at_fork(*, in_child: Method, before: Method | None = None, in_parent: Method | None = None) -> None:
    """Register methods of an object, to be called at every fork. The object is held by a weak reference.

    Args:
        in_child: called after each fork in the child. It replaces what the object inherited. It must not block, because
            the child has no other threads.
        before: called before each fork in the process that forks. It must not block forever.
        in_parent: called after each fork in the process that forked.
    """
    _FORKS.in_child.add(in_child)
    if before is not None:
        _FORKS.before.add(before)
    if in_parent is not None:
        _FORKS.in_parent.add(in_parent)


def leave_alone(inherited: object) -> None:
    """Keep an inherited object alive until the process ends, so that it is never closed, not even at exit.

    A module variable is not enough: Python deletes it at exit, and the object would be closed.
    """
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(inherited))


class Semaphore(threading.BoundedSemaphore):  # noqa: TID251 - renewed here
    """A bounded semaphore. In a forked child it is free, also if it was held in the parent."""

    def __init__(self, value: int) -> None:
        super().__init__(value)
        self._all = value
        at_fork(in_child=self._free)

    def _free(self) -> None:
        super().__init__(self._all)


class Lock(Semaphore):
    """A lock. In a forked child it is free, also if it was held in the parent."""

    def __init__(self) -> None:
        super().__init__(1)
