"""The body of a request, read in the event loop, or by a synchronous use case in a thread, while it arrives."""

import math
from collections.abc import Iterator

import anyio
import anyio.from_thread
from fastapi import Request

from klantportaal.adapters.web.http.errors import TooSlow
from klantportaal.domain.request_times import Dawdling, Pace, RequestTimes

BLOCK = 2 * 1024 * 1024
"""The approximate number of bytes that a thread fetches at a time. Each fetch costs a switch to the event loop."""


class Body:
    """The body of one request. It is broken off if it comes too slowly (AL-7)."""

    def __init__(self, request: Request, times: RequestTimes, *, within: float = math.inf) -> None:
        """Prepare to read the body of a request.

        Args:
            request: a request whose body was not read before.
            times: the least rate and the total time.
            within: a shorter total time, in seconds from now.
        """
        self._chunks = request.stream()
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
            TooSlow: the body comes too slowly. ``begun`` has what came.
        """
        with anyio.move_on_after(within):
            await self._gather(self._begun, size)
        return self.begun

    @property
    def begun(self) -> bytes:
        """The bytes that ``begin`` read."""
        return b"".join(self._begun)

    def dawdling(self, owner: str) -> Dawdling | None:
        """Describe how slowly it comes from *owner*. None if the host does not wait for it just now."""
        if self._waiting is None:
            return None
        return Dawdling.of(owner, self._pace, waiting=anyio.current_time() - self._waiting[1])

    def break_off(self) -> None:
        """Break off a body that the host waits for, so that another one gets its thread. Call it in the event loop."""
        if self._waiting is not None:
            self._waiting[0].cancel()
            self._waiting = None

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body in the chunks in which it arrives. Use it once, in a thread that anyio started.

        Raises:
            ClientDisconnect: the client disconnected before the end.
            TooSlow: the body comes too slowly.
        """
        yield from self._begun
        while chunks := anyio.from_thread.run(self._gather, [], BLOCK):
            yield from chunks

    async def _gather(self, chunks: list[bytes], size: int) -> list[bytes]:
        """Wait for chunks of about *size* bytes together, or fewer at the end, and append them. None come after it."""
        with anyio.CancelScope() as scope:
            while size > 0 and (chunk := await self._chunk(scope)):
                chunks.append(chunk)
                size -= len(chunk)
        if scope.cancelled_caught:
            raise TooSlow
        return chunks

    async def _chunk(self, scope: anyio.CancelScope) -> bytes:
        """Wait for the next chunk, until it comes too slowly: then cancel the scope. It is empty after the end."""
        began = anyio.current_time()
        scope.deadline = min(self._until, began + self._pace.left(self._times))
        self._waiting = scope, began
        try:
            chunk = await anext(self._chunks, b"")
        finally:
            self._waiting = None
        self._pace = self._pace.after(self._times, waited=anyio.current_time() - began, received=len(chunk))
        return chunk
