"""The health of a portal for whoever asks often, such as load balancers and metrics."""

from time import monotonic

from klantportaal.domain.health import Health
from klantportaal.forking import Lock
from klantportaal.portal import Portal

KEPT = 5.0
"""Seconds for which a report is kept. Whoever asks more often gets the same one."""


class RecentHealth:
    """Asks a portal for its health at most once in five seconds. Any number of threads may use it."""

    def __init__(self) -> None:
        self._asking = Lock()
        self._last: Health | None = None
        self._asked_at = -KEPT

    def of(self, portal: Portal) -> Health | None:
        """Give the health of the portal, which is the same one at each call.

        One caller asks the portal. Others get the last report meanwhile, so that none of them waits. None if there is
        no report yet.
        """
        if monotonic() - self._asked_at >= KEPT and self._asking.acquire(blocking=False):
            try:
                self._last = portal.health()
                self._asked_at = monotonic()
            finally:
                self._asking.release()
        return self._last
