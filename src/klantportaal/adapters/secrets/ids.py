"""Ids that sort by time."""

from uuid import UUID

from uuid6 import uuid7

from klantportaal.forking import Lock


class Uuid7Ids:
    """Makes UUIDs of version 7; those of one process strictly grow, whichever of its threads asks."""

    # The library keeps its last moment for the whole process, so one lock for the whole process guards it.
    _one_at_a_time = Lock()

    def new(self) -> UUID:
        """Make an id greater than every one this process made before."""
        with self._one_at_a_time:
            made = uuid7()
        # As a plain UUID: database drivers and pickles know no other.
        return UUID(int=made.int)
