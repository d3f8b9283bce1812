"""The leases of requests that this process holds, of keys and sessions (AP-3)."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from klantportaal.domain import api_keys
from klantportaal.domain.api_keys import ApiBudget, Lease, Minute
from klantportaal.domain.errors import StorageFull, Unavailable
from klantportaal.forking import Lock, at_fork


class RequestLeases:
    """Counts requests in memory, from leases. Any number of threads may use it.

    A forked child has none: they are those of its parent.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._begin()
        at_fork(in_child=self._begin)

    def _begin(self) -> None:
        self._held: dict[UUID, Lease] = {}
        self._newest: datetime | None = None

    def spend(self, whose: UUID, minute: Minute, take: Callable[[], Lease], *, limit: int, at: datetime) -> ApiBudget:
        """Count a request.

        While storage cannot be written, this process counts all requests by itself, up to the limit.

        Args:
            whose: the id of the key or session.
            minute: what storage has of the minute of *at*.
            take: takes a lease from storage.
            limit: the number of requests in a minute.
            at: the time of the request.

        Raises:
            TooManyRequests: none is left in this minute.
        """
        with self._lock:
            counted = self._counted(whose, self._held.get(whose), minute, limit=limit, at=at)
        if counted is not None:
            return counted
        try:
            taken = take()
        except (StorageFull, Unavailable):
            taken = None
        with self._lock:
            held = self._held.get(whose)
            new = taken or api_keys.take(api_keys.newest(minute, held), limit=limit, at=at)
            counted = self._counted(whose, api_keys.joined(new, held), new.minute, limit=limit, at=at)
        assert counted is not None  # noqa: S101 - a new lease has one at least
        return counted

    def _counted(
        self, whose: UUID, lease: Lease | None, minute: Minute, *, limit: int, at: datetime
    ) -> ApiBudget | None:
        """Count a request of a lease, if it has one left, and keep the lease."""
        spent = api_keys.spend(lease, minute, limit=limit, at=at)
        if spent is None:
            return None
        self._forget_older(minute.begun_at)
        self._held[whose], budget = spent
        return budget

    def _forget_older(self, begun_at: datetime) -> None:
        """Forget leases that are void. Those of the minute before are not yet, if the clocks of processes differ."""
        newest = self._newest
        if newest is None or not newest - api_keys.MINUTE <= begun_at <= newest:
            near = (begun_at - api_keys.MINUTE, begun_at)
            self._held = {whose: lease for whose, lease in self._held.items() if lease.minute.begun_at in near}
            self._newest = begun_at
