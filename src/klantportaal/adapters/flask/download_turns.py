"""The turns of downloads. Each download takes a thread, so one account gets few at once (AL-7)."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec
from uuid import UUID
from weakref import WeakValueDictionary, finalize

import flask
from werkzeug.wrappers import Response
from werkzeug.wsgi import ClosingIterator

from klantportaal.adapters.web.http.download_limits import DOWNLOADS_OF_ONE
from klantportaal.adapters.web.http.errors import TooManyDownloads
from klantportaal.domain.sessions import Actor
from klantportaal.forking import Lock, Semaphore

WAITING_OF_ONE = 2
"""The largest number of downloads of one account that wait for their turn. Each of them keeps a thread meanwhile."""
PATIENCE = 2.0
"""The time in seconds after which a download that waits is refused."""
Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[Actor, Arguments], Response]


class _Account:
    """The downloads of one account. It is deleted when the account has no more of them."""

    def __init__(self) -> None:
        self.running = Semaphore(DOWNLOADS_OF_ONE)
        self.waiting = Semaphore(WAITING_OF_ONE)

    def is_let_in(self) -> bool:
        """Begin a download at once, or after a short wait. False if it is still not possible then."""
        if self.running.acquire(blocking=False):
            return True
        if not self.waiting.acquire(blocking=False):
            return False
        try:
            return self.running.acquire(timeout=PATIENCE)
        finally:
            self.waiting.release()


class Turn:
    """The turn of one download. It also ends when nothing refers to it, such as a response that was never sent."""

    def __init__(self, account: _Account) -> None:
        self._end = finalize(self, _end, account)

    def end(self) -> None:
        """End the turn. A second call does nothing."""
        self._end()


def _end(account: _Account) -> None:
    account.running.release()


class DownloadTurns:
    """The downloads of all accounts in this process."""

    def __init__(self) -> None:
        self._accounts: WeakValueDictionary[UUID, _Account] = WeakValueDictionary()
        self._lock = Lock()

    def in_turn(self, view: View[Arguments]) -> View[Arguments]:
        """Let a view that sends a file wait for the turn of its account. The turn ends with the response.

        HEAD needs no turn. The view raises TooManyDownloads if its turn does not come soon.
        """

        @functools.wraps(view)
        def taken(actor: Actor, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Response:
            if flask.request.method == "HEAD":
                return view(actor, *args, **kwargs)
            turn = self.take(actor.account_id)
            try:
                response = view(actor, *args, **kwargs)
            except BaseException:
                turn.end()
                raise
            # A response of blocks is closed through its iterator, not by `call_on_close`.
            response.response = ClosingIterator(response.response, turn.end)  # type: ignore[arg-type] # bytes
            return response

        return taken

    def take(self, whose: UUID) -> Turn:
        """Wait for the turn of an account, for a short time.

        Raises:
            TooManyDownloads: the account downloads as many files at once as it may.
        """
        with self._lock:
            account = self._accounts.get(whose) or self._accounts.setdefault(whose, _Account())
        if not account.is_let_in():
            raise TooManyDownloads
        return Turn(account)
