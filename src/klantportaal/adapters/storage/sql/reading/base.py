"""The base class of the reads, and paging."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, tuple_

from klantportaal.adapters.storage.sql.readers import Reads
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT

# A first page starts after a key that no row is before, so first and later pages are one statement.
BEFORE_ALL_IDS = UUID(int=2**128 - 1)
BEFORE_ALL_MOMENTS = datetime.max.replace(tzinfo=UTC)
_AFTER = tuple_(bindparam("after_moment", type_=MOMENT), bindparam("after_id", type_=IDENTIFIER))


class Reader:
    """Runs reads."""

    def __init__(self, readers: Reads) -> None:
        self._dialect = readers.dialect
        self._all = readers.all
        self._one = readers.one


def older_than(moment: ColumnElement[datetime], id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Continue after a key of two columns: parameters ``after_moment`` and ``after_id``."""
    return tuple_(moment, id) < _AFTER


def newer_than(moment: ColumnElement[datetime], id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Do as `older_than`, in the order of time."""
    return tuple_(moment, id) > _AFTER


def after_id(id: UUID | None) -> UUID:
    """Return the id to continue after."""
    return BEFORE_ALL_IDS if id is None else id
