"""Recording the refusals that were counted in a minute that is over (SI-5)."""

import attrs

from klantportaal.domain.boundary import checked_calls
from klantportaal.ports.clock import Clock
from klantportaal.ports.storage import Storage
from klantportaal.usecases.shared.recording import Recorder

BATCH = 100


@checked_calls
@attrs.frozen(kw_only=True)
class RepeatedRefusals:
    """Records counted refusals. Safe to run at any time, in any number of hosts."""

    _storage: Storage
    _clock: Clock
    _recorder: Recorder

    def run_once(self) -> None:
        """Record the refusals of every minute that is over, of all offices."""
        looked_at = BATCH
        while looked_at == BATCH:
            with self._storage.begin() as uow:
                looked_at = self._recorder.record_repeated(uow, at=self._clock.now(), limit=BATCH)
                uow.commit()
