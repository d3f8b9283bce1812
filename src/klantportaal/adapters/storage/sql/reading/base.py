"""The base class of the reads, and paging."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, CompoundSelect, Date, Select, bindparam, select, tuple_, union_all

from klantportaal.adapters.storage.sql.readers import Reads
from klantportaal.adapters.storage.sql.rows import Record
from klantportaal.adapters.storage.sql.types import IDENTIFIER, MOMENT
from klantportaal.ports.reading import ActionKey

# A first page starts after a key that no row is before, so first and later pages are one statement.
BEFORE_ALL_IDS = UUID(int=2**128 - 1)
BEFORE_ALL_MOMENTS = datetime.max.replace(tzinfo=UTC)
_FIRST_MOMENT, _FIRST_ID = datetime.min.replace(tzinfo=UTC), UUID(int=0)
_AFTER = tuple_(bindparam("after_moment", type_=MOMENT), bindparam("after_id", type_=IDENTIFIER))
_AFTER_DATED = (bindparam("dated_moment", type_=MOMENT), bindparam("dated_id", type_=IDENTIFIER))


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


def by_due_date(rows: Select[Any], due_on: Column[Any], asked_at: Column[Any], id: Column[Any]) -> CompoundSelect[Any]:
    """Select a page of rows in the order of `ActionKey`: parameters of `after_action`, and ``size``.

    Those with a due date and those without one are found apart, at most *size* of each: databases differ in where an
    index has those without.
    """
    after = tuple_(bindparam("after_due", type_=Date()), *_AFTER_DATED)
    dated = rows.where(due_on.is_not(None), tuple_(due_on, asked_at, id) > after)
    undated = rows.where(due_on.is_(None), newer_than(asked_at, id))
    # PostgreSQL reads also those without a due date in the order of the index only if the column is in the order.
    pages = (each.order_by(due_on, asked_at, id).limit(bindparam("size")).subquery("page") for each in (dated, undated))
    return union_all(*(select(page) for page in pages))


def after_action(key: ActionKey | None) -> Record:
    """Return the parameters of `by_due_date`. Those without a due date are all behind those with one."""
    start = {"after_due": date.min, "dated_moment": _FIRST_MOMENT, "dated_id": _FIRST_ID}
    start |= {"after_moment": _FIRST_MOMENT, "after_id": _FIRST_ID}
    if key is None:
        return start
    if key.due_on is not None:
        return start | {"after_due": key.due_on, "dated_moment": key.asked_at, "dated_id": key.id}
    last = {"after_due": date.max, "dated_moment": BEFORE_ALL_MOMENTS, "dated_id": BEFORE_ALL_IDS}
    return last | {"after_moment": key.asked_at, "after_id": key.id}
