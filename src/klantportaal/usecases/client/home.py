"""``Home`` (HO-1, HO-2)."""

import attrs

from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.sessions import Actor
from klantportaal.ports.reading import HomeCounts
from klantportaal.ports.storage import Storage


@checked_calls
@attrs.frozen(kw_only=True)
class Home:
    """The numbers on a client's home page."""

    _storage: Storage

    def counts(self, actor: Actor) -> HomeCounts:
        """Count the dossiers and questionnaires for the tiles (HO-2)."""
        return self._storage.read.home(actor)
