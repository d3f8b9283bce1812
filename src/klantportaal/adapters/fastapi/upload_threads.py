"""The threads in which forms stream in, and who gets one next. Pages have other threads, and never wait for these."""

from collections.abc import AsyncIterator, MutableMapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from uuid import UUID
from weakref import WeakValueDictionary

import anyio
import attrs
from anyio import CapacityLimiter
from anyio.lowlevel import RunVar

from klantportaal.adapters.fastapi.request_body import Body
from klantportaal.domain.request_times import RequestTimes, to_break_off

UPLOADS_AT_ONCE = 32
"""The largest number of simultaneous uploads, each of which uses a thread."""
UPLOADS_OF_ONE = 4
"""The largest number of simultaneous uploads of one account. Its other uploads wait without using a thread."""
ROOM_EVERY = 0.5
"""The time in seconds after which an upload that still waits for a thread has another one broken off."""


@attrs.define
class _Threads:
    """The uploads of one event loop."""

    free: CapacityLimiter = attrs.field(factory=lambda: CapacityLimiter(UPLOADS_AT_ONCE))
    turns: WeakValueDictionary[UUID, CapacityLimiter] = attrs.field(factory=WeakValueDictionary)
    """The limiter of each account. It is deleted when the account has no more uploads."""
    used: MutableMapping[Body, UUID] = attrs.field(factory=dict)
    """The bodies that threads read, and whose they are."""


_threads: RunVar[_Threads] = RunVar("klantportaal_upload_threads")


@asynccontextmanager
async def turn(whose: UUID, body: Body, times: RequestTimes) -> AsyncIterator[None]:
    """Wait until it is the turn of an account, or office, and a thread is free.

    Meanwhile, uploads that are slower than a crowded host accepts are broken off, one by one. After
    ``crowded_patience``, other uploads are broken off too (AL-7).

    Raises:
        TooSlow: half-sent forms hold too much memory, and this form was dropped.
    """
    threads = _of_this_loop()
    async with AsyncExitStack() as stack:
        with body.queued():
            await stack.enter_async_context(threads.turns.setdefault(whose, CapacityLimiter(UPLOADS_OF_ONE)))
            held = object()
            await _take(threads, held, times)
            stack.callback(threads.free.release_on_behalf_of, held)
        threads.used[body] = whose
        stack.callback(threads.used.pop, body)
        yield


async def _take(threads: _Threads, held: object, times: RequestTimes) -> None:
    """Take a free thread, or make room and wait for one. If cancelled, this holds no thread."""
    try:
        threads.free.acquire_on_behalf_of_nowait(held)
    except anyio.WouldBlock:
        try:
            async with anyio.create_task_group() as waiting:
                waiting.start_soon(_make_room, threads, times)
                await threads.free.acquire_on_behalf_of(held)
                waiting.cancel_scope.cancel()
        except BaseException:
            # It may be cancelled after it got the thread, while the other task ends.
            with suppress(RuntimeError):
                threads.free.release_on_behalf_of(held)
            raise


def _of_this_loop() -> _Threads:
    try:
        return _threads.get()
    except LookupError:
        threads = _Threads()
        _threads.set(threads)
        return threads


async def _make_room(threads: _Threads, times: RequestTimes) -> None:
    """Break off the slowest upload, and another one if that was not enough, until this is cancelled."""
    patient_until = anyio.current_time() + times.crowded_patience.total_seconds()
    while True:
        dawdling = {
            body: dawdling
            for body, whose in threads.used.items()
            if (dawdling := body.dawdling(str(whose))) is not None
        }
        slowest = to_break_off(dawdling, times, in_need=anyio.current_time() >= patient_until)
        if slowest is not None:
            slowest.break_off()
        await anyio.sleep(ROOM_EVERY)
