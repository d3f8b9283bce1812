"""Anchors in memory, for tests and experiments."""

from klantportaal.domain.errors import Unavailable
from klantportaal.domain.sealing import Seal
from klantportaal.domain.values import OfficeId
from klantportaal.forking import Lock


class MemoryAnchors:
    """Keeps anchors in a dictionary. They are lost when the process ends."""

    def __init__(self) -> None:
        self.kept: dict[OfficeId, list[Seal]] = {}
        """The anchors of each office, oldest first."""
        self.down = False
        """While true, every call raises `Unavailable`."""
        self._lock = Lock()

    def newest(self, office_id: OfficeId) -> Seal | None:
        """Give the anchor of an office."""
        self._require_up()
        kept = self.kept.get(office_id)
        return kept[-1] if kept else None

    def add(self, office_id: OfficeId, head: Seal) -> None:
        """Keep a head, unless the anchor is as new."""
        self._require_up()
        with self._lock:
            kept = self.kept.setdefault(office_id, [])
            if not kept or kept[-1].number < head.number:
                kept.append(head)

    def restart(self, office_id: OfficeId, head: Seal) -> None:
        """Keep a head, whatever the anchor is."""
        self._require_up()
        with self._lock:
            self.kept.setdefault(office_id, []).append(head)

    def _require_up(self) -> None:
        if self.down:
            raise Unavailable("the anchors cannot be reached")
