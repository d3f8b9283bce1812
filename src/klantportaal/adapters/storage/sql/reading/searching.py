"""Searching lists by parts of texts, however long the lists are (DO-2).

A search has up to three steps. Each step is one statement. The search ends with the first step that surely has the
page:

1. The newest rows of the list (`Search.window`) are compared with the text. A page of a frequent text is then full.
2. The index of trigrams gives the rows that have all of the text's trigrams. This finds rare texts.
3. If these are more than `Search.most`, all of the list is compared in its order, until a page is full.

A text of one or two characters has no trigram, so it skips the second step.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
    true,
)

from klantportaal.adapters.storage.sql.rows import Line, Record
from klantportaal.adapters.storage.sql.types import IDENTIFIER
from klantportaal.domain.dossiers import SEARCH_LIMIT
from klantportaal.domain.values import searchable

_TRIGRAMS = 4
"""The largest number of trigrams to search for. More trigrams give fewer false hits, and take more reading."""


@attrs.frozen(kw_only=True)
class Hits:
    """The rows of a table with all trigrams of a text, of whichever office, at most one more than `Search.most`."""

    keys: FromClause
    """The columns ``office_id`` and ``id`` of the rows."""
    count: ColumnElement[int]


@attrs.frozen(kw_only=True)
class Search:
    """The statements of a search. Parameters: those of the list, ``window``, ``trigrams`` and ``most``."""

    window: int
    """The number of the newest rows that are compared first."""
    most: int
    """The number of hits that are looked up. Sorting more takes longer than reading the list in its order."""
    newest: Select[Any]
    """Finds a page among the newest rows."""
    by_trigrams: Mapping[str, Select[Any]]
    """Finds a page among the `Hits`, by dialect; see `counted`."""
    in_order: Select[Any]
    """Finds a page in the whole list."""

    def run(
        self, read: Callable[[Select[Any], Record], Sequence[Line]], dialect: str, text: str, page: Record
    ) -> Sequence[Line]:
        """Find a page.

        Args:
            read: runs a statement.
            dialect: of the database.
            text: what is searched for, as it was typed.
            page: the parameters of the list, with its ``size``.
        """
        rows = read(self.newest, {**page, "window": self.window})
        if len(rows) == page["size"]:
            return rows
        if sought := trigrams(text):
            asked = " AND ".join(map(_quoted, sought)) if dialect == "sqlite" else sought
            counted = read(self.by_trigrams[dialect], {**page, "trigrams": asked, "most": self.most + 1})
            if counted[0][0] <= self.most:
                return [row[1:] for row in counted if row[1] is not None]
        return read(self.in_order, page)


def trigrams(text: str) -> list[str]:
    """Give some trigrams that a folded text has if it contains *text*. There are none if that is shorter."""
    folded = searchable(text)[: SEARCH_LIMIT + 1]
    found = list(dict.fromkeys(folded[start : start + 3] for start in range(len(folded) - 2)))
    return found[:: -(-len(found) // _TRIGRAMS)] if found else []


def hits(name: str, dialect: str) -> Hits:
    """Find the rows with all trigrams of a text, by the index of trigrams of a table."""
    if dialect == "sqlite":
        found, keys = _on_sqlite(name)
    else:
        found = keys = _on_postgresql(name)
    return Hits(keys=keys, count=select(func.count()).select_from(found).scalar_subquery())


def looked_up(keys: FromClause, source: Table, *columns: ColumnElement[Any]) -> Subquery:
    """Look up the rows of some keys, in a step that is planned by itself.

    If the office or the order of the list were known in this step, SQLite would read the list instead.
    """
    itself = (source.c.office_id == keys.c.office_id) & (source.c.id == keys.c.id)
    return select(source.c.office_id, *columns).join_from(keys, source, itself).limit(bindparam("most")).subquery()


def counted(total: ColumnElement[int], page: Subquery) -> Select[Any]:
    """Put the number of hits before each row of a page. A page without rows has one row of nulls."""
    return select(total, *page.c).select_from(select(literal(1).label("one")).subquery().outerjoin(page, true()))


def _on_sqlite(name: str) -> tuple[CTE, FromClause]:
    indexed = table(f"{name}_trigrams", column("rowid"))
    matches = literal_column(indexed.name).op("MATCH")(bindparam("trigrams", type_=Text()))
    found = select(indexed.c.rowid).where(matches).limit(bindparam("most")).cte(f"{name}_found")
    numbers = table(f"{name}_numbers", column("number"), column("office_id", IDENTIFIER), column("id", IDENTIFIER))
    keys = select(numbers.c.office_id, numbers.c.id).join_from(found, numbers, numbers.c.number == found.c.rowid)
    return found, keys.subquery()


def _on_postgresql(name: str) -> CTE:
    """Find all in a step that is planned by itself: knowing the limit, PostgreSQL could read the table instead."""
    indexed = table(
        f"{name}_trigrams", column("office_id", IDENTIFIER), column("id", IDENTIFIER), column("trigrams", ARRAY(Text()))
    )
    matches = indexed.c.trigrams.op("@>")(cast(bindparam("trigrams", type_=ARRAY(Text())), ARRAY(Text())))
    apart = select(indexed.c.office_id, indexed.c.id).where(matches).cte(f"{name}_matching").prefix_with("MATERIALIZED")
    return select(apart.c.office_id, apart.c.id).limit(bindparam("most")).cte(f"{name}_found")


def _quoted(trigram: str) -> str:
    return '"' + trigram.replace('"', '""') + '"'
