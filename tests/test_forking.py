"""What is new in a forked child: locks, ids, a dispatcher, and other objects that register for forks (AL-2)."""

import functools
import gc
import logging
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from uuid import UUID

import pytest

from klantportaal import forking
from klantportaal.adapters.secrets.ids import Uuid7Ids
from klantportaal.adapters.storage.memory import MemoryStorage
from klantportaal.domain import api_keys
from klantportaal.domain.api_keys import Lease, Minute
from klantportaal.testing.contracts.storage.base import START
from klantportaal.usecases.background.dispatcher import Dispatcher
from klantportaal.usecases.shared.request_leases import RequestLeases
from tests.support import children
from tests.usecases.world import World

# Python 3.12 warns of each fork of a process with several threads, which is tested here.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


class Inherited:
    """Records its calls at forks."""

    def __init__(self) -> None:
        self.told: list[str] = []
        forking.at_fork(before=self.before, in_parent=self.in_parent, in_child=self.in_child)

    def before(self) -> None:
        """Record that a fork follows."""
        self.told.append("before")

    def in_parent(self) -> None:
        """Record that this is the parent."""
        self.told.append("in parent")

    def in_child(self) -> None:
        """Record that this is the child."""
        self.told.append("in child")


class Broken(Inherited):
    """Fails at every fork."""

    def before(self) -> None:
        """Fail."""
        raise RuntimeError("not now")

    in_parent = in_child = before


def test_both_sides_are_told() -> None:
    """AL-2: the hooks run once before and once after a fork in parent and child, and for a grandchild too."""
    inherited = Inherited()

    def fork_once_more() -> list[list[str]]:
        grandchild = children.fork(lambda: inherited.told)
        return [grandchild.result(), inherited.told]

    assert children.fork(fork_once_more).result() == [
        ["before", "in child", "before", "in child"],
        ["before", "in child", "before", "in parent"],
    ]
    assert inherited.told == ["before", "in parent"]


def test_one_that_fails_keeps_no_other_from_being_told(caplog: pytest.LogCaptureFixture) -> None:
    """AL-2: a hook that fails is logged, and the other hooks still run."""
    broken, inherited = Broken(), Inherited()
    assert children.fork(lambda: inherited.told).result() == ["before", "in child"]
    assert inherited.told == ["before", "in parent"]
    # A storage of another test may log something too.
    ours = [record.levelno for record in caplog.records if record.name == forking.__name__]
    assert ours == [logging.ERROR] * 2
    del broken


def test_what_is_gone_is_not_told() -> None:
    """AL-2: registering for forks does not keep an object alive."""
    told = Inherited().told
    gc.collect()
    assert children.fork(os.getpid).result() != os.getpid()
    assert told == []


def test_a_fork_that_python_is_not_told_of_is_noticed() -> None:
    """AL-2: a child forked outside Python, as by uWSGI, detects that once by its process id."""
    inherited = Inherited()

    def notice_twice() -> list[str]:
        forking.notice()
        forking.notice()
        return inherited.told

    assert children.fork(notice_twice, told=False).result() == ["in child"]
    forking.notice()
    assert inherited.told == []


def held_elsewhere(stack: ExitStack, semaphore: forking.Semaphore) -> None:
    """Let another thread hold a semaphore."""
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with semaphore:
            held.set()
            over.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    stack.callback(thread.join)
    stack.callback(over.set)
    held.wait()


@pytest.mark.parametrize("make, size", [(forking.Lock, 1), (functools.partial(forking.Semaphore, 3), 3)])
def test_what_a_thread_of_the_parent_holds_is_free_in_a_child(make: Callable[[], forking.Semaphore], size: int) -> None:
    """AL-2: a lock or semaphore held by another thread at the fork is free in the child."""
    semaphore = make()

    def acquire() -> list[bool]:
        return [semaphore.acquire(blocking=False) for _each in range(size + 1)]

    with ExitStack() as stack:
        held_elsewhere(stack, semaphore)
        assert children.fork(acquire).result() == [True] * size + [False]
        assert acquire() == [True] * (size - 1) + [False] * 2


