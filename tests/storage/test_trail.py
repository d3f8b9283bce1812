"""The trail in the database: append-only for the portal's connection; changes by the owner are found."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs
import pytest
from sqlalchemy import Connection, delete, func, insert, select, text, update

from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.storage.sql.schema import chains, entries
from klantportaal.domain.errors import Conflict
from klantportaal.domain.sealing import BreakKind
from tests.storage.test_plans import is_by_index, noted, plan
from tests.usecases.world import World

Change = Callable[[Connection], Any]
CHANGES: dict[str, Change] = {
    "another kind": lambda connection: connection.execute(update(entries).values(what="SignedOut")),
    "another content": lambda connection: connection.execute(update(entries).values(which="{}")),
    "another time": lambda connection: connection.execute(update(entries).values(at=entries.c.at)),
    "another handler": lambda connection: connection.execute(update(entries).values(handler="mr. X")),
    "nobody": lambda connection: connection.execute(update(entries).values(person_id=None, account_id=None)),
    "from nowhere": lambda connection: connection.execute(update(entries).values(network_address=None)),
    "another signature": lambda connection: connection.execute(update(entries).values(signature=bytes(40))),
    "another digest": lambda connection: connection.execute(update(entries).values(digest=bytes(40))),
    "no seal": lambda connection: connection.execute(update(entries).values(number=None, digest=None)),
    "gone": lambda connection: connection.execute(delete(entries)),
    "the head gone": lambda connection: connection.execute(delete(chains)),
    "the head back": lambda connection: connection.execute(update(chains).values(number=chains.c.number - 1)),
    "another head": lambda connection: connection.execute(update(chains).values(digest=bytes(40))),
}


@pytest.fixture
def world(storage: SqlStorage) -> World:
    """Make a portal with a few entries that are sealed."""
    world = World(storage=storage)
    world.onboard()
    world.portal.background.sealer.run_once()
    return world


def everything(storage: SqlStorage) -> list[Any]:
    """Return all rows of the trail."""
    with storage._engines.writing.connect() as connection:
        return [
            connection.execute(select(entries).order_by(entries.c.id)).all(),
            connection.execute(select(chains)).all(),
        ]


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses(storage: SqlStorage, change: str) -> None:
    """SI-5: the portal's connection cannot change or delete entries, seals or heads."""
    before = everything(storage)
    with pytest.raises(Conflict, match="append-only"), storage._engines.writing.begin() as connection:
        CHANGES[change](connection)
    assert everything(storage) == before


def test_the_database_refuses_to_replace(sqlite: SqlStorage) -> None:
    """SI-5: SQLite's REPLACE deletes the older row. The portal's connection refuses that too, with its triggers."""
    world = World(storage=sqlite)
    world.invite()
    world.portal.background.sealer.run_once()
    with sqlite._engines.writing.begin() as connection:
        before = connection.exec_driver_sql("SELECT * FROM entries ORDER BY id").all()
    for table in ("entries", "chains"):
        replace = f"REPLACE INTO {table} SELECT * FROM {table}"
        with pytest.raises(Conflict, match="append-only"), sqlite._engines.writing.begin() as connection:
            connection.exec_driver_sql(replace)
    with sqlite._engines.writing.begin() as connection:
        assert connection.exec_driver_sql("SELECT * FROM entries ORDER BY id").all() == before


def test_the_database_refuses_to_seal_and_change_at_once(storage: SqlStorage) -> None:
    """SI-5: an unsealed entry can get its seal only; no other column can change."""
    World(storage=storage).invite()
    for values in ({"number": 1, "what": "x"}, {"network_address": "x"}, {"number": 1, "digest": b"", "handler": None}):
        with pytest.raises(Conflict, match="append-only"), storage._engines.writing.begin() as connection:
            connection.execute(update(entries).where(entries.c.handler.is_not(None)).values(**values))


@pytest.mark.parametrize("table", ["entries", "chains"])
def test_the_database_refuses_to_empty(world: World, storage: SqlStorage, table: str) -> None:
    """SI-5: TRUNCATE is refused on PostgreSQL; SQLite has no such statement."""
    if storage._engines.writing.dialect.name == "postgresql":
        with pytest.raises(Conflict, match="append-only"), storage._engines.writing.begin() as connection:
            connection.execute(text(f"TRUNCATE {table}"))
    assert world.portal.office.audit.verify(world.handler).holds


