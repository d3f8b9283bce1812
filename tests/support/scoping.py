"""Which tables of a statement are not bound to one office (OF-2).

A table is bound by a condition that every row must meet: its office equals a parameter, or the office of another table
that is bound, or of an outer query. A subquery is looked at by itself.
"""

import re
from collections.abc import Iterator, Mapping

from sqlglot import exp, parse_one
from sqlglot.optimizer.scope import Scope, traverse_scope

from klantportaal.adapters.storage.sql.schema import SEARCHED, metadata

GIVEN = "a parameter"
OFFICE: Mapping[str, str] = (
    {"offices": "id"}
    | {name: "office_id" for name, table in metadata.tables.items() if "office_id" in table.columns}
    | {f"{name}_{kind}": "office_id" for name in SEARCHED for kind in ("trigrams", "numbers")}
)
"""The column with the office, of each table that belongs to offices."""
DIALECTS = {"sqlite": "sqlite", "postgresql": "postgres"}


def unbound(statement: str, dialect: str) -> set[str]:
    """Give the tables of a statement that it reads or writes for more than one office, by their names in it."""
    text = re.sub(r"%\((\w+)\)s", r":\1", statement)
    tree = parse_one(text, read=DIALECTS[dialect])
    return {*_written(tree), *_read(tree)}


def rights(statement: str) -> set[tuple[str, str]]:
    """Give what a statement needs in PostgreSQL: each table, with SELECT, INSERT, UPDATE or DELETE."""
    tree = parse_one(re.sub(r"%\((\w+)\)s", r":\1", statement), read=DIALECTS["postgresql"])
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    tables = [
        each for each in tree.find_all(exp.Table) if each.name not in own and each.find_ancestor(exp.Lock) is None
    ]
    names = {each.alias_or_name: each.name for each in tables}
    found = {(name, "SELECT") for name in names.values()}
    for kind in (exp.Insert, exp.Update, exp.Delete):
        found |= {(_table(each), kind.__name__.upper()) for each in tree.find_all(kind)}
    for lock in tree.find_all(exp.Lock):  # A row that is locked needs the right to change it.
        locked = [each.name for each in lock.expressions] or list(names)
        found |= {(names[each], "UPDATE") for each in locked if each in names}
    return found


def _table(written: exp.Expr) -> str:
    """Give the name of the table that a statement writes to."""
    table = written.this.this if isinstance(written.this, exp.Schema) else written.this
    return str(table.name)


def _written(tree: exp.Expr) -> Iterator[str]:
    """Yield the table of an INSERT without an office, or of an UPDATE or DELETE in all offices."""
    if isinstance(tree, exp.Insert) and isinstance(tree.this, exp.Schema):
        table, columns = tree.this.this.name, {each.name for each in tree.this.expressions}
        if table in OFFICE and OFFICE[table] not in columns:
            yield table
    elif isinstance(tree, exp.Update | exp.Delete):
        name = tree.this.alias_or_name
        conditions = (each for each in tree.find_all(exp.EQ) if each.find_ancestor(exp.Select) is None)
        yield from _loose({name: tree.this}, conditions)


def _read(tree: exp.Expr) -> Iterator[str]:
    """Yield the tables of each query that are not bound in that query."""
    for query in tree.find_all(exp.Query):
        if query.find_ancestor(exp.Query) is None:
            for scope in traverse_scope(query):
                yield from _loose(scope.sources, scope.find_all(exp.EQ))


def _loose(sources: Mapping[str, exp.Expr | Scope], equalities: Iterator[exp.EQ]) -> Iterator[str]:
    """Yield the tables that no chain of equal offices leads to a parameter or to an outer query."""
    tables = {name: each.name for name, each in sources.items() if isinstance(each, exp.Table) and each.name in OFFICE}
    pairs = [(_office(each.left, tables), _office(each.right, tables)) for each in equalities if _must_hold(each)]
    bound = {GIVEN}
    while added := {one for pair in pairs for one in pair if one and bound & set(pair)} - bound:
        bound |= added
    yield from tables.keys() - bound


def _office(side: exp.Expr, tables: Mapping[str, str]) -> str | None:
    """Tell whose office one side of an equality is: that of a table here, or one that is given. None for all else."""
    side = side.unnest()
    while isinstance(side, exp.Cast):
        side = side.this
    if isinstance(side, exp.Placeholder | exp.Parameter):
        return GIVEN
    if not isinstance(side, exp.Column):
        return None
    if side.table in tables:
        return side.table if side.name == OFFICE[tables[side.table]] else None
    return GIVEN if side.table and side.name in ("office_id", "id") else None  # Of a subquery, or of an outer query.


def _must_hold(equality: exp.EQ) -> bool:
    """Tell whether every row must meet an equality: it is a part of WHERE or ON, and of no OR, NOT or CASE."""
    above = equality.parent
    while isinstance(above, exp.And | exp.Paren):
        above = above.parent
    return isinstance(above, exp.Where | exp.Join)
