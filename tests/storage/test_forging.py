"""An attacker who can do anything with the database, and has neither the key nor the anchors (SI-5)."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, text, update

from klantportaal.adapters.secrets.hmac_seals import HmacSeals
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.storage.sql.schema import chains, entries
from klantportaal.domain.anchoring import SealingProblemKind
from klantportaal.domain.errors import Conflict
from klantportaal.domain.sealing import BreakKind, Verification, seal_all
from klantportaal.domain.signing import Digest, sign
from klantportaal.domain.values import EntryId
from klantportaal.usecases.shared import sealing
from tests.storage.test_trail import as_owner
from tests.support.postgres import temporary_database
from tests.usecases.world import World

SEALED = 12
"""The number of sealed entries of the office under attack."""
WAITING = 4
"""The number of its entries without a seal."""


def build(storage: SqlStorage) -> World:
    """Make a portal with two offices: sealed entries, and some that wait for their seal."""
    world = World(storage=storage, seals=HmacSeals(os.urandom(32)))
    world.other_office()
    while len(world.audit()) < SEALED:
        write(world)
    world.portal.background.sealer.run_once()
    for _each in range(WAITING):
        write(world)
    return world


def write(world: World) -> None:
    """Write one entry."""
    world.clock.advance(timedelta(seconds=1))
    world.portal.office.audit.entries(world.handler, size=1)


@pytest.fixture
def world(storage: SqlStorage) -> World:
    """Make the portal under attack."""
    return build(storage)


def rows(connection: Connection, world: World) -> list[Any]:
    """Read the entries of the office: the sealed ones by number, then the others."""
    query = select(entries).where(entries.c.office_id == world.office)
    sealed = connection.execute(query.where(entries.c.number.is_not(None)).order_by(entries.c.number)).all()
    return [*sealed, *connection.execute(query.where(entries.c.number.is_(None)).order_by(entries.c.id)).all()]


def ids_of(storage: SqlStorage, world: World) -> list[EntryId]:
    """Return the ids of the entries of the office."""
    with storage._engines.writing.connect() as connection:
        return [EntryId(row.id) for row in rows(connection, world)]


def set_head(connection: Connection, world: World, number: int) -> None:
    """Set the head of the chain to an earlier number, with the digest that it had."""
    digest = connection.execute(
        select(entries.c.digest).where(entries.c.office_id == world.office, entries.c.number == number)
    ).scalar_one()
    connection.execute(update(chains).where(chains.c.office_id == world.office).values(number=number, digest=digest))


def change(connection: Connection, world: World, place: int, **values: Any) -> None:
    """Change a row, by its place from 1: the sealed entries by number, then the others."""
    id = rows(connection, world)[place - 1].id
    connection.execute(update(entries).where(entries.c.office_id == world.office, entries.c.id == id).values(**values))


def blank(connection: Connection, world: World, above: int) -> None:
    """Take the seals away above a number."""
    connection.execute(
        update(entries)
        .where(entries.c.office_id == world.office, entries.c.number > above)
        .values(number=None, digest=None)
    )


# ------------------------------------------------------------------ the attacks
def _blanked(connection: Connection, world: World) -> None:
    """Do as in case 7: blank seals, change one of their entries, and set the head back."""
    set_head(connection, world, 5)
    change(connection, world, 8, which='{"forged": true}')
    blank(connection, world, 5)


def _blanked_whole(connection: Connection, world: World) -> None:
    connection.execute(delete(chains).where(chains.c.office_id == world.office))
    change(connection, world, 3, handler="mr. X")
    blank(connection, world, 0)


def _deleted_end(connection: Connection, world: World) -> None:
    set_head(connection, world, 9)
    connection.execute(delete(entries).where(entries.c.office_id == world.office, entries.c.number > 9))


def _deleted(connection: Connection, world: World) -> None:
    connection.execute(delete(entries).where(entries.c.office_id == world.office, entries.c.number == 7))


def _deleted_and_closed(connection: Connection, world: World) -> None:
    """Delete an entry, and give the later ones numbers without a gap."""
    _deleted(connection, world)
    set_head(connection, world, 6)
    blank(connection, world, 6)


def _reordered(connection: Connection, world: World) -> None:
    """Let two entries change places, each with the seal that stood there."""
    fourth, fifth, *others = rows(connection, world)[3:SEALED]
    blank(connection, world, 3)
    for row, seal in ((fourth, fifth), (fifth, fourth), *((each, each) for each in others)):
        values = {"number": seal.number, "digest": seal.digest}
        connection.execute(update(entries).where(entries.c.id == row.id).values(**values))


def _replaced(connection: Connection, world: World) -> None:
    """Replace a row, on SQLite by REPLACE, which fires no trigger unless the connection asks for it."""
    row = {**rows(connection, world)[5]._asdict(), "handler": "mr. X"}
    if connection.dialect.name == "sqlite":
        connection.execute(insert(entries).prefix_with("OR REPLACE").values(row))
    else:
        connection.execute(delete(entries).where(entries.c.id == row["id"]))
        connection.execute(insert(entries).values(row))


def _copied_from_another_office(connection: Connection, world: World) -> None:
    """Put a good entry of another office in the place of one of this office, its id included."""
    foreign = connection.execute(select(entries).where(entries.c.office_id != world.office)).first()
    assert foreign is not None
    victim = rows(connection, world)[9]
    place = {"office_id": world.office, "number": victim.number, "digest": victim.digest}
    connection.execute(delete(entries).where(entries.c.office_id == world.office, entries.c.number == 10))
    connection.execute(insert(entries).values({**foreign._asdict(), **place}))


def _added(connection: Connection, world: World) -> None:
    row = rows(connection, world)[-1]._asdict()
    row["id"] = type(row["id"])(int=row["id"].int + 1)
    connection.execute(insert(entries).values({**row, "what": "DocumentDownloaded"}))


def _unkeyed(made: bytes) -> Digest:
    """Make digests as the portal does, except that the key is missing. The id of the key is that of *made*."""
    return lambda before, text: made[:8] + sha256(len(before).to_bytes(4) + before + text).digest()


def _resigned(connection: Connection, world: World) -> None:
    """Change an entry that has no seal, and sign it without the key."""
    line = world.storage.read.office_unsealed(world.handler, after=None, size=1)[0]
    forged = sign(attrs.evolve(line.entry, handler="mr. X"), _unkeyed(line.entry.signature))
    change(connection, world, SEALED + 1, handler=forged.handler, signature=forged.signature)


def _resealed(connection: Connection, world: World) -> None:
    """Change an entry, and make its signature and all later seals without the key."""
    lines = world.storage.read.office_sealed(world.handler, after=0, size=SEALED)
    before = lines[3].seal
    assert before is not None
    unkeyed = _unkeyed(before.digest)
    forged = sign(attrs.evolve(lines[4].entry, handler="mr. X"), unkeyed)
    chain = seal_all([forged, *(line.entry for line in lines[5:])], after=before, digest=unkeyed)
    change(connection, world, 5, handler=forged.handler, signature=forged.signature)
    for place, made in enumerate(chain.values(), start=5):
        change(connection, world, place, digest=made.digest)
    set_head(connection, world, SEALED)


def _head_forward(connection: Connection, world: World) -> None:
    connection.execute(
        update(chains).where(chains.c.office_id == world.office).values(number=SEALED + 1, digest=bytes(40))
    )


def _beyond_time(connection: Connection, world: World) -> None:
    """Give an entry a moment that no datetime holds. PostgreSQL gets the last one that it does."""
    if connection.dialect.name == "sqlite":
        change(connection, world, 4, at=text(str(2**62)))
    else:
        change(connection, world, 4, at=datetime.max.replace(tzinfo=UTC))


def _moved_to_another_office(connection: Connection, world: World) -> None:
    other = connection.execute(select(entries.c.office_id).where(entries.c.office_id != world.office)).scalars().first()
    change(connection, world, 7, office_id=other, number=None, digest=None)


ALTERED, MISSING = BreakKind.ALTERED, BreakKind.MISSING
Attack = Callable[[Connection, World], Any]
ATTACKS: dict[str, tuple[Attack, list[tuple[BreakKind, int | None, int | None]]]] = {
    # The attack, and for each break its kind, its number, and the place of the entry that it names.
    "case 7: blanked, changed, head back": (_blanked, [(ALTERED, None, 8), (MISSING, 6, None)]),
    "all blanked, no head": (_blanked_whole, [(ALTERED, None, 3), (MISSING, 1, None)]),
    "the end deleted, head back": (_deleted_end, [(MISSING, 10, None)]),
    "one deleted": (_deleted, [(MISSING, 7, None)]),
    "one deleted, the rest blanked": (_deleted_and_closed, [(MISSING, 7, None)]),
    "one changed": (lambda connection, world: change(connection, world, 4, what="SignedOut"), [(ALTERED, 4, 4)]),
    "another time": (
        lambda connection, world: change(connection, world, 4, at=world.clock.now() + timedelta(days=2)),
        [(ALTERED, 4, 4)],
    ),
    "a time beyond all time": (_beyond_time, [(ALTERED, 4, 4)]),
    "nobody did it": (
        lambda connection, world: change(connection, world, 4, handler=None),
        [(ALTERED, 4, 4)],
    ),
    "somebody else did it": (
        lambda connection, world: change(connection, world, 4, account_id=world.office, client_id=world.office),
        [(ALTERED, 4, 4)],
    ),
    "no JSON": (lambda connection, world: change(connection, world, 4, which="{"), [(ALTERED, 4, 4)]),
    "another seal": (
        lambda connection, world: change(connection, world, 4, digest=rows(connection, world)[2].digest),
        [(ALTERED, 4, 4), (ALTERED, 5, 5)],
    ),
    "the last number of all": (
        lambda connection, world: change(connection, world, 4, number=(1 << 63) - 1),
        [(MISSING, 4, None), (BreakKind.ADDED, (1 << 63) - 1, 4)],
    ),
    "moved to another office": (_moved_to_another_office, [(MISSING, 7, None)]),
    "another signature": (
        lambda connection, world: change(connection, world, 4, signature=bytes(40)),
        [(ALTERED, 4, 4)],
    ),
    "two reordered": (_reordered, [(ALTERED, 4, 5), (ALTERED, 5, 4)]),
    "one replaced": (_replaced, [(ALTERED, 6, 6)]),
    "copied from another office": (_copied_from_another_office, [(ALTERED, 10, SEALED + WAITING + 1)]),
    "one changed before it was sealed": (
        lambda connection, world: change(connection, world, SEALED + 2, handler="mr. X"),
        [(ALTERED, None, SEALED + 2)],
    ),
    "one added": (_added, [(ALTERED, None, SEALED + WAITING + 1)]),
    "one changed and signed without the key": (_resigned, [(ALTERED, None, SEALED + 1)]),
    "one changed, all sealed again without the key": (
        _resealed,
        [(ALTERED, number, number) for number in range(5, 13)],
    ),
    "the head forward": (_head_forward, [(MISSING, SEALED + 1, None)]),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack(world: World, storage: SqlStorage, attack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SI-5: after any change by the owner of the database, and runs of the sealer, the trail tells what was changed."""
    monkeypatch.setattr(sealing, "BATCH", 3)
    make, told = ATTACKS[attack]
    ids = ids_of(storage, world)
    with as_owner(storage) as connection:
        make(connection, world)
    ids += [id for id in ids_of(storage, world) if id not in ids]
    named = [None if place is None else ids[place - 1] for _kind, _number, place in told]
    before = broken(world)
    for _run in range(2):
        world.portal.background.sealer.run_once()
    after = broken(world)
    for verification in (before, after):
        assert [(each.kind, each.first) for each in verification.breaks] == [each[:2] for each in told]
        assert [each.entry_id for each in verification.breaks] == named


