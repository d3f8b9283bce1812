"""The base class of the reads, and paging."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, tuple_

from klantportaal.adapters.storage.sql.readers import Reads
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT

# A first page starts after a key that no row is before, so first and later pages are one statement.
BEFORE_ALL_IDS = UUID(int=2**128 - 1)
BEFORE_ALL_MOMENTS = datetime.max.replace(tzinfo=UTC)


class Reader:
    """Runs reads."""

    def __init__(self, readers: Reads) -> None:
        self._all = readers.all
        self._one = readers.one


def older_than(moment: ColumnElement[datetime], id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Continue after a key of two columns: parameters ``after_moment`` and ``after_id``."""
    after = tuple_(bindparam("after_moment", type_=MOMENT), bindparam("after_id", type_=IDENTIFIER))
    return tuple_(moment, id) < after


def after_id(id: UUID | None) -> UUID:
    """Return the id to continue after."""
    return BEFORE_ALL_IDS if id is None else id
