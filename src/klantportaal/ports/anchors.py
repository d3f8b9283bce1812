"""The port for anchors: the newest head of each office's audit trail, kept outside the database (SI-5).

Whoever can write to the database must not be able to write here. Several processes may use the same anchors at once.
"""

from typing import Protocol

from klantportaal.domain.sealing import Seal
from klantportaal.domain.values import OfficeId


class Anchors(Protocol):
    """Keeps one anchor for each office."""

    def newest(self, office_id: OfficeId) -> Seal | None:
        """Give the anchor of an office. None if it has none.

        While another process is writing, this may give the anchor before it. What is written only in part, because of
        a crash, counts as not written.

        Raises:
            Unavailable: the anchors cannot be read now.
        """
        ...

    def add(self, office_id: OfficeId, head: Seal) -> None:
        """Keep a head as the anchor of its office. Once this returns, it survives a power failure.

        Does nothing if the anchor has the same number or a higher one. So of several processes that write at the same
        time, the newest head stays.

        Raises:
            Unavailable, StorageFull: the head was not kept. The call may be repeated.
        """
        ...

    def restart(self, office_id: OfficeId, head: Seal) -> None:
        """Keep a head as the anchor of its office, whatever the anchor is now. It survives a power failure.

        Called only when an office accepts that its trail goes on from an older head. Where possible, the anchors
        before it stay readable for whoever investigates.

        Raises:
            Unavailable, StorageFull: the head was not kept. The call may be repeated.
        """
        ...
