"""``Home`` (NW-1, HO-1, HO-2)."""

import attrs

from klantportaal.domain.boundary import checked_calls
from klantportaal.domain.sessions import Actor
from klantportaal.ports.reading import HomeCounts, HomeNews
from klantportaal.ports.storage import Storage


@checked_calls
@attrs.frozen(kw_only=True)
class Home:
    """What is on a client's home page."""

    _storage: Storage

    def counts(self, actor: Actor) -> HomeCounts:
        """Count the dossiers, and the questionnaires and requests that wait, for the tiles (HO-2)."""
        return self._storage.read.home(actor)

    def news(self, actor: Actor) -> HomeNews:
        """Give what is new for the account, what waits for its client, and the latest dossiers (NW-1)."""
        return self._storage.read.news(actor)
