"""The request's body for a worker thread: blocks that arrive while a synchronous use case consumes them."""

from collections.abc import Iterator

import anyio
import anyio.from_thread
from fastapi import Request

from klantportaal.adapters.web.http.errors import Malformed

BLOCK = 1024 * 1024
"""About how many bytes a thread fetches at a time: each fetch is a hop to the event loop and back."""
PATIENCE = 60.0
"""Seconds without a byte after which a client is taken to be gone: a thread waits for it, and threads are few."""


class Body:
    """Iterates over the body of one request, once, from a thread that anyio started."""

    def __init__(self, request: Request, *, patience: float = PATIENCE) -> None:
        """Take the request whose body nobody has read yet."""
        self._chunks = request.stream()
        self._patience = patience

    def __iter__(self) -> Iterator[bytes]:
        """Give the body in the chunks in which it came.

        Raises:
            ClientDisconnect: the client went away before the end.
            Malformed: the client stopped sending.
        """
        while chunks := anyio.from_thread.run(self._gather):
            yield from chunks

    async def _gather(self) -> list[bytes]:
        """Wait for the next block: several chunks, or what is left; nothing at the end."""
        chunks: list[bytes] = []
        size = 0
        while size < BLOCK and (chunk := await self._chunk()):
            chunks.append(chunk)
            size += len(chunk)
        return chunks

    async def _chunk(self) -> bytes:
        try:
            with anyio.fail_after(self._patience):
                return await anext(self._chunks, b"")
        except TimeoutError as error:
            raise Malformed("the body has no end") from error