def test_a_unit_of_work_in_memory_does_not_hold_up_a_child() -> None:
    """AL-2: an open unit of work of the parent, in memory, does not block the child."""
    storage, begun, over = MemoryStorage(), threading.Event(), threading.Event()

    def dawdle() -> None:
        with storage.begin():
            begun.set()
            over.wait()

    def begin() -> bool:
        with storage.begin():
            return True

    thread = threading.Thread(target=dawdle)
    thread.start()
    begun.wait()
    try:
        assert children.fork(begin, seconds=10).result()
    finally:
        over.set()
        thread.join()


def test_children_make_different_ids() -> None:
    """AL-2: four children and their parent make different ids at the same time, each in order."""
    ids = Uuid7Ids()
    last = ids.new()

    def make() -> list[str]:
        return [str(ids.new()) for _each in range(1000)]

    forked = [children.fork(make) for _child in range(4)]
    made = [make(), *children.results(forked)]
    assert len(set().union(*made)) == 5000
    assert all(each == sorted(each) and each[0] > str(last) for each in made)


def test_a_child_inherits_no_requests_of_a_key() -> None:
    """AL-2, AP-3: a child takes a lease of its own; what its parent holds, the parent counts."""
    at, leases = START.replace(second=1), RequestLeases()
    minute = Minute(begun_at=at.replace(second=0, microsecond=0), taken=0)

    def leases_taken() -> int:
        taken: list[Lease] = []

        def take() -> Lease:
            taken.append(api_keys.take(minute, limit=600, at=at))
            return taken[-1]

        leases.spend(UUID(int=5), minute, take, limit=600, at=at)
        return len(taken)

    assert [leases_taken(), leases_taken()] == [1, 0]
    assert children.fork(leases_taken).result() == 1
    assert leases_taken() == 0


def alive(threads: Iterable[threading.Thread]) -> list[bool]:
    """Tell which of these threads are running."""
    return [thread.is_alive() for thread in threads]


def test_a_child_starts_a_dispatcher_of_its_own() -> None:
    """AL-2: a child can start its own dispatcher or just close; the parent's dispatcher keeps running."""
    world = World()
    dispatcher = world.portal.background.dispatcher
    dispatcher.start()
    threads = list(dispatcher._threads)

    def start() -> list[bool]:
        dispatcher.start()
        started = alive(dispatcher._threads)
        world.portal.close()
        return started

    assert children.fork(start).result() == [True] * len(threads)
    assert children.fork(world.portal.close).result() is None
    assert alive(threads) == [True] * len(threads)
    dispatcher.stop()
    assert alive(threads) == [False] * len(threads)


@pytest.mark.parametrize("call", [Dispatcher.start, Dispatcher.stop])
def test_a_dispatcher_notices_a_fork_that_python_is_not_told_of(
    monkeypatch: pytest.MonkeyPatch, call: Callable[[Dispatcher], None]
) -> None:
    """AL-2: in a child forked by uWSGI, a dispatcher does not wait for threads of its parent, and can start."""
    dispatcher = World().portal.background.dispatcher
    dispatcher.start()
    threads, stopping = list(dispatcher._threads), dispatcher._stopping
    monkeypatch.setattr(forking._FORKS, "_process", 0)
    call(dispatcher)
    assert alive(threads) == [True] * len(threads)
    dispatcher.start()
    assert not set(dispatcher._threads) & set(threads)
    dispatcher.stop()
    stopping.set()
    for thread in threads:
        thread.join()


def test_what_is_left_alone_is_never_finalised() -> None:
    """AL-2: inherited objects are not closed, not even when Python exits."""
    program = """
        from klantportaal.forking import leave_alone

        class Connection:
            def __del__(self):
                print("closed")

        leave_alone(Connection())
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True)
    assert done.stdout == ""
