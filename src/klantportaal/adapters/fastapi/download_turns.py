"""The turns of downloads, and the threads that read files. Pages have other threads, and wait for none of these."""

from collections.abc import Callable, MutableMapping
from typing import TypeVar
from uuid import UUID
from weakref import WeakValueDictionary, finalize

import attrs
from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync

from klantportaal.adapters.web.http.download_limits import DOWNLOADS_OF_ONE

THREADS = 8
"""The largest number of threads that open and read files. A slow client keeps none."""
Result = TypeVar("Result")


@attrs.define
class _Downloads:
    """The downloads of one event loop."""

    threads: CapacityLimiter = attrs.field(factory=lambda: CapacityLimiter(THREADS))
    turns: MutableMapping[UUID, CapacityLimiter] = attrs.field(factory=WeakValueDictionary)
    """The limiter of each account. It is deleted when the account has no more downloads."""


_downloads: RunVar[_Downloads] = RunVar("klantportaal_downloads")


class Turn:
    """The turn of one download. It also ends when nothing refers to it, such as a response that was never sent."""

    def __init__(self, account: CapacityLimiter, held: object) -> None:
        self._end = finalize(self, account.release_on_behalf_of, held)

    def end(self) -> None:
        """End the turn. A second call does nothing. Call it in the event loop."""
        self._end()


async def take_turn(whose: UUID) -> Turn:
    """Wait, without a thread, until it is the turn of an account."""
    account, held = _of_this_loop().turns.setdefault(whose, CapacityLimiter(DOWNLOADS_OF_ONE)), object()
    await account.acquire_on_behalf_of(held)
    return Turn(account, held)


async def in_thread(call: Callable[..., Result], *arguments: object) -> Result:
    """Run a function in one of the threads for files. It is not cancelled halfway."""
    return await run_sync(call, *arguments, limiter=_of_this_loop().threads)


def _of_this_loop() -> _Downloads:
    try:
        return _downloads.get()
    except LookupError:
        downloads = _Downloads()
        _downloads.set(downloads)
        return downloads
