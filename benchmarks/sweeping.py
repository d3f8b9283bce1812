"""Measures how long the sweeper holds the write lock, with many old rows."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import Engine, event

from benchmarks.database import assemble
from benchmarks.measured import Figure, percentile
from klantportaal import OfficeProfile
from klantportaal.adapters.secrets.ids import Uuid7Ids
from klantportaal.adapters.storage.sql import SqlStorage
from klantportaal.adapters.storage.sql.rows import LINKS
from klantportaal.adapters.storage.sql.schema import links
from klantportaal.domain.onboarding import Link
from klantportaal.domain.values import OfficeId
from klantportaal.testing.builders import Scene

OLD = 50_000


def measure(folder: Path) -> list[Figure]:
    """Sweep old links on SQLite."""
    storage = SqlStorage.sqlite(folder / "portal.sqlite3")
    storage.migrate()
    portal = assemble(storage, Uuid7Ids())
    profile = OfficeProfile(name="Kantoor", contact_address="info@kantoor.example.nl")
    _fill(storage, portal.offices.ensure("kantoor", "https://kantoor.example.nl", profile))
    with _locks(storage._engines.writing) as held:  # noqa: SLF001 - the locks are the database's
        portal.background.sweeper.run_once()
    storage.close()
    return [
        Figure(
            subject=f"sweeping {OLD:,} rows: the write lock held, 95 of 100 times",
            where="SQLite",
            value=percentile(held, 0.95),
            unit="ms",
            budget=20,
            basis=f"{len(held)} transactions, {sum(held):,.0f} ms in all",
        )
    ]


def _fill(storage: SqlStorage, office_id: OfficeId) -> None:
    scene, ids = Scene(storage=storage), Uuid7Ids()
    old = datetime.now(UTC) - timedelta(days=99)
    _client, account = scene.person(storage.read.office(office_id))
    link: Link = attrs.evolve(scene.link(account), made_at=old, expires_at=old)
    rows = [{**LINKS.record(link), "id": ids.new(), "fingerprint": number.to_bytes(32)} for number in range(OLD)]
    with storage._engines.writing.begin() as connection:  # noqa: SLF001 - so many units of work take too long
        connection.execute(links.insert(), rows)


@contextmanager
def _locks(engine: Engine) -> Iterator[list[float]]:
    """Collect how long each transaction lasts, in milliseconds."""
    held: list[float] = []
    begun = 0

    def begin(_connection: Any) -> None:
        nonlocal begun
        begun = time.perf_counter_ns()

    def end(_connection: Any) -> None:
        held.append((time.perf_counter_ns() - begun) / 1e6)

    event.listen(engine, "begin", begin)
    event.listen(engine, "commit", end)
    yield held
    event.remove(engine, "begin", begin)
    event.remove(engine, "commit", end)
