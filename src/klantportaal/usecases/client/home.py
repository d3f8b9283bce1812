"""``Home`` and ``Acties`` (HO-1, HO-2)."""

from collections.abc import Sequence

import attrs

from klantportaal.domain.sessions import Actor
from klantportaal.ports.reading import HomeCounts, OpenAction
from klantportaal.ports.storage import Storage


@attrs.frozen(kw_only=True)
class Home:
    """What waits for a client."""

    storage: Storage

    def counts(self, actor: Actor) -> HomeCounts:
        """Count dossiers and questionnaires for the tiles (HO-2)."""
        return self.storage.read.home(actor)

    def actions(self, actor: Actor) -> Sequence[OpenAction]:
        """List the questionnaires that wait, oldest first."""
        return self.storage.read.open_actions(actor)