@contextmanager
def as_owner(storage: SqlStorage) -> Iterator[Connection]:
    """Connect as the owner of the database, without the triggers."""
    with storage._engines.writing.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        yield connection


def _copied(connection: Connection) -> None:
    """Copy an entry, without a seal and with an earlier time."""
    row = connection.execute(select(entries).where(entries.c.number == 1)).one()._asdict()
    id, at = type(row["id"])(int=row["id"].int + 1), row["at"].replace(year=2025)
    connection.execute(insert(entries).values({**row, "id": id, "number": None, "digest": None, "at": at}))


def _cut(connection: Connection) -> None:
    """Delete the newest sealed entry and set the head back, which only an anchor can reveal."""
    last = connection.execute(select(func.max(entries.c.number))).scalar_one()
    connection.execute(delete(entries).where(entries.c.number == last))
    digest = select(entries.c.digest).where(entries.c.number == last - 1).scalar_subquery()
    connection.execute(update(chains).values(number=last - 1, digest=digest))


def _swapped(connection: Connection) -> None:
    """Swap the kinds of two entries."""
    kinds = {row.number: row.what for row in connection.execute(select(entries))}
    for number, other in ((1, 3), (3, 1)):
        connection.execute(update(entries).where(entries.c.number == number).values(what=kinds[other]))


TAMPERING: dict[str, tuple[Change, list[tuple[BreakKind, int | None]]]] = {
    "altered": (
        lambda connection: connection.execute(update(entries).where(entries.c.number == 2).values(handler="mr. X")),
        [(BreakKind.ALTERED, 2)],
    ),
    "deleted": (
        lambda connection: connection.execute(delete(entries).where(entries.c.number == 2)),
        [(BreakKind.MISSING, 2)],
    ),
    "unsealed": (
        lambda connection: connection.execute(
            update(entries).where(entries.c.number == 2).values(number=None, digest=None)
        ),
        [(BreakKind.MISSING, 2)],
    ),
    "added": (_copied, [(BreakKind.ALTERED, None)]),
    "swapped": (_swapped, [(BreakKind.ALTERED, 1), (BreakKind.ALTERED, 3)]),
    "no head": (
        lambda connection: connection.execute(delete(chains)),
        [*((BreakKind.ADDED, number) for number in range(1, 9)), (BreakKind.MISSING, 1)],
    ),
    "cut off": (_cut, [(BreakKind.MISSING, 8)]),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_who_gets_round_it_is_seen(world: World, storage: SqlStorage, how: str) -> None:
    """SI-5: a change by the owner of the database is found."""
    tamper, shown = TAMPERING[how]
    audit = world.portal.office.audit
    verification = audit.verify(world.handler)
    assert verification.holds
    with as_owner(storage) as connection:
        tamper(connection)
    broken = audit.verify(world.handler, anchor=verification.head)
    assert [(each.kind, each.first) for each in broken.breaks] == shown


def test_sealing_is_by_index(storage: SqlStorage) -> None:
    """SI-5: the cost of sealing depends on the unsealed entries only, not on the length of the trail."""
    world = World(storage=storage)
    world.onboard()
    with noted(storage._engines.readers._engine) as reads, noted(storage._engines.writing) as writes:
        world.portal.background.sealer.run_once()
        world.portal.office.audit.verify(world.handler)
    asked = [run for run in (*reads, *writes) if "entries" in run[0] and not run[0].startswith("INSERT")]
    assert len(asked) > 4
    for run in asked:
        one = (run[0], run[1][0] if isinstance(run[1], list) else run[1])
        # That index has the unsealed entries only.
        how = plan(storage, one).replace("SCAN entries USING INDEX entries_unsealed", "")
        assert is_by_index(how), how


def test_a_digest_is_the_same_wherever_an_entry_is_kept(storage: SqlStorage) -> None:
    """SI-5: the same acts give the same export in every storage, digests and microseconds included."""
    exports = []
    for world in (World(), World(storage=storage)):
        world.later(microseconds=123_456)
        jan = world.onboard("Zoë@example.nl", name="Zoë 'Z' \\ de Größe")
        world.portal.office.clients.close_account(
            attrs.evolve(world.handler, handler='mr. "A" 👩‍⚖️\u2028 de Wit\n\t'), jan.account_id
        )
        exports.append(list(world.portal.office.audit.export(world.handler)))
    assert exports[0] == exports[1]
    assert any(".123456" in line for line in exports[0])
