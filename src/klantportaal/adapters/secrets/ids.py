"""Makes ids that sort by time."""

from uuid import UUID

from uuid6 import uuid7

from klantportaal.forking import Lock


class Uuid7Ids:
    """Makes UUIDs of version 7. Within a process each id is greater than the one before, across all threads."""

    # The library keeps its last timestamp in a global variable, so one lock per process guards it.
    _one_at_a_time = Lock()

    def new(self) -> UUID:
        """Make an id that is greater than all earlier ids of this process."""
        with self._one_at_a_time:
            made = uuid7()
        # A plain UUID, because database drivers and pickle do not know the subclass of uuid6.
        return UUID(int=made.int)
