"""The body of a request, read in the event loop, or by a synchronous use case in a thread, while it arrives."""

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import anyio
import anyio.from_thread
from fastapi import Request

from klantportaal.adapters.fastapi.begun_forms import of_this_loop
from klantportaal.adapters.web.http.errors import TooSlow
from klantportaal.domain.request_times import Begun, Dawdling, Pace, RequestTimes

BLOCK = 2 * 1024 * 1024
"""The approximate number of bytes that a thread fetches at a time. Each fetch costs a switch to the event loop."""


class Body:
    """The body of one request. Reading is broken off if the body comes too slowly (AL-7)."""

    def __init__(self, request: Request, times: RequestTimes, *, owner: str, within: float = math.inf) -> None:
        """Prepare to read the body of a request.

        Args:
            request: a request whose body was not read before.
            times: the least rate, the total time, and what half-sent forms may hold.
            owner: who sends it: an account, or a network address.
            within: a shorter total time, in seconds from now.
        """
        self._chunks = request.stream()
        self._owner = owner
        self._forms = of_this_loop()
        self._held = 0
        self._is_dropped = False
        self._queue: anyio.CancelScope | None = None
        """What cancels the wait for a turn."""
        request.state.klantportaal_body = self
        self._times = times
        self._until = anyio.current_time() + within if within < math.inf else math.inf
        self._begun: list[bytes] = []
        self._pace = Pace()
        self._waiting: tuple[anyio.CancelScope, float] | None = None
        """What cancels the wait for the next chunk, and when that wait began."""

    async def begin(self, size: int, *, within: float = math.inf) -> bytes:
        """Read about the first *size* bytes in the event loop, or fewer if the body ends or they take too long.

        ``__iter__`` yields them too.

        Raises:
            ClientDisconnect: the client disconnected before the end.
            TooSlow: the body comes too slowly, or was dropped. ``begun`` has what came.
                Nothing is left of what was dropped.
        """
        with anyio.move_on_after(within):
            await self._gather(self._keep, size)
        return self.begun

    @property
    def begun(self) -> bytes:
        """The bytes that ``begin`` read."""
        return b"".join(self._begun)

    def dawdling(self, owner: str) -> Dawdling | None:
        """Describe how slowly the body comes from *owner*. None if the host is not waiting for it now."""
        if self._waiting is None:
            return None
        return Dawdling.of(owner, self._pace, waiting=anyio.current_time() - self._waiting[1])

    def break_off(self) -> None:
        """Break off a body that the host waits for, to free its thread. Call this in the event loop."""
        if self._waiting is not None:
            self._waiting[0].cancel()
            self._waiting = None

    def drop(self) -> None:
        """Break off a body whose rest has not come, and discard its beginning. Call this in the event loop."""
        self._is_dropped = True
        self._begun.clear()
        self.break_off()
        if self._queue is not None:
            self._queue.cancel()

    @contextmanager
    def queued(self) -> Iterator[None]:
        """Wait for a turn in this context. Raises: TooSlow, if the body was dropped."""
        with anyio.CancelScope() as scope:
            self._queue = scope
            try:
                self._check()
                yield
            finally:
                self._queue = None
        if scope.cancelled_caught:
            raise TooSlow

    def end(self) -> None:
        """Discard the beginning. Call this in the event loop."""
        self._forms.forget(self)
        self._begun.clear()

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body in the chunks in which it arrives. Use it once, in a thread that anyio started.

        Raises:
            ClientDisconnect: the client disconnected before the end.
            TooSlow: the body comes too slowly.
        """
        yield from self._begun
        while chunks := anyio.from_thread.run(self._fetch):
            yield from chunks

    async def _fetch(self) -> list[bytes]:
        """Wait for the next chunks, after those that ``begin`` read. There are none after the end."""
        self._check()
        self.end()
        chunks: list[bytes] = []
        await self._gather(chunks.append, BLOCK)
        return chunks

    async def _gather(self, take: Callable[[bytes], None], size: int) -> None:
        """Wait for chunks of about *size* bytes together, or fewer at the end, and give each to *take*."""
        with anyio.CancelScope() as scope:
            while size > 0 and (chunk := await self._chunk(scope)):
                take(chunk)
                size -= len(chunk)
        if scope.cancelled_caught:
            raise TooSlow

    def _keep(self, chunk: bytes) -> None:
        self._begun.append(chunk)
        self._held += sys.getsizeof(chunk)
        self._forms.keep(self, Begun(owner=self._owner, size=self._held), together=self._times.begun_together)
        self._check()

    def _check(self) -> None:
        if self._is_dropped:
            raise TooSlow

    async def _chunk(self, scope: anyio.CancelScope) -> bytes:
        """Wait for the next chunk. If it comes too slowly, cancel the scope. After the end the chunk is empty."""
        began = anyio.current_time()
        scope.deadline = min(self._until, began + self._pace.left(self._times))
        self._waiting = scope, began
        try:
            chunk = await anext(self._chunks, b"")
        finally:
            self._waiting = None
        self._pace = self._pace.after(self._times, waited=anyio.current_time() - began, received=len(chunk))
        return chunk


def end_of_body(request: Request) -> None:
    """Discard the body of a request that is over, if any of it was read."""
    body: Body | None = getattr(request.state, "klantportaal_body", None)
    if body is not None:
        body.end()
