"""The rights that hosts and workers need in PostgreSQL, and which of them a role lacks.

Nothing of the audit trail is deleted, and an entry of it only gets its seal. So the role needs neither right.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import attrs
from sqlalchemy import text

from klantportaal.adapters.storage.sql.running import Runner
from klantportaal.adapters.storage.sql.schema import SEARCHED, VERSION_TABLE, metadata

_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")
TRAIL = ("chains", "entries")
"""The tables of the audit trail."""
SEAL = ("digest", "number")
"""The columns of these tables that change."""
_LACKING = text("""
SELECT needed.act, quote_ident(:schema) || '.' || quote_ident(needed.name), quote_ident(current_user)
FROM unnest(CAST(:names AS text[]), CAST(:acts AS text[]), CAST(:columns AS text[])) AS needed (name, act, one)
JOIN pg_namespace ON nspname = :schema
JOIN pg_class ON relnamespace = pg_namespace.oid AND relname = needed.name
WHERE NOT CASE needed.one
    WHEN '' THEN has_table_privilege(pg_class.oid, needed.act)
    ELSE has_column_privilege(pg_class.oid, needed.one, needed.act)
END
ORDER BY needed.name
""")
_MAY_USE = text(
    "SELECT quote_ident(nspname), quote_ident(current_user), has_schema_privilege(oid, 'USAGE')"
    " FROM pg_namespace WHERE nspname = :schema"
)
_MAY_INDEX = text("""
SELECT quote_ident(nspname) || '.' || quote_ident(proname)
FROM pg_proc JOIN pg_namespace ON pronamespace = pg_namespace.oid
WHERE nspname = :schema AND proname = 'trigrams' AND NOT has_function_privilege(pg_proc.oid, 'EXECUTE')
""")
"""Triggers call this function. They need no right to the function of a trigger itself, and no table has a sequence."""


@attrs.frozen(kw_only=True)
class LackingRight:
    """Rights that the role of the portal lacks, on tables that lack the same ones."""

    says: str
    """Which rights, and on which tables."""
    grant: str
    """The statement that gives them. The owner of the tables can run it."""


def needed() -> Mapping[str, Sequence[str]]:
    """Give the rights that running the portal needs, by table."""
    rights: dict[str, Sequence[str]] = dict.fromkeys(metadata.tables, _RIGHTS)
    rights |= dict.fromkeys(TRAIL, ("SELECT", "INSERT", "UPDATE"))  # UPDATE of the columns of the seal.
    rights |= {f"{name}_trigrams": ("SELECT", "INSERT", "DELETE") for name in SEARCHED}  # Triggers keep them.
    return {**rights, VERSION_TABLE: ("SELECT",)}


def lacking(runner: Runner, schema: str) -> Iterator[LackingRight]:
    """Yield the rights that this role lacks. Tables that do not exist are left out."""
    for name, role, may_use in runner.all(_MAY_USE, {"schema": schema}):
        if not may_use:
            yield LackingRight(says=f"USAGE on the schema {name}", grant=f"GRANT USAGE ON SCHEMA {name} TO {role}")
    wanted = list(_each())
    names, acts, columns = (list(each) for each in zip(*wanted, strict=True))
    rows = runner.all(_LACKING, {"schema": schema, "names": names, "acts": acts, "columns": columns})
    by_table: dict[tuple[str, str], set[str]] = defaultdict(set)
    for act, table, role in rows:
        by_table[table, role].add(act)
    yield from _together(by_table)
    for (function,) in runner.all(_MAY_INDEX, {"schema": schema}):
        yield LackingRight(
            says=f"EXECUTE on the function {function}", grant=f"GRANT EXECUTE ON FUNCTION {function} TO PUBLIC"
        )


def _each() -> Iterator[tuple[str, str, str]]:
    """Yield each table with each right, and the column if it is only of that column."""
    for table, rights in needed().items():
        for act in rights:
            columns = SEAL if table in TRAIL and act == "UPDATE" else ("",)
            yield from ((table, act, column) for column in columns)


def _together(by_table: Mapping[tuple[str, str], set[str]]) -> Iterator[LackingRight]:
    """Put the tables together that lack the same rights."""
    tables: dict[tuple[str, ...], list[str]] = defaultdict(list)
    role = ""
    for (table, role), acts in by_table.items():  # noqa: B007 - each row has the same role
        tables[tuple(act for act in _RIGHTS if act in acts)].append(table)
    for lacked, of in tables.items():
        rights, names = ", ".join(lacked), ", ".join(of)
        yield LackingRight(says=f"{rights} on {names}", grant=f"GRANT {rights} ON {names} TO {role}")