def broken(world: World) -> Verification:
    """Verify the trail, which must not hold."""
    verification = world.portal.office.audit.verify(world.handler)
    assert not verification.holds
    return verification


TYPES: dict[str, object] = {
    "office_id": 7,
    "id": "een",
    "at": "2026-03-02",
    "what": b"SignedOut",
    "which": b"{}",
    "person_id": "Jan",
    "handler": b"mr. X",
    "signature": "s" * 40,
    "number": "vier",
    "digest": "d" * 40,
}
"""A value of another type for the columns of an entry."""


@pytest.mark.parametrize("column", TYPES)
def test_what_is_of_another_type(sqlite: SqlStorage, column: str) -> None:
    """SI-5: SQLite's own tables take any type in any column. Those of the trail do not, so it can always be read."""
    world = build(sqlite)
    with pytest.raises(Conflict, match="cannot store"), as_owner(sqlite) as connection:
        connection.exec_driver_sql(f"UPDATE entries SET {column} = ? WHERE number = 4", (TYPES[column],))
    with pytest.raises(Conflict, match="cannot store"), as_owner(sqlite) as connection:
        connection.exec_driver_sql("UPDATE chains SET number = 'elf'")
    assert world.portal.office.audit.verify(world.handler).holds


BACK = ("case 7: blanked, changed, head back", "all blanked, no head", "the end deleted, head back")


