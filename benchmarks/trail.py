"""Measures sealing and verifying a long audit trail, in time and memory."""

import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.database import assemble
from benchmarks.measured import Figure, paired, timed
from klantportaal import OfficeActor, OfficeProfile, Portal
from klantportaal.adapters.secrets.hmac_seals import HmacSeals
from klantportaal.adapters.secrets.ids import Uuid7Ids
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.domain.auditing import Entry
from klantportaal.domain.signing import Digest, sign
from klantportaal.domain.values import AccountId, ClientId, EntryId, PersonId
from klantportaal.testing.fakes import PlainSeals

ENTRIES = 100_000
AT_ONCE = 10_000
ONE_BY_ONE = 1000
WHICH = '{"account_id": "0197a1d4-7c1e-7bb0-8d0a-0123456789ab", "dossier_id": "0197a1d4-7c1e-7bb0-8d0a-0123456789ac"}'


def measure(folder: Path) -> list[Figure]:
    """Write a long trail to SQLite, seal it and verify it."""
    storage = SqlStorage.sqlite(folder / "portal.sqlite3")
    storage.migrate()
    portal = assemble(storage, Uuid7Ids())
    profile = OfficeProfile(name="Kantoor", contact_address="info@kantoor.example.nl")
    office_id = portal.offices.ensure("kantoor", "https://kantoor.example.nl", profile)
    office = OfficeActor(office_id=office_id, handler="mr. A")
    signing = _signing(storage, office)
    _write(storage, office)
    # One unit of work of the sealer: other writers of SQLite may have to wait this long.
    batch = timed(lambda: portal.background.sealer._step(office.office_id, None))  # noqa: SLF001 - measures one batch
    portal.background.sealer.run_once()  # Follows that batch, and seals the rest of the first entries.
    # By the processor's time: these are two moments, and the disk may be busy in one of them.
    few, many = (_sealed(portal, storage, office, count) for count in (ENTRIES // 10, ENTRIES))
    _write(storage, office)
    sealing = timed(portal.background.sealer.run_once)
    verifying = timed(lambda: portal.office.audit.verify(office)) / storage.read.office_head(office).number
    memory = _memory(lambda: portal.office.audit.verify(office).holds)
    storage.close()
    where = f"SQLite, {ENTRIES:,} entries"
    basis = f"{many:.0f} µs of the processor an entry, {few:.0f} µs with a tenth of the entries"
    return [
        Figure(subject="sealing keeps a writer waiting", where=where, value=batch / 1000, unit="ms", budget=50),
        signing,
        Figure(subject="seal the trail", where=where, value=sealing / ENTRIES, unit="µs/entry", budget=150),
        Figure(subject="seal ten times as much", where=where, value=many / few, unit="× each", budget=1.3, basis=basis),
        Figure(subject="verify the trail", where=where, value=verifying, unit="µs/entry", budget=100),
        Figure(subject="memory that verifying takes", where=where, value=memory, unit="MiB", budget=8),
    ]


def _signing(storage: SqlStorage, office: OfficeActor) -> Figure:
    """Write entries, each in its own unit of work: with their signature, and with a constant in its place."""
    ids, seals = Uuid7Ids(), HmacSeals(bytes(32))

    def write(digest: Digest) -> None:
        with storage.begin() as uow:
            uow.audit.append([sign(_entry(office, EntryId(ids.new()), datetime.now(UTC)), digest)])

    constant = seals.digest(b"", b"")
    signed, unsigned = paired(
        lambda: write(seals.digest), lambda: write(lambda _before, _text: constant), rounds=ONE_BY_ONE
    )
    return Figure(
        subject="sign an entry",
        where="SQLite, one entry a unit of work, without its commit",
        value=signed / unsigned,
        unit="× unsigned",
        budget=1.2,
        basis=f"{signed:.0f} µs signed",
    )


def _sealed(portal: Portal, storage: SqlStorage, office: OfficeActor, count: int) -> float:
    """Write and seal some entries. Return the processor time of sealing one, in microseconds."""
    _write(storage, office, count)
    begun = time.process_time_ns()
    portal.background.sealer.run_once()
    return (time.process_time_ns() - begun) / 1000 / count


def _write(storage: SqlStorage, office: OfficeActor, count: int = ENTRIES) -> None:
    ids = Uuid7Ids()
    for _batch in range(count // AT_ONCE):
        now = datetime.now(UTC)
        entries = [sign(_entry(office, EntryId(ids.new()), now), PlainSeals().digest) for _number in range(AT_ONCE)]
        with storage.begin() as uow:
            uow.audit.append(entries)
            uow.commit()


def _entry(office: OfficeActor, id: EntryId, at: datetime) -> Entry:
    return Entry(
        id=id,
        office_id=office.office_id,
        at=at,
        what="DocumentDownloaded",
        which=WHICH,
        person_id=PersonId(id),
        account_id=AccountId(id),
        client_id=ClientId(id),
        handler=None,
        network_address="192.0.2.7",
    )


def _memory(verify: Callable[[], bool]) -> float:
    """Return the peak memory, in MiB, of verifying an intact trail."""
    tracemalloc.start()
    if not verify():
        raise RuntimeError("the trail was broken, so that not all of it was looked at as usual")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1024**2
