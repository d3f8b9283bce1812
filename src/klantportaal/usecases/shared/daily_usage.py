"""Counting what clients send in a day, and refusing what is over a quota (AT-3)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import attrs

from klantportaal.domain import quotas
from klantportaal.domain.events import QuotaReached
from klantportaal.domain.quotas import DailyQuotas, DayUsage, Quota, QuotaUsedUp, Room
from klantportaal.domain.sessions import Actor
from klantportaal.domain.values import day
from klantportaal.ports.clock import Clock
from klantportaal.ports.storage import Storage, UnitOfWork
from klantportaal.usecases.shared.recording import Recorder
from klantportaal.usecases.shared.storing import only_bytes


@attrs.frozen(kw_only=True)
class DailyUsage:
    """Counts what is sent."""

    _storage: Storage
    _clock: Clock
    _recorder: Recorder
    _quotas: DailyQuotas

    def spend(
        self, uow: UnitOfWork, actor: Actor, *, messages: int = 0, files: int = 0, size: int = 0, name: str = ""
    ) -> None:
        """Count what the actor sends in the unit of work that sends it. Call it last, before what is recorded.

        Raises:
            QuotaUsedUp: it does not fit.
        """
        usage = uow.usages.hold(actor, day(self._clock.now()))
        more = quotas.spend(usage, self._quotas, messages=messages, files=files, size=size, name=name)
        uow.usages.save(actor, more)

    def limited(self, actor: Actor, blocks: Iterable[bytes], name: str) -> Iterator[bytes]:
        """Yield the blocks of a file, as long as they fit. What fits is not counted yet.

        Raises:
            QuotaUsedUp: at the first block that does not fit, and before any if no file fits.
        """
        return quotas.within(only_bytes(blocks), name, self._today(actor), self._quotas)

    def room(self, actor: Actor) -> Room:
        """Tell how much the actor's client may still send today."""
        return quotas.room(self._today(actor), self._quotas)

    @contextmanager
    def noting(self, actor: Actor) -> Iterator[None]:
        """Count what is refused because of a quota, in a unit of work of its own. Record it at growing intervals."""
        try:
            yield
        except QuotaUsedUp as refused:
            self._note(actor, refused.quota)
            raise

    def _today(self, actor: Actor) -> DayUsage:
        return self._storage.read.usage(actor, day(self._clock.now()))

    def _note(self, actor: Actor, quota: Quota) -> None:
        now = self._clock.now()
        with self._storage.begin() as uow:
            usage, told = quotas.refuse(uow.usages.hold(actor, day(now)), quota)
            uow.usages.save(actor, usage)
            if told:
                self._recorder.record(uow, actor, QuotaReached(client_id=actor.client_id, quota=quota, at=now))
            uow.commit()
