"""What happens at a fork: a child leaves alone what it inherits from its parent, and begins with its own.

A forked child has a copy of its parent's memory, but of its threads only the one that forked. Connections then belong
to two processes, locks that other threads held are never released, and threads that were started are not there.
Whatever keeps one of these registers with `at_fork` what to do about it, or uses the `Lock` and `Semaphore` of this
module.

Python calls what is registered with ``os.register_at_fork``, for the whole process, so it is kept in this module. That
covers ``os.fork`` and whatever uses it: gunicorn, multiprocessing, gevent. A server that forks outside Python, as uWSGI
does, calls nothing; there `notice` finds out by the process id, before a connection is used.
"""

import ctypes
import itertools
import logging
import os
import threading
from collections.abc import Callable
from weakref import WeakMethod

_LOG = logging.getLogger(__name__)
Method = Callable[[], None]
"""A bound method."""


class _Hooks:
    """Methods to call at one moment of each fork, as long as their objects live."""

    def __init__(self) -> None:
        self._methods: dict[int, WeakMethod[Method]] = {}
        self._numbers = itertools.count()

    def add(self, method: Method) -> None:
        """Register one more."""
        number = next(self._numbers)
        self._methods[number] = WeakMethod(method, lambda _gone: self._methods.pop(number, None))

    def call(self) -> None:
        """Call all; one that fails does not keep the others from being called."""
        for reference in list(self._methods.values()):
            if (method := reference()) is not None:
                try:
                    method()
                except Exception:  # noqa: BLE001 - whoever forks cannot be told
                    _LOG.exception("a fork is not prepared for, or not dealt with, as it should be")


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
        """Prepare for a fork, and hold up those of other threads until it is over."""
        self._one_at_a_time.acquire()
        self.before.call()

    def go_on(self) -> None:
        """Go on, in the parent."""
        self.in_parent.call()
        self._one_at_a_time.release()

    def begin_anew(self) -> None:
        """Begin anew, in the child."""
        self.in_child.call()
        self._begin()

    def notice(self) -> None:
        """Begin anew if this is a child that was not told so."""
        if self._process != os.getpid():
            with self._noticing:
                if self._process != os.getpid():
                    self.begin_anew()


_FORKS = _Forks()
os.register_at_fork(before=_FORKS.prepare, after_in_parent=_FORKS.go_on, after_in_child=_FORKS.begin_anew)
notice = _FORKS.notice
"""Begin anew if this is a child of a fork that Python was not told of; call it before an inherited thing is used."""


def at_fork(*, in_child: Method, before: Method | None = None, in_parent: Method | None = None) -> None:
    """Have methods of an object called at every fork, as long as it lives; the object is not kept alive.

    Args:
        in_child: makes a child's own of what the object has. It must not wait: no other thread is there.
        before: called before each fork, in the process that forks. It must not wait for ever.
        in_parent: called after each fork, in the process that forked.
    """
    _FORKS.in_child.add(in_child)
    if before is not None:
        _FORKS.before.add(before)
    if in_parent is not None:
        _FORKS.in_parent.add(in_parent)


def leave_alone(inherited: object) -> None:
    """Keep what a child inherited until the process is gone, so that nothing closes it, not even Python as it exits.

    A module's variable would be deleted at exit, and what it held would be closed.
    """
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(inherited))


class Semaphore(threading.BoundedSemaphore):  # noqa: TID251 - renewed here
    """A bounded semaphore that is all free in a forked child, whoever held it in the parent."""

    def __init__(self, value: int) -> None:
        super().__init__(value)
        self._all = value
        at_fork(in_child=self._free)

    def _free(self) -> None:
        super().__init__(self._all)


class Lock(Semaphore):
    """A lock that is free in a forked child, whoever held it in the parent."""

    def __init__(self) -> None:
        super().__init__(1)
