"""What the readings share."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Executable, bindparam, tuple_

from klantportaal.adapters.storage.sql.engines import connection
from klantportaal.adapters.storage.sql.rows import Line, Record
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT
from klantportaal.domain.errors import Absent

# A first page goes on after what no row comes before, so that first and later pages are one statement.
BEFORE_ALL_IDS = UUID(int=2**128 - 1)
BEFORE_ALL_MOMENTS = datetime.max.replace(tzinfo=UTC)


class Reader:
    """Runs statements outside any transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def _all(self, statement: Executable, parameters: Record) -> Sequence[Line]:
        with connection(self._engine) as borrowed:
            return borrowed.execute(statement, parameters).all()

    def _first(self, statement: Executable, parameters: Record) -> Line | None:
        rows = self._all(statement, parameters)
        return rows[0] if rows else None

    def _one(self, statement: Executable, parameters: Record) -> Line:
        """Raises: Absent."""
        rows = self._all(statement, parameters)
        if not rows:
            raise Absent
        return rows[0]


def older_than(moment: ColumnElement[datetime], id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Go on after a key of two columns: parameters ``after_moment`` and ``after_id``."""
    after = tuple_(bindparam("after_moment", type_=MOMENT), bindparam("after_id", type_=IDENTIFIER))
    return tuple_(moment, id) < after


def after_id(id: UUID | None) -> UUID:
    """Give the id to go on after."""
    return BEFORE_ALL_IDS if id is None else id
