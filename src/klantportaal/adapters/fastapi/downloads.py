"""Sending a stored file: blocks from a thread, and no mark of a download for a client that left halfway (DC-2)."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from typing import Protocol

import anyio
from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

FETCH = 1024 * 1024
"""About how many bytes are fetched at a time: each fetch is a hop to a thread and back."""


class Source(Protocol):
    """What is sent, such as a ``Download``."""

    @property
    def blocks(self) -> Iterator[bytes]:
        """The bytes; asking for more after the last of them says that all was sent."""
        ...

    def close(self) -> None:
        """Say that nobody waits for more."""
        ...


class FileStream(StreamingResponse):
    """Sends a file of known size.

    Starlette iterates over synchronous content in threads, but never closes it; and a server takes a block before the
    one before has left. So this response asks for more after the last byte only once the server had room again, and
    closes the source however the sending ended.
    """

    def __init__(self, source: Source, *, size: int, headers: Mapping[str, str]) -> None:
        """Prepare to send *size* bytes."""
        super().__init__(_pulled(source.blocks, size), headers=headers)
        self._source = source

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send all, or what the client stays for."""
        try:
            with suppress(ClientDisconnect):
                await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await run_sync(self._source.close)


async def _pulled(blocks: Iterator[bytes], size: int) -> AsyncIterator[bytes]:
    """Pull blocks as they are sent; each step leaves the time to cancel this for a client that went away."""
    left = size
    while fetched := await run_sync(_fetch, blocks, left):
        for block in fetched:
            yield block
            left -= len(block)
        if left == 0:
            # A server waits for room before it takes a block, not after: an empty one waits until the last has left.
            yield b""


def _fetch(blocks: Iterator[bytes], left: int) -> list[bytes]:
    """Take about ``FETCH`` bytes, never asking for more in the step that takes the last of *left*."""
    fetched: list[bytes] = []
    size = 0
    for block in blocks:
        fetched.append(block)
        size += len(block)
        if size >= min(FETCH, left):
            break
    return fetched
