"""Who keeps all files of a bucket, and who removes one, in all processes.

Each of them puts an object into ``turns/`` and then looks at the others there. Who removes gives up if somebody keeps.
Who keeps waits until nobody removes and nobody else keeps. Object stores show an object to all once it is written, so
at least one of two sees the other. This needs nothing but writing, listing and deleting, which all stores do alike.

An object that was not written again for ``lease`` belongs to a process that is gone. Ages are measured by the clock of
the store alone: from the object that was just put to the others.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from uuid import uuid4

from klantportaal.adapters.files.objects.bucket import Bucket, Listed
from klantportaal.domain.errors import Unavailable
from klantportaal.log_events import EventLog

_LOG = EventLog(__name__)
FOLDER = "turns"
_KEEPING = f"{FOLDER}/keeping-"
_REMOVING = f"{FOLDER}/removing-"
LONGEST_PAUSE = 5.0
"""The longest time between two looks, in seconds."""


class Turns:
    """The turns of one bucket.

    Args:
        bucket: where the objects are.
        lease: the time after which a process that does not say it is there any more counts as gone.
        patience: the longest time that one request takes, in seconds. It is less than half of *lease*.
    """

    def __init__(self, bucket: Bucket, *, lease: timedelta, patience: float) -> None:
        self._bucket = bucket
        self._lease = lease
        self._patience = patience

    @contextmanager
    def removing(self) -> Iterator[Callable[[], bool]]:
        """Take the turn to remove a file, if nobody keeps them.

        Yield what tells whether the turn is still there: ask it before each request that removes.
        """
        begun, own = time.monotonic(), f"{_REMOVING}{uuid4().hex}"
        last = begun + self._lease.total_seconds() - self._patience
        try:
            self._bucket.put(own, b"")
            is_free = not [each for each in self._others(own) if each.startswith(_KEEPING)]
            yield lambda: is_free and time.monotonic() < last
        finally:
            with suppress(Unavailable):  # Its lease ends it, and a sweep deletes it.
                self._bucket.delete([own])

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Wait for the turn to keep all files, and hold it.

        Raises:
            Unavailable: the store cannot be used, or could not for so long that others may have removed files.
        """
        own = f"{_KEEPING}{uuid4().hex}"
        try:
            self._wait(own)
            with self._renewed(own):
                yield
        finally:
            with suppress(Unavailable):
                self._bucket.delete([own])

    def forget(self, *, before: datetime) -> None:
        """Delete the objects of processes that are gone since before a time."""
        self._bucket.delete([each.name for each in self._bucket.list(FOLDER) if each.modified < before])

    def _wait(self, own: str) -> None:
        """Return once nobody removes and nobody else keeps. Of several that wait, the first by name goes first."""
        pause = 0.05
        while True:
            self._bucket.put(own, b"")
            others = self._others(own)
            if not others:
                return
            if any(_KEEPING <= each < own for each in others):
                self._bucket.delete([own])
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    @contextmanager
    def _renewed(self, own: str) -> Iterator[None]:
        """Write the object again and again, in a thread. Raises: Unavailable, if that failed for too long."""
        done, lost = threading.Event(), threading.Event()

        def renew() -> None:
            written = time.monotonic()
            while not done.wait(self._lease.total_seconds() / 8):
                try:
                    self._bucket.put(own, b"")
                    written = time.monotonic()
                except Unavailable as error:
                    text = "a backup keeps the files, and the object store cannot be told: %(reason)s"
                    _LOG.log(logging.WARNING, "keeping_not_renewed", text, reason=error)
                if time.monotonic() - written > self._lease.total_seconds() / 2:
                    lost.set()
                    return

        thread = threading.Thread(target=renew, name="klantportaal-keeping", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
        if lost.is_set():
            raise Unavailable("the object store was away for so long that files may have been removed: try again")

    def _others(self, own: str) -> list[str]:
        """Give the names of the others that are there."""
        listed: list[Listed] = [*self._bucket.list(FOLDER)]
        now = max((each.modified for each in listed if each.name == own), default=None)
        if now is None:
            raise Unavailable("the object store does not list what was just written: it cannot be used for files")
        return [each.name for each in listed if each.name != own and now - each.modified <= self._lease]
