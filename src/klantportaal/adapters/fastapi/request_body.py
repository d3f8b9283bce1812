"""The request body for a worker thread: a synchronous use case reads the chunks while they arrive."""

import math
from collections.abc import Iterator
from contextlib import suppress

import anyio
import anyio.from_thread
from fastapi import Request

from klantportaal.adapters.web.http.errors import Malformed

BLOCK = 1024 * 1024
"""The approximate number of bytes that a thread fetches at a time. Each fetch costs a switch to the event loop."""
PATIENCE = 60.0
"""Timeout in seconds between two chunks of a body. It frees the worker thread if a client stops sending."""


class Body:
    """Iterates over the body of one request. It works once, in a thread that anyio started."""

    def __init__(self, request: Request, *, patience: float = PATIENCE, within: float = math.inf) -> None:
        """Prepare to read the body of a request.

        Args:
            request: a request whose body was not read before.
            patience: the timeout in seconds between two chunks.
            within: the timeout in seconds for the whole body, from now.
        """
        self._chunks = request.stream()
        self._patience = patience
        self._until = anyio.current_time() + within if within < math.inf else math.inf
        self._begun: list[bytes] = []

    async def begin(self, size: int, *, within: float) -> bytes:
        """Read about the first *size* bytes, or fewer if the body ends or they take too long. They are yielded too."""
        read = bytearray()
        with suppress(Malformed), anyio.move_on_after(within):
            while len(read) < size and (chunk := await self._chunk()):
                self._begun.append(chunk)
                read += chunk
        return bytes(read)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body in the chunks in which it arrives.

        Raises:
            ClientDisconnect: the client disconnected before the end.
            Malformed: no chunk arrived within the timeout.
        """
        yield from self._begun
        while chunks := anyio.from_thread.run(self._gather):
            yield from chunks

    async def _gather(self) -> list[bytes]:
        """Wait for chunks of about ``BLOCK`` bytes together, or fewer at the end. Return none after the end."""
        chunks: list[bytes] = []
        size = 0
        while size < BLOCK and (chunk := await self._chunk()):
            chunks.append(chunk)
            size += len(chunk)
        return chunks

    async def _chunk(self) -> bytes:
        try:
            with anyio.fail_after(min(self._patience, max(0.0, self._until - anyio.current_time()))):
                return await anext(self._chunks, b"")
        except TimeoutError as error:
            raise Malformed("the body has no end") from error