@pytest.mark.parametrize("attack", BACK)
def test_the_sealer_stands_still(world: World, storage: SqlStorage, attack: str) -> None:
    """SI-5, AL-6: behind the anchor nothing is sealed, however often the sealer runs, and it says so."""
    with as_owner(storage) as connection:
        ATTACKS[attack][0](connection, world)
    head = world.storage.read.office_head(world.handler)
    for _run in range(3):
        run = world.portal.background.sealer.run_once()
        assert run.sealed == 0
        assert [(each.office_id, each.kind) for each in run.problems] == [(world.office, SealingProblemKind.BEHIND)]
        write(world)
    assert world.storage.read.office_head(world.handler) == head


def test_an_old_copy_of_the_database(world: World, storage: SqlStorage) -> None:
    """SI-5: an old copy of the whole database is behind the anchor, and its missing entries are named."""
    with as_owner(storage) as connection:
        copy = [connection.execute(select(table)).mappings().all() for table in (entries, chains)]
    world.portal.background.sealer.run_once()
    sealed = world.storage.read.office_head(world.handler).number
    with as_owner(storage) as connection:
        for table, kept in zip((entries, chains), copy, strict=True):
            connection.execute(delete(table))
            connection.execute(insert(table), [dict(row) for row in kept])
    write(world)
    [problem] = world.portal.background.sealer.run_once().problems
    assert problem.kind is SealingProblemKind.BEHIND
    assert [(each.kind, each.first, each.last) for each in broken(world).breaks] == [(MISSING, SEALED + 1, sealed)]


