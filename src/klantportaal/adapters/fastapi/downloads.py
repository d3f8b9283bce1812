"""Streams a stored file from a thread, when it is the turn of its account.

A download that the client breaks off is not recorded (DC-2).
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import suppress
from typing import Protocol
from uuid import UUID

import anyio
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from klantportaal.adapters.fastapi.download_turns import Turn, in_thread, take_turn
from klantportaal.ports.files import BLOCK

FETCH = 1024 * 1024
"""The approximate number of bytes to fetch at a time. Each fetch costs a switch to a thread and back."""


class Source(Protocol):
    """The source of the bytes to send, such as a ``Download``."""

    @property
    def blocks(self) -> Iterator[bytes]:
        """The bytes. When the caller asks for another block after the last one, the source counts all as sent."""
        ...

    def close(self) -> None:
        """Release the source. No more blocks are read."""
        ...


class FileStream(StreamingResponse):
    """Sends a file, or an archive whose size is not known beforehand.

    Starlette iterates over synchronous content in threads, but never closes it. A server accepts a block before it has
    sent the previous one. So after the last byte, this response waits until the server has room again before it asks
    the source for more. It always closes the source, also after an error.
    """

    def __init__(self, source: Source, *, size: int | None, headers: Mapping[str, str], status: int = 200) -> None:
        """Prepare to send *size* bytes. None if that is not known."""
        super().__init__(_pulled(source.blocks, size), headers=headers, status_code=status)
        self._source = source
        self.turn: Turn | None = None
        """Ends when the response does."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file until the end, or until the client disconnects."""
        try:
            with suppress(ClientDisconnect):
                await super().__call__(scope, receive, send)
        finally:
            try:
                with anyio.CancelScope(shield=True):
                    await in_thread(self._source.close)
            finally:
                if self.turn is not None:
                    self.turn.end()


async def in_turn(request: Request, whose: UUID, open_file: Callable[[], Response]) -> Response:
    """Make the response with a file in a thread, when it is the turn of an account. The turn ends with the response.

    Args:
        request: the request. HEAD needs no turn.
        whose: the id of the account.
        open_file: makes the response.

    Raises:
        ClientDisconnect: the client is gone.
    """
    if request.method == "HEAD":
        return await in_thread(open_file)
    turn = await take_turn(whose)
    try:
        if await request.is_disconnected():
            raise ClientDisconnect
        response = await in_thread(open_file)
    except BaseException:
        turn.end()
        raise
    if isinstance(response, FileStream):
        response.turn = turn
    else:
        turn.end()
    return response


async def _pulled(blocks: Iterator[bytes], size: int | None) -> AsyncIterator[bytes]:
    """Yield blocks at the speed of the client. Sending can be cancelled between two steps if the client disconnects.

    If the size is not known, any block may be the last: each is fetched by itself.
    """
    left = size or 0
    while fetched := await in_thread(_fetch, blocks, left):
        for block in fetched:
            yield block
            left -= len(block)
        if left <= BLOCK:
            # A server waits for room before it accepts a block. So an empty block waits until those before it were
            # sent: before the last block is fetched, which commits the download, and after it was sent.
            yield b""


def _fetch(blocks: Iterator[bytes], left: int) -> list[bytes]:
    """Fetch about ``FETCH`` bytes.

    Args:
        blocks: the blocks of the source.
        left: the number of bytes that are not fetched yet. The last block is fetched by itself, because it commits the
            download. When it is fetched, the function returns at once, because asking for another block would count the
            file as sent.
    """
    enough = left if left <= BLOCK else min(FETCH, left - BLOCK)
    fetched: list[bytes] = []
    size = 0
    for block in blocks:
        fetched.append(block)
        size += len(block)
        if size >= enough:
            break
    return fetched
