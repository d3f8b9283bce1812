"""SHA-256 of a file in a thread beside the one that sends it: together they take as long as the slower one."""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import attrs

from klantportaal.forking import at_fork, notice

TOGETHER = 4
"""The number of blocks that are hashed in one go: giving work to another thread costs as much as hashing 64 KiB."""


class HashingThreads:
    """The threads of a process that hash. A forked child makes its own."""

    def __init__(self) -> None:
        self._begin()
        at_fork(in_child=self._begin)

    def _begin(self) -> None:
        workers = min(4, os.cpu_count() or 1)
        self._pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="klantportaal-hashing")

    def submit(self, digest: "hashlib._Hash", blocks: Sequence[bytes]) -> "Future[None]":
        """Hash some blocks in another thread."""
        notice()
        return self._pool.submit(_update, digest, blocks)


@attrs.define(kw_only=True)
class Hashing:
    """The size and the SHA-256 of a file, of which the blocks come one by one. It holds at most a few blocks."""

    _threads: HashingThreads
    size: int = attrs.field(default=0, init=False)
    _digest: "hashlib._Hash" = attrs.field(factory=hashlib.sha256, init=False)
    _waiting: list[bytes] = attrs.field(factory=list, init=False)
    _running: "Future[None] | None" = attrs.field(default=None, init=False)

    def add(self, block: bytes) -> None:
        """Add the next block."""
        self.size += len(block)
        self._waiting.append(block)
        if len(self._waiting) == TOGETHER:
            self._wait()
            self._running = self._threads.submit(self._digest, self._waiting)
            self._waiting = []

    def digest(self) -> bytes:
        """Give the SHA-256 of all blocks so far."""
        self._wait()
        _update(self._digest, self._waiting)
        self._waiting = []
        return self._digest.digest()

    def _wait(self) -> None:
        if self._running is not None:
            self._running.result()
            self._running = None


def _update(digest: "hashlib._Hash", blocks: Sequence[bytes]) -> None:
    for block in blocks:
        digest.update(block)