# ------------------------------------------------------------------ any attack at all
@attrs.frozen
class Act:
    """One change by the attacker: what, and of which entry."""

    name: str
    place: int


@attrs.frozen
class Attacked:
    """A portal that is attacked many times, each time from the same state."""

    world: World
    storage: SqlStorage
    ids: Sequence[EntryId]
    """Of the entries that were sealed, by number."""
    kept: Sequence[Sequence[Any]]
    """The rows of both tables."""
    anchors: Any

    def reset(self) -> None:
        """Put everything back."""
        with as_owner(self.storage) as connection:
            for table, rows in zip((entries, chains), self.kept, strict=True):
                connection.execute(delete(table))
                connection.execute(insert(table), [dict(row) for row in rows])
        self.world.anchors.kept = {office: list(anchors) for office, anchors in self.anchors.items()}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def attacked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """Yield a portal for many attacks."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            storage = SqlStorage.sqlite(tmp_path_factory.mktemp("forging") / "portal.sqlite")
        else:
            server = request.getfixturevalue("postgres_server")
            storage = SqlStorage.postgresql(stack.enter_context(temporary_database(server)))
        stack.callback(storage.close)
        storage.migrate()
        world = build(storage)
        with as_owner(storage) as connection:
            kept = [connection.execute(select(table)).mappings().all() for table in (entries, chains)]
        anchors = {office: list(each) for office, each in world.anchors.kept.items()}
        ids = ids_of(storage, world)[:SEALED]
        yield Attacked(world, storage, ids, kept, anchors)


acts = st.lists(
    st.builds(
        Act,
        st.sampled_from(["change", "delete", "blank", "head back", "swap", "copy", "seal", "write"]),
        st.integers(0, SEALED - 1),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=acts)
def test_any_attack(attacked: Attacked, acts: list[Act]) -> None:
    """SI-5: whatever is changed, deleted, blanked, set back or copied, before or after runs of the sealer, is named."""
    attacked.reset()
    world, truth = attacked.world, _Truth()
    for act in acts:
        if act.name == "seal":
            world.portal.background.sealer.run_once()
        elif act.name == "write":
            write(world)
        else:
            with as_owner(attacked.storage) as connection:
                _act(connection, attacked, act, truth)
    for _look in range(2):
        verification = world.portal.office.audit.verify(world.handler)
        named = {each.entry_id for each in verification.breaks} - {None}
        lost = _lost(verification)
        assert verification.holds is (not truth.touched)
        assert named >= truth.changed - truth.gone
        assert lost >= {attacked.ids.index(id) + 1 for id in truth.gone if id in attacked.ids}
        assert truth.is_head_back or named <= truth.changed
        world.portal.background.sealer.run_once()


def _lost(verification: Verification) -> set[int]:
    """Return the numbers that are told as missing."""
    missing = [(each.first, each.last) for each in verification.breaks if each.kind is MISSING]
    return {number for first, last in missing if first and last for number in range(first, last + 1)}


@attrs.define
class _Truth:
    """What the attacker did."""

    touched: bool = False
    changed: set[EntryId] = attrs.field(factory=set)
    """The entries that were changed or copied."""
    gone: set[EntryId] = attrs.field(factory=set)
    is_head_back: bool = False
    """With the head set back, good entries after it are told as added, too."""


def _act(connection: Connection, attacked: Attacked, act: Act, truth: _Truth) -> None:
    """Do one change to the entries that were sealed at first."""
    world, ours = attacked.world, entries.c.office_id == attacked.world.office
    left = [id for id in attacked.ids if id not in truth.gone]
    if not left:
        return
    id, other = left[act.place % len(left)], left[(act.place + 1) % len(left)]
    truth.touched = True
    if act.name == "change":
        truth.changed.add(id)
        connection.execute(update(entries).where(ours, entries.c.id == id).values(handler="mr. X"))
    elif act.name == "delete":
        truth.gone.add(id)
        connection.execute(delete(entries).where(ours, entries.c.id == id))
    elif act.name == "blank":
        blank(connection, world, act.place)
    elif act.name == "head back":
        truth.is_head_back = True
        _head_back(connection, world, act.place)
    elif act.name == "swap":
        contents = {row.id: row.which for row in connection.execute(select(entries).where(ours))}
        for one, its in ((id, other), (other, id)):
            truth.changed.add(one)
            connection.execute(
                update(entries).where(ours, entries.c.id == one).values(which=f"{contents[its]} ", what="Swapped")
            )
    else:
        row = connection.execute(select(entries).where(ours, entries.c.id == id)).one()._asdict()
        highest = max(connection.execute(select(entries.c.id)).scalars(), key=lambda each: each.int)
        row |= {"id": type(highest)(int=highest.int + 1), "number": None, "digest": None}
        truth.changed.add(EntryId(row["id"]))
        connection.execute(insert(entries).values(row))


def _head_back(connection: Connection, world: World, number: int) -> None:
    """Set the head to an entry that is there, or to nothing."""
    if any(row.number == number for row in rows(connection, world)):
        set_head(connection, world, number)
    else:
        values = {"number": 0, "digest": b""}
        connection.execute(update(chains).where(chains.c.office_id == world.office).values(**values))
